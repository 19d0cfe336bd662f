"""People press everything: what stands there, what stood there once, what never did. Nothing breaks, nobody changes
what is not theirs. `RANDOM_WALK=10000` for the long walk."""

from __future__ import annotations

import io
import logging
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.buttons import LIMIT, data
from bot.demo.botapi import Chat, Message, Person
from bot.demo.stage import Stage, set_stage
from bot.handlers import all_commands
from bot.render import DayView, HomeworkView, Theme, WeekView, content_hash
from tests.conftest import MONDAY_AFTERNOON
from tests.conversation import OWNER, settled

PRESSES = int(os.environ.get("RANDOM_WALK", "1000"))
BATCH = 10
SEED = 20261124
GROUP = -1001234567890
# Good ends: a second answer to a press, a screen that is as it was, a group where the bot may not pin.
EXPECTED = (
    "Bad Request: query is too old",
    "Bad Request: message is not modified",
    "Bad Request: not enough rights to manage pinned messages",
    "Bad Request: message to unpin not found",
    "Bad Request: PARTICIPANT_ID_INVALID",
    "Bad Request: message can't be deleted",  # a member's own message, in a group where the bot is no admin
    "Bad Request: chat not found",  # a channel that never was, named by forged data
)
WORDS = (
    *("9a", "yes", "no", "now", "off", "ask", "s", "1", "2", "3", "9", "77", "-1", "0", "20261124", "99999999", "é"),
    *("d", "w", "saules", "18:00", "daily", "rm", "quiet", "label", "en", "xx", "", "10", "open", "1001", "x" * 30),
)
OWNED = ("chats", "subscriptions", "live_messages", "homework")
CHAT = "chat_id, thread_id, type, language, theme, format, quiet_from, quiet_to, horizon, active"
SHARED = ("people", "schools", "feeds")


class Walk:
    """The people, their chats, and what is pressed next."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.random = random.Random(SEED)
        api = stage.api
        self.people = [api.user(1001, "Ona", "en"), api.user(1002, "Petras", "lt"), api.user(1003, "Rasa", "uk")]
        api.user(OWNER, "Admin", "en")
        self.group = api.group(GROUP, "Class 9a", members=self.people[1:], admins=self.people[:1])
        self.verbs = [verb for command in all_commands().values() for verb in command.presses]
        self.names = [command.name for command in all_commands().values()]

    async def begin(self) -> None:
        """Everybody follows something, and every screen has been there once."""
        for person in self.people:
            for text in ("/start", "/subscribe 9a", "/settings", "/today", "/help", "/homework"):
                await person.say(text)
                await settled(self.stage)
            await self._first(person, person.chat, "when")
        for text in ("/subscribe 9b", "/settings", "/pin"):
            await self.people[0].send(self.group, text)
            await settled(self.stage)
        await self._first(self.people[0], self.group, "when")

    async def _first(self, person: Person, chat: Chat, verb: str) -> None:
        for message in reversed(self.stage.api.messages(chat)):
            for row in message.buttons:
                if row[0].get("callback_data", "").startswith(f"v1|{verb}|"):
                    await person.press(message, row[0]["callback_data"])
                    await settled(self.stage)
                    return

    def messages(self, chat: Chat) -> list[Message]:
        return [message for message in self.stage.api.messages(chat) if message.from_bot]

    async def step(self, person: Person, chat: Chat) -> None:
        """One press, or now and then a command."""
        chance = self.random.random()
        messages = self.messages(chat)[-12:]
        if chance < 0.1 or not messages:
            words = f"/{self.random.choice(self.names)} {self.random.choice(WORDS)}".strip()
            await person.send(chat, words)
        elif chance < 0.35:
            verb = self.random.choice(self.verbs)
            args = [self.random.choice(WORDS) for _ in range(self.random.randrange(4))]
            forged = "|".join(["v1", verb, *args]) if chance < 0.32 else self.random.choice(["v0|d|1", "", "v1", "|||"])
            await person.press(self.random.choice(messages), forged, forged=True)
        else:
            found = list(_buttons(messages))
            if found:
                message, button = self.random.choice(found)
                await person.press(message, button, forged=True)

    async def others(self, person: Person, chat: Chat) -> list[list[tuple[object, ...]]]:
        """Everything that is stored and that this person may not change from this chat."""
        db = self.stage.service.deps.db
        theirs = chat.id if chat.type == "private" or person is self.people[0] else 0
        seen = [await db.all(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in SHARED]
        for table in OWNED:
            # Anybody may be asked something in a group, or draft a task: that is theirs, and no setting.
            columns = "*" if table != "chats" else f"{CHAT}, json_remove(settings, '$.question', '$.draft')"
            own = f" AND author IS NOT {person.id}" if table == "homework" else ""  # members write their class's tasks
            sql = f"SELECT {columns} FROM {table} WHERE chat_id IS NOT ?{own} ORDER BY 1, 2, 3"
            seen += [await db.all(sql, (theirs,))]
        return [[tuple(row) for row in rows] for rows in seen]


def _buttons(messages: list[Message]) -> Iterator[tuple[Message, str]]:
    """Every button that the messages have now or had in an earlier version."""
    for message in messages:
        for version in message.versions:
            for row in version.get("reply_markup", {}).get("inline_keyboard", []):
                for one in row:
                    if "callback_data" in one:
                        yield message, one["callback_data"]


def tiny(shown: DayView | WeekView | HomeworkView, theme: Theme) -> bytes:
    """A picture of its own for everything that is shown: how it looks is tested elsewhere."""
    colour = tuple(bytes.fromhex(content_hash(shown, theme)[:6]))
    out = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, "PNG")
    return out.getvalue()


async def test_a_random_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("bot.dispatch.BURST", 10_000_000)
    monkeypatch.setattr("bot.render.draw_day", tiny)
    monkeypatch.setattr("bot.render.draw_week", tiny)
    monkeypatch.setattr("bot.render.draw_homework", tiny)
    caplog.set_level(logging.ERROR)
    async with set_stage(
        tmp_path / "data",
        start=MONDAY_AFTERNOON,
        lang="en",
        admins=frozenset({OWNER}),
        paced=False,
    ) as stage:
        stage.service.timers.on = False
        walk = Walk(stage)
        await walk.begin()
        for _ in range(PRESSES // BATCH):
            person = walk.random.choice(walk.people)
            chat = walk.group if walk.random.random() < 0.4 else person.chat
            before = await walk.others(person, chat)
            for _ in range(BATCH):
                await walk.step(person, chat)
            await settled(stage)
            assert await walk.others(person, chat) == before, f"{person.user.first_name} in {chat.type}"
        refused = {f"{call.method}: {call.description}" for call in stage.api.calls if call.status >= 400}
        assert {words for words in refused if not words.partition(": ")[2].startswith(EXPECTED)} == set()
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
        sent = [call.params for call in stage.api.calls if "reply_markup" in call.params.values]
        assert sent


def test_the_longest_ids_fit_on_a_button() -> None:
    school = "x" * 40  # the longest id that `import` and /school take
    for packed in (
        data("school", school),
        data("grade", school, "13"),
        data("set", "groups", 10**12, "f" * 12),
        data("t", 10**12, "d", "20261124"),
        data("up", 10**12, 10**12),
        data("channel", -1009999999999),
    ):
        assert len(packed.encode()) <= LIMIT
    with pytest.raises(ValueError, match="over 64 bytes"):
        data("find", "ž" * 40)
