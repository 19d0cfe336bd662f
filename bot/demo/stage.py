"""The whole product on loopback: the sample school, the Bot API stand-in, and between them the bot that `run` runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web

from bot.app import Running, running
from bot.clock import TurnableClock
from bot.config import Config
from bot.demo.botapi import BotApi, Check
from bot.demo.desk import Desk, opening_desk
from bot.demo.sample_school import CLASSES, NAME, holidays_ahead
from bot.demo.site import ZONE, school_site
from bot.model import Target, TargetKind
from bot.pace import Pacer
from bot.rounds import scrape_round
from bot.store import schools
from bot.store.database import open_database
from bot.store.schools import School

SCHOOL = "saules"
SYSTEMS = ("optivum", "untis-monitor", "ical")


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo and the end-to-end tests work with."""

    clock: TurnableClock
    desk: Desk
    api: BotApi
    service: Running
    school_url: str


@asynccontextmanager
async def set_stage(
    data: Path,
    *,
    start: datetime | None = None,
    system: str = "optivum",
    poll_minutes: int = 1,
    lang: str = "lt",
    admins: Collection[int] = (),
    paced: bool = True,
    check: Check | None = None,
    furnished: bool = False,
) -> AsyncIterator[Stage]:
    """Everything started and, at the end, stopped. `data` is the folder of the bot's state; the clock can be turned.

    `paced` False sends as fast as it can; `check` looks at every call to Telegram (bot/demo/spec.py has one).
    `furnished`: the bot's admin has set the holidays, and a sheet of homework where the timetable carries none.
    """
    async with AsyncExitStack() as stack:
        clock = TurnableClock(start)
        today = clock.now().astimezone(ZONE)
        desk = opening_desk(today, today.date())
        school_url = await stack.enter_async_context(_serving(school_site(desk, clock)))
        api = await stack.enter_async_context(BotApi(clock=clock, check=check))
        config = Config(
            data=data,
            token=api.token,
            timezone=ZONE,
            language=lang,
            api_url=api.base_url.removesuffix("/bot"),
            allow_private=True,
            poll_minutes=poll_minutes,
            admins=frozenset(admins),
        )
        await seed(config, clock, school_url, system, furnished=furnished)
        pacer = Pacer(clock) if paced else Pacer(clock, per_second=100_000.0, private_interval=0.0)
        service = await stack.enter_async_context(running(config, clock, {}, asyncio.Event(), spacing=0, pacer=pacer))
        assert service is not None  # nobody asked it to stop
        await scrape_round(service.deps)
        while service.deps.being_read:  # noqa: ASYNC110 - the timed round was first, and is at it
            await asyncio.sleep(0.01)
        yield Stage(clock, desk, api, service, school_url)


@asynccontextmanager
async def _serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def seed(config: Config, clock: TurnableClock, url: str, system: str, *, furnished: bool = False) -> None:
    """Write the sample school into a new database, in one of the systems that it publishes in."""
    now = int(clock.now().timestamp())
    addresses = {
        "optivum": [("optivum", f"{url}/plan/"), ("optivum-zastepstwa", f"{url}/zastepstwa.html")],
        "untis-monitor": [("untis-monitor", f"{url}/untis/subst_001.htm")],
        "ical": [("ical", f"{url}/ical/9a.ics")],
    }
    if furnished and system != "ical":
        addresses[system].append(("sheet", f"{url}/homework.csv"))
    async with open_database(config.database) as db, db.transaction() as transaction:
        settings = {"holidays": holidays_ahead(clock.now().astimezone(ZONE).date())} if furnished else {}
        await schools.put_school(transaction, School(SCHOOL, NAME, ZONE, settings), now)
        for position, (source, address) in enumerate(addresses[system]):
            await schools.put_feed(transaction, SCHOOL, position, source=source, url=address)
        if system != "optivum":
            listed = ["9a"] if system == "ical" else CLASSES
            await schools.put_targets(
                transaction, SCHOOL, [Target(TargetKind.CLASS, name, name) for name in listed], now
            )
