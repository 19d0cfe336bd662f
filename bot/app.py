"""The composition root: everything is built here, in one `AsyncExitStack`, and taken down in reverse."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes, Defaults, ExtBot

from bot import claim, digest, health, menus, watch
from bot.clock import Clock
from bot.config import Config
from bot.context import DEPS, Context, Deps
from bot.deliver import Courier
from bot.dispatch import add_handlers
from bot.errors import ConfigError
from bot.handlers import all_commands
from bot.incidents import Incidents
from bot.jobs import add_jobs
from bot.ledger import NOT_WRITTEN
from bot.liveness import Liveness
from bot.pace import PacedAnswers, Pacer
from bot.scraper.http import SPACING, SchoolHttp
from bot.scraper.registry import all_sources
from bot.service import Systemd
from bot.store.database import open_database
from bot.store.lock import hold
from bot.transport import AiohttpRequest
from bot.vault import Vault
from bot.worker import one_worker

log = logging.getLogger(__name__)

POLL_SECONDS = 30  # how long Telegram holds a poll open when there is nothing new
BOOT_PAUSE = (
    1.0,
    60.0,
)  # seconds between two tries to reach Telegram at the start: doubled from the first to the second
CALL_SECONDS = 60  # what one try may take at most
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

    def __init__(self, application: BotApplication, deps: Deps) -> None:
        self.application = application
        self.deps = deps
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.reason = watch.STOPPED

    async def run_job(self, name: str) -> None:
        """Run one of the timed jobs now: the demo and the time tests turn the clock, which no timer sees."""
        assert self.application.job_queue is not None
        for job in self.application.job_queue.get_jobs_by_name(name):
            await job.run(self.application)

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
        db = await stack.enter_async_context(open_database(config.database))
        worker = await stack.enter_async_context(one_worker())
        http = await stack.enter_async_context(
            SchoolHttp(clock=clock, allow_private=config.allow_private, spacing=spacing)
        )
        pacer = pacer or Pacer(clock)
        incidents = Incidents(clock)
        liveness = Liveness(clock, incidents.conflict)
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
            signature=lambda: f"@{application.bot.username}",
        )
        application.bot_data[DEPS] = deps
        add_handlers(application, deps.commands)
        add_jobs(application)
        await stack.enter_async_context(health.serving(deps, liveness))
        if not await _reach_telegram(application, stop, systemd):
            yield None
            return
        stack.push_async_callback(application.shutdown)
        await digest.send_due(deps)  # what came due while the service was stopped, and where the counting begins
        await application.start()
        stack.push_async_callback(application.stop)
        offering = asyncio.create_task(menus.publish(application.bot, deps), name="menus")
        stack.callback(offering.cancel)  # a stop does not wait for it: the next start sends what is missing
        sending = asyncio.create_task(courier.run(), name="courier")
        stack.push_async_callback(_stop_sending, courier, sending)
        assert application.updater is not None
        await application.updater.start_polling(
            timeout=POLL_SECONDS, bootstrap_retries=-1, allowed_updates=UPDATES, drop_pending_updates=False
        )
        stack.push_async_callback(application.updater.stop)
        service = Running(application, deps)
        tasks = [
            asyncio.create_task(_watch(liveness, application, systemd, service), name="watch"),
            asyncio.create_task(_look_after(deps, systemd, service), name="self-check"),
            asyncio.create_task(incidents.run(deps, application.bot), name="notices"),
        ]
        for task in (sending, *tasks):
            task.add_done_callback(lambda task: _ended(task, service))
        for task in tasks:
            stack.callback(task.cancel)
        log.info("running as @%s", application.bot.username)
        await claim.offer(deps, application.bot.username)
        await watch.begin(deps)
        systemd.tell("READY=1", f"STATUS=running as @{application.bot.username}")
        yield service
        log.info("stopping")
        await watch.end(deps, service.reason)
        systemd.tell("STOPPING=1")


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


async def _reach_telegram(application: BotApplication, stop: asyncio.Event, systemd: Systemd) -> bool:
    """Wait until Telegram answers; False when `stop` came first. Raises ConfigError when it does not know the token."""
    pause = BOOT_PAUSE[0]
    while not stop.is_set():
        systemd.wait(pause + CALL_SECONDS, "waiting for Telegram")
        try:
            await application.initialize()
        except InvalidToken:
            raise ConfigError("Telegram does not know this token; ask BotFather for the current one") from None
        except TelegramError as error:
            log.warning("Telegram cannot be reached (%s); trying again in %.0f s", error.message, pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreading load
            pause = min(pause * 2, BOOT_PAUSE[1])
        else:
            return True
    return False


async def _watch(liveness: Liveness, application: BotApplication, systemd: Systemd, service: Running) -> None:
    """End the process when polling is wedged: nothing but a new process gets PTB's updater going again."""
    end = await liveness.watch(application.bot.get_me, systemd.feed)
    log.error("%s", end.reason)
    service.end(end.exit_code, end.reason)


async def _look_after(deps: Deps, systemd: Systemd, service: Running) -> None:
    """Every half minute: the memory, and the line that systemd shows. A full one is left for a clean restart."""
    while True:
        await asyncio.sleep(SELF_CHECK_SECONDS)
        try:
            full = await watch.look(deps) == watch.OUT_OF_MEMORY
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


async def _stop_sending(courier: Courier, sending: asyncio.Task[None]) -> None:
    await courier.stop()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)  # what it died of has been said
