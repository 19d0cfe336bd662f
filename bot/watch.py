"""The self-check: memory against its limit, the line that systemd shows, why the last run ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import compose, memory, notify
from bot.context import Deps
from bot.store import outbox
from bot.texts import texts_in

log = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
OUT_OF_MEMORY = "memory"
STOPPED = "stopped"


async def begin(deps: Deps) -> str:
    """Write down that a run begins; returns why the last one ended; one that never did was killed or lost its power."""
    async with deps.db.transaction() as transaction:
        await transaction.execute(
            "UPDATE runs SET ended_at = started_at, reason = 'killed' WHERE ended_at IS NULL",
        )
        last = await transaction.value("SELECT reason FROM runs ORDER BY started_at DESC LIMIT 1")
        await transaction.execute("INSERT OR REPLACE INTO runs (started_at) VALUES (?)", (deps.now(),))
    return last or ""


async def end(deps: Deps, reason: str) -> None:
    """Write down why the run ends."""
    await deps.db.write("UPDATE runs SET ended_at = ?, reason = ? WHERE ended_at IS NULL", (deps.now(), reason))


@dataclass(frozen=True, slots=True)
class Restarts:
    """How often the service started in the last seven days, and how often memory or a kill ended such a run."""

    started: int
    by_memory: int
    killed: int
    since: int
    """When the run of now began, in seconds since 1970."""


async def restarts(deps: Deps) -> Restarts:
    """The figures of /status."""
    row = await deps.db.one(
        "SELECT count(*), count(*) FILTER (WHERE reason = ?), count(*) FILTER (WHERE reason = 'killed'),"
        " (SELECT coalesce(max(started_at), ?) FROM runs) FROM runs"
        " WHERE started_at > ?",
        (OUT_OF_MEMORY, deps.now(), deps.now() - 7 * 86400),
    )
    assert row is not None  # an aggregate always has a row
    return Restarts(*row)


class MemoryWatch:
    """The memory against its limit. `near`: the admins were told, and not yet that it is well again."""

    def __init__(self, *, near: bool = False) -> None:
        self.near = near

    async def look(self, deps: Deps) -> bool:
        """Look once: near the limit clean up, and say so once; returns whether it is time for a clean restart."""
        now = memory.usage()
        if not now.reaches(memory.NEAR):
            if self.near and not now.reaches(memory.CALM):
                self.near = False
                text = texts_in(deps.config.language)("Memory: {used} MiB are in use, all is well again.")
                await notify.tell_admins(deps, text.format(used=now.rss // MEBIBYTE), "memory-back")
            return False
        await compose.put_away(deps)
        after = memory.usage()
        if not self.near:
            self.near = True
            log.warning("memory: %d MiB, %d MiB after cleaning up", now.rss // MEBIBYTE, after.rss // MEBIBYTE)
            await notify.tell_admins(deps, _near(deps, now, after), "memory")
        return after.reaches(memory.FULL)


def _near(deps: Deps, now: memory.Usage, after: memory.Usage) -> str:
    texts = texts_in(deps.config.language)
    return texts(
        "Memory: {used} of {limit} MiB are in use, {after} after cleaning up. "
        "At {mark} MiB I restart myself; nothing is lost."
    ).format(
        used=(now.rss + now.swap) // MEBIBYTE,
        limit=(now.limit or now.high or 0) // MEBIBYTE,
        after=(after.rss + after.swap) // MEBIBYTE,
        mark=now.mark(memory.FULL) // MEBIBYTE,
    )


async def status_line(deps: Deps) -> str:
    """The line that `systemctl status` shows."""
    counts = await outbox.counts(deps.db, deps.now())
    broken = await deps.db.value("SELECT count(*) FROM feed_health WHERE failures > 0")
    rss = memory.usage().rss // MEBIBYTE
    at = datetime.fromtimestamp(deps.now(), UTC).astimezone(deps.config.timezone)
    return f"{at:%H:%M} · {counts.due} to send · {broken} schools failing · {rss} MiB"
