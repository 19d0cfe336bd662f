"""The school's year, and how often its site is asked."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.model import FreeDays
from bot.term import RARELY, SELDOM, days_to_school, first_school_day, pause_factor, spans, summer_break

ZONE = ZoneInfo("Europe/Vilnius")
CHRISTMAS = FreeDays(date(2026, 12, 23), date(2027, 1, 6))
SUMMER = FreeDays(date(2026, 6, 20), date(2026, 8, 31))


@pytest.mark.parametrize(
    ("when", "factor"),
    [
        ("2026-11-24 07:30", 1),
        ("2026-11-24 21:59", 1),
        ("2026-11-24 22:00", SELDOM),
        ("2026-11-25 04:59", SELDOM),
        ("2026-11-25 05:00", 1),
        ("2026-11-28 10:00", SELDOM),  # Saturday
        ("2026-11-29 10:00", 1),  # Sunday: Monday's plan may change
        ("2026-12-24 10:00", RARELY),
        ("2027-01-04 10:00", SELDOM),
        ("2027-01-06 10:00", 1),
    ],
)
def test_how_often_a_school_is_asked(when: str, factor: int) -> None:
    assert pause_factor(datetime.fromisoformat(when).replace(tzinfo=ZONE), [CHRISTMAS]) == factor


def test_days_to_school() -> None:
    assert days_to_school(date(2026, 11, 27), []) == 0
    assert days_to_school(date(2026, 11, 28), []) == 2
    assert days_to_school(date(2026, 7, 1), [SUMMER]) == 60


def test_only_the_long_break_ends_a_year() -> None:
    assert summer_break(date(2026, 6, 20), [CHRISTMAS, SUMMER]) == SUMMER
    assert summer_break(date(2026, 6, 30), [SUMMER]) is None
    assert summer_break(date(2026, 12, 23), [CHRISTMAS]) is None


def test_days_that_follow_each_other_are_one_span() -> None:
    friday = FreeDays(date(2026, 11, 27), date(2026, 11, 27), "a")
    monday = FreeDays(date(2026, 11, 30), date(2026, 12, 1), "b")
    later = FreeDays(date(2026, 12, 7), date(2026, 12, 7))
    assert spans([monday, later, friday]) == [FreeDays(friday.first, monday.last, "a"), later]
    assert first_school_day(friday.last, [monday]) == date(2026, 12, 2)
