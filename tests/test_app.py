"""The composition root: it starts, survives, refuses, stops; and a person gets a picture in three taps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from telegram import Update

from bot import jobs
from bot.app import run, running
from bot.clock import SystemClock, TurnableClock
from bot.config import Config
from bot.context import Context, Deps, in_background
from bot.demo.botapi import BotApi, Fault, Person
from bot.demo.stage import Stage, set_stage
from bot.errors import ConfigError, StoreError
from bot.jobs import Job
from bot.store.database import open_database
from bot.upkeep import BACKUPS
from tests.conftest import MONDAY_AFTERNOON

PNG = b"\x89PNG\r\n\x1a\n"


def config_for(api: BotApi, data: Path) -> Config:
    """A configuration that talks to the stand-in."""
    return Config(data=data, token=api.token, api_url=api.base_url.removesuffix("/bot"), allow_private=True)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that no event of the stand-in announces."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - a log line sets no event
            await asyncio.sleep(0.02)


async def follow_9a(stage: Stage, *, picture: bool = True) -> Person:
    """A person who has followed class 9a in three taps and has its picture (or, without lessons, its words)."""
    person = stage.api.user(1001, "Ona", "en")
    await person.start()
    message = await stage.api.wait_for(lambda: next((m for m in person.messages if m.buttons), None), seconds=15)
    assert message is not None
    await person.press(message, "9a")
    await stage.api.wait_for(lambda: "When" in message.text, seconds=15)
    await person.press(message, "The evening before, 18:00")
    await stage.api.wait_for(
        lambda: any(m.file or (not picture and "· 9a ·" in m.text) for m in person.messages), seconds=15
    )
    return person


async def test_three_taps_to_the_first_picture(stage: Stage) -> None:
    person = await follow_9a(stage)
    picture = next(message for message in person.messages if message.file)
    assert picture.file is not None
    assert picture.file.content.startswith(PNG)
    assert picture.text.startswith("Monday, 23 November · 9a · Saulės gimnazija\n")
    assert "1. 08:00–08:45 Geografija · 119 · P. Kalnas" in picture.text
    assert [button["text"] for button in picture.buttons[0]] == ["← Fri", "Today", "Tue →"]


async def test_a_button_exchanges_the_picture_in_place(stage: Stage) -> None:
    person = await follow_9a(stage)
    before = len(person.messages)
    picture = next(message for message in person.messages if message.file)
    await person.press(picture, "Tue →")
    await stage.api.wait_for(lambda: "Tuesday, 24 November" in picture.text, seconds=15)
    assert len(person.messages) == before


async def test_the_digest_comes_once_at_its_time(stage: Stage) -> None:
    person = await follow_9a(stage)
    before = len(person.messages)
    stage.clock.turn_to(MONDAY_AFTERNOON.replace(hour=16, minute=0, second=5))  # 18:00 in Vilnius
    await stage.service.run_job("digests")
    await stage.api.wait_for(lambda: len(person.messages) > before, seconds=15)
    await stage.service.run_job("digests")
    assert len(person.messages) == before + 1
    assert person.messages[-1].text.startswith("Tuesday, 24 November · 9a")
    stage.clock.turn_to(MONDAY_AFTERNOON.replace(hour=16, minute=30))
    await stage.service.run_job("digests")
    assert len(person.messages) == before + 1


async def test_a_hundred_presses_that_are_too_old_hold_up_nobody(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    person = await follow_9a(stage)
    picture = next(message for message in person.messages if message.file)
    stage.api.state.query_lifetime = -1.0  # as after a night in which the bot was down
    for _ in range(100):
        await person.press(picture, "Tue →")
    other = stage.api.user(1002, "Jonas", "en")
    await other.say("/help")
    await stage.api.wait_for(lambda: other.messages, seconds=10)
    assert len([call for call in stage.api.calls_of("editMessageMedia") if call.chat_id == person.id]) <= 12
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_forged_or_old_button_gets_a_toast(stage: Stage) -> None:
    person = await follow_9a(stage)
    picture = next(message for message in person.messages if message.file)
    for data in ("v0|d|1|now", "v1|nothing", "v1|d|1|99999999", "v1|d|x|now", "v1|d", "", "v1|d|12345|now"):
        query = await person.press(picture, data, forged=True)
        await stage.api.wait_for(partial(getattr, query, "answer"))
        assert query.answer is not None
        assert "older version" in query.answer.get("text", "")


async def test_a_second_instance_is_refused(stage: Stage) -> None:
    config = stage.service.deps.config
    with pytest.raises(StoreError, match="already runs"):
        await run(config, SystemClock(), {}, asyncio.Event())


async def test_a_token_nobody_knows_is_bad_configuration(tmp_path: Path) -> None:
    async with BotApi() as api:
        api.faults.add(Fault("getMe", status=401, description="Unauthorized"))
        with pytest.raises(ConfigError, match="does not know this token"):
            await run(config_for(api, tmp_path), SystemClock(), {}, asyncio.Event())


async def test_boot_waits_for_the_network(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with BotApi() as api:
        await api.refuse()
        stop = asyncio.Event()
        with caplog.at_level(logging.INFO):
            task = asyncio.create_task(run(config_for(api, tmp_path), SystemClock(), {}, stop))
            await until(lambda: "cannot be reached" in caplog.text)
            await api.resume()
            await until(lambda: "running as" in caplog.text)
            stop.set()
            assert await task == 0
        assert api.token not in caplog.text


async def test_a_stop_while_waiting_for_the_network(tmp_path: Path) -> None:
    async with BotApi() as api:
        await api.refuse()
        stop = asyncio.Event()
        async with asyncio.timeout(5):
            stop.set()
            async with running(config_for(api, tmp_path), SystemClock(), {}, stop) as service:
                assert service is None


@pytest.mark.parametrize("phase", ["a boot that gets no answer", "the first poll", "running", "a question to a person"])
async def test_a_stop_is_quick_whatever_does_not_answer(tmp_path: Path, phase: str) -> None:
    async with BotApi() as api:
        person = api.user(1001, "Ona", "en")
        stop, clock = asyncio.Event(), SystemClock()
        if phase == "a boot that gets no answer":
            api.blackhole(on=True)
        elif phase == "the first poll":  # the webhook is deleted before it
            api.faults.add(Fault("deleteWebhook", ending="stall"))
        task = asyncio.create_task(run(config_for(api, tmp_path), clock, {}, stop))
        if phase in ("running", "a question to a person"):
            await until(lambda: bool(api.calls_of("getUpdates")))
            api.faults.add(Fault("send*", ending="stall", times=1))
            if phase == "a question to a person":
                await person.say("/start")
                await until(lambda: bool(api.calls_of("sendMessage") or api.calls_of("sendPhoto")))
            api.blackhole(on=True)
        await asyncio.sleep(0.5)
        start = clock.monotonic()
        stop.set()
        assert await task == 0
        assert clock.monotonic() - start <= 10


async def test_what_comes_due_is_written_down_while_telegram_was_never_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with set_stage(tmp_path, start=MONDAY_AFTERNOON, lang="en") as first:
        await follow_9a(first)
        config = first.service.deps.config
    clock, stop = TurnableClock(MONDAY_AFTERNOON.replace(minute=58)), asyncio.Event()
    task = asyncio.create_task(run(config, clock, {}, stop))
    await until(lambda: "cannot be reached" in caplog.text)
    clock.turn_to(MONDAY_AFTERNOON.replace(hour=16, minute=0, second=5))  # 18:00 in Vilnius
    async with open_database(config.database) as db, asyncio.timeout(20):
        while not await db.value("SELECT count(*) FROM outbox WHERE kind = 'digest'"):  # noqa: ASYNC110 - a plain count
            await asyncio.sleep(0.1)
    stop.set()
    assert await task == 0


async def test_a_single_refusal_of_the_token_is_not_believed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with BotApi() as api:
        api.faults.add(Fault("getMe", times=2, status=404, description="Not Found"))
        stop = asyncio.Event()
        with caplog.at_level(logging.INFO):
            task = asyncio.create_task(run(config_for(api, tmp_path), SystemClock(), {}, stop))
            await until(lambda: "running as" in caplog.text)
            stop.set()
            assert await task == 0


async def test_a_full_disk_stops_neither_a_start_nor_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(*_: object) -> None:
        raise StoreError("the disk is full")

    for place in ("watch.begin", "watch.end", "digest.send_due", "claim.offer"):
        monkeypatch.setattr(f"bot.app.{place}", full)
    async with BotApi() as api:
        stop = asyncio.Event()
        with caplog.at_level(logging.INFO):
            task = asyncio.create_task(run(config_for(api, tmp_path), SystemClock(), {}, stop))
            await until(lambda: bool(api.calls_of("getUpdates")))
            stop.set()
            assert await task == 0
        assert "the disk is full" in caplog.text


async def test_a_start_on_a_full_disk_deletes_old_copies_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.database.ROOM", 1 << 62)
    copies = tmp_path / BACKUPS
    copies.mkdir()
    for day in (21, 22, 23):
        (copies / f"bot-2026-11-{day}.sqlite3").write_bytes(b"copy")
    async with BotApi() as api:
        stop = asyncio.Event()
        stop.set()
        assert await run(config_for(api, tmp_path), SystemClock(), {}, stop) == 0
    assert [file.name for file in copies.iterdir()] == ["bot-2026-11-23.sqlite3"]


async def test_everything_is_kept_over_a_restart(tmp_path: Path) -> None:
    async with set_stage(tmp_path, start=MONDAY_AFTERNOON, lang="en") as first:
        await follow_9a(first)
    async with set_stage(tmp_path, start=MONDAY_AFTERNOON, lang="en") as second:
        person = second.api.user(1001, "Ona", "en")
        await person.say("/today")
        await second.api.wait_for(lambda: any(message.file for message in person.messages))


async def test_nobody_acts_in_the_private_chat_of_another(stage: Stage) -> None:
    person = await follow_9a(stage)
    before = await stage.service.deps.db.all("SELECT * FROM subscriptions")
    chat = {"id": person.id, "type": "private", "first_name": "Ona"}
    bot = {"id": 1, "is_bot": True, "first_name": "Schoolbell"}
    message = {"message_id": 1, "date": 1_795_000_000, "chat": chat, "from": bot, "text": "x"}
    stranger = {"id": 666, "is_bot": False, "first_name": "Stranger"}
    data = f"v1|unsub|{before[0]['id']}"
    content = {"id": "1", "from": stranger, "chat_instance": "1", "message": message, "data": data}
    update = Update.de_json({"update_id": 1, "callback_query": content}, stage.service.application.bot)
    await stage.service.application.process_update(update)
    after = await stage.service.deps.db.all("SELECT * FROM subscriptions")
    assert [tuple(row) for row in after] == [tuple(row) for row in before]


async def test_a_stop_waits_for_no_job_and_no_work_of_a_handler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round asks one slow school after the other, a broadcast is followed for hours: systemd kills after 30 s."""
    begun: list[str] = []
    ended: list[str] = []

    async def endless(name: str) -> None:
        begun.append(name)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async def job(_deps: Deps) -> None:
        await endless("job")

    monkeypatch.setattr(jobs, "JOBS", (Job("endless", job, 3600, 0.1),))
    async with BotApi() as api, asyncio.timeout(20):
        async with running(config_for(api, tmp_path), SystemClock(), {}, asyncio.Event()) as service:
            assert service is not None
            in_background(Context(service.application), endless("handler"), None)
            await until(lambda: sorted(begun) == ["handler", "job"])
        assert sorted(ended) == ["handler", "job"]
        in_background(Context(service.application), endless("late"), None)
        assert "late" not in begun
