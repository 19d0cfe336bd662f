"""When a change reaches a chat."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.diff import Edit
from bot.model import Lesson
from bot.news import Told, What
from bot.reach import Reach, due_at, still_ahead
from bot.timetable import Day

ZONE = ZoneInfo("Europe/Vilnius")
QUIET = ("21:30", "06:30")
FRIDAY = date(2026, 11, 27)
DAYS = tuple(
    Day(FRIDAY + timedelta(days=n), free="Free" if n == 5 else "")  # Wednesday is free
    for n in range(14)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def reach(now: str) -> Reach:
    return Reach(ZONE, at(now), DAYS)


def item(start: time | None, end: time | None = None, what: What = What.CANCELLED) -> Told:
    return Told(what, Edit(Lesson("Maths", start=start, end=end), None))


def due(now: str, day: date, horizon: str, quiet: tuple[str, str] | None = None, start: time = time(8)) -> str:
    found = due_at(reach(now), [item(start, time(8, 45))], day=day, horizon=horizon, quiet=quiet)
    return f"{found.when:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("horizon", "ahead", "covered"),
    [("today", 0, True), ("today", 3, False), ("tomorrow", 3, True), ("tomorrow", 4, False), ("week", 6, True),
     ("week", 7, False), ("all", 13, True)],
)  # fmt: skip
def test_horizons(horizon: str, ahead: int, covered: bool) -> None:
    assert reach("2026-11-27 10:00").covers(horizon, FRIDAY + timedelta(days=ahead)) is covered


def test_after_a_free_day_tomorrow_is_the_next_school_day() -> None:
    assert reach("2026-11-27 10:00").next_school_day(date(2026, 12, 1)) == date(2026, 12, 3)


def test_what_is_beyond_the_horizon_is_told_when_it_comes_near() -> None:
    assert due("2026-11-27 10:00", date(2026, 12, 3), "tomorrow") == "12-01 15:00"
    assert due("2026-11-27 10:00", date(2026, 12, 3), "today", start=time(12)) == "12-03 06:30"
    assert due("2026-11-27 10:00", date(2026, 12, 9), "week") == "12-03 15:00"


def test_quiet_hours_hold_back_but_not_the_next_lessons() -> None:
    monday = date(2026, 11, 30)
    assert due("2026-11-29 22:00", monday, "week", QUIET) == "11-30 06:00"  # two hours before the lesson
    assert due("2026-11-29 22:00", monday, "week", QUIET, start=time(12)) == "11-30 06:30"
    assert due("2026-11-30 06:15", monday, "week", QUIET) == "11-30 06:15"
    assert due("2026-11-30 06:15", monday, "today") == "11-30 06:15"
    assert due("2026-11-30 05:15", monday, "today", start=time(12)) == "11-30 06:30"


def test_over_the_end_of_summer_time_two_hours_are_two_hours() -> None:
    sunday = date(2026, 10, 25)  # 04:00 is 03:00 again
    days = (Day(sunday),)
    asleep = Reach(ZONE, at("2026-10-24 23:00"), days)
    found = due_at(asleep, [item(time(4, 30), time(5))], day=sunday, horizon="week", quiet=("22:00", "07:00"))
    assert found.when.utcoffset() == timedelta(hours=3)
    assert f"{found.when:%H:%M}" == "03:30"


def test_a_message_has_sense_until_its_last_lesson_ends() -> None:
    found = due_at(reach("2026-11-27 10:00"), [item(time(12), time(12, 45)), item(time(8), time(8, 45))],
                   day=FRIDAY, horizon="week", quiet=None)  # fmt: skip
    assert f"{found.expires:%m-%d %H:%M}" == "11-27 12:45"
    endless = due_at(reach("2026-11-27 10:00"), [item(None)], day=FRIDAY, horizon="week", quiet=None)
    assert f"{endless.expires:%m-%d %H:%M}" == "11-28 00:00"


def test_nothing_for_the_past() -> None:
    now = at("2026-11-27 10:40")
    assert not still_ahead(item(time(9, 50), time(10, 35)), FRIDAY, now)
    assert still_ahead(item(time(9, 50), time(10, 45)), FRIDAY, now)
    assert still_ahead(item(None), FRIDAY, now)
    assert not still_ahead(item(None), FRIDAY - timedelta(days=1), now)
    assert still_ahead(item(time(8)), FRIDAY + timedelta(days=1), now)
