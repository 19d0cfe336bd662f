"""When things happen: scrape rounds, digests, pruning, the self-check. What happens is elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine

from telegram.ext import Application

from bot import bell, digest, live, promotion, reminders, upkeep
from bot.context import DEPS, Context, Deps
from bot.errors import SchoolbellError
from bot.rounds import scrape_when_due

log = logging.getLogger(__name__)

# A late job is run late, never skipped (PTB's default skips what is more than a second late), and never twice at once.
JOB_OPTIONS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
JOB_SECONDS = 300
Work = Callable[[Deps], Awaitable[object]]
# Name, what, seconds between two looks, seconds until the first. How often a school is asked is decided per feed.
JOBS: tuple[tuple[str, Work, float, float], ...] = (
    ("scrape", scrape_when_due, 1, 0.1),
    ("digests", digest.send_due, 10, 2),
    ("homework", reminders.work, 10, 3),
    ("bell", bell.ring, 20, 4),
    ("live", live.refresh, 30, 5),
    ("promotion", promotion.ask_where_needed, 3600, 90),
    ("upkeep", upkeep.nightly, 600, 60),
)


def add_jobs(application: Application) -> None:  # type: ignore[type-arg]  # six parameters that say nothing here
    """Start the timers. What is due is computed from the database each time, so a missed tick loses nothing."""
    queue = application.job_queue
    assert queue is not None
    for name, work, every, first in JOBS:
        queue.run_repeating(_job(work), every, first=first, name=name, job_kwargs=JOB_OPTIONS)


def _job(work: Work) -> Callable[[Context], Coroutine[None, None, None]]:
    """A job body with a deadline, that a stop ends: PTB's shutdown waits for running jobs, and shields them."""

    async def run(context: Context) -> None:
        deps: Deps = context.bot_data[DEPS]
        if deps.stopping.is_set():
            return
        task = asyncio.create_task(limited(deps))
        deps.tasks.add(task)
        try:
            await asyncio.wait({task})
        finally:
            deps.tasks.discard(task)
            task.cancel()  # where whoever waits was cancelled itself
        if not task.cancelled():
            task.result()

    async def limited(deps: Deps) -> None:
        try:
            async with asyncio.timeout(JOB_SECONDS):
                await work(deps)
        except TimeoutError:
            log.warning("%s took more than %.0f s and was stopped; it is taken up again", work.__name__, JOB_SECONDS)
        except SchoolbellError as error:
            log.warning("%s: %s", work.__name__, error)

    return run
