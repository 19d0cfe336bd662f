"""The process ends: killed at any instant, stopped in order."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator

from bot.deliver import IN_FLIGHT
from bot.demo.botapi import Fault
from tools.faults.row import Row, Scale
from tools.faults.stage import database, drained, folder, open_rows, put, python, service, stand_in, states, tally

PEOPLE = 600


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """Kills, and a stop in order."""
    yield await killed(scale.of(100, 6))
    yield await stopped()


async def killed(kills: int) -> Row:
    """kill -9 at random times during fan-outs to 600 people, 150 ms a call."""
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    facts: list[str] = []
    async with stand_in(PEOPLE) as api:
        api.faults.add(Fault(method="send*", delay_answer=0.15))
        with folder() as data:
            arguments = ("tools.faults.worker", str(data / "bot.sqlite3"), f"{api.base_url}{api.token}")
            for number in range(kills):
                async with database(data) as db:
                    if await open_rows(db) < PEOPLE / 4:
                        facts.append(f"fact {len(facts)}")
                        await put(db, PEOPLE, facts[-1])
                async with python(data / f"log{number}", *arguments) as worker:
                    await worker.says("delivering", 20)
                    await asyncio.sleep(chance.uniform(0.0, 1.2))
                    worker.kill()
                    await worker.wait(5)
                await asyncio.sleep(0.3)  # what was in flight arrives, though its sender is gone
            async with python(data / "log", *arguments), database(data) as db:
                done = await drained(db, 120)
        found = tally(api, PEOPLE, facts)
    ok = done and found.lost == 0 and found.duplicates <= IN_FLIGHT * kills
    worst = f"0 lost, ≤ {IN_FLIGHT * kills} duplicates"
    return Row(f"kill -9 × {kills} during fan-outs to {PEOPLE}", f"{found} ({len(facts)} fan-outs)", worst, ok)


async def stopped() -> Row:
    """SIGTERM to the real service in the middle of a fan-out, then a second run."""
    async with stand_in(200) as api:
        api.faults.add(Fault(method="send*", delay_answer=0.15))
        with folder() as data:
            async with database(data) as db:
                await put(db, 200, "fact")
            async with service(api, data) as process:
                await asyncio.wait_for(_some(api.delivered, 40), 60)
                start = time.monotonic()
                process.terminate()
                code = await process.wait(30)
                seconds = time.monotonic() - start
            async with database(data) as db:
                claimed = (await states(db))["claimed"]
            async with service(api, data), database(data) as db:
                done = await drained(db, 60)
        found = tally(api, 200, ["fact"])
    ok = code == 0 and done and seconds <= 10 and not claimed and found.lost == found.duplicates == 0
    return Row("SIGTERM during a fan-out", f"{seconds:.1f} s, exit {code}, {found}", "≤ 10 s, 0 lost, 0 duplicates", ok)


async def _some(delivered: object, count: int) -> None:
    assert hasattr(delivered, "values")
    while sum(delivered.values()) < count:  # noqa: ASYNC110 - the stand-in counts, it does not call
        await asyncio.sleep(0.02)
