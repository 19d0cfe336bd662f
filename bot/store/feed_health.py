"""How the feeds are doing: since when one fails, why, and when it is asked again."""

from __future__ import annotations

import enum
import sqlite3
from dataclasses import dataclass

from bot.store.database import Database, Transaction
from bot.store.schools import Feed


class Said(enum.IntEnum):
    """Whether the admins know that a feed is broken: by a notice of its own, or by that of another of its school."""

    NOT = 0
    ITSELF = 1
    WITH_ANOTHER = 2


@dataclass(frozen=True, slots=True)
class Health:
    """How a feed is doing. Instants are seconds since 1970."""

    feed_id: int
    last_attempt: int | None = None
    last_success: int | None = None
    failures: int = 0
    failing_since: int | None = None
    error_kind: str = ""
    error: str = ""
    next_at: int = 0
    told_admin: Said = Said.NOT
    shape: str = ""


async def health_of(db: Database | Transaction, feed_id: int) -> Health:
    """How a feed is doing; all unset for one that was never asked."""
    row = await db.one("SELECT * FROM feed_health WHERE feed_id = ?", (feed_id,))
    return Health(feed_id) if row is None else _health(row)


async def healths(db: Database) -> dict[int, Health]:
    """How every feed that was ever asked is doing, by its id."""
    return {row["feed_id"]: _health(row) for row in await db.all("SELECT * FROM feed_health")}


def _health(row: sqlite3.Row) -> Health:
    return Health(**{**dict(row), "told_admin": Said(row["told_admin"])})


async def told_with(db: Database, feed: Feed, since: int, within: int) -> bool:
    """Whether the admins were told of another feed of this school that fails since about the same time: one trouble."""
    sql = (
        "SELECT 1 FROM feed_health AS h JOIN feeds AS f ON f.id = h.feed_id WHERE f.school_id = ? AND f.id <> ?"
        " AND f.owner_chat IS NULL AND h.told_admin = 1 AND h.failing_since BETWEEN ? AND ? LIMIT 1"
    )
    return await db.value(sql, (feed.school_id, feed.id, since - within, since + within)) is not None


async def says_for_itself(transaction: Transaction, feed: Feed) -> None:
    """A feed that the admins were told of is back: others that were told with it and stay broken are told of anew."""
    await transaction.execute(
        "UPDATE feed_health SET told_admin = ? WHERE told_admin = ? AND feed_id IN"
        " (SELECT id FROM feeds WHERE school_id = ?)",
        (int(Said.NOT), int(Said.WITH_ANOTHER), feed.school_id),
    )


async def put_health(transaction: Transaction, health: Health) -> None:
    """Write down how a feed is doing."""
    await transaction.execute(
        "INSERT OR REPLACE INTO feed_health (feed_id, last_attempt, last_success, failures, failing_since, error_kind,"
        " error, next_at, told_admin, shape) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            health.feed_id,
            health.last_attempt,
            health.last_success,
            health.failures,
            health.failing_since,
            health.error_kind,
            health.error,
            health.next_at,
            int(health.told_admin),
            health.shape,
        ),
    )
