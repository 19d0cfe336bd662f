"""/hw: write homework down: "/hw maths p. 45 ex. 3 for friday", an answer to a photo, or three taps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import escape

from telegram import Message, Update

from bot.buttons import data
from bot.commands import Command
from bot.context import Context
from bot.keyboards import in_rows
from bot.screens import Asker, asker_of, show
from bot.screens.access import target_for
from bot.screens.day import NOTHING_FOLLOWED, compact_date, today_of
from bot.screens.homework import (
    due_rows,
    lessons_ahead,
    may_write,
    own_task,
    show_written,
    subject_key,
    subject_named,
    subjects_of,
    target_to_write,
    viewer_of,
)
from bot.screens.questions import ask
from bot.store import chats, homework
from bot.store.schools import StoredTarget
from bot.texts import mark
from bot.typed_task import TypedTask, read_due, read_task

LONGEST = 1500  # characters of a task
DRAFT = "draft"  # the chat's setting that keeps a text whose subject is asked for


async def run(update: Update, context: Context) -> None:
    """What stands behind the command is the task; without it the first of three questions."""
    asker = await asker_of(update, context.deps)
    await may_write(update, context, asker)
    message = update.effective_message
    assert message is not None
    _, _, typed = (message.text or message.caption or "").partition(" ")
    photo = _photo(message) or _photo(message.reply_to_message)
    target, typed = await target_to_write(context, asker, typed.strip()[:LONGEST])
    if target is None:
        await show(update, context, asker.texts(NOTHING_FOLLOWED))
        return
    await _take(update, context, asker, target, typed, photo)


async def _take(
    update: Update, context: Context, asker: Asker, target: StoredTarget, typed: str, photo: str | None
) -> None:
    today = await today_of(context, target)
    task = read_task(typed, await subjects_of(context, target, today), today, asker.texts.language)
    if task.subject is None:
        await _keep_draft(context, asker, task, photo)
        await _ask_subject(update, context, asker, target, today)
    elif not task.text and photo is None:
        await _ask_due(update, context, asker, target, task.subject)
    else:
        await _write(update, context, asker, target, task, photo)


def _photo(message: Message | None) -> str | None:
    return message.photo[-1].file_id if message is not None and message.photo else None


async def _keep_draft(context: Context, asker: Asker, task: TypedTask, photo: str | None) -> None:
    """What was written already waits in the chat's settings while its subject is asked for."""
    due = task.due.isoformat() if task.due else ""
    draft = {"text": task.text, "due": due, "photo": photo or "", "of": asker.user_id}
    settings = {key: value for key, value in asker.chat.settings.items() if key != DRAFT}
    if task.text or photo:
        settings[DRAFT] = draft
    async with context.deps.db.transaction() as transaction:
        await chats.put(transaction, replace(asker.chat, settings=settings), context.deps.now())


async def _ask_subject(update: Update, context: Context, asker: Asker, target: StoredTarget, today: date) -> None:
    subjects = (await subjects_of(context, target, today))[:60]
    cells = [(subject[:40], data("hn", target.id, subject_key(subject))) for subject in subjects]
    if not cells:
        await show(update, context, asker.texts("The subjects of this class are not known yet. Try again later."))
        return
    await show(update, context, asker.texts("Which subject?"), *in_rows(cells, 2))


async def _ask_due(update: Update, context: Context, asker: Asker, target: StoredTarget, subject: str) -> None:
    rows = await due_rows(context, asker, target, subject, verb="hn", args=(target.id, subject_key(subject)))
    text = asker.texts("{subject}: due when?").format(subject=f"<b>{escape(subject)}</b>")
    await show(update, context, text, *rows)


