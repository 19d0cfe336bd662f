"""Days in a row without school are told once, to those with a daily plan too, and so is that there is school again."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.demo.botapi import Person
from bot.demo.desk import Change
from bot.demo.stage import Stage
from tests.conversation import settled
from tests.test_announce import look
from tests.test_app import follow_9a
from tests.test_seasons import with_holidays

# Monday the 23rd is today; Thursday the 26th to Wednesday the 2nd are free.
FLOOD = {"first": "2026-11-26", "last": "2026-12-02", "name": "Flood"}


async def follower(stage: Stage, *, horizon: str, daily: str | None) -> Person:
    person = await follow_9a(stage)
    stage.service.timers.on = False  # nothing happens between two lines
    await stage.service.deps.db.write("UPDATE chats SET horizon = ?", (horizon,))
    await stage.service.deps.db.write("UPDATE subscriptions SET daily = ?", (daily,))
    return person


async def heard(stage: Stage, person: Person, hours: list[str] | None = None) -> list[str]:
    """What is told at the next look, and at each of these hours (UTC), the first line of each."""
    before = len(person.messages)
    await look(stage)
    await settled(stage)
    for hour in hours or []:
        stage.clock.turn_to(datetime.fromisoformat(hour).replace(tzinfo=UTC))
        await look(stage)
        await settled(stage)
    return [message.text.splitlines()[0] for message in person.messages[before:]]


async def test_a_break_is_one_message_and_its_end_another(stage: Stage) -> None:
    person = await follower(stage, horizon="all", daily=None)
    await with_holidays(stage, FLOOD)
    assert await heard(stage, person) == ["Thursday 26/11 – Wednesday 02/12: no school (Flood)"]
    await with_holidays(stage)
    assert await heard(stage, person) == ["Thursday 26/11 – Wednesday 02/12: there is school after all"]
    assert "added" not in person.messages[-1].text  # the usual lessons of the day
    assert "5 lessons\n" in person.messages[-1].text


async def test_a_break_that_goes_on_beyond_the_days_ahead_is_told_whole(stage: Stage) -> None:
    person = await follower(stage, horizon="all", daily=None)
    await with_holidays(stage, {**FLOOD, "last": "2027-01-06"})
    assert await heard(stage, person, ["2026-12-01 09:00", "2026-12-10 09:00"]) == [
        "Thursday 26/11 – Wednesday 06/01: no school (Flood)"
    ]


async def test_a_daily_plan_does_not_tell_of_days_without_school(stage: Stage) -> None:
    person = await follower(stage, horizon="tomorrow", daily="18:00")
    await with_holidays(stage, FLOOD)
    told = await heard(stage, person, ["2026-11-24 14:00", "2026-11-25 13:30", "2026-11-26 13:30", "2026-12-01 14:00"])
    assert told == ["Thursday 26/11 – Wednesday 02/12: no school (Flood)"]


async def test_a_break_that_is_taken_back_before_it_was_told_is_told_to_nobody(stage: Stage) -> None:
    person = await follower(stage, horizon="today", daily=None)
    await with_holidays(stage, FLOOD)
    await heard(stage, person)
    await with_holidays(stage)
    assert await heard(stage, person, ["2026-11-26 08:00", "2026-11-27 08:00", "2026-11-30 08:00"]) == []


async def test_what_is_left_of_a_break_that_begins_later_is_told(stage: Stage) -> None:
    person = await follower(stage, horizon="today", daily=None)
    await with_holidays(stage, FLOOD)
    await heard(stage, person)
    await with_holidays(stage, {**FLOOD, "first": "2026-11-27"})
    told = await heard(stage, person, ["2026-11-26 08:00", "2026-11-27 08:00", "2026-11-30 08:00"])
    assert told == ["Friday 27/11 – Wednesday 02/12: no school (Flood)"]


async def test_a_cancelled_lesson_of_a_day_that_has_school_again_is_told(stage: Stage) -> None:
    person = await follower(stage, horizon="all", daily=None)
    await with_holidays(stage, FLOOD)
    await heard(stage, person)
    stage.desk.publish(Change(date(2026, 11, 27), "9a", 1, cancelled=True, note="Serga"), stage.clock.now())
    await with_holidays(stage)
    assert await heard(stage, person) == [
        "Thursday 26/11 – Wednesday 02/12: there is school after all",
        "Friday 27/11 – Wednesday 02/12: there is school after all",
    ]
    assert "1 cancelled" in person.messages[-1].text


async def test_two_breaks_are_two_messages(stage: Stage) -> None:
    person = await follower(stage, horizon="all", daily=None)
    await with_holidays(
        stage,
        {"first": "2026-11-25", "last": "2026-11-25", "name": "Fair"},
        {"first": "2026-11-27", "last": "2026-11-30", "name": "Flood"},
    )
    assert await heard(stage, person) == [
        "Wednesday 25/11: no school (Fair)",
        "Friday 27/11 – Monday 30/11: no school (Flood)",
    ]
