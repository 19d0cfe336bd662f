"""Whether the bot still hears: the age of the last good `getUpdates`, told apart from Telegram being out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from telegram.error import TelegramError

from bot.clock import Clock

log = logging.getLogger(__name__)

WEDGED_AFTER = 65.0
"""Seconds without a good poll, Telegram answering other calls all the while, after which the process has to go. A long
poll takes at most 50; with `CHECK`, an orderly end (a hanging poll holds it up) and a new start that is within 90."""
ASK_AFTER = 30.0
"""Seconds without a good poll after which it is asked whether Telegram is there at all."""
MISSES = 3
"""Calls in a row without an answer that mean an outage; a single one gets lost now and then."""
CHECK = 5.0
"""Seconds between two looks."""
CONFLICT_LASTS = 120.0
"""Seconds after a 409 in which another poller explains that no poll is good."""
GOOD_AGAIN = 600.0
"""Seconds without a 409 after which the other poller is gone, and the next 409 is news."""


class State(Enum):
    """What the polls say."""

    ALIVE = auto()
    OUTAGE = auto()
    """Telegram does not answer at all: the queue is kept, nothing is restarted."""
    CONFLICT = auto()
    """Another process polls with the same token."""
    REVOKED = auto()
    """Telegram does not know the token any more."""
    WEDGED = auto()
    """Telegram answers and the polls do not get through: only a new process helps."""


@dataclass(frozen=True, slots=True)
class End:
    """Why the process has to go: the line to say and the code to leave with."""

    reason: str
    exit_code: int


class Liveness:
    """Fed with the end of every call (`answered`, for `transport.on_answer`), asked by the watchdog.

    Only intervals of `Clock.monotonic` count: a machine that slept, or whose clock was set, has not missed polls.
    """

    def __init__(
        self, clock: Clock, on_conflict: Callable[[], None] | None = None, on_alone: Callable[[], None] | None = None
    ) -> None:
        self._clock = clock
        self._on_conflict = on_conflict
        self._on_alone = on_alone
        now = clock.monotonic()
        self._polled = now
        self._reached: float | None = None
        self._reachable_since: float | None = now  # until three calls say otherwise
        self._misses = 0
        self._conflict: float | None = None
        self._unknown_since: float | None = None

    def answered(self, method: str, status: int) -> None:
        """A call has ended with this HTTP status, 0 = no answer."""
        now = self._clock.monotonic()
        if method == "getUpdates":
            if 200 <= status < 300:
                self._polled = now
                self._misses = 0
                self._reachable_since = now if self._reachable_since is None else self._reachable_since
                self._end_conflict(now)
            elif status == 409:
                if self._conflict is None or now - self._conflict > GOOD_AGAIN:
                    log.error("another process polls with this token; this one goes on trying: stop one of them")
                    if self._on_conflict is not None:
                        self._on_conflict()
                self._conflict = now
            return
        if method == "getMe":
            if status not in (401, 404):
                self._unknown_since = None
            elif self._unknown_since is None:
                self._unknown_since = now
        if status == 0 or status >= 500:
            self._misses += 1
            if self._misses >= MISSES:
                self._reachable_since = None
        else:
            self._misses = 0
            self._reached = now
            if self._reachable_since is None:
                self._reachable_since = now

    def _end_conflict(self, now: float) -> None:
        """Polls of two processes get through in turn: only a while without a 409 says that the other one is gone."""
        if self._conflict is not None and now - self._conflict > GOOD_AGAIN:
            self._conflict = None
            log.warning("no other process polls with this token any more")
            if self._on_alone is not None:
                self._on_alone()

    def poll_age(self) -> float:
        """Seconds since the last good poll."""
        return self._clock.monotonic() - self._polled

    def state(self) -> State:
        """What the polls say now."""
        now = self._clock.monotonic()
        if now - self._polled <= WEDGED_AFTER:
            return State.ALIVE
        if self._conflict is not None and now - self._conflict <= CONFLICT_LASTS:
            return State.CONFLICT
        if self._reachable_since is None or self._reached is None or now - self._reached > ASK_AFTER:
            return State.OUTAGE
        if self._unknown_since is not None:
            return State.REVOKED if now - self._unknown_since > WEDGED_AFTER else State.OUTAGE
        # After an outage the polls get as long as ever to come back.
        return State.WEDGED if now - max(self._polled, self._reachable_since) > WEDGED_AFTER else State.OUTAGE

    def feeds(self) -> bool:
        """Whether the watchdog is fed: the polls are alive, or it is not this process that keeps them from it."""
        return self.state() in (State.ALIVE, State.OUTAGE, State.CONFLICT)

    async def watch(self, ask: Callable[[], Awaitable[object]], feed: Callable[[], None] | None = None) -> End:
        """Look every `CHECK` seconds; `ask` (getMe, over the pool of calls) when no poll was good for a while.

        Returns only when the process has to go.
        """
        while True:
            state = self.state()
            if state is State.WEDGED:
                return End(
                    f"no poll has got through for {self.poll_age():.0f} s though Telegram answers: leaving, to be "
                    "started anew",
                    1,
                )
            if state is State.REVOKED:
                return End("Telegram does not know this token any more: ask BotFather for a new one", 78)
            if feed is not None:
                feed()
            if self.poll_age() > ASK_AFTER:
                try:
                    async with asyncio.timeout(2 * CHECK):
                        await ask()
                except TelegramError as error:
                    log.debug("getMe: %s", error)
                except TimeoutError:
                    self.answered("getMe", 0)
            before = self._clock.monotonic()
            await self._clock.sleep(CHECK)
            self._forgive(self._clock.monotonic() - before - CHECK)

    def _forgive(self, stood_still: float) -> None:
        """The process was stopped, or the loop stood still: nobody could poll in that time."""
        if stood_still > CHECK:
            self._polled += stood_still
            if self._reachable_since is not None:
                self._reachable_since += stood_still
