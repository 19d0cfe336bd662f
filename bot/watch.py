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


async def begin(deps: Deps) -> None:
    """Write down that a run begins. One that never ended was killed or lost its power."""
    async with deps.db.transaction() as transaction:
        await transaction.execute(
            "UPDATE runs SET ended_at = started_at, reason = 'killed' WHERE ended_at IS NULL",
        )
        await transaction.execute("INSERT OR REPLACE INTO runs (started_at) VALUES (?)", (deps.now(),))


async def end(deps: Deps, reason: str) -> None:
    """Write down why the run ends."""
    await deps.db.write("UPDATE runs SET ended_at = ?, reason = ? WHERE ended_at IS NULL", (deps.now(), reason))


@dataclass(frozen=True, slots=True)
class Restarts:
    """How often the service started in the last seven days, and how often memory or a kill was the reason."""

    started: int
    by_memory: int
    killed: int


async def restarts(deps: Deps) -> Restarts:
    """The figures of /status."""
    row = await deps.db.one(
        "SELECT count(*), count(*) FILTER (WHERE reason = ?), count(*) FILTER (WHERE reason = 'killed') FROM runs"
        " WHERE started_at > ?",
        (OUT_OF_MEMORY, deps.now() - 7 * 86400),
    )
    assert row is not None  # an aggregate always has a row
    return Restarts(*row)


async def look(deps: Deps) -> str:
    """Look once: at 80 % of the limit tell an admin (once a day) and clean up; returns `OUT_OF_MEMORY` when it is time
    to leave for a clean restart."""
    now = memory.usage()
    if now.share < memory.WARN:
        return ""
    await compose.put_away(deps)
    after = memory.usage()
    texts = texts_in(deps.config.language)
    text = texts(
        "Memory: {used} of {limit} MiB are in use, {after} after cleaning up. "
        "At {drain} % I restart myself; nothing is lost."
    ).format(
        used=now.rss // MEBIBYTE,
        limit=(now.limit or 0) // MEBIBYTE,
        after=after.rss // MEBIBYTE,
        drain=round(memory.DRAIN * 100),
    )
    log.warning("memory: %d MiB of %d MiB", now.rss // MEBIBYTE, (now.limit or 0) // MEBIBYTE)
    await notify.tell_admins(deps, text, "memory")
    return OUT_OF_MEMORY if after.share >= memory.DRAIN else ""


async def status_line(deps: Deps) -> str:
    """The line that `systemctl status` shows."""
    counts = await outbox.counts(deps.db, deps.now())
    broken = await deps.db.value("SELECT count(*) FROM feed_health WHERE failures > 0")
    rss = memory.usage().rss // MEBIBYTE
    at = datetime.fromtimestamp(deps.now(), UTC).astimezone(deps.config.timezone)
    return f"{at:%H:%M} · {counts.due} to send · {broken} schools failing · {rss} MiB"
