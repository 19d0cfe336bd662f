"""What an edit means to those who go to school, and what is not worth telling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from bot.diff import Edit, canonical
from bot.model import Lesson, Status, Was
from bot.news import State, Told, What, is_rebuilt, marked, same_but_date, told
from bot.reach import concerns

DAY = date(2026, 11, 24)


def lesson(period: int, subject: str, room: str = "11", *, teacher: str = "Lis", group: str = "") -> Lesson:
    return Lesson(
        subject,
        date=DAY,
        periods=(str(period),),
        start=time(7 + period),
        end=time(7 + period, 45),
        teachers=(teacher,),
        rooms=(room,),
        groups=(group,) if group else (),
    )


PLAN = [lesson(1, "Maths"), lesson(2, "Physics", "31"), lesson(3, "English"), lesson(4, "Art", "16")]


def meaning(before: list[Lesson], after: list[Lesson], *, rows_only: bool = False) -> list[What]:
    items = told(State(canonical(before), rows_only=rows_only), State(canonical(after), rows_only=rows_only))
    return [item.what for item in items]


@pytest.mark.parametrize(
    ("after", "what"),
    [
        ([replace(PLAN[0], rooms=("12",)), *PLAN[1:]], [What.CHANGED]),
        ([replace(PLAN[0], teachers=("Sowa",)), *PLAN[1:]], [What.CHANGED]),
        ([replace(PLAN[0], rooms=()), *PLAN[1:]], []),
        ([replace(PLAN[0], subject="History"), *PLAN[1:]], [What.CHANGED]),
        ([replace(PLAN[0], status=Status.CANCELLED), *PLAN[1:]], [What.CANCELLED]),
        (PLAN[1:], [What.CANCELLED]),
        ([*PLAN, lesson(5, "Sport")], [What.ADDED]),
        ([replace(PLAN[0], periods=("7",), start=None, end=None), *PLAN[1:]], [What.MOVED]),
        ([replace(PLAN[0], note="bring a ruler"), *PLAN[1:]], []),
        ([replace(PLAN[0], status=Status.CHANGED, note="in English"), *PLAN[1:]], [What.NOTED]),
    ],
)
def test_what_an_edit_means(after: list[Lesson], what: list[What]) -> None:
    assert meaning(PLAN, after) == what


def test_two_lessons_that_change_places_are_two_moves() -> None:
    swapped = [replace(PLAN[0], periods=("2",), start=PLAN[1].start, end=PLAN[1].end),
               replace(PLAN[1], periods=("1",), start=PLAN[0].start, end=PLAN[0].end), *PLAN[2:]]  # fmt: skip
    assert meaning(PLAN, swapped) == [What.MOVED, What.MOVED]


def test_cancelled_here_and_added_there_has_moved() -> None:
    after = [
        replace(PLAN[1], status=Status.CANCELLED),
        PLAN[0],
        *PLAN[2:],
        replace(PLAN[1], periods=("7",), status=Status.MOVED),
    ]
    (item,) = told(State(canonical(PLAN)), State(canonical(after)))
    assert item.what is What.MOVED
    assert item.edit.after is not None
    assert item.edit.after.periods == ("7",)


def test_a_double_lesson_moves_as_one() -> None:
    double = [lesson(1, "Art"), lesson(2, "Art"), lesson(3, "Sport")]
    after = [lesson(3, "Sport"), lesson(5, "Art"), lesson(6, "Art")]
    found = told(State(canonical(double)), State(canonical(after)))
    assert [(one.edit.before, one.edit.after) for one in found] == [(double[0], after[1]), (double[1], after[2])]
    marked_gone = [replace(one, status=Status.CANCELLED) for one in double[:2]]
    fresh = [replace(one, status=Status.ADDED) for one in after[1:]]
    assert meaning(double, [*marked_gone, lesson(3, "Sport"), *fresh]) == [What.MOVED, What.MOVED]


def test_a_class_that_is_split_and_one_that_is_joined() -> None:
    whole = replace(lesson(3, "English"), teachers=("Lis",), rooms=("21",))
    first, second = replace(whole, groups=("1/2",)), replace(whole, groups=("2/2",), teachers=("Sowa",), rooms=("22",))
    (split_,) = told(State((whole,)), State(canonical([first, second])))
    assert (split_.what, split_.edit) == (What.CHANGED, Edit(whole, second))
    (joined,) = told(State(canonical([first, second])), State((whole,)))
    assert (joined.what, joined.edit) == (What.CHANGED, Edit(second, whole))
    for item in (split_, joined):
        assert concerns(item, ("2/2",))
        assert concerns(item, ())
        assert not concerns(item, ("1/2",))  # has it where and with whom it always did
    assert meaning([whole, first], [whole]) == [What.CANCELLED]  # the whole class had its lesson beside it


def test_a_change_that_is_taken_back() -> None:
    changed = [replace(PLAN[0], rooms=("12",), status=Status.CHANGED, was=Was(rooms=("11",))), *PLAN[1:]]
    assert meaning(changed, PLAN) == [What.AS_PLANNED]
    gone = [replace(PLAN[0], status=Status.CANCELLED), *PLAN[1:]]
    assert meaning(gone, PLAN) == [What.RETURNED]
    assert meaning(gone, PLAN[1:]) == []  # cancelled, and then not listed any more


def test_a_row_that_is_gone_was_taken_back_where_only_rows_are_published() -> None:
    rows = [replace(PLAN[0], status=Status.CANCELLED), replace(PLAN[1], status=Status.CHANGED)]
    assert meaning(rows, [], rows_only=True) == [What.RETURNED, What.AS_PLANNED]
    assert meaning([], rows, rows_only=True) == [What.CANCELLED, What.CHANGED]


def test_halves_of_a_class_are_told_apart() -> None:
    halves = [
        lesson(3, "English", "21", teacher="Lis", group="1/2"),
        lesson(3, "English", "22", teacher="Sowa", group="2/2"),
    ]
    after = [halves[0], replace(halves[1], rooms=("23",))]
    (item,) = told(State(canonical(halves)), State(canonical(after)))
    assert item.edit.lesson.groups == ("2/2",)


def test_of_a_day_that_was_unknown_only_the_schools_own_marks_are_told() -> None:
    after = [replace(PLAN[0], status=Status.CANCELLED), *PLAN[1:]]
    items = told(State(known=False), State(canonical(after)))
    assert [(item.what, item.edit.before) for item in items] == [(What.CANCELLED, None)]


def test_a_new_timetable_is_told_from_many_changes_of_one_day() -> None:
    before = State(canonical([lesson(n, f"S{n}") for n in range(1, 7)]))
    after = State(canonical([lesson(n, f"T{n}") for n in range(1, 7)]))
    assert is_rebuilt([(before, after), (before, after)])
    assert not is_rebuilt([(before, after)])
    assert not is_rebuilt([(before, after), (before, State(free="Autumn"))])
    few = State(canonical([lesson(1, "T1"), *(lesson(n, f"S{n}") for n in range(2, 7))]))
    assert not is_rebuilt([(before, few), (before, few)])
    away = State(tuple(replace(one, status=Status.CANCELLED) for one in before.lessons))
    assert not is_rebuilt([(before, away), (before, away)])  # two days out, each of which is one line
    rows = State(after.lessons, rows_only=True)
    assert not is_rebuilt([(State(rows_only=True), rows), (State(rows_only=True), rows)])  # many substitutions at once


def test_what_the_school_did_not_mark_is_marked_in_the_picture() -> None:
    after = [replace(PLAN[0], rooms=("12",)), *PLAN[2:]]
    shown = marked(after, told(State(canonical(PLAN)), State(canonical(after))))
    assert [(one.subject, one.status.value, one.was.rooms) for one in shown] == [
        ("Maths", "changed", ("11",)),
        ("Physics", "cancelled", None),
        ("English", "planned", None),
        ("Art", "planned", None),
    ]


def test_a_told_edit_has_a_side() -> None:
    assert Told(What.ADDED, Edit(None, PLAN[0])).edit.lesson is PLAN[0]


def test_the_same_edit_a_week_later() -> None:
    def items(day: date, room: str) -> tuple[Told, ...]:
        before = [replace(one, date=day) for one in PLAN]
        after = [replace(before[0], rooms=(room,)), *before[1:]]
        return told(State(canonical(before)), State(canonical(after)))

    later = date(2026, 12, 1)
    assert same_but_date(items(DAY, "12"), items(later, "12"))
    assert not same_but_date(items(DAY, "12"), items(later, "13"))
