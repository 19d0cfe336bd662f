"""The menus and the words of the bot's profile, per scope and language: made from the commands, sent when changed."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from telegram import (
    Bot,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.commands import Audience, Command
from bot.context import Deps
from bot.notify import admins
from bot.texts import languages, mark, texts_in

log = logging.getLogger(__name__)

SHORT = mark("Your school's timetable, and what changed.")
LONG = mark(
    "I bring the timetable and the homework of a school class and tell at once when a lesson is cancelled or moved. "
    "Press Start and pick a class: three taps to the first picture."
)
MENUS, ADMINS = "menus", "menus of admins"


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands of one scope in one language; language "" is for everybody whose own has none."""

    scope: BotCommandScope
    language: str
    commands: tuple[tuple[str, str], ...]


def menus(commands: Iterable[Command]) -> Iterator[Menu]:
    """The menus of private chats, groups and their admins, in every language. A scope is no authorisation."""
    known = [command for command in commands if command.listed]
    members = {Audience.EVERYONE}
    both = {Audience.EVERYONE, Audience.CHAT_ADMIN}
    for language in ("", *languages()):
        yield Menu(BotCommandScopeAllPrivateChats(), language, _lines(known, language, both, group=False))
        yield Menu(BotCommandScopeAllGroupChats(), language, _lines(known, language, members, group=True))
        yield Menu(BotCommandScopeAllChatAdministrators(), language, _lines(known, language, both, group=True))


def _lines(
    commands: Iterable[Command], language: str, audiences: set[Audience], *, group: bool
) -> tuple[tuple[str, str], ...]:
    texts = texts_in(language or "en")
    return tuple(
        (command.name, texts(command.summary)[:256])
        for command in commands
        if command.audience in audiences and (command.in_groups if group else command.in_private)
    )


async def publish(bot: Bot, deps: Deps) -> None:
    """Send what changed since it was last sent; a failure is tried again at the next start."""
    every = list(menus(deps.commands.values()))
    words = [(language, texts_in(language)(SHORT), texts_in(language)(LONG)) for language in languages()]
    await _once(deps, MENUS, [*every, words], lambda: _send_all(bot, every, words))
    listed = [command for command in deps.commands.values() if command.listed]
    whole = [
        Menu(BotCommandScopeChat(user), "", _lines(listed, deps.config.language, {*Audience}, group=False))
        for user in await admins(deps)
    ]
    for number, menu in enumerate(whole):
        await _once(deps, f"{ADMINS} {number}", [menu], partial(_send, bot, menu))


async def _once(deps: Deps, key: str, content: object, send: Callable[[], Awaitable[None]]) -> None:
    state = hashlib.sha256(json.dumps(content, default=repr).encode()).hexdigest()
    if await deps.db.value("SELECT value FROM meta WHERE key = ?", (key,)) == state:
        return
    try:
        await send()
    except TelegramError as error:
        log.info("%s could not be set: %s", key, error.message)
        return
    await deps.db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, state))


async def _send(bot: Bot, menu: Menu) -> None:
    await bot.set_my_commands(menu.commands, scope=menu.scope, language_code=menu.language or None)


async def _send_all(bot: Bot, every: Iterable[Menu], words: Iterable[tuple[str, str, str]]) -> None:
    for menu in every:
        await _send(bot, menu)
    for language, short, long in words:
        code = None if language == "en" else language
        await bot.set_my_short_description(short, language_code=code)
        await bot.set_my_description(long, language_code=code)