async def tapped(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The taps: target; then the subject; then the day (0 = none), after which the text is asked for."""
    asker = await asker_of(update, context.deps)
    await may_write(update, context, asker)
    target = await target_for(context.deps, asker, args[0])
    today = await today_of(context, target)
    if len(args) == 1:
        await _ask_subject(update, context, asker, target, today)
        return
    subject = await subject_named(context, target, today, args[1])
    if len(args) == 2:
        draft = asker.chat.settings.get(DRAFT)
        if draft and draft["of"] == asker.user_id:
            due = date.fromisoformat(draft["due"]) if draft["due"] else None
            await _write(update, context, asker, target, TypedTask(subject, draft["text"], due), draft["photo"] or None)
        else:
            await _ask_due(update, context, asker, target, subject)
        return
    text = asker.texts("{subject}: what is to be done? Write it, or send a photo.")
    text = text.format(subject=f"<b>{escape(subject)}</b>")
    await ask(update, context, asker, text, "hn", target.id, args[1], args[2])


async def answered(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The text or the photo after the taps: target, subject, day."""
    asker = await asker_of(update, context.deps)
    await may_write(update, context, asker)
    target = await target_for(context.deps, asker, args[0])
    subject = await subject_named(context, target, await today_of(context, target), args[1])
    message = update.effective_message
    assert message is not None
    text = (message.text or message.caption or "").strip()[:LONGEST]
    photo = _photo(message)
    if not text and photo is None:
        await show(update, context, asker.texts("Only words and photos can be homework."))
        return
    due = None if args[2] == "0" else compact_date(args[2])
    await _write(update, context, asker, target, TypedTask(subject, text, due), photo, propose=False)


async def _write(
    update: Update, context: Context, asker: Asker, target: StoredTarget, task: TypedTask, photo: str | None,
    *, propose: bool = True,
) -> None:  # fmt: skip
    """Write it down and show it. Without a day it is due at the next lesson of its subject; one tap changes that."""
    deps = context.deps
    assert task.subject is not None
    due = task.due
    if due is None and propose:
        today = await today_of(context, target)
        due = next(iter(await lessons_ahead(context, target, task.subject, today)), None)
    settings = {key: value for key, value in asker.chat.settings.items() if key != DRAFT}
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, replace(asker.chat, settings=settings), deps.now())
        number = await homework.write_down(
            transaction, viewer_of(asker), target, subject=task.subject, text=task.text, due=due,
            author=asker.user_id, photo=photo, now=deps.now(),
        )  # fmt: skip
    written = await homework.by_id(deps.db, number)
    assert written is not None
    guessed = due is not None and task.due is None and propose
    lead = asker.texts("Written down, for the next lesson:") if guessed else asker.texts("Written down:")
    await show_written(update, context, asker, written, lead)


async def opened(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A task with the buttons to change it."""
    asker = await asker_of(update, context.deps)
    task = await own_task(update, context, asker, args[0])
    await show_written(update, context, asker, task, asker.texts("Homework written in this chat:"))


async def day_asked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """Another day: task; then the day (0 = none)."""
    deps = context.deps
    asker = await asker_of(update, deps)
    task = await own_task(update, context, asker, args[0])
    if len(args) == 1:
        target = await target_for(deps, asker, str(task.target_id))
        rows = await due_rows(context, asker, target, task.subject, verb="hmd", args=(task.id,))
        await show(update, context, asker.texts("Due when?"), *rows)
        return
    changed = replace(task, due=None if args[1] == "0" else compact_date(args[1]))
    async with deps.db.transaction() as transaction:
        await homework.edit(transaction, changed, deps.now())
    await show_written(update, context, asker, changed, asker.texts("Changed:"))


async def text_asked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """Another text: it is asked for."""
    asker = await asker_of(update, context.deps)
    task = await own_task(update, context, asker, args[0])
    await ask(update, context, asker, asker.texts("Write the new text."), "hmt", task.id)


async def text_came(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The new text of a task; a day at its end is taken as the new day."""
    deps = context.deps
    asker = await asker_of(update, deps)
    task = await own_task(update, context, asker, args[0])
    message = update.effective_message
    assert message is not None
    text = (message.text or message.caption or "").strip()[:LONGEST]
    target = await target_for(deps, asker, str(task.target_id))
    today, lang = await today_of(context, target), asker.texts.language
    alone = read_due(text, today, lang)
    typed = TypedTask(None, "", alone) if alone else read_task(text, (), today, lang)
    if text or _photo(message):
        changed = replace(
            task, text=typed.text or task.text, due=typed.due or task.due, photo=_photo(message) or task.photo
        )
    else:
        await show(update, context, asker.texts("Only words and photos can be homework."))
        return
    async with deps.db.transaction() as transaction:
        await homework.edit(transaction, changed, deps.now())
    await show_written(update, context, asker, changed, asker.texts("Changed:"))


async def deleted(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """Delete a task."""
    asker = await asker_of(update, context.deps)
    task = await own_task(update, context, asker, args[0])
    async with context.deps.db.transaction() as transaction:
        await homework.delete(transaction, task.id)
    await show(update, context, asker.texts("Deleted."), [(asker.texts("Homework"), data("h", task.target_id, "0"))])


COMMAND = Command(
    name="hw",
    summary=mark("write homework down"),
    run=run,
    presses={"hn": tapped, "hm": opened, "hmd": day_asked, "hmt": text_asked, "hmx": deleted},
    answers={"hn": answered, "hmt": text_came},
    order=26,
)
