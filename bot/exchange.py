"""`import` and `export`: schools, chats and subscriptions as JSON. All or nothing, and nothing is deleted."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.config import zone_named
from bot.errors import ConfigError
from bot.fields import BadFile, Part
from bot.model import TargetKind
from bot.store import chats, schools, subscriptions
from bot.store.chats import Chat
from bot.store.database import Database, Transaction
from bot.store.schools import School
from bot.store.subscriptions import Subscription
from bot.texts import languages

VERSION = 1
CHAT_SETTINGS = {"news": ("digest", "now", "off"), "writers": ("everyone", "helpers", "admins")}
"""Where new homework is announced, and who may add homework in a group; the first is the default."""
SCHOOL_SETTINGS = ("holidays", "anchor", "weeks", "access")
KEPT = ("holidays", "access")
"""What stays when it is absent: nothing is deleted, and no door is opened by leaving its lock out."""
ACCESS = ("open", "invite", "allow")
"""Who may follow a school (bot/handlers/access.py); the first is the default."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Known:
    """What the file may refer to: the systems, the zone and the language that an absent key means."""

    sources: tuple[str, ...]
    timezone: ZoneInfo
    language: str


async def take_in(db: Database, content: object, known: Known, now: int) -> list[str]:
    """Take a file's content over in one transaction; returns what changed, a line each.

    Raises BadFile, and changes nothing, for anything that is not as documented.
    """
    if not isinstance(content, dict):
        raise BadFile("the file must hold one JSON object")
    top = Part(content, "file")
    top.known("version", "schools", "chats")
    if top.get("version", int, VERSION) != VERSION:
        raise BadFile(f"file.version: this Schoolbell reads version {VERSION}")
    before = await hand_out(db)
    async with db.transaction() as transaction:
        for part in top.parts("schools"):
            await _take_school(transaction, part, known, now)
        for part in top.parts("chats"):
            await _take_chat(transaction, part, known, now)
        after = await hand_out(db)
    return _differences(before, after)


async def _take_school(transaction: Transaction, part: Part, known: Known, now: int) -> None:
    part.known("id", "name", "source", "url", "timezone", "username", "options", "also", *SCHOOL_SETTINGS)
    school_id = part.need("id", str)
    if not _ID.fullmatch(school_id):
        raise BadFile(f"{part.path}.id: {school_id!r} must be a-z, 0-9, - and _, at most 40 of them")
    old = await schools.school_by_id(transaction, school_id)
    try:
        zone = zone_named(part.get("timezone", str, known.timezone.key))
    except ConfigError as error:
        raise BadFile(f"{part.path}.{error}") from None
    settings = dict(old.settings) if old is not None else {}
    for key in SCHOOL_SETTINGS:
        if key in part.values:
            settings[key] = part.values[key]
        elif key not in KEPT:
            settings.pop(key, None)
    part.one_of("access", ACCESS, ACCESS[0])
    school = School(school_id, part.get("name", str, "") or school_id, zone, settings)
    _check_calendar(school, part)
    await schools.put_school(transaction, school, now)
    await _take_feed(transaction, part, known, school_id=school_id, position=0)
    for position, also in enumerate(part.parts("also"), 1):
        also.known("source", "url", "username", "options")
        await _take_feed(transaction, also, known, school_id=school_id, position=position)


def _check_calendar(school: School, part: Part) -> None:
    """Raise BadFile unless the school's year can be computed from its settings."""
    weeks, holidays = school.settings.get("weeks", []), school.settings.get("holidays", [])
    try:
        backwards = any(day.last < day.first for day in school.calendar.holidays)
        named = all(isinstance(item.get("name", ""), str) for item in holidays)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadFile(f"{part.path}: holidays are first, last (ISO dates) and name; anchor is an ISO date") from None
    if backwards or not named:
        raise BadFile(f"{part.path}.holidays: the last day comes before the first, or the name is no text")
    if not isinstance(weeks, list) or not all(isinstance(week, str) for week in weeks):
        raise BadFile(f"{part.path}.weeks: a list of names is wanted")


async def _take_feed(transaction: Transaction, part: Part, known: Known, *, school_id: str, position: int) -> None:
    source = part.need("source", str)
    if source not in known.sources:
        raise BadFile(f"{part.path}.source: {source!r} is not one of {', '.join(known.sources)}")
    url = part.need("url", str)
    if not re.match(r"(https?|webcals?)://[^\s/]", url):
        raise BadFile(f"{part.path}.url: {url!r} is not an http(s) address")
    options = part.get("options", dict, {})
    if not all(isinstance(value, str) for value in options.values()):
        raise BadFile(f"{part.path}.options: texts by name are wanted")
    await schools.put_feed(
        transaction,
        school_id,
        position,
        source=source,
        url=url,
        options=options,
        username=part.get("username", str, ""),
    )


async def _take_chat(transaction: Transaction, part: Part, known: Known, now: int) -> None:
    part.known(
        "chat_id", "thread_id", "type", "language", "theme", "format", "quiet", "horizon", "subscriptions",
        *CHAT_SETTINGS,
    )  # fmt: skip
    chat_id = part.need("chat_id", int)
    quiet = part.times("quiet")
    thread_id = part.get("thread_id", int) or 0
    chat = Chat(
        chat_id=chat_id,
        thread_id=thread_id,
        type=part.one_of(
            "type", ("private", "group", "supergroup", "channel"), "private" if chat_id > 0 else "supergroup"
        ),
        language=part.one_of("language", languages(), known.language),
        theme=part.one_of("theme", ("light", "dark"), "light"),
        format=part.one_of("format", ("image", "text", "both", "file"), "image"),
        quiet_from=quiet[0],
        quiet_to=quiet[1],
        horizon=part.one_of("horizon", ("today", "tomorrow", "week", "all"), "tomorrow"),
    )
    old = await chats.get(transaction, chat_id, thread_id)
    settings = dict(old.settings) if old else {}
    for key, choices in CHAT_SETTINGS.items():
        settings.pop(key, None)
        if (value := part.one_of(key, choices, choices[0])) != choices[0]:
            settings[key] = value
    await chats.put(transaction, replace(chat, settings=settings), now)
    for wanted in part.parts("subscriptions"):
        await _take_subscription(transaction, wanted, chat, now)


