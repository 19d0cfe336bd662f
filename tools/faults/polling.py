"""The real service and its polls: a 401, a 404, silence, another poller, a flood; and its log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from bot.demo.botapi import BotApi, Fault
from tools.faults.row import Row, Scale
from tools.faults.stage import FIRST_CHAT, database, drained, folder, put, service, stand_in


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """Faults of getUpdates, and what a run leaves in the log."""
    for status, words in ((404, "Not Found"), (401, "Unauthorized")):
        yield await refused_once(status, words)
    if not scale.bounded:
        yield await wedged()
    yield await flood(scale.of(1000, 200))
    yield await silent_log()


async def _polls_more(api: BotApi, seconds: float) -> bool:
    """Whether a poll is answered in time from now."""
    before, deadline = api.polls, time.monotonic() + seconds
    while api.polls == before and time.monotonic() < deadline:
        api.state.update("message", {"message_id": 0, "date": 0, "chat": {"id": 1, "type": "private"}})
        await asyncio.sleep(0.1)
    return api.polls > before


async def refused_once(status: int, words: str) -> Row:
    """One such answer to getUpdates, which ends python-telegram-bot's polling for good."""
    async with stand_in(1) as api:
        with folder() as data:
            async with service(api, data) as process:
                running = await process.says("running as", 30) and await _polls_more(api, 40)
                fault = api.faults.add(Fault("getUpdates", times=1, status=status, description=words))
                while fault.hits == 0:
                    api.state.update("message", {"message_id": 0, "date": 0, "chat": {"id": 1, "type": "private"}})
                    await asyncio.sleep(0.05)
                start = time.monotonic()
                resumed = await _polls_more(api, 90)
                seconds = time.monotonic() - start
                alive = process.process.returncode is None
                # An exit is as good: the supervisor starts it again within seconds.
                ok = running and ((resumed and alive) or (not alive and seconds < 85))
    got = f"polls again after {seconds:.1f} s" if resumed else f"exit {process.process.returncode} at {seconds:.0f} s"
    return Row(f"one {status} on getUpdates", got, "≤ 90 s", ok)


async def wedged() -> Row:
    """Polls hang while every other call is answered: nothing but a new process helps."""
    async with stand_in(1) as api:
        with folder() as data:
            async with service(api, data) as process:
                running = await process.says("running as", 30) and await _polls_more(api, 40)
                fault = api.faults.add(Fault("getUpdates", ending="stall"))
                while fault.hits == 0:  # the poll that is open now is still answered
                    api.state.update("message", {"message_id": 0, "date": 0, "chat": {"id": 1, "type": "private"}})
                    await asyncio.sleep(0.05)
                start = time.monotonic()
                code = await process.wait(130)
                seconds = time.monotonic() - start
                line = "no poll has got through" in process.text()
    ok = running and code == 1 and line and seconds <= 90
    return Row("polls hang, other calls do not", f"exit {code} after {seconds:.0f} s, clear line: {line}", "≤ 90 s", ok)


async def flood(updates: int) -> Row:
    """So many updates of one person; when is another one answered?"""
    async with stand_in(2) as api:
        with folder() as data:
            async with service(api, data) as process:
                running = await process.says("running as", 30)
                one, other = api.user(FIRST_CHAT, "One"), api.user(FIRST_CHAT + 1, "Other")
                for number in range(updates):
                    await one.say(f"/help {number}")
                start = time.monotonic()
                await other.say("/help")
                with suppress(TimeoutError):
                    await api.wait_for(lambda: api.delivered.get(other.id, 0) > 0, seconds=60)
                seconds = time.monotonic() - start
                answers = api.delivered.get(one.id, 0)
    ok = running and seconds <= 1.0
    got = f"another is answered after {seconds:.2f} s ({answers} answers to the one)"
    return Row(f"{updates} updates from one user", got, "≤ 1 s", ok)


async def silent_log() -> Row:
    """A run at DEBUG with failures of every kind: how often does the token stand in the log?"""
    async with stand_in(30) as api:
        api.faults.add(Fault("send*", times=4, status=502, description="Bad Gateway"))
        api.faults.add(Fault("send*", times=4, skip=3, ending="unread"))
        api.faults.add(Fault("send*", times=4, skip=3, ending="reset"))
        api.faults.add(Fault("getUpdates", times=2, skip=1, ending="reset"))
        with folder() as data:
            async with database(data) as db:
                await put(db, 30, "fact")
            async with service(api, data, "debug") as process:
                await process.says("running as", 30)
                async with database(data) as db:
                    await drained(db, 40)
                await api.refuse()
                await asyncio.sleep(2)
                process.terminate()
                await process.wait(20)
                text = process.text()
    secret = api.token.partition(":")[2]
    count = text.count(secret)
    lines = text.count("\n")
    return Row("token in any log at DEBUG", f"{count} in {lines} lines", "0", count == 0 and lines > 50)
