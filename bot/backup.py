"""Copies of the database: consistent, checked, put back whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from bot.errors import StoreError
from bot.store.database import give_to_owner_of, newest_schema, read_only, refuse_missing

SUFFIXES = ("-wal", "-shm")
TABLES = frozenset({"chats", "subscriptions", "outbox"})


def copy_of(database: Path, file: Path) -> None:
    """Write a consistent copy of a database, beside whoever uses it. Raises StoreError when it cannot be written.

    It holds the calling thread for about 100 ms for 20 MB: a service calls it in another one.
    """
    refuse_missing(database)
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with closing(sqlite3.connect(read_only(database), uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        check(part)
        part.replace(file)
    except sqlite3.Error as error:
        raise StoreError(_why_not(database, file, error)) from error
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _why_not(database: Path, file: Path, error: sqlite3.Error) -> str:
    """Whether the copy or what is copied is at fault: SQLite's words are the same."""
    try:
        with closing(sqlite3.connect(read_only(database), uri=True)) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.Error:
        sound = False
    if sound:
        return f"{file} cannot be written: {error}"
    return f"{database} is damaged and cannot be copied: {error}; restore a backup: schoolbell restore FILE"


def check(file: Path) -> None:
    """Raise StoreError unless the file is a sound database of this version or an older one."""
    problem = "it is empty or missing"
    if file.is_file() and file.stat().st_size > 0:
        problem = _problem(file)
    if problem:
        raise StoreError(f"{file} is not a sound Schoolbell database: {problem}")


def _problem(file: Path) -> str:
    try:
        with closing(sqlite3.connect(_uri(file), uri=True)) as connection:
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


def _uri(file: Path) -> str:
    """A copy has no write-ahead log, and its folder may be read-only; what a restore put aside may have one."""
    return read_only(file, immutable=not file.with_name(f"{file.name}-wal").exists())


def _begin_silently(database: Path) -> None:
    """What was told since the backup is not in it: changes begin with what the schools say at the next look."""
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in tables & {"announced", "announced_bases"}:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - one of two names


def put_back(file: Path, database: Path) -> Path | None:
    """Replace a database by a backup; the caller holds the folder. An older schema is migrated at the next start.

    Returns where the database that was there is kept, None when there was none. A crash at any point leaves the one or
    the other in place, whole.
    """
    check(file)
    database.parent.mkdir(parents=True, exist_ok=True)
    part = database.with_name(f"{database.name}.part")
    for old in ("", *SUFFIXES):  # of a restore that was cut off
        part.with_name(part.name + old).unlink(missing_ok=True)
    with closing(sqlite3.connect(_uri(file), uri=True)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
    part.chmod(0o600)
    _begin_silently(part)
    give_to_owner_of(database.parent, part)
    kept = _put_aside(database) if database.exists() else None
    part.replace(database)
    return kept


def _put_aside(database: Path) -> Path:
    """A second name for what is there, with what its write-ahead log holds."""
    names = (f"{database.name}.before-restore{number}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    kept = next(path for path in map(database.with_name, names) if not path.exists())
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in SUFFIXES:  # damaged, or somebody reads it: a log never stays beside another database
        old = database.with_name(database.name + suffix)
        if old.exists():
            old.replace(kept.with_name(kept.name + suffix))
    try:
        kept.hardlink_to(database)
    except OSError:  # a file system without hard links
        database.replace(kept)
    return kept
