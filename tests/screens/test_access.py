"""Invitations: the school's link opens it for the chat, a shared class's link too, a wrong word does not."""

from __future__ import annotations

from dataclasses import replace

from bot import digest
from bot.demo.botapi import Person
from bot.demo.stage import SCHOOL, Stage
from bot.store import chats, people, schools
from tests.conversation import settled

WORD = "0f1e2d3c4b5a6978"


async def close_school(stage: Stage) -> None:
    deps = stage.service.deps
    school = await schools.school_by_id(deps.db, SCHOOL)
    assert school is not None
    async with deps.db.transaction() as transaction:
        await schools.put_school(
            transaction, replace(school, settings={"access": "invite", "invite": WORD}), deps.now()
        )


async def said(stage: Stage, person: Person, text: str) -> str:
    await person.say(text)
    await settled(stage)
    return person.messages[-1].text


async def test_an_invitation_opens_the_school(stage: Stage) -> None:
    await close_school(stage)
    person = stage.api.user(1001, "Ona", "en")
    for text in ("/start", "/start c-9", "/start c-9-wrong", "/start i-wrong", f"/start i-{WORD[:-1]}"):
        assert "not open to everybody" in await said(stage, person, text)
    assert "Which class?" in await said(stage, person, f"/start i-{WORD}")
    assert "9a" in await said(stage, person, "/today 9a")


async def test_a_shared_link_carries_the_invitation(stage: Stage) -> None:
    await close_school(stage)
    ona, petras = stage.api.user(1001, "Ona", "en"), stage.api.user(1002, "Petras", "en")
    await said(stage, ona, f"/start c-9-{WORD}")
    await ona.press(ona.messages[-1], "Follow 9a")
    await settled(stage)
    await ona.press(ona.messages[-1], "In the morning, 07:00")
    await settled(stage)
    shared = await said(stage, ona, "/share")
    link = next(line for line in shared.splitlines() if "?start=" in line)
    payload = link.partition("?start=")[2]
    assert payload == f"c-9-{WORD}"
    assert "This is the timetable of 9a." in await said(stage, petras, f"/start {payload}")


async def test_who_is_banned_gets_nothing_more_until_that_is_taken_back(stage: Stage) -> None:
    deps = stage.service.deps
    petras = stage.api.user(1002, "Petras", "en")
    await said(stage, petras, "/subscribe 9a")
    await petras.press(petras.messages[-1], "The evening before, 18:00")
    await settled(stage)
    async with deps.db.transaction() as transaction:
        await people.give_role(transaction, petras.id, people.BANNED, deps.now())
    await chats.deactivate(deps.db, petras.id, "banned", deps.now())
    assert await said(stage, petras, "/today") == "The bot's admins have blocked you."
    await petras.block()
    await petras.unblock()
    await settled(stage)
    count = len(petras.messages)
    stage.clock.turn_to(stage.clock.now().replace(hour=16, minute=5))
    await digest.send_due(deps)
    await settled(stage)
    assert len(petras.messages) == count
    async with deps.db.transaction() as transaction:
        await people.give_role(transaction, petras.id, "", deps.now())
    assert "9a" in await said(stage, petras, "/today")
    assert (await deps.db.value("SELECT active FROM chats WHERE chat_id = ?", (petras.id,))) == 1
