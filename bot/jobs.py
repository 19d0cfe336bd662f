"""When things happen: scrape rounds, digests, pruning, the self-check. What happens is elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from telegram.ext import JobQueue

from bot import bell, digest, live, promotion, reminders, upkeep
from bot.clock import SetBack
from bot.context import Context, Deps
from bot.errors import SchoolbellError
from bot.ledger import NOT_WRITTEN
from bot.rounds import ask_now, scrape_when_due

log = logging.getLogger(__name__)

# A late job is run late, never skipped (PTB's default skips what is more than a second late), and never twice at once.
JOB_OPTIONS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
JOB_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Job:
    """Timed work: seconds between two looks, and until the first."""

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
    """The jobs on a JobQueue. What is due is computed from the database each time: a late look loses nothing.

    `on` False leaves the jobs to `do`.
    """

    def __init__(self, queue: JobQueue[Context], deps: Deps) -> None:
        self._queue = queue
        self._deps = deps
        self._troubles: dict[str, str] = {}
        self._set_back = SetBack(deps.clock)
        self.on = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Go on while the block runs; what is at work at its end is cut off, as a crash would, and loses as little."""
        # A line for each look, one a second for ever, and an error for a job that a stop cuts off. What goes wrong in
        # a job is said by `_once`.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._schedule()
        await self._queue.start()
        watching = asyncio.create_task(self._watch_the_clock(), name="clock")
        try:
            yield
        finally:
            watching.cancel()
            await self._deps.drop_tasks()
            await self._queue.stop(wait=False)

    async def do(self, name: str) -> None:
        """Do one of the jobs now."""
        for job in JOBS:
            if job.name == name:
                await self._once(job)

    def _schedule(self) -> None:
        for job in JOBS:
            self._queue.run_repeating(
                self._tick, job.every, first=job.first, name=job.name, data=job, job_kwargs=JOB_OPTIONS
            )

    async def _tick(self, context: Context) -> None:
        """A job's body as a task that a stop ends: PTB's own stop waits for running jobs, and shields them."""
        assert context.job is not None
        assert isinstance(context.job.data, Job)
        if not self.on or self._deps.stopping.is_set():
            return
        task = asyncio.create_task(self._once(context.job.data))
        self._deps.tasks.add(task)
        try:
            await asyncio.wait({task})
        finally:
            self._deps.tasks.discard(task)
            task.cancel()  # where whoever waits was cancelled itself

    async def _watch_the_clock(self) -> None:
        """The scheduler waits for times of day: after the clock was set back, all of them would be hours away."""
        job = Job("clock", self._look_at_the_clock, 5, 5)
        while True:
            await self._deps.clock.sleep(job.every)
            await self._once(job)

    async def _look_at_the_clock(self, deps: Deps) -> None:
        if self._set_back.happened():
            log.warning("the clock was set back: the jobs are timed anew, and every school is asked anew")
            for timer in self._queue.jobs():
                timer.schedule_removal()
            self._schedule()
            await ask_now(deps)

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
