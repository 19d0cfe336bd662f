"""Homework and tests: what schools and people say, and who may see it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.model import Exam, Homework, TargetKind
from bot.names import class_key
from bot.store.database import Database, Transaction
from bot.store.due import Due
from bot.store.schools import Feed, StoredTarget
from bot.tasks import Fact, Known, plain, reconcile

NEVER = 0
"""`told_at` of what is not to be announced: what a feed held when it was first read, what somebody wrote themselves."""


@dataclass(frozen=True, slots=True)
class Task:
    """Homework or a test, with the number that buttons carry.

    `chat_id` None = everybody's whom it concerns; `feed_id` None = written in the chat, by `author`. `photo` is
    Telegram's name of a picture.
    """

    id: int
    kind: Literal["homework", "exam"]
    subject: str
    text: str
    due: date | None = None
    assigned: date | None = None
    links: tuple[str, ...] = ()
    target_id: int | None = None
    chat_id: int | None = None
    thread_id: int | None = None
    feed_id: int | None = None
    photo: str | None = None
    author: int | None = None
    created_at: int = 0
    told_at: int | None = NEVER

    @property
    def homework(self) -> Homework:
        """The task as homework of the model."""
        return Homework(self.subject, self.text, self.assigned, self.due, self.links)

    @property
    def exam(self) -> Exam:
        """The task as a test of the model."""
        return Exam(self.subject, self.due, self.text)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: a chat (or a topic of it) that sees its own tasks too. The default sees what everybody sees."""

    chat_id: int = 0
    thread_id: int = 0


EVERYBODY = Viewer()


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _task(row: sqlite3.Row) -> Task:
    return Task(
        row["id"], row["kind"], row["subject"], row["text"], _day(row["due"]), _day(row["assigned"]),
        tuple(json.loads(row["links"])), row["target_id"], row["chat_id"], row["thread_id"], row["feed_id"],
        row["photo"], row["author"], row["created_at"], row["told_at"],
    )  # fmt: skip


def _fact(row: sqlite3.Row) -> Fact:
    return Fact(
        row["kind"], row["subject"], row["text"], _day(row["due"]), _day(row["assigned"]),
        tuple(json.loads(row["links"])), tuple(filter(None, row["classes"].split("|"))), row["source_id"],
    )  # fmt: skip


def _values(fact: Fact) -> tuple[object, ...]:
    classes = f"|{'|'.join(fact.classes)}|" if fact.classes else ""
    return (
        fact.kind, fact.key, fact.source_id, classes, fact.subject, fact.text, _iso(fact.assigned), _iso(fact.due),
        json.dumps(fact.links),
    )  # fmt: skip


_COLUMNS = "kind, key, source_id, classes, subject, text, assigned, due, links"


async def sync(
    transaction: Transaction,
    feed: Feed,
    target_id: int | None,
    facts: Sequence[Fact],
    *,
    today: date,
    now: int,
    first: bool,
    oldest: date | None = None,
) -> int:
    """Take over what a feed says of homework and tests (`tasks.facts_of`); returns how many tasks are new.

    To be called with good plans only: a failed or doubted reading must not withdraw anything. `first`: what a feed is
    read for the first time is not announced as new. `target_id` None: the feed speaks for the whole school. `oldest`:
    what was assigned before it was not asked for.
    """
    rows = await transaction.all(
        "SELECT * FROM homework WHERE feed_id = ? AND coalesce(target_id, 0) = ?", (feed.id, target_id or 0)
    )
    known = [Known(row["id"], _fact(row), row["withdrawn_at"] is not None) for row in rows]
    changes = reconcile(known, facts, today, oldest=oldest)
    # Two steps: a key may pass from one task to another.
    await transaction.execute_many(
        "UPDATE homework SET key = 'was:' || id WHERE id = ?", [(n,) for n, _ in changes.changed]
    )
    await transaction.execute_many(
        "UPDATE homework SET withdrawn_at = ?, key = 'was:' || id WHERE id = ?",
        [(now, number) for number in changes.withdrawn],
    )
    await transaction.execute_many(
        f"UPDATE homework SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?), updated_at = ?, withdrawn_at = NULL"  # noqa: S608
        " WHERE id = ?",
        [(*_values(fact), now, number) for number, fact in changes.changed],
    )
    await transaction.execute_many(
        f"INSERT INTO homework (school_id, feed_id, target_id, chat_id, thread_id, {_COLUMNS}, created_at, updated_at,"  # noqa: S608
        " told_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                feed.school_id, feed.id, target_id, feed.owner_chat, None if feed.owner_chat is None else 0,
                *_values(fact), now, now, NEVER if first else None,
            )
            for fact in changes.new
        ],
    )  # fmt: skip
    return len(changes.new)


# Who may see a row: those of its school whom it concerns, or the chat that it belongs to.
_VISIBLE = (
    "withdrawn_at IS NULL AND (chat_id IS NULL AND school_id = :school AND (target_id = :target"
    " OR target_id IS NULL AND :class != '' AND (classes = '' OR instr(classes, :class) > 0))"
    " OR chat_id = :chat AND thread_id = :thread AND coalesce(target_id, :target) = :target)"
)


