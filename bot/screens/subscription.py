"""The settings of one subscription: what is shown of it, and the change that each press makes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html import escape

from telegram import Update

from bot import plans
from bot.buttons import data
from bot.context import Context
from bot.keyboards import Row, in_rows
from bot.screens import Asker, show
from bot.screens.pick import shortened
from bot.screens.questions import ask
from bot.store import schools, subscriptions
from bot.store.schools import StoredTarget
from bot.store.subscriptions import Subscription
from bot.texts import Texts

DAILY = ("06:30", "07:00", "07:30", "17:00", "18:00", "20:00")
HOMEWORK = ("15:00", "16:00", "17:00", "18:00", "19:00", "20:00")
MINUTES = (5, 10, 15, 30)
GROUP_WEEKS = 2  # in which groups are looked for
GROUPS = 60  # that fit on a keyboard


async def mine(context: Context, asker: Asker, number: str) -> Subscription:
    """The chat's own subscription that a button names. Raises ValueError when it is none of the chat's."""
    found = await subscriptions.by_id(context.deps.db, int(number))
    if found is None or (found.chat_id, found.thread_id) != (asker.chat.chat_id, asker.chat.thread_id):
        raise ValueError("not a subscription of this chat")
    return found


async def put(context: Context, subscription: Subscription) -> None:
    """Write the change down."""
    async with context.deps.db.transaction() as transaction:
        await subscriptions.put(transaction, subscription, context.deps.now())


async def target_of(context: Context, subscription: Subscription) -> StoredTarget:
    """What it follows."""
    target = await schools.target_by_id(context.deps.db, subscription.target_id)
    assert target is not None  # subscriptions hang on targets in the database
    return target


async def named(context: Context, found: Sequence[Subscription]) -> list[str]:
    """What each of a chat's subscriptions is called in a list of them; where two would read alike, with the school."""
    targets = [await target_of(context, one) for one in found]
    names = [
        f"{one.label} · {target.name}" if one.label else target.name for one, target in zip(found, targets, strict=True)
    ]
    told_apart = []
    for name, target in zip(names, targets, strict=True):
        school = await schools.school_by_id(context.deps.db, target.school_id) if names.count(name) > 1 else None
        told_apart.append(f"{name} · {school.name}" if school is not None else name)
    return told_apart


async def show_subscription(update: Update, context: Context, asker: Asker, subscription: Subscription) -> None:
    """All settings of a subscription, one line each."""
    texts, number = asker.texts, subscription.id
    target = await target_of(context, subscription)
    off = texts("off")
    sound = texts("silent") if subscription.silent else texts("with sound")
    minutes = subscription.remind_minutes
    soon = off if minutes is None else texts.plural("{count} minute before", "{count} minutes before", minutes)
    groups = ", ".join(subscription.groups) or texts("all")
    title = f"<b>{escape(subscription.label or target.name)}</b>"
    if subscription.label:
        title += f" · {escape(target.name)}"
    await show(
        update,
        context,
        f"{title}\n{texts('Tap a line to change it.')}",
        [(texts("Daily plan: {time}").format(time=subscription.daily or off), data("set", "daily", number))],
        [
            (_ticked(texts("Changes at once"), on=subscription.changes), data("set", "changes", number)),
            (
                _ticked(texts("New plans"), on=bool(subscription.settings.get("published"))),
                data("set", "plans", number),
            ),
        ],
        [(texts("Homework: {time}").format(time=subscription.homework or off), data("set", "hw", number))],
        [(texts("Lesson reminder: {when}").format(when=soon), data("set", "remind", number))],
        [(shortened(texts("Groups: {names}").format(names=groups)), data("set", "groups", number))],
        [
            (texts("Sound: {how}").format(how=sound), data("set", "silent", number)),
            (texts("Name it"), data("set", "label", number)),
        ],
        [(texts("Stop following"), data("set", "rm", number)), ("◀", data("set"))],
    )


