"""A change on the school's desk becomes one message to those it concerns, once: the whole product on loopback."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.botapi import Message, Person
from bot.demo.desk import Change
from bot.demo.stage import Stage, set_stage
from bot.rounds import ask_now
from bot.store import announced, chats, outbox, subscriptions
from bot.store.chats import Chat
from tests.conftest import MONDAY_AFTERNOON
from tests.test_app import follow_9a

TUESDAY = date(2026, 11, 24)


async def publish(stage: Stage, *changes: Change) -> None:
    """The school publishes, and is asked at once."""
    for change in changes:
        stage.desk.publish(change, stage.clock.now())
    await look(stage)


async def look(stage: Stage) -> None:
    await ask_now(stage.service.deps)
    await stage.service.run_job("scrape")


async def settled(stage: Stage) -> None:
    """Wait until nothing that is due waits."""

    async def open_rows() -> int:
        counts = await outbox.counts(stage.service.deps.db, stage.service.deps.now())
        return counts.due + counts.claimed

    async with asyncio.timeout(10):
        while await open_rows():
            stage.service.deps.courier.wake()
            await asyncio.sleep(0.02)


def told(person: Person) -> list[Message]:
    """The messages about changes."""
    return [message for message in person.messages if message.from_bot and "/11, lesson" in message.text.split("\n")[0]]


async def test_a_change_is_one_message_with_a_picture(stage: Stage) -> None:
    person = await follow_9a(stage)
    await publish(stage, Change(TUESDAY, "9a", 0, room="220"))
    await stage.api.wait_for(lambda: told(person), seconds=10)
    await look(stage)
    await look(stage)
    await settled(stage)
    (message,) = told(person)
    assert message.text.split("\n")[0] == "Tuesday 24/11, lesson 1: Biologija in 220 instead of 301"
    assert message.file is not None
    assert message.file.kind == "photo"


async def test_another_change_answers_the_first_and_taking_it_back_says_so(stage: Stage) -> None:
    person = await follow_9a(stage)
    await publish(stage, Change(TUESDAY, "9a", 0, room="220"))
    await stage.api.wait_for(lambda: told(person), seconds=10)
    await settled(stage)
    await publish(stage, Change(TUESDAY, "9a", 4, cancelled=True, note="Mokytojas serga"))
    await stage.api.wait_for(lambda: len(told(person)) == 2, seconds=10)
    await settled(stage)
    stage.desk.withdraw(TUESDAY, "9a", 0, stage.clock.now())
    await look(stage)
    await stage.api.wait_for(lambda: len(told(person)) == 3, seconds=10)
    first, second, third = told(person)
    assert "lesson 5: " in second.text.split("\n")[0]
    assert "is cancelled (Mokytojas serga)" in second.text.split("\n")[0]
    assert second.data["reply_to_message"]["message_id"] == first.id
    assert third.text.split("\n")[0] == "Tuesday 24/11, lesson 1: Biologija as planned again"


async def test_what_was_there_before_somebody_followed_is_no_change(stage: Stage) -> None:
    person = await follow_9a(stage)  # the desk opens with two changes for tomorrow
    await look(stage)
    await settled(stage)
    assert told(person) == []


async def test_another_class_is_not_told(stage: Stage) -> None:
    person = await follow_9a(stage)
    await publish(stage, Change(TUESDAY, "9b", 0, room="220"))
    await settled(stage)
    assert told(person) == []


async def test_a_row_that_waits_is_overtaken_and_withdrawn(stage: Stage) -> None:
    """In quiet hours: a change and its withdrawal are silence; two changes are one message in the morning."""
    person = await follow_9a(stage)
    db = stage.service.deps.db
    chat = await chats.get(db, person.id)
    assert chat is not None
    async with db.transaction() as transaction:
        await chats.put(transaction, replace(chat, quiet_from="16:00", quiet_to="18:30"), stage.service.deps.now())
    await publish(stage, Change(TUESDAY, "9a", 0, room="220"))
    stage.desk.withdraw(TUESDAY, "9a", 0, stage.clock.now())
    await look(stage)
    (one,) = await subscriptions.of_chat(db, person.id)
    way = await announced.on_the_way(db, one.target_id, [TUESDAY])
    assert way.waiting == {}
    await publish(stage, Change(TUESDAY, "9a", 0, room="220"))
    await publish(stage, Change(TUESDAY, "9a", 1, room="221"))
    assert told(person) == []
    stage.clock.turn_to(MONDAY_AFTERNOON + timedelta(hours=2))
    stage.service.deps.courier.wake()
    await stage.api.wait_for(lambda: told(person), seconds=10)
    await settled(stage)
    (message,) = told(person)
    head = message.text.split("\n")[0]
    assert "lesson 1: Biologija in 220" in head
    assert "lesson 2: " in head
    assert "in 221 instead of 112" in head


async def test_who_stops_following_hears_nothing_of_what_waited(stage: Stage) -> None:
    person = await follow_9a(stage)
    db = stage.service.deps.db
    chat = await chats.get(db, person.id)
    assert chat is not None
    async with db.transaction() as transaction:
        await chats.put(transaction, replace(chat, quiet_from="16:00", quiet_to="18:30"), stage.service.deps.now())
    await publish(stage, Change(TUESDAY, "9a", 0, room="220"))
    (one,) = await subscriptions.of_chat(db, person.id)
    assert (await announced.on_the_way(db, one.target_id, [TUESDAY])).waiting
    async with db.transaction() as transaction:
        await subscriptions.remove(transaction, one.id)
    assert (await announced.on_the_way(db, one.target_id, [TUESDAY])).waiting == {}


async def test_a_restored_backup_begins_silently(stage: Stage) -> None:
    person = await follow_9a(stage)
    stage.clock.turn_to(MONDAY_AFTERNOON + timedelta(days=7))
    await publish(stage, Change(TUESDAY + timedelta(days=7), "9a", 0, room="220"))
    await settled(stage)
    assert told(person) == []


async def test_a_cancellation_today_is_heard_though_all_else_is_silent(stage: Stage) -> None:
    person = await follow_9a(stage)
    stage.clock.turn_to(datetime.fromisoformat("2026-11-24T07:00:00+02:00"))
    await publish(stage, Change(TUESDAY, "9a", 4, cancelled=True), Change(TUESDAY, "9a", 5, room="220"))
    await stage.api.wait_for(lambda: told(person), seconds=10)
    await settled(stage)
    (_,) = told(person)
    calls = [
        call for call in stage.api.calls if call.method == "sendPhoto" and "lesson 5" in call.params.text("caption")
    ]
    assert [call.params.text("disable_notification") for call in calls] == [""]


async def test_the_statements_of_a_change_do_not_grow_with_its_subscribers(stage: Stage) -> None:
    await follow_9a(stage)
    deps = stage.service.deps
    (one,) = await subscriptions.of_chat(deps.db, 1001)
    await deps.courier.stop()  # its statements are not counted

    async def follow(first: int, count: int) -> None:
        async with deps.db.transaction() as transaction:
            for number in range(first, first + count):
                await chats.put(transaction, Chat(number, language="en", format="text"), deps.now())
                await subscriptions.put(transaction, replace(one, chat_id=number), deps.now())

    async def statements(room: str) -> int:
        stage.desk.publish(Change(TUESDAY, "9a", 0, room=room), stage.clock.now())
        before = deps.db.statements
        await look(stage)
        return deps.db.statements - before

    await follow(2000, 3)
    await statements("301a")
    few = await statements("301b")
    await follow(3000, 200)
    many = await statements("301c")
    assert (await outbox.counts(deps.db, deps.now())).due >= 204
    assert many <= few + 30  # a timer may have looked meanwhile; one a subscriber would be 200


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("untis-monitor", "Tuesday 24/11, lesson 1: Biologija in 220 with N. Žolė"),
        ("ical", "Tuesday 24/11, 08:00: Biologija in 220 instead of 301"),
    ],
)
async def test_the_other_systems_of_the_demo(tmp_path: Path, system: str, said: str) -> None:
    async with set_stage(tmp_path / "data", start=MONDAY_AFTERNOON, system=system, lang="en", paced=False) as stage:
        person = await follow_9a(stage, picture=False)
        await publish(stage, Change(TUESDAY, "9a", 0, room="220"))
        await stage.api.wait_for(lambda: "220" in person.messages[-1].text, seconds=10)
        await look(stage)
        await settled(stage)
        heads = [message.text.split("\n")[0] for message in person.messages]
        assert [head for head in heads if "24/11" in head] == [said]


async def test_the_card_of_a_change_shows_the_tasks_that_the_chat_wrote_down(stage: Stage) -> None:
    person = await follow_9a(stage)
    await person.say("/hw biologija p. 7 for tomorrow")
    await stage.api.wait_for(lambda: "Written down" in person.messages[-1].text, seconds=10)
    await publish(stage, Change(TUESDAY, "9a", 0, room="220"))
    await stage.api.wait_for(lambda: told(person), seconds=10)
    assert "Biologija: p. 7" in told(person)[-1].text
