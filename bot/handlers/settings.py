"""/settings: one message whose buttons change what they say, edited in place; a menu for each class and the chat."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

from telegram import Update

from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context
from bot.keyboards import Row, in_rows
from bot.screens import Asker, asker_of, show
from bot.screens.pick import LANGUAGE_NAMES
from bot.screens.questions import ask
from bot.screens.subscription import at_time, change, mine, named, put, row_of, show_subscription, target_of
from bot.store import chats, subscriptions
from bot.store.chats import Chat
from bot.texts import Texts, languages, mark

FORMATS = {
    "image": mark("As a picture"),
    "text": mark("As text"),
    "both": mark("As picture and text"),
    "file": mark("As a picture file"),
}
THEMES = {"light": mark("Light"), "dark": mark("Dark")}
HORIZONS = {
    "today": mark("Changes of today"),
    "tomorrow": mark("Changes until tomorrow"),
    "week": mark("Changes of this week"),
    "all": mark("All changes"),
}
QUIET = (("21:00", "06:30"), ("22:00", "06:30"), ("22:00", "07:00"), ("23:00", "08:00"))
LABEL = 24
TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


async def run(update: Update, context: Context) -> None:
    """The settings as they are."""
    asker = await asker_of(update, context.deps)
    texts, chat = asker.texts, asker.chat
    rows: list[Row] = []
    found = await subscriptions.of_chat(context.deps.db, chat.chat_id, chat.thread_id)
    for subscription, name in zip(found, await named(context, found), strict=True):
        rows.append(row_of(texts, subscription, name))
    quiet = f"{chat.quiet_from}–{chat.quiet_to}" if chat.quiet_from and chat.quiet_to else texts("off")
    language = LANGUAGE_NAMES.get(texts.language, texts.language)
    rows += [
        [(texts("Quiet hours: {hours}").format(hours=quiet), data("set", "quiet"))],
        [(f"🌐 {language}", data("set", "language")), (texts(THEMES[chat.theme]), data("set", "theme"))],
        [(texts(FORMATS[chat.format]), data("set", "format")), (texts(HORIZONS[chat.horizon]), data("set", "horizon"))],
    ]
    text = texts("Settings. Tap a line to change it.")
    if not asker.private:
        text += "\n" + texts("Only admins of this chat can change them.")
    await show(update, context, text, *rows)


async def pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A press: open a menu or change one thing, and show what is now."""
    asker = await asker_of(update, context.deps)
    if not args:
        await run(update, context)
    elif args[0] == "s":
        await show_subscription(update, context, asker, await mine(context, asker, args[1]))
    elif args[0] == "rm":
        await _remove(update, context, asker, args[1:])
    elif args[0] in {"quiet", "language", "theme", "format", "horizon"}:
        await _change_chat(update, context, asker, args)
    else:
        await change(update, context, asker, args)


async def _change_chat(update: Update, context: Context, asker: Asker, args: tuple[str, ...]) -> None:
    """A setting of the chat. Raises ValueError for a value that is not offered."""
    what, value = args[0], args[1] if len(args) > 1 else None
    chat, texts = asker.chat, asker.texts
    if what == "theme":
        await _put(context, replace(chat, theme="light" if chat.theme == "dark" else "dark"))
    elif what == "quiet":
        if value is None or value == "ask":
            await _ask_quiet(update, context, asker, typed=value == "ask")
            return
        pair = (None, None) if value == "off" else _pair(value)
        await _put(context, replace(chat, quiet_from=pair[0], quiet_to=pair[1]))
    else:
        choices, now = _choices(texts, chat, what)
        if value is None:
            cells = [(("✅ " if key == now else "") + word, data("set", what, key)) for key, word in choices.items()]
            await show(update, context, _question(texts, what), *in_rows(cells, 2), [("◀", data("set"))])
            return
        if value not in choices:
            raise ValueError("no such value")
        fields = {"language": chat.language, "format": chat.format, "horizon": chat.horizon, what: value}
        await _put(
            context,
            replace(chat, language=fields["language"], format=fields["format"], horizon=fields["horizon"]),
        )
    await run(update, context)


