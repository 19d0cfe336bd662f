"""`schoolbell demo` as a person starts it: an address on standard output, a clean end, wrong ports refused."""

from __future__ import annotations

import asyncio
import re
import signal
import sys

import pytest

from bot.cli import main
from bot.cli.demo import has_screen

START = (sys.executable, "-m", "bot", "demo", "--no-browser")


async def test_it_prints_its_address_and_ends_in_good_order() -> None:
    demo = await asyncio.create_subprocess_exec(
        *START, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert demo.stdout is not None
    async with asyncio.timeout(30):
        address = (await demo.stdout.readline()).decode()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{20,}/\n", address)
        demo.send_signal(signal.SIGTERM)
        rest, told = await demo.communicate()
    assert demo.returncode == 0
    assert rest == b""
    assert b"Traceback" not in told


@pytest.mark.parametrize("port", ["0", "70000", "-1", "http"])
def test_what_is_no_port_is_wrong_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", f"--port={port}"]) == 2
    assert "is no port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environ", "platform", "opens"),
    [
        ({"TERM": "xterm"}, "linux", False),  # a server over ssh: w3m or lynx would take the terminal
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"BROWSER": "firefox"}, "linux", True),
        ({}, "darwin", True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_screen(environ: dict[str, str], platform: str, opens: bool) -> None:
    assert has_screen(environ, platform) is opens
