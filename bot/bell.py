"""Lesson reminders: so many minutes before a lesson, one row a chat, each lesson once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from bot import plans
from bot.context import Deps
from bot.model import Lesson, TargetKind
from bot.plans import Timetable
from bot.slots import after_quiet, instant_of
from bot.store import outbox, schools
from bot.store.outbox import Content, Priority, Row
from bot.texts import day as day_texts
from bot.texts import texts_in
from bot.timetable import in_groups

KIND = "lesson"
_WANTED = (
    "SELECT s.chat_id, s.thread_id, s.target_id, s.label, s.groups, s.silent, s.remind_minutes, c.language,"
    " c.quiet_from, c.quiet_to FROM subscriptions AS s JOIN chats AS c USING (chat_id, thread_id)"
    " WHERE s.remind_minutes IS NOT NULL AND c.active = 1 ORDER BY s.target_id, s.id"
)


async def ring(deps: Deps) -> int:
    """Enqueue the reminders of the lessons that begin soon; returns how many are new.

    A lesson is due from its minutes before on until it begins. The outbox keeps it from being told twice, so nothing
    needs to be remembered between two looks.
    """
    now = deps.clock.now()
    tables: dict[int, Timetable] = {}
    rows: list[Row] = []
    for one in await deps.db.all(_WANTED):
        if one["target_id"] not in tables:
            target = await schools.target_by_id(deps.db, one["target_id"])
            assert target is not None  # subscriptions hang on targets in the database
            school = await schools.school_by_id(deps.db, target.school_id)
            assert school is not None
            tables[target.id] = await plans.timetable_of(deps, target, school.today(now), 1)
        table = tables[one["target_id"]]
        zone = table.school.timezone
        soon = _beginning(table, now, timedelta(minutes=one["remind_minutes"]), json.loads(one["groups"]))
        for start, lessons in soon.items():
            quiet = (one["quiet_from"], one["quiet_to"]) if one["quiet_from"] and one["quiet_to"] else None
            rows.append(
                Row(
                    one["chat_id"],
                    KIND,
                    table.days[0].date,
                    f"{one['target_id']} {start:%H:%M}",
                    _content(one["language"], one["label"] or table.target.name, lessons, table.target.kind),
                    Priority.REMINDER,
                    thread_id=one["thread_id"],
                    not_before=int(after_quiet(zone, now, quiet).timestamp()),
                    expires_at=int(start.timestamp()),
                    silent=bool(one["silent"]),
                )
            )
    if not rows:
        return 0
    async with deps.db.transaction() as transaction:
        added = await outbox.enqueue(transaction, rows, deps.now())
    deps.courier.wake()
    return added


def _beginning(
    table: Timetable, now: datetime, before: timedelta, groups: Sequence[str]
) -> dict[datetime, list[Lesson]]:
    """The lessons that take place and begin within `before`, by their start."""
    found: dict[datetime, list[Lesson]] = {}
    if not table.days or table.days[0].free:
        return found
    day = table.days[0]
    for lesson in day.taking_place:
        if lesson.start is None or not in_groups(lesson, groups):
            continue
        start = instant_of(table.school.timezone, day.date, f"{lesson.start:%H:%M}")
        if start - before <= now < start:
            found.setdefault(start, []).append(lesson)
    return found


def _content(language: str, name: str, lessons: Sequence[Lesson], whose: TargetKind) -> Content:
    texts = texts_in(language)
    lines = [day_texts.lesson_line(texts, lesson, whose) for lesson in lessons]
    return Content("\n".join([escape(texts("Soon · {name}").format(name=name)), *lines]))
