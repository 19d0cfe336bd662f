"""The list of what a chat follows."""

from __future__ import annotations

from bot.demo.stage import Stage
from bot.model import Target, TargetKind
from bot.store import schools, subscriptions
from bot.store.schools import School
from bot.store.subscriptions import Subscription
from tests.test_app import follow_9a


async def test_two_classes_of_one_name_say_their_schools(stage: Stage) -> None:
    person = await follow_9a(stage)
    db = stage.service.deps.db
    await person.say("/unsubscribe")
    alone = await stage.api.wait_for(lambda: person.messages[-1].buttons and person.messages[-1], seconds=10)
    assert alone
    assert [row[0]["text"] for row in alone.buttons] == ["9a"]
    async with db.transaction() as transaction:
        first = await schools.school_by_id(transaction, "saules")
        assert first is not None
        await schools.put_school(transaction, School("other", "Kita mokykla", first.timezone, {}), 1)
        await schools.put_targets(transaction, "other", [Target(TargetKind.CLASS, "1", "9a")], 1)
        number = int(await transaction.value("SELECT id FROM targets WHERE school_id = 'other'"))
        await subscriptions.put(transaction, Subscription(0, person.id, 0, number), 1)
    await person.say("/unsubscribe")
    both = await stage.api.wait_for(lambda: len(person.messages[-1].buttons) == 2 and person.messages[-1], seconds=10)
    assert both
    assert [row[0]["text"] for row in both.buttons] == ["9a · Saulės gimnazija", "9a · Kita mokykla"]
