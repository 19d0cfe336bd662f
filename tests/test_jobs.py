"""The timers: they survive a clock that is set back and what goes wrong, and end at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram.ext import Application, ContextTypes

from bot import jobs
from bot.context import Context, Deps
from bot.errors import StoreError
from bot.jobs import Job, Timers
from tests.clocks import JumpingClock

Work = Callable[[Any], Awaitable[object]]


class Running:
    """The timers of one job, which is done a hundred times a second, and how often it was."""

    def __init__(self, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
        async def counted(deps: Deps) -> None:
            self.done += 1
            await work(deps)

        monkeypatch.setattr(jobs, "JOBS", (Job("digests", counted, 0.01, 0.0),))
        self.done = 0
        self.clock = JumpingClock()
        application = Application.builder().token("1:a").context_types(ContextTypes(context=Context)).build()
        assert application.job_queue is not None
        self.application, self.queue = application, application.job_queue
        tasks: set[asyncio.Task[Any]] = set()
        deps = SimpleNamespace(clock=self.clock, tasks=tasks, stopping=asyncio.Event())
        deps.drop_tasks = lambda: Deps.drop_tasks(cast("Deps", deps))
        self.timers = Timers(self.queue, cast("Deps", deps))

    @asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        async with asyncio.timeout(20), self.clock.running(), self.timers.running():
            yield

    async def until(self, happened: Callable[[], bool]) -> None:
        while not happened():  # noqa: ASYNC110 - a count tells nobody
            await asyncio.sleep(0.002)


async def test_a_clock_that_is_set_back_stops_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []

    async def nothing(_: Any) -> None: ...

    async def ask(_: Any) -> None:
        asked.append(running.clock.now())

    monkeypatch.setattr(jobs, "ask_now", ask)
    running = Running(nothing, monkeypatch)
    async with running.going():
        await running.until(lambda: running.done >= 3)
        assert asked == []
        for timer in running.queue.jobs():  # as the scheduler sees them then: due at a time that is hours away
            timer.job.modify(next_run_time=timer.job.next_run_time + timedelta(hours=2))
        running.clock.turn_by(timedelta(hours=-2))
        before = running.done
        await running.until(lambda: running.done >= before + 3)
    assert len(asked) == 1


async def test_a_job_that_fails_is_said_once_and_taken_up_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[Exception] = [KeyError("no such class"), StoreError("the disk is full")]

    async def work(_: Any) -> None:
        if running.done <= 8:
            raise errors[running.done > 4]

    running = Running(work, monkeypatch)
    with caplog.at_level(logging.WARNING):
        async with running.going():
            await running.until(lambda: running.done > 9)
    said = [(record.levelname, record.getMessage(), bool(record.exc_info)) for record in caplog.records]
    assert said == [
        ("ERROR", "digests is broken", True),
        ("WARNING", "digests: the disk is full", False),
    ]


async def test_the_scheduler_says_nothing_of_each_look(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its lines on every job that runs, and on every one that is still at work, would be one a second for ever."""

    async def slow(_: Any) -> None:
        await asyncio.sleep(0.1)

    running = Running(slow, monkeypatch)
    with caplog.at_level(logging.INFO):
        async with running.going():
            await running.until(lambda: running.done > 2)
    assert [record for record in caplog.records if record.name.startswith("apscheduler")] == []


async def test_what_is_at_work_at_the_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = asyncio.Event()

    async def work(_: Any) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            cut.set()

    running = Running(work, monkeypatch)
    async with running.going():
        await running.until(lambda: running.done > 0)
    assert cut.is_set()
    assert running.done == 1


async def test_the_jobs_can_be_switched_off_and_done_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(_: Any) -> None: ...

    running = Running(nothing, monkeypatch)
    running.timers.on = False
    async with running.going():
        await running.until(lambda: running.clock.elapsed > 60)
        await running.timers.do("digests")
        await running.timers.do("nothing of that name")
    assert running.done == 1
