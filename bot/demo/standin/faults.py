"""What goes wrong on purpose: rules that make calls fail, late, half or not at all, and Telegram's rate limits."""

from __future__ import annotations

import math
import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from bot.clock import Clock
from bot.demo.standin.params import ApiError

Ending = Literal["answer", "stall", "close", "reset", "unread"]


@dataclass(slots=True)
class Fault:
    """One rule. It hits calls of `method` (a glob, "send*") to `chat_id` (None: any), after `skip` of them, `times`
    times (None: for ever), each with `probability`.

    A hit call waits `delay` seconds, is carried out if `deliver` says so (by default only when no `status` is set),
    waits `delay_answer` seconds, and ends: "answer" (with `status`, `description`, `parameters` or a raw `body`, if
    set), "stall" (no answer, the connection stays open), "close" or "reset" (no answer), "unread" (reset before the
    body is read).
    """

    method: str = "*"
    chat_id: int | None = None
    times: int | None = None
    skip: int = 0
    probability: float = 1.0
    status: int = 0
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    body: bytes | None = None
    delay: float = 0.0
    delay_answer: float = 0.0
    deliver: bool | None = None
    ending: Ending = "answer"
    hits: int = 0

    @property
    def delivers(self) -> bool:
        """Whether the call is carried out although it fails."""
        return self.status == 0 and self.ending != "unread" if self.deliver is None else self.deliver


class Faults:
    """The rules in force; the first that hits a call decides. `seed` makes the probabilities repeatable."""

    def __init__(self, seed: int = 0) -> None:
        self.rules: list[Fault] = []
        self._random = random.Random(seed)  # noqa: S311  # chance, not secrecy

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force; the rule counts its `hits`."""
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything work again."""
        self.rules.clear()

    def hit(self, method: str, chat_id: int | None, *, read: bool) -> Fault | None:
        """The rule that hits a call; `read` is false while the body, and so the chat, is not known yet."""
        for fault in self.rules:
            if (fault.ending != "unread") != read or not fnmatchcase(method.lower(), fault.method.lower()):
                continue
            if fault.chat_id is not None and fault.chat_id != chat_id:
                continue
            if fault.times is not None and fault.hits >= fault.times:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.probability >= 1 or self._random.random() < fault.probability:
                fault.hits += 1
                return fault
        return None


class RateLimits:
    """Telegram's limits: so many messages a second over all, a second per chat, a minute per group. Off until `on`."""

    def __init__(self, clock: Clock, *, overall: int = 30, per_chat: int = 1, per_group_minute: int = 20) -> None:
        self.on = False
        self.overall = overall
        self.per_chat = per_chat
        self.per_group_minute = per_group_minute
        self._clock = clock
        self._sent: defaultdict[tuple[int, str], deque[float]] = defaultdict(deque)

    def count(self, chat_id: int) -> None:
        """Count one message; raise 429 when it is one too many."""
        if not self.on:
            return
        now = self._clock.monotonic()
        windows = [((0, "all"), self.overall, 1.0), ((chat_id, "second"), self.per_chat, 1.0)]
        if chat_id < 0:
            windows.append(((chat_id, "minute"), self.per_group_minute, 60.0))
        for key, limit, length in windows:
            sent = self._sent[key]
            while sent and sent[0] <= now - length:
                sent.popleft()
            if len(sent) >= limit:
                wait = max(1, math.ceil(sent[0] + length - now))
                raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        for key, _, _ in windows:
            self._sent[key].append(now)
