"""Optivum: whole rows of hand-written pages, refusals, cuts, and the way from the start page to a plan."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.errors import (
    EmptyBody,
    LoginRequired,
    MaintenancePage,
    SourceChanged,
    SourceError,
    UnknownTarget,
    WrongPage,
)
from bot.model import Lesson, Plan, Target, TargetKind
from bot.scraper.contract import Page
from bot.scraper.optivum_list import index_of
from bot.scraper.sources.optivum import SOURCE
from tests.scraper.sources.recorded import RecordedHttp, query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "optivum"
QUERY = query_of({"timezone": "Europe/Warsaw"})


def plan_of(text: str | bytes, url: str = "file:///page.html") -> Plan:
    body = text if isinstance(text, bytes) else text.encode()
    return SOURCE.parse([Page(url, body)], QUERY)


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def at(plan: Plan, weekday: int, period: str) -> list[Lesson]:
    return [lesson for lesson in plan.lessons if (lesson.weekday, lesson.periods) == (weekday, (period,))]


def test_a_lesson_of_a_class_page_whole() -> None:
    plan = plan_of(sample("class.html"))
    assert at(plan, 0, "1") == [
        Lesson(
            "matematyka",
            weekday=0,
            periods=("1",),
            start=time(8),
            end=time(8, 45),
            teachers=("Żu",),
            rooms=("12",),
            classes=("2b 2Tinf",),
        )
    ]
    assert plan.school == "Szkoła Podstawowa nr 7 im. Kota Filemona"
    assert plan.updated == datetime(2026, 8, 30, tzinfo=ZoneInfo("Europe/Warsaw"))
    assert plan.valid_from == date(2026, 9, 1)


def test_groups_inside_outside_cut_and_named() -> None:
    plan = plan_of(sample("class.html"))
    assert [(lesson.subject, lesson.groups) for lesson in at(plan, 1, "1")] == [
        ("P prace biur", ("1/2",)),
        ("j.angielski", ("2/2",)),
    ]
    outside = at(plan, 2, "1")
    assert [(lesson.subject, lesson.groups, lesson.teachers, lesson.rooms) for lesson in outside] == [
        ("wf", ("1/2",), ("Bó",), ("SG",)),  # the room stands before the teacher
        ("wf", ("10/",), ("#1W4",), ("SG",)),  # a second subject is a teacher without a page
        ("wf", ("j1",), ("Ćw",), ("hala & boisko",)),  # neither is linked
    ]


def test_a_hyphen_in_a_subject_is_no_group() -> None:
    assert at(plan_of(sample("class.html")), 4, "2")[0].subject == "hist.-społ."


def test_plain_text_saturday_period_zero_and_no_hours() -> None:
    plan = plan_of(sample("class.html"))
    assert [lesson.subject for lesson in at(plan, 0, "0")] == ["ckz"]
    assert [lesson.subject for lesson in at(plan, 3, "1")] == ["Zajęcia dodatkowe"]
    assert [lesson.subject for lesson in at(plan, 5, "1")] == ["religia"]
    assert [(lesson.subject, lesson.start, lesson.end) for lesson in at(plan, 4, "3")] == [("praktyki", None, None)]
    assert at(plan, 3, "2")[0].note == "(co 2 tyg.)"


def test_pages_of_teachers_and_rooms_name_their_owner() -> None:
    teacher, room = plan_of(sample("teacher.html")), plan_of(sample("room.html"))
    joint = at(teacher, 1, "1")[0]
    assert (joint.teachers, joint.classes, joint.groups, joint.rooms) == (
        ("A.Żuraw (Żu)",),
        ("2b", "2c"),
        ("1/2",),
        ("12",),
    )
    assert teacher.valid_from == date(2026, 2, 19)
    mixed = at(room, 1, "1")[0]
    assert (mixed.teachers, mixed.classes, mixed.groups) == (("Żu",), ("2b", "2c"), ("1/2", "2/3"))
    assert mixed.rooms == ("12 prac. mat.",)


def test_two_lessons_without_a_break_between_them() -> None:
    one = '<span class="p">religia</span> <span class="n">Ks</span> <a href="s3.html" class="s">12</a>'
    two = f'{one} <span class="p">etyka</span>-2/2 <span class="p">#E1</span> <span class="s">13</span>'
    assert one in sample("class.html")
    lessons = at(plan_of(sample("class.html").replace(one, two)), 5, "1")
    assert [(lesson.subject, lesson.teachers, lesson.rooms, lesson.groups) for lesson in lessons] == [
        ("religia", ("Ks",), ("12",), ()),
        ("etyka", ("#E1",), ("13",), ("2/2",)),
    ]


def test_a_line_across_the_table_is_passed_over() -> None:
    text = sample("class.html")
    line = '<tr><td class="nr">&nbsp;</td><td colspan="6">długa przerwa</td><td></td></tr>\n'
    assert plan_of(text.replace('<tr>\n<td class="nr">2', line + '<tr>\n<td class="nr">2')) == plan_of(text)


@pytest.mark.parametrize("title", ["", "<title>Plan</title>"])
@pytest.mark.parametrize(("name", "kind"), [("teacher", "teachers"), ("room", "rooms")])
def test_the_owner_is_known_without_a_title(name: str, kind: str, title: str) -> None:
    text = sample(f"{name}.html")
    start, end = text.index("<meta http-equiv"), text.index("</head>")
    plan = plan_of(text[:start] + title + text[end:])
    assert getattr(plan.lessons[0], kind) == getattr(plan_of(text).lessons[0], kind)


def test_old_pages_in_latin_2() -> None:
    plan = plan_of((SAMPLES / "class-latin2.html").read_bytes())
    assert [(lesson.subject, lesson.teachers, lesson.rooms) for lesson in plan.lessons] == [
        ("język łaciński", ("Śń",), ("5ą",))
    ]
    assert plan.valid_from == date(2008, 9, 1)


def test_a_printed_plan_of_empty_cells_is_empty() -> None:
    assert plan_of(sample("class-empty.html")).lessons == ()


@pytest.mark.parametrize("name", ["list-ul.html", "list-select.html"])
def test_lists(name: str) -> None:
    assert plan_of(sample(name)).targets == (
        Target(TargetKind.CLASS, "o1", "1ż"),
        Target(TargetKind.CLASS, "o2", "2b 2Tinf"),
        Target(TargetKind.TEACHER, "n1", "A.Żuraw (Żu)"),
        Target(TargetKind.ROOM, "s3", "12 prac. mat."),
    )


@pytest.mark.parametrize("name", ["class.html", "teacher.html", "room.html", "list-ul.html", "list-select.html"])
def test_cut_anywhere_inside_is_named(name: str) -> None:
    text = sample(name)
    start = text.find('class="tabela"')
    end = text.rfind("</table>", 0, text.find("Drukuj plan")) if start > 0 else text.index("</body>")
    start = max(start, 1)
    for cut in {start + (end - start) * step // 120 for step in range(120)}:
        with pytest.raises(SourceError):
            plan_of(text[:cut])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (" \n", EmptyBody),
        ("<html><title>Logowanie</title><form><input type=password></form></html>", LoginRequired),
        ("<html><body><h1>Przerwa techniczna</h1></body></html>", MaintenancePage),
        ('{"r": {"tables": []}}', WrongPage),
        ("<html><body><table><tr><td>Vertretungsplan</td></tr></table></body></html>", WrongPage),
        (sample("index.html"), SourceChanged),
        (sample("class.html").replace("Poniedziałek", "Kolumna"), SourceChanged),
        (sample("class.html").replace('class="p"', 'class="q"'), SourceChanged),
        (sample("class.html").replace('<td class="nr">1</td>', ""), SourceChanged),
    ],
)
def test_refusals(text: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        plan_of(text)


def test_the_shape_tells_structure_not_values() -> None:
    text = sample("class.html")
    assert plan_of(text).shape == plan_of(text.replace("matematyka", "fizyka")).shape
    assert plan_of(text).shape != plan_of(text.replace('class="s"', 'class="sala"')).shape
    swapped = text.replace("<th>Wtorek", "<th>X").replace("<th>Środa", "<th>Wtorek").replace("<th>X", "<th>Środa")
    assert plan_of(text).shape != plan_of(swapped).shape
    assert [lesson.subject for lesson in at(plan_of(swapped), 1, "1")] == ["wf", "wf", "wf"]


@pytest.mark.parametrize("visit", ["class", "list", "menu"])
async def test_a_visit(visit: str) -> None:
    folder = SAMPLES / "site" / visit
    values = json.loads((folder / "visit.json").read_text("utf-8"))
    http = RecordedHttp(folder, values["requests"])
    query = query_of(values["query"])
    plan = SOURCE.parse(await SOURCE.fetch(http, query), query)
    assert http.left == []
    assert len(plan.lessons) == len(values["plan"]["lessons"])
    assert len(plan.targets) == len(values["plan"]["targets"])


async def test_an_unknown_class_is_told_with_its_neighbours() -> None:
    folder = SAMPLES / "site" / "list"
    values = json.loads((folder / "visit.json").read_text("utf-8"))
    with pytest.raises(UnknownTarget) as caught:
        await SOURCE.fetch(
            RecordedHttp(folder, values["requests"]), replace(query_of(values["query"]), name="2c 2Tinf")
        )
    assert caught.value.nearest == ("2b 2Tinf",)


def test_short_names_find_their_target() -> None:
    names = ["1ż", "2b 2Tinf", "2c", "A.Żuraw (Żu)", "2a x", "2a y"]
    assert [index_of(name, names) for name in ("2B", "2 c", "Żu", "A.Żuraw", "2a", "3a")] == [1, 2, 3, 3, None, None]


def test_recognised_by_page_and_by_address() -> None:
    assert SOURCE.recognise(Page("https://x.example/plany/o12.html", b"")) > 0.5
    assert SOURCE.recognise(Page("https://x.example/o12.html", b"<html>Vertretungsplan</html>")) == 0.0
    assert SOURCE.recognise(Page("file:///a", sample("list-folded.html").encode())) >= 0.9


def test_a_file_is_asked_whose_it_is() -> None:
    page = Page("file:///page.html", sample("class.html").encode())
    whole = SOURCE.parse([page], replace(QUERY, name="2B"))
    assert whole.lessons == plan_of(sample("class.html")).lessons
    of_one = SOURCE.parse([page], replace(QUERY, name="śl", kind=TargetKind.TEACHER))
    assert [lesson.subject for lesson in of_one.lessons] == ["P prace biur"]
    with pytest.raises(UnknownTarget):
        SOURCE.parse([page], replace(QUERY, name="3c"))


def class_page(*cells: str, made: str = "30.08.2026") -> str:
    rows = "".join(
        f'<tr><td class="nr">{number}</td><td class="g"> 8:00- 8:45</td><td class="l">{cell}</td></tr>'
        for number, cell in enumerate(cells, 1)
    )
    return (
        '<html><head><title>Plan lekcji oddziału - 3c</title></head><body><span class="tytulnapis">3c</span>'
        f'<table class="tabela"><tr><th>Nr</th><th>Godz</th><th>Poniedziałek</th></tr>{rows}</table>'
        f"<p>Obowiązuje od: 2026-09-01</p><p>wygenerowano {made}<br>Plan lekcji Optivum</p></body></html>"
    )


def subjects(*cells: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(lesson.subject, lesson.groups) for lesson in plan_of(class_page(*cells)).lessons]


def p(text: str) -> str:
    return f'<span class="p">{text}</span> <a href="n1.html" class="n">Żu</a>'


def small(text: str) -> str:
    return f'<span style="font-size:85%">{text}</span>'


def test_a_group_in_letters_is_one_where_it_stands_behind_several_subjects() -> None:
    assert subjects(p("wf-TL"), p("podst.log.-TL"), p("informatyka-ja1")) == [
        ("wf", ("TL",)),
        ("podst.log.", ("TL",)),
        ("informatyka", ("ja1",)),
    ]
    assert subjects(p("w-f"), p("e_w-f"), p("kor-kom"), p("zaj.kor-kom"), p("tech-inf")) == [
        ("w-f", ()),
        ("e_w-f", ()),
        ("kor-kom", ()),
        ("zaj.kor-kom", ()),
        ("tech-inf", ()),
    ]


def test_a_lesson_in_small_print_is_a_group_s() -> None:
    assert subjects(
        small(p("wf-ch")) + "<br>" + small(p("w-f-dz")),
        small('<span class="p">w-f</span>-dz <a href="n1.html" class="n">Żu</a>'),
        small('<a href="o1.html" class="o">1b</a>-ch <span class="p">w-f</span>'),
        p("w-f"),
        small(p("PSieciKP L02-(N.")),
    ) == [
        ("wf", ("ch",)),
        ("w-f", ("dz",)),
        ("w-f", ("dz",)),
        ("w-f", ("ch",)),
        ("w-f", ()),
        ("PSieciKP L02", ("(N.",)),
    ]


def test_odd_and_even_weeks_stand_where_a_group_would() -> None:
    odd, cut = '<span class="p">fizyka</span>-(N) <span class="p">#F</span>', '<span class="p">wf (M)</span>-(p. W1'
    teacher = '<a href="o1.html" class="o">1b</a>-(N) <span class="p">chemia</span>'
    both = '<span class="p">etyka-(N)</span>-(N. <span class="p">#E</span>'
    plan = plan_of(class_page(f"{odd}<br>{cut}", small(p("PSieciKP L02-(N.")), teacher, both, p("język-1/2"), p("w-f")))
    assert [(one.subject, one.week, one.groups) for one in plan.lessons] == [
        ("fizyka", "N", ()),
        ("wf (M)", "P", ()),
        ("PSieciKP L02", "N", ()),
        ("chemia", "N", ()),
        ("etyka", "N", ()),
        ("język", "", ("1/2",)),
        ("w-f", "", ()),
    ]
    # One of them alone may be any group.
    assert [(one.week, one.groups) for one in plan_of(class_page(odd)).lessons] == [("", ("(N)",))]


def test_a_list_names_its_school_too() -> None:
    said = (
        "Szkoła nr 7. Lista oddziałów, nauczycieli i sal utworzona za pomocą programu Plan lekcji Optivum firmy VULCAN"
    )
    text = f'<html><head><meta name="description" content="{said}"></head><body>'
    links = "".join(f'<a href="plany/o{n}.html" target="plan">{n}a</a>' for n in (1, 2))
    plan = plan_of(f"{text}{links}</body></html>")
    assert (plan.school, len(plan.targets)) == ("Szkoła nr 7", 2)


def test_dates_may_be_written_backwards() -> None:
    plan = plan_of(class_page(p("wf"), made="2026-08-30"))
    assert plan.updated == datetime(2026, 8, 30, tzinfo=ZoneInfo("Europe/Warsaw"))
    assert plan.valid_from == date(2026, 9, 1)
    assert plan_of(class_page(p("wf"), made="2026-13-30")).updated is None


async def test_from_a_plan_the_menu_is_found_where_there_is_no_list() -> None:
    page = SAMPLES / "class.html"
    root = "https://plan.school.example"
    requests: list[dict[str, Any]] = [
        {"url": f"{root}/plany/o1.html", "file": page.name},
        {"url": f"{root}/lista.html", "status": 404},
        {"url": f"{root}/index.html", "file": "site/menu/index.html"},
        {"url": f"{root}/index_o.html", "file": "site/menu/index_o.html"},
        {"url": f"{root}/index_n.html", "file": "site/menu/index_n.html"},
        {"url": f"{root}/plany/o2.html", "file": page.name},
    ]
    http = RecordedHttp(SAMPLES, requests)
    pages = await SOURCE.fetch(http, replace(QUERY, url=f"{root}/plany/o1.html", name="2b"))
    assert ([one.url for one in pages], http.left) == ([f"{root}/plany/o2.html"], [])
