"""What of a plan is asked for, and what it says of each day: a timetable that begins among the asked days."""

from __future__ import annotations

from datetime import date, timedelta

from bot.model import Calendar, Lesson, Plan
from bot.select import Days, within
from bot.timetable import days_of

MONDAY = date(2026, 11, 23)
WEEK = Days(MONDAY, MONDAY + timedelta(days=7))
WEEKLY = tuple(Lesson("Maths", weekday=weekday, periods=("1",)) for weekday in range(5))
OLD = tuple(Lesson("Biology", date=MONDAY + timedelta(days=n), weekday=n, periods=("1",)) for n in range(2))
BOTH = Plan(lessons=(*OLD, *WEEKLY), days=(MONDAY, MONDAY + timedelta(days=1)), valid_from=MONDAY + timedelta(days=2))


def test_a_timetable_that_begins_on_wednesday_has_no_monday_of_the_week() -> None:
    assert [(one.subject, one.weekday) for one in within(BOTH, WEEK).lessons] == [
        ("Biology", 0),
        ("Biology", 1),
        ("Maths", 2),
        ("Maths", 3),
        ("Maths", 4),
    ]
    assert within(BOTH, Days(MONDAY, MONDAY + timedelta(days=14))) == BOTH
    assert within(BOTH, Days(MONDAY, None)) == BOTH


def test_a_weekly_plan_alone_is_never_cut() -> None:
    later = Plan(lessons=WEEKLY, valid_from=date(2027, 2, 1))
    assert within(later, WEEK) == later


def test_each_day_has_the_timetable_that_holds_on_it() -> None:
    days = days_of(BOTH, extra=(), first=MONDAY - timedelta(days=1), count=6, calendar=Calendar())
    assert [(day.known, [one.subject for one in day.lessons]) for day in days] == [
        (False, []),
        (True, ["Biology"]),
        (True, ["Biology"]),
        (True, ["Maths"]),
        (True, ["Maths"]),
        (True, ["Maths"]),
    ]


def test_a_week_type_that_the_calendar_does_not_know_hides_no_lesson() -> None:
    plan = Plan(lessons=tuple(Lesson(week, weekday=0, week=week, periods=("1",)) for week in ("A", "B", "N")))
    found = {
        weeks: [
            one.subject
            for day in days_of(plan, extra=(), first=MONDAY, count=1, calendar=Calendar(anchor=MONDAY, weeks=weeks))
            for one in day.lessons
        ]
        for weeks in ((), ("A", "B"), ("N", "P"))
    }
    assert found == {(): ["A", "B", "N"], ("A", "B"): ["A", "N"], ("N", "P"): ["A", "B", "N"]}
