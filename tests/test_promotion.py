"""A class that disappears is asked about after a day, once; the chat's other settings go along to the new one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.demo.botapi import Person
from bot.demo.stage import Stage
from bot.promotion import ask_where_needed
from bot.store import subscriptions
from tests.conversation import settled


async def following_9a(stage: Stage) -> Person:
    person = stage.api.user(1001, "Ona", "en")
    for text, button in (("/subscribe 9a", "In the morning, 07:00"),):
        await person.say(text)
        await settled(stage)
        await person.press(person.messages[-1], button)
        await settled(stage)
    return person


async def test_a_class_that_is_gone_is_asked_about_once(stage: Stage) -> None:
    person = await following_9a(stage)
    deps = stage.service.deps
    await deps.db.write("UPDATE targets SET gone_at = ? WHERE name = '9a'", (deps.now(),))
    assert await ask_where_needed(deps) == 0  # a list that lacks it once may be a mistake
    stage.clock.turn_by(timedelta(days=1, minutes=1))
    await deps.db.write("UPDATE targets SET gone_at = ? WHERE name = '9a'", (deps.now() - 86400,))
    assert await ask_where_needed(deps) == 1
    assert await ask_where_needed(deps) == 0
    await settled(stage)
    asked = person.messages[-1]
    assert "does not publish the class 9a any more" in asked.text
    labels = [button["text"] for row in asked.buttons for button in row]
    assert labels[0] == "10a"
    assert labels[-2:] == ["Wait for 9a", "Stop following"]
    await person.press(asked, "10a")
    await settled(stage)
    (one,) = await subscriptions.of_chat(deps.db, 1001)
    target = await deps.db.value("SELECT name FROM targets WHERE id = ?", (one.target_id,))
    assert (target, one.daily) == ("10a", "07:00")


async def test_following_both_does_not_double(stage: Stage) -> None:
    person = await following_9a(stage)
    deps = stage.service.deps
    await person.say("/subscribe 10a")
    await settled(stage)
    await person.press(person.messages[-1], "In the morning, 07:00")
    await settled(stage)
    old, new = await subscriptions.of_chat(deps.db, 1001)
    async with deps.db.transaction() as transaction:
        await subscriptions.retarget(transaction, old.id, new.target_id)
    assert [one.id for one in await subscriptions.of_chat(deps.db, 1001)] == [new.id]


async def test_nobody_is_asked_at_night(stage: Stage) -> None:
    person = await following_9a(stage)
    deps = stage.service.deps
    stage.clock.turn_to(datetime(2027, 8, 24, 22, 0, tzinfo=UTC))  # 01:00 of the first day
    assert await ask_where_needed(deps) == 1
    await settled(stage)
    assert "new school year" not in person.messages[-1].text
    stage.clock.turn_to(datetime(2027, 8, 25, 5, 0, tzinfo=UTC))
    await settled(stage)
    assert "new school year" in person.messages[-1].text
