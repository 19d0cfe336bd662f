"""What everything that runs is handed: the parts built in `app.py`, and PTB's context with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from telegram.ext import CallbackContext, ExtBot

from bot.clock import Clock
from bot.commands import Command
from bot.config import Config
from bot.deliver import Courier
from bot.scraper.contract import Source
from bot.scraper.http import SchoolHttp
from bot.store.database import Database
from bot.vault import Vault
from bot.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The parts of the running application."""

    config: Config
    clock: Clock
    db: Database
    http: SchoolHttp
    worker: Worker
    courier: Courier
    sources: Mapping[str, Source]
    commands: Mapping[str, Command]
    vault: Vault
    signature: Callable[[], str] = str
    """What stands at the foot of pictures, so that a forwarded one leads back: the bot's name as Telegram said it."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by a scrape round: of two at once the one that asked first could have the last word."""
    wanted: set[int] = field(default_factory=set)
    """Targets that somebody asked for and nobody follows: the next round reads them once."""

    being_read: set[str] = field(default_factory=set)
    """Schools that a round is reading now."""

    chat_admins: dict[tuple[int, int], tuple[float, bool]] = field(default_factory=dict)
    """Who is an admin of which group, as Telegram said it last, and until when that is good (the clock's seconds)."""

    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    """What runs beside the answers: rounds, trials, progress. A stop cancels it; the next start finds the work due."""

    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the service stops: nothing begins any more."""

    def now(self) -> int:
        """Seconds since 1970 on the application's clock."""
        return int(self.clock.now().timestamp())

    async def drop_tasks(self) -> None:
        """End what runs beside: python-telegram-bot's own stop waits for it, and a slow school holds up each page."""
        self.stopping.set()
        running = [*self.tasks]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


DEPS = "deps"


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[str, Deps]]):
    """PTB's context, with the application's parts."""

    answered = False
    """Whether the press that this update is was answered already."""

    @property
    def deps(self) -> Deps:
        """The parts of the running application."""
        return self.bot_data[DEPS]


def in_background(context: Context, work: Coroutine[Any, Any, None], update: object, *, name: str = "") -> None:
    """Go on with a handler's work beside the next updates; its errors reach the error handler. A stop ends it."""
    deps = context.deps
    if deps.stopping.is_set():
        work.close()
        return
    task = context.application.create_task(work, update, name=name or None)
    deps.tasks.add(task)
    task.add_done_callback(deps.tasks.discard)
