"""The outbox on a real file: keys, order, claims, leases, expiry, speed, full disks, other writers."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.backup import check, copy_of
from bot.errors import StoreError
from bot.store import claims, outbox
from bot.store.claims import Claim, Mark
from bot.store.database import Database, open_database
from bot.store.outbox import Content, Priority, Row

DAY = date(2026, 11, 24)
NOW = 1_795_000_000
TEXT = Content("text", keyboard=(({"text": "→", "callback_data": "v1|d"},),))


def row(chat: int, fact: str = "1", content: Content = TEXT, **more: Any) -> Row:
    values: dict[str, Any] = {"kind": "daily", "local_date": DAY, "priority": Priority.DIGEST, **more}
    return Row(chat_id=chat, fact=fact, content=content, **values)


async def put(db: Database, *rows: Row, now: int = NOW) -> int:
    async with db.transaction() as transaction:
        return await outbox.enqueue(transaction, rows, now)


async def take(db: Database, *, now: int = NOW, limit: int = 10, busy: tuple[int, ...] = ()) -> list[Claim]:
    return await claims.claim(db, now, limit=limit, lease_seconds=60, busy_chats=busy)


async def test_a_fact_is_told_once_and_a_new_revision_is_a_new_fact(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        assert await put(db, row(1, "r1:a"), row(1, "r2:b"), row(1, "r1:a")) == 2
        assert await put(db, row(1, "r3:a"), row(1, "r2:b")) == 1
        assert await put(db, row(1, "r1:a", thread_id=4), row(1, "r1:a", local_date=date(2026, 11, 25))) == 2
        assert await put(db) == 0
        assert await db.value("SELECT count(*) FROM contents") == 1


def test_a_content_has_one_hash_and_survives_the_table() -> None:
    other = Content("text", keyboard=(({"callback_data": "v1|d", "text": "→"},),))
    assert TEXT.to_json() == other.to_json()
    for content in (TEXT, Content(""), Content("a", picture="p", as_document=True)):
        assert Content.from_json(content.to_json()) == content
    for broken in ("[]", "{}", "no"):
        with pytest.raises((ValueError, KeyError)):
            Content.from_json(broken)


async def test_one_row_a_chat_and_none_of_the_busy(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await put(db, *(row(chat, str(n)) for n in range(3) for chat in (1, 2, 3)))
        first = await take(db, busy=(3,))
        assert [(claim.chat_id, claim.id) for claim in first] == [(1, 1), (2, 2)]
        assert await take(db, busy=(3,)) == [], "a chat with a row in flight gets no second one"
        await claims.mark(db, [Mark(1, "sent", message_id=9)], NOW)
        assert [(claim.chat_id, claim.id) for claim in await take(db)] == [(3, 3), (1, 4)]


async def test_a_lease_that_ran_out_goes_back_unless_it_is_held(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await put(db, row(1), row(2))
        one, two = await take(db)
        await claims.sweep(db, NOW + 59)
        assert await take(db, now=NOW + 59) == []
        await claims.sweep(db, NOW + 61, held=[two.id])
        assert [claim.id for claim in await take(db, now=NOW + 61)] == [one.id]
        assert await claims.reclaim(db) == 2


async def test_rows_expire_and_postponed_rows_wait_without_holding_up_others(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await put(
            db,
            row(1, "old", expires_at=NOW),
            row(1, "later", not_before=NOW + 10, priority=Priority.CANCELLATION),
            row(1, "now"),
        )
        await claims.sweep(db, NOW)
        assert [claim.id for claim in await take(db)] == [3]
        await claims.mark(db, [Mark(3, "sent")], NOW)
        assert [claim.id for claim in await take(db, now=NOW + 10)] == [2]
        assert await db.value("SELECT state FROM outbox WHERE id = 1") == "expired"


async def test_the_figures_of_status(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await put(db, *(row(chat) for chat in range(1, 8)), now=NOW - 100)
        await put(db, row(9, not_before=NOW + 50))
        taken = await take(db, limit=3)
        await claims.mark(db, [Mark(taken[0].id, "uncertain"), Mark(taken[1].id, "dead")], NOW)
        counts = await outbox.counts(db, NOW)
        assert (counts.due, counts.claimed, counts.postponed, counts.oldest_seconds) == (4, 1, 1, 100)
        assert (counts.uncertain, counts.dead) == (1, 1)
        assert (await outbox.counts(db, NOW + 90_000)).dead == 0


async def test_what_is_done_is_pruned_with_its_content(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await put(db, *(row(chat, content=Content(f"to {chat}")) for chat in range(1, 101)))
        taken = await take(db, limit=60)
        await claims.mark(db, [Mark(claim.id, "sent") for claim in taken], NOW)
        assert await outbox.prune(db, NOW + 1, batch=25) == 60
        assert await db.value("SELECT count(*) FROM outbox") == 40
        assert await db.value("SELECT count(*) FROM contents") == 40


async def test_ten_thousand_rows_are_enqueued_in_half_a_second(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        start = time.perf_counter()
        assert await put(db, *(row(chat) for chat in range(1, 10_001))) == 10_000
        assert time.perf_counter() - start < 1.5, "0.5 s on an idle machine (make bench-delivery)"
        start = time.perf_counter()
        assert len(await take(db)) == 10
        assert time.perf_counter() - start < 0.5


async def test_the_claim_reads_indexes_and_sorts_nothing(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        parameters = {"now": NOW, "limit": 10, "busy": "[]", "except": "[]"}
        plan = [line[3] for line in await db.all(f"EXPLAIN QUERY PLAN {claims.SENDABLE}", parameters)]
        assert any("this USING COVERING INDEX outbox_open" in line for line in plan), plan
        assert any("other USING" in line and "outbox_of_chat (chat_id=?)" in line for line in plan), plan
        assert not any("TEMP B-TREE" in line for line in plan), plan


async def test_a_full_disk_refuses_claims_and_still_shows_what_to_send(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await put(db, *(row(chat) for chat in range(1, 201)))
        await fill(db)
        with pytest.raises(StoreError, match="disk is full"):
            await put(db, *(row(chat, "big", Content("x" * 5000)) for chat in range(1, 500)))
        found = await claims.sendable(db, NOW, limit=5, leave=[1])
        assert [claim.id for claim in found] == [2, 3, 4, 5, 6]
        await db.value("PRAGMA max_page_count = 1073741823")
        assert await put(db, row(1, "after")) == 1
        assert await db.value("PRAGMA integrity_check") == "ok"


async def fill(db: Database) -> None:
    """Leave the file no page to grow by."""
    pages = await db.value("PRAGMA page_count")
    await db.value(f"PRAGMA max_page_count = {pages}")


async def test_another_writer_and_a_backup_make_no_lock_errors(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as ours, open_database(tmp_path / "db") as theirs:

        async def write(db: Database, first: int) -> None:
            for chat in range(first, first + 150):
                await put(db, row(chat))

        async def back_up() -> None:
            for number in range(5):
                await asyncio.to_thread(copy_of, ours.path, tmp_path / f"copy{number}")

        await asyncio.gather(write(ours, 1), write(theirs, 1000), back_up())
        assert await ours.value("SELECT count(*) FROM outbox") == 300
    for number in range(5):
        check(tmp_path / f"copy{number}")


async def test_a_reader_that_stays_lets_the_log_grow_only_while_it_stays(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        reader = sqlite3.connect(tmp_path / "db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM outbox").fetchone()
        for chat in range(1, 601):
            await put(db, row(chat, content=Content("x" * 2000 + str(chat))))
        grown = (tmp_path / "db-wal").stat().st_size
        assert grown > 4 * 2**20
        reader.execute("COMMIT")
        reader.close()
        await db.checkpoint()
        assert (tmp_path / "db-wal").stat().st_size == 0
