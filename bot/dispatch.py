"""From updates to handlers: authorisation on every message and press, a bucket per person, errors in plain words."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from html import escape

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot import buttons, inline
from bot.commands import Audience, Command, Press
from bot.context import Context, Deps
from bot.errors import SchoolbellError
from bot.screens import Asker, asker_of, may, put_off, say, toast
from bot.screens.day import redraw_today
from bot.screens.membership import group_moved, membership_changed
from bot.screens.questions import close, open_question
from bot.store import chats, people
from bot.store.outbox import Content
from bot.texts import errors, mark

log = logging.getLogger(__name__)

BURST = 12  # commands and presses that a person may make at once …
REFILL = 0.5  # … and how many come back a second
PEOPLE_KEPT = 2000
STALE = mark("This button is from an older version. Send the command again.")


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


class Dispatcher:
    """The commands, presses and answers by name, and who may use them now."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        self._buckets = Buckets()
        every = commands.values()
        self.names = {name: command for command in every for name in (command.name, *command.aliases)}
        self._presses = {verb: (command, press) for command in every for verb, press in command.presses.items()}
        self._answers = {verb: (command, take) for command in every for verb, take in command.answers.items()}

    async def command_came(self, update: Update, context: Context) -> None:
        """A command; whatever was asked before is not waited for any more."""
        message = update.effective_message
        text = (message.text or message.caption) if message is not None else None
        if not text:
            return
        command = self.names.get(text.split(None, 1)[0][1:].split("@")[0].lower())
        if command is None:
            return

        async def run() -> None:
            await close(context.deps, await asker_of(update, context.deps))
            await command.run(update, context)

        await self._guarded(update, context, command, run)

    async def unknown_came(self, update: Update, context: Context) -> None:
        """A command that is none of ours: one line in private, silence in groups."""
        start = self.names["start"]
        asker = await asker_of(update, context.deps)
        words = asker.texts("I do not know this command. /help says what I can do.")
        await self._guarded(update, context, start, lambda: say(update, context, words))

    async def press_came(self, update: Update, context: Context) -> None:
        """A press of a button, ours or forged."""
        query = update.callback_query
        assert query is not None
        if update.effective_chat is None:  # a button under a message of inline mode
            await toast(update, context, "")
            return
        read = buttons.read(query.data)
        command, press = self._presses.get(read[0] if read else "", (None, None))
        if read is None or command is None or press is None:
            await self._guarded(update, context, self.names["start"], lambda: _out_of_date(update, context, None))
            return
        await self._guarded(update, context, command, lambda: press(update, context, read[1]))

    async def query_came(self, update: Update, context: Context) -> None:
        """Inline mode: no chat is known, only who asks; the same bucket holds their queries."""
        user = update.effective_user
        assert user is not None
        banned = await _is_banned(context.deps, user.id)
        if self._buckets.take(user.id, context.deps.clock.monotonic()) >= 0 and not banned:
            await inline.asked(update, context)

    async def text_came(self, update: Update, context: Context) -> None:
        """Something typed or sent that is no command: the answer to a question; else, in private, free text."""
        asker = await asker_of(update, context.deps)
        message = update.effective_message
        asked = open_question(asker, context.deps.now())
        if not asker.private and not (message and _answers_us(message, context.bot.id)):
            return  # where the bot reads everything, as an admin does, most of it is said to others
        if asked is None and not (asker.private and message and message.text):
            return
        verb, args = asked or ("", ())
        command, take = self._answers.get(verb, (None, None))
        if command is None or take is None:
            return
        taken: Press = take
        await close(context.deps, asker)
        await self._guarded(update, context, command, lambda: taken(update, context, args))

    async def _guarded(
        self, update: Update, context: Context, command: Command, run: Callable[[], Awaitable[object]]
    ) -> None:
        """Run when the person may and is not too fast; whatever they sent wrongly is answered in plain words."""
        user = update.effective_user
        if user is None or update.effective_chat is None:
            return
        left = self._buckets.take(user.id, context.deps.clock.monotonic())
        if left < -1:  # told already: nothing that costs anything is done for a flood
            return
        asker = await asker_of(update, context.deps)
        try:
            if left < 0:
                await _tell(update, context, asker.texts("That was very fast. Wait a few seconds, then go on."))
                return
            if not await may(update, context, asker, command.audience):
                own = command.own_data and asker.private and asker.user_id == asker.chat.chat_id
                if not (own and await _is_banned(context.deps, user.id)):
                    await _refuse(update, context, asker, command)
                    return
            elif not asker.chat.active:  # who is banned is answered, and not written to again
                await chats.reactivate(context.deps.db, asker.chat.chat_id)
            await run()
        except SchoolbellError as error:
            await _tell(update, context, errors.told(asker.texts, error))
        except (ValueError, IndexError, KeyError, OverflowError) as error:
            if update.callback_query is None:
                raise
            log.info("press refused: %s", type(error).__name__)  # arguments of a forged or stale button
            await _out_of_date(update, context, command)
        finally:
            await toast(update, context, "")