async def _take_subscription(transaction: Transaction, part: Part, chat: Chat, now: int) -> None:
    part.known("school", "kind", "name", "label", "daily", "changes", "homework", "groups", "lesson_reminder", "silent")
    school_id = part.need("school", str)
    if await schools.school_by_id(transaction, school_id) is None:
        raise BadFile(f"{part.path}.school: there is no school {school_id!r}")
    kind = TargetKind(part.one_of("kind", tuple(TargetKind), TargetKind.CLASS))
    groups = part.get("groups", list, [])
    if not all(isinstance(group, str) for group in groups):
        raise BadFile(f"{part.path}.groups: a list of names is wanted")
    minutes = part.get("lesson_reminder", int)
    if minutes is not None and not 1 <= minutes <= 180:
        raise BadFile(f"{part.path}.lesson_reminder: minutes from 1 to 180")
    wanted = Subscription(
        id=0,
        chat_id=chat.chat_id,
        thread_id=chat.thread_id,
        target_id=await schools.put_target(transaction, school_id, kind, part.need("name", str)),
        label=part.get("label", str, ""),
        daily=part.time("daily"),
        changes=part.get("changes", bool, True),
        homework=part.time("homework"),
        remind_minutes=minutes,
        groups=tuple(groups),
        silent=part.get("silent", bool, True),
    )
    await subscriptions.put(transaction, wanted, now)


async def hand_out(db: Database | Transaction, chat_id: int | None = None) -> dict[str, Any]:
    """Everything as `take_in` reads it, passwords left out; with `chat_id`, one person's data."""
    listed = [] if chat_id is not None else await schools.all_schools(db)
    rows = await db.all(
        "SELECT subscriptions.*, targets.school_id, targets.kind, targets.name FROM subscriptions"
        " JOIN targets ON targets.id = target_id WHERE ? IS NULL OR chat_id = ? ORDER BY subscriptions.id",
        (chat_id, chat_id),
    )
    by_chat: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in rows:
        place = (row["chat_id"], row["thread_id"])
        by_chat.setdefault(place, []).append(_subscription(subscriptions.subscription_of(row), row))
    found = await db.all(
        "SELECT * FROM chats WHERE ? IS NULL OR chat_id = ? ORDER BY chat_id, thread_id", (chat_id, chat_id)
    )
    return {
        "version": VERSION,
        "schools": [await _school(db, school) for school in listed],
        "chats": [_chat(chats.chat_of(row), by_chat.get((row["chat_id"], row["thread_id"]), [])) for row in found],
    }


async def _school(db: Database | Transaction, school: School) -> dict[str, Any]:
    feeds = [
        {"source": feed.source, "url": feed.url}
        | ({"username": feed.username} if feed.username else {})
        | ({"options": dict(feed.options)} if feed.options else {})
        for feed in await schools.feeds_of(db, school.id)
    ]
    first = feeds[0] if feeds else {"source": "", "url": ""}
    whole: dict[str, Any] = {"id": school.id, "name": school.name, **first, "timezone": school.timezone.key}
    if feeds[1:]:
        whole["also"] = feeds[1:]
    return whole | {key: school.settings[key] for key in SCHOOL_SETTINGS if key in school.settings}


def _chat(chat: Chat, followed: list[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "chat_id": chat.chat_id,
        "thread_id": chat.thread_id or None,
        "language": chat.language,
        "theme": chat.theme,
        "format": chat.format,
        "quiet": [chat.quiet_from, chat.quiet_to] if chat.quiet_from and chat.quiet_to else None,
        "subscriptions": followed,
    }
    if chat.type != ("private" if chat.chat_id > 0 else "supergroup"):
        whole["type"] = chat.type
    if chat.horizon != "tomorrow":
        whole["horizon"] = chat.horizon
    return whole | {
        key: chat.settings[key]
        for key, choices in CHAT_SETTINGS.items()
        if chat.settings.get(key, choices[0]) != choices[0]
    }


def _subscription(subscription: Subscription, row: sqlite3.Row) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "school": row["school_id"],
        "kind": row["kind"],
        "name": row["name"],
        "label": subscription.label,
        "daily": subscription.daily,
        "changes": subscription.changes,
        "homework": subscription.homework,
        "groups": list(subscription.groups),
    }
    if subscription.remind_minutes is not None:
        whole["lesson_reminder"] = subscription.remind_minutes
    if not subscription.silent:
        whole["silent"] = False
    return whole


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    keys: tuple[tuple[str, Callable[[dict[str, Any]], object], str], ...] = (
        ("schools", lambda item: item["id"], "school"),
        ("chats", lambda item: (item["chat_id"], item["thread_id"]), "chat"),
    )
    for name, key, word in keys:
        old = {key(item): item for item in before[name]}
        for item in after[name]:
            was = old.get(key(item))
            label = item["id"] if name == "schools" else item["chat_id"]
            if was is None:
                lines.append(f"{word} {label}: added")
            elif was != item:
                changed = sorted(field for field in item.keys() | was.keys() if item.get(field) != was.get(field))
                lines.append(f"{word} {label}: changed {', '.join(changed)}")
    return lines
