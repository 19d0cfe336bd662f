"""Who is due: the subscriptions whose time of day has come, with how their chats want to be told."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from bot.slots import CLOCK_WAS_WRONG, Span
from bot.store.database import Database, Transaction

What = Literal["daily", "homework"]

_LAST = "due_until"


class Due(NamedTuple):
    """A subscription that is due at `at` ("HH:MM", the school's time), and its chat's wishes.

    `groups`, `settings` and `chat_settings` are JSON as stored: rows that want the same are found without parsing them.
    """

    subscription_id: int
    chat_id: int
    thread_id: int
    target_id: int
    at: str
    label: str
    groups: str
    silent: bool
    settings: str
    language: str
    theme: str
    format: str
    quiet_from: str | None
    quiet_to: str | None
    chat_settings: str = "{}"


def query(what: What) -> str:
    """The statement behind `due`; its parameters are first, end, the schools as JSON."""
    return (
        f"SELECT s.id, s.chat_id, s.thread_id, s.target_id, s.{what}, s.label, s.groups, s.silent, s.settings,"  # noqa: S608
        " c.language, c.theme, c.format, c.quiet_from, c.quiet_to, c.settings"
        f" FROM subscriptions AS s INDEXED BY subscriptions_by_{what}"
        " CROSS JOIN chats AS c ON c.chat_id = s.chat_id AND c.thread_id = s.thread_id"
        f" WHERE s.{what} >= ? AND s.{what} < ?"
        " AND s.target_id IN (SELECT id FROM targets WHERE school_id IN (SELECT value FROM json_each(?)))"
        " AND c.active = 1"
    )


async def due(db: Database, what: What, span: Span, schools: Collection[str]) -> list[Due]:
    """The subscriptions of these schools (which share a zone) whose time lies in `span`, in no order."""
    rows = await db.all(query(what), (span.first, span.end, json.dumps(list(schools))))
    return [Due._make(row) for row in rows]


async def last_look(db: Database, key: str) -> datetime | None:
    """Up to when due rows were looked for under this key (a zone's name), None = never."""
    value = await db.value("SELECT value FROM meta WHERE key = ?", (f"{_LAST}:{key}",))
    return None if value is None else datetime.fromisoformat(value)


async def looked(transaction: Transaction, key: str, now: datetime) -> None:
    """Everything that is due up to `now` has been enqueued, in this same transaction.

    A clock that was set back does not take back what was looked for; one that had been far ahead does.
    """
    await transaction.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        " WHERE excluded.value > value OR value > ?",
        (f"{_LAST}:{key}", _written(now), _written(now + CLOCK_WAS_WRONG)),
    )


def _written(instant: datetime) -> str:
    """UTC to the second, so that the order of the texts is the order of the instants."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")
