"""/homework: what is to be done, by day, with ticks; where reminders and news of it are set."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import escape

from telegram import Update

from bot.buttons import data
from bot.commands import Command
from bot.context import Context
from bot.keyboards import Row
from bot.screens import Asker, asker_of, is_chat_admin, show, thread_of, toast
from bot.screens.access import Denied, target_for
from bot.screens.day import compact_date, each_followed
from bot.screens.homework import NEWS, WRITERS, show_homework
from bot.store import chats, homework, subscriptions, ticks
from bot.store.homework import Task, Viewer
from bot.store.schools import StoredTarget
from bot.store.subscriptions import Subscription
from bot.texts import mark

HOURS = (None, "15:00", "17:00", "19:00")


async def run(update: Update, context: Context) -> None:
    """Every followed target's list."""
    async for _asker, target, _school in each_followed(update, context):
        await show_homework(update, context, target)


async def opened(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A button to the list: target, the day that it begins with (0 = today), page."""
    target = await target_for(context.deps, await asker_of(update, context.deps), args[0])
    await show_homework(update, context, target, first=_first(args[1]), page=int(args[2]) if len(args) > 2 else 0)


def _first(text: str) -> date | None:
    return None if text == "0" else compact_date(text)


async def ticked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A press on a task: target, first day, page, task. The tick is the presser's own, in a group too."""
    asker = await asker_of(update, context.deps)
    target = await target_for(context.deps, asker, args[0])
    task = await _visible_task(context, asker, target, int(args[3]))
    async with context.deps.db.transaction() as transaction:
        done = await ticks.toggle(transaction, task.id, asker.user_id, context.deps.now())
    name = task.subject or task.text
    words = asker.texts("Done: {name}") if done else asker.texts("Not done yet: {name}")
    await toast(update, context, words.format(name=name[:100]))
    await show_homework(update, context, target, first=_first(args[1]), page=int(args[2]))


async def _visible_task(context: Context, asker: Asker, target: StoredTarget, number: int) -> Task:
    """Raises ValueError when the task is withdrawn, or none that this chat may see."""
    viewer = Viewer(asker.chat.chat_id, asker.chat.thread_id)
    for task in await homework.visible(context.deps.db, target, viewer):
        if task.id == number:
            return task
    raise ValueError("no such task")


async def photo_pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The picture of a task: it lies at Telegram, we only know its name there."""
    asker = await asker_of(update, context.deps)
    task = await homework.by_id(context.deps.db, int(args[0]))
    place = (asker.chat.chat_id, asker.chat.thread_id)
    if task is None or not task.photo or (task.chat_id, task.thread_id) != place:
        raise ValueError("no such picture")
    await context.bot.send_photo(asker.chat.chat_id, task.photo, message_thread_id=thread_of(update))


async def settings_opened(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """What is told by itself, and in a group who may write: target, then what a press changes."""
    asker = await asker_of(update, context.deps)
    target = await target_for(context.deps, asker, args[0])
    if len(args) > 1:
        if not asker.private and not await is_chat_admin(update, context, asker):
            raise Denied(mark("In a group only its admins can change this."))
        await _change(context, asker, target, args[1])
        asker = await asker_of(update, context.deps)
    texts = asker.texts
    followed = await _subscription(context, asker, target)
    hour = (followed.homework if followed else None) or texts("off")
    news = {
        "digest": texts("New homework: with the daily timetable"),
        "now": texts("New homework: at once"),
        "off": texts("New homework: not announced"),
    }[asker.chat.settings.get("news", NEWS[0])]
    rows: list[Row] = []
    if followed:
        rows.append([(texts("Reminder: {time}").format(time=hour), data("hs", target.id, "hour"))])
    rows.append([(news, data("hs", target.id, "news"))])
    if not asker.private:
        writers = {
            "everyone": texts("Everybody may add homework"),
            "helpers": texts("Admins and helpers may add homework"),
            "admins": texts("Only admins may add homework"),
        }[asker.chat.settings.get("writers", WRITERS[0])]
        rows.append([(writers, data("hs", target.id, "writers"))])
    rows.append([("◀", data("h", target.id, "0"))])
    lines = [
        texts("Homework of {name}. Tap a line to change it.").format(name=f"<b>{escape(target.name)}</b>"),
        texts(
            "The reminder says what is due on the next school day and not ticked; tests are told a week and a day "
            "ahead."
        ),
    ]
    if not asker.private:
        lines.append(texts("To choose a helper, an admin replies with /helper to one of their messages."))
    await show(update, context, "\n".join(lines), *rows)


async def _subscription(context: Context, asker: Asker, target: StoredTarget) -> Subscription | None:
    found = await subscriptions.of_chat(context.deps.db, asker.chat.chat_id, asker.chat.thread_id)
    return next((one for one in found if one.target_id == target.id), None)


async def _change(context: Context, asker: Asker, target: StoredTarget, what: str) -> None:
    deps = context.deps
    settings = dict(asker.chat.settings)
    followed = await _subscription(context, asker, target)
    if what == "hour" and followed is not None:
        place = HOURS.index(followed.homework) if followed.homework in HOURS else -1
        followed = replace(followed, homework=HOURS[(place + 1) % len(HOURS)])
    elif what == "news":
        settings["news"] = _next(NEWS, settings.get("news"))
    elif what == "writers" and not asker.private:
        settings["writers"] = _next(WRITERS, settings.get("writers"))
    else:
        raise ValueError("no such setting")
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, replace(asker.chat, settings=settings), deps.now())
        if what == "hour" and followed is not None:
            await subscriptions.put(transaction, followed, deps.now())


def _next(values: tuple[str, ...], now: str | None) -> str:
    return values[((values.index(now) if now in values else 0) + 1) % len(values)]


COMMAND = Command(
    name="homework",
    summary=mark("what is to be done, with ticks"),
    run=run,
    presses={"h": opened, "ht": ticked, "hf": photo_pressed, "hs": settings_opened},
    order=24,
)
