"""/subscribe: follow one more class; the steps that /start and links lead through; a channel's class."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from telegram import Update
from telegram.error import TelegramError

from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import ADMIN_STATES, Asker, asker_of, show
from bot.screens.access import school_for, target_for
from bot.screens.day import show_day, today_of
from bot.screens.pick import SUBSCRIPTIONS, ask_grade, ask_language, ask_letter, ask_school, ask_when, named, offer_near
from bot.screens.questions import ask
from bot.screens.subscription import mine, target_of
from bot.store import chats, subscriptions
from bot.store.chats import Chat
from bot.store.subscriptions import Subscription
from bot.texts import languages, mark

TIMES = {"e": "18:00", "m": "07:00", "c": None}


async def run(update: Update, context: Context) -> None:
    """Ask for the class, or take the one that was named."""
    asker = await asker_of(update, context.deps)
    text = " ".join(context.args or ())[:64]
    if not text:
        await ask_school(update, context, asker)
        return
    target, near = await named(context, asker, text)
    if target is not None:
        await ask_when(update, context, asker, target)
    else:
        await offer_near(update, context, asker, near, "class")


async def language_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The button of the languages: show them, or take one and go on."""
    asker = await asker_of(update, context.deps)
    if not args:
        await ask_language(update, context, asker)
        return
    if args[0] not in languages():
        raise ValueError("no such language")
    async with context.deps.db.transaction() as transaction:
        await chats.put(transaction, replace(asker.chat, language=args[0]), context.deps.now())
    await ask_school(update, context, await asker_of(update, context.deps))


async def school_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The school's button."""
    asker = await asker_of(update, context.deps)
    await ask_grade(update, context, asker, await school_for(context.deps, asker, args[0]))


async def grade_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The grade's button."""
    asker = await asker_of(update, context.deps)
    await ask_letter(update, context, asker, await school_for(context.deps, asker, args[0]), args[1])


async def class_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The class's button: ask when."""
    asker = await asker_of(update, context.deps)
    await ask_when(update, context, asker, await target_for(context.deps, asker, args[0]))


async def when_picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The last step: follow the class, and show its day."""
    asker = await asker_of(update, context.deps)
    deps = context.deps
    target = await target_for(deps, asker, args[0])
    daily = TIMES[args[1]]
    followed = await subscriptions.of_chat(deps.db, asker.chat.chat_id, asker.chat.thread_id)
    if len(followed) >= SUBSCRIPTIONS and all(each.target_id != target.id for each in followed):
        words = asker.texts("You follow {count} classes, which is all that fits. /unsubscribe makes room.")
        await show(update, context, words.format(count=len(followed)))
        return
    wanted = next((each for each in followed if each.target_id == target.id), None)
    await _follow(context, asker.chat, target.id, daily, wanted)
    done = asker.texts("Done. You will get the timetable of {name}.").format(name=f"<b>{escape(target.name)}</b>")
    await show(update, context, f"{done}\n{asker.texts('/settings changes when and how.')}")
    await show_day(update, context, target, await today_of(context, target))


async def _follow(
    context: Context, chat: Chat, target_id: int, daily: str | None, known: Subscription | None = None
) -> None:
    """Write a subscription down; one that is known keeps its other settings."""
    deps = context.deps
    old = known or Subscription(0, chat.chat_id, chat.thread_id, target_id)
    wanted = Subscription(
        0,
        chat.chat_id,
        chat.thread_id,
        target_id,
        label=old.label,
        daily=daily,
        changes=old.changes,
        homework=old.homework,
        remind_minutes=old.remind_minutes,
        groups=old.groups,
        silent=old.silent,
        settings=old.settings,
    )
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, chat, deps.now())
        await subscriptions.put(transaction, wanted, deps.now())
    deps.wanted.add(target_id)


async def moved_up(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The answer to "is 9a now 10a?" (bot/promotion.py): the new class, `stay`, or `stop`."""
    asker = await asker_of(update, context.deps)
    texts = asker.texts
    subscription = await mine(context, asker, args[0])
    old = await target_of(context, subscription)
    name = f"<b>{escape(old.name)}</b>"
    if args[1] == "stay":
        await show(update, context, texts("It stays {name}.").format(name=name))
        return
    target = None if args[1] == "stop" else await target_for(context.deps, asker, args[1])
    if target is not None and target.school_id != old.school_id:
        raise ValueError("a class of another school")
    async with context.deps.db.transaction() as transaction:
        if target is None:
            await subscriptions.remove(transaction, subscription.id)
        else:
            await subscriptions.retarget(transaction, subscription.id, target.id)
    if target is None:
        await show(update, context, texts("{name} is not followed any more.").format(name=name))
        return
    context.deps.wanted.add(target.id)
    new = f"<b>{escape(target.name)}</b>"
    await show(update, context, texts("Done. You will get the timetable of {name}.").format(name=new))


async def channel_pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The button under the news that the bot may write into a channel: which class, typed."""
    asker = await asker_of(update, context.deps)
    channel = int(args[0])
    if not asker.private or not await _is_admin_of(context, asker, channel):
        raise ValueError("not an admin of the channel")
    await ask(update, context, asker, asker.texts("Write the name of the class, for example 9a."), "channel", channel)


async def channel_named(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The class for the channel was typed."""
    asker = await asker_of(update, context.deps)
    channel = int(args[0])
    if not await _is_admin_of(context, asker, channel):
        await show(update, context, asker.texts("Only the channel's admins can do this."))
        return
    message = update.effective_message
    target, near = await named(context, asker, (message.text or "" if message else "")[:64])
    if target is None:
        names = ", ".join(item.name for item in near[:8])
        words = asker.texts("I do not know that class. Similar: {names}").format(names=escape(names) or "–")
        await ask(update, context, asker, words, "channel", channel)
        return
    chat = await chats.get(context.deps.db, channel) or Chat(channel, type="channel", language=asker.chat.language)
    await _follow(context, chat, target.id, TIMES["e"])
    done = asker.texts("Done. The timetable of {name} comes into the channel every evening, and every change at once.")
    await show(update, context, done.format(name=f"<b>{escape(target.name)}</b>"))


async def _is_admin_of(context: Context, asker: Asker, channel: int) -> bool:
    try:
        member = await context.bot.get_chat_member(channel, asker.user_id)
    except TelegramError:
        return False
    return member.status in ADMIN_STATES


COMMAND = Command(
    name="subscribe",
    summary=mark("follow a class"),
    run=run,
    presses={
        "lang": language_picked,
        "school": school_picked,
        "grade": grade_picked,
        "class": class_picked,
        "when": when_picked,
        "up": moved_up,
        "channel": channel_pressed,
    },
    answers={"channel": channel_named},
    audience=Audience.CHAT_ADMIN,
    order=30,
)
