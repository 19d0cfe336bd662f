"""Any timetable is drawn inside its bounds, the same way every time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.model import Exam, Homework, Lesson, Status, TargetKind, Was
from bot.render import THEMES, canvas, draw_day, draw_homework, draw_week
from bot.render.canvas import Box, Canvas
from bot.render.day import LADDER, compose_day
from bot.render.fonts import Font
from bot.render.homework import compose_homework
from bot.render.text import needs_fallback
from bot.render.view import (
    DayView,
    DueDay,
    Frame,
    HomeworkView,
    Task,
    WeekView,
    Words,
    day_heads,
    day_view,
    week_view,
    weekday_heads,
)
from bot.render.week import compose_week
from tools import picture_samples as samples
from tools.picture_samples import BELLS, DAY, MONDAY, WORDS, lesson

LIGHT = THEMES["light"]
MINUTES = st.integers(7 * 60, 20 * 60)
HEBREW, ARABIC, DEVANAGARI = "מתמטיקה ומדעים", "الرياضيات", "गणित"

texts = st.one_of(
    st.sampled_from(
        [
            "", "Fizika", "Fremdsprachenunterricht" * 9, HEBREW, ARABIC, DEVANAGARI, "x" * 100_000, "🏀🏀",
            "\0\x1b[31m",
            "Z\u0351\u036b\u0343\u036a\u0302A\u0302\u0301\u0323\u0327LGO" * 8, "Wychowanie do życia w rodzinie",
            "a b c d e",
            "\u202eabc\u2066", "ỆỆỆ ẶẶ", "W" * 200,
        ]
    ),
    st.text(max_size=200),
)  # fmt: skip
short = st.one_of(st.sampled_from(["", "214", "Konferencijų salė", "W" * 60, HEBREW]), st.text(max_size=30))
SUBJECTS = st.sampled_from(
    [
        "", "F", "Matematika", "Język polski", "Anglų kalba", "Англійська мова", "Ćwiczenia Ężę",
        "Fremdsprachenunterricht", "Podstawy przedsiębiorczości", "Wychowanie do życia w rodzinie",
    ]
)  # fmt: skip
VALUES = st.sampled_from(["", "214", "K-2", "S. Wąż", "ŻÓŁĆ", "Konferencijų salė", "Małgorzata Brzęczyszczykiewicz"])


def _one(
    draw: st.DrawFn, value: st.SearchStrategy[str], subject: str, weekday: int, period: int, group: int,
    start: int | None,
) -> Lesson:  # fmt: skip
    several = st.lists(value, max_size=3).map(tuple)
    return Lesson(
        subject,
        weekday=weekday,
        periods=(str(period),) if start is None else (),
        start=time(start // 60, start % 60) if start else None,
        end=time((start + 45) // 60, (start + 45) % 60) if start else None,
        teachers=draw(several),
        rooms=draw(several),
        classes=draw(several),
        groups=(str(group),) if group else (),
        status=draw(st.sampled_from(Status)),
        was=draw(st.sampled_from([Was(), Was(rooms=("9",)), Was(subject="Old", teachers=("X. Y",))])),
        note=draw(value),
    )


@st.composite
def lessons(
    draw: st.DrawFn, subject: st.SearchStrategy[str] = texts, value: st.SearchStrategy[str] = short
) -> list[Lesson]:
    """0 to 14 periods on 5 days, 0 to 6 groups in a slot, with or without periods and times."""
    subjects = draw(st.lists(subject, min_size=1, max_size=5))
    made: list[Lesson] = []
    timed = draw(st.booleans())
    for weekday in range(draw(st.integers(0, 5))):
        for period in range(draw(st.integers(0, 14))):
            start = draw(MINUTES) if timed and draw(st.booleans()) else None
            groups = draw(st.sampled_from([1, 1, 1, 0, 2, 6]))
            made += [
                _one(draw, value, draw(st.sampled_from(subjects)), weekday, period, group, start)
                for group in range(groups)
            ]
    return made


def escaped(picture: Canvas) -> list[canvas.Ink]:
    """Texts whose pixels would leave their cell; stacked marks that are higher than it are cut, and do not count."""
    whole = Box(0, 0, picture.width, picture.height)
    return [
        ink
        for ink in picture.inks
        if not whole.holds(ink.cell)
        or not (ink.cell.x0 <= ink.box.x0 and ink.box.x1 <= ink.cell.x1)
        or not (ink.cell.holds(ink.box) or _too_high(ink))
    ]


def _too_high(ink: canvas.Ink) -> bool:
    """Whether this text is higher than its cell: only with two marks on a letter, or in another font."""
    marks = [unicodedata.combining(char) > 0 for char in unicodedata.normalize("NFD", ink.text)]
    stacked = any(map(all, pairwise(marks))) or needs_fallback(ink.text)
    return stacked and ink.box.y1 - ink.box.y0 > ink.cell.y1 - ink.cell.y0


def frames() -> st.SearchStrategy[Frame]:
    return st.builds(Frame, texts, texts, short, texts, short)


few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
words = st.sampled_from([*WORDS.values(), Words(*["W" * 50] * 7)])


@few
@given(
    made=lessons(),
    frame=frames(),
    word=words,
    whose=st.sampled_from([*TargetKind, None]),
)
def test_any_day_is_drawn_inside_its_bounds(
    made: list[Lesson], frame: Frame, word: Words, whose: TargetKind | None
) -> None:
    view = day_view(
        [one for one in made if one.weekday == 0], frame=frame, words=word, slots={"Fizika": 3},
        homework=[Homework(one.subject, one.note) for one in made[:3]],
        exams=[Exam(one.subject, DAY, one.note) for one in made[3:5]], bells=BELLS, whose=whose,
    )  # fmt: skip
    picture = compose_day(view, LIGHT)
    assert (picture.width, picture.height <= 1280) == (960, True)
    assert not escaped(picture)


@few
@given(
    made=lessons(),
    frame=frames(),
    word=words,
    whose=st.sampled_from([*TargetKind, None]),
    today=st.sampled_from([None, 0, 4]),
)
def test_any_week_is_drawn_inside_its_bounds(
    made: list[Lesson], frame: Frame, word: Words, whose: TargetKind | None, today: int | None
) -> None:
    view = week_view(
        made, days=weekday_heads("lt", range(5)), frame=frame, words=word, slots={"Fizika": 3}, bells=BELLS,
        today=today, whose=whose,
    )  # fmt: skip
    picture = compose_week(view, LIGHT)
    assert (picture.width, picture.height <= 1280) == (1280, True)
    assert not escaped(picture)


@few
@given(
    tasks=st.lists(st.tuples(texts, texts, st.booleans()), max_size=25),
    exams=st.lists(st.tuples(short, texts, texts), max_size=12),
    frame=frames(),
    word=words,
)
def test_any_homework_is_drawn_inside_its_bounds(
    tasks: list[tuple[str, str, bool]], exams: list[tuple[str, str, str]], frame: Frame, word: Words
) -> None:
    due = tuple(DueDay(text, (Task(Homework(subject, text), done),)) for subject, text, done in tasks)
    held = tuple((when, Exam(subject, None, text)) for when, subject, text in exams)
    picture = compose_homework(HomeworkView(frame, due, word, {"Fizika": 3}, held), LIGHT)
    assert (picture.width, picture.height <= 1280) == (960, True)
    assert not escaped(picture)


NASTY = [
    "Ž" * 200,
    "Š ŠŲ Ę " * 40,
    HEBREW,
    "x" * 100_000,
    "Z\u0351\u036b\u0343A\u0302\u0301" * 20,
    "\0",
    "Wychowanie fizyczne",
]


@pytest.mark.parametrize("text", NASTY, ids=[f"{text[:6]!a}" for text in NASTY])
@pytest.mark.parametrize("groups", [1, 3, 6])
def test_a_full_grid_of_any_text_stays_in_its_cells(text: str, groups: int) -> None:
    made = [
        replace(
            lesson(MONDAY + timedelta(days=column), period, text, text, text[:40], group=str(group), note=text),
            status=list(Status)[(column + period + group) % 5], was=Was(rooms=(text,), subject=text, periods=("9",)),
        )
        for column in range(6) for period in range(15) for group in range(groups)
    ]  # fmt: skip
    words = Words(*[text] * 7)
    heads = day_heads("uk", [MONDAY + timedelta(days=column) for column in range(6)])
    exams = [Exam(text, head.day, text) for head in heads]
    tasks = [Homework(text, text, due=head.day) for head in heads]
    frame = Frame(text, text, text, text, text)
    week = compose_week(
        week_view(made, days=heads, frame=frame, words=words, slots={text: 1}, homework=tasks, exams=exams), LIGHT
    )
    day = compose_day(
        day_view(made[: 15 * groups], frame=frame, words=words, slots={}, homework=tasks, exams=exams), LIGHT
    )
    for picture in (week, day):
        assert picture.height <= 1280
        assert not escaped(picture)


def _lower(box: Box) -> Box:
    return box._replace(y0=min(box.y0 + 3, box.y1), y1=max(box.y1 - 3, box.y0))


def overlapping(picture: Canvas) -> list[tuple[str, str]]:
    """Texts that are printed over each other; a descender and an accent may share three rows of pixels."""
    inks = [ink for ink in picture.inks if ink.text not in "·,."]
    return [(a.text, b.text) for at, a in enumerate(inks) for b in inks[at + 1 :] if _lower(a.box).meets(b.box)]


@pytest.mark.parametrize("periods", range(1, 19))
def test_no_text_is_printed_over_another(periods: int) -> None:
    names = ("Englisch", "Mathematik", "Physik")
    made = [
        replace(
            lesson(MONDAY + timedelta(days=column), 1, names[(period + column) % 3], "Ę. Gogly", "13"),
            periods=(str(period),), status=list(Status)[period % 5] if column else Status.PLANNED,
        )
        for column in range(5) for period in range(periods)
    ]  # fmt: skip
    heads = day_heads("en", [MONDAY + timedelta(days=column) for column in range(5)])
    exams = [Exam("Physik", DAY, "Optik")]
    tasks = [Homework("Mathematik", "Seite 7", due=DAY)]
    frame = Frame("9a gym", "Gymnasium", "A-Woche", "Geändert", "@bot")
    week = week_view(
        made, days=heads, frame=frame, words=WORDS["de"], slots={}, homework=tasks, exams=exams, bells=BELLS
    )
    assert not overlapping(compose_week(week, LIGHT))
    day = [one for one in made if one.date == DAY]
    card = day_view(day, frame=frame, words=WORDS["de"], slots={}, homework=tasks, exams=exams, bells=BELLS)
    assert not overlapping(compose_day(card, LIGHT))


@few
@given(
    made=lessons(SUBJECTS, VALUES),
    lang=st.sampled_from([*WORDS]),
    whose=st.sampled_from([*TargetKind, None]),
    tasks=st.lists(SUBJECTS, max_size=5),
    columns=st.sampled_from([5, 6, 7]),
)
def test_no_text_of_any_timetable_is_printed_over_another(
    made: list[Lesson], lang: str, whose: TargetKind | None, tasks: list[str], columns: int
) -> None:
    frame = Frame("9a · 17–21", "Saulės gimnazija", "A", "Pakeista 11-17", "@bot")
    days = [MONDAY + timedelta(days=column) for column in range(columns)]
    exams = [Exam(name, day, "Optik") for name, day in zip(tasks, days, strict=False)]
    homework = [Homework(name, "Ąžuolų g. 7", due=day) for name in tasks for day in days]
    week = week_view(
        made, days=day_heads(lang, days), frame=frame, words=WORDS[lang], slots={}, homework=homework, exams=exams,
        bells=BELLS, whose=whose,
    )  # fmt: skip
    assert not overlapping(compose_week(week, LIGHT))
    day = day_view(
        [one for one in made if one.weekday == 0], frame=frame, words=WORDS[lang], slots={}, bells=BELLS, whose=whose,
        homework=homework[: len(tasks)], exams=exams[:1],
    )  # fmt: skip
    assert not overlapping(compose_day(day, LIGHT))


@pytest.mark.parametrize("lang", WORDS)
def test_no_text_of_the_samples_is_printed_over_another(lang: str) -> None:
    assert not overlapping(compose_day(samples.day_of_states(lang), LIGHT))
    assert not overlapping(compose_day(samples.full_day(lang), LIGHT))
    assert not overlapping(compose_week(samples.week_of_states(lang), LIGHT))
    assert not overlapping(compose_week(samples.crowded_week(lang), LIGHT))
    assert not overlapping(compose_homework(samples.homework(lang), LIGHT))


def _size(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        assert image.mode == "P"
        return image.size


def test_pngs_are_valid_and_of_the_sizes_that_telegram_stores() -> None:
    assert _size(draw_day(samples.day_of_states("lt"), LIGHT))[0] == 960
    assert _size(draw_week(samples.week_of_states("pl"), LIGHT))[0] == 1280
    assert _size(draw_homework(samples.homework("uk"), LIGHT))[0] == 960


def test_a_day_keeps_its_full_width_in_a_chat_bubble() -> None:
    """Android shows a portrait picture at full width up to 1.347 times as high as wide."""
    for view in (samples.day_of_states("cs"), samples.long_day("lt"), samples.full_day("de")):
        width, height = _size(draw_day(view, LIGHT))
        assert height / width <= 1.347


def test_pictures_are_small() -> None:
    assert len(draw_week(samples.week_of_states("pl"), LIGHT)) <= 60 * 1024
    assert len(draw_day(samples.day_of_states("lt"), LIGHT)) <= 36 * 1024


def test_the_same_view_gives_the_same_bytes_whatever_was_drawn_before() -> None:
    view = samples.day_of_states("uk")
    first = draw_day(view, LIGHT)
    for other in ("lt", "pl"):
        draw_week(samples.week_of_states(other), THEMES["dark"])
    canvas._runs.clear()
    canvas._patches.clear()
    assert draw_day(view, LIGHT) == first


def test_another_process_gives_the_same_bytes() -> None:
    program = (
        "import hashlib; from bot.render import THEMES, draw_week; from tools import picture_samples as s;"
        "print(hashlib.sha256(draw_week(s.week_of_states('cs'), THEMES['dark'])).hexdigest())"
    )
    root = Path(__file__).parent.parent.parent
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=root, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1


def _texts(picture: Canvas) -> list[str]:
    return [ink.text for ink in picture.inks]


def test_the_ladder_takes_the_first_step_that_fits() -> None:
    one = day_view([lesson(DAY, 1, "Art")], frame=Frame("T"), words=WORDS["en"], slots={})
    assert compose_day(one, LIGHT).height == 132 + LADDER[0].row + 60
    assert compose_day(samples.long_day("lt"), LIGHT).height == 1268
    assert "Perskaityti" in " ".join(_texts(compose_day(samples.long_day("lt"), LIGHT)))
    assert "Kapitel" not in " ".join(_texts(compose_day(samples.full_day("de"), LIGHT)))


def test_a_long_day_keeps_the_words_of_its_homework_as_long_as_it_can() -> None:
    made = [lesson(DAY, period, f"S{period}", "A. Me", "7") for period in range(1, 11)]
    for tasks, said in ((3, True), (4, False)):
        homework = [Homework(f"S{period}", "Read the text") for period in range(1, 1 + tasks)]
        picture = compose_day(day_view(made, frame=Frame("T"), words=WORDS["en"], slots={}, homework=homework), LIGHT)
        assert ("Read the text" in _texts(picture)) is said
        assert "S10" in _texts(picture)
        assert not overlapping(picture)


@pytest.mark.parametrize("periods", [1, 4])
@pytest.mark.parametrize("today", [None, 1])
def test_a_column_without_lessons_says_why(periods: int, today: int | None) -> None:
    why = ["", "The school has not published this day.", "No school: Autumn holidays", "x" * 300, "No lessons."]
    days = [MONDAY + timedelta(days=number) for number in range(5)]
    made = [lesson(day, number + 1, "Art") for day in (days[0], days[4]) for number in range(periods)]
    view = week_view(made, days=day_heads("en", days, why), frame=Frame("T"), words=WORDS["en"], slots={}, today=today)
    picture = compose_week(view, LIGHT)
    said = " ".join(_texts(picture))
    assert "has not published" in said
    assert "Autumn holidays" in said
    assert "No lessons." not in said
    assert not escaped(picture)
    assert not overlapping(picture)


@pytest.mark.parametrize("columns", [5, 6, 7])
def test_a_subject_has_one_size_on_all_days(columns: int) -> None:
    heads = day_heads("uk", [MONDAY + timedelta(days=number) for number in range(columns)])
    for name in ("Мистецтво", "Малювання", "Математика"):
        made = [lesson(head.day or DAY, 1, name) for head in heads]
        picture = compose_week(week_view(made, days=heads, frame=Frame("T"), words=WORDS["uk"], slots={}), LIGHT)
        assert len({(ink.text, ink.font) for ink in picture.inks if ink.text.startswith("М")}) == 1


def test_an_icon_gives_way_to_a_subject_of_two_lines() -> None:
    name = "Matematyka rozszerzona"
    heads = day_heads("pl", [MONDAY + timedelta(days=number) for number in range(6)])
    for status in (Status.PLANNED, Status.CHANGED):
        made = [replace(lesson(DAY, 1, name, "A. Me", "7"), status=status)]
        view = week_view(
            made, days=heads, frame=Frame("T"), words=WORDS["pl"], slots={}, homework=[Homework(name, "x", due=DAY)]
        )
        picture = compose_week(view, LIGHT)
        assert set(name.split()) <= set(_texts(picture))
        assert not overlapping(picture)


def test_parallel_groups_of_a_crowded_day_say_their_group() -> None:
    made = [
        lesson(DAY, period, f"Edukacja dla bezpieczeństwa {period}", "M. Bardzodługa", "214", group=f"gr. {group}")
        for period in range(1, 4) for group in range(6)
    ]  # fmt: skip
    drawn = _texts(compose_day(day_view(made, frame=Frame("T"), words=WORDS["pl"], slots={}), LIGHT))
    assert [drawn.count(f"gr. {group}") for group in range(6)] == [3] * 6


def test_what_a_day_has_no_room_for_is_counted() -> None:
    made = [lesson(DAY, period, f"S{period}", group=str(group)) for period in range(1, 12) for group in range(4)]
    picture = compose_day(day_view(made, frame=Frame("T"), words=WORDS["en"], slots={}), LIGHT)
    drawn = sum(text.startswith("S") and text[1:].isdigit() for text in _texts(picture))
    (more,) = [text for text in _texts(picture) if text.startswith("+")]
    assert drawn + int(more) == 44


def test_what_a_slot_has_no_room_for_is_counted() -> None:
    made = [lesson(MONDAY, period, "Art") for period in range(1, 15)]
    made += [lesson(DAY, 3, f"S{group}", group=str(group)) for group in range(6)]
    view = week_view(made, days=day_heads("en", [MONDAY, DAY]), frame=Frame("T"), words=WORDS["en"], slots={})
    drawn = _texts(compose_week(view, LIGHT))
    groups = sum(text.startswith("S") and text[1:2].isdigit() for text in drawn)
    more = [int(text) for text in drawn if text.startswith("+")]
    assert groups + sum(more) == 6


def test_state_is_never_told_by_colour_alone() -> None:
    drawn = _texts(compose_day(samples.day_of_states("en"), LIGHT))
    assert {"CANCELLED", "CHANGED", "ADDED", "MOVED", "TEST", "Free period"} <= set(drawn)
    week = _texts(compose_week(samples.week_of_states("en"), LIGHT))
    assert {"≠", "+", "→", "!", "TEST", "cancelled", "changed", "added", "moved", "homework"} <= set(week)


def test_a_legend_says_only_what_occurs() -> None:
    view = week_view(
        [lesson(MONDAY, 1, "Art", status=Status.CHANGED), lesson(DAY, 1, "Art")],
        days=day_heads("en", [MONDAY, DAY]), frame=Frame("T"), words=WORDS["en"], slots={},
    )  # fmt: skip
    drawn = _texts(compose_week(view, LIGHT))
    assert "changed" in drawn
    assert not {"cancelled", "added", "moved", "test", "homework"} & set(drawn)


def test_old_values_are_struck_and_new_ones_amber() -> None:
    view = day_view(
        [lesson(DAY, 1, "Art", "B. New", "7", status=Status.CHANGED, was=Was(rooms=("5",), teachers=("A. Old",)))],
        frame=Frame("T"), words=WORDS["en"], slots={},
    )  # fmt: skip
    inks = {ink.text: ink.colour for ink in compose_day(view, LIGHT).inks}
    assert (inks["5"], inks["A. Old"]) == (LIGHT.struck, LIGHT.struck)
    assert (inks["7"], inks["B. New"]) == (LIGHT.amber, LIGHT.amber)


def test_only_a_subject_is_struck(monkeypatch: pytest.MonkeyPatch) -> None:
    """A struck «Entfall» would say that the lesson takes place."""
    struck: dict[str, bool] = {}
    text = Canvas.text

    def noted(self: Canvas, x: int, y: int, word: str, *args: Any, **named: Any) -> int:
        struck[word] = named.get("struck", False)
        return text(self, x, y, word, *args, **named)

    monkeypatch.setattr(Canvas, "text", noted)
    gone = [
        replace(lesson(DAY, at, name), status=Status.CANCELLED, note="Entfall") for at, name in enumerate(("", "Art"))
    ]
    compose_day(day_view(gone, frame=Frame("T"), words=WORDS["de"], slots={}), LIGHT)
    heads = day_heads("de", [MONDAY, DAY])
    assert (struck.pop("Entfall"), struck.pop("Art")) == (False, True)
    for groups in ((), ("1",)):
        more = [*gone, *(replace(one, groups=groups) for one in gone)]
        compose_week(week_view(more, days=heads, frame=Frame("T"), words=WORDS["de"], slots={}), LIGHT)
        assert (struck["Entfall"], struck["Art"]) == (False, True)


def test_a_teachers_card_shows_classes() -> None:
    one = replace(lesson(DAY, 1, "Art", "A. Me", "7"), classes=("9a", "9b"))
    view = day_view([one], frame=Frame("T"), words=WORDS["en"], slots={}, whose=TargetKind.TEACHER)
    assert "9a, 9b" in _texts(compose_day(view, LIGHT))
    assert "A. Me" not in _texts(compose_day(view, LIGHT))


def test_a_rooms_card_shows_classes_and_teachers_and_not_its_own_number() -> None:
    one = replace(
        lesson(DAY, 1, "Art", "A. New", "7"), classes=("9a",), status=Status.CHANGED, was=Was(teachers=("B. Old",))
    )
    view = day_view([one], frame=Frame("T"), words=WORDS["en"], slots={}, whose=TargetKind.ROOM)
    inks = {ink.text: ink.colour for ink in compose_day(view, LIGHT).inks}
    assert "7" not in inks
    assert (inks["9a"], inks["B. Old"], inks["A. New"]) == (LIGHT.meta, LIGHT.struck, LIGHT.amber)
    away = replace(one, rooms=("8",), was=Was(rooms=("7",)))
    view = day_view([away], frame=Frame("T"), words=WORDS["en"], slots={}, whose=TargetKind.ROOM)
    assert {"7", "8"} <= set(_texts(compose_day(view, LIGHT)))


def test_every_lesson_of_a_whole_schools_plan_says_its_class() -> None:
    states = (Status.PLANNED, Status.CHANGED, Status.CANCELLED)
    made = [
        replace(
            lesson(DAY, period, "Art", "A. Me", "7"), classes=(f"{period}{at}",), status=state, note="ill" if at else ""
        )
        for period in (1, 2, 3) for at, state in enumerate(states[:period])
    ]  # fmt: skip
    classes = {one.classes[0] for one in made}
    day = day_view(made, frame=Frame("T"), words=WORDS["en"], slots={}, whose=None)
    assert classes <= set(_texts(compose_day(day, LIGHT)))
    heads = day_heads("en", [MONDAY, DAY])
    week = week_view(made, days=heads, frame=Frame("T"), words=WORDS["en"], slots={}, whose=None)
    assert classes <= set(" ".join(_texts(compose_week(week, LIGHT))).split())


def test_in_a_low_cell_the_name_gives_way_before_the_group() -> None:
    groups = ["1. Grupa", "Chlapci", "Dívky"]
    made = [lesson(DAY, 2, "informatyka", group=group) for group in groups]
    heads = day_heads("pl", [MONDAY + timedelta(days=number) for number in range(6)])
    drawn = _texts(compose_week(week_view(made, days=heads, frame=Frame("T"), words=WORDS["pl"], slots={}), LIGHT))
    assert sorted(text.partition("… ")[2] for text in drawn if "… " in text) == groups


@pytest.mark.parametrize("label", ["2. große Pause", "Große Pause", "4/5–5/6"])
def test_a_period_that_is_no_number_is_not_cut(label: str) -> None:
    duty = replace(lesson(DAY, 2, "Aufsicht", "A. Me", "Hof"), periods=(label,))
    made = [lesson(DAY, 1, "Art"), duty]
    day = compose_day(day_view(made, frame=Frame("T"), words=WORDS["de"], slots={}), LIGHT)
    assert label in _texts(day)
    heads = day_heads("de", [MONDAY, DAY])
    week = compose_week(week_view(made, days=heads, frame=Frame("T"), words=WORDS["de"], slots={}), LIGHT)
    assert label in " ".join(_texts(week))
    assert not overlapping(day) + overlapping(week)
    assert not escaped(day) + escaped(week)


def test_a_lesson_at_another_time_than_its_row_says_so() -> None:
    early = replace(lesson(DAY, 1, "Art"), start=time(8, 10))
    view = week_view(
        [lesson(MONDAY, 1, "Art"), early], days=day_heads("en", [MONDAY, DAY]), frame=Frame("T"), words=WORDS["en"],
        slots={}, bells=BELLS,
    )  # fmt: skip
    assert "08:10" in _texts(compose_week(view, LIGHT))


def test_nothing_is_drawn_of_a_day_that_is_not_marked() -> None:
    plain, marked = samples.week_of_states("lt", today=None), samples.week_of_states("lt", today=2)
    assert draw_week(plain, LIGHT) != draw_week(marked, LIGHT)


def test_views_without_lessons_do_not_fail() -> None:
    empty = Frame("")
    assert _size(draw_day(DayView(empty, (), WORDS["en"], {}), LIGHT)) == (960, 192)
    assert _size(draw_week(WeekView(empty, (), (), (), WORDS["en"], {}), LIGHT))[0] == 1280
    assert _size(draw_homework(HomeworkView(empty, (), WORDS["en"], {}), LIGHT)) == (960, 192)


def test_a_canvas_is_bounded_before_it_takes_memory() -> None:
    for size in ((1281, 10), (10, 1281), (0, 10), (10**9, 10**9)):
        with pytest.raises(ValueError, match="picture"):
            Canvas(*size, LIGHT)


def test_the_caches_are_bounded_in_bytes() -> None:
    for number in range(400):
        picture = Canvas(600, 60, LIGHT)
        picture.text(
            0, 40, f"Text number {number}", Font("Bold", 36), LIGHT.text, ground=LIGHT.page, cell=Box(0, 0, 600, 60)
        )
    held = sum(canvas._weight(run) for run in canvas._patches._kept.values())
    assert held == canvas._patches._size <= canvas._PATCH_CACHE_BYTES


def test_text_is_anti_aliased_and_within_its_colours() -> None:
    with Image.open(io.BytesIO(draw_day(samples.day_of_states("lt"), LIGHT))) as image, image.convert("RGB") as rgb:
        colours = {colour for _, colour in rgb.crop((218, 140, 700, 180)).getcolors(1000) or []}
    hue = LIGHT.hue(samples.slots_of("lt")["Lietuvių kalba ir literatūra"])
    assert {hue.ground, hue.text} < colours
    assert len(colours) >= 5


def test_lines_of_a_week_over_a_months_end() -> None:
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    view = week_view([], days=day_heads("lt", days), frame=Frame("T"), words=WORDS["lt"], slots={})
    assert len(view.days) == 7
    assert compose_week(view, LIGHT).height <= 1280