def _choices(texts: Texts, chat: Chat, what: str) -> tuple[dict[str, str], str]:
    """What can be chosen for a setting, and what is chosen."""
    if what == "language":
        return {code: LANGUAGE_NAMES.get(code, code) for code in languages()}, texts.language
    words, now = (FORMATS, chat.format) if what == "format" else (HORIZONS, chat.horizon)
    return {key: texts(word) for key, word in words.items()}, now


def _question(texts: Texts, what: str) -> str:
    if what == "language":
        return texts("Which language?")
    if what == "format":
        return texts("How should timetables look?")
    return texts("How far ahead should changes be told?")


async def _ask_quiet(update: Update, context: Context, asker: Asker, *, typed: bool) -> None:
    texts = asker.texts
    if typed:
        await ask(update, context, asker, texts("Write from when to when, for example 21:30 06:30."), "quiet")
        return
    now = (asker.chat.quiet_from, asker.chat.quiet_to)
    cells = [(("✅ " if pair == now else "") + "–".join(pair), data("set", "quiet", "-".join(pair))) for pair in QUIET]
    await show(
        update,
        context,
        texts("When should nothing come? What is due then comes afterwards."),
        *in_rows(cells, 2),
        [(texts("Off"), data("set", "quiet", "off")), (texts("Other hours"), data("set", "quiet", "ask"))],
        [("◀", data("set"))],
    )


async def _remove(update: Update, context: Context, asker: Asker, args: tuple[str, ...]) -> None:
    """Stop following one class, after a second press."""
    subscription = await mine(context, asker, args[0])
    target = await target_of(context, subscription)
    if args[1:] != ("yes",):
        await show(
            update,
            context,
            asker.texts("Stop following {name}?").format(name=f"<b>{escape(target.name)}</b>"),
            [
                (asker.texts("Yes, stop"), data("set", "rm", subscription.id, "yes")),
                (asker.texts("No"), data("set", "s", subscription.id)),
            ],
        )
        return
    async with context.deps.db.transaction() as transaction:
        await subscriptions.remove(transaction, subscription.id)
    await run(update, context)


async def _put(context: Context, chat: Chat) -> None:
    async with context.deps.db.transaction() as transaction:
        await chats.put(transaction, chat, context.deps.now())


def _pair(text: str) -> tuple[str, str]:
    """ "21:30 06:30" as from and to. Raises ValueError for anything else."""
    times = [f"{int(hours):02}:{minutes}" for hours, minutes in TIME.findall(text)]
    if len(times) != 2 or times[0] == times[1]:
        raise ValueError("not two times of day")
    return times[0], times[1]


def _typed(update: Update) -> str:
    message = update.effective_message
    return (message.text or "").strip()[:200] if message else ""


async def time_typed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A time of day for a subscription's daily plan or homework."""
    asker = await asker_of(update, context.deps)
    subscription = await mine(context, asker, args[1])
    found = TIME.fullmatch(_typed(update))
    if found is None:
        words = asker.texts("That is not a time of day. Write it like 18:30.")
        await ask(update, context, asker, words, "time", *args)
        return
    time = f"{int(found[1]):02}:{found[2]}"
    subscription = at_time(subscription, args[0], time)
    await put(context, subscription)
    await show_subscription(update, context, asker, subscription)


async def quiet_typed(update: Update, context: Context, _args: tuple[str, ...]) -> None:
    """Quiet hours."""
    asker = await asker_of(update, context.deps)
    try:
        begin, end = _pair(_typed(update))
    except ValueError:
        await ask(update, context, asker, asker.texts("Write two times of day, for example 21:30 06:30."), "quiet")
        return
    await _put(context, replace(asker.chat, quiet_from=begin, quiet_to=end))
    await run(update, context)


async def label_typed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A name for a subscription: "Ona"; a dash takes it away."""
    asker = await asker_of(update, context.deps)
    subscription = await mine(context, asker, args[0])
    text = " ".join(_typed(update).split())[:LABEL].strip()
    subscription = replace(subscription, label="" if text in {"-", "–", "—"} else text)
    await put(context, subscription)
    await show_subscription(update, context, asker, subscription)


COMMAND = Command(
    name="settings",
    summary=mark("times, language, look"),
    run=run,
    presses={"set": pressed},
    answers={"time": time_typed, "quiet": quiet_typed, "label": label_typed},
    redraw=run,
    audience=Audience.CHAT_ADMIN,
    order=40,
)
