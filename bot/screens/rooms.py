"""Which teachers and rooms a school's plans name, and which rooms nobody uses at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from bot.context import Deps
from bot.model import Lesson, Plan, TargetKind
from bot.store import schools, snapshots
from bot.store.schools import School, StoredTarget
from bot.timetable import days_of


@dataclass(frozen=True, slots=True)
class Whole:
    """A day of a whole school: every lesson that takes place, and every room that any lesson of the plan names."""

    lessons: tuple[Lesson, ...]
    rooms: tuple[str, ...]


async def findable(deps: Deps, school: School) -> list[StoredTarget]:
    """The teachers and rooms that have a timetable. Of a whole school's plan, also those that only lessons name."""
    found = [
        target
        for kind in (TargetKind.TEACHER, TargetKind.ROOM)
        for target in await schools.targets_of(deps.db, school.id, kind)
    ]
    plan = await _plan_of_all(deps, school)
    if plan is None:
        return found
    known = {(target.kind, target.name) for target in found}
    named = {(TargetKind.TEACHER, name) for lesson in plan.lessons for name in lesson.teachers}
    named |= {(TargetKind.ROOM, name) for lesson in plan.lessons for name in lesson.rooms}
    async with deps.db.transaction() as transaction:
        for kind, name in sorted(named - known):
            number = await schools.put_target(transaction, school.id, kind, name)
            found.append(StoredTarget(number, school.id, kind, name))
    return found


async def whole_day(deps: Deps, school: School, day: date) -> Whole | None:
    """The day of a whole school; None where not every class's plan is known, so that no room is called free wrongly."""
    plans = await _plans(deps, school)
    if plans is None:
        return None
    lessons: list[Lesson] = []
    rooms: dict[str, None] = {}
    extra = await _others(deps, school)
    for plan in plans:
        (shown,) = days_of(plan, extra=extra, first=day, count=1, calendar=school.calendar)
        lessons += [lesson for lesson in shown.taking_place if not shown.free]
        rooms.update(dict.fromkeys(room for lesson in plan.lessons for room in lesson.rooms))
    return Whole(tuple(lessons), tuple(sorted(rooms)))


def free_rooms(whole: Whole, start: time, end: time) -> list[str]:
    """The rooms in which nothing takes place between two times."""
    taken = {
        room
        for lesson in whole.lessons
        if lesson.start is not None and lesson.end is not None and lesson.start < end and start < lesson.end
        for room in lesson.rooms
    }
    return [room for room in whole.rooms if room not in taken]


async def _plan_of_all(deps: Deps, school: School) -> Plan | None:
    """The one plan of a source that gives the whole school at once."""
    feeds = await schools.feeds_of(deps.db, school.id)
    source = deps.sources.get(feeds[0].source) if feeds else None
    if source is None or source.scope != "school":
        return None
    snapshot = await snapshots.newest(deps.db, feeds[0].id, 0)
    return snapshot.plan if snapshot is not None and snapshot.plan.lessons else None


async def _plans(deps: Deps, school: School) -> Sequence[Plan] | None:
    """The plans that together hold every lesson: the whole school's, all its rooms', or all its classes'."""
    whole = await _plan_of_all(deps, school)
    if whole is not None:
        return [whole]
    feeds = await schools.feeds_of(deps.db, school.id)
    for kind in (TargetKind.ROOM, TargetKind.CLASS):
        targets = await schools.targets_of(deps.db, school.id, kind)
        found = [await snapshots.newest(deps.db, feeds[0].id, target.id) for target in targets] if feeds else []
        plans = [snapshot.plan for snapshot in found if snapshot is not None]
        if plans and len(plans) == len(targets):
            return plans
    return None


async def _others(deps: Deps, school: School) -> list[Plan]:
    found = [await snapshots.newest(deps.db, feed.id, 0) for feed in (await schools.feeds_of(deps.db, school.id))[1:]]
    return [snapshot.plan for snapshot in found if snapshot is not None]
