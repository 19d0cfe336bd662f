"""Who follows what, and how they want to be told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat (or a topic of it) that follows a target. Times of day are "HH:MM" in the school's zone, None = off."""

    id: int
    chat_id: int
    thread_id: int
    target_id: int
    label: str = ""
    daily: str | None = None
    changes: bool = True
    homework: str | None = None
    remind_minutes: int | None = None
    groups: tuple[str, ...] = ()
    silent: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)


def subscription_of(row: sqlite3.Row) -> Subscription:
    """A row of the table `subscriptions`."""
    return Subscription(
        id=row["id"],
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        target_id=row["target_id"],
        label=row["label"],
        daily=row["daily"],
        changes=bool(row["changes"]),
        homework=row["homework"],
        remind_minutes=row["remind_minutes"],
        groups=tuple(json.loads(row["groups"])),
        silent=bool(row["silent"]),
        settings=json.loads(row["settings"]),
    )


async def of_chat(db: Database, chat_id: int, thread_id: int = 0) -> list[Subscription]:
    """What a chat follows, oldest first."""
    rows = await db.all(
        "SELECT * FROM subscriptions WHERE chat_id = ? AND thread_id = ? ORDER BY id", (chat_id, thread_id)
    )
    return [subscription_of(row) for row in rows]


async def by_id(db: Database, subscription_id: int) -> Subscription | None:
    """One subscription, or None."""
    row = await db.one("SELECT * FROM subscriptions WHERE id = ?", (subscription_id,))
    return None if row is None else subscription_of(row)


async def put(transaction: Transaction, wanted: Subscription, now: int) -> int:
    """Add a subscription or change the one that the chat has to this target; returns its id. `wanted.id` is ignored."""
    await transaction.execute(
        "INSERT INTO subscriptions (chat_id, thread_id, target_id, label, daily, changes, homework, remind_minutes,"
        " groups, silent, settings, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (chat_id, thread_id, target_id) DO UPDATE SET label = excluded.label, daily = excluded.daily,"
        " changes = excluded.changes, homework = excluded.homework, remind_minutes = excluded.remind_minutes,"
        " groups = excluded.groups, silent = excluded.silent, settings = excluded.settings",
        (
            wanted.chat_id,
            wanted.thread_id,
            wanted.target_id,
            wanted.label,
            wanted.daily,
            int(wanted.changes),
            wanted.homework,
            wanted.remind_minutes,
            json.dumps(wanted.groups),
            int(wanted.silent),
            json.dumps(wanted.settings, sort_keys=True),
            now,
        ),
    )
    return int(
        await transaction.value(
            "SELECT id FROM subscriptions WHERE chat_id = ? AND thread_id = ? AND target_id = ?",
            (wanted.chat_id, wanted.thread_id, wanted.target_id),
        )
    )


async def remove(transaction: Transaction, subscription_id: int) -> int:
    """End a subscription, and withdraw what still waits to be told of it; returns 1, or 0 when there was none."""
    await transaction.execute(
        "UPDATE outbox SET state = 'expired', done_at = created_at, error = 'not followed any more' WHERE id IN ("
        "SELECT o.id FROM outbox AS o JOIN subscriptions AS s USING (chat_id, thread_id) WHERE s.id = ?"
        " AND o.state = 'due' AND o.kind IN ('change', 'plan', 'digest')"
        " AND (o.fact = CAST(s.target_id AS TEXT) OR o.fact GLOB s.target_id || ' *'))",
        (subscription_id,),
    )
    return await transaction.execute("DELETE FROM subscriptions WHERE id = ?", (subscription_id,))


async def retarget(transaction: Transaction, subscription_id: int, target_id: int) -> None:
    """Follow another target with the same settings; where the chat follows that already, the old one just ends."""
    changed = await transaction.execute(
        "UPDATE OR IGNORE subscriptions SET target_id = ? WHERE id = ?", (target_id, subscription_id)
    )
    if not changed:
        await remove(transaction, subscription_id)


async def asked(transaction: Transaction, subscription: Subscription, key: str, value: object) -> None:
    """Remember what the chat was asked about a subscription, so that it is not asked again."""
    settings = json.dumps({**subscription.settings, key: value}, sort_keys=True)
    await transaction.execute("UPDATE subscriptions SET settings = ? WHERE id = ?", (settings, subscription.id))
