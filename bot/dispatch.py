"""From updates to handlers: authorisation on every message and press, a bucket per person, errors in plain words."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot import buttons
from bot.commands import Command
from bot.context import Context
from bot.errors import SchoolbellError
from bot.screens import Asker, asker_of, may, say, toast

log = logging.getLogger(__name__)

BURST = 12  # commands and presses that a person may make at once …
REFILL = 0.5  # … and how many come back a second
PEOPLE_KEPT = 2000


class Buckets:
    """A token bucket a person; those who were not seen for longest are forgotten."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, user_id: int, now: float) -> float:
        """Take a token; returns how many are left then: below zero there was none, below -1 the person was told."""
        left, at = self._buckets.pop(user_id, (float(BURST), now))
        left = min(float(BURST), left + (now - at) * REFILL) - 1
        self._buckets[user_id] = (max(left, -2.0), now)
        while len(self._buckets) > PEOPLE_KEPT:
            self._buckets.popitem(last=False)
        return left


def add_handlers(application: Application, commands: Mapping[str, Command]) -> None:  # type: ignore[type-arg]  # six parameters that say nothing here
    """Wire every command and every button into PTB's dispatcher."""
    buckets = Buckets()
    presses = {verb: (command, press) for command in commands.values() for verb, press in command.presses.items()}

    async def command_came(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None or not message.text:
            return
        name = message.text.split(None, 1)[0][1:].split("@")[0].lower()
        command = names.get(name)
        if command is not None:
            await guarded(update, context, command, lambda: command.run(update, context))

    async def press_came(update: Update, context: Context) -> None:
        query = update.callback_query
        assert query is not None
        read = buttons.read(query.data)
        found = presses.get(read[0]) if read else None
        if read is None or found is None:
            asker = await asker_of(update, context.deps)
            await toast(update, asker.texts("This button is from an older version. Send the command again."))
            return
        command, press = found
        await guarded(update, context, command, lambda: press(update, context, read[1]))

    async def guarded(update: Update, context: Context, command: Command, run: Callable[[], Awaitable[None]]) -> None:
        user = update.effective_user
        if user is None or update.effective_chat is None:
            return
        left = buckets.take(user.id, context.deps.clock.monotonic())
        if left < -1:  # told already: nothing that costs anything is done for a flood
            return
        asker = await asker_of(update, context.deps)
        if left < 0:
            await _tell(update, context, asker.texts("That was very fast. Wait a few seconds, then go on."))
            return
        if not await may(update, context, asker, command.audience):
            await _refuse(update, context, asker, command)
            return
        try:
            await run()
        except SchoolbellError as error:
            await _tell(update, context, str(error))
        except (ValueError, IndexError) as error:  # arguments of a forged or stale button
            log.info("press refused: %s", type(error).__name__)
            await _tell(update, context, asker.texts("This button is from an older version. Send the command again."))
        finally:
            if update.callback_query is not None:
                await toast(update, "")

    names = {name: command for command in commands.values() for name in (command.name, *command.aliases)}
    application.add_handler(CommandHandler(sorted(names), command_came))
    application.add_handler(CallbackQueryHandler(press_came))
    free_text = commands.get("start")
    if free_text is not None and "text" in free_text.presses:
        application.add_handler(
            MessageHandler(
                filters.TEXT & ~filters.COMMAND & filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE,
                lambda update, context: guarded(
                    update, context, free_text, lambda: free_text.presses["text"](update, context, ())
                ),
            )
        )
    application.add_error_handler(_failed)


async def _refuse(update: Update, context: Context, asker: Asker, command: Command) -> None:
    if command.audience in {"admin", "owner"}:
        text = asker.texts("Only the bot's admins can do this.")
    else:
        text = asker.texts("In a group only its admins can change this.")
    await _tell(update, context, text)


async def _tell(update: Update, context: Context, text: str) -> None:
    if update.callback_query is not None:
        await toast(update, text)
    else:
        await say(update, context, text)


async def _failed(update: object, context: Context) -> None:
    error = context.error
    if isinstance(error, Forbidden):
        log.info("a chat does not take answers any more: %s", error.message)
        return
    if not isinstance(update, Update):  # polling: PTB tries again by itself; bot/liveness.py judges it
        log.debug("polling: %s", type(error).__name__)
        return
    level = logging.INFO if isinstance(error, NetworkError) and not isinstance(error, BadRequest) else logging.ERROR
    log.log(level, "an update could not be answered", exc_info=error)
    if isinstance(error, TelegramError) and not isinstance(error, BadRequest):
        return
    asker = await asker_of(update, context.deps)
    try:
        await _tell(update, context, asker.texts("Something went wrong here, and it is noted. Please try again later."))
    except TelegramError as second:
        log.info("and the person could not be told: %s", type(second).__name__)
