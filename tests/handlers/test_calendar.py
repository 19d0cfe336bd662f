"""The calendar file: UIDs that stay when a room changes, times of the school's zone, cancelled lessons marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import icalendar

from bot.handlers.calendar import calendar_of
from bot.model import Lesson, Status, TargetKind
from bot.plans import Timetable
from bot.store.schools import School, StoredTarget

TABLE = Timetable(
    school=School("saules", "Saulės gimnazija", ZoneInfo("Europe/Vilnius")),
    target=StoredTarget(9, "saules", TargetKind.CLASS, "9a"),
    days=(),
    changed_at=datetime(2026, 11, 23, 15, tzinfo=UTC),
)
FIRST = Lesson(
    "Fizika",
    date=date(2026, 11, 24),
    periods=("3",),
    start=time(9, 50),
    end=time(10, 35),
    rooms=("302",),
    groups=("1",),
)


def events(*lessons: Lesson) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(calendar_of(TABLE, list(lessons)))
    return [event for event in calendar.walk("VEVENT") if isinstance(event, icalendar.Event)]


def test_a_lesson_keeps_its_uid_when_its_room_or_teacher_changes() -> None:
    (before,) = events(FIRST)
    (after,) = events(replace(FIRST, rooms=("112",), teachers=("A. Žaibas",), status=Status.CHANGED))
    assert before["uid"] == after["uid"]
    assert (before["location"], after["location"]) == ("302", "112")


def test_parallel_groups_and_equal_lessons_have_uids_of_their_own() -> None:
    found = events(FIRST, replace(FIRST, groups=("2",)), FIRST, replace(FIRST, date=date(2026, 11, 25)))
    assert len({event["uid"] for event in found}) == 4


def test_times_are_the_schools_and_cancelled_is_said() -> None:
    (event,) = events(replace(FIRST, status=Status.CANCELLED))
    assert event.decoded("dtstart") == datetime(2026, 11, 24, 9, 50, tzinfo=ZoneInfo("Europe/Vilnius"))
    assert event["status"] == "CANCELLED"
