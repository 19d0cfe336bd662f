"""The process ends: killed at any instant, stopped in order."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import TurnableClock
from bot.deliver import IN_FLIGHT
from bot.demo.botapi import BotApi, Fault
from bot.demo.stage import seed
from tools.faults.product import config_of
from tools.faults.row import Row, Scale
from tools.faults.stage import database, drained, folder, open_rows, put, python, service, stand_in, states, tally

PEOPLE = 600


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """Kills, and a stop in order."""
    yield await killed(scale.of(100, 6))
    yield await stopped()
    yield await stopped_anywhere()


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
                await api.wait_for(lambda: sum(api.delivered.values()) >= 40, seconds=60)
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


async def stopped_anywhere() -> Row:
    """SIGTERM to the real service while something does not answer: at the start, in the middle, the school."""
    seconds = {phase.__name__.strip("_"): await ended(phase) for phase in (_refused, _silent, _deaf, _uploading, _slow)}
    worst = max(seconds, key=lambda name: seconds[name])
    got = f"{seconds[worst]:.1f} s at most ({worst.replace('_', ' ')}), {sum(map(math.isinf, seconds.values()))} hung"
    return Row(f"SIGTERM in {len(seconds)} phases", got, "≤ 10 s, exit 0", seconds[worst] <= 10)


async def ended(phase: Phase) -> float:
    """Seconds from SIGTERM to an end in good order, infinity when there is none."""
    async with stand_in(20) as api, AsyncExitStack() as stack:
        data = stack.enter_context(folder())
        await phase(api, data, stack)
        async with service(api, data) as process:
            await process.says(
                "cannot be reached" if phase is _refused else "running as", 4 if phase is _silent else 30
            )
            await asyncio.sleep(3)
            if phase is _deaf:
                api.blackhole(on=True)
                await asyncio.sleep(1)
            start = time.monotonic()
            process.terminate()
            code = await process.wait(40)
            return time.monotonic() - start if code == 0 else math.inf


async def _refused(api: BotApi, _data: Path, _stack: AsyncExitStack) -> None:
    """Nobody listens where Telegram is."""
    await api.refuse()


async def _silent(api: BotApi, _data: Path, _stack: AsyncExitStack) -> None:
    """Telegram takes the first call and does not answer."""
    api.blackhole(on=True)


async def _deaf(_api: BotApi, data: Path, _stack: AsyncExitStack) -> None:
    """Telegram falls silent while messages go out."""
    async with database(data) as db:
        await put(db, 20, "fact")


async def _uploading(api: BotApi, data: Path, _stack: AsyncExitStack) -> None:
    """The answer to what is being sent does not come."""
    api.faults.add(Fault("send*", ending="stall"))
    async with database(data) as db:
        await put(db, 20, "fact")


async def _slow(api: BotApi, data: Path, stack: AsyncExitStack) -> None:
    """A school's server gives one byte a second to a round that is under way."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(60):
                await response.write(b"<")
                await asyncio.sleep(1)
        return response

    app = web.Application()
    app.router.add_get("/{path:.*}", drip)
    server = await stack.enter_async_context(TestServer(app))
    config = config_of(data, api.token, api.base_url.removesuffix("/bot"))
    await seed(config, TurnableClock(), f"http://127.0.0.1:{server.port}", "optivum")


Phase = Callable[[BotApi, Path, AsyncExitStack], Awaitable[None]]
