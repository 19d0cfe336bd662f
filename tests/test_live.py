"""The live message: edited when what it shows changes, announced when the plan of its day does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.demo.botapi import Message, Person
from bot.demo.desk import Change, Site, Task
from bot.demo.stage import Stage, set_stage
from bot.store import live
from tests.conftest import MONDAY_AFTERNOON
from tests.conversation import settled
from tests.test_announce import look
from tests.test_app import follow_9a

TUESDAY = date(2026, 11, 24)


async def pinned(stage: Stage) -> tuple[Person, Message]:
    """Somebody who is told of nothing but by the live message."""
    person = await follow_9a(stage)
    stage.service.timers.on = False  # nothing happens between two lines
    await stage.service.deps.db.write("UPDATE subscriptions SET changes = 0, daily = NULL")
    await person.say("/pin")
    await settled(stage)
    return person, person.messages[-1]


async def shown(stage: Stage, message: Message) -> str:
    await look(stage)
    await stage.service.run_job("live")
    await settled(stage)
    return message.text


def answers(person: Person) -> list[str]:
    return [message.text for message in person.messages if message.text.endswith("changed.")]


async def test_a_changed_plan_is_announced_by_a_short_answer(stage: Stage) -> None:
    person, message = await pinned(stage)
    stage.desk.publish(Change(TUESDAY, "9a", 0, room="220"), stage.clock.now())
    assert "Biologija · 301 220" in await shown(stage, message)
    assert answers(person) == ["The timetable of 9a for 24 November changed."]


async def test_an_outage_is_shown_and_announced_as_no_change(stage: Stage) -> None:
    person, message = await pinned(stage)
    before = message.text
    stage.desk.site = Site.DOWN
    for hours in range(1, 4):
        stage.clock.turn_to(MONDAY_AFTERNOON + timedelta(hours=hours))
        assert f"{hours} hour" in await shown(stage, message)
    stage.desk.site = Site.UP
    assert await shown(stage, message) == before
    assert answers(person) == []


async def test_an_outage_is_shown_each_time(stage: Stage) -> None:
    _, message = await pinned(stage)
    for hours in (1, 3):
        stage.desk.site = Site.DOWN
        stage.clock.turn_to(MONDAY_AFTERNOON + timedelta(hours=hours))
        assert "could not be read" in await shown(stage, message)
        stage.desk.site = Site.UP
        assert "could not be read" not in await shown(stage, message)


async def test_neither_midnight_nor_homework_nor_another_look_is_a_changed_plan(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "data", start=MONDAY_AFTERNOON, lang="en", paced=False, furnished=True) as stage:
        person, message = await pinned(stage)
        stage.desk.tasks.append(Task("9a", "Matematika", "p. 45", TUESDAY))
        assert "p. 45" in await shown(stage, message)
        await stage.service.deps.db.write("UPDATE chats SET language = 'de'")
        assert "Dienstag" in await shown(stage, message)
        stage.clock.turn_to(datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
        await shown(stage, message)
        assert [one for one in person.messages if one.data.get("reply_to_message")] == []


async def test_a_message_of_an_earlier_version_is_announced_from_the_next_change_on(stage: Stage) -> None:
    person, message = await pinned(stage)
    (one,) = await live.all_live(stage.service.deps.db)
    await stage.service.deps.db.write("UPDATE live_messages SET picture = ?", (f"{one.shown.split()[0]} 0123",))
    await shown(stage, message)
    assert answers(person) == []
    stage.desk.publish(Change(TUESDAY, "9a", 0, room="220"), stage.clock.now())
    await shown(stage, message)
    assert len(answers(person)) == 1


async def test_it_shows_the_tasks_that_the_chat_wrote_down(stage: Stage) -> None:
    person, message = await pinned(stage)
    await person.say("/hw biologija p. 7 for tomorrow")
    await settled(stage)
    assert "p. 7" in await shown(stage, message)
    await person.say("/pin")
    await settled(stage)
    assert "p. 7" in person.messages[-1].text