async def change(update: Update, context: Context, asker: Asker, args: tuple[str, ...]) -> None:
    """A press below a subscription: what, its number, the new value. Raises ValueError for what is not offered."""
    what, *rest = args
    subscription = await mine(context, asker, rest[0])
    value = rest[1] if len(rest) > 1 else None
    texts = asker.texts
    if what in {"daily", "hw"}:
        if value is None:
            await _ask_time(update, context, asker, subscription, what)
            return
        if value == "ask":
            words = texts("Write the time, for example 18:30.")
            await ask(update, context, asker, words, "time", what, subscription.id)
            return
        presets = DAILY if what == "daily" else HOMEWORK
        if value != "off" and value not in presets:
            raise ValueError("no such time")
        subscription = at_time(subscription, what, None if value == "off" else value)
    elif what == "changes":
        subscription = replace(subscription, changes=not subscription.changes)
    elif what == "plans":
        wanted = not subscription.settings.get("published")
        subscription = replace(subscription, settings={**subscription.settings, "published": wanted})
    elif what == "silent":
        subscription = replace(subscription, silent=not subscription.silent)
    elif what == "remind":
        if value is None:
            await _ask_minutes(update, context, texts, subscription)
            return
        if value != "off" and int(value) not in MINUTES:
            raise ValueError("not so many minutes")
        subscription = replace(subscription, remind_minutes=None if value == "off" else int(value))
    elif what == "groups":
        if value is not None:
            subscription = await _toggled(context, subscription, value)
            await put(context, subscription)
        await _ask_groups(update, context, asker, subscription)
        return
    elif what == "label":
        words = texts("Write a name for it, for example: Ona. A dash takes the name away.")
        await ask(update, context, asker, words, "label", subscription.id)
        return
    else:
        raise ValueError("no such setting")
    await put(context, subscription)
    await show_subscription(update, context, asker, subscription)


def at_time(subscription: Subscription, what: str, time: str | None) -> Subscription:
    """The subscription with another time of its daily plan ("daily") or of its homework ("hw")."""
    return replace(subscription, daily=time) if what == "daily" else replace(subscription, homework=time)


async def _ask_time(update: Update, context: Context, asker: Asker, subscription: Subscription, what: str) -> None:
    texts = asker.texts
    presets, now = (DAILY, subscription.daily) if what == "daily" else (HOMEWORK, subscription.homework)
    text = texts("When should the daily plan come? Before noon it is about the same day, later about the next.")
    if what == "hw":
        text = texts("When should I remind you of the homework for the next school day?")
    cells = [(_ticked(time, on=time == now), data("set", what, subscription.id, time)) for time in presets]
    await show(
        update,
        context,
        text,
        *in_rows(cells, 3),
        [
            (_ticked(texts("Off"), on=now is None), data("set", what, subscription.id, "off")),
            (texts("Another time"), data("set", what, subscription.id, "ask")),
        ],
        [("◀", data("set", "s", subscription.id))],
    )


async def _ask_minutes(update: Update, context: Context, texts: Texts, subscription: Subscription) -> None:
    now = subscription.remind_minutes
    cells = [
        (_ticked(str(minutes), on=minutes == now), data("set", "remind", subscription.id, minutes))
        for minutes in MINUTES
    ]
    await show(
        update,
        context,
        texts("How many minutes before each lesson should it be announced?"),
        cells,
        [(_ticked(texts("Off"), on=now is None), data("set", "remind", subscription.id, "off"))],
        [("◀", data("set", "s", subscription.id))],
    )


async def known_groups(context: Context, subscription: Subscription) -> list[str]:
    """The groups that the school's plan names for what is followed, and those that were picked."""
    target = await target_of(context, subscription)
    school = await schools.school_by_id(context.deps.db, target.school_id)
    assert school is not None  # targets hang on schools in the database
    today = school.today(context.deps.clock.now())
    monday = today - timedelta(days=today.weekday())
    table = await plans.timetable_of(context.deps, target, monday, GROUP_WEEKS * 7)
    named = {group for day in table.days for lesson in day.lessons for group in lesson.groups}
    return sorted({*named, *subscription.groups})[:GROUPS]


async def _ask_groups(update: Update, context: Context, asker: Asker, subscription: Subscription) -> None:
    texts = asker.texts
    groups = await known_groups(context, subscription)
    text = texts("Which groups should be shown? If you pick none, all are; lessons of the whole class always are.")
    if not groups:
        text = texts("The school's plan names no groups here.")
    cells = [
        (
            _ticked(shortened(group, 24), on=group in subscription.groups),
            data("set", "groups", subscription.id, _key(group)),
        )
        for group in groups
    ]
    await show(update, context, text, *in_rows(cells, 2), [("◀", data("set", "s", subscription.id))])


async def _toggled(context: Context, subscription: Subscription, key: str) -> Subscription:
    group = next((each for each in await known_groups(context, subscription) if _key(each) == key), None)
    if group is None:
        raise ValueError("no such group")
    picked = {*subscription.groups} ^ {group}
    return replace(subscription, groups=tuple(sorted(picked)))


def _key(group: str) -> str:
    """What a button carries of a group: names are long, and places in a list move."""
    return hashlib.blake2s(group.encode(), digest_size=6).hexdigest()


def _ticked(label: str, *, on: bool) -> str:
    return ("✅ " if on else "▫️ ") + label


def row_of(texts: Texts, subscription: Subscription, name: str) -> Row:
    """The subscription's line in /settings."""
    when = subscription.daily or (texts("changes") if subscription.changes else texts("off"))
    return [(f"{shortened(name, 30)} · {when}", data("set", "s", subscription.id))]
