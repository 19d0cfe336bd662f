"""How lessons become a view: rows, doubles, groups, free periods, and what belongs to which lesson."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Bell, Exam, Homework, Lesson, Status, Was
from bot.render import THEMES, content_hash
from bot.render.grid import number_of
from bot.render.view import DayView, Frame, WeekView, day_heads, day_view, week_view, weekday_heads
from tools import picture_samples as samples
from tools.picture_samples import BELLS, DAY, MONDAY, WORDS, lesson

FRAME = Frame("Title")


def day(lessons: Sequence[Lesson], **more: Any) -> DayView:
    return day_view(lessons, frame=FRAME, words=WORDS["en"], slots={}, **more)


def week(lessons: Sequence[Lesson], **more: Any) -> WeekView:
    heads = more.pop("days", weekday_heads("en", range(5)))
    return week_view(lessons, days=heads, frame=FRAME, words=WORDS["en"], slots={}, **more)


def rows(view: DayView) -> list[tuple[str, list[str]]]:
    return [(slot.label, [entry.lesson.subject for entry in slot.entries]) for slot in view.rows]


def weekly(weekday: int, *periods: str, subject: str = "Physics", **more: Any) -> Lesson:
    return Lesson(subject, weekday=weekday, periods=periods, **more)


def test_lessons_stand_in_the_order_of_their_periods() -> None:
    view = day([weekly(0, "10", subject="C"), weekly(0, "9", subject="B"), weekly(0, "0", subject="A")])
    assert rows(view)[0] == ("0", ["A"])
    assert rows(view)[-2:] == [("9", ["B"]), ("10", ["C"])]


def test_a_double_is_one_row_from_its_start_to_its_end() -> None:
    view = day([lesson(DAY, 3, "Physics", "A. Lang", "12"), lesson(DAY, 4, "Physics", "A. Lang", "12")])
    (slot,) = view.rows
    assert (slot.label, slot.start, slot.end) == ("3–4", time(9, 50), time(11, 40))
    assert slot.entries[0].lesson.periods == ("3", "4")


def test_lessons_that_differ_are_not_merged() -> None:
    one = lesson(DAY, 3, "Physics", "A. Lang", "12")
    for other in (
        replace(lesson(DAY, 4, "Physics", "A. Lang", "12"), rooms=("13",)),
        replace(lesson(DAY, 4, "Physics", "A. Lang", "12"), status=Status.CANCELLED),
        replace(lesson(DAY, 4, "Physics", "A. Lang", "12"), note="outside"),
        lesson(DAY, 5, "Physics", "A. Lang", "12"),
    ):
        assert len([slot for slot in day([one, other]).rows if slot.entries]) == 2


def test_a_double_beside_a_single_group_stays_apart() -> None:
    view = day([weekly(0, "3", "4", subject="A", groups=("1",)), weekly(0, "3", subject="B", groups=("2",))])
    assert rows(view) == [("3", ["A", "B"]), ("4", ["A"])]


def test_parallel_groups_share_a_row_and_a_double_of_both_is_merged() -> None:
    pair = [lesson(DAY, n, s, group=g) for n in (1, 2) for s, g in (("French", "1"), ("German", "2"))]
    assert rows(day(pair)) == [("1–2", ["French", "German"])]


def test_the_same_lesson_twice_is_drawn_once() -> None:
    assert rows(day([weekly(0, "1"), weekly(0, "1")])) == [("1", ["Physics"])]


def test_what_replaces_a_cancelled_lesson_stands_before_it() -> None:
    view = day(
        [lesson(DAY, 2, "Art", status=Status.CANCELLED), lesson(DAY, 2, "Physics", status=Status.ADDED)], bells=BELLS
    )
    assert rows(view) == [("2", ["Physics", "Art"])]


def test_free_periods_are_shown_between_lessons_only() -> None:
    view = day([lesson(DAY, 2, "Art"), lesson(DAY, 5, "Physics")], bells=BELLS)
    assert rows(view) == [("2", ["Art"]), ("3–4", []), ("5", ["Physics"])]
    assert (view.rows[1].start, view.rows[1].end) == (time(9, 50), time(11, 40))


def test_a_free_period_without_bells_has_no_invented_time() -> None:
    view = day([weekly(0, "1"), weekly(0, "3")])
    assert rows(view) == [("1", ["Physics"]), ("2", []), ("3", ["Physics"])]
    assert view.rows[1].start is None


def test_a_break_duty_is_not_a_gap() -> None:
    view = day([weekly(0, "4", subject="A"), weekly(0, "4/5", subject="Duty"), weekly(0, "5", subject="B")])
    assert rows(view) == [("4", ["A"]), ("4/5", ["Duty"]), ("5", ["B"])]


def test_calendar_events_stand_by_their_times() -> None:
    def event(start: str, end: str, subject: str) -> Lesson:
        return Lesson(subject, date=DAY, weekday=1, start=time.fromisoformat(start), end=time.fromisoformat(end))

    view = day([event("13:00", "13:45", "B"), event("08:00", "08:45", "A"), event("08:05", "08:45", "A2")])
    assert rows(view) == [("", ["A", "A2"]), ("", ["B"])]
    assert view.rows[0].start == time(8)


def test_events_of_a_week_share_rows_by_their_times() -> None:
    def event(weekday: int, start: str, end: str) -> Lesson:
        return Lesson("X", weekday=weekday, start=time.fromisoformat(start), end=time.fromisoformat(end), note=start)

    view = week([event(0, "08:00", "08:45"), event(0, "08:55", "09:40"), event(1, "08:00", "09:40")])
    assert [(row.start, row.end) for row in view.periods] == [(time(8), time(8, 45)), (time(8, 55), time(9, 40))]
    assert [(cell.column, cell.row, cell.span) for cell in view.cells] == [(0, 0, 1), (0, 1, 1), (1, 0, 2)]


def test_an_event_finds_the_period_of_its_time() -> None:
    event = Lesson("Talk", weekday=1, start=time(8, 55), end=time(9, 40))
    view = week([lesson(MONDAY, 2, "Art"), event], bells=BELLS)
    assert len(view.periods) == 1
    assert [(cell.column, cell.row) for cell in view.cells] == [(0, 0), (1, 0)]


def test_lessons_without_period_and_time_come_last_in_their_order() -> None:
    view = day([Lesson("Z", weekday=0), weekly(0, "1", subject="A"), Lesson("Y", weekday=0)])
    assert rows(view) == [("1", ["A"]), ("", ["Z"]), ("", ["Y"])]


def test_only_rows_that_occur_are_drawn() -> None:
    view = week([weekly(0, "2"), weekly(3, "6")], bells=BELLS)
    assert [row.label for row in view.periods] == ["2", "6"]
    assert view.periods[0].start == time(8, 55)


def test_dated_lessons_stand_under_their_date_only() -> None:
    heads = day_heads("en", [MONDAY, DAY])
    view = week([lesson(DAY, 1, "A"), lesson(date(2025, 11, 25), 1, "B")], days=heads)
    assert [(cell.column, cell.entries[0].lesson.subject) for cell in view.cells] == [(1, "A")]


def test_most_lessons_say_when_a_period_is() -> None:
    short = weekly(4, "1", start=time(8), end=time(8, 30))
    normal = [weekly(at, "1", start=time(8), end=time(8, 45)) for at in range(3)]
    view = week([short, *normal])
    assert view.periods[0].end == time(8, 45)


def test_bells_go_before_what_lessons_say() -> None:
    view = week([weekly(0, "1", start=time(9), end=time(9, 45))], bells=[Bell("1", time(8), time(8, 45))])
    assert view.periods[0].start == time(8)
    assert view.cells[0].entries[0].lesson.start == time(9)


def test_homework_goes_to_the_first_lesson_of_its_subject_that_is_held() -> None:
    task = Homework("PHYSICS ", "Read", due=DAY)
    lessons = [lesson(DAY, 1, "Physics", status=Status.CANCELLED), lesson(DAY, 3, "Physics"), lesson(DAY, 5, "Physics")]
    view = day(lessons, homework=[task])
    assert [len(entry.homework) for slot in view.rows for entry in slot.entries] == [0, 1, 0]
    assert view.loose == ()


def test_homework_without_a_lesson_is_kept() -> None:
    task = Homework("Latin", "Read")
    assert day([weekly(0, "1")], homework=[task]).loose == (task,)


def test_an_exam_marks_its_lesson_on_its_day() -> None:
    exam = Exam("Physics", DAY)
    heads = day_heads("en", [MONDAY, DAY])
    view = week([lesson(MONDAY, 1, "Physics"), lesson(DAY, 1, "Physics")], days=heads, exams=[exam])
    assert [cell.entries[0].exams for cell in view.cells] == [(), (exam,)]


def test_a_moved_lesson_says_where_it_was() -> None:
    moved = lesson(DAY, 5, "Art", status=Status.MOVED, was=Was(date=MONDAY, periods=("2", "3")))
    (entry,) = day([moved], lang="pl").rows[0].entries
    assert entry.moved_from == "17.11 · 2–3"


def test_lessons_of_a_week_type_say_so_where_the_picture_does_not() -> None:
    made = [weekly(0, "1", subject="A", week="odd", groups=("2",)), weekly(0, "1", subject="B")]
    words = replace(WORDS["en"], week="week {name}")
    for frame, of_day, of_week in ((FRAME, ("week odd",), ("odd",)), (replace(FRAME, week="week odd"), (), ())):
        card = day_view(made, frame=frame, words=words, slots={})
        assert [entry.lesson.groups for entry in card.rows[0].entries] == [(), (*of_day, "2")]
        grid = week_view(made, days=weekday_heads("en", range(5)), frame=frame, words=words, slots={})
        assert [entry.lesson.groups for entry in grid.cells[0].entries] == [(), (*of_week, "2")]


def test_no_lessons_make_an_empty_view() -> None:
    assert day([]).rows == ()
    assert week([]).cells == ()


def test_numbers_of_labels() -> None:
    assert [number_of(label) for label in ("3", "4/5", "0", "P", "", "10.")] == [3, 4.5, 0, None, None, 10]


def test_equal_views_have_equal_keys() -> None:
    light = THEMES["light"]
    lessons = [lesson(DAY, 1, "A"), lesson(DAY, 2, "B")]
    one = replace(day(lessons), slots={"A": 1, "B": 2})
    other = replace(day(list(reversed(lessons))), slots={"B": 2, "A": 1})
    assert content_hash(one, light) == content_hash(other, light)


def test_whatever_is_drawn_is_in_the_key() -> None:
    light = THEMES["light"]
    view = samples.day_of_states("lt")
    keys = {
        content_hash(view, light),
        content_hash(view, THEMES["dark"]),
        content_hash(samples.day_of_states("pl"), light),
        content_hash(replace(view, frame=replace(view.frame, foot="other")), light),
        content_hash(replace(view, rows=view.rows[:-1]), light),
        content_hash(replace(view, slots={**view.slots, "Fizika": 11}), light),
        content_hash(replace(view, words=replace(view.words, free="x")), light),
        content_hash(samples.week_of_states("lt", today=1), light),
        content_hash(samples.week_of_states("lt", today=None), light),
    }
    assert len(keys) == 9


def test_another_classes_subject_does_not_change_the_key() -> None:
    slots = {"A": 1}
    lessons = [lesson(DAY, 1, "A")]
    one = day_view(lessons, frame=FRAME, words=WORDS["en"], slots=slots)
    other = day_view(lessons, frame=FRAME, words=WORDS["en"], slots={**slots, "Latin": 5})
    assert content_hash(one, THEMES["light"]) == content_hash(other, THEMES["light"])


def test_the_key_is_the_same_in_every_process() -> None:
    assert len(content_hash(samples.homework("uk"), THEMES["light"])) == 64


@given(st.permutations(list(range(8))))
def test_the_order_of_lessons_does_not_matter(order: list[int]) -> None:
    lessons = [lesson(DAY, 1 + at // 2, f"S{at}", group=str(at % 2)) for at in range(8)]
    assert day([lessons[at] for at in order]) == day(lessons)
