"""Nobody runs when the push is due: the loop stalls, the process stands still or is stopped; two run at once."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

from bot.demo.botapi import BotApi, Person
from bot.demo.site import ZONE
from tools.faults.product import TUESDAY, World, world
from tools.faults.row import Row, Scale
from tools.faults.stage import FIRST_CHAT, Process, folder, python, service, stand_in

PEOPLE = 50
DUE = TUESDAY + timedelta(minutes=20)


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """Over push time: a stall, a stop by a signal, the clock ten minutes on, a restart; then another poller."""
    yield await stalled()
    yield await restarted()
    if not scale.bounded:
        yield await ten_minutes()
        yield await stopped(100)
        yield await two_pollers()


def once(here: World, name: str) -> Row:
    """Whether everybody was told exactly once."""
    reads = here.reads()
    missed = sum(1 for number in range(PEOPLE) if reads.get(FIRST_CHAT + number, 0) == 0)
    twice = sum(count > 1 for count in reads.values())
    return Row(name, f"{missed} missed, {twice} twice of {PEOPLE}", "0 missed, 0 twice", missed == twice == 0)


async def told(here: World, seconds: float, more: float = 12) -> None:
    """Wait until everybody was told, or for so long; then `more`, should anybody be told again (a look is every 10)."""
    deadline = time.monotonic() + seconds
    while len(here.reads()) < PEOPLE and time.monotonic() < deadline:  # noqa: ASYNC110 - a plain count
        await asyncio.sleep(0.1)
    await asyncio.sleep(more)


async def stalled() -> Row:
    """The loop stands still for 4 s over 07:00; the jobs come by their own timers."""
    async with world(PEOPLE) as here:
        async with here.bot():
            here.clock.turn_to(DUE - timedelta(seconds=2))
            await asyncio.sleep(0.5)
            time.sleep(4)  # noqa: ASYNC251 - that is the fault
            await told(here, 15)
        return once(here, "loop blocked for 4 s over push time")


async def stopped(seconds: int) -> Row:
    """SIGSTOP to the process over 07:00, then SIGCONT."""
    async with world(PEOPLE) as here:
        start = DUE - timedelta(seconds=8)
        here.clock.turn_to(start)
        async with application(here, start.isoformat()) as process:
            running = await process.says("running as", 30)
            os.kill(process.process.pid, signal.SIGSTOP)
            await asyncio.sleep(seconds)
            os.kill(process.process.pid, signal.SIGCONT)
            await told(here, 60)
            alive = process.process.returncode is None
        row = once(here, f"SIGSTOP for {seconds} s over push time")
    return Row(row.name, row.got + ("" if alive else ", it left"), row.goal, row.ok and running and alive)


def application(here: World, start: str) -> AbstractAsyncContextManager[Process]:
    """The application as a process of its own, on a clock that begins at `start`."""
    return python(
        here.data / "log", "tools.faults.product", str(here.data), here.config.api_url, here.config.token, start
    )


async def ten_minutes() -> Row:
    """06:55 is followed by 07:05, as after a sleep of the machine; set back by as much; and on again."""
    async with world(PEOPLE) as here:
        async with here.bot() as service:
            for minutes in (-5, 5, -5, 5, 30):
                here.clock.turn_to(DUE + timedelta(minutes=minutes))
                await service.run_job("digests")
            await told(here, 10, 1)
        return once(here, "clock 10 min on and back over push time")


async def restarted() -> Row:
    """Stopped at 06:50, started at 07:20, and stopped and started again."""
    async with world(PEOPLE) as here:
        async with here.bot() as service:
            here.clock.turn_to(DUE - timedelta(minutes=10))
            await service.run_job("digests")
        for minutes in (20, 25, 40):
            here.clock.turn_to(DUE + timedelta(minutes=minutes))
            async with here.bot() as service:
                await service.run_job("digests")
                await told(here, 10 if minutes == 20 else 0, 1)
        local = (DUE - timedelta(minutes=10)).astimezone(ZONE)
        return once(here, f"stopped {local:%H:%M}–07:20 over push time")


async def two_pollers() -> Row:
    """A second process on the same token, on another folder and on the same one."""
    async with stand_in(1) as api:
        admin, person = api.user(1, "Admin", "en"), api.user(FIRST_CHAT, "Person", "en")
        with folder() as ours, folder() as theirs:
            async with service(api, ours) as first:
                running = await first.says("running as", 30)
                async with service(api, ours) as again:  # the same folder: the lock
                    locked = await again.wait(20)
                async with service(api, theirs) as second:
                    running = running and await second.says("running as", 30)
                    await asyncio.sleep(1)
                    before = len(api.calls_of("getUpdates"))
                    await asyncio.sleep(20)
                    asked = len(api.calls_of("getUpdates")) - before
                    alive = first.process.returncode is None and second.process.returncode is None
                    second.terminate()
                    await second.wait(20)
                heard = await answered(api, person, 70)
            lines = [text.count("another process polls") for text in texts(ours, theirs)]
        notices = sum("Another process" in message.text for message in admin.messages)
    told = max(lines) <= 1 <= sum(lines) and notices == sum(lines)
    ok = running and alive and heard and locked not in (0, None) and told and asked <= 60
    got = f"{notices} notice(s) of {sum(lines)} side(s), {asked} polls in 20 s"
    return Row("two pollers on one token", got, "one notice a side, backing off", ok)


async def answered(api: BotApi, person: Person, seconds: float) -> bool:
    """Whether the bot hears and answers a person in time."""
    await person.say("/help")
    try:
        await api.wait_for(lambda: api.delivered.get(person.id, 0) > 0, seconds=seconds)
    except TimeoutError:
        return False
    return True


def texts(*folders: Path) -> list[str]:
    """The logs of services."""
    return [(data / "log").read_text("utf-8", "replace") for data in folders]
