"""The rules of what goes wrong, and the rate limits, on a clock moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.demo.standin.faults import Fault, Faults, RateLimits
from bot.demo.standin.params import ApiError


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def refused(limits: RateLimits, chat_id: int) -> int:
    """The seconds that a message to the chat has to wait; 0 when it may go."""
    try:
        limits.count(chat_id)
    except ApiError as refusal:
        answer = refusal
    else:
        return 0
    wait = answer.parameters["retry_after"]
    assert (answer.status, answer.description) == (429, f"Too Many Requests: retry after {wait}")
    return wait


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def limits(clock: HandClock) -> RateLimits:
    limits = RateLimits(clock)
    limits.on = True
    return limits


def test_thirty_messages_a_second_over_all(limits: RateLimits, clock: HandClock) -> None:
    assert [refused(limits, chat) for chat in range(1, 32)] == [0] * 30 + [1]
    clock.seconds += 1
    assert refused(limits, 31) == 0


def test_one_message_a_second_to_a_chat(limits: RateLimits, clock: HandClock) -> None:
    assert [refused(limits, 7), refused(limits, 7), refused(limits, 8)] == [0, 1, 0]
    clock.seconds += 1
    assert refused(limits, 7) == 0


def test_twenty_messages_a_minute_to_a_group(limits: RateLimits, clock: HandClock) -> None:
    waits = []
    for _ in range(21):
        waits.append(refused(limits, -100))
        clock.seconds += 2
    assert waits == [0] * 20 + [20]


def test_nothing_is_limited_unless_it_is_switched_on(clock: HandClock) -> None:
    limits = RateLimits(clock)
    assert [refused(limits, 7) for _ in range(100)] == [0] * 100


def test_the_first_rule_that_fits_decides() -> None:
    faults = Faults()
    narrow = faults.add(Fault("sendPhoto", chat_id=7, times=1, status=403))
    wide = faults.add(Fault("send*", skip=1, status=502))
    hits = [
        faults.hit(method, chat, read=True) for method, chat in (("sendPhoto", 8), ("sendphoto", 7), ("sendPhoto", 7))
    ]
    assert hits == [None, narrow, wide]
    assert faults.hit("getUpdates", None, read=True) is None
    assert (narrow.hits, wide.hits) == (1, 1)
    faults.clear()
    assert faults.hit("sendPhoto", 7, read=True) is None


def test_a_rule_for_unread_requests_hits_before_the_body_only() -> None:
    faults = Faults()
    unread = faults.add(Fault("sendPhoto", times=1, ending="unread"))
    assert faults.hit("sendPhoto", 7, read=True) is None
    assert faults.hit("sendPhoto", None, read=False) is unread


def test_chance_is_repeatable() -> None:
    def pattern(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(Fault(probability=0.1))
        return [faults.hit("sendPhoto", 7, read=True) is not None for _ in range(300)]

    assert pattern(1) == pattern(1) != pattern(2)
    assert 10 < sum(pattern(1)) < 60


@pytest.mark.parametrize(
    ("fault", "delivers"),
    [
        (Fault(), True),
        (Fault(status=502), False),
        (Fault(status=504, deliver=True), True),
        (Fault(ending="stall"), True),
        (Fault(ending="close", deliver=False), False),
        (Fault(ending="unread"), False),
    ],
)
def test_what_fails_is_delivered_only_when_told(fault: Fault, delivers: bool) -> None:
    assert fault.delivers is delivers
