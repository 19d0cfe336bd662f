"""The timers: they go by intervals, survive what goes wrong, and end at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot import jobs
from bot.context import Deps
from bot.errors import StoreError
from bot.jobs import Job, Timers
from tests.clocks import JumpingClock

Work = Callable[[Deps], Awaitable[object]]


def timers(clock: JumpingClock, monkeypatch: pytest.MonkeyPatch, work: Work) -> Timers:
    monkeypatch.setattr(jobs, "JOBS", (Job("digests", work, 10, 2),))
    return Timers(cast("Deps", SimpleNamespace(clock=clock)))


async def looks(clock: JumpingClock, seconds: float) -> None:
    end = clock.elapsed + seconds
    async with asyncio.timeout(20):
        while clock.elapsed < end:  # noqa: ASYNC110 - the clock tells nobody
            await asyncio.sleep(0.001)


async def test_a_clock_that_is_set_back_stops_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    async def work(_: Any) -> None:
        nonlocal count
        count += 1

    async def ask(_: Any) -> None:
        asked.append(clock.now())

    asked: list[datetime] = []
    clock = JumpingClock()
    monkeypatch.setattr(jobs, "ask_now", ask)
    async with clock.running(), timers(clock, monkeypatch, work).running():
        await looks(clock, 60)
        assert asked == []
        before = count
        clock.turn_by(timedelta(hours=-2))
        await looks(clock, 60)
    assert before >= 6
    assert count - before >= 6
    assert len(asked) == 1


async def test_a_job_that_fails_is_said_once_and_taken_up_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[Exception] = [KeyError("no such class"), StoreError("the disk is full")]
    done = 0

    async def work(_: Any) -> None:
        nonlocal done
        done += 1
        if done <= 8:
            raise errors[done > 4]

    clock = JumpingClock()
    with caplog.at_level(logging.WARNING):
        async with clock.running(), timers(clock, monkeypatch, work).running():
            await looks(clock, 120)
    assert done > 9
    said = [(record.levelname, record.getMessage(), bool(record.exc_info)) for record in caplog.records]
    assert said == [
        ("ERROR", "digests is broken", True),
        ("WARNING", "digests: the disk is full", False),
    ]


async def test_what_is_at_work_at_the_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = asyncio.Event()

    async def work(_: Any) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            cut.set()

    clock = JumpingClock()
    async with asyncio.timeout(5), clock.running():
        async with timers(clock, monkeypatch, work).running():
            await looks(clock, 2)
            await asyncio.sleep(0.05)
        assert cut.is_set()


async def test_the_jobs_can_be_switched_off_and_done_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    async def work(_: Any) -> None:
        nonlocal count
        count += 1

    clock = JumpingClock()
    these = timers(clock, monkeypatch, work)
    these.on = False
    async with clock.running(), these.running():
        await looks(clock, 60)
        await these.do("digests")
        await these.do("nothing of that name")
    assert count == 1
