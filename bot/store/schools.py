"""Schools, their feeds and their targets."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.errors import StoreError
from bot.model import Calendar, FreeDays, Target, TargetKind
from bot.names import class_key
from bot.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class School:
    """A school. `settings` are the admin's: `holidays`, `anchor`, `weeks`, `access`, …"""

    id: str
    name: str
    timezone: ZoneInfo
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def calendar(self) -> Calendar:
        """The school's year as its admin set it."""
        anchor = self.settings.get("anchor")
        return Calendar(
            holidays=tuple(
                FreeDays(date.fromisoformat(item["first"]), date.fromisoformat(item["last"]), item.get("name", ""))
                for item in self.settings.get("holidays", ())
            ),
            anchor=date.fromisoformat(anchor) if anchor else None,
            weeks=tuple(self.settings.get("weeks", ())),
        )

    def today(self, now: datetime) -> date:
        """The school's local date."""
        return now.astimezone(self.timezone).date()


@dataclass(frozen=True, slots=True)
class Feed:
    """One published address of a school; position 0 is the plan, the others are merged onto it.

    `owner_chat`: a person's own account, whose homework is shown in that private chat alone.
    """

    id: int
    school_id: str
    position: int
    source: str
    url: str
    options: Mapping[str, str] = field(default_factory=dict)
    username: str = ""
    sealed_password: bytes | None = field(default=None, repr=False)
    owner_chat: int | None = None


@dataclass(frozen=True, slots=True)
class StoredTarget:
    """A class, teacher or room of a school, with the number that links and buttons carry."""

    id: int
    school_id: str
    kind: TargetKind
    name: str
    system_id: str = ""
    gone: bool = False


def _school(row: sqlite3.Row) -> School:
    return School(row["id"], row["name"], ZoneInfo(row["timezone"]), json.loads(row["settings"]))


def feed_of_row(row: sqlite3.Row) -> Feed:
    """A row of the table `feeds`."""
    return Feed(
        row["id"],
        row["school_id"],
        row["position"],
        row["source"],
        row["url"],
        json.loads(row["options"]),
        row["username"],
        row["sealed_password"],
        row["owner_chat"],
    )


def _target(row: sqlite3.Row) -> StoredTarget:
    return StoredTarget(
        row["id"], row["school_id"], TargetKind(row["kind"]), row["name"], row["system_id"], row["gone_at"] is not None
    )


async def all_schools(db: Database | Transaction) -> list[School]:
    """Every school, oldest first."""
    return [_school(row) for row in await db.all("SELECT * FROM schools ORDER BY created_at, id")]


async def school_by_id(db: Database | Transaction, school_id: str) -> School | None:
    """One school, or None."""
    row = await db.one("SELECT * FROM schools WHERE id = ?", (school_id,))
    return None if row is None else _school(row)


async def put_school(transaction: Transaction, school: School, now: int) -> None:
    """Add a school or change its name, zone and settings."""
    await transaction.execute(
        "INSERT INTO schools (id, name, timezone, settings, created_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, timezone = excluded.timezone,"
        " settings = excluded.settings",
        (school.id, school.name, school.timezone.key, json.dumps(school.settings, sort_keys=True), now),
    )


async def remove_school(transaction: Transaction, school_id: str) -> int:
    """Remove a school with everything that hangs on it; returns 1, or 0 when there was none."""
    return await transaction.execute("DELETE FROM schools WHERE id = ?", (school_id,))


async def feeds_of(db: Database | Transaction, school_id: str) -> list[Feed]:
    """A school's feeds, the plan first; people's own accounts are not among them."""
    sql = "SELECT * FROM feeds WHERE school_id = ? AND owner_chat IS NULL ORDER BY position"
    return [feed_of_row(row) for row in await db.all(sql, (school_id,))]


async def all_feeds(db: Database) -> list[Feed]:
    """Every feed of every school, without people's own accounts."""
    sql = "SELECT * FROM feeds WHERE owner_chat IS NULL ORDER BY school_id, position"
    return [feed_of_row(row) for row in await db.all(sql)]


async def put_feed(
    transaction: Transaction,
    school_id: str,
    position: int,
    *,
    source: str,
    url: str,
    options: Mapping[str, str] | None = None,
    username: str = "",
) -> int:
    """Add a feed or change its address; returns its id.

    Another system or address forgets what the old one said, another host its password too: it is not for that one.
    Raises StoreError for an address with a password in it: it would stand in every export and log.
    """
    if "@" in urlsplit(url).netloc:
        raise StoreError("the address holds a name or a password: give the address alone, and the password in the chat")
    old = await transaction.one("SELECT * FROM feeds WHERE school_id = ? AND position = ?", (school_id, position))
    packed = json.dumps(options or {}, sort_keys=True)
    if old is None:
        return await transaction.insert(
            "INSERT INTO feeds (school_id, position, source, url, options, username) VALUES (?, ?, ?, ?, ?, ?)",
            (school_id, position, source, url, packed, username),
        )
    if (old["source"], old["url"]) != (source, url):
        await transaction.execute("DELETE FROM snapshots WHERE feed_id = ?", (old["id"],))
        await transaction.execute("DELETE FROM doubts WHERE feed_id = ?", (old["id"],))
        await transaction.execute("DELETE FROM feed_health WHERE feed_id = ?", (old["id"],))
    if urlsplit(old["url"]).hostname != urlsplit(url).hostname:
        await transaction.execute("UPDATE feeds SET sealed_password = NULL WHERE id = ?", (old["id"],))
    await transaction.execute(
        "UPDATE feeds SET source = ?, url = ?, options = ?, username = ? WHERE id = ?",
        (source, url, packed, username, old["id"]),
    )
    return int(old["id"])