def _answers_us(message: Message, bot_id: int) -> bool:
    answered = message.reply_to_message
    return answered is not None and answered.from_user is not None and answered.from_user.id == bot_id


def add_handlers(application: Application, commands: Mapping[str, Command]) -> None:  # type: ignore[type-arg]  # six parameters that say nothing here
    """Wire every command and every button into PTB's dispatcher. Channels have no commands, edits are not read."""
    dispatcher = Dispatcher(commands)
    fresh = filters.UpdateType.MESSAGE
    application.add_handler(ChatMemberHandler(membership_changed, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, group_moved))
    application.add_handler(CommandHandler(sorted(dispatcher.names), dispatcher.command_came, filters=fresh))
    # A photo of the blackboard with its words below it: the one command that a caption may hold.
    below = filters.PHOTO & filters.CaptionRegex(r"^/hw(@\w+)?(\s|$)") & fresh
    application.add_handler(MessageHandler(below, dispatcher.command_came))
    application.add_handler(CallbackQueryHandler(dispatcher.press_came))
    application.add_handler(InlineQueryHandler(dispatcher.query_came))
    application.add_handler(MessageHandler(filters.COMMAND & filters.ChatType.PRIVATE & fresh, dispatcher.unknown_came))
    sent = (filters.TEXT | filters.PHOTO | filters.Document.ALL) & ~filters.COMMAND & fresh
    application.add_handler(MessageHandler(sent, dispatcher.text_came))
    application.add_error_handler(_failed)


async def _out_of_date(update: Update, context: Context, command: Command | None) -> None:
    """Say so, and put the screen in order."""
    asker = await asker_of(update, context.deps)
    await toast(update, context, asker.texts(STALE))
    if command is not None and command.redraw is not None:
        await command.redraw(update, context)
    else:
        await redraw_today(update, context)


async def _is_banned(deps: Deps, user_id: int) -> bool:
    return await people.role_of(deps.db, user_id) == people.BANNED


async def _refuse(update: Update, context: Context, asker: Asker, command: Command) -> None:
    if await _is_banned(context.deps, asker.user_id):
        if asker.private:
            await _tell(update, context, asker.texts("The bot's admins have blocked you."))
        return
    if command.audience in {Audience.ADMIN, Audience.OWNER}:
        text = asker.texts("Only the bot's admins can do this.")
    elif asker.chat.type == ChatType.CHANNEL:
        text = asker.texts("Only the channel's admins can do this.")
    else:
        text = asker.texts("In a group only its admins can change this.")
    await _tell(update, context, text)


async def _tell(update: Update, context: Context, text: str) -> None:
    if update.callback_query is not None:
        await toast(update, context, text)
    else:
        await say(update, context, escape(text, quote=False))


async def _failed(update: object, context: Context) -> None:
    error = context.error
    if isinstance(error, Forbidden):
        log.info("a chat does not take answers any more: %s", error.message)
        return
    if not isinstance(update, Update):  # polling: PTB tries again by itself; bot/liveness.py judges it
        log.debug("polling: %s", type(error).__name__)
        return
    away = isinstance(error, TelegramError) and not isinstance(error, BadRequest)
    log.log(logging.INFO if away else logging.ERROR, "an update could not be answered", exc_info=error)
    if update.effective_chat is None or error is None:
        return
    asker = await asker_of(update, context.deps)
    try:
        if isinstance(error, TelegramError) and away:
            words = asker.texts("Telegram did not take my answer a moment ago. Please ask me once more.")
            await put_off(update, context, error, Content(escape(words, quote=False)))
        else:
            words = asker.texts("Something went wrong here, and I have noted it. Please try again later.")
            await _tell(update, context, words)
    except TelegramError as second:
        log.info("and the person could not be told: %s", type(second).__name__)
