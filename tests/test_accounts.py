"""Accounts of e-diaries: entered in private, deleted at once, sealed, refused once, forgotten; the password nowhere."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot import redact
from bot.backup import copy_of
from bot.context import Deps
from bot.demo.botapi import Message, Person
from bot.demo.stage import Stage
from bot.errors import LoginRequired
from bot.exchange import hand_out
from bot.rounds import scrape_round
from bot.store import accounts, chats, homework, schools, subscriptions
from bot.store.chats import Chat
from bot.store.subscriptions import Subscription
from bot.vault import Vault
from tools.replay_homework.diary import UNREADABLE, Diary, Entry

ONA = 1001
SECRET = "pa55 w<ö>rd & more"
MONDAY = date(2026, 11, 23)


@asynccontextmanager
async def diary_of(stage: Stage) -> AsyncIterator[Diary]:
    """A diary that the sample school's people have accounts of, and Ona, who follows 9a."""
    diary = Diary(password=SECRET)
    diary.homework.append(Entry("Matematika", "p. 45", "2026-11-24", MONDAY, 7))
    diary.homework.append(Entry("Biologija", "herbarium", UNREADABLE, MONDAY, 8))
    deps = stage.service.deps
    while not await schools.targets_of(deps.db, "saules"):  # the timed round may still be at it
        await scrape_round(deps)
        await asyncio.sleep(0.01)
    async with TestServer(diary.app(), host="127.0.0.1") as server:
        source = deps.sources["manodienynas"]
        here = replace(source, example_url=f"http://127.0.0.1:{server.port}/", min_interval=0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.scraper.sources.manodienynas.SOURCE", here)
            await _follow(deps)
            yield diary


async def _follow(deps: Deps) -> None:
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, Chat(ONA, format="text"), 1)
        number = next(one.id for one in await schools.targets_of(deps.db, "saules") if one.name == "9a")
        await subscriptions.put(transaction, Subscription(0, ONA, 0, number), 1)


async def last(stage: Stage, person: Person, words: str) -> Message:
    def look() -> Message | None:
        return next((one for one in reversed(person.messages) if one.from_bot and words in one.text), None)

    found = await stage.api.wait_for(look, seconds=15)
    assert found is not None
    return found


async def log_in(stage: Stage, person: Person, text: str) -> None:
    """The conversation of /login."""
    await person.say("/login")
    await last(stage, person, "Send me the user name")
    await person.say(text)


async def read(stage: Stage, minutes: int = 3) -> None:
    """Let the schools be asked again."""
    stage.clock.turn_to(stage.clock.now() + timedelta(minutes=minutes))
    await scrape_round(stage.service.deps)
    while stage.service.deps.being_read:  # the timed round may be at it
        await scrape_round(stage.service.deps)


async def tasks(stage: Stage) -> list[str]:
    rows = await stage.service.deps.db.all("SELECT text FROM homework WHERE withdrawn_at IS NULL ORDER BY id")
    return [row["text"] for row in rows]