async def targets_of(db: Database, school_id: str, kind: TargetKind | None = None) -> list[StoredTarget]:
    """The targets that a school publishes now, in its own order."""
    rows = await db.all(
        "SELECT * FROM targets WHERE school_id = ? AND gone_at IS NULL AND (? IS NULL OR kind = ?)"
        " ORDER BY kind, position, id",
        (school_id, kind, kind),
    )
    return [_target(row) for row in rows]


async def target_by_id(db: Database, target_id: int) -> StoredTarget | None:
    """One target (gone or not), or None."""
    row = await db.one("SELECT * FROM targets WHERE id = ?", (target_id,))
    return None if row is None else _target(row)


async def put_target(transaction: Transaction, school_id: str, kind: TargetKind, name: str) -> int:
    """The id of a target, made when it is new."""
    await transaction.execute(
        "INSERT INTO targets (school_id, kind, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (school_id, kind, name)
    )
    return int(
        await transaction.value(
            "SELECT id FROM targets WHERE school_id = ? AND kind = ? AND name = ?", (school_id, kind, name)
        )
    )


async def put_targets(
    transaction: Transaction, school_id: str, found: Iterable[Target], now: int, *, whole: bool = True
) -> None:
    """Take over the list of targets that a school publishes. One that is missing from a `whole` list is marked gone,
    never deleted; a part of a list says nothing of the order of those that are known."""
    listed = list(found)
    await _rename(transaction, school_id, listed)
    kinds = {target.kind for target in listed} if whole else set()
    for kind in kinds:
        await transaction.execute(
            "UPDATE targets SET gone_at = ? WHERE school_id = ? AND kind = ? AND gone_at IS NULL",
            (now, school_id, kind),
        )
    await transaction.execute_many(
        "INSERT INTO targets (school_id, kind, name, system_id, position) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (school_id, kind, name) DO UPDATE SET system_id = excluded.system_id,"
        " position = CASE WHEN ? THEN excluded.position ELSE position END, gone_at = NULL",
        [(school_id, t.kind, t.name, t.id, position, whole) for position, t in enumerate(listed)],
    )


async def _rename(transaction: Transaction, school_id: str, listed: Iterable[Target]) -> None:
    """Give a target that a person or a file spelled in another way ("9 A") the name that the school publishes."""
    rows = await transaction.all("SELECT * FROM targets WHERE school_id = ? AND system_id = ''", (school_id,))
    spelled = {(row["kind"], class_key(row["name"])): row for row in rows}
    published = {(target.kind, target.name) for target in listed}
    for target in listed:
        row = spelled.get((target.kind, class_key(target.name)))
        if row is not None and (row["kind"], row["name"]) not in published:
            await transaction.execute(
                "UPDATE OR IGNORE targets SET name = ?, gone_at = NULL WHERE id = ?", (target.name, row["id"])
            )


async def wanted_targets(db: Database, also: Collection[int] = ()) -> list[StoredTarget]:
    """The targets that at least one active chat follows, and those of `also`."""
    rows = await db.all(
        "SELECT * FROM targets WHERE id IN (SELECT target_id FROM subscriptions JOIN chats USING (chat_id, thread_id)"
        " WHERE chats.active = 1) OR id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(sorted(also)),),
    )
    return [_target(row) for row in rows]


async def is_followed(db: Database, target_id: int) -> bool:
    """Whether at least one active chat follows a target, so that the rounds read it."""
    sql = (
        "SELECT 1 FROM subscriptions JOIN chats USING (chat_id, thread_id) WHERE target_id = ? AND chats.active = 1"
        " LIMIT 1"
    )
    return await db.value(sql, (target_id,)) is not None


async def any_due(db: Database, now: int) -> bool:
    """Whether a feed is to be asked now."""
    sql = "SELECT 1 FROM feeds LEFT JOIN feed_health ON feed_id = id WHERE coalesce(next_at, 0) <= ? LIMIT 1"
    return await db.value(sql, (now,)) is not None


async def never_read(db: Database, feed_id: int, target_ids: Collection[int]) -> set[int]:
    """Those of the targets that a feed has no plan of yet."""
    rows = await db.all(
        "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT target_id FROM snapshots WHERE feed_id = ?)",
        (json.dumps(sorted(target_ids)), feed_id),
    )
    return {row["value"] for row in rows}


async def slots_of(db: Database, school_id: str) -> dict[str, int]:
    """The colour slot of each subject of a school."""
    rows = await db.all("SELECT subject, slot FROM subject_slots WHERE school_id = ?", (school_id,))
    return {row["subject"]: row["slot"] for row in rows}


async def put_slots(transaction: Transaction, school_id: str, slots: Mapping[str, int]) -> None:
    """Keep the colour slots of a school's subjects; a known subject keeps the slot that it has."""
    await transaction.execute_many(
        "INSERT INTO subject_slots (school_id, subject, slot) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(school_id, subject, slot) for subject, slot in sorted(slots.items())],
    )
