"""The connection to Telegram: reached at the start, polled, and ended within seconds."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from typing import Any

from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ExtBot

from bot.context import Context, Deps
from bot.deliver import Courier
from bot.errors import ConfigError
from bot.service import Systemd

log = logging.getLogger(__name__)

POLL_SECONDS = 30  # how long Telegram holds a poll open when there is nothing new
BOOT_PAUSE = (1.0, 60.0)  # seconds between two tries to reach Telegram at the start: doubled from one to the other
CALL_SECONDS = 60  # what one try may take at most
BELIEVED = 3  # times that Telegram has to say at the start that it does not know the token: it says so in passing too
END_SECONDS = 3.0  # what the last poll, and then what is being answered, may take when the service stops
UPDATES = [
    Update.MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
    Update.INLINE_QUERY,
    Update.CHANNEL_POST,
]

BotApplication = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[str, Deps], Any]


async def reach(application: BotApplication, stop: asyncio.Event, systemd: Systemd) -> bool:
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


async def poll(application: BotApplication, stop: asyncio.Event) -> bool:
    """Hear what people say from now on; False when `stop` came before the first poll."""
    assert application.updater is not None
    polling = application.updater.start_polling(
        timeout=POLL_SECONDS, bootstrap_retries=-1, allowed_updates=UPDATES, drop_pending_updates=False
    )
    return await _unless(stop, polling)


async def end(application: BotApplication, courier: Courier, sending: asyncio.Task[None]) -> None:
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
