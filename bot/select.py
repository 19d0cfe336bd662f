"""What of a plan answers a question: the days and the class, teacher or room that are asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.errors import UnknownTarget
from bot.model import Lesson, Plan, Substitution, TargetKind
from bot.names import class_key, match_name, nearest_names


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `start` up to but not including `end`; None leaves that side open."""

    start: date | None = None
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


def within(plan: Plan, days: Days) -> Plan:
    """The plan cut to `days`. What has no date (a weekly lesson, homework without a due day) stays.

    Of a weekly plan that begins among the days, with dated lessons before it, the weekdays stay that come after that.
    """
    if days.start is None and days.end is None:
        return plan
    weekdays = _weekdays_of(plan, days)
    return replace(
        plan,
        lessons=tuple(item for item in plan.lessons if (item.date in days if item.date else item.weekday in weekdays)),
        substitutions=tuple(item for item in plan.substitutions if item.date is None or item.date in days),
        homework=tuple(item for item in plan.homework if item.due is None or item.due in days),
        exams=tuple(item for item in plan.exams if item.date is None or item.date in days),
        notices=tuple(item for item in plan.notices if item.date is None or item.date in days),
        free_days=tuple(
            item
            for item in plan.free_days
            if (days.end is None or item.first < days.end) and (days.start is None or item.last >= days.start)
        ),
        days=tuple(day for day in plan.days if day in days),
    )


def _weekdays_of(plan: Plan, days: Days) -> set[int]:
    """The weekdays on which the weekly part of a plan is asked for: all, but for one that begins among the days."""
    begin = plan.valid_from
    if begin is None or days.end is None or all(lesson.date is None for lesson in plan.lessons):
        return set(range(7))
    first = max(begin, days.start or begin)
    return {(first + timedelta(days=step)).weekday() for step in range(min(max((days.end - first).days, 0), 7))}


def belonging_to(plan: Plan, kind: TargetKind, name: str) -> Plan:
    """The part of a whole school's plan that concerns one class, teacher or room.

    `name` may be spelled as a person spells it ("9 A"). A lesson that names no class is everybody's; so is a plan that
    names nobody at all (a calendar of one class). What a changed lesson was before counts too: the teacher who is
    replaced and the room that is vacated are concerned.

    Raises UnknownTarget when the school lists its classes (teachers, rooms), or publishes a timetable, and this name
    is not among them. A substitution plan without a list names only those who have changes today, so a name that is
    not in it is simply without changes.
    """
    if not name:
        return plan
    published = names_in(plan, kind)
    if not published:
        return plan
    found = match_name(name, published)
    if found is None and (_listed(plan, kind) or plan.lessons):
        raise UnknownTarget(name, nearest_names(name, published))
    key = class_key(found or name)
    return replace(
        plan,
        lessons=tuple(item for item in plan.lessons if _concerns(item, kind, key) or _is_for_all(item, kind)),
        substitutions=tuple(item for item in plan.substitutions if _concerns(item, kind, key)),
        homework=tuple(item for item in plan.homework if _is_set_for(item.classes, kind, key)),
        exams=tuple(item for item in plan.exams if _is_set_for(item.classes, kind, key)),
    )


def names_in(plan: Plan, kind: TargetKind) -> tuple[str, ...]:
    """The names of this kind that the plan knows: its list of targets first, then those that its rows name."""
    names = dict.fromkeys(_listed(plan, kind))
    for lesson in plan.lessons:
        names.update(dict.fromkeys(_named_by(lesson, kind)))
    for row in plan.substitutions:
        names.update(dict.fromkeys(_named_by(row, kind)))
    if kind is TargetKind.CLASS:
        for task in plan.homework:
            names.update(dict.fromkeys(task.classes))
        for exam in plan.exams:
            names.update(dict.fromkeys(exam.classes))
    return tuple(names)


def _listed(plan: Plan, kind: TargetKind) -> list[str]:
    return [target.name for target in plan.targets if target.kind is kind]


def _named_by(item: Lesson | Substitution, kind: TargetKind) -> tuple[str, ...]:
    match kind:
        case TargetKind.CLASS:
            return item.classes + (item.was.classes or ())
        case TargetKind.TEACHER:
            return item.teachers + (item.was.teachers or ())
        case TargetKind.ROOM:
            return item.rooms + (item.was.rooms or ())


def _concerns(item: Lesson | Substitution, kind: TargetKind, key: str) -> bool:
    return _has(_named_by(item, kind), key)


def _is_for_all(item: Lesson, kind: TargetKind) -> bool:
    return kind is TargetKind.CLASS and not item.classes


def _is_set_for(classes: tuple[str, ...], kind: TargetKind, key: str) -> bool:
    return kind is TargetKind.CLASS and (not classes or _has(classes, key))


def _has(names: Iterable[str], key: str) -> bool:
    return any(class_key(name) == key for name in names)