async def test_an_account_brings_homework_and_its_password_is_nowhere(
    stage: Stage, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    redact.install()
    ona = stage.api.user(ONA, "Ona", "en")
    async with diary_of(stage) as diary:
        await log_in(stage, ona, f"ona\n{SECRET}")
        await last(stage, ona, "Kept, encrypted")
        assert not any(SECRET in message.text for message in ona.messages), "the message is deleted"
        await read(stage)
        assert await tasks(stage) == ["p. 45", "herbarium"]
        for _ in range(3):
            await read(stage)
        assert diary.sign_ins == 1, "the session is kept from round to round"
        await ona.say("/homework")
        shown = await last(stage, ona, "▫ Matematika: p. 45")
        assert "No date\n▫ Biologija: herbarium" in shown.text
        deps = stage.service.deps
        copy_of(deps.config.database, tmp_path / "copy.sqlite3")
        with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
            dump = "\n".join(copy.iterdump())
        everything = [
            (tmp_path / "copy.sqlite3").read_bytes(), dump.encode(), caplog.text.encode(),
            json.dumps(await hand_out(deps.db)).encode(), json.dumps(await hand_out(deps.db, ONA)).encode(),
            *(file.read_bytes() for file in deps.config.data.rglob("*") if file.is_file()),
        ]  # fmt: skip
        assert "ona" in dump
        for form in (SECRET, json.dumps(SECRET)[1:-1], SECRET.encode().hex().upper(), SECRET.replace("<", "&lt;")):
            assert not any(form.encode() in data for data in everything)
        key = deps.config.data / "vault.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


async def test_others_see_nothing_of_an_own_account(stage: Stage) -> None:
    ona = stage.api.user(ONA, "Ona", "en")
    async with diary_of(stage):
        await log_in(stage, ona, f"ona {SECRET}")
        await last(stage, ona, "Kept, encrypted")
        await read(stage)
        deps = stage.service.deps
        number = next(one for one in await schools.targets_of(deps.db, "saules") if one.name == "9a")
        assert await homework.visible(deps.db, number) == []
        assert len(await homework.visible(deps.db, number, homework.Viewer(ONA))) == 2


async def test_a_refused_password_is_said_once_and_not_tried_again(stage: Stage) -> None:
    ona = stage.api.user(ONA, "Ona", "en")
    async with diary_of(stage) as diary:
        await log_in(stage, ona, "ona wrong")
        await last(stage, ona, "Kept, encrypted")
        for _ in range(4):
            await read(stage, 300)
        assert diary.refusals == 1
        await last(stage, ona, "refused the user name or the password")
        told = await stage.service.deps.db.value("SELECT count(*) FROM outbox WHERE kind = 'account'")
        assert told == 1
        await log_in(stage, ona, f"ona {SECRET}")
        await stage.api.wait_for(lambda: sum("Kept, encrypted" in one.text for one in ona.messages) == 2)
        await read(stage)
        assert await tasks(stage) == ["p. 45", "herbarium"]
        assert diary.refusals == 1


async def test_a_session_that_ends_on_the_way_is_opened_again(stage: Stage) -> None:
    ona = stage.api.user(ONA, "Ona", "en")
    async with diary_of(stage) as diary:
        diary.expires_after = 1
        await log_in(stage, ona, f"ona {SECRET}")
        await last(stage, ona, "Kept, encrypted")
        await read(stage)
        assert (diary.sign_ins, diary.refusals) == (2, 0)
        assert await tasks(stage) == ["p. 45", "herbarium"]


async def test_a_lost_key_asks_for_the_password_and_loses_nothing_else(stage: Stage) -> None:
    ona = stage.api.user(ONA, "Ona", "en")
    async with diary_of(stage) as diary:
        await log_in(stage, ona, f"ona {SECRET}")
        await last(stage, ona, "Kept, encrypted")
        await read(stage)
        (stage.service.deps.config.data / "vault.key").unlink()
        for _ in range(3):
            await read(stage, 300)
        await last(stage, ona, "cannot be opened any more, because its key is missing")
        assert (diary.sign_ins, diary.refusals) == (1, 0)
        assert await tasks(stage) == ["p. 45", "herbarium"]
        await log_in(stage, ona, f"ona {SECRET}")
        await stage.api.wait_for(lambda: sum("Kept, encrypted" in one.text for one in ona.messages) == 2)
        diary.homework.append(Entry("Istorija", "map", "2026-11-25", MONDAY, 9))
        await read(stage)
        assert await tasks(stage) == ["p. 45", "herbarium", "map"]


async def test_logging_out_removes_the_account_and_what_it_said(stage: Stage) -> None:
    ona = stage.api.user(ONA, "Ona", "en")
    async with diary_of(stage):
        await log_in(stage, ona, f"ona {SECRET}")
        await last(stage, ona, "Kept, encrypted")
        await read(stage)
        await ona.say("/logout")
        shown = await last(stage, ona, "Which account")
        await ona.press(shown, "Forget Mano dienynas (ona)")
        await stage.api.wait_for(lambda: "Forgotten" in shown.text)
        assert await tasks(stage) == []
        assert await accounts.feeds_of_owner(stage.service.deps.db, ONA) == []


async def test_a_group_is_no_place_for_passwords(stage: Stage) -> None:
    ona = stage.api.user(ONA, "Ona", "en")
    group = stage.api.group(-1001234567890, "9a", members=[ona], bot="administrator")
    await ona.send(group, f"/login ona {SECRET}")
    await stage.api.wait_for(lambda: any("Change the password" in one.text for one in stage.api.messages(group)))
    assert not any(SECRET in one.text for one in stage.api.messages(group))
    assert await stage.service.deps.db.value("SELECT count(*) FROM feeds WHERE sealed_password IS NOT NULL") == 0


async def test_two_words_are_wanted(stage: Stage) -> None:
    ona = stage.api.user(ONA, "Ona", "en")
    async with diary_of(stage):
        await log_in(stage, ona, "onlyaword")
        await last(stage, ona, "Nothing was kept")
        assert not any("onlyaword" in one.text for one in ona.messages)


def test_a_given_key_is_used_and_a_loose_file_is_closed(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    sealed = vault.sealed("x")
    (tmp_path / "vault.key").chmod(0o644)
    assert vault.opened(sealed) == "x"
    assert stat.S_IMODE((tmp_path / "vault.key").stat().st_mode) == 0o600
    given = tmp_path / "given"
    given.mkdir()
    (given / "vault-key").write_bytes(os.urandom(32))
    other = Vault(tmp_path, {"CREDENTIALS_DIRECTORY": str(given)})
    assert other.opened(other.sealed("y")) == "y"
    with pytest.raises(LoginRequired, match="enter it again"):
        other.opened(sealed)
    (tmp_path / "vault.key").write_bytes(b"short")
    with pytest.raises(LoginRequired):
        vault.opened(sealed)
