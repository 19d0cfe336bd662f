"""The daily plan: who is due, one content for all who see it alike, one row each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot import compose, plans
from bot.compose import Look
from bot.context import Deps
from bot.plans import Timetable
from bot.reach import is_school_day
from bot.screens.day import day_buttons
from bot.slots import after_quiet, instant_of, slots
from bot.store import due, homework, outbox, schools
from bot.store.due import Due
from bot.store.homework import EVERYBODY, Task, Viewer
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import School
from bot.texts import homework as words
from bot.texts import texts_in
from bot.timetable import Day

NOON = "12:00"
"""A digest before noon is about its own day, one from noon on about the next school day."""
AHEAD = 15
"""Days in which the next school day is looked for; beyond it there are holidays, and no digests."""
WEEKEND = 3
"""Days from a Friday to its Monday."""
KIND = "digest"
DAY_SECONDS = 86400
NEWS_SHOWN = 400  # characters of new homework above a day's card: Telegram takes 1,024 below a picture


@dataclass(frozen=True, slots=True)
class _Plan:
    """The days, the one that is told of, and the homework that was announced of late."""

    table: Timetable
    day: date
    news: tuple[Task, ...]


async def send_due(deps: Deps) -> int:
    """Enqueue the digests whose time has come, zone by zone; returns how many rows are new."""
    by_zone: dict[str, list[School]] = {}
    for school in await schools.all_schools(deps.db):
        by_zone.setdefault(school.timezone.key, []).append(school)
    added = sum([await _zone_due(deps, zone, found) for zone, found in by_zone.items()])
    if added:
        await compose.put_away(deps)
    return added


async def _zone_due(deps: Deps, key: str, found: Sequence[School]) -> int:
    """The digests of the schools of one zone since the last look. A first look begins now: nothing is caught up."""
    now = deps.clock.now()
    zone = found[0].timezone
    last = await due.last_look(deps.db, key) or now
    rows: list[Row] = []
    for span in slots(zone, last, now):
        rows += await _rows(deps, await due.due(deps.db, "daily", span, [school.id for school in found]), span.day)
    async with deps.db.transaction() as transaction:
        added = await outbox.enqueue(transaction, rows, deps.now())
        await due.looked(transaction, key, now)
    if added:
        deps.courier.wake()
    return added


async def _rows(deps: Deps, wanted: Sequence[Due], today: date) -> list[Row]:
    chats = {one.chat_id for one in wanted}
    own = await homework.chats_with_own(deps.db, chats)
    before = await outbox.last_told(deps.db, KIND, chats)
    plans: dict[tuple[int, bool, Viewer], _Plan | None] = {}
    contents: dict[tuple[object, ...], Content] = {}
    rows: list[Row] = []
    for one in wanted:
        # Chats with tasks of their own see other cards than everybody.
        viewer = Viewer(one.chat_id, one.thread_id) if (one.chat_id, one.thread_id) in own else EVERYBODY
        place = (one.target_id, one.at < NOON, viewer)
        if place not in plans:
            plans[place] = await _plan(deps, one.target_id, today, viewer, morning=one.at < NOON)
        plan = plans[place]
        if plan is None:
            continue
        fact = str(one.target_id)
        since = before.get((one.chat_id, one.thread_id, fact), deps.now() - DAY_SECONDS)
        news = _news(plan, one, since)
        look = Look(one.language, one.theme, one.format)
        key = (place, plan.day, look, one.groups, one.label, news)
        if key not in contents:
            contents[key] = await _content(deps, plan, look, one, news)
        zone = plan.table.school.timezone
        quiet = (one.quiet_from, one.quiet_to) if one.quiet_from and one.quiet_to else None
        rows.append(
            Row(
                one.chat_id,
                KIND,
                plan.day,
                fact,
                contents[key],
                Priority.DIGEST,
                thread_id=one.thread_id,
                not_before=int(after_quiet(zone, deps.clock.now(), quiet).timestamp()),
                expires_at=int(instant_of(zone, plan.day, "24:00").timestamp()),
                silent=one.silent,
            )
        )
    return rows


def _news(plan: _Plan, one: Due, since: int) -> tuple[Task, ...]:
    """What was given since the chat's last digest and does not stand on the day's card; where the chat wants it."""
    if json.loads(one.chat_settings).get("news", "digest") != "digest":
        return ()
    return tuple(task for task in plan.news if (task.told_at or 0) > since and task.due != plan.day)


async def _plan(deps: Deps, target_id: int, today: date, viewer: Viewer, *, morning: bool) -> _Plan | None:
    """The days, the one to tell of, and what is new; None when nothing takes place, or nothing was ever read."""
    target = await schools.target_by_id(deps.db, target_id)
    if target is None:
        return None
    table = await plans.timetable_of(deps, target, today, 1 if morning else AHEAD, viewer=viewer)
    days = table.days if morning else table.days[1:]
    day = next((day.date for day in days if day.lessons and not day.free), None)
    if day is None or not (morning or _is_eve(table.days[0], day)):
        return None
    found = await homework.visible(deps.db, target, viewer, first=today)
    return _Plan(table, day, tuple(task for task in found if task.told_at))


def _is_eve(today: Day, day: date) -> bool:
    """Whether a day is told of this evening: the one before it, or the last school day before a weekend."""
    away = (day - today.date).days
    return away == 1 or (away <= WEEKEND and is_school_day(today))


async def _content(deps: Deps, plan: _Plan, look: Look, one: Due, news: Sequence[Task]) -> Content:
    texts = texts_in(look.language)
    target = plan.table.target
    lead = ""
    if news:
        tasks = [task.homework for task in news if task.kind == "homework"]
        exams = [task.exam for task in news if task.kind == "exam"]
        lead = words.news(texts, target.name, tasks, exams, limit=NEWS_SHOWN) + "\n"
    buttons = day_buttons(texts, target, plan.day)
    groups = json.loads(one.groups)
    return await compose.day_content(
        deps, target, plan.day, look, groups=groups, label=one.label, lead=lead, buttons=buttons, table=plan.table
    )
