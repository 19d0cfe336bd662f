"""The delay between crashes: free at first, growing, bounded, forgotten after a good run."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from bot import backoff
from bot.cli.run import wait_after_crashes


def test_twenty_crashes_at_the_start(tmp_path: Path) -> None:
    pauses = [backoff.begin(tmp_path) for _ in range(20)]
    assert pauses[:6] == [0, 0, 0, 5, 10, 20]
    assert pauses == sorted(pauses)
    assert pauses[-1] == backoff.LONGEST


def test_a_good_run_forgives(tmp_path: Path) -> None:
    for _ in range(9):
        backoff.begin(tmp_path)
    backoff.forgive(tmp_path)
    assert backoff.begin(tmp_path) == 0
    assert backoff.crashes(tmp_path) == 1


@pytest.mark.parametrize("content", ["", "many", "-4", "\x00\x00"])
def test_a_broken_file_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / backoff.FILE).write_text(content)
    assert backoff.begin(tmp_path) == 0


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    assert backoff.begin(tmp_path / "missing") == 0


async def test_systemd_is_asked_for_the_time_and_a_stop_is_heeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        (tmp_path / backoff.FILE).write_text("50")
        stop = asyncio.Event()
        stop.set()
        async with asyncio.timeout(5):
            await wait_after_crashes(tmp_path, stop)
        assert heard.recv(1000).decode().split("\n") == [
            "EXTEND_TIMEOUT_USEC=630000000",
            "STATUS=waiting after crashes",
        ]
