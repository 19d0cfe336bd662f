"""A story through the real pipeline: a clock that jumps, a site that is a function, an outbox that is read."""

from __future__ import annotations

import gc
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from json import dumps
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot import digest, rounds
from bot.clock import SystemClock
from bot.config import Config
from bot.context import Deps
from bot.errors import NotReleased, SourceDown
from bot.model import Target, TargetKind
from bot.scraper.contract import Page
from bot.scraper.registry import all_sources
from bot.store import chats, claims, outbox, schools, subscriptions
from bot.store.chats import Chat
from bot.store.claims import Mark
from bot.store.database import Database, open_database
from bot.store.schools import School
from bot.store.subscriptions import Subscription
from tools.replay.school import Follower, Story

SCHOOL = "lipowa"
NAME = "Lipowa"
ADMIN = 900
STEP = timedelta(minutes=15)
POLL_MINUTES = 13
"""A little less than a step: with the spread that the pipeline adds, a school is asked at every step."""


KEPT = 12
"""Readings that the worker keeps."""


class ReplayClock(SystemClock):
    """Stands where it is put."""

    def __init__(self, start: datetime) -> None:
        self.instant = start

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()


class _Visit:
    """The `Http` of a fetch: asks the story's site."""

    def __init__(self, story: Story, clock: ReplayClock) -> None:
        self._story = story
        self._clock = clock
        self._zone = ZoneInfo(story.zone)

    async def get(self, url: str, **_: object) -> Page:
        return self._answer(url, url)

    def _answer(self, url: str, asked: str) -> Page:
        """What the site says to an address; `asked` has the body of a POST behind it ("…#{"__args": …}")."""
        answer = self._story.site(asked, self._clock.now().astimezone(self._zone).replace(tzinfo=None))
        if isinstance(answer, str):
            return Page(url, answer.encode(), "text/html", "utf-8")
        if answer in {404, 410}:
            raise NotReleased(f"no such page ({answer})")
        raise SourceDown(f"out of order ({answer})")

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        try:
            return await self.get(url)
        except NotReleased:
            return None

    async def post(self, url: str, *, json: object = None, **_: object) -> Page:
        return self._answer(url, f"{url}#{dumps(json)}")


class _Inline:
    """A worker without a thread, that reads no page twice: a fortnight asks 1,300 times for a dozen pages."""

    def __init__(self) -> None:
        self._read: dict[tuple[object, ...], Any] = {}

    async def run(self, function: Any, *args: Any) -> Any:
        if not args:  # what is put away after a round
            return function()
        source, pages, query = args
        key = (source.id, tuple((page.url, page.body) for page in pages), query.name, query.today, query.start)
        if key not in self._read:
            while len(self._read) >= KEPT:
                del self._read[next(iter(self._read))]
            self._read[key] = function(*args)
        return self._read[key]


async def replay(story: Story, *, days: int | None = None) -> list[str]:
    """Every message of the story (of its first `days`), a line each, in the order in which they were sent."""
    zone = ZoneInfo(story.zone)
    start = datetime.combine(story.first, datetime.min.time(), zone).astimezone(UTC)
    last = datetime.combine(story.first + timedelta(days=days or story.days), datetime.min.time(), zone)
    clock = ReplayClock(start)
    with tempfile.TemporaryDirectory() as folder:
        config = Config(
            data=Path(folder), admins=frozenset({ADMIN}), timezone=zone, language="en", poll_minutes=POLL_MINUTES
        )
        async with open_database(config.database) as db:
            await _seed(db, story, zone, int(start.timestamp()))
            deps = _deps(config, db, clock, story)
            lines: list[str] = []
            gc.freeze()  # every round collects garbage: what is here already need not be looked through each time
            while clock.instant < last:
                await rounds.scrape_when_due(deps)
                await digest.send_due(deps)
                lines += await _sent(db, clock, story, zone)
                clock.instant += STEP
            gc.unfreeze()
    return lines


def _deps(config: Config, db: Database, clock: ReplayClock, story: Story) -> Deps:
    parts: Mapping[str, Any] = {
        "http": SimpleNamespace(visit=lambda _round: _Visit(story, clock)),
        "worker": _Inline(),
        "courier": SimpleNamespace(wake=lambda: None),
        "commands": {},
        "vault": SimpleNamespace(opened=lambda _sealed: ""),
    }
    # Every school is asked at every step, also one that is spared by the service: what is told is what is compared.
    sources = {name: replace(source, min_interval=0) for name, source in all_sources().items()}
    return Deps(config=config, clock=clock, db=db, sources=sources, **cast(Any, parts))


async def _seed(db: Database, story: Story, zone: ZoneInfo, now: int) -> None:
    async with db.transaction() as transaction:
        await schools.put_school(transaction, School(SCHOOL, NAME, zone, dict(story.settings)), now)
        for position, (source, url) in enumerate(story.feeds):
            await schools.put_feed(transaction, SCHOOL, position, source=source, url=url)
        named = [Target(TargetKind.CLASS, name, name) for name in story.classes]
        await schools.put_targets(transaction, SCHOOL, named, now)
        for number, one in enumerate(story.followers, 1):
            await _follow(transaction, number, one, now)


async def _follow(transaction: Any, number: int, one: Follower, now: int) -> None:
    quiet = one.quiet or (None, None)
    chat = Chat(number, language="en", format="text", quiet_from=quiet[0], quiet_to=quiet[1], horizon=one.horizon)
    await chats.put(transaction, chat, now)
    target = await schools.put_target(transaction, SCHOOL, TargetKind.CLASS, one.class_)
    settings = {"published": True} if one.published else {}
    wanted = Subscription(
        0, number, 0, target, daily=one.daily, changes=one.changes, groups=one.groups, settings=settings
    )
    await subscriptions.put(transaction, wanted, now)


async def _sent(db: Database, clock: ReplayClock, story: Story, zone: ZoneInfo) -> list[str]:
    """Send all that is due, as the courier does, and say what went to whom."""
    now = int(clock.instant.timestamp())
    await claims.sweep(db, now)
    found: list[tuple[int, int, str]] = []
    while taken := await claims.claim(db, now, limit=50, lease_seconds=60):
        for claim in taken:
            content = await outbox.content_of(db, claim.content)
            flags = [] if claim.silent or claim.kind in {"digest", "admin"} else ["sound"]
            flags += ["reply"] if claim.reply_to is not None else []
            name = "admin" if claim.chat_id == ADMIN else story.followers[claim.chat_id - 1].name
            who = f"{name} [{', '.join(flags)}]" if flags else name
            text = "".join(_said(claim.kind, content.text))
            found.append((claim.chat_id, claim.id, f"{clock.instant.astimezone(zone):%a %d.%m %H:%M} {who}: {text}"))
        await claims.mark(db, [Mark(claim.id, "sent", message_id=claim.id) for claim in taken], now)
    return [line for _, _, line in sorted(found)]


def _said(kind: str, text: str) -> Iterator[str]:
    """What a message says above the day itself, on one line; of a digest the day and its summary."""
    lines = unescape(re.sub(r"<[^>]*>", "", text)).splitlines()
    if kind == "admin":
        yield lines[0].split(". ")[0].rstrip(".")
        return
    head = next(number for number, line in enumerate(lines) if f" · {NAME}" in line)
    if kind == "digest":
        yield f"{lines[head].split(' · ')[0]}: {lines[head + 1]}"
        return
    yield "\n".join(lines[:head]).replace(":\n• ", ", ").replace("\n• ", " · ")
