"""Which teachers and rooms a school's plans name, and which rooms nobody uses at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from bot.context import Deps
from bot.model import Lesson, Plan, TargetKind
from bot.plans import plan_feed
from bot.store import schools, snapshots
from bot.store.schools import School, StoredTarget
from bot.store.snapshots import Snapshot
from bot.timetable import days_of

PAGES = 60  # that are read for one question


@dataclass(frozen=True, slots=True)
class Whole:
    """A day of a whole school: every lesson that takes place, and every room that any lesson of the plan names.

    `checked_at` is when the school last confirmed the oldest of the plans, in seconds since 1970.
    """

    lessons: tuple[Lesson, ...]
    rooms: tuple[str, ...]
    checked_at: int


async def findable(deps: Deps, school: School) -> list[StoredTarget]:
    """The teachers and rooms that have a timetable. Of a whole school's plan, also those that only lessons name."""
    found = [
        target
        for kind in (TargetKind.TEACHER, TargetKind.ROOM)
        for target in await schools.targets_of(deps.db, school.id, kind)
    ]
    whole = await _plan_of_all(deps, school)
    if whole is None:
        return found
    plan = whole.plan
    known = {(target.kind, target.name) for target in found}
    named = {(TargetKind.TEACHER, name) for lesson in plan.lessons for name in lesson.teachers}
    named |= {(TargetKind.ROOM, name) for lesson in plan.lessons for name in lesson.rooms}
    async with deps.db.transaction() as transaction:
        for kind, name in sorted(named - known):
            number = await schools.put_target(transaction, school.id, kind, name)
            found.append(StoredTarget(number, school.id, kind, name))
    return found


async def whole_day(deps: Deps, school: School, day: date) -> Whole | None:
    """The day of a whole school; None where not every plan is known, or one says nothing about the day, so that no room
    is called free wrongly."""
    found = await _plans(deps, school)
    if found is None:
        return None
    lessons: list[Lesson] = []
    rooms: dict[str, None] = {}
    extra = await _others(deps, school)
    for snapshot in found:
        (shown,) = days_of(snapshot.plan, extra=extra, first=day, count=1, calendar=school.calendar)
        if not shown.known:
            return None
        lessons += [lesson for lesson in shown.taking_place if not shown.free]
        rooms.update(dict.fromkeys(room for lesson in snapshot.plan.lessons for room in lesson.rooms))
    if not rooms:
        return None
    return Whole(tuple(lessons), tuple(sorted(rooms)), min(snapshot.checked_at for snapshot in found))


async def to_be_read(deps: Deps, school: School) -> list[StoredTarget]:
    """What `whole_day` is made of where a school publishes a page each: the rooms or the classes, whichever are fewer.
    None of them where there are too many to be asked for one person."""
    _, source = await plan_feed(deps, school.id)
    if source is None or source.scope == "school" or "lessons" not in source.delivers:
        return []
    kinds = [await schools.targets_of(deps.db, school.id, kind) for kind in (TargetKind.ROOM, TargetKind.CLASS)]
    fewest = min((targets for targets in kinds if targets), key=len, default=[])
    return fewest if len(fewest) <= PAGES else []


def free_rooms(whole: Whole, start: time, end: time) -> list[str]:
    """The rooms in which nothing takes place between two times."""
    taken = {
        room
        for lesson in whole.lessons
        if lesson.start is not None and lesson.end is not None and lesson.start < end and start < lesson.end
        for room in lesson.rooms
    }
    return [room for room in whole.rooms if room not in taken]


async def _plan_of_all(deps: Deps, school: School) -> Snapshot | None:
    """The one plan of a source that gives the whole school at once."""
    feed, source = await plan_feed(deps, school.id)
    if feed is None or source is None or source.scope != "school":
        return None
    snapshot = await snapshots.newest(deps.db, feed.id, 0)
    return snapshot if snapshot is not None and snapshot.plan.lessons else None


async def _plans(deps: Deps, school: School) -> Sequence[Snapshot] | None:
    """The plans that together hold every lesson: the whole school's, all its rooms', or all its classes'."""
    whole = await _plan_of_all(deps, school)
    if whole is not None:
        return [whole]
    feed, _ = await plan_feed(deps, school.id)
    if feed is None:
        return None
    for kind in (TargetKind.ROOM, TargetKind.CLASS):
        targets = await schools.targets_of(deps.db, school.id, kind)
        found = [await snapshots.newest(deps.db, feed.id, target.id) for target in targets]
        plans = [snapshot for snapshot in found if snapshot is not None]
        if plans and len(plans) == len(targets):
            return plans
    return None


async def _others(deps: Deps, school: School) -> list[Plan]:
    found = [await snapshots.newest(deps.db, feed.id, 0) for feed in (await schools.feeds_of(deps.db, school.id))[1:]]
    return [snapshot.plan for snapshot in found if snapshot is not None]
