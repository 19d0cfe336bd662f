"""/forget: no table names the chat any more; what a person cannot take back is not told about them either."""

from __future__ import annotations

from bot.demo.botapi import Message, Person
from bot.demo.stage import Stage
from bot.store import chats, people
from tests.conversation import settled

PERSON = 100100100


async def names(stage: Stage, number: int) -> list[str]:
    """Every column of every table that holds a number, in whatever form."""
    db, found = stage.service.deps.db, []
    for row in await db.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"):
        for column in await db.all(f"PRAGMA table_info({row['name']})"):
            sql = f"SELECT 1 FROM {row['name']} WHERE instr(CAST({column['name']} AS TEXT), ?) LIMIT 1"
            if await db.value(sql, (str(number),)) is not None:
                found.append(f"{row['name']}.{column['name']}")
    return found


async def said(stage: Stage, person: Person, text: str) -> Message:
    await person.say(text)
    await settled(stage)
    return [message for message in person.messages if message.from_bot][-1]


async def test_no_table_names_a_forgotten_chat(stage: Stage) -> None:
    person = stage.api.user(PERSON, "Ona", "en")
    asked = await said(stage, person, "/subscribe 9a")
    await person.press(asked, "In the morning, 07:00")
    await settled(stage)
    for text in ("/pin", "/settings", "/find", "/hw Fizika: read page 12", "/report wrong"):
        await said(stage, person, text)
    assert {"chats.chat_id", "subscriptions.chat_id", "live_messages.chat_id"} <= set(await names(stage, PERSON))
    asked = await said(stage, person, "/forget")
    await person.press(asked, "Yes, delete")
    await settled(stage)
    assert await names(stage, PERSON) == []


async def test_a_banned_person_sees_and_deletes_what_is_stored_and_stays_banned(stage: Stage) -> None:
    person = stage.api.user(PERSON, "Ona", "en")
    asked = await said(stage, person, "/subscribe 9a")
    await person.press(asked, "In the morning, 07:00")
    await settled(stage)
    db = stage.service.deps.db
    async with db.transaction() as transaction:
        await people.give_role(transaction, PERSON, people.BANNED, stage.service.deps.now())
    await chats.deactivate(db, PERSON, "banned", stage.service.deps.now())
    assert "have blocked you" in (await said(stage, person, "/today")).text
    assert "What is stored about you" in (await said(stage, person, "/privacy")).text
    assert "what is stored about this chat" in (await said(stage, person, "/export")).text
    assert await db.value("SELECT active FROM chats WHERE chat_id = ?", (PERSON,)) == 0
    asked = await said(stage, person, "/stop")
    await person.press(asked, "Yes, delete")
    await settled(stage)
    assert await names(stage, PERSON) == ["people.user_id"]
    assert "have blocked you" in (await said(stage, person, "/today")).text
