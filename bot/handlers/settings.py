"""/settings: one message whose buttons change what they say, edited in place."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from telegram import Update

from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context
from bot.keyboards import Row
from bot.screens import Asker, asker_of, show
from bot.screens.pick import LANGUAGE_NAMES
from bot.store import chats, schools, subscriptions
from bot.store.subscriptions import Subscription
from bot.texts import languages, mark, texts_in

T = TypeVar("T")
DAILY = (None, "06:30", "07:00", "18:00", "20:00")
FORMATS = ("image", "text", "both", "file")
THEMES = ("light", "dark")


async def run(update: Update, context: Context) -> None:
    """The settings as they are."""
    asker = await asker_of(update, context.deps)
    followed = await subscriptions.of_chat(context.deps.db, asker.chat.chat_id, asker.chat.thread_id)
    rows: list[Row] = []
    for subscription in followed:
        target = await schools.target_by_id(context.deps.db, subscription.target_id)
        name = subscription.label or (target.name if target else "?")
        rows.append(_subscription_row(asker, subscription, name))
    texts = asker.texts
    rows += [
        [
            (
                texts("Language: {name}").format(name=LANGUAGE_NAMES.get(texts.language, texts.language)),
                data("set", "lang"),
            ),
            (texts("Dark") if asker.chat.theme == "dark" else texts("Light"), data("set", "theme")),
        ],
        [(_format_word(asker), data("set", "format"))],
    ]
    await show(update, context, texts("Settings. A press changes a line."), *rows)


def _subscription_row(asker: Asker, subscription: Subscription, name: str) -> Row:
    texts = asker.texts
    daily = subscription.daily or texts("off")
    return [
        (texts("{name}: daily {time}").format(name=name, time=daily), data("set", "daily", subscription.id)),
        (("✅ " if subscription.changes else "▫️ ") + texts("changes"), data("set", "changes", subscription.id)),
    ]


def _format_word(asker: Asker) -> str:
    texts = asker.texts
    words = {
        "image": texts("As a picture"),
        "text": texts("As text"),
        "both": texts("As picture and text"),
        "file": texts("As a picture file"),
    }
    return words[asker.chat.format]


async def changed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A press: change one thing, and show what is now."""
    asker = await asker_of(update, context.deps)
    deps = context.deps
    chat = asker.chat
    if args[0] == "lang":
        chat = replace(chat, language=_next(languages(), texts_in(chat.language).language))
    elif args[0] == "theme":
        chat = replace(chat, theme=_next(THEMES, chat.theme))
    elif args[0] == "format":
        chat = replace(chat, format=_next(FORMATS, chat.format))
    elif args[0] in {"daily", "changes"}:
        subscription = await subscriptions.by_id(deps.db, int(args[1]))
        if subscription is None or (subscription.chat_id, subscription.thread_id) != (chat.chat_id, chat.thread_id):
            raise ValueError("not a subscription of this chat")
        if args[0] == "daily":
            subscription = replace(subscription, daily=_next(DAILY, subscription.daily))
        else:
            subscription = replace(subscription, changes=not subscription.changes)
        async with deps.db.transaction() as transaction:
            await subscriptions.put(transaction, subscription, deps.now())
    else:
        raise ValueError("no such setting")
    if chat != asker.chat:
        async with deps.db.transaction() as transaction:
            await chats.put(transaction, chat, deps.now())
    await run(update, context)


def _next(values: tuple[T, ...], now: T) -> T:
    return values[(values.index(now) + 1) % len(values)] if now in values else values[0]


COMMAND = Command(
    name="settings",
    summary=mark("times, language, look"),
    run=run,
    presses={"set": changed},
    audience=Audience.CHAT_ADMIN,
    order=40,
)
