"""The courier's side of the outbox: rows taken to be sent, in which order, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that this process may send now. `content` is the content's hash."""

    id: int
    chat_id: int
    thread_id: int
    kind: str
    content: str
    priority: int
    silent: bool
    reply_to: int | None
    edits: int | None
    attempts: int
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a claimed row: `state` is sent, uncertain, gone, dead, expired, or due (from `not_before` on)."""

    id: int
    state: str
    message_id: int | None = None
    error: str = ""
    not_before: int | None = None
    tried: bool = True


_COLUMNS = "id, chat_id, thread_id, kind, content, priority, silent, reply_to, edits, attempts, expires_at"

# A chat's rows go out one at a time and in order: a row waits for an earlier one that is being sent or is tried again
# later. A row that was postponed and never tried (quiet hours) holds up nothing, nor does one that has expired.
SENDABLE = """
    SELECT id FROM outbox AS this
    WHERE state = 'due' AND not_before <= :now AND coalesce(expires_at, :now + 1) > :now
      AND chat_id NOT IN (SELECT value FROM json_each(:busy))
      AND id NOT IN (SELECT value FROM json_each(:except))
      AND NOT EXISTS (
        SELECT 1 FROM outbox AS other
        WHERE other.chat_id = this.chat_id AND other.state IN ('due', 'claimed') AND (
          other.state = 'claimed'
          OR (other.priority, other.id) < (this.priority, this.id) AND (other.not_before <= :now OR other.attempts > 0)
            AND coalesce(other.expires_at, :now + 1) > :now
        )
      )
    ORDER BY priority, id
    LIMIT :limit
"""


async def claim(
    db: Database,
    now: int,
    *,
    limit: int,
    lease_seconds: int,
    busy_chats: Collection[int] = (),
    leave: Collection[int] = (),
) -> list[Claim]:
    """Take up to `limit` rows to send but for `leave`, the most urgent first, at most one a chat, none of `busy_chats`.

    Raises StoreError when the disk is full; `sendable` needs no room.
    """
    sql = (
        f"UPDATE outbox SET state = 'claimed', lease_until = :lease WHERE id IN ({SENDABLE})"  # noqa: S608
        f" RETURNING {_COLUMNS}"
    )
    parameters = {**_parameters(now, limit, busy_chats, leave), "lease": now + lease_seconds}
    return _claims(await db.write_returning(sql, parameters))


async def sendable(
    db: Database, now: int, *, limit: int, busy_chats: Collection[int] = (), leave: Collection[int] = ()
) -> list[Claim]:
    """What `claim` would take, without taking it, but for the rows `leave`: for a disk without room for a claim."""
    sql = f"SELECT {_COLUMNS} FROM outbox WHERE id IN ({SENDABLE})"  # noqa: S608
    return _claims(await db.all(sql, _parameters(now, limit, busy_chats, leave)))


async def mark(db: Database, marks: Collection[Mark], now: int) -> None:
    """Record what became of claimed rows, in one transaction. Raises StoreError when the disk is full."""
    values = [
        (
            mark.state,
            None if mark.state == "due" else now,
            mark.message_id,
            mark.error[:500],
            mark.not_before,
            int(mark.tried),
            mark.id,
        )
        for mark in marks
    ]
    sql = (
        "UPDATE outbox SET state = ?, done_at = ?, message_id = ?, error = ?, not_before = coalesce(?, not_before),"
        " attempts = attempts + ?, lease_until = NULL WHERE id = ?"
    )
    if len(values) == 1:
        await db.write(sql, values[0])
        return
    async with db.transaction() as transaction:
        await transaction.execute_many(sql, values)


async def reclaim(db: Database) -> int:
    """At the start: rows that a process died with are due again. Whether they were sent, nobody knows: at most what
    was in flight is said twice, nothing is lost. Returns how many."""
    return await db.write("UPDATE outbox SET state = 'due', lease_until = NULL WHERE state = 'claimed'")


async def do_not_wait(db: Database, now: int) -> None:
    """The clock was set back: what was to be sent already, or is tried again, does not wait until it catches up.

    Quiet hours stay what they are: such a row was postponed from the instant at which it was made.
    """
    await db.write(
        "UPDATE outbox SET not_before = ?1 WHERE state = 'due' AND not_before > ?1"
        " AND (attempts > 0 OR not_before <= created_at)",
        (now,),
    )


async def sweep(db: Database, now: int, held: Collection[int] = ()) -> None:
    """End what has expired, and take back claims whose lease ran out, but for the rows `held` in this process."""
    async with db.transaction() as transaction:
        await transaction.execute(
            "UPDATE outbox SET state = 'expired', done_at = ?1, error = 'nobody could be told in time'"
            " WHERE state = 'due' AND expires_at <= ?1",
            (now,),
        )
        await transaction.execute(
            "UPDATE outbox SET state = 'due', lease_until = NULL WHERE state = 'claimed' AND lease_until <= ?"
            " AND id NOT IN (SELECT value FROM json_each(?))",
            (now, json.dumps(list(held))),
        )


def _parameters(now: int, limit: int, busy: Collection[int], leave: Collection[int]) -> dict[str, object]:
    return {
        "now": now,
        "limit": limit,
        "busy": json.dumps(list(busy)),
        "except": json.dumps(list(leave)),
    }


def _claims(rows: Iterable[Any]) -> list[Claim]:
    claims = [Claim(*tuple(row)) for row in rows]
    claims.sort(key=lambda claim: (claim.priority, claim.id))
    return claims
