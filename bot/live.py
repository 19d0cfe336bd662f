"""Keeps the live messages up to date: the picture is exchanged in place when the plan or the day changes."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from html import escape

from bot import compose, dates, plans
from bot.compose import Look
from bot.context import Deps
from bot.news import state_of
from bot.plans import Timetable
from bot.screens.day import day_buttons, is_over, next_school_day
from bot.slots import after_quiet
from bot.store import announced, chats, homework, live, outbox, schools, subscriptions
from bot.store.chats import Chat
from bot.store.homework import EVERYBODY, Viewer
from bot.store.live import Live
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import StoredTarget
from bot.texts import texts_in

AHEAD = 14
KIND, NOTE = "live", "live note"
UNKNOWN = "-"


async def refresh(deps: Deps) -> int:
    """Enqueue an edit for every live message that shows something else than it should; returns how many."""
    rows: list[Row] = []
    shown: list[tuple[Live, str]] = []
    tables: dict[tuple[int, Viewer], tuple[Timetable, date] | None] = {}
    found_live = await live.all_live(deps.db)
    own = await homework.chats_with_own(deps.db, {each.chat_id for each in found_live})
    for each in found_live:
        target = await schools.target_by_id(deps.db, each.target_id)
        chat = await chats.get(deps.db, each.chat_id, each.thread_id)
        if target is None or chat is None:
            continue
        viewer = Viewer(each.chat_id, each.thread_id) if (each.chat_id, each.thread_id) in own else EVERYBODY
        if (target.id, viewer) not in tables:
            tables[target.id, viewer] = await plan_to_show(deps, target, viewer)
        found = tables[target.id, viewer]
        if found is None:
            continue
        table, day = found
        content, mark = await content_of(deps, chat, table, day)
        if mark == each.shown:
            continue
        shown.append((each, mark))
        rows += await _rows(deps, chat, each, table, content, day=day, mark=mark)
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, rows, deps.now())
        for each, mark in shown:
            await live.shows(transaction, each, mark)
    if rows:
        deps.courier.wake()
    return len(shown)


async def plan_to_show(deps: Deps, target: StoredTarget, viewer: Viewer) -> tuple[Timetable, date] | None:
    """The day that a live message shows: today until its last lesson ends, then the next with lessons. None = never
    read."""
    school = await schools.school_by_id(deps.db, target.school_id)
    assert school is not None  # targets hang on schools in the database
    now = deps.clock.now().astimezone(school.timezone)
    table = await plans.timetable_of(deps, target, now.date(), AHEAD, viewer=viewer)
    if not table.days:
        return None
    if not is_over(table, now):
        return table, now.date()
    later = next_school_day(table, table.days[1:])
    if later is None and table.days[0].free:  # long holidays say what they are, and are not turned day by day
        return table, now.date()
    return table, later.date if later else now.date() + timedelta(days=1)


async def content_of(deps: Deps, chat: Chat, table: Timetable, day: date) -> tuple[Content, str]:
    """The day's card as the chat wants it, and the mark of what it shows: the date, the plan of that day (a dash where
    nobody knows it) and the whole content, which also says how old it is and what homework is due."""
    groups = next(
        (
            each.groups
            for each in await subscriptions.of_chat(deps.db, chat.chat_id, chat.thread_id)
            if each.target_id == table.target.id
        ),
        (),
    )
    buttons = day_buttons(texts_in(chat.language), table.target, day)
    look = Look(chat.language, chat.theme, "image" if chat.format == "text" else chat.format)
    content = await compose.day_content(deps, table.target, day, look, groups=groups, buttons=buttons, table=table)
    held = compose.of_groups(table.day(day), groups)
    state = state_of(held, rows_only=table.rows_only, of_class=table.target.kind == "class")
    plan = announced.state_hash(state) if state.known else UNKNOWN
    return content, f"{day.isoformat()} {plan} {hashlib.sha256(content.to_json().encode()).hexdigest()[:16]}"


async def _rows(
    deps: Deps, chat: Chat, each: Live, table: Timetable, content: Content, *, day: date, mark: str
) -> list[Row]:
    """The edit; and, when the plan of the day that stood there changed, the short answer that announces it, unless
    the chat is told of every change anyway."""
    # The moment, for what was shown before may be shown again: that an outage is over, or the next one.
    fact = f"{each.target_id} {mark} {deps.now()}"
    thread, number = each.thread_id, each.message_id
    rows = [Row(each.chat_id, KIND, day, fact, content, Priority.LIVE, thread_id=thread, edits=number)]
    told = any(
        subscription.changes and subscription.target_id == each.target_id
        for subscription in await subscriptions.of_chat(deps.db, each.chat_id, each.thread_id)
    )
    if told or not _is_changed(each.shown, mark):
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


def _is_changed(before: str, after: str) -> bool:
    """Whether two marks are of different plans of one day. The marks of earlier versions hold no plan."""
    (day, *plan), (this_day, *this_plan) = before.split(" ")[:-1], after.split(" ")[:-1]
    return day == this_day and plan != this_plan and bool(plan) and UNKNOWN not in (*plan, *this_plan)
