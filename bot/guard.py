"""What of a new plan is believed: what it leaves out stays, what suddenly shrank must be seen twice. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import date, timedelta

from bot.model import Calendar, Lesson, Plan
from bot.timetable import days_of

SHRUNK = 0.5
"""A plan, or one day of it, that lost more than this part of what it said must be seen twice."""
FEW = 4
"""Less than so many lessons or rows come and go as they like."""
FAR = 14


def carried(old: Plan, new: Plan, today: date, calendar: Calendar) -> Plan:
    """The new plan with what it does not speak of any more: today after the page was turned, a day whose file is away,
    the lessons until a new timetable begins.

    Of a plan of substitutions only days before its first one are kept: the last row of a later day may have been taken
    back, and its heading with it.
    """
    missing = {day for day in old.days if day >= today and day not in new.days} if new.days else set()
    if not (old.lessons or new.lessons):
        missing = {day for day in missing if day < min(new.days)}
    lessons = [lesson for lesson in old.lessons if lesson.date in missing]
    if new.valid_from is not None and today < new.valid_from:
        lessons += [one for one in _until(old, new.valid_from, today, calendar) if one.date not in new.days]
    if not missing and not lessons:
        return new
    return replace(
        new,
        lessons=(*new.lessons, *lessons),
        substitutions=(*new.substitutions, *(row for row in old.substitutions if row.date in missing)),
        notices=(*new.notices, *(notice for notice in old.notices if notice.date in missing)),
        days=(*new.days, *sorted(missing)),
    )


def _until(old: Plan, begin: date, today: date, calendar: Calendar) -> list[Lesson]:
    """The old weekly lessons, day by day, until the new timetable begins."""
    count = min((begin - today).days, FAR)
    bare = replace(old, substitutions=(), days=())
    days = days_of(bare, extra=(), first=today, count=count, calendar=calendar)
    return [lesson for day in days for lesson in day.lessons]


def is_doubtful(old: Plan, new: Plan, today: date) -> bool:
    """Whether `new` must be seen a second time before it replaces `old`: all of it, or one of its days, shrank.

    Only what both plans could say is compared: dated rows from `today` on, weekly rows as they are. A day that the new
    plan names free is no riddle.
    """
    free = {day for span in new.free_days for day in _each(span.first, span.last)}
    before, after = _lessons(old, today, free), _lessons(new, today, free)
    rows, tasks = (_rows(old, today), _rows(new, today)), (_tasks(old, today), _tasks(new, today))
    for one in ((sum(before.values()), sum(after.values())), rows, tasks):
        if _shrank(*one) or _emptied(*one):
            return True
    return any(_shrank(count, after[day]) for day, count in before.items())


def _shrank(before: int, after: int) -> bool:
    return before >= FEW and after < before * SHRUNK


def _emptied(before: int, after: int) -> bool:
    return before > 0 and after == 0


def _lessons(plan: Plan, today: date, free: Iterable[date]) -> Counter[Hashable]:
    """How many lessons each date has, and each weekday of a weekly plan; dates that are free or over left out."""
    away = set(free)
    return Counter(
        ("weekday", lesson.weekday) if lesson.date is None else lesson.date
        for lesson in plan.lessons
        if lesson.date is None or (lesson.date >= today and lesson.date not in away)
    )


def _rows(plan: Plan, today: date) -> int:
    return sum(row.date is None or row.date >= today for row in plan.substitutions)


def _tasks(plan: Plan, today: date) -> int:
    """Homework and tests, whose lessons may stand in another plan."""
    days = [task.due for task in plan.homework] + [exam.date for exam in plan.exams]
    return sum(day is None or day >= today for day in days)


def _each(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=step) for step in range(min((last - first).days, 400) + 1))
