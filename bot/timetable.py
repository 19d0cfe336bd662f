"""What takes place: plans without dates laid onto days, holidays and week types applied. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from bot.model import Bell, Calendar, FreeDays, Lesson, Notice, Plan, Substitution
from bot.names import class_key
from bot.substitutions import merge_substitutions


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one class, teacher or room.

    `known` is False when nobody has published the day: it is then shown as unknown, never as free. `free` names the
    holiday ("" when there is none).
    """

    date: date
    lessons: tuple[Lesson, ...] = ()
    known: bool = True
    free: str = ""
    week: str = ""
    notices: tuple[Notice, ...] = ()
    bells: tuple[Bell, ...] = field(default=(), compare=False)

    @property
    def taking_place(self) -> tuple[Lesson, ...]:
        """The lessons without the cancelled ones."""
        return tuple(lesson for lesson in self.lessons if lesson.status != "cancelled")


def days_of(plan: Plan, *, extra: Sequence[Plan], first: date, count: int, calendar: Calendar) -> tuple[Day, ...]:
    """`count` days from `first`: the lessons of `plan`, with the substitutions of `plan` and `extra` merged on."""
    wanted = [first + timedelta(days=step) for step in range(count)]
    return tuple(_day(plan, extra, day, calendar) for day in wanted)


def _day(plan: Plan, extra: Sequence[Plan], day: date, calendar: Calendar) -> Day:
    plans = (plan, *extra)
    week = _week_of(plans, day, calendar)
    free = next((f.name or "-" for f in (*calendar.holidays, *_free_days(plans)) if f.first <= day <= f.last), "")
    lessons = [lesson for lesson in plan.lessons if lesson.date == day]
    if not free and _valid(plan, day):
        lessons += [replace(lesson, date=day) for lesson in plan.lessons if _falls_on(lesson, day, week, calendar)]
    # A plan with dates has its own changes in it: only those of the other plans are laid onto it.
    applied = any(lesson.date is not None for lesson in plan.lessons) and not _is_weekly(plan)
    sources = () if free else extra if applied else plans
    changes: list[Substitution] = [row for each in sources for row in each.substitutions if row.date == day]
    merged = merge_substitutions(lessons, changes, bells=plan.bells)
    return Day(
        date=day,
        lessons=tuple(sorted(merged, key=lesson_order)),
        known=bool(lessons or changes or free) or _speaks_for(plan, day) or any(day in each.days for each in extra),
        free=free,
        week=week,
        notices=tuple(notice for each in plans for notice in each.notices if notice.date == day),
        bells=plan.bells,
    )


def _free_days(plans: Iterable[Plan]) -> list[FreeDays]:
    return [free for plan in plans for free in plan.free_days]


def _week_of(plans: Sequence[Plan], day: date, calendar: Calendar) -> str:
    monday = day - timedelta(days=day.weekday())
    for plan in plans:
        for lesson in plan.lessons:
            if lesson.week and lesson.date is not None and monday <= lesson.date < monday + timedelta(days=7):
                return lesson.week
    return calendar.week_of(day)


def _is_weekly(plan: Plan) -> bool:
    return any(lesson.date is None for lesson in plan.lessons)


def _valid(plan: Plan, day: date) -> bool:
    return plan.valid_from is None or day >= plan.valid_from


def _falls_on(lesson: Lesson, day: date, week: str, calendar: Calendar) -> bool:
    """Whether a weekly lesson takes place; where its week type is not known, or none of the school's, it may."""
    if lesson.date is not None or lesson.weekday != day.weekday():
        return False
    unknown = week in calendar.weeks and lesson.week not in calendar.weeks
    return not lesson.week or not week or unknown or lesson.week == week


def _speaks_for(plan: Plan, day: date) -> bool:
    if plan.days and not _is_weekly(plan):
        return day in plan.days
    dated = [lesson.date for lesson in plan.lessons if lesson.date is not None]
    if _is_weekly(plan):
        return _valid(plan, day) or day in plan.days
    return bool(dated) and min(dated) <= day <= max(dated)


def lesson_order(lesson: Lesson) -> tuple[time, tuple[int, str], str, str]:
    """Lessons in the order of the day: by start, else by period."""
    return (
        lesson.start or time.max,
        period_order(lesson.periods[0] if lesson.periods else ""),
        lesson.subject,
        ",".join(lesson.groups),
    )


def period_order(label: str) -> tuple[int, str]:
    """A key that sorts "2" before "10" and a break "4/5" after "4"."""
    match = re.match(r"\d+", label)
    return (int(match[0]) if match else 1000, label)


def in_groups(lesson: Lesson, groups: Iterable[str]) -> bool:
    """Whether a lesson concerns somebody who picked these groups: whole-class lessons always do, no pick means all."""
    picked = {class_key(group) for group in groups}
    return not picked or not lesson.groups or any(class_key(group) in picked for group in lesson.groups)
