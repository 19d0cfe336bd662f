"""Copies of the database: consistent, checked, put back whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import StoreError
from bot.store.database import newest_schema

SUFFIXES = ("-wal", "-shm")
TABLES = frozenset({"chats", "subscriptions", "outbox"})


def copy_of(database: Path, file: Path) -> None:
    """Write a consistent copy of a database, beside whoever uses it. Raises StoreError when it cannot be written.

    It holds the calling thread for about 100 ms for 20 MB: a service calls it in another one.
    """
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        check(part)
        part.chmod(0o600)
        part.replace(file)
    except sqlite3.Error as error:
        raise StoreError(f"{file} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def check(file: Path) -> None:
    """Raise StoreError unless the file is a sound database of this version or an older one."""
    problem = "it is empty or missing"
    if file.is_file() and file.stat().st_size > 0:
        problem = _problem(file)
    if problem:
        raise StoreError(f"{file} is not a sound Schoolbell database: {problem}")


def _problem(file: Path) -> str:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            schema = connection.execute("PRAGMA user_version").fetchone()[0]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        return str(error)
    if verdict != "ok":
        return str(verdict)
    if not tables >= TABLES:
        return "it has none of Schoolbell's tables"
    return f"it was made by a newer version (schema {schema})" if schema > newest_schema() else ""


def _begin_silently(database: Path) -> None:
    """What was told since the backup is not in it: changes begin with what the schools say at the next look."""
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in tables & {"announced", "announced_bases"}:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - one of two names


def put_back(file: Path, database: Path) -> Path | None:
    """Replace a database by a backup; the caller holds the folder. An older schema is migrated at the next start.

    Returns where the database that was there is kept, None when there was none.
    """
    check(file)
    database.parent.mkdir(parents=True, exist_ok=True)
    part = database.with_name(f"{database.name}.part")
    shutil.copyfile(file, part)
    part.chmod(0o600)
    _begin_silently(part)
    kept = None
    if database.exists():
        kept = database.with_name(f"{database.name}.before-restore")
        for suffix in SUFFIXES:  # a log that was not folded in belongs to the file that is kept
            kept.with_name(kept.name + suffix).unlink(missing_ok=True)
            old = database.with_name(database.name + suffix)
            if old.exists():
                old.replace(kept.with_name(kept.name + suffix))
        database.replace(kept)
    part.replace(database)
    return kept
