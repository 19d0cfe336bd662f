"""/start: language, school, class, when; and what a typed class name or a deep link leads to."""

from __future__ import annotations

from telegram import Update

from bot.buttons import data
from bot.commands import Command
from bot.context import Context
from bot.keyboards import in_rows
from bot.screens import asker_of, show
from bot.screens.day import day_pressed, target_in, week_pressed
from bot.screens.pick import ask_grade, ask_letter, ask_school, ask_when, named
from bot.store import chats, schools, subscriptions
from bot.store.subscriptions import Subscription
from bot.texts import mark

TIMES = {"e": "18:00", "m": "07:00", "c": None}


async def run(update: Update, context: Context) -> None:
    """Greet, and ask for the school or the class; a link leads straight to its class."""
    asker = await asker_of(update, context.deps)
    payload = (context.args or [""])[0]
    word, _, argument = payload.partition("-")
    for command in context.deps.commands.values():
        if argument and word in command.links:
            await command.links[word](update, context, (argument,))
            return
    await ask_school(update, context, asker)


async def school_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The school's button."""
    school = await schools.school_by_id(context.deps.db, args[0])
    if school is None:
        raise ValueError("the school is gone")
    await ask_grade(update, context, await asker_of(update, context.deps), school)


async def grade_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The grade's button."""
    school = await schools.school_by_id(context.deps.db, args[0])
    if school is None:
        raise ValueError("the school is gone")
    await ask_letter(update, context, await asker_of(update, context.deps), school, args[1])


async def class_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The class's button, a link, or its typed name: ask when."""
    target = await target_in(context, args[0])
    asker = await asker_of(update, context.deps)
    await ask_when(update, context, asker, target)


async def when_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The last step: subscribe, and show the day."""
    target = await target_in(context, args[0])
    daily = TIMES.get(args[1])
    asker = await asker_of(update, context.deps)
    deps = context.deps
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, asker.chat, deps.now())
        wanted = Subscription(0, asker.chat.chat_id, asker.chat.thread_id, target.id, daily=daily)
        await subscriptions.put(transaction, wanted, deps.now())
    deps.wanted.add(target.id)
    await show(update, context, asker.texts("Done. You will get the timetable of {name}.").format(name=target.name))
    await day_pressed(update, context, (str(target.id), "now"))


async def typed(update: Update, context: Context, _args: tuple[str, ...]) -> None:
    """Free text in a private chat: a class name at any step."""
    asker = await asker_of(update, context.deps)
    message = update.effective_message
    text = (message.text or "" if message else "")[:64]
    target, near = await named(context, text)
    if target is not None:
        await class_picked(update, context, (str(target.id),))
    elif near:
        rows = in_rows([(item.name, data("class", item.id)) for item in near[:8]], 4)
        await show(update, context, asker.texts("I do not know that class. Did you mean one of these?"), *rows)
    else:
        await show(update, context, asker.texts("Write the name of a class, or see /help for what I can do."))


COMMAND = Command(
    name="start",
    summary=mark("choose a school and a class"),
    run=run,
    presses={
        "school": school_picked,
        "grade": grade_picked,
        "class": class_picked,
        "when": when_picked,
        "text": typed,
        "d": day_pressed,
        "w": week_pressed,
    },
    links={"c": class_picked},
    order=10,
)
