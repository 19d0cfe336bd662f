"""The database in trouble: no room, other writers, a copy that has to be good."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from bot.backup import check, copy_of
from bot.clock import SystemClock
from bot.demo.botapi import BotApi
from bot.errors import StoreError
from bot.store.database import open_database
from tools.faults.network import FAST
from tools.faults.row import Row, Scale
from tools.faults.stage import (
    courier,
    database,
    drained,
    environment_of,
    folder,
    open_rows,
    put,
    python,
    stand_in,
    tally,
)


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """Disk full, two writers with a backup running."""
    yield await full()
    yield await small_disk()
    yield await full_start()
    yield await writers(scale.of(400, 100))


async def full() -> Row:
    """The file may not grow in the middle of a fan-out, then it may again."""
    people = 200
    async with stand_in(people) as api:
        with folder() as data:
            async with database(data) as db:
                await put(db, people, "fact")
                pages = await db.value("PRAGMA page_count")
                await db.value(f"PRAGMA max_page_count = {pages}")
                # Fill what is free inside, so that not even an index entry fits.
                filled = 0
                while filled < 2000:
                    try:
                        await db.write("INSERT INTO meta VALUES (?, ?)", (f"filler {filled}", "x" * 500))
                    except Exception as error:  # noqa: BLE001 - whatever a full disk raises ends the filling
                        reason = str(error)
                        break
                    filled += 1
                async with courier(db, api, SystemClock(), per_second=FAST) as sender:
                    await _told(api, people)
                    sent, unrecorded = sum(api.delivered.values()), sender.unrecorded
                    await db.value("PRAGMA max_page_count = 1073741823")
                    done = await drained(db, 30)
                sound = await db.value("PRAGMA integrity_check")
                left = await open_rows(db)
        found = tally(api, people, ["fact"])
    ok = done and sent == people and found.lost == found.duplicates == left == 0 and sound == "ok" and "full" in reason
    got = f"{sent} of {people} sent ({unrecorded} unrecorded), {found}, {sound}"
    return Row("disk full during a fan-out", got, "sending goes on, 0 corruption", ok)


async def small_disk() -> Row:
    """A file system of 1 MB is filled to the last byte in the middle of a fan-out, then there is room again."""
    people, name, goal = 150, "a disk of 1 MB filled during a fan-out", "sending goes on, 0 corruption"
    with folder() as data:
        if not _mounted(data):
            return Row(name, "not run: mounting is not allowed here", goal, True)
        try:
            async with stand_in(people) as api:
                async with database(data) as db:
                    await put(db, people, "fact")
                    filler = data / "filler"
                    _fill(filler)
                    free = os.statvfs(data).f_bavail
                    async with courier(db, api, SystemClock(), per_second=FAST) as sender:
                        await _told(api, people)
                        sent, unrecorded = sum(api.delivered.values()), sender.unrecorded
                        filler.unlink()
                        done = await drained(db, 30)
                    sound = await db.value("PRAGMA integrity_check")
                found = tally(api, people, ["fact"])
        finally:
            _unmount(data)
    ok = done and sent == people and found.lost == found.duplicates == 0 and sound == "ok" and free == 0
    return Row(name, f"{sent} of {people} sent ({unrecorded} unrecorded), {found}, {sound}", goal, ok)


async def full_start() -> Row:
    """The service is started on a disk that is full to the last byte, with old copies of the database on it."""
    name, goal = "a start on a full disk, old copies on it", "sends all, the newest copy stays"
    with folder() as data:
        if not _mounted(data):
            return Row(name, "not run: mounting is not allowed here", goal, True)
        try:
            async with stand_in(20) as api:
                async with database(data) as db:
                    await put(db, 20, "fact")
                copies = data / "backups"
                copies.mkdir()
                for day in (21, 22, 23):
                    (copies / f"bot-2026-11-{day}.sqlite3").write_bytes(bytes(150_000))
                _fill(data / "filler")
                with folder() as elsewhere:  # the log needs room as well
                    environment = environment_of(api, data)
                    async with python(elsewhere / "log", "bot", "run", **environment) as process:
                        await _told(api, 20)
                        process.terminate()
                        code = await process.wait(20)
                left = [file.name for file in copies.iterdir()]
            found = tally(api, 20, ["fact"])
        finally:
            _unmount(data)
    ok = code == 0 and found.lost == found.duplicates == 0 and left == ["bot-2026-11-23.sqlite3"]
    return Row(name, f"{found}, exit {code}, {len(left)} copy left", goal, ok)


async def _told(api: BotApi, count: int) -> None:
    """Wait until so many messages have arrived, half a minute at most."""
    with suppress(TimeoutError):
        await api.wait_for(lambda: sum(api.delivered.values()) >= count, seconds=30)


def _mounted(folder_: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder_)]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


def _unmount(folder_: Path) -> None:
    subprocess.run(["umount", folder_], check=True)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        for size in (4096, 512, 1):
            try:
                while out.write(b"x" * size):
                    pass
            except OSError:
                continue


async def writers(each: int) -> Row:
    """A second process's connection writes, and copies are made meanwhile."""
    errors = 0
    with folder() as data:
        async with database(data) as ours, open_database(data / "bot.sqlite3") as theirs:

            async def write(number: int) -> None:
                nonlocal errors
                db = (ours, theirs)[number]
                for turn in range(each):
                    try:
                        await db.write("INSERT INTO meta VALUES (?, 'x')", (f"{number} {turn}",))
                    except sqlite3.OperationalError:
                        errors += 1

            async def copy() -> None:
                for turn in range(5):
                    await asyncio.to_thread(copy_of, ours.path, data / f"copy{turn}")

            await asyncio.gather(write(0), write(1), copy())
            count = await ours.value("SELECT count(*) FROM meta")
        sound = 0
        for turn in range(5):
            with suppress(StoreError):
                check(data / f"copy{turn}")
                sound += 1
    ok = errors == 0 and count == 2 * each and sound == 5
    return Row("two writers and a backup", f"{errors} lock errors, {sound} of 5 copies sound", "0 lock errors", ok)
