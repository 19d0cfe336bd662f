"""A clock for tests: nobody waits on the wall clock, time jumps as soon as everybody waits."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta


class JumpingClock:
    """Stands still while anybody works and jumps to the next sleeper's hour when the loop has been quiet.

    Quiet is `patience` turns of half a millisecond in which nothing was asked of this clock; a database's thread
    answers within that, and when it does not, time has passed a little early. Deterministic in what is slept, not in
    how work interleaves.
    """

    def __init__(self, start: datetime = datetime(2026, 11, 24, 6, 0, tzinfo=UTC), patience: int = 1) -> None:
        self.start = start
        self.elapsed = 0.0
        self.step = timedelta()
        self._patience = patience
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._touched = 0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed) + self.step

    def monotonic(self) -> float:
        self._touched += 1
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        self._touched += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.elapsed + max(seconds, 0.0), next(self._numbers), future))
        await future

    def turn_by(self, step: timedelta) -> None:
        """Set the wall clock back or forth; intervals go on as they were."""
        self.step += step

    async def _run(self) -> None:
        quiet, seen = 0, -1
        while True:
            await asyncio.sleep(0.0005)
            quiet = quiet + 1 if seen == self._touched else 0
            seen = self._touched
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if quiet >= self._patience and self._sleepers:
                self.elapsed = max(self.elapsed, self._sleepers[0][0])
                while self._sleepers and self._sleepers[0][0] <= self.elapsed:
                    future = heapq.heappop(self._sleepers)[2]
                    if not future.done():
                        future.set_result(None)
                quiet = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[JumpingClock]:
        """Let time pass inside the block."""
        task = asyncio.create_task(self._run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
