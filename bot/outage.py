"""The way to Telegram: what got no answer, the rest that follows, and the harmless call that asks anew."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable

from telegram.error import TelegramError

from bot.attempts import Call, answer_of
from bot.clock import Clock
from bot.outcome import Outcome, classify

log = logging.getLogger(__name__)

AFTER = 5
"""Calls in a row without an answer that are an outage: from then on a harmless call asks, and no message is risked."""
PAUSE = (0.25, 20.0)
"""Seconds between two tries of the way to Telegram: doubled from the first to the second."""


class Outage:
    """Hears of every call whether it `reached` Telegram or `failed`. `on_change` is told "outage" and "back"; `wake`
    is called when the call that asks has ended."""

    def __init__(self, call: Call, *, clock: Clock, on_change: Callable[[str], None], wake: Callable[[], None]) -> None:
        self._call = call
        self._clock = clock
        self._on_change = on_change
        self._wake = wake
        self._failures = 0
        self._rest_until = 0.0
        self._probe: asyncio.Task[None] | None = None

    @property
    def lasts(self) -> bool:
        """Whether none of the last calls was answered."""
        return self._failures >= AFTER

    @property
    def asking(self) -> bool:
        """Whether the harmless call is on its way."""
        return self._probe is not None

    @property
    def rest(self) -> float:
        """Seconds in which nothing is to be tried; 0 or less: none."""
        return self._rest_until - self._clock.monotonic()

    def failed(self, *, rest: bool = False) -> None:
        """A call got no answer. A single one says little; when none went out, or it is an outage, there is a rest."""
        self._failures += 1
        if rest or self.lasts:
            pause = doubled(PAUSE, self._failures - 1)
            self._rest_until = max(self._rest_until, self._clock.monotonic() + pause)
        if self._failures == AFTER:
            log.warning("Telegram cannot be reached; what is due waits and goes out when it is back")
            self._on_change("outage")

    def reached(self) -> None:
        """A call was answered."""
        if self.lasts:
            log.warning("Telegram is back")
            self._on_change("back")
        self._failures = 0
        self._rest_until = 0.0

    def ask(self) -> None:
        """Make one harmless call: an answer ends the outage, anything else lengthens the rest."""
        self._probe = asyncio.create_task(self._ask(), name="is Telegram back?")

    def stop(self) -> None:
        """Ask no more."""
        if self._probe is not None:
            self._probe.cancel()

    async def _ask(self) -> None:
        try:
            await self._call("getMe", {})
        except TelegramError as error:
            verdict = classify(answer_of(error))
            if verdict.wide or verdict.outcome is Outcome.UNCERTAIN:
                self.failed()
            else:
                self.reached()
        else:
            self.reached()
        finally:
            self._probe = None
            self._wake()


def doubled(bounds: tuple[float, float], times: int) -> float:
    """The first bound doubled so many times, at most the second, with a jitter of a fifth."""
    seconds: float = min(bounds[0] * 2 ** min(max(times, 0), 30), bounds[1])
    return seconds * random.uniform(0.8, 1.0)  # noqa: S311 - spreads load, hides nothing
