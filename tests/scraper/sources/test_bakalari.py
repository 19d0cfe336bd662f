"""Bakaláři: whole rows, changes, days off, lists with padded ids, cuts, refusals, the weeks of a visit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from bot.errors import (
    EmptyBody,
    LoginRequired,
    MaintenancePage,
    SourceChanged,
    SourceError,
    TruncatedPage,
    UnknownTarget,
    WrongPage,
)
from bot.model import FreeDays, Lesson, Notice, Plan, Status, Target, TargetKind, Was
from bot.scraper.contract import Page
from bot.scraper.page import nearest_date
from bot.scraper.sources.bakalari import SOURCE
from tests.scraper.sources.recorded import RecordedHttp, query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "bakalari"
QUERY = query_of({"timezone": "Europe/Prague"})
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def plan_of(text: str, url: str = "file:///page.html") -> Plan:
    return SOURCE.parse([Page(url, text.encode())], QUERY)


def test_lessons_of_a_day_whole_and_no_break_duty() -> None:
    plan = plan_of(sample("class.html"))
    assert [lesson for lesson in plan.lessons if lesson.date == MONDAY] == [
        Lesson(
            "Občanská výchova",
            date=MONDAY,
            weekday=0,
            periods=("1",),
            start=time(8),
            end=time(8, 45),
            teachers=("Mgr. Jan Čáp",),
            rooms=("101",),
            classes=("6.A",),
            note="Obec & stát",
        ),
        Lesson(
            "Anglický jazyk",
            date=MONDAY,
            weekday=0,
            periods=("2",),
            start=time(8, 55),
            end=time(9, 40),
            teachers=("Eva Vrána",),
            rooms=("204",),
            classes=("6.A",),
            groups=("AJ1",),
        ),
        Lesson(
            "Anglický jazyk",
            date=MONDAY,
            weekday=0,
            periods=("2",),
            start=time(8, 55),
            end=time(9, 40),
            teachers=("Ivo Kos",),
            rooms=("205",),
            classes=("6.A",),
            groups=("AJ2",),
            status=Status.CHANGED,
            was=Was(teachers=("Vrána Eva",)),
            note="Suplování (Anglický jazyk, Vrána Eva, 205)",
        ),
    ]


def test_removed_absent_and_moved() -> None:
    removed, absent, moved = (lesson for lesson in plan_of(sample("class.html")).lessons if lesson.date == TUESDAY)
    assert (removed.status, removed.subject, removed.teachers) == (
        Status.CANCELLED,
        "Český jazyk a literatura",
        ("Čáp Jan",),
    )
    assert (absent.status, absent.subject, absent.note, absent.periods) == (Status.CHANGED, "Exkurze", "Exk", ("2",))
    assert (moved.status, moved.was) == (Status.MOVED, Was(date=WEDNESDAY, periods=("1",)))


def test_a_day_off_is_said_by_the_page() -> None:
    plan = plan_of(sample("class.html"))
    assert plan.days == (MONDAY, TUESDAY, WEDNESDAY)
    assert plan.notices == (Notice("Ředitelské volno", WEDNESDAY),)
    assert plan.free_days == (FreeDays(WEDNESDAY, WEDNESDAY, "Ředitelské volno"),)
    assert [bell.period for bell in plan.bells] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("change", "status", "was"),
    [
        ("Přidáno do rozvrhu", Status.ADDED, Was()),
        ("Odpadá", Status.CANCELLED, Was()),
        ("Suplování (AJ, Vrána)", Status.CHANGED, Was()),  # subject and teacher, or teacher and room?
        ("suplování (Databáze, Vrána Eva, C3)", Status.CHANGED, Was("Databáze", ("Vrána Eva",), ("C3",))),
        ("Přesun na 3.1., 3. hod (Bi, Kos)", Status.MOVED, Was()),
    ],
)
def test_what_a_change_says(change: str, status: Status, was: Was) -> None:
    published = "Suplování (Anglický jazyk, Vrána Eva, 205)".replace("á", "&#225;").replace("í", "&#237;")
    text = sample("class.html").replace(published, change)
    lesson = plan_of(text).lessons[2]
    assert (lesson.status, lesson.was, lesson.note) == (status, was, change)


def test_a_teachers_page_names_the_classes() -> None:
    lesson = plan_of(sample("teacher.html")).lessons[0]
    assert (lesson.teachers, lesson.classes, lesson.groups) == (
        ("Čáp Jan",),
        ("6.A", "6.B"),
        ("6.A celá", "6.B celá"),
    )


def test_the_owner_is_known_by_the_address_alone() -> None:
    text = sample("permanent.html").replace(' selected="selected"', "")
    assert plan_of(text).lessons[0].classes == ()
    url = "https://school.example/Timetable/Public/Permanent/Class/U%20%2012"
    assert plan_of(text, url).lessons[0].classes == ("6.B",)


def test_a_permanent_plan_has_no_dates() -> None:
    plan = plan_of(sample("permanent.html"))
    assert [(lesson.date, lesson.weekday, lesson.periods) for lesson in plan.lessons] == [(None, 0, ("1",))]
    assert plan.days == ()


def test_the_weekday_settles_the_year() -> None:
    old = sample("fragment.html").replace("út 24.11.", "po 24.11.").replace(">út<", ">po<")
    assert plan_of(old).lessons[0].date == date(2025, 11, 24)
    assert nearest_date(29, 2, MONDAY) == date(2028, 2, 29)
    assert nearest_date(2, 1, date(2026, 12, 30)) == date(2027, 1, 2)


def test_ids_keep_their_padding() -> None:
    for name in ("class.html", "start.html"):
        assert plan_of(sample(name)).targets[:2] == (
            Target(TargetKind.CLASS, " 6", "6.A"),
            Target(TargetKind.CLASS, "U  12", "6.B"),
        )


@pytest.mark.parametrize("name", ["class.html", "fragment.html", "permanent.html"])
def test_cut_anywhere_inside_is_named(name: str) -> None:
    text = sample(name)
    start, end = text.index('bk-timetable-row">\n'), text.rindex("</div>")
    for cut in {start + (end - start) * step // 120 for step in range(121)}:
        with pytest.raises(SourceError):
            plan_of(text[:cut])
    with pytest.raises(TruncatedPage):
        plan_of(sample("class-cut.html"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyBody),
        ("<title>Přihlášení</title><input type=password>", LoginRequired),
        ("<h1>Probíhá údržba systému</h1>", MaintenancePage),
        ('{"Hours": [], "Days": []}', WrongPage),
        ("<html><table class='tabela'><tr><td>1</table></html>", WrongPage),
        (sample("class.html").replace('"subjecttext"', '"predmet"'), SourceChanged),
        (sample("class.html").replace('"type":', '"type"'), SourceChanged),
        (sample("class.html").replace("bk-day-d", "den-d"), SourceChanged),
        (sample("class.html").replace(">23.11.<", ">31.11.<"), SourceChanged),
    ],
)
def test_refusals(text: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        plan_of(text)


async def test_a_visit_asks_for_the_weeks_that_the_days_touch() -> None:
    folder = SAMPLES / "site" / "weeks"
    values = json.loads((folder / "visit.json").read_text("utf-8"))
    http = RecordedHttp(folder, values["requests"])
    query = query_of(values["query"])
    plan = SOURCE.parse(await SOURCE.fetch(http, query), query)
    assert http.left == []
    assert plan.days == (MONDAY, TUESDAY, WEDNESDAY, date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2))


async def test_other_weeks_are_the_permanent_plan_and_other_classes_unknown() -> None:
    folder = SAMPLES / "site" / "weeks"
    base = "https://school.example/bakaweb/Timetable/Public"
    start = {"url": base, "file": "start.html"}
    permanent = {"url": f"{base}/Permanent/Class/U%20%2012", "file": "actual.html"}
    query = query_of({"url": base, "name": "6.B", "start": "2027-02-01", "end": "2027-02-08"})
    assert len(await SOURCE.fetch(RecordedHttp(folder, [start, permanent]), query)) == 1
    with pytest.raises(UnknownTarget):
        await SOURCE.fetch(RecordedHttp(folder, [start]), replace(query, name="9.X"))


def test_recognised() -> None:
    assert SOURCE.recognise(Page("https://school.example/Timetable/Public", b"")) > 0.5
    assert SOURCE.recognise(Page("file:///a", sample("start.html").encode())) >= 0.9
    assert SOURCE.recognise(Page("https://school.example/Timetable/Public", b"<html>x</html>")) == 0.0


def permanent(*cells: str) -> str:
    day = '<span class="bk-day-day">po</span> <span class="bk-day-date"></span>'
    return f'<div class="bk-timetable-main"><div class="bk-timetable-row">{day}{"".join(cells)}</div></div>'


def lesson_cell(subject: str, abbreviation: str) -> str:
    detail = json.dumps({"type": "atom", "subjecttext": f"{subject} | po  | 2 (8:55 - 9:40)"})
    return (
        f'<div class="bk-timetable-cell"><div class="day-item"><div class="day-item-hover" data-detail=\'{detail}\'>'
        f'<div class="middle">{abbreviation}</div></div></div></div>'
    )


def test_odd_and_even_weeks_of_a_permanent_plan() -> None:
    page = permanent(lesson_cell("Fyzika", "L: F"), lesson_cell("Chemie", "S: Ch"), lesson_cell("Latina", "La"))
    assert [(lesson.subject, lesson.week, lesson.weekday) for lesson in plan_of(page).lessons] == [
        ("Fyzika", "L", 0),
        ("Chemie", "S", 0),
        ("Latina", "", 0),
    ]
    dated = page.replace('date"></span>', 'date">23.11.</span>')
    assert {lesson.week for lesson in plan_of(dated).lessons} == {""}  # this week's page shows this week only


def test_a_removed_lesson_needs_no_subject_text() -> None:
    detail = json.dumps({"type": "removed", "removedinfo": "Zrušeno (Fyzika, Kos Ivo)"}, ensure_ascii=False)
    cell = f"<div class='bk-timetable-cell'><div class='day-item-hover' data-detail='{detail}'></div></div>"
    (lesson,) = plan_of(permanent(cell)).lessons
    assert (lesson.subject, lesson.teachers, lesson.status) == ("Fyzika", ("Kos Ivo",), Status.CANCELLED)


def test_dates_of_a_page_in_english() -> None:
    text = sample("class.html")
    for czech, english in ((">po<", ">Mon<"), ("po 23.11.", "Mon 23/11"), (">23.11.<", ">23/11<")):
        assert czech in text
        text = text.replace(czech, english)
    assert plan_of(text).lessons == plan_of(sample("class.html")).lessons
