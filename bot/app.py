"""The composition root: everything is built here, in one `AsyncExitStack`, and taken down in reverse."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes, Defaults, ExtBot

from bot import claim, digest, health, menus, upkeep, watch
from bot.clock import Clock
from bot.config import Config
from bot.context import DEPS, Context, Deps
from bot.deliver import Courier
from bot.dispatch import add_handlers
from bot.errors import ConfigError
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

POLL_SECONDS = 30  # how long Telegram holds a poll open when there is nothing new
BOOT_PAUSE = (1.0, 60.0)  # seconds between two tries to reach Telegram at the start: doubled from one to the other
CALL_SECONDS = 60  # what one try may take at most
END_SECONDS = 3.0  # what the last poll, and then what is being answered, may take when the service stops
BELIEVED = 3  # times that Telegram has to say at the start that it does not know the token: it says so in passing too
SELF_CHECK_SECONDS = 30
UPDATES = [
    Update.MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
    Update.INLINE_QUERY,
    Update.CHANNEL_POST,
]

BotApplication = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[str, Deps], Any]


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
        stack.enter_context(hold(config.data))
        if is_disk_full(config.data):
            log.warning("the disk is full: %d old copies of the database were deleted", upkeep.make_room(config.data))
        db = await stack.enter_async_context(open_database(config.database))
        worker = await stack.enter_async_context(one_worker())
        http = await stack.enter_async_context(
            SchoolHttp(clock=clock, allow_private=config.allow_private, spacing=spacing)
        )
        pacer = pacer or Pacer(clock)
        incidents = Incidents(clock)
        liveness = Liveness(clock, incidents.conflict, incidents.alone)
        systemd = Systemd(environ)
        calls = AiohttpRequest(on_answer=liveness.answered)
        polls = AiohttpRequest(pool_size=1, read_timeout=10, on_answer=liveness.answered)
        for request in (calls, polls):  # closed here: PTB leaves them open when it could not be initialized
            await request.initialize()
            stack.push_async_callback(request.shutdown)
        application = _application(config, pacer, calls, polls)

        async def call(method: str, parameters: dict[str, Any]) -> Any:
            return await calls.call(f"{config.bot_url}{config.token}/{method}", parameters)

        bot_id = int(config.token.split(":")[0])
        courier = Courier(db, call, clock=clock, pacer=pacer, bot_id=bot_id, on_event=incidents.note)
        deps = Deps(
            config=config,
            clock=clock,
            db=db,
            http=http,
            worker=worker,
            courier=courier,
            sources=all_sources(),
            commands=all_commands(),
            vault=Vault(config.data, environ),
            signature=lambda: _signature(application.bot),
        )
        application.bot_data[DEPS] = deps
        add_handlers(application, deps.commands)
        await stack.enter_async_context(health.serving(deps, liveness))
        # What came due while the service was stopped, and where the counting begins. Schools are read and rows are
        # written while Telegram is away, before the first answer as later on: they go out when it is there.
        await _write_down(digest.send_due(deps))
        assert application.job_queue is not None
        timers = Timers(application.job_queue, deps)
        await stack.enter_async_context(timers.running())
        if not await _reach_telegram(application, stop, systemd):
            yield None
            return
        stack.push_async_callback(application.shutdown)
        await application.start()
        sending = asyncio.create_task(courier.run(), name="courier")
        stack.push_async_callback(_stop_talking, application, courier, sending)
        stack.push_async_callback(deps.drop_tasks)
        offering = asyncio.create_task(menus.publish(application.bot, deps), name="menus")
        stack.callback(offering.cancel)  # a stop does not wait for it: the next start sends what is missing
        assert application.updater is not None
        polling = application.updater.start_polling(
            timeout=POLL_SECONDS, bootstrap_retries=-1, allowed_updates=UPDATES, drop_pending_updates=False
        )
        if not await _unless(stop, polling):
            yield None
            return
        service = Running(application, deps, timers)
        last = await _write_down(watch.begin(deps))
        guard = watch.MemoryWatch(near=last == watch.OUT_OF_MEMORY)
        tasks = [
            asyncio.create_task(_watch(liveness, application, systemd, service), name="watch"),
            asyncio.create_task(_look_after(deps, systemd, service, guard), name="self-check"),
            asyncio.create_task(incidents.run(deps, application.bot), name="notices"),
        ]
        for task in (sending, *tasks):
            task.add_done_callback(lambda task: _ended(task, service))
        for task in tasks:
            stack.callback(task.cancel)
        log.info("running as @%s", application.bot.username)
        await _write_down(claim.offer(deps, application.bot.username))
        systemd.tell("READY=1", f"STATUS=running as @{application.bot.username}")
        yield service
        log.info("stopping")
        systemd.tell("STOPPING=1")
        await _write_down(watch.end(deps, service.reason))


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


async def _reach_telegram(application: BotApplication, stop: asyncio.Event, systemd: Systemd) -> bool:
    """Wait until Telegram answers; False when `stop` came first. Raises ConfigError when it does not know the token."""
    pause, refused = BOOT_PAUSE[0], 0
    while not stop.is_set():
        systemd.wait(pause + CALL_SECONDS, "waiting for Telegram")
        try:
            return await _unless(stop, application.initialize())
        except InvalidToken:
            refused += 1
            if refused >= BELIEVED:
                raise ConfigError("Telegram does not know this token; ask BotFather for the current one") from None
            pause = BOOT_PAUSE[0]
            log.warning("Telegram says that it does not know this token; asking again")
            await _unless(stop, asyncio.sleep(pause))
        except TelegramError as error:
            log.warning("Telegram cannot be reached (%s); trying again in %.0f s", error.message, pause)
            refused = 0
            await _unless(stop, asyncio.sleep(pause * random.uniform(0.8, 1.2)))  # noqa: S311 - spreading load
            pause = min(pause * 2, BOOT_PAUSE[1])
    return False


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, object]) -> bool:
    """Do it to its end; False when `stop` came first, and it was cut off."""
    doing, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({doing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
            return True
        return False
    finally:
        doing.cancel()
        stopped.cancel()
        await asyncio.gather(doing, stopped, return_exceptions=True)


async def _write_down(writing: Awaitable[object]) -> object:
    """Something to note at the start or the end; None where it could not be: a disk without room stops nobody."""
    try:
        return await writing
    except NOT_WRITTEN as error:
        log.error("at the start or the end nothing could be written: %s", error)
        return None


async def _watch(liveness: Liveness, application: BotApplication, systemd: Systemd, service: Running) -> None:
    """End the process when polling is wedged: nothing but a new process gets PTB's updater going again."""
    end = await liveness.watch(application.bot.get_me, systemd.feed)
    log.error("%s", end.reason)
    service.end(end.exit_code, end.reason)


