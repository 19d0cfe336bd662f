"""What breaks is told to the admins once, through the real application; a dead courier ends the process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import incidents, notify
from bot.app import run
from bot.clock import SystemClock
from bot.config import Config
from bot.deliver import Courier, Event
from bot.demo.botapi import BotApi, Person
from bot.demo.stage import Stage, set_stage
from bot.errors import StoreError
from bot.incidents import Incidents
from bot.store import live, outbox
from bot.store.database import FULL
from bot.store.outbox import Content, Priority, Row
from bot.upkeep import BACKUPS
from tests.conftest import MONDAY_AFTERNOON

ADMIN = 77


@pytest.fixture
async def admin(tmp_path: Path) -> AsyncIterator[tuple[Stage, Person, Incidents]]:
    """The product with an admin who has started it, and incidents that are told when the test says so."""
    async with set_stage(tmp_path / "data", start=MONDAY_AFTERNOON, lang="en", admins=frozenset({ADMIN})) as stage:
        person = stage.api.user(ADMIN, "Admin", "en")
        yield stage, person, Incidents(stage.clock)


async def told(stage: Stage, person: Person, count: int) -> list[str]:
    """What the person has read, once that is so many messages and the outbox is empty."""

    def look() -> list[str] | None:
        texts = [message.text for message in person.messages if message.from_bot]
        return texts if len(texts) >= count else None

    found = await stage.api.wait_for(look, seconds=15)
    assert found is not None
    assert await stage.service.deps.db.value("SELECT count(*) FROM outbox WHERE state = 'due'") == 0
    return found


async def test_many_of_a_kind_are_one_notice_an_hour(admin: tuple[Stage, Person, Incidents]) -> None:
    stage, person, reported = admin
    deps, bot = stage.service.deps, stage.service.application.bot
    for chat in range(30):
        reported.note(Event("dead", chat, detail="Bad Request: <what>"))
        reported.note(Event("gone", chat, detail="blocked"))
    reported.conflict()
    await reported.tell(deps, bot)
    reported.note(Event("dead", 1, detail="again"))
    await reported.tell(deps, bot)
    texts = await told(stage, person, 2)
    assert [text for text in texts if "given up" in text] == [
        "30 messages were given up. The last reason: Bad Request: <what>"
    ]
    assert sum("Another process" in text for text in texts) == 1
    assert len(texts) == 2


async def test_a_conflict_that_ended_is_told(admin: tuple[Stage, Person, Incidents]) -> None:
    stage, person, reported = admin
    deps, bot = stage.service.deps, stage.service.application.bot
    reported.conflict()
    await reported.tell(deps, bot)
    reported.alone()
    await reported.tell(deps, bot)
    texts = await told(stage, person, 2)
    assert "Another process" in texts[0]
    assert "I hear everything again" in texts[1]


async def test_an_outage_is_told_when_it_was_long(admin: tuple[Stage, Person, Incidents]) -> None:
    stage, person, reported = admin
    for minutes in (2, 60):
        reported.note(Event("outage"))
        stage.clock.turn_by(timedelta(minutes=minutes))
        reported.note(Event("back"))
    await reported.tell(stage.service.deps, stage.service.application.bot)
    [text] = await told(stage, person, 1)
    assert "from 17:02 to 18:02" in text


async def test_a_lost_topic_is_told_once(admin: tuple[Stage, Person, Incidents]) -> None:
    stage, person, reported = admin
    for _ in range(3):
        reported.note(Event("topic", -100, 7, "Bad Request: TOPIC_CLOSED"))
    await reported.tell(stage.service.deps, stage.service.application.bot)
    [text] = await told(stage, person, 1)
    assert "-100" in text
    assert "TOPIC_CLOSED" in text


async def test_a_full_disk_is_told_past_the_outbox(
    admin: tuple[Stage, Person, Incidents], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, person, reported = admin

    async def full(*_: object) -> None:
        raise StoreError(FULL)

    folder = stage.service.deps.config.data / BACKUPS
    folder.mkdir()
    for day in ("2026-11-21", "2026-11-22", "2026-11-23"):
        (folder / f"bot-{day}.sqlite3").write_bytes(b"copy")
    (folder / "bot-2026-11-24.sqlite3.part").write_bytes(b"half a copy")
    with monkeypatch.context() as patch:
        patch.setattr(notify, "tell_admins", full)
        reported.note(Event("disk", detail=FULL))
        await reported.tell(stage.service.deps, stage.service.application.bot)
    assert [file.name for file in folder.iterdir()] == ["bot-2026-11-23.sqlite3"], "old copies make room"
    reported.note(Event("room"))
    await reported.tell(stage.service.deps, stage.service.application.bot)
    texts = await told(stage, person, 2)
    assert "Nothing can be written" in texts[0]
    assert "room on the disk again" in texts[1]


async def test_a_pinned_live_message_is_pinned_again_when_it_was_sent_anew(
    admin: tuple[Stage, Person, Incidents], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "GATHER", 0.05)
    stage, person, _ = admin
    deps = stage.service.deps
    message = await person.start()
    target = await deps.db.value("SELECT min(id) FROM targets")
    async with deps.db.transaction() as transaction:
        await transaction.execute("INSERT OR IGNORE INTO chats (chat_id, language, created_at) VALUES (77, 'en', 0)")
        await transaction.execute("INSERT INTO live_messages VALUES (77, 0, ?, 4711, 'p', 1)", (target,))
        row = Row(ADMIN, "live", deps.clock.now().date(), "1", Content("new plan"), Priority.LIVE, edits=4711)
        await outbox.enqueue(transaction, [row], deps.now())
    deps.courier.wake()
    assert message.id != 4711
    await stage.api.wait_for(lambda: stage.api.chat(ADMIN).pinned, seconds=15)
    sent = next(message for message in person.messages if message.text == "new plan")
    assert stage.api.chat(ADMIN).pinned == [sent.id]
    assert await live.is_pinned(deps.db, ADMIN, sent.id)


async def test_a_dead_courier_ends_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def die(_: Courier) -> None:
        raise RuntimeError("what nobody thought of")

    monkeypatch.setattr(Courier, "run", die)
    async with BotApi() as api:
        config = Config(data=tmp_path, token=api.token, api_url=api.base_url.removesuffix("/bot"))
        with caplog.at_level(logging.INFO):
            assert await run(config, SystemClock(), {}, asyncio.Event()) == 1
    assert "courier has died" in caplog.text
    assert "what nobody thought of" in caplog.text
