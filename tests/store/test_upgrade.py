"""The way up from every released schema: nothing that people set is lost. The old states are SQL text in released."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.backup import copy_of, put_back
from bot.store import chats, outbox, schools
from bot.store.database import _migrations, newest_schema, open_database, statements_of

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))


def made(file: Path, release: Path) -> None:
    """Write a database as a release left it."""
    version = int(release.stem)
    with closing(sqlite3.connect(file)) as connection:
        for number, sql in _migrations().items():
            if number <= version:
                for statement in statements_of(sql):
                    connection.execute(statement)
        for statement in statements_of(release.read_text(encoding="utf-8")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()


def test_every_schema_has_its_old_state() -> None:
    assert [int(release.stem) for release in RELEASED] == list(range(1, newest_schema() + 1))


@pytest.mark.parametrize("release", RELEASED, ids=lambda release: release.stem)
@pytest.mark.parametrize("restored", [False, True], ids=["in place", "from a backup"])
async def test_nothing_is_lost_on_the_way_up(tmp_path: Path, release: Path, restored: bool) -> None:
    old, file = tmp_path / "old.sqlite3", tmp_path / "bot.sqlite3"
    made(old if restored else file, release)
    if restored:
        copy_of(old, tmp_path / "backup.sqlite3")
        put_back(tmp_path / "backup.sqlite3", file)
    async with open_database(file) as db:
        assert await db.value("PRAGMA user_version") == newest_schema()
        assert await db.all("PRAGMA foreign_key_check") == []
        (school,) = await schools.all_schools(db)
        assert (school.id, school.timezone.key, school.calendar.weeks) == ("saules", "Europe/Vilnius", ("A", "B"))
        assert [target.name for target in await schools.targets_of(db, "saules")] == ["9a", "10b"]
        chat = await chats.get(db, 1001)
        assert chat is not None
        assert (chat.language, chat.active) == ("lt", True)
        rows = await db.all("SELECT daily FROM subscriptions ORDER BY id")
        assert [row["daily"] for row in rows] == ["18:00", None]
        assert (await outbox.counts(db, 1790000500)).due == 1
        assert await db.value("SELECT text FROM homework") == "p. 12"
    async with open_database(file) as again:  # a second start finds nothing to do
        assert await again.value("SELECT count(*) FROM outbox") == 2
