"""The one clock. It is made in the composition root and handed down; nothing else asks the time of day."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

SET_BACK = 60.0
"""Seconds that a time server does not take back at once."""


class Clock(Protocol):
    """What the time is, and how to wait for it."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, for intervals and pacing."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait on this clock."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SetBack:
    """Tells when the time of day went back: what waits for an instant of before would wait for so much longer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = self._look()

    def happened(self) -> bool:
        """Whether it went back by more than `SET_BACK` seconds since this was asked last."""
        before, self._ahead = self._ahead, self._look()
        return self._ahead < before - SET_BACK

    def _look(self) -> float:
        """The time of day ahead of the clock that only grows; a machine that slept adds to it."""
        return self._clock.now().timestamp() - self._clock.monotonic()


class TurnableClock(SystemClock):
    """The machine's clock, moved by hand: the demo and the time tests turn it while the application runs."""

    def __init__(self, start: datetime | None = None) -> None:
        self._offset = timedelta() if start is None else start - datetime.now(UTC)

    def now(self) -> datetime:
        return super().now() + self._offset

    def turn_to(self, instant: datetime) -> None:
        """Set the clock; backwards is allowed, as it is on a real machine."""
        self._offset = instant - datetime.now(UTC)

    def turn_by(self, step: timedelta) -> None:
        """Move the clock by a step."""
        self._offset += step
