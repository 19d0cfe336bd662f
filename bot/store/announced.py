"""What subscribers of a target were last told of each day, and what is still on its way to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.news import State
from bot.store.codec import decode, encode
from bot.store.database import Database, Transaction

KIND = "change"
_TARGET = ""
"""The `day` of the row that says that a target was looked at, and at which revision."""

Key = tuple[int, int, date]
"""A chat, its topic, a day."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """What was last told of a day."""

    hash: str
    state: State


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is told of changes, and how."""

    chat_id: int
    thread_id: int
    daily: str | None
    changes: bool
    label: str
    groups: tuple[str, ...]
    silent: bool
    settings: Mapping[str, Any]
    language: str
    theme: str
    format: str
    quiet: tuple[str, str] | None
    horizon: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is not sent yet: the rows' numbers, and the hash of the state that its reader still knows."""

    ids: tuple[int, ...]
    base: str


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """For chats and days: what waits, and the last message that was sent."""

    waiting: Mapping[Key, Waiting] = field(default_factory=dict)
    messages: Mapping[Key, int] = field(default_factory=dict)

    def knows(self, one: Subscriber, day: date) -> bool:
        """Whether there was a message about this day."""
        key = (one.chat_id, one.thread_id, day)
        return key in self.waiting or key in self.messages


def state_hash(state: State) -> str:
    """What makes two states of a day one."""
    return hashlib.sha256(encode(state)).hexdigest()[:16]


async def looked_at(db: Database | Transaction, target_id: int) -> str | None:
    """The revision at which a target was looked at last; None = never: what it says now is where changes begin."""
    revision = await db.value("SELECT revision FROM announced WHERE target_id = ? AND day = ?", (target_id, _TARGET))
    return None if revision is None else str(revision)


async def never_looked_at(db: Database, target_ids: Collection[int], read_since: int) -> set[int]:
    """Those of the targets whose changes are not followed yet, and whose school was read since an instant: an older
    plan (of a restored backup) is nothing that changes could begin with."""
    rows = await db.all(
        "SELECT t.id FROM targets AS t WHERE t.id IN (SELECT value FROM json_each(?))"
        " AND t.id NOT IN (SELECT target_id FROM announced WHERE day = ?)"
        " AND EXISTS (SELECT 1 FROM feeds AS f JOIN snapshots AS s ON s.feed_id = f.id"
        " WHERE f.school_id = t.school_id AND s.target_id IN (0, t.id) AND s.checked_at > ?)",
        (json.dumps(sorted(target_ids)), _TARGET, read_since),
    )
    return {row["id"] for row in rows}


async def pointers(db: Database, target_id: int, first: date) -> dict[date, Pointer]:
    """What was told of each day from `first` on."""
    rows = await db.all(
        "SELECT day, hash, lessons FROM announced WHERE target_id = ? AND day >= ?", (target_id, first.isoformat())
    )
    return {date.fromisoformat(row["day"]): Pointer(row["hash"], decode(State, row["lessons"])) for row in rows}


async def put(transaction: Transaction, target_id: int, states: Mapping[date, State], revision: str, now: int) -> None:
    """These days are told, at this revision."""
    values: list[tuple[object, ...]] = [(target_id, _TARGET, "", b"", revision, now)]
    values += [
        (target_id, day.isoformat(), state_hash(state), encode(state), revision, now) for day, state in states.items()
    ]
    await transaction.execute_many("INSERT OR REPLACE INTO announced VALUES (?, ?, ?, ?, ?, ?)", values)


async def keep(transaction: Transaction, target_id: int, bases: Mapping[date, Collection[State]]) -> None:
    """Keep states that the readers of waiting messages still believe in."""
    values = [
        (target_id, day.isoformat(), state_hash(state), encode(state)) for day, all_ in bases.items() for state in all_
    ]
    await transaction.execute_many("INSERT OR IGNORE INTO announced_bases VALUES (?, ?, ?, ?)", values)


async def bases(db: Database, target_id: int, days: Iterable[date]) -> dict[tuple[date, str], State]:
    """The kept states of some days, by day and hash."""
    rows = await db.all(
        "SELECT day, hash, lessons FROM announced_bases WHERE target_id = ?"
        " AND day IN (SELECT value FROM json_each(?))",
        (target_id, json.dumps([day.isoformat() for day in days])),
    )
    return {(date.fromisoformat(row["day"]), row["hash"]): decode(State, row["lessons"]) for row in rows}


