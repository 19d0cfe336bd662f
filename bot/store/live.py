"""The live messages: one a chat and target, whose picture is edited in place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Live:
    """A live message. `shown` says what it shows: a date, and the hashes of that day's plan and of the content."""

    chat_id: int
    thread_id: int
    target_id: int
    message_id: int
    shown: str
    pinned: bool = False


async def all_live(db: Database) -> list[Live]:
    """Those of the chats that take messages, by target."""
    rows = await db.all(
        "SELECT live_messages.* FROM live_messages JOIN chats USING (chat_id, thread_id) WHERE active = 1"
        " ORDER BY target_id, chat_id, thread_id"
    )
    return [_live(dict(row)) for row in rows]


async def of_chat(db: Database, chat_id: int, thread_id: int) -> list[Live]:
    """Those of one chat or topic."""
    rows = await db.all("SELECT * FROM live_messages WHERE chat_id = ? AND thread_id = ?", (chat_id, thread_id))
    return [_live(dict(row)) for row in rows]


def _live(row: dict[str, object]) -> Live:
    return Live(
        chat_id=int(str(row["chat_id"])),
        thread_id=int(str(row["thread_id"])),
        target_id=int(str(row["target_id"])),
        message_id=int(str(row["message_id"])),
        shown=str(row["picture"]),
        pinned=bool(row["pinned"]),
    )


async def is_live(db: Database, chat_id: int, message_id: int) -> bool:
    """Whether a message is a live one."""
    sql = "SELECT 1 FROM live_messages WHERE chat_id = ? AND message_id = ?"
    return await db.value(sql, (chat_id, message_id)) is not None


async def put(transaction: Transaction, live: Live) -> None:
    """Keep a live message in place of the one that the chat had for this target."""
    await transaction.execute(
        "INSERT OR REPLACE INTO live_messages (chat_id, thread_id, target_id, message_id, picture, pinned)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (live.chat_id, live.thread_id, live.target_id, live.message_id, live.shown, int(live.pinned)),
    )


async def shows(transaction: Transaction, live: Live, shown: str) -> None:
    """What it shows from now on; a message that was replaced meanwhile keeps its new number."""
    await transaction.execute(
        "UPDATE live_messages SET picture = ? WHERE chat_id = ? AND thread_id = ? AND target_id = ?",
        (shown, live.chat_id, live.thread_id, live.target_id),
    )


async def remove(transaction: Transaction, live: Live) -> None:
    """Edit it no more."""
    await transaction.execute(
        "DELETE FROM live_messages WHERE chat_id = ? AND thread_id = ? AND target_id = ?",
        (live.chat_id, live.thread_id, live.target_id),
    )


async def message_replaced(db: Database, chat_id: int, old: int, new: int) -> None:
    """The message to edit was gone and was sent anew: from now on the new one is the live one, and the one to edit.

    `pinned` stays: it says that the new one is to be pinned as the old one was.
    """
    async with db.transaction() as transaction:
        for sql in (
            "UPDATE live_messages SET message_id = ? WHERE chat_id = ? AND message_id = ?",
            "UPDATE outbox SET edits = ? WHERE chat_id = ? AND edits = ? AND state = 'due'",
        ):
            await transaction.execute(sql, (new, chat_id, old))


async def is_pinned(db: Database, chat_id: int, message_id: int) -> bool:
    """Whether a live message is pinned, or is to be."""
    sql = "SELECT 1 FROM live_messages WHERE chat_id = ? AND message_id = ? AND pinned = 1"
    return await db.value(sql, (chat_id, message_id)) is not None


async def unpinned(db: Database, chat_id: int, message_id: int) -> None:
    """A live message could not be pinned."""
    await db.write("UPDATE live_messages SET pinned = 0 WHERE chat_id = ? AND message_id = ?", (chat_id, message_id))
