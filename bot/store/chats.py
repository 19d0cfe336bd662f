"""Chats and forum topics: their settings, what Telegram said about them, moving and forgetting them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.store.database import Database, Transaction

REFUSALS = 5
REFUSED_SECONDS = 24 * 3600
"""A chat that refused `REFUSALS` times over at least `REFUSED_SECONDS`, with nothing taken in between, is given up."""

_TABLES = ("subscriptions", "live_messages", "homework", "outbox")
"""Every table beside `chats` that names a chat and its topic."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat, or one topic of a forum (`thread_id` 0 = no topic). Quiet hours are "HH:MM", None = none."""

    chat_id: int
    thread_id: int = 0
    type: str = "private"
    language: str = "en"
    theme: str = "light"
    format: str = "image"
    quiet_from: str | None = None
    quiet_to: str | None = None
    horizon: str = "tomorrow"
    settings: Mapping[str, Any] = field(default_factory=dict)
    active: bool = True
    inactive_reason: str = ""


def chat_of(row: sqlite3.Row) -> Chat:
    """A row of the table `chats`."""
    return Chat(
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        type=row["type"],
        language=row["language"],
        theme=row["theme"],
        format=row["format"],
        quiet_from=row["quiet_from"],
        quiet_to=row["quiet_to"],
        horizon=row["horizon"],
        settings=json.loads(row["settings"]),
        active=bool(row["active"]),
        inactive_reason=row["inactive_reason"],
    )


async def get(db: Database | Transaction, chat_id: int, thread_id: int = 0) -> Chat | None:
    """A chat's settings, None when it is unknown."""
    row = await db.one("SELECT * FROM chats WHERE chat_id = ? AND thread_id = ?", (chat_id, thread_id))
    return None if row is None else chat_of(row)


async def following(db: Database, school_id: str) -> list[Chat]:
    """The chats, and topics, that follow something of a school and take messages."""
    rows = await db.all(
        "SELECT * FROM chats WHERE active = 1 AND EXISTS (SELECT 1 FROM subscriptions AS s JOIN targets AS t"
        " ON t.id = s.target_id WHERE (s.chat_id, s.thread_id) = (chats.chat_id, chats.thread_id) AND t.school_id = ?)",
        (school_id,),
    )
    return [chat_of(row) for row in rows]


async def put(transaction: Transaction, chat: Chat, now: int) -> None:
    """Create a chat or change its settings; what Telegram said about it (active, refusals) stays."""
    await transaction.execute(
        "INSERT INTO chats (chat_id, thread_id, type, language, theme, format, quiet_from, quiet_to, horizon, settings,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chat_id, thread_id) DO UPDATE SET"
        " type = excluded.type, language = excluded.language, theme = excluded.theme, format = excluded.format,"
        " quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, horizon = excluded.horizon,"
        " settings = excluded.settings",
        (chat.chat_id, chat.thread_id, chat.type, chat.language, chat.theme, chat.format, chat.quiet_from,
         chat.quiet_to, chat.horizon, json.dumps(chat.settings, sort_keys=True), now),
    )  # fmt: skip


async def deactivate(db: Database, chat_id: int, reason: str, now: int) -> None:
    """Send nothing more to a chat and its topics. Settings and subscriptions stay for the day it comes back."""
    async with db.transaction() as transaction:
        await _deactivate(transaction, chat_id, reason, now)


async def reactivate(db: Database, chat_id: int) -> bool:
    """The chat spoke to the bot again. Returns whether it had been given up."""
    changed = await db.write(
        "UPDATE chats SET active = 1, inactive_reason = '', refusals = 0, refused_since = NULL"
        " WHERE chat_id = ? AND (active = 0 OR refusals > 0)",
        (chat_id,),
    )
    return changed > 0


async def count_refusal(db: Database, chat_id: int, now: int) -> bool:
    """Telegram refused in words that may pass. Returns whether the chat is given up now, after `REFUSALS` of them."""
    async with db.transaction() as transaction:
        await transaction.execute(
            "UPDATE chats SET refusals = refusals + 1, refused_since = coalesce(refused_since, ?) WHERE chat_id = ?",
            (now, chat_id),
        )
        given_up = await transaction.value(
            "SELECT 1 FROM chats WHERE chat_id = ? AND refusals >= ? AND refused_since <= ?",
            (chat_id, REFUSALS, now - REFUSED_SECONDS),
        )
        if given_up is not None:
            await _deactivate(transaction, chat_id, "refused", now)
        return given_up is not None


async def refusing(db: Database) -> set[int]:
    """The chats with counted refusals: a message that one of them takes ends the count (`reactivate`)."""
    return {row[0] for row in await db.all("SELECT DISTINCT chat_id FROM chats WHERE refusals > 0")}


