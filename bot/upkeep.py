"""What is done at night: prune what is a week old, fold the write-ahead log, keep a copy of the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from bot import notify
from bot.backup import copy_of
from bot.context import Deps
from bot.errors import StoreError
from bot.store import homework, outbox, pictures, snapshots
from bot.store.database import Database
from bot.texts import texts_in

log = logging.getLogger(__name__)

KEEP = timedelta(days=7)
HOMEWORK_KEPT = timedelta(days=60)
HOUR = 3  # local hour of the bot's zone after which the night's work is done
DONE = "upkeep_done"
FAILED = "backup_failed"
BACKUPS = "backups"  # the folder of the copies, in the data folder
BACKUPS_KEPT = 7


async def nightly(deps: Deps) -> None:
    """Do the night's work once a local date."""
    local = deps.clock.now().astimezone(deps.config.timezone)
    today = local.date().isoformat()
    if local.hour < HOUR or await deps.db.value("SELECT value FROM meta WHERE key = ?", (DONE,)) == today:
        return
    gone = await prune(deps.db, deps.clock.now())
    log.info("pruned %s", ", ".join(f"{count} {what}" for what, count in gone.items()))
    await back_up(deps, today)
    await deps.db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (DONE, today))


async def back_up(deps: Deps, today: str) -> None:
    """Keep a checked copy of the database under this date, and the newest seven. A failure is told, never raised."""
    folder = deps.config.data / BACKUPS
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        await asyncio.to_thread(copy_of, deps.config.database, folder / f"bot-{today}.sqlite3")
    except (StoreError, OSError) as error:
        log.warning("no backup tonight: %s", error)
        texts = texts_in(deps.config.language)
        text = texts("Tonight's copy of the database could not be made: {error}").format(error=escape(str(error)))
        await notify.tell_admins(deps, text, "backup")
        await deps.db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (FAILED, today))
        return
    if await deps.db.write("DELETE FROM meta WHERE key = ?", (FAILED,)):
        text = texts_in(deps.config.language)("Copies of the database are made again every night.")
        await notify.tell_admins(deps, text, "backup back")
    _keep_newest(folder, BACKUPS_KEPT)


def make_room(data: Path) -> int:
    """The disk is full, so that not even a row can be deleted: what can go is a file. Of the nightly copies the newest
    stays. Returns how many went."""
    folder = data / BACKUPS
    for part in folder.glob("*.part"):
        part.unlink(missing_ok=True)
    return _keep_newest(folder, 1)


def _keep_newest(folder: Path, count: int) -> int:
    old = sorted(folder.glob("bot-*.sqlite3"))[:-count]
    for copy in old:
        copy.unlink(missing_ok=True)
    return len(old)


async def prune(db: Database, now: datetime) -> Mapping[str, int]:
    """Delete pictures, snapshots, sent rows and past announcements older than a week; returns how many of each."""
    before = now - KEEP
    seconds = int(before.timestamp())
    sent = await outbox.prune(db, seconds)
    async with db.transaction() as transaction:
        plans = await snapshots.prune(transaction, seconds)
        done = await homework.prune(transaction, before.date() - HOMEWORK_KEPT, seconds)
        told = await transaction.execute("DELETE FROM announced WHERE day < ?", (before.date().isoformat(),))
        await transaction.execute("DELETE FROM validators WHERE seen_at < ?", (seconds,))
    drawn = await pictures.prune(db, int(now.timestamp()))
    await db.checkpoint()
    return {"sent rows": sent, "snapshots": plans, "pictures": drawn, "announcements": told, "tasks": done}
