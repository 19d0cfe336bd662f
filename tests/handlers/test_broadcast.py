"""/broadcast and /mute: seen first, counted, stopped; notices to admins have a limit."""

from __future__ import annotations

from pathlib import Path

from bot import notify
from bot.demo.botapi import Fault, Person
from bot.demo.stage import Stage, set_stage
from bot.store import broadcasts, chats, outbox, schools, subscriptions
from bot.store.chats import Chat
from bot.store.outbox import Content, Priority, Row
from bot.store.subscriptions import Subscription
from tests.conftest import MONDAY_AFTERNOON
from tests.handlers.owner import hears, owner_of


async def followers(stage: Stage, count: int, name: str = "9a", first: int = 2001) -> list[Person]:
    """People who follow a class."""
    deps = stage.service.deps
    listed = await schools.targets_of(deps.db, "saules")
    target = next(target for target in listed if target.name == name)
    people = [stage.api.user(number, f"Person {number}", "en") for number in range(first, first + count)]
    async with deps.db.transaction() as transaction:
        for person in people:
            await chats.put(transaction, Chat(person.id), deps.now())
            await subscriptions.put(transaction, Subscription(0, person.id, 0, target.id), deps.now())
    return people


async def test_preview_audience_progress_and_report(stage: Stage) -> None:
    owner = await owner_of(stage)
    people = await followers(stage, 5)
    people[0].user.deactivated = True  # nobody tells the bot of it
    await owner.say("/broadcast Rytoj <b>mokyklos</b> šventė & koncertas")
    asked = await hears(stage, owner, "Who should get it?")
    assert owner.messages[-2].text == "Rytoj <b>mokyklos</b> šventė & koncertas"
    await owner.press(asked, "Everybody (5)")
    report = await hears(stage, owner, "Broadcast: 4 of 5 sent")
    assert report.id == asked.id
    await stage.api.wait_for(lambda: report.text.startswith("✓"), seconds=15)
    assert "Not reached: 1" in report.text
    for person in people[1:]:
        assert [message.text for message in person.messages] == ["Rytoj <b>mokyklos</b> šventė & koncertas"]
    await owner.press(asked, "v1|bcgo|00000000|a|", forged=True)
    assert (await broadcasts.audience(stage.service.deps.db)) == [(person.id, 0) for person in people[1:]]


async def test_one_class_only(stage: Stage) -> None:
    owner = await owner_of(stage)
    others = await followers(stage, 2, "9a")
    (only,) = await followers(stage, 1, "10b", first=3001)
    await owner.say("/broadcast @10B Rytoj ekskursija")
    asked = await hears(stage, owner, "Who should get it?")
    await owner.press(asked, "10b (1)")
    await hears(stage, owner, "✓ Broadcast: 1 of 1 sent")
    assert [message.text for message in only.messages] == ["Rytoj ekskursija"]
    assert [other.messages for other in others] == [[], []]


async def test_a_stop_of_the_service_does_not_wait_for_a_broadcast(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "data", start=MONDAY_AFTERNOON, lang="en", paced=False) as stage:
        owner = await owner_of(stage)
        people = await followers(stage, 3)
        stage.api.faults.add(Fault("send*", people[0].id, status=502, description="Bad Gateway"))
        await owner.say("/broadcast Rytoj")
        await owner.press(await hears(stage, owner, "Who should get it?"), "Everybody (3)")
        await hears(stage, owner, "Broadcast: 2 of 3 sent")
        begun = stage.clock.monotonic()
    assert stage.clock.monotonic() - begun < 6


async def test_stopping_spares_the_rest(stage: Stage) -> None:
    deps = stage.service.deps
    rows = [
        Row(number, broadcasts.KIND, deps.clock.now().date(), "k", Content("x"), Priority.BROADCAST, not_before=1 << 40)
        for number in range(10)
    ]
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, rows, deps.now())
        assert await broadcasts.stop(transaction, "k", deps.now()) == 10
    now = await broadcasts.progress(deps.db, "k")
    assert (now.waiting, now.stopped, now.total) == (0, 10, 10)


async def test_nobody_means_nobody(stage: Stage) -> None:
    owner = await owner_of(stage)
    (person,) = await followers(stage, 1)
    await owner.say("/broadcast Klaida")
    asked = await hears(stage, owner, "Who should get it?")
    await owner.press(asked, "Nobody")
    await hears(stage, owner, "Nobody was told.")
    await owner.press(asked, "Everybody (1)")
    await owner.say("/broadcast")
    await hears(stage, owner, "Write the message after the command")
    assert (await broadcasts.progress(stage.service.deps.db, "")).total == 0
    assert person.messages == []


async def test_notices_have_a_limit_and_a_pause(stage: Stage) -> None:
    owner = await owner_of(stage)
    deps = stage.service.deps
    for number in range(notify.AN_HOUR + 20):
        await notify.tell_admins(deps, f"Notice {number}", f"fact {number}")
        await notify.tell_admins(deps, f"Notice {number}", f"fact {number}")
    sql = "SELECT count(*) FROM outbox WHERE chat_id = 1001 AND kind = 'admin'"
    assert await deps.db.value(sql) == notify.AN_HOUR + 1
    await owner.say("/mute")
    await owner.press(await hears(stage, owner, "You get a notice"), "12 hours")
    await hears(stage, owner, "No notices to you until")
    await notify.tell_admins(deps, "While muted", "muted fact")
    assert await deps.db.value(sql) == notify.AN_HOUR + 1
