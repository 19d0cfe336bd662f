"""How fast the bot may write: a bucket over all, one for each private chat and each group, and Telegram's own 429s."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.clock import Clock

PER_SECOND = 28.0
"""Messages a second over all chats. Telegram's limit is about 30."""
PRIVATE_INTERVAL = 1.0
"""Seconds between two messages of a private chat. Telegram's limit is about one a second, short bursts excepted."""
GROUP_LIMIT = 18
GROUP_WINDOW = 60.0
"""At most `GROUP_LIMIT` messages of a group in any `GROUP_WINDOW` seconds. Telegram's limit is 20 a minute."""
CHATS_IN_A_ROW = 4
"""So many different chats refused one after the other, with no success in between, are a limit over all chats."""
INSTANT = 0.001
"""Seconds that are not worth waiting for: the event loop's own clock is no finer."""
ANSWER_BURST = 20
"""What a person may be answered at once in a private chat, on credit of the following seconds, in which pushes wait.
Telegram allows short bursts; how often a person may ask is limited where updates come in."""


@dataclass(slots=True)
class _Lane:
    """One chat: when its next message may go, until when Telegram refused it, and a group's last minute."""

    next_at: float = 0.0
    refused_until: float = 0.0
    sent: deque[float] = field(default_factory=lambda: deque(maxlen=GROUP_LIMIT))

    def free_at(self) -> float:
        full = len(self.sent) == GROUP_LIMIT
        return max(self.next_at, self.refused_until, self.sent[0] + GROUP_WINDOW if full else 0.0)

    def idle(self, now: float) -> bool:
        return self.free_at() <= now and (not self.sent or self.sent[-1] + GROUP_WINDOW <= now)


class Pacer:
    """Says when a message may go. Chats that have been quiet for a minute take no memory.

    A private chat's id is positive, a group's or channel's negative.
    """

    def __init__(
        self, clock: Clock, *, per_second: float = PER_SECOND, private_interval: float = PRIVATE_INTERVAL
    ) -> None:
        """`private_interval` 0.0 is for a Telegram that is only played: groups have no window then either."""
        self._clock = clock
        self._private_interval = private_interval
        self._interval = 1.0 / per_second
        self._next_at = 0.0
        self._paused_until = 0.0
        self._lanes: OrderedDict[int | str, _Lane] = OrderedDict()
        self._refused_in_a_row: list[int | str | None] = []

    async def acquire(self, chat: int | str | None, *, burst: int = 1) -> None:
        """Wait until a message to `chat` may go, and count it. A chat that waits makes no other chat wait."""
        while True:
            now = self._clock.monotonic()
            wait = max(self._paused_until - now, self.wait_of(chat, burst=burst))
            if wait <= INSTANT:
                break
            await self._clock.sleep(wait)
        # Each takes the next place in line at once, so that the line is fair and holds the rate exactly. A place that
        # was missed by less than one interval is made up for; more is lost, or a stall would end in a burst.
        place = max(self._next_at, now - self._interval)
        self._next_at = place + self._interval
        if chat is not None:
            self._count(chat, max(now, place))
        while (wait := max(place, self._paused_until) - self._clock.monotonic()) > INSTANT:
            await self._clock.sleep(wait)

    def wait_of(self, chat: int | str | None, *, burst: int = 1) -> float:
        """Seconds until this chat alone may be written to, 0.0 for at once."""
        lane = None if chat is None else self._lanes.get(chat)
        if lane is None:
            return 0.0
        now = self._clock.monotonic()
        credit = (burst - 1) * self._private_interval
        full = len(lane.sent) == GROUP_LIMIT
        window = lane.sent[0] + GROUP_WINDOW if full else 0.0
        return max(lane.next_at - credit, lane.refused_until, window) - now

    def blocked(self) -> list[int]:
        """The chats that may not be written to right now."""
        now = self._clock.monotonic()
        self._forget(now)
        return [chat for chat, lane in self._lanes.items() if lane.free_at() > now and isinstance(chat, int)]

    def soonest(self) -> float | None:
        """Seconds until the first of the blocked chats may be written to, None = no chat is blocked."""
        now = self._clock.monotonic()
        waits = [wait for lane in self._lanes.values() if (wait := lane.free_at() - now) > 0]
        return max(min(waits), self._paused_until - now) if waits else None

    def refused(self, chat: int | str | None, retry_after: float) -> None:
        """Telegram answered 429. The chat waits; all wait when it was no chat's limit, or one chat after another."""
        until = self._clock.monotonic() + retry_after
        if chat is None:
            self._paused_until = max(self._paused_until, until)
            return
        lane = self._lanes.setdefault(chat, _Lane())
        lane.refused_until = max(lane.refused_until, until)
        self._lanes.move_to_end(chat)
        if chat not in self._refused_in_a_row:
            self._refused_in_a_row.append(chat)
        if len(self._refused_in_a_row) >= CHATS_IN_A_ROW:
            self._paused_until = max(self._paused_until, until)
            self._refused_in_a_row.clear()

    def accepted(self) -> None:
        """Telegram took a message: what it refused before was no limit over all chats."""
        self._refused_in_a_row.clear()

    def _count(self, chat: int | str, at: float) -> None:
        lane = self._lanes.setdefault(chat, _Lane())
        self._lanes.move_to_end(chat)
        lane.next_at = max(lane.next_at, at) + self._private_interval
        if self._private_interval and (not isinstance(chat, int) or chat < 0):
            lane.sent.append(at)
        self._forget(self._clock.monotonic())

    def _forget(self, now: float) -> None:
        """Drop idle chats from the old end; one that Telegram refused for long is put aside to the new end."""
        for _ in range(min(4, len(self._lanes))):
            chat, lane = next(iter(self._lanes.items()))
            if lane.idle(now):
                del self._lanes[chat]
            else:
                self._lanes.move_to_end(chat)


class PacedAnswers(BaseRateLimiter[None]):
    """Lets python-telegram-bot's own calls, the answers to people, go through the same pacer as the pushes."""

    __slots__ = ("_pacer",)

    PATIENCE = 1.0
    """Seconds that an answer may wait for its chat. Updates are handled one after the other: who waits longer makes
    everybody wait, so the answer is given up, as if Telegram had refused it."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 - python-telegram-bot passes it by name
    ) -> Any:
        """Make the call when its chat may be written to. Only what writes into a chat is counted."""
        if endpoint == "editMessageMedia":  # whose captions have a parse mode each; python-telegram-bot adds one more
            data.pop("parse_mode", None)
        if not writes(endpoint):
            return await callback(*args, **kwargs)
        chat = data.get("chat_id")
        for last in (False, True):
            if (wait := self._pacer.wait_of(chat, burst=ANSWER_BURST)) > self.PATIENCE:
                raise RetryAfter(math.ceil(wait))
            await self._pacer.acquire(chat, burst=ANSWER_BURST)
            try:
                result = await callback(*args, **kwargs)
            except RetryAfter as error:
                seconds = seconds_of(error)
                self._pacer.refused(chat, seconds)
                if last or seconds > self.PATIENCE:
                    raise
            else:
                self._pacer.accepted()
                return result
        raise AssertionError("the second try returns or raises")


def writes(endpoint: str) -> bool:
    """Whether a method of the Bot API writes into a chat, which is what Telegram limits."""
    return endpoint.startswith(("send", "edit", "copy", "forward", "pin")) and endpoint != "sendChatAction"


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
