"""The composition root: everything is built here, in one `AsyncExitStack`, and taken down in reverse."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.ext import Application, ContextTypes, Defaults, ExtBot

from bot import claim, connection, digest, health, menus, upkeep, watch
from bot.clock import Clock
from bot.config import Config
from bot.connection import BotApplication
from bot.context import DEPS, Context, Deps
from bot.deliver import Courier
from bot.dispatch import add_handlers
from bot.handlers import all_commands
from bot.incidents import Incidents
from bot.jobs import Timers
from bot.ledger import NOT_WRITTEN
from bot.liveness import Liveness
from bot.pace import PacedAnswers, Pacer
from bot.scraper.http import SPACING, SchoolHttp
from bot.scraper.registry import all_sources
from bot.service import Systemd
from bot.store.database import is_disk_full, open_database
from bot.store.lock import hold
from bot.transport import AiohttpRequest
from bot.vault import Vault
from bot.worker import one_worker

log = logging.getLogger(__name__)

SELF_CHECK_SECONDS = 30


class Running:
    """The application while it runs. `ended` is set with the exit code when it ends by itself."""

    def __init__(self, application: BotApplication, deps: Deps, timers: Timers) -> None:
        self.application = application
        self.deps = deps
        self.timers = timers
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.reason = watch.STOPPED

    async def run_job(self, name: str) -> None:
        """Run one of the timed jobs now: the demo and the time tests turn the clock, which no timer sees."""
        await self.timers.do(name)

    def end(self, code: int, reason: str = watch.STOPPED) -> None:
        """End the process from within, once."""
        if not self.ended.done():
            self.reason = reason
            self.ended.set_result(code)


async def run(config: Config, clock: Clock, environ: Mapping[str, str], stop: asyncio.Event) -> int:
    """Run the service until `stop` is set or it must end; returns the exit code.

    Raises ConfigError for a token that Telegram does not know, StoreError for a folder or a database it cannot use.
    """
    async with running(config, clock, environ, stop) as service:
        if service is None:
            return 0
        waiting = asyncio.create_task(stop.wait())
        waiting.add_done_callback(lambda _: service.end(0))
        code = await service.ended
        waiting.cancel()
        return code


@asynccontextmanager
async def running(
    config: Config,
    clock: Clock,
    environ: Mapping[str, str],
    stop: asyncio.Event,
    *,
    spacing: float = SPACING,
    pacer: Pacer | None = None,
) -> AsyncIterator[Running | None]:
    """Everything built, started and, at the end, stopped. None when `stop` came before Telegram could be reached.

    `spacing`: seconds between two requests to one school; a school that is only played needs none, nor does a
    Telegram that is only played need the usual `pacer`.
    """
    async with AsyncExitStack() as stack:
        parts = await _built(stack, config, clock, environ, spacing=spacing, pacer=pacer)
        application, deps, systemd = parts.application, parts.deps, parts.systemd
        # What came due while the service was stopped, and where the counting begins. Schools are read and rows are
        # written while Telegram is away, before the first answer as later on: they go out when it is there.
        await _write_down(digest.send_due(deps))
        await stack.enter_async_context(parts.timers.running())
        if not await connection.reach(application, stop, systemd):
            yield None
            return
        stack.push_async_callback(application.shutdown)
        await application.start()
        sending = asyncio.create_task(deps.courier.run(), name="courier")
        stack.push_async_callback(connection.end, application, deps.courier, sending)
        stack.push_async_callback(deps.drop_tasks)
        offering = asyncio.create_task(menus.publish(application.bot, deps), name="menus")
        stack.callback(offering.cancel)  # a stop does not wait for it: the next start sends what is missing
        if not await connection.poll(application, stop):
            yield None
            return
        service = Running(application, deps, parts.timers)
        last = await _write_down(watch.begin(deps))
        _look_after(stack, parts, service, sending, watch.MemoryWatch(near=last == watch.OUT_OF_MEMORY))
        log.info("running as @%s", application.bot.username)
        await _write_down(claim.offer(deps, application.bot.username))
        systemd.tell("READY=1", f"STATUS=running as @{application.bot.username}")
        yield service
        log.info("stopping")
        systemd.tell("STOPPING=1")
        await _write_down(watch.end(deps, service.reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What is built before anybody is asked anything."""

    application: BotApplication
    deps: Deps
    timers: Timers
    liveness: Liveness
    incidents: Incidents
    systemd: Systemd


