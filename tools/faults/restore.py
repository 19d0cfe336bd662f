"""Backups: a restore drill by the commands themselves, and what the restored service tells of a week-old copy."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bot.backup import copy_of
from bot.demo.desk import Change
from bot.demo.site import ZONE
from bot.store.database import open_database
from tools.faults.product import World, world
from tools.faults.row import Row, Scale
from tools.faults.school import real_change, rounds
from tools.faults.stage import drained, folder, put


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """The drill, and the flood that must not come."""
    yield await drill(scale.of(20_000, 2_000))
    yield await week_old()


async def drill(pushes: int) -> Row:
    """backup, lose everything, restore: minutes, integrity, every row of every table."""
    with folder() as data:
        file, copy = data / "state" / "bot.sqlite3", data / "copy.sqlite3"
        async with open_database(file) as db:
            for fact in ("one", "two"):
                await put(db, pushes // 2, fact)
        before = contents(file)
        start = time.monotonic()
        codes = [await command("backup", str(copy), data=file.parent)]
        for path in file.parent.iterdir():
            path.unlink()
        codes.append(await command("restore", str(copy), data=file.parent))
        seconds = time.monotonic() - start
        with closing(sqlite3.connect(file)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        same = contents(file) == before
    ok = codes == [0, 0] and seconds <= 300 and sound == "ok" and same
    got = f"{seconds:.1f} s, {sound}, {sum(map(len, before.values()))} rows equal: {same}"
    return Row("backup, loss, restore", got, "≤ 5 min, sound, every row", ok)


async def command(*arguments: str, data: Path) -> int:
    """The exit code of a command of `schoolbell`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env={"SCHOOLBELL_DATA": str(data)}, stdout=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


def contents(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608


async def week_old() -> Row:
    """A copy of a week ago is put back; meanwhile a whole week of changes was published, and told."""
    people = 3
    async with world(people, daily=None) as here:
        copy = here.data / "copy.sqlite3"
        async with here.bot() as service:
            await rounds(here, service, 2)
        copy_of(here.config.database, copy)
        async with here.bot() as service:
            for _ in range(7):
                publish(here, 4)
                here.clock.turn_by(timedelta(days=1))
                await rounds(here, service, 2)
            await drained(service.deps.db, 20)
        told = sum(here.reads().values())
        for path in here.data.glob("bot.sqlite3*"):
            path.unlink()
        copy.replace(here.config.database)
        async with here.bot() as service:
            await rounds(here, service, 3)
            await drained(service.deps.db, 20)
            flood = sum(here.reads().values()) - told
            await real_change(here, service)
            await drained(service.deps.db, 20)
        true = sum(here.reads().values()) - told - flood
    ok = flood == 0 and true == people and told > 0
    got = f"{flood} pushes of the past ({told} had been told), {true} of {people} of a new change"
    return Row("a week-old backup is restored", got, "no flood of changes", ok)


def publish(here: World, count: int) -> None:
    """Cancel so many lessons of the next days that still take place."""
    now = here.clock.now()
    today = now.astimezone(ZONE).date()
    found = [held for day in range(1, 8) for held in here.desk.lessons("9a", today + timedelta(days=day))]
    for held in [held for held in found if held.change is None and not held.slot.group][1 : count + 1]:
        here.desk.publish(Change(held.day, "9a", held.slot.period, cancelled=True), now)
