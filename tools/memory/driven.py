"""The service in a process of its own whose clock is turned from outside: a line is a command, a line is the answer.

It imports what `schoolbell run` imports and nothing else, so that its memory is the service's.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta

from bot import app, journal
from bot.clock import TurnableClock
from bot.config import load
from bot.context import Deps

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # a Monday, before anybody is up


async def idle(deps: Deps) -> None:
    """Wait for the round that the service's own timer may have begun."""
    while deps.being_read:  # noqa: ASYNC110 - nothing is set when it ends
        await asyncio.sleep(0.02)


async def main() -> None:
    """Run until standard input ends. Commands: `turn SECONDS`, `round`, `job NAME`, `figures`."""
    config = load(os.environ)
    journal.set_up(config, {})
    clock = TurnableClock(START)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with app.running(config, clock, os.environ, stop, spacing=0) as service:
        assert service is not None  # nobody asked it to stop
        print("ready", flush=True)
        while line := (await reader.readline()).decode().split():
            if line[0] == "turn":
                clock.turn_by(timedelta(seconds=float(line[1])))
            elif line[0] == "round":  # whatever the hour: at night and in holidays the service asks less by itself
                await idle(service.deps)
                await service.deps.db.write("UPDATE feed_health SET next_at = 0")
                await service.run_job("scrape")
                await idle(service.deps)
            elif line[0] == "job":
                await service.run_job(line[1])
            waiting = await service.deps.db.value("SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed')")
            figures = {
                "waiting": waiting,
                "tasks": len(asyncio.all_tasks()),
                "fds": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - no more than a count
                "pictures": await service.deps.db.value("SELECT count(*) FROM pictures"),
                "sent": service.deps.courier.statistics.sent,
            }
            print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
