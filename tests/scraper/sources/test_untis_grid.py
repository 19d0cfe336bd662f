from __future__ import annotations

from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import NotReleased, SourceError, TruncatedPage, UnknownTarget
from bot.model import FreeDays, TargetKind
from bot.scraper.contract import Http, Page, Query
from bot.scraper.sources import untis_grid

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
