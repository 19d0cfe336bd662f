"""Pictures are kept while somebody needs them, and named per bot and per kind of message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.store import claims, outbox, pictures
from bot.store.claims import Mark
from bot.store.database import open_database
from bot.store.outbox import Content, Priority, Row

NOW = 1_795_000_000


async def test_names_belong_to_a_bot_and_a_kind(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        async with db.transaction() as transaction:
            await pictures.put(transaction, "a", b"png", NOW)
        await pictures.set_file_id(db, "a", "photo", bot_id=1, now=NOW)
        await pictures.set_file_id(db, "a", "file", bot_id=1, now=NOW, document=True)
        assert await pictures.file_id(db, "a", bot_id=1) == "photo"
        assert await pictures.file_id(db, "a", bot_id=1, document=True) == "file"
        await pictures.set_file_id(db, "a", "other", bot_id=2, now=NOW)
        assert await pictures.file_id(db, "a", bot_id=2) == "other"
        assert await pictures.file_id(db, "a", bot_id=2, document=True) is None, "named for the first bot only"
        await pictures.set_file_id(db, "a", None, bot_id=2, now=NOW)
        assert await pictures.file_id(db, "a", bot_id=2) is None
        assert await pictures.png(db, "a") == b"png"
        assert await pictures.has(db, "a")
        assert not await pictures.has(db, "b")


async def test_old_pictures_go_but_for_what_still_waits(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        async with db.transaction() as transaction:
            for name in ("old", "waits", "used"):
                await pictures.put(transaction, name, b"png", NOW)
            row = Row(1, "daily", date(2026, 11, 24), "f", Content("t", picture="waits"), Priority.DIGEST)
            await outbox.enqueue(transaction, [row], NOW)
            await pictures.put(transaction, "used", b"png", NOW + pictures.KEEP)
        assert await pictures.prune(db, NOW + pictures.KEEP + 1) == 1
        assert not await pictures.has(db, "old")
        (claim,) = await claims.claim(db, NOW, limit=1, lease_seconds=9)
        assert await pictures.prune(db, NOW + pictures.KEEP + 1) == 0
        await claims.mark(db, [Mark(claim.id, "sent")], NOW)
        assert await pictures.prune(db, NOW + pictures.KEEP + 1) == 1
        assert await pictures.has(db, "used")