async def _built(
    stack: AsyncExitStack,
    config: Config,
    clock: Clock,
    environ: Mapping[str, str],
    *,
    spacing: float,
    pacer: Pacer | None,
) -> _Parts:
    stack.enter_context(hold(config.data))
    if is_disk_full(config.data):
        log.warning("the disk is full: %d old copies of the database were deleted", upkeep.make_room(config.data))
    db = await stack.enter_async_context(open_database(config.database))
    worker = await stack.enter_async_context(one_worker())
    http = await stack.enter_async_context(SchoolHttp(clock=clock, allow_private=config.allow_private, spacing=spacing))
    pacer = pacer or Pacer(clock)
    incidents = Incidents(clock)
    liveness = Liveness(clock, incidents.conflict, incidents.alone)
    calls = AiohttpRequest(on_answer=liveness.answered)
    polls = AiohttpRequest(pool_size=1, read_timeout=10, on_answer=liveness.answered)
    for request in (calls, polls):  # closed here: PTB leaves them open when it could not be initialized
        await request.initialize()
        stack.push_async_callback(request.shutdown)
    application = _application(config, pacer, calls, polls)

    async def call(method: str, parameters: dict[str, Any]) -> Any:
        return await calls.call(f"{config.bot_url}{config.token}/{method}", parameters)

    bot_id = int(config.token.split(":")[0])
    deps = Deps(
        config=config,
        clock=clock,
        db=db,
        http=http,
        worker=worker,
        courier=Courier(db, call, clock=clock, pacer=pacer, bot_id=bot_id, on_event=incidents.note),
        sources=all_sources(),
        commands=all_commands(),
        vault=Vault(config.data, environ),
        signature=lambda: _signature(application.bot),
    )
    application.bot_data[DEPS] = deps
    add_handlers(application, deps.commands)
    await stack.enter_async_context(health.serving(deps, liveness))
    assert application.job_queue is not None
    return _Parts(
        application=application,
        deps=deps,
        timers=Timers(application.job_queue, deps),
        liveness=liveness,
        incidents=incidents,
        systemd=Systemd(environ),
    )


def _application(config: Config, pacer: Pacer, calls: AiohttpRequest, polls: AiohttpRequest) -> BotApplication:
    bot = ExtBot(
        token=config.token,
        base_url=config.bot_url,
        base_file_url=config.file_url,
        request=calls,
        get_updates_request=polls,
        defaults=Defaults(
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            tzinfo=config.timezone,
        ),
        rate_limiter=PacedAnswers(pacer),
    )
    builder = Application.builder().bot(bot).context_types(ContextTypes(context=Context))
    return builder.concurrent_updates(False).build()


def _signature(bot: ExtBot[None]) -> str:
    """The bot's name as people write it; nothing while Telegram has not told it yet."""
    try:
        return f"@{bot.username}"
    except RuntimeError:
        return ""


async def _write_down(writing: Awaitable[object]) -> object:
    """Something to note at the start or the end; None where it could not be: a disk without room stops nobody."""
    try:
        return await writing
    except NOT_WRITTEN as error:
        log.error("at the start or the end nothing could be written: %s", error)
        return None


def _look_after(
    stack: AsyncExitStack,
    parts: _Parts,
    service: Running,
    sending: asyncio.Task[None],
    guard: watch.MemoryWatch,
) -> None:
    """Begin what looks after the service, and what ends it should one of its tasks die."""
    bot = parts.application.bot
    tasks = [
        asyncio.create_task(_watch_polls(parts, service), name="watch"),
        asyncio.create_task(_check_self(parts, service, guard), name="self-check"),
        asyncio.create_task(parts.incidents.run(parts.deps, bot), name="notices"),
    ]
    for task in (sending, *tasks):
        task.add_done_callback(lambda task: _ended(task, service))
    for task in tasks:
        stack.callback(task.cancel)


async def _watch_polls(parts: _Parts, service: Running) -> None:
    """End the process when polling is wedged: nothing but a new process gets PTB's updater going again."""
    end = await parts.liveness.watch(parts.application.bot.get_me, parts.systemd.feed)
    log.error("%s", end.reason)
    service.end(end.exit_code, end.reason)


async def _check_self(parts: _Parts, service: Running, guard: watch.MemoryWatch) -> None:
    """Every half minute: the memory, and the line that systemd shows. A full one is left for a clean restart."""
    while True:
        await asyncio.sleep(SELF_CHECK_SECONDS)
        try:
            full = await guard.look(parts.deps)
        except NOT_WRITTEN as error:  # a notice could not be written
            log.warning("self-check: %s", error)
            continue
        if full:
            log.error("memory is nearly full: leaving in good order, to be started anew")
            service.end(1, watch.OUT_OF_MEMORY)
        parts.systemd.tell(f"STATUS={await watch.status_line(parts.deps)}")


def _ended(task: asyncio.Task[None], service: Running) -> None:
    """None of these tasks may be missing: a new process takes over what a dead one left."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("%s has died: leaving, to be started anew", task.get_name(), exc_info=error)
        service.end(1, f"{task.get_name()} died")
