"""svPlan: both layouts, several days, supervision, repeated cells, class lists, refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.errors import LoginRequired, NotReleased, SourceError, TruncatedPage, WrongPage
from bot.model import Kind, Plan, Substitution, Was
from bot.scraper.contract import Page
from bot.scraper.sources.svplan import SOURCE
from tests.scraper.sources.recorded import RecordedHttp, query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "svplan"
QUERY = query_of({"timezone": "Europe/Berlin"})
DAY = date(2026, 11, 24)


def plan_of(body: str | bytes, **options: str) -> Plan:
    page = Page("file:///p", body if isinstance(body, bytes) else body.encode())
    return SOURCE.parse([page], replace(QUERY, options=options))


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def test_an_empty_cell_repeats_the_one_above() -> None:
    assert plan_of(sample("days.html")).substitutions[1] == Substitution(
        Kind.CANCELLED,
        DAY,
        periods=("2", "3"),
        classes=("5a", "5b"),
        subject="Bio",
        was=Was(teachers=("TAL",)),
        note="fällt aus",
    )


def test_a_plus_names_nobody() -> None:
    assert plan_of(sample("days.html")).substitutions[0].teachers == ("OEL",)


def test_years_are_told_apart_where_the_classes_are_known() -> None:
    page = sample("days.html")
    assert plan_of(page).substitutions[2].classes == ("[8]",)
    assert plan_of(page, classes="7a, 8a, 8b, 9a").substitutions[2].classes == ("8a", "8b")
    assert plan_of(page.replace("[8]", "[7-8]"), classes="7a, 8a, 8b, 9a").substitutions[2].classes == (
        "7a",
        "8a",
        "8b",
    )


def test_supervision_is_a_row_of_its_own_kind() -> None:
    for name, place in (("days.html", 3), ("plain.html", 2)):
        row = plan_of(sample(name)).substitutions[place]
        assert (row.kind, row.periods, row.classes) == (Kind.SUPERVISION, row.periods, ())
        assert row.periods[0] in ("1. große Pause", "vor der 1.")


def test_a_day_with_a_header_alone_and_a_day_without_a_plan_are_empty() -> None:
    assert plan_of(sample("days.html")).days == (DAY, date(2026, 11, 25))
    none = plan_of(sample("none.html"))
    assert (none.days, none.substitutions) == ((date(2026, 11, 27),), ())


def test_a_day_without_a_table_and_a_word_is_not_released() -> None:
    with pytest.raises(NotReleased):
        plan_of(sample("none.html").replace("Kein Vertretungsplan", ""))


def test_windows_bytes_are_read() -> None:
    page = sample("plain.html").encode("cp1252")
    assert plan_of(page).substitutions[0].note == "geänderter Raum!"


@pytest.mark.parametrize("name", ["days.html", "plain.html", "none.html"])
def test_a_cut_inside_the_plan_is_seen(name: str) -> None:
    body = sample(name).encode()
    start, end = body.index(b"2026"), body.index(b"</table>") if b"</table>" in body else body.rindex(b"</p>")
    for place in range(101):
        with pytest.raises(SourceError):
            plan_of(body[: start + (end - start) * place // 100])


def test_a_cut_after_the_table_is_seen_by_what_stays_open() -> None:
    body = sample("days.html")
    for mark in ("</table>", "Pausenaufsicht</div>", "Besondere", "Fundsachen"):
        with pytest.raises(SourceError):
            plan_of(body[: body.index(mark) + len(mark)])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("[1]", WrongPage),
        ("<title>Anmelden</title>Vertretungsplan für alle: bitte anmelden", LoginRequired),
        ("<p>Vertretungsplan für den Hausmeister</p>", WrongPage),
    ],
)
def test_what_is_no_plan(body: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        plan_of(body)


async def test_tomorrow_is_asked_beside_today() -> None:
    url = "https://plan.school.example/vp/PH_heute.htm"
    requests = [
        {"url": url, "file": "days.html"},
        {"url": "https://plan.school.example/vp/PH_morgen.htm", "file": "plain.html"},
    ]
    http = RecordedHttp(SAMPLES, requests)
    pages = await SOURCE.fetch(http, replace(QUERY, url=url))
    assert (len(pages), http.left) == (2, [])
    assert len(SOURCE.parse(pages, QUERY).substitutions) == 4, "a day that both pages hold counts once"


def test_a_page_that_is_cut_between_two_days_is_refused() -> None:
    day = sample("plain.html").partition("</html>")[2].partition("</table>")
    page = f"<html><body>{day[0]}{day[1]}"
    assert plan_of(f"{page}</body></html>").substitutions
    with pytest.raises(TruncatedPage, match="body"):
        plan_of(page)
