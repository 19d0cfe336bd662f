"""The daily plan: who is due, one content for all who see it alike, one row each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from bot import compose
from bot.compose import Look, Timetable
from bot.context import Deps
from bot.reach import is_school_day
from bot.screens.day import day_buttons
from bot.slots import after_quiet, instant_of, slots
from bot.store import due, outbox, schools
from bot.store.due import Due
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import School
from bot.texts import texts_in
from bot.timetable import Day

NOON = "12:00"
"""A digest before noon is about its own day, one from noon on about the next school day."""
AHEAD = 15
"""Days in which the next school day is looked for; beyond it there are holidays, and no digests."""
WEEKEND = 3
"""Days from a Friday to its Monday."""
KIND = "digest"


async def send_due(deps: Deps) -> int:
    """Enqueue the digests whose time has come, zone by zone; returns how many rows are new."""
    by_zone: dict[str, list[School]] = {}
    for school in await schools.all_schools(deps.db):
        by_zone.setdefault(school.timezone.key, []).append(school)
    return sum([await _zone_due(deps, zone, found) for zone, found in by_zone.items()])


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


async def _rows(deps: Deps, wanted: Iterable[Due], today: date) -> list[Row]:
    tables: dict[tuple[int, bool], tuple[Timetable, date] | None] = {}
    contents: dict[tuple[object, ...], Content] = {}
    rows: list[Row] = []
    for one in wanted:
        morning = one.at < NOON
        place = (one.target_id, morning)
        if place not in tables:
            tables[place] = await _plan(deps, one.target_id, today, morning=morning)
        plan = tables[place]
        if plan is None:
            continue
        table, day = plan
        look = Look(one.language, one.theme, one.format)
        key = (one.target_id, day, look, one.groups)
        if key not in contents:
            contents[key] = await _content(deps, table, day, look, json.loads(one.groups))
        zone = table.school.timezone
        quiet = (one.quiet_from, one.quiet_to) if one.quiet_from and one.quiet_to else None
        rows.append(
            Row(
                one.chat_id,
                KIND,
                day,
                str(one.target_id),
                contents[key],
                Priority.DIGEST,
                thread_id=one.thread_id,
                not_before=int(after_quiet(zone, deps.clock.now(), quiet).timestamp()),
                expires_at=int(instant_of(zone, day, "24:00").timestamp()),
                silent=one.silent,
            )
        )
    return rows


async def _plan(deps: Deps, target_id: int, today: date, *, morning: bool) -> tuple[Timetable, date] | None:
    """The days and the one to tell of; None when nothing takes place, or nothing was ever read."""
    target = await schools.target_by_id(deps.db, target_id)
    if target is None:
        return None
    table = await compose.timetable_of(deps, target, today, 1 if morning else AHEAD)
    days = table.days if morning else table.days[1:]
    day = next((day.date for day in days if day.lessons and not day.free), None)
    if day is None or not (morning or _is_eve(table.days[0], day)):
        return None
    return table, day


def _is_eve(today: Day, day: date) -> bool:
    """Whether a day is told of this evening: the one before it, or the last school day before a weekend."""
    away = (day - today.date).days
    return away == 1 or (away <= WEEKEND and is_school_day(today))


async def _content(deps: Deps, table: Timetable, day: date, look: Look, groups: Sequence[str]) -> Content:
    buttons = day_buttons(texts_in(look.language), table.target, day)
    return await compose.day_content(deps, table.target, day, look, groups=groups, buttons=buttons, table=table)
