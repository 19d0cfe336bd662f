"""The pacer: rates over any window, chats that do not wait for each other, Telegram's 429s, memory."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.pace import ANSWER_BURST, GROUP_LIMIT, PacedAnswers, Pacer, writes
from tests.clocks import JumpingClock


def most_in(times: list[float], window: float) -> int:
    """The most of these instants that lie in any window of this length."""
    times = sorted(times)
    return max(sum(1 for other in times[i:] if other < time + window) for i, time in enumerate(times))


async def spend(pacer: Pacer, clock: JumpingClock, chats: list[int], *, burst: int = 1) -> dict[int, list[float]]:
    """Write once to each of these chats, all at once; when each message went."""
    went: dict[int, list[float]] = {}

    async def one(chat: int) -> None:
        await pacer.acquire(chat, burst=burst)
        went.setdefault(chat, []).append(clock.elapsed)

    async with clock.running():
        await asyncio.gather(*(one(chat) for chat in chats))
    return went


async def test_the_rate_over_all_is_held_and_used() -> None:
    clock = JumpingClock()
    went = await spend(Pacer(clock), clock, list(range(1, 281)))
    times = [time for each in went.values() for time in each]
    assert most_in(times, 1.0) <= 30
    assert max(times) <= 280 / (28 * 0.97)


async def test_a_stall_does_not_end_in_a_burst() -> None:
    clock = JumpingClock()
    pacer = Pacer(clock)
    went: list[float] = []
    async with clock.running():
        for chat in range(1, 100):
            await pacer.acquire(chat)
            went.append(clock.elapsed)
            if chat == 50:
                clock.elapsed += 5
    assert most_in(went, 1.0) <= 30


async def test_a_private_chat_gets_one_a_second_and_a_group_eighteen_a_minute() -> None:
    clock = JumpingClock()
    went = await spend(Pacer(clock), clock, [7] * 5 + [-7] * 40)
    assert most_in(went[7], 0.999) == 1
    assert most_in(went[-7], 59.999) == GROUP_LIMIT
    assert max(went[7]) < 6


async def test_answers_to_a_person_may_come_in_a_short_burst() -> None:
    clock = JumpingClock()
    went = await spend(Pacer(clock), clock, [7] * (ANSWER_BURST + 3), burst=ANSWER_BURST)
    assert most_in(went[7], 0.9) == ANSWER_BURST


async def test_one_refused_chat_waits_alone() -> None:
    clock = JumpingClock()
    pacer = Pacer(clock)
    pacer.refused(7, 35)
    assert pacer.blocked() == [7]
    assert pacer.soonest() == 35
    went = await spend(pacer, clock, [7, *range(100, 150)])
    assert went[7] == [35]
    assert max(time for chat, (time,) in went.items() if chat != 7) < 2


async def test_chats_refused_in_a_row_or_no_chat_at_all_stop_everybody() -> None:
    clock = JumpingClock()
    pacer = Pacer(clock)
    for chat in (1, 2, 3):
        pacer.refused(chat, 10)
    pacer.accepted()
    for chat in (4, 5, 6):
        pacer.refused(chat, 10)
    assert (await spend(pacer, clock, [50]))[50] == [0]
    pacer.refused(7, 10)
    assert (await spend(pacer, clock, [51]))[51] == [10]
    pacer.refused(None, 5)
    assert (await spend(pacer, clock, [52]))[52] == [15]


async def test_the_wall_clock_does_not_matter() -> None:
    clock = JumpingClock()
    pacer = Pacer(clock)
    await spend(pacer, clock, [1])
    clock.turn_by(timedelta(hours=-2))
    assert (await spend(pacer, clock, [2]))[2][0] < 0.1


async def test_quiet_chats_take_no_memory() -> None:
    clock = JumpingClock()
    pacer = Pacer(clock, per_second=1e4)
    for chat in range(1, 20_001):
        await pacer.acquire(chat)
        await pacer.acquire(-chat)
        clock.elapsed += 0.1
    assert len(pacer._lanes) < 1500


async def test_python_telegram_bots_calls_go_through_the_same_pacer() -> None:
    clock = JumpingClock()
    pacer = Pacer(clock)
    answers = PacedAnswers(pacer)
    refusals = iter([RetryAfter(1)])

    async def callback() -> Any:
        error = next(refusals, None)
        if error is not None:
            raise error
        return clock.elapsed

    async def send(method: str, chat: int | None = 7) -> Any:
        data = {} if chat is None else {"chat_id": chat}
        return await answers.process_request(callback, (), {}, method, data, None)

    async with clock.running():
        assert await send("sendMessage") == 1
        assert pacer.blocked() == [7]
        assert await send("answerCallbackQuery") == 1, "what writes nothing is not counted"
        refusals = iter([RetryAfter(60)])
        with pytest.raises(RetryAfter):
            await send("editMessageText", 8)
        before = clock.elapsed
        with pytest.raises(RetryAfter):
            await send("sendMessage", 8)
        assert clock.elapsed == before, "a handler that waits makes everybody wait"
    assert [writes(m) for m in ("sendPhoto", "editMessageMedia", "pinChatMessage", "sendChatAction", "getChat")] == [
        True,
        True,
        True,
        False,
        False,
    ]
