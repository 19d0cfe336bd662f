"""The whole product for fault runs: the sample school, a Telegram, the application on a clock that can be turned.

As a program it is the application alone, in a process that can be stopped and killed. Arguments: the data folder, the
Bot API's address, the token, the instant at which its clock begins.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bot.app import Running, run, running
from bot.clock import TurnableClock
from bot.config import Config
from bot.demo.botapi import BotApi
from bot.demo.desk import Desk, opening_desk
from bot.demo.site import ZONE, school_site
from bot.demo.stage import seed
from bot.pace import Pacer
from bot.rounds import scrape_round
from bot.store.database import open_database
from tools.faults.stage import FIRST_CHAT, folder

ADMIN = 77
TUESDAY = datetime(2026, 11, 24, 6, 40, tzinfo=ZONE).astimezone(UTC)
FAST = 500.0


@dataclass(frozen=True, slots=True)
class World:
    """Everything around the application, which stays while it comes and goes. `data` has the school in it."""

    clock: TurnableClock
    desk: Desk
    api: BotApi
    data: Path
    config: Config

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Running]:
        """The application, from its start to its end in good order."""
        pacer = Pacer(self.clock, per_second=FAST)
        async with running(self.config, self.clock, {}, asyncio.Event(), spacing=0, pacer=pacer) as service:
            assert service is not None  # nobody asked it to stop
            yield service

    def reads(self) -> dict[int, int]:
        """How many messages each person but the admin has been sent."""
        return {chat: count for chat, count in self.api.delivered.items() if chat != ADMIN}


@asynccontextmanager
async def world(people: int, *, daily: str | None = "07:00", system: str = "optivum") -> AsyncIterator[World]:
    """People who follow class 9a and want its plan at `daily`; an admin; the school has been read once."""
    async with AsyncExitStack() as stack:
        data = stack.enter_context(folder())
        clock = TurnableClock(TUESDAY)
        today = clock.now().astimezone(ZONE)
        desk = opening_desk(today, today.date())
        runner = web.AppRunner(school_site(desk, clock), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        api = await stack.enter_async_context(BotApi(clock=clock, keep_calls=200_000))
        api.user(ADMIN, "Admin", "en")
        for number in range(people):
            api.user(FIRST_CHAT + number, f"Person {number}", "en")
        config = config_of(data, api.token, api.base_url.removesuffix("/bot"))
        await seed(config, clock, f"http://127.0.0.1:{runner.addresses[0][1]}", system)
        here = World(clock, desk, api, data, config)
        async with here.bot() as service:
            if system == "optivum":
                await scrape_round(service.deps)  # the list of classes, which the people below follow one of
        await follow(config, people, daily)
        async with here.bot() as service:
            await scrape_round(service.deps)
        yield here


def config_of(data: Path, token: str, url: str) -> Config:
    """The configuration of a fault run."""
    return Config(
        data=data, token=token, timezone=ZONE, api_url=url, allow_private=True, poll_minutes=5,
        admins=frozenset({ADMIN}),
    )  # fmt: skip


async def follow(config: Config, people: int, daily: str | None) -> None:
    """Write the people and what they follow into the database."""
    async with open_database(config.database) as db, db.transaction() as transaction:
        target = await transaction.value("SELECT id FROM targets WHERE name = '9a'")
        for number in range(people):
            await transaction.execute(
                "INSERT INTO chats (chat_id, language, format, created_at) VALUES (?, 'en', 'text', 0)",
                (FIRST_CHAT + number,),
            )
            await transaction.execute(
                "INSERT INTO subscriptions (chat_id, target_id, daily, created_at) VALUES (?, ?, ?, 0)",
                (FIRST_CHAT + number, target, daily),
            )


def main(data: str, url: str, token: str, start: str) -> int:
    """Run the application alone."""
    logging.basicConfig(level=logging.INFO)
    clock = TurnableClock(datetime.fromisoformat(start))
    return asyncio.run(run(config_of(Path(data), token, url), clock, {}, asyncio.Event()))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
