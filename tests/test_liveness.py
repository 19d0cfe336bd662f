"""A wedge is told from an outage, and only the wedge ends the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from telegram.error import InvalidToken

from bot.liveness import CHECK, WEDGED_AFTER, End, Liveness, State
from bot.transport import NotSent
from tests.clocks import JumpingClock


async def watch(
    clock: JumpingClock, liveness: Liveness, ask: Callable[[], Awaitable[object]], *, seconds: float
) -> tuple[End | None, int]:
    """Watch for so long on the clock; how it ended, and how often the watchdog was fed."""
    fed = 0

    def feed() -> None:
        nonlocal fed
        fed += 1

    async with clock.running():
        task = asyncio.create_task(liveness.watch(ask, feed))
        limit = asyncio.create_task(clock.sleep(seconds))
        await asyncio.wait({task, limit}, return_when=asyncio.FIRST_COMPLETED)
        for each in (task, limit):
            each.cancel()
        result = (await asyncio.gather(task, return_exceptions=True))[0]
    return (result if isinstance(result, End) else None), fed


async def test_polls_that_stop_while_telegram_answers_end_the_process() -> None:
    clock = JumpingClock()
    liveness = Liveness(clock)

    async def ask() -> None:
        liveness.answered("getMe", 200)

    end, _ = await watch(clock, liveness, ask, seconds=600)
    assert end is not None
    assert end.exit_code == 1
    assert "Telegram answers" in end.reason
    assert WEDGED_AFTER < clock.elapsed <= WEDGED_AFTER + 2 * CHECK


async def test_an_outage_is_sat_out_however_long() -> None:
    clock = JumpingClock()
    liveness = Liveness(clock)

    async def ask() -> None:
        liveness.answered("getMe", 0)
        raise NotSent("refused")

    end, fed = await watch(clock, liveness, ask, seconds=3600)
    assert end is None
    assert liveness.state() is State.OUTAGE
    assert fed >= 3600 / 5 - 2
    liveness.answered("getMe", 200)
    assert liveness.state() is State.OUTAGE, "the polls get time to come back"
    liveness.answered("getUpdates", 200)
    assert liveness.state() is State.ALIVE


async def test_polls_that_do_not_come_back_after_an_outage_are_a_wedge() -> None:
    clock = JumpingClock()
    liveness = Liveness(clock)

    async def ask() -> None:
        liveness.answered("getMe", 0 if clock.elapsed < 600 else 200)

    end, _ = await watch(clock, liveness, ask, seconds=3600)
    assert end is not None
    assert 600 + WEDGED_AFTER < clock.elapsed <= 600 + WEDGED_AFTER + 3 * CHECK


async def test_a_lost_answer_is_no_outage() -> None:
    clock = JumpingClock()
    liveness = Liveness(clock)
    answers = iter([200, 0] * 100)

    async def ask() -> None:
        liveness.answered("getMe", next(answers))

    end, _ = await watch(clock, liveness, ask, seconds=600)
    assert end is not None


async def test_a_revoked_token_ends_with_78_and_a_passing_401_does_not() -> None:
    clock = JumpingClock()
    liveness = Liveness(clock)

    async def ask() -> None:
        liveness.answered("getMe", 401)
        raise InvalidToken("Unauthorized")

    end, _ = await watch(clock, liveness, ask, seconds=60)
    assert end is None
    end, _ = await watch(clock, liveness, ask, seconds=600)
    assert end is not None
    assert end.exit_code == 78


async def test_another_poller_is_told_of_once_and_survived() -> None:
    clock = JumpingClock()
    told: list[float] = []
    liveness = Liveness(clock, lambda: told.append(clock.elapsed))

    async def ask() -> None:
        liveness.answered("getMe", 200)
        liveness.answered("getUpdates", 409)

    end, fed = await watch(clock, liveness, ask, seconds=1800)
    assert end is None
    assert fed > 300
    assert len(told) == 1
    assert liveness.state() is State.CONFLICT
    assert liveness.feeds()


async def test_the_other_poller_is_gone_after_ten_quiet_minutes() -> None:
    clock = JumpingClock()
    told: list[str] = []
    liveness = Liveness(clock, lambda: told.append("conflict"), lambda: told.append("alone"))
    async with clock.running():
        for status in (409, 200, 409, 200):  # two pollers take turns
            liveness.answered("getUpdates", status)
            await clock.sleep(300)
        assert told == ["conflict"]
        for _ in range(4):
            liveness.answered("getUpdates", 200)
            await clock.sleep(300)
    assert told == ["conflict", "alone"]
    liveness.answered("getUpdates", 409)
    assert told == ["conflict", "alone", "conflict"]


@pytest.mark.parametrize("stopped", [30.0, 600.0])
async def test_a_process_that_was_stopped_has_not_missed_polls(stopped: float) -> None:
    clock = JumpingClock()
    liveness = Liveness(clock)
    asked: list[float] = []

    async def ask() -> None:
        asked.append(clock.elapsed)
        liveness.answered("getMe", 200)

    async with clock.running():
        task = asyncio.create_task(liveness.watch(ask))
        await clock.sleep(12)
        clock.elapsed += stopped
        await clock.sleep(20)
        assert not task.done()
        assert not asked
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
