"""The SQLite file: opening, migrating, the one writer, and the statements' log."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

import aiosqlite

from bot.errors import StoreError

log = logging.getLogger(__name__)

Parameters = Sequence[object] | Mapping[str, object]

ROOM = 256 * 1024
"""Bytes that the log and its index take beside the database before anything can be read."""

_RESTORE = "restore a backup: schoolbell restore FILE"
FULL = "the disk is full: nothing can be written until there is room"

# WAL: readers (backup, a look by hand) never stop the writer. NORMAL: a power cut may lose the last transactions but
# never corrupts; a lost "sent" mark is one repeated message and a lost claim is none, so a sync per message is not
# worth a flash card's life. A crash of the process alone loses nothing in either mode.
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA journal_size_limit = 4194304",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA cache_size = -1000",
    "PRAGMA temp_store = MEMORY",
)


class Database:
    """One connection for everything. Reads go straight; writes are transactions, one at a time.

    `statements` counts what was executed, so that a test can prove there is no N+1.
    """

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._connection = connection
        self._writing = asyncio.Lock()
        self.path = path
        self.statements = 0

    async def all(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Every row of a query."""
        async with self._timed(sql):
            return list(await self._connection.execute_fetchall(sql, parameters))

    async def one(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        rows = await self.all(sql, parameters)
        return rows[0] if rows else None

    async def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        row = await self.one(sql, parameters)
        return None if row is None else row[0]

    async def write(self, sql: str, parameters: Parameters = ()) -> int:
        """One statement as its own transaction; returns the number of rows it changed. Raises as `transaction` does."""
        async with self._alone():
            return await Transaction(self).execute(sql, parameters)

    async def write_returning(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """One statement with RETURNING as its own transaction; what it returns, in no order."""
        async with self._alone():
            return await self.all(sql, parameters)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """`BEGIN IMMEDIATE` … `COMMIT`, rolled back on any error. Raises StoreError when the disk is full."""
        async with self._writing:
            try:
                # Inside, because a task that is cancelled here has begun it all the same.
                await self._connection.execute("BEGIN IMMEDIATE")
                yield Transaction(self)
                await self._connection.execute("COMMIT")
            except BaseException as error:
                with suppress(sqlite3.OperationalError):  # a full disk has already rolled back
                    await self._connection.execute("ROLLBACK")
                if _is_full(error):
                    raise StoreError(FULL) from error
                raise

    async def checkpoint(self) -> None:
        """Fold the write-ahead log into the file and cut it to nothing."""
        async with self._writing:
            await self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Around one statement, which SQLite makes a transaction of its own: no ways for BEGIN and COMMIT."""
        async with self._writing:
            try:
                yield
            except sqlite3.OperationalError as error:
                if _is_full(error):
                    raise StoreError(FULL) from error
                raise

    @asynccontextmanager
    async def _timed(self, sql: str) -> AsyncIterator[None]:
        self.statements += 1
        start = time.perf_counter()
        try:
            yield
        finally:
            if log.isEnabledFor(logging.DEBUG):
                log.debug("%.1f ms %s", (time.perf_counter() - start) * 1000, re.sub(r"\s+", " ", sql).strip()[:200])


def _is_full(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "full" in str(error)


class Transaction:
    """What may be done inside a transaction. Made by `Database.transaction`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.all = database.all
        self.one = database.one
        self.value = database.value

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """One statement; returns the number of rows it changed."""
        # The cursor is not closed: it has no rows, and closing is another way to the database's thread and back.
        async with self._database._timed(sql):
            cursor = await self._database._connection.execute(sql, parameters)
        return cursor.rowcount

    async def insert(self, sql: str, parameters: Parameters = ()) -> int:
        """One INSERT; returns the new row's id."""
        async with self._database._timed(sql):
            cursor = await self._database._connection.execute(sql, parameters)
        return cursor.lastrowid or 0

    async def execute_many(self, sql: str, rows: Iterable[Parameters]) -> int:
        """One statement over many rows; returns the number of rows it changed."""
        async with self._database._timed(sql):
            cursor = await self._database._connection.executemany(sql, rows)
        return cursor.rowcount


@asynccontextmanager
async def open_database(path: Path, *, create: bool = True) -> AsyncIterator[Database]:
    """Open (and where needed, and with `create`, make) the database, and bring its schema up to date.

    Raises StoreError, and writes nothing, for a file that is not a sound SQLite database, that a newer version or
    another program made, or that cannot be opened or written.
    """
    if not create:
        refuse_missing(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _make_or_refuse(path)
    try:
        connection = await aiosqlite.connect(path, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened ({error}); see who may read and write it") from error
    try:
        connection.row_factory = sqlite3.Row
        await _refuse_unsound(connection, path)
        database = Database(connection, path)
        try:
            for pragma in _PRAGMAS:
                await connection.execute(pragma)
            await _migrate(database)
        except sqlite3.OperationalError as error:
            if is_disk_full(path.parent):
                raise StoreError(FULL) from error
            raise StoreError(f"{path} cannot be written ({error}); see the rights of its folder") from error
        yield database
    finally:
        await connection.close()


def is_disk_full(folder: Path) -> bool:
    """Whether there is less room than a start takes."""
    return shutil.disk_usage(folder).free < ROOM


def read_only(path: Path, *, immutable: bool = False) -> str:
    """The URI under which `sqlite3.connect(…, uri=True)` only reads a file; a name may hold `?` and `#`."""
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' * immutable}"


def give_to_owner_of(folder: Path, *files: Path) -> None:
    """Files that root makes in the service's folder are the service's: systemd looks at the folder's owner only."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for file in files:
            os.chown(file, owner.st_uid, owner.st_gid)


def refuse_missing(path: Path) -> None:
    """Raise StoreError unless there is a database."""
    if not path.exists():
        raise StoreError(f"there is no database in {path.parent}; set SCHOOLBELL_DATA to the data folder")


def _make_or_refuse(path: Path) -> None:
    """SQLite takes an empty file for a new database; where there are backups, it is what a power cut left."""
    if not path.exists():
        path.touch(mode=0o600)
        give_to_owner_of(path.parent, path)
        return
    if not path.is_file():
        raise StoreError(f"{path} is no file; move it away, or set SCHOOLBELL_DATA to another folder")
    if path.stat().st_size == 0 and any(path.parent.glob("backups/*.sqlite3")):
        raise StoreError(
            f"{path} is empty, though there are backups; nothing was written; restore one: schoolbell restore FILE"
        )


def newest_schema() -> int:
    """The version of the schema that this program makes."""
    return max(_migrations())


async def _refuse_unsound(connection: aiosqlite.Connection, path: Path) -> None:
    newest = newest_schema()
    try:
        async with connection.execute("PRAGMA quick_check(1)") as cursor:
            verdict = await cursor.fetchone()
        async with connection.execute("PRAGMA user_version") as cursor:
            row = await cursor.fetchone()
        async with connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'") as cursor:
            tables = await cursor.fetchone()
    except sqlite3.DatabaseError as error:
        if is_disk_full(path.parent):  # even reading takes a little room beside the file
            raise StoreError(FULL) from error
        operational = isinstance(error, sqlite3.OperationalError)
        advice = "see who may read and write it and its folder" if operational else _RESTORE
        raise StoreError(f"{path} cannot be read ({error}); {advice}") from error
    if verdict is None or verdict[0] != "ok":
        raise StoreError(f"{path} is damaged; nothing was written; {_RESTORE}")
    if row is not None and row[0] > newest:
        raise StoreError(f"{path} has schema {row[0]}, this version knows {newest}: install the newer version again")
    if row is not None and row[0] == 0 and tables is not None and tables[0]:
        raise StoreError(f"{path} was made by another program; nothing was written; set SCHOOLBELL_DATA elsewhere")


async def _migrate(database: Database) -> None:
    seen = int(await database.value("PRAGMA user_version"))
    for version, sql in _migrations().items():
        if version <= seen:
            continue
        async with database.transaction() as transaction:
            for statement in statements_of(sql):
                await transaction.execute(statement)
            await transaction.execute(f"PRAGMA user_version = {version}")
        log.info("database schema %d", version)


def _migrations() -> dict[int, str]:
    folder = resources.files("bot.store.migrations")
    files = sorted(file.name for file in folder.iterdir() if re.fullmatch(r"\d{4}\.sql", file.name))
    return {int(name[:4]): (folder / name).read_text(encoding="utf-8") for name in files}


def statements_of(sql: str) -> list[str]:
    """The statements of a script: a multi-statement call would commit the transaction that a migration must be."""
    statements: list[str] = []
    pending = ""
    for line in sql.splitlines(keepends=True):
        if not pending.strip() and line.lstrip().startswith("--"):
            continue
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    if pending.strip():
        statements.append(pending.strip())
    return statements
