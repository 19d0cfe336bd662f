"""Days and their differences: laws over invented days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from bot.diff import canonical, diff
from bot.model import Lesson, Status

DAY = date(2026, 11, 24)
NAMES = st.sampled_from(["English", "Maths", "Physics"])
ROOMS = st.lists(st.sampled_from(["11", "12"]), max_size=2, unique=True).map(tuple)
TEACHERS = st.lists(st.sampled_from(["Lis", "Sowa"]), max_size=2, unique=True).map(tuple)
LESSONS = st.builds(
    Lesson,
    NAMES,
    date=st.just(DAY),
    weekday=st.sampled_from([1, None]),
    week=st.sampled_from(["", "A"]),
    periods=st.sampled_from([(), ("1",), ("2",), ("2", "3"), ("10",)]),
    start=st.sampled_from([None, time(8), time(9)]),
    teachers=TEACHERS,
    rooms=ROOMS,
    groups=st.sampled_from([(), ("1/2",), ("2/2",)]),
    status=st.sampled_from(Status),
    note=st.sampled_from(["", "ill"]),
)
DAYS = st.lists(LESSONS, max_size=7)


@given(DAYS)
def test_a_day_does_not_differ_from_itself(day: list[Lesson]) -> None:
    assert diff(day, day) == ()
    assert diff(day, day[::-1]) == ()


@given(DAYS, DAYS)
def test_the_edits_lead_from_one_day_to_the_other(before: list[Lesson], after: list[Lesson]) -> None:
    day = list(canonical(before))
    for edit in diff(before, after):
        if edit.before is not None:
            day.remove(edit.before)
        if edit.after is not None:
            day.append(edit.after)
    assert canonical(day) == canonical(after)


@given(DAYS, DAYS)
def test_no_lesson_is_named_twice(before: list[Lesson], after: list[Lesson]) -> None:
    edits = diff(before, after)
    assert all(edit.before != edit.after for edit in edits)
    assert len([edit for edit in edits if edit.before]) <= len(canonical(before))
    assert len([edit for edit in edits if edit.after]) <= len(canonical(after))


@given(DAYS)
def test_what_never_matters_is_no_difference(day: list[Lesson]) -> None:
    other = [replace(one, week="B", weekday=1, rooms=one.rooms[::-1], teachers=one.teachers[::-1]) for one in day]
    assert diff(day, other[::-1]) == ()


def test_a_double_lesson_is_two_single_ones() -> None:
    double = Lesson("Maths", date=DAY, periods=("1", "2"), start=time(8))
    singles = [replace(double, periods=("1",)), replace(double, periods=("2",), start=None)]
    assert diff([double], singles) == ()
