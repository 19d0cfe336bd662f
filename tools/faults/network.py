"""Telegram refuses, fails, loses answers, is away: the real courier and transport against the stand-in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from bot.clock import SystemClock
from bot.demo.botapi import Fault
from bot.store import outbox
from tests.clocks import JumpingClock
from tools.faults.row import Row, Scale
from tools.faults.stage import FIRST_CHAT, courier, database, drained, folder, put, stand_in, states, tally

FAST = 500.0
"""Messages a second where the pace is not the matter."""


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """The faults of the way, and of single chats."""
    people = scale.of(1000, 200)
    too_many = Fault(
        "send*",
        probability=0.1,
        status=429,
        description="Too Many Requests: retry after 1",
        parameters={"retry_after": 1},
    )
    yield await some_fail("10 % 429", people, too_many)
    yield await some_fail("10 % 502", people, Fault("send*", probability=0.1, status=502, description="Bad Gateway"))
    lost = Fault("send*", probability=0.05, ending="reset", deliver=True)
    yield await some_fail("5 % lost answers", people, lost)
    yield await some_fail(
        "5 % reset, nothing carried out", people, Fault("send*", probability=0.05, ending="reset", deliver=False)
    )
    yield await slow_chat()
    yield await outage(scale.of(1000, 200))
    yield await blackhole(scale.of(40, 8))


async def some_fail(name: str, people: int, fault: Fault) -> Row:
    """A share of the calls fails; everything else works."""
    async with stand_in(people) as api:
        api.faults.add(fault)
        with folder() as data:
            async with database(data) as db:
                await put(db, people, "fact")
                async with courier(db, api, SystemClock(), per_second=FAST):
                    done = await drained(db, 120)
                found = await states(db)
        counted = tally(api, people, ["fact"])
    got = f"{counted}, {found['uncertain']} uncertain"
    # Written whole and never answered: nobody can know. It is not repeated, and it is counted and shown.
    unknowable = found["uncertain"] if fault.ending == "reset" and not fault.delivers else 0
    goal = "0 duplicates, lost = shown uncertain" if unknowable else "0 lost, 0 duplicates"
    ok = done and counted.lost == unknowable and counted.duplicates == found["dead"] == 0 and fault.hits > 0
    return Row(f"{name}, {people} chats", got, goal, ok)


async def slow_chat() -> Row:
    """429 with 35 s for one chat; when do the others get theirs?"""
    people = 100
    clock = JumpingClock()
    async with stand_in(people) as api, clock.running():
        words = "Too Many Requests: retry after 35"
        api.faults.add(Fault("send*", FIRST_CHAT, 1, status=429, description=words, parameters={"retry_after": 35}))
        with folder() as data:
            async with database(data) as db:
                now = int(clock.now().timestamp())
                await put(db, people, "fact", now)
                async with courier(db, api, clock):
                    await drained(db, 60, left=1)
                    others = clock.elapsed
                    done = await drained(db, 60)
        found = tally(api, people, ["fact"])
    late = others - people / 28
    ok = done and found.lost == found.duplicates == 0 and late <= 1 and clock.elapsed >= 35
    return Row("429 with 35 s on one chat", f"the others {max(late, 0):.1f} s late, {found}", "others ≤ 1 s late", ok)


async def outage(people: int) -> Row:
    """Connections are refused for an hour over push time, on a clock that jumps."""
    clock = JumpingClock()
    async with stand_in(people) as api, clock.running():
        await api.refuse()
        with folder() as data:
            async with database(data) as db:
                await put(db, people, "fact", int(clock.now().timestamp()))
                async with courier(db, api, clock):
                    await clock.sleep(3600)
                    before = (await outbox.counts(db, int(clock.now().timestamp()))).due
                    await api.resume()
                    back = clock.elapsed
                    done = await drained(db, 120)
                    seconds = clock.elapsed - back
        found = tally(api, people, ["fact"])
    limit = 60 + people / 25
    ok = done and before >= people - 5 and found.lost == found.duplicates == 0 and seconds <= limit
    return Row(
        f"1 h Telegram outage, {people} chats",
        f"{found}, drained in {seconds:.0f} s",
        f"0 lost, 0 duplicates, ≤ {limit:.0f} s",
        ok,
    )


async def blackhole(seconds: int) -> Row:
    """Connections stay open and nothing comes back, in the middle of a fan-out; on the real clock."""
    people = 300
    async with stand_in(people) as api:
        with folder() as data:
            async with database(data) as db:
                await put(db, people, "fact")
                async with courier(db, api, SystemClock()):
                    await asyncio.sleep(2)
                    api.blackhole(on=True)
                    await asyncio.sleep(seconds)
                    api.blackhole(on=False)
                    start, before = time.monotonic(), sum(api.delivered.values())
                    with suppress(TimeoutError):
                        await api.wait_for(lambda: sum(api.delivered.values()) > before, seconds=60)
                    again = time.monotonic() - start
                    done = await drained(db, 60)
                found = await states(db)
        counted = tally(api, people, ["fact"])
    # What was in flight when the line went dead is uncertain: not repeated, so it may be missing.
    missing = counted.lost - found["uncertain"]
    ok = done and again <= 30 and counted.duplicates == 0 and missing <= 0 and found["uncertain"] <= 10
    got = f"sends again after {again:.1f} s, {counted.duplicates} twice, {found['uncertain']} uncertain"
    return Row(f"{seconds} s black hole", got, "≤ 30 s, 0 twice, uncertain ≤ in flight", ok)
