"""Keeps the live messages up to date: the picture is exchanged in place when the plan or the day changes."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from html import escape

from bot import compose, dates, plans
from bot.compose import Look
from bot.context import Deps
from bot.plans import Timetable
from bot.screens.day import day_buttons, has_homework, is_over, next_school_day
from bot.slots import after_quiet
from bot.store import chats, live, outbox, schools, subscriptions
from bot.store.chats import Chat
from bot.store.live import Live
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import StoredTarget
from bot.texts import texts_in

AHEAD = 14
KIND, NOTE = "live", "live note"


async def refresh(deps: Deps) -> int:
    """Enqueue an edit for every live message that shows something else than it should; returns how many."""
    rows: list[Row] = []
    shown: list[tuple[Live, str]] = []
    tables: dict[int, tuple[Timetable, date] | None] = {}
    for each in await live.all_live(deps.db):
        target = await schools.target_by_id(deps.db, each.target_id)
        chat = await chats.get(deps.db, each.chat_id, each.thread_id)
        if target is None or chat is None:
            continue
        if target.id not in tables:
            tables[target.id] = await plan_to_show(deps, target)
        found = tables[target.id]
        if found is None:
            continue
        table, day = found
        content = await content_of(deps, chat, table, day)
        mark = mark_of(day, content)
        if mark == each.shown:
            continue
        shown.append((each, mark))
        rows += await _rows(deps, chat, each, table, content, day=day)
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, rows, deps.now())
        for each, mark in shown:
            await live.shows(transaction, each, mark)
    if rows:
        deps.courier.wake()
    return len(shown)


async def plan_to_show(deps: Deps, target: StoredTarget) -> tuple[Timetable, date] | None:
    """The day that a live message shows: today until its last lesson ends, then the next with lessons. None = never
    read."""
    school = await schools.school_by_id(deps.db, target.school_id)
    assert school is not None  # targets hang on schools in the database
    now = deps.clock.now().astimezone(school.timezone)
    table = await plans.timetable_of(deps, target, now.date(), AHEAD)
    if not table.days:
        return None
    if not is_over(table, now):
        return table, now.date()
    later = next_school_day(table, table.days[1:])
    if later is None and table.days[0].free:  # long holidays say what they are, and are not turned day by day
        return table, now.date()
    return table, later.date if later else now.date() + timedelta(days=1)


async def content_of(deps: Deps, chat: Chat, table: Timetable, day: date) -> Content:
    """The day's card as the chat wants it."""
    groups = next(
        (
            each.groups
            for each in await subscriptions.of_chat(deps.db, chat.chat_id, chat.thread_id)
            if each.target_id == table.target.id
        ),
        (),
    )
    buttons = day_buttons(texts_in(chat.language), table.target, day, homework=has_homework(deps))
    look = Look(chat.language, chat.theme, "image" if chat.format == "text" else chat.format)
    return await compose.day_content(deps, table.target, day, look, groups=groups, buttons=buttons, table=table)


def mark_of(day: date, content: Content) -> str:
    """What a live message shows: the date, and the content's hash."""
    return f"{day.isoformat()} {hashlib.sha256(content.to_json().encode()).hexdigest()[:16]}"


async def _rows(deps: Deps, chat: Chat, each: Live, table: Timetable, content: Content, *, day: date) -> list[Row]:
    """The edit; and, when the plan of the day that stood there changed, the short answer that announces it, unless
    the chat is told of every change anyway."""
    fact = f"{each.target_id} {table.revision} {mark_of(day, content)}"
    thread, number = each.thread_id, each.message_id
    rows = [Row(each.chat_id, KIND, day, fact, content, Priority.LIVE, thread_id=thread, edits=number)]
    told = any(
        subscription.changes and subscription.target_id == each.target_id
        for subscription in await subscriptions.of_chat(deps.db, each.chat_id, each.thread_id)
    )
    if each.shown.split(" ")[0] != day.isoformat() or told:
        return rows
    texts = texts_in(chat.language)
    words = texts("The timetable of {name} for {day} changed.").format(
        name=f"<b>{escape(table.target.name)}</b>", day=escape(dates.day_and_month(texts.language, day))
    )
    quiet = (chat.quiet_from, chat.quiet_to) if chat.quiet_from and chat.quiet_to else None
    not_before = int(after_quiet(table.school.timezone, deps.clock.now(), quiet).timestamp())
    note = Row(each.chat_id, NOTE, day, fact, Content(words), Priority.CHANGE, reply_to=number,
               thread_id=thread, not_before=not_before)  # fmt: skip
    return [*rows, note]
