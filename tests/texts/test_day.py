"""A day in words: what is counted, what is unknown, what is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from bot.model import Lesson, Status, TargetKind, Was
from bot.texts import texts_in
from bot.texts.day import headline, lesson_line, summary, visible_length
from bot.timetable import Day

TEXTS = texts_in("en")
PHYSICS = Lesson("Physics & <Fun>", date(2026, 11, 24), 1, periods=("3",), start=time(9, 50), end=time(10, 35))
FIRST_HALF = Lesson("English", date(2026, 11, 24), 1, periods=("4",), groups=("1/2",), rooms=("112",))
SECOND_HALF = Lesson("English", date(2026, 11, 24), 1, periods=("4",), groups=("2/2",), rooms=("113",))
CANCELLED = Lesson("History", date(2026, 11, 24), 1, periods=("5",), status=Status.CANCELLED)
DAY = Day(date(2026, 11, 24), (PHYSICS, FIRST_HALF, SECOND_HALF, CANCELLED))


@pytest.mark.parametrize(
    ("day", "rows_only", "words"),
    [
        (DAY, False, "2 lessons · 1 cancelled"),
        (DAY, True, "1 cancelled"),
        (replace(DAY, lessons=()), False, "No lessons."),
        (replace(DAY, lessons=()), True, "No changes."),
        (replace(DAY, lessons=(), known=False), False, "The school has not published this day."),
        (replace(DAY, lessons=(), known=False), True, "The school has not published this day."),
        (replace(DAY, lessons=(), free="Christmas & co"), False, "No school: Christmas &amp; co"),
    ],
)
def test_the_summary(day: Day, *, rows_only: bool, words: str) -> None:
    assert summary(TEXTS, day, rows_only=rows_only) == words


def test_a_plan_of_nobody_in_particular_is_of_its_day() -> None:
    assert headline(TEXTS, DAY, "").splitlines()[0] == "<b>Tuesday, 24 November</b>"


def test_what_schools_write_is_escaped() -> None:
    assert lesson_line(TEXTS, PHYSICS) == "3. 09:50–10:35 <b>Physics &amp; &lt;Fun&gt;</b>"
    assert "<b>Tuesday, 24 November</b> · 9a &lt;x&gt;" in headline(TEXTS, DAY, "9a <x>")


def test_old_and_new_stand_side_by_side() -> None:
    moved = replace(PHYSICS, subject="Physics", rooms=("112",), was=Was(rooms=("205",)), status=Status.CHANGED)
    assert lesson_line(TEXTS, moved) == "3. 09:50–10:35 <b>Physics</b> · <s>205</s> 112 · <i>changed</i>"


def test_lengths_count_as_telegram_counts() -> None:
    assert visible_length("<b>a &amp; b</b>") == 5
    assert visible_length("😀") == 2


def test_a_line_says_who_else_is_there() -> None:
    lesson = Lesson("Biologija", rooms=("301",), teachers=("N. Žolė",), classes=("9a",), groups=("1/2",))
    told = {kind: lesson_line(TEXTS, lesson, kind) for kind in TargetKind}
    assert told[TargetKind.CLASS] == "<b>Biologija</b> · 301 · N. Žolė · 1/2"
    assert told[TargetKind.TEACHER] == "<b>Biologija</b> · 301 · 9a · 1/2"
    assert told[TargetKind.ROOM] == "<b>Biologija</b> · 9a · N. Žolė · 1/2"
