from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import NotReleased, SourceError, TruncatedPage, UnknownTarget
from bot.model import FreeDays, Plan, TargetKind
from bot.scraper.contract import Http, Page, Query
from bot.scraper.sources import untis_grid
from tests.scraper.sources.recorded import RecordedHttp

SAMPLES = Path(__file__).parents[2] / "samples" / "untis-grid"
URL = "https://plan.school.example/s/c/49/c00002.htm"


def query(name: str = "", kind: TargetKind = TargetKind.CLASS, url: str = URL) -> Query:
    today = date(2026, 11, 30)
    return Query(
        url=url,
        timezone=ZoneInfo("Europe/Berlin"),
        today=today,
        name=name,
        kind=kind,
        start=today,
        end=date(2026, 12, 7),
    )


def sample(name: str = "class.htm") -> str:
    return (SAMPLES / name).read_text("utf-8")


def page(body: str, url: str = URL) -> Page:
    return Page(url, body.encode())


def grid(cells: str, *, days: str = "Montag,Dienstag", name: str = "07A") -> str:
    heads = "".join(f"<td colspan=2><b>{day}</b></td>" for day in days.split(","))
    table = f"<table rules=all><tr><td></td>{heads}</tr>{cells}</table>"
    return f"<html><body class=tt><font size=6>{name}</font>{table}</body></html>"


def test_a_text_over_the_whole_day_is_a_day_without_lessons() -> None:
    plan = untis_grid.parse([page(sample())], query())
    assert plan.free_days == (FreeDays(date(2026, 11, 30), date(2026, 11, 30), "Ausflug"),)
    assert date(2026, 11, 30) in plan.days
    assert not [lesson for lesson in plan.lessons if lesson.date == date(2026, 11, 30)]


def test_a_cell_of_two_periods_is_one_lesson() -> None:
    (double,) = [one for one in untis_grid.parse([page(sample())], query()).lessons if one.subject == "M"]
    assert (double.periods, double.start, double.end) == (("1", "2"), time(7, 45), time(9, 20))


def test_footnotes_add_classes_and_the_lessons_beside() -> None:
    lessons = {one.subject: one for one in untis_grid.parse([page(sample())], query()).lessons}
    assert lessons["Fr"].classes == ("07A", "07B")
    assert lessons["Lat"].teachers == ("Tanne",)
    assert "Spa" not in lessons  # another class's lesson of the same coupling


def test_a_grid_without_dates_has_weekdays() -> None:
    cell = "<table><tr><td><b>M</b></td><td>Erle</td><td>12</td></tr></table>"
    body = grid(f"<tr><td>1</td><td colspan=2></td><td colspan=2>{cell}</td></tr>")
    plan = untis_grid.parse([page(body)], query())
    (lesson,) = plan.lessons
    assert (lesson.weekday, lesson.date, lesson.periods, lesson.teachers, lesson.rooms) == (
        1,
        None,
        ("1",),
        ("Erle",),
        ("12",),
    )
    assert plan.days == ()


def test_the_text_of_a_vertical_cell_is_one_lesson() -> None:
    cell = "<table><tr><td><b>M</b></td></tr><tr><td>12</td></tr><tr><td>Erle</td></tr></table>"
    (lesson,) = untis_grid.parse([page(grid(f"<tr><td>1</td><td colspan=2>{cell}</td></tr>"))], query()).lessons
    assert (lesson.subject, lesson.rooms, lesson.teachers) == ("M", ("12",), ("Erle",))


def test_a_teachers_grid_names_classes() -> None:
    cell = "<table><tr><td><b>M</b></td><td>7A</td><td>B 2</td></tr></table>"
    body = grid(f"<tr><td>1</td><td colspan=2>{cell}</td></tr>", name="ERL")
    (lesson,) = untis_grid.parse([page(body, URL.replace("/c", "/t"))], query()).lessons
    assert (lesson.teachers, lesson.classes, lesson.rooms) == (("ERL",), ("7A",), ("B 2",))


