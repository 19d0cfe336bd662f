"""DaVinci: rows whole, old and new values in one cell, pages of classes, indexes, refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.errors import LoginRequired, NotReleased, SourceChanged, SourceError, TruncatedPage, UnknownTarget, WrongPage
from bot.model import Kind, Plan, Substitution, Was
from bot.scraper.contract import Page
from bot.scraper.davinci_index import links_in
from bot.scraper.german import date_in
from bot.scraper.sources.davinci import SOURCE
from tests.scraper.sources.recorded import RecordedHttp, query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "davinci"
QUERY = query_of({"timezone": "Europe/Berlin"})
DAY = date(2026, 11, 24)
HOME = "https://plan.school.example/davinci/"


def plan_of(body: str | bytes) -> Plan:
    return SOURCE.parse([Page("file:///p", body if isinstance(body, bytes) else body.encode())], QUERY)


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def test_rows_whole() -> None:
    rows = plan_of(sample("day.html")).substitutions
    assert rows[0] == Substitution(
        Kind.SUBSTITUTION,
        DAY,
        ("5",),
        ("06c", "06d"),
        "MA",
        ("ZORN",),
        was=Was(subject="LA", teachers=("TAL",)),
    )
    assert rows[3] == Substitution(
        Kind.MOVED,
        DAY,
        ("3",),
        ("07a",),
        "EN",
        ("OEL",),
        ("A2",),
        label="Von 01.12. Di 1 verschoben",
        was=Was(subject="DE", rooms=("A1",), date=date(2026, 12, 1), periods=("1",)),
    )


def test_moved_away_free_and_a_change_of_rooms() -> None:
    rows = plan_of(sample("day.html")).substitutions
    assert [(row.kind, row.label) for row in rows[1:3]] == [
        (Kind.CANCELLED, "Frei"),
        (Kind.MOVED, "Auf 30.11. Mo 3 verschoben"),
    ]
    assert (rows[4].kind, rows[4].teachers, rows[4].was) == (Kind.ROOM, ("OEL",), Was(rooms=("TH1",)))


def test_an_empty_class_or_lesson_repeats_the_one_above() -> None:
    rows = plan_of(sample("day.html")).substitutions
    assert (rows[1].classes, rows[2].periods) == (("06c", "06d"), ("6",))


def test_the_page_of_a_class_holds_several_days() -> None:
    plan = plan_of(sample("class.html"))
    assert plan.days == (DAY, date(2026, 11, 25))
    assert [(row.date, row.classes, row.periods, row.kind) for row in plan.substitutions] == [
        (DAY, ("TZ SFA 51",), ("1", "2"), Kind.CANCELLED),
        (date(2026, 11, 25), ("TZ SFA 51",), ("3",), Kind.SUBSTITUTION),
    ]


def test_an_empty_day_says_so() -> None:
    assert plan_of(sample("none.html")).days == (date(2026, 11, 27),)
    with pytest.raises(SourceError):
        plan_of(sample("none.html").replace("Es liegen keine Vertretungen vor.", ""))


def test_an_index_without_pages_is_not_released() -> None:
    with pytest.raises(NotReleased):
        plan_of("<html>DAVINCI<ul class='day-index'></ul></html>")


@pytest.mark.parametrize("name", ["day.html", "class.html"])
def test_a_cut_is_seen_anywhere(name: str) -> None:
    body = sample(name)
    end = body.index("</body>")
    for place in range(1, 101):
        with pytest.raises(SourceError):
            plan_of(body[: end * place // 100])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{}", WrongPage),
        ("<title>Login</title>Wer ist da?", LoginRequired),
        ("<html>DAVINCI, Maler</html>", WrongPage),
        ("<html>DAVINCI<table class='list-table'><tr><th>Pos</th><th>Klasse</th><th>Fach</th></tr>", SourceChanged),
        ("<html>DAVINCI<table class='list-table'>", TruncatedPage),
        ("<html>DAVINCI<table class='list-table'></table></html>", SourceChanged),
    ],
)
def test_what_is_no_plan(body: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        plan_of(body)


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(SourceChanged):
        plan_of(sample("day.html").replace("<td> 08b </td><td> 2 </td>", ""))


def test_columns_that_are_not_known_are_refused() -> None:
    with pytest.raises(SourceChanged):
        plan_of(sample("day.html").replace("<th> Pos </th>", "<th> Block </th>"))


async def test_of_an_index_of_classes_the_one_that_is_asked_for() -> None:
    query = replace(QUERY, url=HOME, name="tzsfa51")
    requests: list[dict[str, Any]] = [
        {"url": HOME, "file": "classes.html"},
        {"url": f"{HOME}V_CL_1111.html", "file": "class.html"},
    ]
    http = RecordedHttp(SAMPLES, requests)
    pages = await SOURCE.fetch(http, query)
    plan = SOURCE.parse(pages, query)
    assert (len(plan.targets), len(plan.substitutions)) == (2, 2)
    with pytest.raises(UnknownTarget):
        await SOURCE.fetch(RecordedHttp(SAMPLES, requests[:1]), replace(query, name="9a"))


async def test_other_hosts_are_left_alone() -> None:
    requests: list[dict[str, Any]] = [
        {"url": HOME, "file": "days.html"},
        {"url": f"{HOME}V_DC_001.html", "file": "day.html"},
        {"url": f"{HOME}V_DC_002.html", "status": 404},
    ]
    http = RecordedHttp(SAMPLES, requests)
    assert len(await SOURCE.fetch(http, replace(QUERY, url=HOME))) == 2
    assert http.left == []


async def test_an_index_without_the_days_asked_for_is_no_changed_page() -> None:
    asked = replace(QUERY, url=HOME, start=date(2027, 3, 1), end=date(2027, 3, 8))
    with pytest.raises(NotReleased):
        await SOURCE.fetch(RecordedHttp(SAMPLES, [{"url": HOME, "file": "days.html"}]), asked)


def test_a_month_says_the_dates_of_its_pages() -> None:
    month = """<h1>2026-Nov</h1><ul class="month">
    <li><input class="day" type="button" value="24" onClick="window.location.href='V_DC_001.html'"></li>
    <li><div class="iweekday">25</div></li></ul><h1>2026-Dez</h1><ul class="month">
    <li><input class="day" type="button" value="1" onClick="window.location.href='V_DC_002.html'"></li></ul>"""
    assert [date_in(link.text) for link in links_in(month)] == [date(2026, 11, 24), date(2026, 12, 1)]