async def subscribers(db: Database, target_id: int, *, all_of_them: bool = False) -> list[Subscriber]:
    """The active chats that want to be told of the target's changes or new plans, or all that follow it."""
    rows = await db.all(
        "SELECT s.*, c.language, c.theme, c.format, c.quiet_from, c.quiet_to, c.horizon FROM subscriptions AS s"
        " JOIN chats AS c USING (chat_id, thread_id) WHERE s.target_id = ? AND c.active = 1"
        " AND (s.changes = 1 OR json_extract(s.settings, '$.published') OR ?)"
        " ORDER BY s.id",
        (target_id, all_of_them),
    )
    return [
        Subscriber(
            chat_id=row["chat_id"],
            thread_id=row["thread_id"],
            daily=row["daily"],
            changes=bool(row["changes"]),
            label=row["label"],
            groups=tuple(json.loads(row["groups"])),
            silent=bool(row["silent"]),
            settings=json.loads(row["settings"]),
            language=row["language"],
            theme=row["theme"],
            format=row["format"],
            quiet=(row["quiet_from"], row["quiet_to"]) if row["quiet_from"] and row["quiet_to"] else None,
            horizon=row["horizon"],
        )
        for row in rows
    ]


async def on_the_way(db: Database | Transaction, target_id: int, days: Iterable[date]) -> OnTheWay:
    """What of a target's changes waits to be sent, and the last messages about these days."""
    rows = await db.all(
        f"SELECT id, chat_id, thread_id, local_date, fact, state, message_id FROM outbox WHERE kind = '{KIND}'"  # noqa: S608
        " AND local_date IN (SELECT value FROM json_each(?)) AND fact GLOB ? ORDER BY id",
        (json.dumps([day.isoformat() for day in days]), f"{target_id} *"),
    )
    waiting: dict[Key, Waiting] = {}
    messages: dict[Key, int] = {}
    for row in rows:
        key = (row["chat_id"], row["thread_id"], date.fromisoformat(row["local_date"]))
        if row["state"] == "due":
            earlier = waiting.get(key)
            base = earlier.base if earlier else row["fact"].split(" ")[1]
            waiting[key] = Waiting((*(earlier.ids if earlier else ()), row["id"]), base)
        elif row["message_id"] is not None:
            messages[key] = row["message_id"]
    return OnTheWay(waiting, messages)


async def withdraw(transaction: Transaction, ids: Collection[int], now: int) -> None:
    """Messages that were overtaken before they were sent."""
    await transaction.execute(
        "UPDATE outbox SET state = 'expired', done_at = ?, error = 'overtaken by a later change'"
        " WHERE state = 'due' AND id IN (SELECT value FROM json_each(?))",
        (now, json.dumps(sorted(ids))),
    )


async def forget_unfollowed(db: Database) -> None:
    """Nobody follows these targets any more: whoever does later begins with what there is then."""
    await db.write(
        "DELETE FROM announced WHERE target_id NOT IN (SELECT target_id FROM subscriptions"
        " JOIN chats USING (chat_id, thread_id) WHERE chats.active = 1)"
    )


async def forget_all(transaction: Transaction) -> None:
    """Begin anew everywhere, silently."""
    await transaction.execute("DELETE FROM announced")
    await transaction.execute("DELETE FROM announced_bases")


async def prune(transaction: Transaction, before: date) -> None:
    """Forget the past."""
    for table in ("announced", "announced_bases"):
        await transaction.execute(f"DELETE FROM {table} WHERE day <> '' AND day < ?", (before.isoformat(),))  # noqa: S608


async def last_round(db: Database) -> tuple[int, str] | None:
    """When the last round was, and by which version; None = there was none."""
    value = await db.value("SELECT value FROM meta WHERE key = 'last_round'")
    if value is None:
        return None
    at, _, version = str(value).partition(" ")
    return int(at), version


async def put_round(transaction: Transaction, now: int, version: str) -> None:
    """There was a round now."""
    await transaction.execute(
        "INSERT INTO meta VALUES ('last_round', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (f"{now} {version}",),
    )