def test_an_empty_grid_is_not_a_week_without_lessons() -> None:
    with pytest.raises(NotReleased):
        untis_grid.parse([page(grid("<tr><td>1</td><td colspan=2></td><td colspan=2></td></tr>"))], query())


def test_another_classs_page_is_not_the_answer() -> None:
    assert untis_grid.parse([page(sample())], query("7a")).lessons
    with pytest.raises(UnknownTarget):
        untis_grid.parse([page(sample())], query("7b"))


class Site:
    """The school's bar, and pages that are always there."""

    async def get(self, url: str, **_: object) -> Page:
        return page(sample("navbar.htm"), url)

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        return page(sample(), url) if "/c/49/" in url else None


async def test_a_class_that_is_not_listed_is_named_with_its_neighbours() -> None:
    http: Http = Site()  # type: ignore[assignment] # only the gets are asked
    with pytest.raises(UnknownTarget) as caught:
        await untis_grid.fetch(http, query("7c", url="https://plan.school.example/s/frames/navbar.htm"))
    assert "07A" in caught.value.nearest


async def test_a_page_under_another_name_needs_no_bar() -> None:
    url = "https://school.example/stundenplan/heute.html"
    bar = {"url": "https://school.example/stundenplan/frames/navbar.htm", "status": 404}
    http = RecordedHttp(SAMPLES, [{"url": url, "file": "class.htm"}, bar])
    asked = query("", url=url)
    assert untis_grid.parse(await untis_grid.fetch(http, asked), asked).lessons


async def test_a_teachers_week_that_is_not_there_is_not_released() -> None:
    http: Http = Site()  # type: ignore[assignment] # only the gets are asked
    with pytest.raises(NotReleased):
        await untis_grid.fetch(
            http, query("erl", TargetKind.TEACHER, "https://plan.school.example/s/frames/navbar.htm")
        )