async def visible(
    db: Database | Transaction,
    target: StoredTarget,
    viewer: Viewer = EVERYBODY,
    *,
    first: date | None = None,
    last: date | None = None,
    undated: bool = True,
) -> list[Task]:
    """The tasks and tests of a target that a chat may see, by day, those without a date last.

    What two feeds (or a feed and a person's account) say alike is one task.
    """
    rows = await db.all(
        f"SELECT * FROM homework WHERE {_VISIBLE} AND (due IS NULL AND :undated OR due BETWEEN :first AND :last)"  # noqa: S608
        " ORDER BY due IS NULL, due, id",
        {
            "school": target.school_id,
            "target": target.id,
            "class": f"|{class_key(target.name)}|" if target.kind is TargetKind.CLASS else "",
            "chat": viewer.chat_id,
            "thread": viewer.thread_id,
            "first": _iso(first) or "",
            "last": _iso(last) or "9999-12-31",
            "undated": undated,
        },
    )
    distinct: dict[tuple[str, ...], Task] = {}
    for task in map(_task, rows):
        distinct.setdefault((task.kind, plain(task.subject), str(task.due), plain(task.text), task.photo or ""), task)
    return list(distinct.values())


async def chats_with_own(db: Database, chat_ids: Collection[int]) -> set[tuple[int, int]]:
    """Those of the chats (with their topics) that have tasks of their own."""
    rows = await db.all(
        "SELECT DISTINCT chat_id, thread_id FROM homework WHERE chat_id IN (SELECT value FROM json_each(?))"
        " AND withdrawn_at IS NULL",
        (json.dumps(sorted(chat_ids)),),
    )
    return {(row["chat_id"], row["thread_id"]) for row in rows}


async def by_id(db: Database | Transaction, task_id: int) -> Task | None:
    """One task that was not withdrawn, or None."""
    row = await db.one("SELECT * FROM homework WHERE id = ? AND withdrawn_at IS NULL", (task_id,))
    return None if row is None else _task(row)


async def write_down(
    transaction: Transaction,
    viewer: Viewer,
    target: StoredTarget,
    *,
    subject: str,
    text: str,
    due: date | None,
    author: int,
    photo: str | None,
    now: int,
) -> int:
    """Add a task by hand to a chat, whose row must exist; returns its number."""
    return await transaction.insert(
        "INSERT INTO homework (school_id, target_id, chat_id, thread_id, key, subject, text, due, photo, author,"
        " created_at, updated_at, told_at) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            target.school_id, target.id, viewer.chat_id, viewer.thread_id, subject, text, _iso(due), photo, author,
            now, now, NEVER,
        ),
    )  # fmt: skip


async def edit(transaction: Transaction, task: Task, now: int) -> None:
    """Write down a task's text and date as they are now; its ticks stay."""
    await transaction.execute(
        "UPDATE homework SET subject = ?, text = ?, due = ?, photo = ?, updated_at = ? WHERE id = ?",
        (task.subject, task.text, _iso(task.due), task.photo, now, task.id),
    )


async def delete(transaction: Transaction, task_id: int) -> None:
    """Delete a task that was written by hand, with its ticks."""
    await transaction.execute("DELETE FROM homework WHERE id = ? AND feed_id IS NULL", (task_id,))


async def schools_to_tell(db: Database) -> list[str]:
    """The schools with tasks that are to be announced as new."""
    rows = await db.all("SELECT DISTINCT school_id FROM homework WHERE told_at IS NULL AND school_id IS NOT NULL")
    return [row["school_id"] for row in rows]


async def untold(db: Database | Transaction, school_id: str) -> set[int]:
    """The numbers of a school's tasks that are to be announced as new."""
    rows = await db.all("SELECT id FROM homework WHERE told_at IS NULL AND school_id = ?", (school_id,))
    return {row["id"] for row in rows}


async def told(transaction: Transaction, task_ids: Collection[int], now: int) -> None:
    """These were announced, in this same transaction."""
    await transaction.execute_many("UPDATE homework SET told_at = ? WHERE id = ?", [(now, one) for one in task_ids])


async def to_tell_at_once(db: Database, school_id: str) -> list[Due]:
    """The subscriptions at a school whose chats want new homework announced at once."""
    rows = await db.all(
        "SELECT s.id, s.chat_id, s.thread_id, s.target_id, '', s.label, s.groups, s.silent, s.settings, c.language,"
        " c.theme, c.format, c.quiet_from, c.quiet_to, c.settings FROM subscriptions AS s"
        " JOIN chats AS c ON (c.chat_id, c.thread_id) = (s.chat_id, s.thread_id)"
        " WHERE c.active = 1 AND json_extract(c.settings, '$.news') = 'now' AND s.target_id IN"
        " (SELECT id FROM targets WHERE school_id = ?) ORDER BY s.id",
        (school_id,),
    )
    return [Due._make(row) for row in rows]


async def prune(transaction: Transaction, before: date, before_seconds: int) -> int:
    """Delete what was due or withdrawn, and what without a date was last said, before a day; with the ticks."""
    return await transaction.execute(
        "DELETE FROM homework WHERE due < ?1 OR withdrawn_at < ?2"
        " OR due IS NULL AND feed_id IS NULL AND updated_at < ?2 - 180 * 86400",
        (before.isoformat(), before_seconds),
    )