async def migrate(db: Database, old: int, new: int) -> bool:
    """A group became a supergroup: its id is swapped in every table at once.

    Where both ids are known (the new one spoke first) the two are merged: the new one's settings win, what it has
    already is not doubled. Returns whether the old id was known; a second time it is not.
    """
    async with db.transaction() as transaction:
        known = await transaction.value(
            "SELECT 1 FROM chats WHERE chat_id = ?1 UNION ALL SELECT 1 FROM outbox WHERE chat_id = ?1"
            " AND state IN ('due', 'claimed') LIMIT 1",
            (old,),
        )
        if known is None or old == new:
            return False
        threads = [row[0] for row in await transaction.all("SELECT thread_id FROM chats WHERE chat_id = ?", (old,))]
        for thread in threads:
            await _move(transaction, (old, thread), (new, thread))
        await _repoint(transaction, "outbox", "chat_id = ?", (old,), {"chat_id": new})
        # Only a member is told where a group went: what made the old id silent is over.
        await transaction.execute(
            "UPDATE chats SET type = CASE type WHEN 'group' THEN 'supergroup' ELSE type END, active = 1,"
            " inactive_reason = '' WHERE chat_id = ?",
            (new,),
        )
        return True


async def drop_thread(db: Database, chat_id: int, thread_id: int) -> None:
    """A forum topic was closed or deleted: what it followed goes on in General. Nobody is unsubscribed."""
    async with db.transaction() as transaction:
        await _move(transaction, (chat_id, thread_id), (chat_id, 0))
        where = "chat_id = ? AND thread_id = ?"
        await _repoint(transaction, "outbox", where, (chat_id, thread_id), {"thread_id": 0})


async def forget(db: Database, chat_id: int, thread_id: int | None = None) -> int:
    """Delete everything about a chat, or about one topic of it; returns how many rows went.

    What was said to others (contents, pictures) names no chat. Backups forget with their age.
    """
    total = 0
    where = "chat_id = ?" if thread_id is None else "chat_id = ? AND thread_id = ?"
    parameters = (chat_id,) if thread_id is None else (chat_id, thread_id)
    async with db.transaction() as transaction:
        for table in (*_TABLES, "chats"):
            if table == "homework":
                await transaction.execute(
                    f"DELETE FROM ticks WHERE homework_id IN (SELECT id FROM homework WHERE {where})",  # noqa: S608
                    parameters,
                )
            total += await transaction.execute(f"DELETE FROM {table} WHERE {where}", parameters)  # noqa: S608
        if chat_id > 0:  # a private chat's id is its person's
            total += await transaction.execute("DELETE FROM feeds WHERE owner_chat = ?", (chat_id,))
            total += await transaction.execute("DELETE FROM ticks WHERE user_id = ?", (chat_id,))
            await transaction.execute("UPDATE homework SET author = NULL WHERE author = ?", (chat_id,))
    return total


async def _deactivate(transaction: Transaction, chat_id: int, reason: str, now: int) -> None:
    await transaction.execute(
        "UPDATE chats SET active = 0, inactive_reason = ? WHERE chat_id = ? AND active = 1", (reason, chat_id)
    )
    await transaction.execute(
        "UPDATE outbox SET state = 'gone', done_at = ?, error = ? WHERE chat_id = ? AND state = 'due'",
        (now, reason, chat_id),
    )


async def _move(transaction: Transaction, old: tuple[int, int], new: tuple[int, int]) -> None:
    """Give what hangs on the chat row `old` to `new`, which is made from it when it is not there."""
    if await transaction.value("SELECT 1 FROM chats WHERE chat_id = ? AND thread_id = ?", new) is None:
        # The foreign keys take subscriptions, live messages and homework along.
        await transaction.execute(
            "UPDATE chats SET chat_id = ?, thread_id = ?, refusals = 0, refused_since = NULL"
            " WHERE chat_id = ? AND thread_id = ?",
            (*new, *old),
        )
        return
    for table in ("subscriptions", "live_messages", "homework"):
        await _repoint(
            transaction, table, "chat_id = ? AND thread_id = ?", old, {"chat_id": new[0], "thread_id": new[1]}
        )
    await transaction.execute("DELETE FROM chats WHERE chat_id = ? AND thread_id = ?", old)


async def _repoint(
    transaction: Transaction, table: str, where: str, parameters: tuple[int, ...], to: Mapping[str, int]
) -> None:
    """Change who the rows of a table belong to; one that is there already stays the only one."""
    assignments = ", ".join(f"{column} = ?" for column in to)
    await transaction.execute(
        f"UPDATE OR IGNORE {table} SET {assignments} WHERE {where}",  # noqa: S608
        (*to.values(), *parameters),
    )
    await transaction.execute(f"DELETE FROM {table} WHERE {where}", parameters)  # noqa: S608
