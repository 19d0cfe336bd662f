"""Fixtures of all tests.

No test reaches a network: a connection that is not to loopback fails the test. No test sends Telegram what its
published descriptions do not know: every request to a stand-in is checked, and the summary says so when they are away.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from bot.demo.botapi import BotApi, Check
from bot.demo.spec import checker, load
from bot.demo.stage import Stage, set_stage
from tests.demo.specs import MISSING, spec_files

# The same examples every time: a search for new ones is `--hypothesis-profile=default`.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("repeatable")

MONDAY_AFTERNOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 17:00 in Vilnius, a school week of type B


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves the machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(address: Any) -> None:
        if isinstance(address, tuple) and not ipaddress.ip_address(str(address[0]).split("%")[0]).is_loopback:
            pytest.fail(f"a test tried to reach {address[0]}")

    def guarded(self: socket.socket, address: Any) -> None:
        check(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)


@cache
def check_of_all() -> Check | None:
    """The check against every description that is there, None = there is none."""
    files = spec_files()
    return checker(*[load(file) for file in files]) if files else None


@pytest.fixture(autouse=True)
def checked_requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Check what every stand-in is sent, but for those that a test gave a check of its own."""
    made: list[BotApi] = []
    build = BotApi.__init__

    def checking(self: BotApi, *, check: Check | None = None, **more: Any) -> None:
        build(self, check=check or check_of_all(), **more)
        if check is None:
            made.append(self)

    monkeypatch.setattr(BotApi, "__init__", checking)
    yield
    assert [problem for api in made for problem in api.violations] == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say when requests went unchecked; a skipped test says it for itself alone."""
    if check_of_all() is None:
        terminalreporter.write_line(f"requests to Telegram were NOT checked: {MISSING}", yellow=True)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The whole product on loopback, on a Monday at 17:00, school in Optivum, the bot in English."""
    async with set_stage(tmp_path / "data", start=MONDAY_AFTERNOON, lang="en", paced=False) as stage:
        yield stage
