"""Pictures that were drawn, and the names that Telegram gave them."""

from __future__ import annotations

from bot.store.database import Database, Transaction

KEEP = 7 * 86400
"""Seconds that a picture is kept after its last use."""


async def put(transaction: Transaction, picture: str, png: bytes, now: int) -> None:
    """Keep a picture under the hash of what it shows; one that is there is marked as used."""
    await transaction.execute(
        "INSERT INTO pictures (hash, png, created_at, used_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (hash) DO UPDATE SET used_at = excluded.used_at",
        (picture, png, now, now),
    )


async def has(db: Database, picture: str) -> bool:
    """Whether the picture needs no drawing."""
    return await db.value("SELECT 1 FROM pictures WHERE hash = ?", (picture,)) is not None


async def png(db: Database, picture: str) -> bytes | None:
    """The picture itself, None when it was pruned."""
    value: bytes | None = await db.value("SELECT png FROM pictures WHERE hash = ?", (picture,))
    return value


async def file_id(db: Database, picture: str, *, bot_id: int, document: bool = False) -> str | None:
    """What Telegram calls the picture for this bot, as a photo or as a file; None when it has to be uploaded."""
    column = "document_id" if document else "photo_id"
    value: str | None = await db.value(
        f"SELECT {column} FROM pictures WHERE hash = ? AND bot_id = ?",  # noqa: S608
        (picture, bot_id),
    )
    return value


async def set_file_id(
    db: Database, picture: str, name: str | None, *, bot_id: int, now: int, document: bool = False
) -> None:
    """Keep, or with None drop, what Telegram calls the picture. Another bot's names are dropped with it."""
    column, other = ("document_id", "photo_id") if document else ("photo_id", "document_id")
    await db.write(
        f"UPDATE pictures SET {column} = ?, {other} = CASE WHEN bot_id = ? THEN {other} END,"  # noqa: S608
        " bot_id = ?, used_at = ? WHERE hash = ?",
        (name, bot_id, bot_id, now, picture),
    )


async def prune(db: Database, now: int) -> int:
    """Delete what nobody asked for in `KEEP`, but for what an open row of the outbox shows. Returns how many."""
    return await db.write(
        "DELETE FROM pictures WHERE used_at < ? AND NOT EXISTS ("
        "  SELECT 1 FROM contents WHERE instr(payload, '\"picture\":\"' || pictures.hash || '\"') > 0"
        "  AND hash IN (SELECT content FROM outbox WHERE state IN ('due', 'claimed')))",
        (now - KEEP,),
    )
