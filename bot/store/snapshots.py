"""Good plans as they were read, each revision with its hash; the newest of a target is never pruned."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass, replace

from bot.model import Plan
from bot.store.codec import decode, encode
from bot.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A good plan. `changed_at` is when it was first seen, `checked_at` when the school last said the same."""

    feed_id: int
    target_id: int
    revision: int
    hash: str
    plan: Plan
    changed_at: int
    checked_at: int


def plan_hash(plan: Plan) -> str:
    """What makes two plans the same: all that they say but for the instant that the page prints of itself."""
    return hashlib.sha256(encode(replace(plan, updated=None, shape=""))).hexdigest()[:32]


def _snapshot(row: sqlite3.Row) -> Snapshot:
    plan = decode(Plan, row["plan"])
    return Snapshot(
        row["feed_id"], row["target_id"], row["revision"], row["hash"], plan, row["changed_at"], row["checked_at"]
    )


async def newest(db: Database | Transaction, feed_id: int, target_id: int) -> Snapshot | None:
    """The last good plan, or None when there never was one."""
    row = await db.one(
        "SELECT * FROM snapshots WHERE feed_id = ? AND target_id = ? ORDER BY revision DESC LIMIT 1",
        (feed_id, target_id),
    )
    return None if row is None else _snapshot(row)


async def add(transaction: Transaction, snapshot: Snapshot) -> None:
    """Store a new revision."""
    await transaction.execute(
        "INSERT INTO snapshots (feed_id, target_id, revision, hash, plan, changed_at, checked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            snapshot.feed_id,
            snapshot.target_id,
            snapshot.revision,
            snapshot.hash,
            encode(snapshot.plan),
            snapshot.changed_at,
            snapshot.checked_at,
        ),
    )


async def touch(transaction: Transaction, snapshot: Snapshot, now: int) -> None:
    """The school said the same again."""
    await transaction.execute(
        "UPDATE snapshots SET checked_at = ? WHERE feed_id = ? AND target_id = ? AND revision = ?",
        (now, snapshot.feed_id, snapshot.target_id, snapshot.revision),
    )


async def revisions_of(db: Database, school_id: str, target_id: int) -> list[tuple[int, int, int]]:
    """Feed, target (0 = the whole feed) and newest revision of all that a target's timetable is made of."""
    rows = await db.all(
        "SELECT feed_id, target_id, max(revision) AS revision FROM snapshots WHERE target_id IN (0, ?)"
        " AND feed_id IN (SELECT id FROM feeds WHERE school_id = ?) GROUP BY feed_id, target_id ORDER BY 1, 2",
        (target_id, school_id),
    )
    return [(row["feed_id"], row["target_id"], row["revision"]) for row in rows]


async def doubted(db: Database | Transaction, feed_id: int, target_id: int) -> tuple[str, int] | None:
    """The hash of the plan that waits to be seen again, and when it was first seen."""
    row = await db.one("SELECT hash, seen_at FROM doubts WHERE feed_id = ? AND target_id = ?", (feed_id, target_id))
    return None if row is None else (row["hash"], row["seen_at"])


async def doubt(transaction: Transaction, feed_id: int, target_id: int, *, hash_: str, now: int) -> None:
    """Wait for this plan to be seen again."""
    await transaction.execute("INSERT OR REPLACE INTO doubts VALUES (?, ?, ?, ?)", (feed_id, target_id, hash_, now))


async def trust(transaction: Transaction, feed_id: int, target_id: int) -> None:
    """Forget the doubt about a target's plan."""
    await transaction.execute("DELETE FROM doubts WHERE feed_id = ? AND target_id = ?", (feed_id, target_id))


async def prune(transaction: Transaction, before: int) -> int:
    """Delete revisions that were last confirmed before an instant, but never a target's newest one."""
    return await transaction.execute(
        "DELETE FROM snapshots WHERE checked_at < ? AND revision < (SELECT max(revision) FROM snapshots AS newer"
        " WHERE newer.feed_id = snapshots.feed_id AND newer.target_id = snapshots.target_id)",
        (before,),
    )
