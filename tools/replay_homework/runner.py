"""The month through the real rounds, store and reminders, against the diary over HTTP; every job runs twice."""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from aiohttp.test_utils import TestServer

from bot import reminders
from bot.clock import SystemClock
from bot.config import Config
from bot.context import Deps
from bot.model import TargetKind
from bot.rounds import scrape_round
from bot.scraper.http import SchoolHttp
from bot.scraper.registry import all_sources
from bot.store import accounts, chats, homework, schools, subscriptions, ticks
from bot.store.chats import Chat
from bot.store.database import open_database
from bot.store.homework import Viewer
from bot.store.schools import School, StoredTarget
from bot.store.subscriptions import Subscription
from bot.vault import Vault
from bot.worker import one_worker
from tools.replay_homework import script
from tools.replay_homework.diary import Diary

ZONE = ZoneInfo("Europe/Vilnius")
ADMIN, ONA, GROUP = 900, 1001, -1009
NAMES = {ADMIN: "admin", ONA: "Ona", GROUP: "9a"}
POLLS = (time(15, 0),)
HOUR = "17:00"
_LINE = re.compile(r"(?P<mark>[▫✎]) (?:.*? · )?<b>(?P<subject>.*?)</b>(?:: (?P<text>.*?))?(?: → .*)?")
_NOTICES = (("/login", "login"), ("cannot be read since", "broke"), ("can be read again", "back"))


class _Clock(SystemClock):
    """Stands where it is put."""

    def __init__(self) -> None:
        self.instant = datetime.combine(script.FIRST_DAY, time(8), ZONE)

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()


async def replay(last: date = script.LAST_DAY) -> tuple[list[str], Diary]:
    """Everything that was said up to a day, in the words of `expected.txt`; and the diary as it ended."""
    said: list[str] = []
    diary = Diary()
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        clock = _Clock()
        server = await stack.enter_async_context(TestServer(diary.app(), host="127.0.0.1"))
        db = await stack.enter_async_context(open_database(data / "bot.sqlite3"))
        http = await stack.enter_async_context(SchoolHttp(clock=clock, allow_private=True, spacing=0))
        deps = Deps(
            config=Config(data=data, admins=frozenset({ADMIN}), timezone=ZONE, allow_private=True),
            clock=clock,
            db=db,
            http=http,
            worker=await stack.enter_async_context(one_worker()),
            courier=cast("Deps", SimpleNamespace(wake=lambda: None)),  # type: ignore[arg-type]  # nothing is sent
            sources=all_sources(),
            commands={},
            vault=Vault(data, {}),
        )
        target = await _seed(deps, f"http://127.0.0.1:{server.port}/", diary)
        day = script.FIRST_DAY
        while day <= last:
            await _live(deps, clock, day, diary, target)
            said += await _new_lines(deps, day)
            day += timedelta(days=1)
    return said, diary


async def _seed(deps: Deps, url: str, diary: Diary) -> StoredTarget:
    async with deps.db.transaction() as transaction:
        await schools.put_school(transaction, School("saules", "Saulės gimnazija", ZONE), 1)
        feed = await schools.put_feed(transaction, "saules", 0, source="manodienynas", url=url)
        await accounts.set_password(transaction, feed, diary.username, deps.vault.sealed(diary.password))
        number = await schools.put_target(transaction, "saules", TargetKind.CLASS, "9a")
        await chats.put(transaction, Chat(ONA), 1)
        await chats.put(transaction, Chat(GROUP, type="supergroup", settings={"news": "now"}), 1)
        for chat_id in (ONA, GROUP):
            await subscriptions.put(transaction, Subscription(0, chat_id, 0, number, homework=HOUR), 1)
    target = await schools.target_by_id(deps.db, number)
    assert target is not None
    return target


async def _live(deps: Deps, clock: _Clock, day: date, diary: Diary, target: StoredTarget) -> None:
    if day.day == script.ENTERS_PASSWORD:
        feed = (await schools.feeds_of(deps.db, "saules"))[0]
        async with deps.db.transaction() as transaction:
            await accounts.set_password(transaction, feed.id, diary.username, deps.vault.sealed(script.SECOND_PASSWORD))
    script.noon(diary, day.day)
    for at in (*POLLS, time(17, 0, 20)):
        clock.instant = datetime.combine(day, at, ZONE)
        for _ in range(2):
            await scrape_round(deps)
            await reminders.work(deps)
    clock.instant = datetime.combine(day, time(20), ZONE)
    ona = Viewer(ONA)
    async with deps.db.transaction() as transaction:
        for text in script.TICKS.get(day.day, ()):
            task = next(one for one in await homework.visible(transaction, target, ona) if one.text == text)
            await ticks.toggle(transaction, task.id, ONA, deps.now())
        if day.day in script.WRITES:
            subject, text, due = script.WRITES[day.day]
            await homework.write_down(
                transaction, ona, target, subject=subject, text=text, due=due, author=ONA, photo=None, now=deps.now()
            )


async def _new_lines(deps: Deps, day: date) -> list[str]:
    """What was put into the outbox since the last day, a line a task."""
    rows = await deps.db.all(
        "SELECT chat_id, kind, json_extract(payload, '$.text') AS text FROM outbox JOIN contents ON hash = content"
        " WHERE state = 'due' ORDER BY outbox.id"
    )
    await deps.db.write("UPDATE outbox SET state = 'sent', done_at = ? WHERE state = 'due'", (deps.now(),))
    return [line for row in rows for line in _lines(day, NAMES[row["chat_id"]], row["kind"], row["text"])]


def _lines(day: date, chat: str, kind: str, text: str) -> Iterator[str]:
    if kind == "admin":
        told = next((what for words, what in _NOTICES if words in text), text)
        yield f"{day} | {chat} | {told} | |"
        return
    for line in text.splitlines():
        if found := _LINE.fullmatch(line):
            what = "new" if kind == "news" else "due" if found["mark"] == "▫" else "exam"
            yield f"{day} | {chat} | {what} | {html.unescape(found['subject'])} | {html.unescape(found['text'] or '')}"


def expected(last: date = script.LAST_DAY) -> list[str]:
    """The hand-written list up to a day."""
    lines = (Path(__file__).parent / "expected.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#") and line[:10] <= last.isoformat()]
