"""Accounts of e-diaries: a school's feed with a password, and people's own feeds; the password is sealed already."""

from __future__ import annotations

import json

from bot.store.database import Database, Transaction
from bot.store.schools import Feed, feed_of_row

OWN = 1000
"""Positions of people's own feeds begin here; a school's own stay below."""
PAUSED = 1 << 40
"""`next_at` of a feed that is not asked until its password changes: a refused one is not tried again (lock-out)."""


async def own_feeds(db: Database | Transaction, school_id: str) -> list[Feed]:
    """The feeds of people's own accounts at a school."""
    sql = "SELECT * FROM feeds WHERE school_id = ? AND owner_chat IS NOT NULL ORDER BY position"
    return [feed_of_row(row) for row in await db.all(sql, (school_id,))]


async def feeds_of_owner(db: Database | Transaction, chat_id: int) -> list[Feed]:
    """A person's own feeds."""
    rows = await db.all("SELECT * FROM feeds WHERE owner_chat = ? ORDER BY id", (chat_id,))
    return [feed_of_row(row) for row in rows]


async def feed_by_id(db: Database | Transaction, feed_id: int) -> Feed | None:
    """One feed, or None."""
    row = await db.one("SELECT * FROM feeds WHERE id = ?", (feed_id,))
    return None if row is None else feed_of_row(row)


async def put_own(
    transaction: Transaction, school_id: str, chat_id: int, *, source: str, url: str, target_id: int
) -> int:
    """A person's own feed of a system for a class, made when it is new; returns its id. One a person and class."""
    options = json.dumps({"target": str(target_id)})
    known = await transaction.value(
        "SELECT id FROM feeds WHERE school_id = ? AND owner_chat = ? AND source = ? AND options = ?",
        (school_id, chat_id, source, options),
    )
    if known is not None:
        return int(known)
    return await transaction.insert(
        "INSERT INTO feeds (school_id, position, source, url, options, owner_chat) VALUES (?1,"
        " (SELECT max(coalesce(max(position), 0) + 1, ?2) FROM feeds WHERE school_id = ?1), ?3, ?4, ?5, ?6)",
        (school_id, OWN, source, url, options, chat_id),
    )


async def set_password(transaction: Transaction, feed_id: int, username: str, sealed: bytes) -> None:
    """Give a feed an account; it is asked again at once."""
    await transaction.execute(
        "UPDATE feeds SET username = ?, sealed_password = ? WHERE id = ?", (username, sealed, feed_id)
    )
    await transaction.execute("DELETE FROM feed_health WHERE feed_id = ?", (feed_id,))


async def forget(transaction: Transaction, feed: Feed) -> None:
    """Delete a person's own feed with all that it said; of a school's feed, the user name and the password only."""
    if feed.owner_chat is not None:
        await transaction.execute("DELETE FROM feeds WHERE id = ?", (feed.id,))
    else:
        await transaction.execute("UPDATE feeds SET username = '', sealed_password = NULL WHERE id = ?", (feed.id,))
