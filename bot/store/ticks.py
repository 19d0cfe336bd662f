"""Who has ticked which homework."""

from __future__ import annotations

import json
from collections.abc import Collection

from bot.store.database import Database, Transaction


async def toggle(transaction: Transaction, task_id: int, user_id: int, now: int) -> bool:
    """Tick a task, or take the tick back; returns whether it is ticked now."""
    if await transaction.execute("DELETE FROM ticks WHERE homework_id = ? AND user_id = ?", (task_id, user_id)):
        return False
    await transaction.execute("INSERT INTO ticks VALUES (?, ?, ?)", (task_id, user_id, now))
    return True


async def ticked_by(db: Database, task_ids: Collection[int], user_id: int) -> set[int]:
    """Those of the tasks that a person has ticked."""
    rows = await db.all(
        "SELECT homework_id FROM ticks WHERE user_id = ? AND homework_id IN (SELECT value FROM json_each(?))",
        (user_id, json.dumps(sorted(task_ids))),
    )
    return {row["homework_id"] for row in rows}


async def tick_counts(db: Database, task_ids: Collection[int]) -> dict[int, int]:
    """How many people have ticked each task; tasks without ticks are left out."""
    rows = await db.all(
        "SELECT homework_id, count(*) AS ticks FROM ticks WHERE homework_id IN (SELECT value FROM json_each(?))"
        " GROUP BY homework_id",
        (json.dumps(sorted(task_ids)),),
    )
    return {row["homework_id"]: row["ticks"] for row in rows}


async def ticks_by(db: Database, task_ids: Collection[int], user_ids: Collection[int]) -> set[tuple[int, int]]:
    """Which of the tasks were ticked by whom of these people: (task, person)."""
    rows = await db.all(
        "SELECT homework_id, user_id FROM ticks WHERE homework_id IN (SELECT value FROM json_each(?))"
        " AND user_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(task_ids)), json.dumps(sorted(user_ids))),
    )
    return {(row["homework_id"], row["user_id"]) for row in rows}
