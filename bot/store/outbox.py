"""The outbox: what is to be said to whom, once each, in which order, and what became of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from typing import Any

from bot.store.database import Database, Transaction

Button = Mapping[str, str]
"""An inline button as the Bot API takes it: `text` and one of `callback_data`, `url`, …"""


class Priority(IntEnum):
    """The order in which rows go out: the smaller first."""

    CANCELLATION = 10
    """Today's lesson falls away: someone may be on the way to it."""
    CHANGE = 20
    REMINDER = 30
    DIGEST = 40
    LIVE = 50
    BROADCAST = 60


@dataclass(frozen=True, slots=True)
class Content:
    """What is said, the same for every chat that it is said to.

    `text` is HTML as Telegram takes it, the caption where there is a picture. `picture` is a hash of `pictures`.
    The sound, the message answered and the message edited differ from chat to chat: they stand in the `Row`.
    """

    text: str
    picture: str | None = None
    keyboard: tuple[tuple[Button, ...], ...] = ()
    as_document: bool = False

    def to_json(self) -> str:
        """The same text for the same content, whatever the order the buttons' keys were written in."""
        fields: dict[str, Any] = {"text": self.text}
        if self.picture is not None:
            fields["picture"] = self.picture
        if self.keyboard:
            fields["keyboard"] = [[dict(button) for button in line] for line in self.keyboard]
        if self.as_document:
            fields["as_document"] = True
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))

    @staticmethod
    def from_json(payload: str) -> Content:
        """What `to_json` made. Raises ValueError or KeyError for anything else."""
        fields = json.loads(payload)
        if not isinstance(fields, dict):
            raise ValueError("the content is no object")
        return Content(
            text=fields["text"],
            picture=fields.get("picture"),
            keyboard=tuple(tuple(line) for line in fields.get("keyboard", ())),
            as_document=fields.get("as_document", False),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One push to one chat. (chat, thread, kind, local date, fact) is told once, however often it is enqueued.

    `local_date` is the school's date that the push belongs to. `fact` says what is told and holds the snapshot's
    revision, so that A → B → A → B is four facts. `not_before` postpones (quiet hours), `expires_at` ends the sense of
    it; both in seconds since 1970.
    `edits` is the message whose picture and text are replaced; newer edits of a message supersede those still waiting.
    `asks`: its buttons are what it is for. Others have none in a channel, where a press would change what all read.
    """

    chat_id: int
    kind: str
    local_date: date
    fact: str
    content: Content
    priority: Priority
    thread_id: int = 0
    not_before: int = 0
    expires_at: int | None = None
    silent: bool = False
    reply_to: int | None = None
    edits: int | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """The outbox in figures: open rows now, the age of the oldest that is due in seconds, failures of the last day."""

    due: int
    claimed: int
    postponed: int
    oldest_seconds: int
    uncertain: int
    dead: int
    sent: int
    """Sent in the last hour."""


async def enqueue(transaction: Transaction, rows: Iterable[Row], now: int) -> int:
    """Put rows into the outbox, each content once. What is in it already is left as it is. Returns how many are new."""
    rows = list(rows)
    channels = await _channels(transaction, {row.chat_id for row in rows if row.chat_id < 0})
    hashes: dict[tuple[int, bool], str] = {}  # by the id of the content, which `rows` keeps alive
    contents: dict[str, tuple[str, str, int]] = {}
    values: list[tuple[object, ...]] = []
    edits = False
    for row in rows:
        bare = row.chat_id in channels and not row.asks
        content = hashes.get((id(row.content), bare))
        if content is None:
            payload = (replace(row.content, keyboard=()) if bare else row.content).to_json()
            content = hashes[id(row.content), bare] = hashlib.sha256(payload.encode("utf-8")).hexdigest()
            contents[content] = (content, payload, now)
        edits = edits or row.edits is not None
        values.append((row.chat_id, row.thread_id, row.kind, row.local_date.isoformat(), row.fact, content,
                       int(row.priority), row.not_before, row.expires_at, int(row.silent), row.reply_to, row.edits,
                       now))  # fmt: skip
    if not values:
        return 0
    await transaction.execute_many("INSERT OR IGNORE INTO contents VALUES (?, ?, ?)", contents.values())
    added = await transaction.execute_many(
        "INSERT OR IGNORE INTO outbox (chat_id, thread_id, kind, local_date, fact, content, priority, not_before,"
        " expires_at, silent, reply_to, edits, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    if edits:
        await transaction.execute(
            "UPDATE outbox SET state = 'expired', done_at = ?, error = 'superseded' WHERE state = 'due'"
            " AND edits IS NOT NULL AND EXISTS (SELECT 1 FROM outbox AS later WHERE later.chat_id = outbox.chat_id"
            " AND later.edits = outbox.edits AND later.state = 'due' AND later.id > outbox.id)",
            (now,),
        )
    return max(added, 0)


async def _channels(transaction: Transaction, chats: Collection[int]) -> set[int]:
    """Those of the chats that are channels."""
    if not chats:
        return set()
    sql = "SELECT chat_id FROM chats WHERE type = 'channel' AND chat_id IN (SELECT value FROM json_each(?))"
    return {row["chat_id"] for row in await transaction.all(sql, (json.dumps(sorted(chats)),))}


async def content_of(db: Database, content_hash: str) -> Content:
    """A content by its hash. Raises ValueError or KeyError when it is not there or not readable."""
    payload = await db.value("SELECT payload FROM contents WHERE hash = ?", (content_hash,))
    if payload is None:
        raise KeyError(f"no content {content_hash}")
    return Content.from_json(payload)


async def last_told(db: Database, kind: str, chat_ids: Collection[int]) -> dict[tuple[int, int, str], int]:
    """When these chats were last told each fact of a kind: (chat, thread, fact) → the instant of the row."""
    rows = await db.all(
        "SELECT chat_id, thread_id, fact, max(created_at) AS at FROM outbox WHERE kind = ?"
        " AND chat_id IN (SELECT value FROM json_each(?)) GROUP BY chat_id, thread_id, fact",
        (kind, json.dumps(sorted(set(chat_ids)))),
    )
    return {(row["chat_id"], row["thread_id"], row["fact"]): row["at"] for row in rows}


async def counts(db: Database, now: int) -> Counts:
    """The figures of `/status`."""
    row = await db.one(
        "SELECT count(*) FILTER (WHERE state = 'due' AND not_before <= ?1),"
        " count(*) FILTER (WHERE state = 'claimed'), count(*) FILTER (WHERE state = 'due' AND not_before > ?1),"
        " coalesce(?1 - min(max(created_at, not_before)) FILTER (WHERE state = 'due' AND not_before <= ?1), 0)"
        " FROM outbox WHERE state IN ('due', 'claimed')",
        (now,),
    )
    failed = await db.one(
        "SELECT count(*) FILTER (WHERE state = 'uncertain'), count(*) FILTER (WHERE state = 'dead') FROM outbox"
        " WHERE state IN ('uncertain', 'dead') AND done_at > ?",
        (now - 86400,),
    )
    sent = await db.value("SELECT count(*) FROM outbox WHERE state = 'sent' AND done_at > ?", (now - 3600,))
    assert row is not None
    assert failed is not None
    return Counts(*(*row, *failed, sent))


async def prune(db: Database, before: int, *, batch: int = 2000) -> int:
    """Delete rows that were done with before an instant, and contents that nothing tells any more; in small
    transactions, so that sending goes on meanwhile. Returns how many rows went."""
    total = 0
    while True:
        gone = await db.write(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < ? LIMIT ?)",
            (before, batch),
        )
        total += gone
        if gone < batch:
            break
    await db.write(
        "DELETE FROM contents WHERE created_at < ?"
        " AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.content = contents.hash)",
        (before,),
    )
    return total
