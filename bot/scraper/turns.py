"""Politeness: whose turn it is to ask a host, how long it is spared in between, which hosts want to be left alone."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import Clock
from bot.errors import SourceDown

LONGEST_REST = 3600.0
"""Seconds that a host is left alone at most when it asks for it ("Retry-After"); the pipeline adds its own back-off."""
_MANY_HOSTS = 1000


class Turns:
    """One request at a time to a host, and one in `spacing` seconds."""

    def __init__(self, clock: Clock, spacing: float) -> None:
        self._clock = clock
        self._spacing = spacing
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._asked: dict[str, float] = {}
        self._resting: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str, limit: asyncio.Timeout) -> AsyncIterator[None]:
        """A host's turn, after the pause that it is owed.

        Waiting for one's turn does not count against `limit`. Raises SourceDown while the host wants to be left alone.
        """
        loop = asyncio.get_running_loop()
        left = (limit.when() or loop.time()) - loop.time()
        limit.reschedule(None)
        lock = self._turns.setdefault(host, asyncio.Lock())
        async with lock:
            await self._pause(host)
            limit.reschedule(loop.time() + left)
            yield

    async def _pause(self, host: str) -> None:
        now = self._clock.monotonic()
        rest = self._resting.get(host, now) - now
        if rest > 0:
            raise SourceDown(f"{host} wants to be left alone for another {rest:.0f} s", retry_after=rest)
        self._resting.pop(host, None)
        wait = self._asked.get(host, float("-inf")) + self._spacing - now
        if wait > 0:
            await self._clock.sleep(wait)
            now = self._clock.monotonic()
        if len(self._asked) > _MANY_HOSTS:
            self._asked = {name: asked for name, asked in self._asked.items() if asked + self._spacing > now}
        self._asked[host] = now

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for a while."""
        self._resting[host] = self._clock.monotonic() + min(seconds, LONGEST_REST)
