"""/forget: no table names the chat any more; what a person cannot take back is not told about them either."""

from __future__ import annotations

from bot.demo.botapi import Message, Person
from bot.demo.stage import Stage
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
