"""Who is due: found by an index, fast among a hundred thousand, only in active chats of the schools asked for."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path

from bot.slots import Span
from bot.store.database import Database, open_database
from bot.store.due import due, last_look, looked, query

DAY = date(2026, 11, 24)


async def populate(db: Database, *, subscriptions: int, every: int) -> None:
    """So many subscriptions of 200 classes in 2 schools; one in `every` is due at 07:00, the others over the day."""
    async with db.transaction() as transaction:
        for school in ("a", "b"):
            await transaction.execute("INSERT INTO schools VALUES (?, 'S', 'Europe/Vilnius', '{}', 0)", (school,))
        await transaction.execute_many(
            "INSERT INTO targets (id, school_id, kind, name) VALUES (?, ?, 'class', ?)",
            [(n + 1, "ab"[n % 2], f"{n}") for n in range(200)],
        )
        await transaction.execute_many(
            "INSERT INTO chats (chat_id, language, created_at, active) VALUES (?, 'lt', 0, ?)",
            [(n + 1, int(n % 50 > 0)) for n in range(subscriptions)],
        )
        await transaction.execute_many(
            "INSERT INTO subscriptions (chat_id, target_id, daily, homework, created_at) VALUES (?, ?, ?, ?, 0)",
            [
                (n + 1, n % 200 + 1, "07:00" if n % every == 0 else f"{8 + n % 12:02}:{n % 60:02}", None)
                for n in range(subscriptions)
            ],
        )


async def test_who_is_due_is_found_by_the_index(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await populate(db, subscriptions=1000, every=10)
        found = await due(db, "daily", Span(DAY, "06:59", "07:01"), ["a", "b"])
        assert len(found) == 100 - 20, "one chat in fifty is not active"
        assert {each.at for each in found} == {"07:00"}
        assert await due(db, "daily", Span(DAY, "07:01", "08:00"), ["a", "b"]) == []
        assert await due(db, "homework", Span(DAY, "00:00", "24:00"), ["a", "b"]) == []
        one = await due(db, "daily", Span(DAY, "07:00", "07:01"), ["a"])
        assert {each.target_id % 2 for each in one} == {1}
        for what in ("daily", "homework"):
            plan = [row[3] for row in await db.all(f"EXPLAIN QUERY PLAN {query(what)}", ("07:00", "07:01", '["a"]'))]
            assert any(f"SEARCH s USING INDEX subscriptions_by_{what} ({what}>? AND {what}<?)" in p for p in plan), plan
            assert not any("SCAN s" in line or "SCAN t" in line or "SCAN c" in line for line in plan), plan


async def test_a_hundred_thousand_subscriptions(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await populate(db, subscriptions=100_000, every=20)
        best = 1.0
        for _ in range(3):
            start = time.perf_counter()
            found = await due(db, "daily", Span(DAY, "07:00", "07:01"), ["a", "b"])
            best = min(best, time.perf_counter() - start)
        assert len(found) >= 4000
        assert best < 0.2, "20 ms on an idle machine (make bench-delivery)"


async def test_the_last_look_goes_forward_only_unless_the_clock_was_wrong(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        now = datetime(2026, 11, 24, 5, 0, 12, tzinfo=UTC)
        assert await last_look(db, "Europe/Vilnius") is None
        for instant, kept in (
            (now, now),
            (now.replace(hour=6), now.replace(hour=6)),
            (now, now.replace(hour=6)),  # set back an hour: that hour is not looked for again
            (now.replace(year=2030), now.replace(year=2030)),
            (now, now),  # it was wrong by years
        ):
            async with db.transaction() as transaction:
                await looked(transaction, "Europe/Vilnius", instant)
            assert await last_look(db, "Europe/Vilnius") == kept
