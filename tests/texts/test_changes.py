"""Changes in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from bot.diff import canonical
from bot.model import Lesson, Status, Was
from bot.news import State, told
from bot.texts import texts_in
from bot.texts.changes import changes_text, published_text, rebuilt_text

DAY = date(2026, 11, 24)
TEXTS = texts_in("en")
ENGLISH = Lesson(
    "English", date=DAY, periods=("3",), start=time(9, 50), end=time(10, 35), teachers=("L. Rasa",), rooms=("205",)
)
PHYSICS = Lesson(
    "Physics", date=DAY, periods=("4",), start=time(10, 55), end=time(11, 40), teachers=("A. Žaibas",), rooms=("303",)
)
MATHS = Lesson("Maths", date=DAY, periods=("5",), start=time(12), end=time(12, 45), rooms=("308",))


def said(before: list[Lesson], after: list[Lesson], *, rows_only: bool = False) -> str:
    states = State(canonical(before), rows_only=rows_only), State(canonical(after), rows_only=rows_only)
    return changes_text(TEXTS, DAY, told(*states), before=states[0], after=states[1])


def test_the_sentence_of_the_specification() -> None:
    after = [replace(ENGLISH, rooms=("112",)), replace(PHYSICS, status=Status.CANCELLED, note="teacher ill"), MATHS]
    assert said([ENGLISH, PHYSICS, MATHS], after) == (
        "Tuesday 24/11, lesson 3: English in 112 instead of 205 · lesson 4: Physics is cancelled (teacher ill)"
    )


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (replace(ENGLISH, teachers=("E. Rūkas",)), "lesson 3: English with E. Rūkas instead of L. Rasa"),
        (
            replace(ENGLISH, rooms=("112",), teachers=("E. Rūkas",)),
            "lesson 3: English in 112 instead of 205, with E. Rūkas instead of L. Rasa",
        ),
        (replace(ENGLISH, subject="Art"), "lesson 3: Art instead of English"),
        (replace(ENGLISH, start=time(10), end=time(10, 40)), "lesson 3: English at 10:00–10:40 instead of 09:50–10:35"),
        (replace(ENGLISH, periods=("7",), start=None, end=None), "lesson 3: English moves to lesson 7"),
        (replace(ENGLISH, subject="<b>&"), "lesson 3: &lt;b&gt;&amp; instead of English"),
    ],
)
def test_one_change(after: Lesson, words: str) -> None:
    assert said([ENGLISH], [after]) == f"Tuesday 24/11, {words}"


def test_the_same_in_periods_that_follow_is_said_once() -> None:
    double = [PHYSICS, replace(PHYSICS, periods=("5",), start=time(12), end=time(12, 45)), ENGLISH]
    gone = [replace(one, status=Status.CANCELLED) for one in double[:2]] + [ENGLISH]
    assert said(double, gone) == "Tuesday 24/11, lessons 4–5: Physics is cancelled"


def test_a_double_lesson_that_moves_is_said_once_with_its_new_room() -> None:
    double = [PHYSICS, replace(PHYSICS, periods=("5",), start=time(12), end=time(12, 45)), ENGLISH]
    moved = [replace(one, periods=(period,), start=None, end=None, rooms=("20",))
             for one, period in zip(double, "78", strict=False)]  # fmt: skip
    assert said(double, [*moved, ENGLISH]) == "Tuesday 24/11, lessons 4–5: Physics moves to lessons 7–8, in 20"


def test_a_lesson_that_takes_place_after_all_says_with_whom() -> None:
    now = replace(PHYSICS, status=Status.CHANGED, teachers=("E. Rūkas",), was=Was(teachers=("A. Žaibas",)))
    gone = replace(PHYSICS, status=Status.CANCELLED)
    assert said([gone], [now]) == "Tuesday 24/11, lesson 4: Physics takes place after all, with E. Rūkas"
    assert said([gone], [PHYSICS]) == "Tuesday 24/11, lesson 4: Physics takes place after all"


def test_lessons_without_numbers_are_named_by_their_time() -> None:
    plain = replace(ENGLISH, periods=())
    assert said([plain], [replace(plain, rooms=("1",))]) == "Tuesday 24/11, 09:50: English in 1 instead of 205"


def test_many_changes_stand_below_each_other() -> None:
    every = [replace(ENGLISH, periods=(str(n),), start=time(7 + n), end=time(7 + n, 45)) for n in (1, 2, 4, 6, 8)]
    lines = said(every, [replace(one, rooms=("1",), note="x", status=Status.CHANGED) for one in every]).splitlines()
    assert lines[0] == "Tuesday 24/11:"
    assert lines[1] == "• lessons 1–2: English in 1 instead of 205 (x)"
    assert len(lines) == 5


def test_a_day_without_any_lesson() -> None:
    every = [ENGLISH, PHYSICS, MATHS]
    gone = [replace(one, status=Status.CANCELLED, note="excursion") for one in every]
    assert said(every, gone) == "Tuesday 24/11: all lessons are cancelled (excursion)"


def test_a_day_that_became_free() -> None:
    before, after = State(canonical([ENGLISH])), State(free="Autumn <break>")
    assert changes_text(TEXTS, DAY, (), before=before, after=after) == "Tuesday 24/11: no school (Autumn &lt;break&gt;)"
    assert changes_text(TEXTS, DAY, (), before=after, after=before) == "Tuesday 24/11: there is school after all"


def test_rows_without_a_plan() -> None:
    row = replace(ENGLISH, rooms=("112",), status=Status.CHANGED, was=Was(teachers=("O. Liepa",)))
    assert said([], [row], rows_only=True) == "Tuesday 24/11, lesson 3: English with L. Rasa instead of O. Liepa"
    bare = replace(row, was=Was())
    assert said([], [bare], rows_only=True) == "Tuesday 24/11, lesson 3: English in 112 with L. Rasa"
    nameless = replace(row, subject="", status=Status.CANCELLED, was=Was())
    assert said([], [nameless], rows_only=True) == "Tuesday 24/11, lesson 3: the lesson with L. Rasa is cancelled"
    assert said([row], [], rows_only=True) == "Tuesday 24/11, lesson 3: English as planned again"


def test_plans_that_are_out() -> None:
    assert published_text(TEXTS, [DAY]) == "The plan for Tuesday 24/11 is out"
    assert published_text(TEXTS, [DAY, date(2026, 11, 27)]) == "The plan from Tuesday 24/11 to Friday 27/11 is out"
    assert rebuilt_text(TEXTS, DAY) == "The timetable was rebuilt, from Tuesday 24/11 on"


def test_weekdays_are_written_small_inside_a_sentence() -> None:
    assert published_text(texts_in("pl"), [DAY]) == "Jest już plan: wtorek 24.11"
    assert rebuilt_text(texts_in("lt"), DAY) == "Naujas tvarkaraštis, galioja nuo: antradienis 11-24"
    assert published_text(texts_in("de"), [DAY]) == "Der Plan für Dienstag 24.11. ist da"


def test_an_edit_of_the_weekly_plan_is_said_once_for_all_weeks() -> None:
    states = State(canonical([ENGLISH])), State(canonical([replace(ENGLISH, rooms=("112",))]))
    words = changes_text(TEXTS, DAY, told(*states), before=states[0], after=states[1], weekly=True)
    assert words == "Tuesday 24/11, lesson 3: English in 112 instead of 205 · also in the weeks after"
