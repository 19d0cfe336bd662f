"""The file itself: created, migrated, refused when unsound, one writer."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.backup import copy_of
from bot.errors import StoreError
from bot.store.codec import decode, encode
from bot.store.database import open_database, statements_of
from bot.store.lock import hold


async def test_a_new_file_has_every_table(tmp_path: Path) -> None:
    async with open_database(tmp_path / "bot.sqlite3") as db:
        tables = {row[0] for row in await db.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {"schools", "feeds", "targets", "snapshots", "chats", "subscriptions", "outbox", "pictures"} <= tables
        assert await db.value("PRAGMA journal_mode") == "wal"
        assert await db.value("PRAGMA user_version") >= 1


async def test_a_damaged_file_is_refused_and_not_written(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    file.write_bytes(b"this is no database at all" * 500)
    before = file.read_bytes()
    with pytest.raises(StoreError, match="restore"):
        async with open_database(file):
            pass
    assert file.read_bytes() == before


async def test_a_full_disk_is_not_called_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "db").write_bytes(b"whatever sqlite makes of it" * 40)
    monkeypatch.setattr("bot.store.database.ROOM", 1 << 62)
    with pytest.raises(StoreError, match="disk is full"):
        async with open_database(tmp_path / "db"):
            pass


def test_a_full_disk_is_held_without_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with hold(tmp_path), pytest.raises(StoreError, match="already runs"), hold(tmp_path):
        pass


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        async with open_database(file):
            pass


async def test_what_another_program_made_is_refused_and_not_written(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE users (name TEXT)")
    before = file.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        async with open_database(file):
            pass
    assert file.read_bytes() == before


async def test_an_empty_file_beside_backups_is_no_new_database(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    file.touch()
    async with open_database(file):
        pass
    file.write_bytes(b"")
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "bot-2026-11-24.sqlite3").touch()
    with pytest.raises(StoreError, match="restore"):
        async with open_database(file):
            pass
    assert file.stat().st_size == 0


async def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bot.sqlite3").mkdir()
    with pytest.raises(StoreError, match="no file"):
        async with open_database(tmp_path / "bot.sqlite3"):
            pass


async def test_an_error_rolls_the_transaction_back(tmp_path: Path) -> None:
    async with open_database(tmp_path / "bot.sqlite3") as db:
        with pytest.raises(ZeroDivisionError):
            async with db.transaction() as transaction:
                await transaction.execute("INSERT INTO meta VALUES ('a', 'b')")
                raise ZeroDivisionError
        assert await db.value("SELECT count(*) FROM meta") == 0


async def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    async with open_database(tmp_path / "bot.sqlite3") as db:
        await db.write("INSERT INTO meta VALUES ('n', '0')")

        async def add_one() -> None:
            async with db.transaction() as transaction:
                value = int(await transaction.value("SELECT value FROM meta WHERE key = 'n'"))
                await transaction.execute("UPDATE meta SET value = ? WHERE key = 'n'", (str(value + 1),))

        await asyncio.gather(*(add_one() for _ in range(50)))
        assert await db.value("SELECT value FROM meta WHERE key = 'n'") == "50"


async def test_a_copy_is_a_whole_database(tmp_path: Path) -> None:
    async with open_database(tmp_path / "bot.sqlite3") as db:
        await db.write("INSERT INTO meta VALUES ('a', 'b')")
        copy_of(db.path, tmp_path / "copy.sqlite3")
    async with open_database(tmp_path / "copy.sqlite3") as db:
        assert await db.value("SELECT value FROM meta WHERE key = 'a'") == "b"


def test_a_second_holder_is_refused(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(StoreError, match="already runs"), hold(tmp_path):
        pass
    with hold(tmp_path):
        pass


def test_statements_are_split_and_comments_dropped() -> None:
    assert statements_of("-- a\nCREATE TABLE a (b);\n\n-- c\nCREATE TABLE d (e TEXT DEFAULT ';');\n") == [
        "CREATE TABLE a (b);",
        "CREATE TABLE d (e TEXT DEFAULT ';');",
    ]


def test_a_plan_survives_the_codec() -> None:
    from datetime import UTC, date, datetime, time

    from bot.model import Homework, Lesson, Plan, Status, Was

    plan = Plan(
        school="S",
        updated=datetime(2026, 11, 23, 7, tzinfo=UTC),
        lessons=(Lesson("Fizika", date(2026, 11, 24), 1, start=time(8), status=Status.CHANGED, was=Was(rooms=("1",))),),
        homework=(Homework("A", "b", due=None),),
        days=(date(2026, 11, 24),),
    )
    assert decode(Plan, encode(plan)) == plan
