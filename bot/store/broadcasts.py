"""Broadcasts: who would hear one, how far it is, and its end. Their messages are rows of the outbox like all others."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.database import Database, Transaction

KIND = "broadcast"


@dataclass(frozen=True, slots=True)
class Progress:
    """A broadcast in figures. `failed` are those whom nobody can reach or of whom nobody knows; `stopped` got none."""

    waiting: int
    sent: int
    failed: int
    stopped: int

    @property
    def total(self) -> int:
        """All chats that it is for."""
        return self.waiting + self.sent + self.failed + self.stopped


async def audience(db: Database, *, school_id: str = "", target_id: int = 0) -> list[tuple[int, int]]:
    """The active chats (id and topic) that follow something: of anybody, of a school, or one class."""
    rows = await db.all(
        "SELECT DISTINCT s.chat_id, s.thread_id FROM subscriptions AS s JOIN chats AS c USING (chat_id, thread_id)"
        " JOIN targets AS t ON t.id = s.target_id WHERE c.active = 1 AND (?1 = '' OR t.school_id = ?1)"
        " AND (?2 = 0 OR t.id = ?2) ORDER BY s.chat_id, s.thread_id",
        (school_id, target_id),
    )
    return [(row["chat_id"], row["thread_id"]) for row in rows]


async def progress(db: Database, key: str) -> Progress:
    """How far a broadcast is."""
    row = await db.one(
        "SELECT count(*) FILTER (WHERE state IN ('due', 'claimed')), count(*) FILTER (WHERE state = 'sent'),"
        " count(*) FILTER (WHERE state IN ('gone', 'dead', 'uncertain')), count(*) FILTER (WHERE state = 'expired')"
        " FROM outbox WHERE kind = ? AND fact = ?",
        (KIND, key),
    )
    assert row is not None  # an aggregate always has a row
    return Progress(*row)


async def stop(transaction: Transaction, key: str, now: int) -> int:
    """Tell nobody else; what is on its way arrives. Returns how many are spared."""
    return await transaction.execute(
        "UPDATE outbox SET state = 'expired', done_at = ?, error = 'stopped'"
        " WHERE kind = ? AND fact = ? AND state = 'due'",
        (now, KIND, key),
    )