def test_a_page_cut_at_any_of_100_places_of_the_plan_is_refused() -> None:
    body = sample().rstrip()
    start = body.index("<TABLE") + 10
    for step in range(1, 100):
        with pytest.raises(TruncatedPage):
            untis_grid.parse([page(body[: start + (len(body) - start) * step // 100])], query())


@pytest.mark.parametrize(
    "body", ["", "<html><body>Hallo</body></html>", "{}", "<table rules=all><tr><td>Mo</td><td>Di</td></tr></table>"]
)
def test_foreign_pages_are_refused_by_name(body: str) -> None:
    with pytest.raises(SourceError):
        untis_grid.parse([page(body)], query())
    assert untis_grid.recognise(page(body or " ")) == 0.0


ROOMY = "<table><tr><td>{0}</td><td>{1}</td></tr><tr><td>{2}</td></tr></table>"


def cells(*lessons: tuple[str, ...], style: str = ROOMY) -> str:
    return "<tr><td>1</td>" + "".join(f"<td colspan=2>{style.format(*one)}</td>" for one in lessons) + "</tr>"


def test_the_footnotes_tell_what_stands_where() -> None:
    notes = (
        "<table rules=all><tr><td>Nr.</td><td>Le.,Fa.,Rm.</td></tr><tr><td>1)</td><td>erl, MU, M.7</td></tr></table>"
    )
    body = grid(cells(("erl", "M.7", "MU"), ("lin", "Aula", "DE"))).replace("</body>", notes + "</body>")
    found = [(one.subject, one.teachers, one.rooms) for one in untis_grid.parse([page(body)], query()).lessons]
    assert found == [("MU", ("erl",), ("M.7",)), ("DE", ("lin",), ("Aula",))]


def test_without_footnotes_the_subject_is_what_tells_the_teacher() -> None:
    body = grid(
        cells(("erl", "M.7", "MU"), ("lin", "A.2", "DE"), ("erl", "M.7", "TH"), ("lin", "A.3", "DE")),
        days="Montag,Dienstag,Mittwoch,Donnerstag",
    )
    found = [(one.subject, one.teachers) for one in untis_grid.parse([page(body)], query()).lessons]
    assert found == [("MU", ("erl",)), ("DE", ("lin",)), ("TH", ("erl",)), ("DE", ("lin",))]


def test_a_week_type_before_the_subject() -> None:
    style = "<table><tr><td>{0}</td><td>{1}</td><td>{2}</td><td>{3}</td></tr></table>"
    body = grid(cells(("A,B", "M", "Erle", "R 1"), ("B", "Ph", "Linde", "R 2"), style=style))
    found = [(one.week, one.subject, one.teachers) for one in untis_grid.parse([page(body)], query()).lessons]
    assert found == [("", "M", ("Erle",)), ("B", "Ph", ("Linde",))]


def test_a_field_left_out_moves_the_next_one_up() -> None:
    style = "<table><tr><td><b>{0}</b></td>{1}</tr></table>"
    lessons = [("M", "<td>Erle</td><td>R 1</td>"), ("Ph", "<td>Linde</td><td>R 2</td>"), ("Sp", "<td>R 3</td>")]
    body = grid(cells(*lessons, style=style), days="Montag,Dienstag,Mittwoch")
    sport = untis_grid.parse([page(body)], query()).lessons[-1]
    assert (sport.subject, sport.teachers, sport.rooms) == ("Sp", (), ("R 3",))


def test_a_cell_over_two_days_is_on_both() -> None:
    body = grid("<tr><td>1</td><td colspan=4><b>Projekt</b></td></tr>")
    assert [one.weekday for one in untis_grid.parse([page(body)], query()).lessons] == [0, 1]


BAR = """<html><script>var classes = ["07A", "07B"]; var teachers = ["Erle"]; var rooms = ["R 1"];</script>
<select name="week">{}</select></html>"""
ONE = cells(("M", "Erle", "R 1"), style="<table><tr><td><b>{0}</b></td><td>{1}</td><td>{2}</td></tr></table>")


class Weeks:
    """A bar with the weeks given, and a page without dates for each."""

    def __init__(self, *options: str, title: str = "07A") -> None:
        self.bar, self.title = BAR.format("".join(options)), title

    async def get(self, url: str, **_: object) -> Page:
        return page(self.bar, url)

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        return page(grid(ONE, name=self.title), url)


async def plan_of(site: Weeks, name: str = "7a") -> Plan:
    http: Http = site  # type: ignore[assignment] # only the gets are asked
    asked = query(name, url="https://plan.school.example/s/frames/navbar.htm")
    return untis_grid.parse(await untis_grid.fetch(http, replace(asked, end=date(2026, 12, 14))), asked)


async def test_pages_without_dates_are_of_their_week() -> None:
    plan = await plan_of(Weeks('<option value="49">30.11.2026', '<option value="50">7-12-2026'))
    assert [one.date for one in plan.lessons] == [date(2026, 11, 30), date(2026, 12, 7)]


async def test_a_bar_with_one_week_has_the_timetable_of_all() -> None:
    plan = await plan_of(Weeks('<option value="34">17.8.2026'))
    assert [(one.date, one.weekday) for one in plan.lessons] == [(None, 0)]


async def test_a_title_may_be_cut_but_not_be_anothers() -> None:
    cut = await plan_of(Weeks('<option value="49">30.11.2026', title="07"))
    assert [one.classes for one in cut.lessons] == [("07A",)]
    with pytest.raises(UnknownTarget):
        await plan_of(Weeks('<option value="49">30.11.2026', title="07B"))


def test_a_rooms_grid_begins_with_the_teacher() -> None:
    style = "<table><tr><td><b>{0}</b></td><td>{1}</td><td>{2}</td></tr><tr><td colspan=3>1)</td></tr></table>"
    body = grid(cells(("Erle.", "7a", "Mat"), ("Erle", "4b", "KLjuh"), style=style), name="R 12")
    found = untis_grid.parse([page(body, URL.replace("/c", "/r"))], query()).lessons
    assert [(one.subject, one.teachers, one.classes, one.rooms) for one in found] == [
        ("Mat", ("Erle",), ("7a",), ("R 12",)),
        ("KLjuh", ("Erle",), ("4b",), ("R 12",)),
    ]