async def _look_after(deps: Deps, systemd: Systemd, service: Running, guard: watch.MemoryWatch) -> None:
    """Every half minute: the memory, and the line that systemd shows. A full one is left for a clean restart."""
    while True:
        await asyncio.sleep(SELF_CHECK_SECONDS)
        try:
            full = await guard.look(deps)
        except NOT_WRITTEN as error:  # a notice could not be written
            log.warning("self-check: %s", error)
            continue
        if full:
            log.error("memory is nearly full: leaving in good order, to be started anew")
            service.end(1, watch.OUT_OF_MEMORY)
        systemd.tell(f"STATUS={await watch.status_line(deps)}")


def _ended(task: asyncio.Task[None], service: Running) -> None:
    """None of these tasks may be missing: a new process takes over what a dead one left."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("%s has died: leaving, to be started anew", task.get_name(), exc_info=error)
        service.end(1, f"{task.get_name()} died")


async def _stop_talking(application: BotApplication, courier: Courier, sending: asyncio.Task[None]) -> None:
    """Nothing is claimed from now on; what is in flight, the poll and the answers end side by side, within seconds."""
    await asyncio.gather(courier.stop(), _stop_listening(application))
    await asyncio.wait({sending}, timeout=1)  # it gives back what it was claiming just then
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)  # what it died of has been said


async def _stop_listening(application: BotApplication) -> None:
    """End the polls, then the answers. Both wait for Telegram, which may be why the service is stopped."""
    ends = [application.stop]
    if application.updater is not None and application.updater.running:
        ends.insert(0, application.updater.stop)
    for end in ends:
        try:
            async with asyncio.timeout(END_SECONDS):
                await end()
        except TimeoutError:
            log.warning("Telegram does not answer: the last poll or answer is cut off")
