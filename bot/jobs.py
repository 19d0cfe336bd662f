"""When things happen: scrape rounds, digests, pruning, the self-check. What happens is elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot import bell, digest, live, promotion, reminders, upkeep
from bot.clock import SetBack
from bot.context import Deps
from bot.errors import SchoolbellError
from bot.ledger import NOT_WRITTEN
from bot.rounds import ask_now, scrape_when_due

log = logging.getLogger(__name__)

JOB_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Job:
    """Timed work: seconds between the end of a look and the next one, and until the first."""

    name: str
    work: Callable[[Deps], Awaitable[object]]
    every: float
    first: float


# How often a school is asked is decided per feed.
JOBS = (
    Job("scrape", scrape_when_due, 1, 0.1),
    Job("digests", digest.send_due, 10, 2),
    Job("homework", reminders.work, 10, 3),
    Job("bell", bell.ring, 20, 4),
    Job("live", live.refresh, 30, 5),
    Job("promotion", promotion.ask_where_needed, 3600, 90),
    Job("upkeep", upkeep.nightly, 600, 60),
)


class Timers:
    """Does each job again and again. What is due is computed from the database each time: a late look loses nothing.

    Only intervals are waited for (`Clock.sleep`): a timer with a time of day in it stands still for as long as the
    machine's clock is set back. `on` False leaves the jobs to `do`.
    """

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._troubles: dict[str, str] = {}
        self._set_back = SetBack(deps.clock)
        self._jobs = (*JOBS, Job("clock", self._look_at_the_clock, 5, 5))
        self.on = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Go on while the block runs; what is at work at its end is cut off, as a crash would, and loses as little."""
        tasks = [asyncio.create_task(self._repeat(job), name=job.name) for job in self._jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def do(self, name: str) -> None:
        """Do one of the jobs now."""
        for job in JOBS:
            if job.name == name:
                await self._once(job)

    async def _look_at_the_clock(self, deps: Deps) -> None:
        """Schools are asked at instants: after the clock was set back, those would be hours away."""
        if self._set_back.happened():
            log.warning("the clock was set back: every school is asked anew")
            await ask_now(deps)

    async def _repeat(self, job: Job) -> None:
        await self._deps.clock.sleep(job.first)
        while True:
            if self.on:
                await self._once(job)
            await self._deps.clock.sleep(job.every)

    async def _once(self, job: Job) -> None:
        """Whatever goes wrong is said, once as long as it is the same, and the job is taken up again."""
        try:
            async with asyncio.timeout(JOB_SECONDS):
                await job.work(self._deps)
        except TimeoutError:
            log.warning("%s took more than %.0f s and was stopped; it is taken up again", job.name, JOB_SECONDS)
        except (SchoolbellError, *NOT_WRITTEN) as error:
            if self._is_news(job, error):
                log.warning("%s: %s", job.name, error)
        except Exception as error:
            if self._is_news(job, error):
                log.exception("%s is broken", job.name)
        else:
            self._troubles.pop(job.name, None)

    def _is_news(self, job: Job, error: Exception) -> bool:
        before, words = self._troubles.get(job.name), f"{type(error).__name__}: {error}"
        self._troubles[job.name] = words
        return words != before
