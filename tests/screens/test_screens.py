"""What a screen does when the message it stands on is gone, and when a group's admins change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.demo.botapi import Fault
from bot.demo.desk import Site
from bot.demo.stage import Stage
from tests.conversation import settled

GROUP = -1001234567890


async def test_a_message_that_is_gone_is_sent_anew(stage: Stage) -> None:
    person = stage.api.user(1001, "Ona", "en")
    await person.say("/today 9a")
    await settled(stage)
    picture = next(message for message in person.messages if message.file)
    count = len(person.messages)
    fault = Fault("editMessageMedia", status=400, description="Bad Request: message to edit not found", times=1)
    stage.api.faults.add(fault)
    await person.press(picture, "Tue →")
    await settled(stage)
    assert fault.hits == 1
    assert len(person.messages) == count + 1
    assert person.messages[-1].text.startswith("Tuesday, 24 November")


async def test_a_lost_file_id_is_uploaded_again(stage: Stage) -> None:
    person = stage.api.user(1001, "Ona", "en")
    await person.say("/today 9a")
    await settled(stage)
    fault = Fault("sendPhoto", status=400, description="Bad Request: wrong file identifier/HTTP URL specified", times=1)
    stage.api.faults.add(fault)
    await person.say("/today 9a")
    await settled(stage)
    assert fault.hits == 1
    assert [bool(message.file) for message in person.messages if message.from_bot][-1]


async def test_who_is_admin_of_a_group_is_asked_once_a_minute(stage: Stage) -> None:
    ona, petras = stage.api.user(1001, "Ona", "en"), stage.api.user(1002, "Petras", "en")
    group = stage.api.group(GROUP, "Class 9a", members=[petras], admins=[ona])
    for _ in range(3):
        await ona.send(group, "/settings")
        await petras.send(group, "/settings")
    await settled(stage)
    assert len(stage.api.calls_of("getChatMember")) == 2
    told = [message.text for message in stage.api.messages(group) if message.from_bot]
    assert sum("only its admins" in text for text in told) == 3


async def test_a_group_that_moves_keeps_what_it_follows(stage: Stage) -> None:
    ona = stage.api.user(1001, "Ona", "en")
    group = stage.api.group(-4001, "Class 9a", kind="group", admins=[ona])
    await ona.send(group, "/subscribe 9a")
    await settled(stage)
    asked = next(message for message in stage.api.messages(group) if message.from_bot)
    await ona.press(asked, "In the morning, 07:00")
    await settled(stage)
    await stage.api.migrate(group, GROUP, by=ona)
    await settled(stage)
    rows = await stage.service.deps.db.all("SELECT chat_id FROM subscriptions UNION SELECT chat_id FROM chats")
    assert [row["chat_id"] for row in rows] == [GROUP]


@pytest.mark.parametrize("status", [429, 502])
async def test_an_answer_that_telegram_does_not_take_comes_as_soon_as_it_does(stage: Stage, status: int) -> None:
    person = stage.api.user(1001, "Ona", "en")
    await person.say("/today 9a")
    await settled(stage)
    for method in ("sendMessage", "sendPhoto", "editMessageText", "editMessageMedia"):
        fault = Fault(method, status=status, description="refused", times=1)
        if status == 429:
            fault.parameters = {"retry_after": 2}
        stage.api.faults.add(fault)
    picture = next(message for message in person.messages if message.file)
    count = len(person.messages)
    await person.press(picture, "Tue →")
    await person.say("/find")
    await person.say("/today 9a")
    await _until(lambda: len(person.messages) == count + 4 and picture.text.startswith("Tuesday, 24 November"))
    told = person.messages[count:]
    assert [message.text.partition("\n")[0] for message in told if message.from_bot] == [
        "Write a teacher's name or a room.",
        "Monday, 23 November · 9a · Saulės gimnazija",
    ]
    assert told[-1].file is not None


async def test_a_file_that_telegram_does_not_take_is_asked_for_again(stage: Stage) -> None:
    person = stage.api.user(1001, "Ona", "en")
    parameters = {"retry_after": 2}
    stage.api.faults.add(Fault("sendDocument", status=429, description="busy", parameters=parameters, times=1))
    await person.say("/export")
    await _until(lambda: person.messages[-1].from_bot)
    assert person.messages[-1].text == "Telegram did not take my answer a moment ago. Please ask me once more."


async def test_what_nobody_follows_is_read_again_when_it_is_old(stage: Stage) -> None:
    person = stage.api.user(1001, "Ona", "en")
    await person.say("/today 9a")
    await settled(stage)
    stage.clock.turn_to(stage.clock.now() + timedelta(days=1))
    polls = stage.desk.polls
    await person.say("/today 9a")
    await settled(stage)
    assert stage.desk.polls > polls
    assert person.messages[-1].text.startswith("Tuesday, 24 November · 9a")
    assert "page said" not in person.messages[-1].text
    polls, count = stage.desk.polls, len(person.messages)
    await person.say("/week 9a")
    await settled(stage)
    assert (stage.desk.polls, len(person.messages)) == (polls, count + 2)
    stage.desk.site = Site.DOWN
    stage.clock.turn_to(stage.clock.now() + timedelta(days=1))
    await person.say("/today 9a")
    await settled(stage)
    assert "page said 1 day ago; since then it could not be read" in person.messages[-1].text


async def _until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not there():  # noqa: ASYNC110 - the stand-in has no event for it
            await asyncio.sleep(0.02)


async def test_a_press_is_answered_once(stage: Stage) -> None:
    ona, petras = stage.api.user(1001, "Ona", "en"), stage.api.user(1002, "Petras", "en")
    group = stage.api.group(GROUP, "Class 9a", members=[petras], admins=[ona])
    await ona.send(group, "/settings")
    await settled(stage)
    await petras.press(stage.api.messages(group)[-1], "Light")
    await settled(stage)
    assert [call.status for call in stage.api.calls_of("answerCallbackQuery")] == [200]
