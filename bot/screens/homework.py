"""Homework on the screen: the list, who may write, and the questions that writing a task takes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, timedelta

from telegram import Update
from telegram.error import TelegramError

from bot import compose, dates, plans
from bot import homework as content
from bot.buttons import data
from bot.context import Context
from bot.keyboards import Row, in_rows
from bot.screens import Asker, asker_of, is_chat_admin, present, show
from bot.screens.access import Denied
from bot.screens.day import followed, today_of
from bot.store import homework
from bot.store.homework import Task, Viewer
from bot.store.schools import StoredTarget
from bot.texts import homework as words
from bot.texts import mark

WRITERS = ("everyone", "helpers", "admins")
"""Who may add homework in a group: the chat's setting `writers`; `helpers` are named in its setting `helpers`."""
NEWS = ("digest", "now", "off")
"""Where new homework is announced: the chat's setting `news`."""
DAYS_OFFERED = 6


def viewer_of(asker: Asker) -> Viewer:
    """The chat as the one that looks."""
    return Viewer(asker.chat.chat_id, asker.chat.thread_id)


async def members_of(context: Context, asker: Asker) -> int | None:
    """How many people a group has without the bot, 0 when Telegram does not say; None in a private chat."""
    if asker.private:
        return None
    try:
        return max(0, await context.bot.get_chat_member_count(asker.chat.chat_id) - 1)
    except TelegramError:
        return 0


async def show_homework(
    update: Update, context: Context, target: StoredTarget, *, first: date | None = None, page: int = 0
) -> None:
    """The list of a target from a day on (today), in place where a button was pressed."""
    asker = await asker_of(update, context.deps)
    shown = await content.homework_content(
        context.deps,
        target,
        compose.look_of(asker.chat),
        viewer=viewer_of(asker),
        user_id=asker.user_id,
        members=await members_of(context, asker),
        first=first or await today_of(context, target),
        page=page,
    )
    await present(update, context, shown)


async def target_to_write(context: Context, asker: Asker, text: str) -> tuple[StoredTarget | None, str]:
    """The class that a task is for, and the rest of the text: one that is named first, else the first followed."""
    targets = await followed(context, asker)
    first, _, rest = text.partition(" ")
    named = next((one for one in targets if one.name.casefold() == first.casefold()), None)
    if named is not None and len(targets) > 1:
        return named, rest.strip()
    return (targets[0] if targets else None), text


async def may_write(update: Update, context: Context, asker: Asker) -> None:
    """Raises Denied unless the asker may add homework in this chat."""
    rule = asker.chat.settings.get("writers", WRITERS[0])
    if asker.private or rule == "everyone":
        return
    if rule == "helpers" and asker.user_id in asker.chat.settings.get("helpers", ()):
        return
    if not await is_chat_admin(update, context, asker):
        raise Denied(mark("In this group only its admins, and those they chose, may add homework."))


async def own_task(update: Update, context: Context, asker: Asker, number: str) -> Task:
    """A task of this chat that the asker may edit and delete: its author, or an admin of the group.

    Raises ValueError when it is gone, or none of this chat; Denied when it is somebody else's.
    """
    task = await homework.by_id(context.deps.db, int(number))
    if task is None or task.feed_id is not None or (task.chat_id, task.thread_id) != (
        asker.chat.chat_id, asker.chat.thread_id,
    ):  # fmt: skip
        raise ValueError("no such task of this chat")
    if not asker.private and task.author != asker.user_id and not await is_chat_admin(update, context, asker):
        raise Denied(mark("Only whoever wrote this, or an admin of the group, can change it."))
    return task


async def subjects_of(context: Context, target: StoredTarget, today: date) -> list[str]:
    """The subjects of a class: of its lessons in these two weeks, and of its homework; by name."""
    table = await plans.timetable_of(context.deps, target, today - timedelta(days=today.weekday()), 14)
    found = {lesson.subject for day in table.days for lesson in day.lessons}
    tasks = await homework.visible(context.deps.db, target)
    found |= {task.subject for task in tasks if task.subject != task.text}
    return sorted(found - {""}, key=str.casefold)


def subject_key(subject: str) -> str:
    """What a button carries of a subject: names are too long for it."""
    return hashlib.sha256(subject.encode()).hexdigest()[:8]


async def subject_named(context: Context, target: StoredTarget, today: date, key: str) -> str:
    """The subject behind a button. Raises ValueError when the class has it no more."""
    for subject in await subjects_of(context, target, today):
        if subject_key(subject) == key:
            return subject
    raise ValueError("the subject is gone")


async def lessons_ahead(context: Context, target: StoredTarget, subject: str, today: date) -> list[date]:
    """The days to come with a lesson of a subject that takes place, soonest first."""
    table = await plans.timetable_of(context.deps, target, today + timedelta(days=1), 14)
    return [day.date for day in table.days if any(lesson.subject == subject for lesson in day.taking_place)]


async def due_rows(
    context: Context, asker: Asker, target: StoredTarget, subject: str, *, verb: str, args: Collection[object]
) -> list[Row]:
    """Buttons for the day that a task is due: the next lessons of its subject first, then the next days, or none."""
    today = await today_of(context, target)
    lessons = (await lessons_ahead(context, target, subject, today))[:2]
    days = [today + timedelta(days=step) for step in range(1, 10)]
    others = [day for day in days if day.weekday() < 5 and day not in lessons][: DAYS_OFFERED - len(lessons)]
    texts = asker.texts
    language = texts.language
    rows: list[Row] = [
        [(texts("Next lesson: {day}").format(day=_label(language, day)), data(verb, *args, f"{day:%Y%m%d}"))]
        for day in lessons[:1]
    ]
    rest = [*lessons[1:], *others]
    rows += in_rows([(_label(language, day), data(verb, *args, f"{day:%Y%m%d}")) for day in sorted(rest)], 3)
    rows.append([(texts("No date"), data(verb, *args, "0"))])
    return rows


def _label(language: str, day: date) -> str:
    return f"{dates.short_weekday(language, day.weekday())} {dates.short_date(language, day)}"


async def show_written(update: Update, context: Context, asker: Asker, task: Task, lead: str) -> None:
    """A task that was written by hand, with the buttons to change it. `lead` is HTML."""
    texts = asker.texts
    tail = f"→ {words.short_day(texts, task.due)}" + (" 📷" if task.photo else "")
    await show(
        update,
        context,
        f"{lead}\n{words.task_line(texts, task.homework, tail=tail)}",
        [(texts("Change the day"), data("hmd", task.id)), (texts("Change the text"), data("hmt", task.id))],
        [(texts("Delete"), data("hmx", task.id)), (texts("Homework"), data("h", task.target_id, "0"))],
    )
