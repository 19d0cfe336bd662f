"""/start: from nothing to the first picture in three taps; links lead straight to a class; typed names at any step."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.buttons import data
from bot.commands import Command
from bot.context import Context
from bot.screens import Asker, asker_of, is_chat_admin, show
from bot.screens.access import Denied, accept_invitation, target_for
from bot.screens.day import day_pressed, redraw_today, show_day, text_pressed, today_of, week_pressed
from bot.screens.pick import ask_school, named, offer_near
from bot.store import subscriptions
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Greet and ask for the class; a link leads where its word says (`Command.links`)."""
    word, _, argument = (context.args or [""])[0][:64].partition("-")
    for command in context.deps.commands.values():
        if argument and word in command.links:
            await command.links[word](update, context, (argument,))
            return
    asker = await asker_of(update, context.deps)
    if not asker.private and not await is_chat_admin(update, context, asker):
        raise Denied(mark("In a group only its admins can change this."))
    await _greet(update, context, asker)


async def _greet(update: Update, context: Context, asker: Asker) -> None:
    greeting = asker.texts("Hello! I bring your school's timetable and tell you what changed.")
    await ask_school(update, context, asker, lead=greeting)


async def class_linked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """`c-<target>` or `c-<target>-<invitation>`: a class's link."""
    number, _, word = args[0].partition("-")
    asker = await asker_of(update, context.deps)
    if word:
        await accept_invitation(context.deps, asker, word)
    await _offer(update, context, number)


async def invited(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """`i-<invitation>`: a school's link."""
    asker = await accept_invitation(context.deps, await asker_of(update, context.deps), args[0])
    await _greet(update, context, asker)


async def _offer(update: Update, context: Context, number: str) -> None:
    """The class of a link: today's card, and below it the way to follow it."""
    asker = await asker_of(update, context.deps)
    try:
        target = await target_for(context.deps, asker, number)
    except ValueError:
        await show(update, context, asker.texts("This link leads to a class that is not there any more. Try /start."))
        return
    followed = await subscriptions.of_chat(context.deps.db, asker.chat.chat_id, asker.chat.thread_id)
    if any(subscription.target_id == target.id for subscription in followed):
        lead, extra = asker.texts("You already follow {name}."), []
    else:
        lead = asker.texts("This is the timetable of {name}.")
        extra = [[(asker.texts("Follow {name}").format(name=target.name), data("class", target.id))]]
    lead = lead.format(name=f"<b>{escape(target.name)}</b>")
    await show_day(update, context, target, await today_of(context, target), lead=lead, extra=extra)


async def typed(update: Update, context: Context, _args: tuple[str, ...]) -> None:
    """Free text in a private chat: a class name at any step."""
    asker = await asker_of(update, context.deps)
    message = update.effective_message
    text = (message.text or "" if message else "")[:64]
    target, near = await named(context, asker, text)
    if target is not None:
        await _offer(update, context, str(target.id))
    elif near:
        await offer_near(update, context, asker, near, "see")
    else:
        await show(update, context, asker.texts("Write the name of a class, or see /help for what I can do."))


async def seen(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A class among those that look like what was typed."""
    await target_for(context.deps, await asker_of(update, context.deps), args[0])
    await _offer(update, context, args[0])


COMMAND = Command(
    name="start",
    summary=mark("choose a school and a class"),
    run=run,
    presses={"see": seen, "d": day_pressed, "w": week_pressed, "t": text_pressed},
    links={"c": class_linked, "i": invited},
    answers={"": typed},
    redraw=redraw_today,
    order=10,
)
