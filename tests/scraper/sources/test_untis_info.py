from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import LoginRequired, NotReleased, SourceChanged, SourceError, TruncatedPage
from bot.scraper.contract import Http, Page, Query
from bot.scraper.sources import untis_info

SAMPLES = Path(__file__).parents[2] / "samples" / "untis-info"
BASE = "https://plan.school.example/v"


def query(url: str = f"{BASE}/default.htm", start: date | None = date(2026, 11, 30)) -> Query:
    return Query(
        url=url, timezone=ZoneInfo("Europe/Berlin"), today=date(2026, 11, 23), start=start, end=date(2026, 12, 7)
    )


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def page(body: str, url: str = f"{BASE}/w/49/w00000.htm") -> Page:
    return Page(url, body.encode())


class Site:
    """A school's server: addresses and their pages; what was asked is kept."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = {f"{BASE}/{path}": body for path, body in pages.items()}
        self.asked: list[str] = []

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        self.asked.append(url.removeprefix(f"{BASE}/"))
        return page(self.pages[url], url) if url in self.pages else None

    async def get(self, url: str, **_: object) -> Page:
        found = await self.get_or_none(url)
        if found is None:
            raise NotReleased(url)
        return found


async def fetched(pages: dict[str, str], url: str = f"{BASE}/default.htm") -> tuple[list[str], tuple[Page, ...]]:
    site = Site(pages)
    http: Http = site  # type: ignore[assignment] # only the gets are asked
    found = await untis_info.fetch(http, query(url))
    return site.asked, found


async def test_only_the_weeks_of_the_query_are_asked() -> None:
    pages = {"default.htm": "<frame src=frames/navbar.htm>", "frames/navbar.htm": sample("navbar.htm")}
    asked, found = await fetched(pages | {"w/49/w00000.htm": sample("week.htm")})
    assert asked == ["default.htm", "frames/navbar.htm", "w/49/w00000.htm"]
    assert len(untis_info.parse(found, query()).substitutions) == 3


async def test_a_week_that_is_not_there_is_not_released() -> None:
    with pytest.raises(NotReleased):
        await fetched({"default.htm": "<frame src=frames/navbar.htm>", "frames/navbar.htm": sample("navbar.htm")})


async def test_a_school_without_the_page_of_all_is_asked_class_by_class() -> None:
    bar = sample("navbar.htm").replace("flcl = 3", "flcl = 2")
    week = sample("week.htm")
    pages = {"frames/navbar.htm": bar} | {f"w/49/w0000{n}.htm": week for n in (1, 2, 3)}
    asked, found = await fetched(pages, f"{BASE}/frames/navbar.htm")
    assert asked[1:] == ["w/49/w00001.htm", "w/49/w00002.htm", "w/49/w00003.htm"]
    plan = untis_info.parse(found, query())
    # The rows say their classes themselves but for the break duty, which each class's page puts under that class.
    assert [one.classes for one in plan.substitutions if one.periods == ("2/3",)] == [("06F",), ("07A",), ("07B",)]
    assert len([one for one in plan.substitutions if one.periods == ("8",)]) == 1


async def test_the_page_of_a_week_leads_to_its_bar() -> None:
    pages = {"frames/navbar.htm": sample("navbar.htm"), "w/49/w00000.htm": sample("week.htm")}
    asked, _ = await fetched(pages, f"{BASE}/w/49/w00000.htm")
    assert asked == ["frames/navbar.htm", "w/49/w00000.htm"]
    asked, found = await fetched({"w/49/w00000.htm": sample("week.htm")}, f"{BASE}/w/49/w00000.htm")
    assert [one.url for one in found] == [f"{BASE}/w/49/w00000.htm"]


def test_unreleased_is_not_empty() -> None:
    plan = untis_info.parse([page(sample("week.htm"))], query())
    assert plan.days == (date(2026, 12, 1), date(2026, 12, 2))
    with pytest.raises(NotReleased):
        untis_info.parse([page(sample("unreleased.htm"))], query())


def test_a_day_without_year_over_new_year() -> None:
    table = "<table class=subst><tr><td>Keine Vertretungen</td></tr></table>"
    body = f"<html><div id=vertretung><b>4.1. Montag</b>{table}</div></html>"
    assert untis_info.parse([page(body)], query()).days == (date(2027, 1, 4),)
    with pytest.raises(SourceChanged):
        untis_info.parse([page(body.replace("Keine Vertretungen", "&nbsp;"))], query())
    with pytest.raises(SourceChanged):
        untis_info.parse([page(body.replace("4.1.", "31.2."))], query())


@pytest.mark.parametrize("name", ["week.htm", "navbar.htm"])
def test_a_page_cut_at_any_of_100_places_of_the_plan_is_refused(name: str) -> None:
    body = sample(name).rstrip()
    start = body.index("vertretung" if name == "week.htm" else "var classes") + 80
    for step in range(1, 100):
        with pytest.raises(TruncatedPage):
            untis_info.parse([page(body[: start + (len(body) - start) * step // 100])], query())


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("<html><title>Login</title><input type='password'></html>", LoginRequired),
        ("<html><p>Herzlich willkommen</p></html>", SourceError),
        ("", SourceError),
    ],
)
def test_foreign_pages_are_refused_by_name(body: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        untis_info.parse([page(body)], query())
    assert untis_info.recognise(page(body or " ")) == 0.0


@pytest.mark.parametrize("title", ["23.11. Montag", "23-11 Maandag", "Monday 11/23", "23.11.2026"])
def test_a_bold_date_is_a_title_only_with_a_weekday_or_alone(title: str) -> None:
    heads = "".join(f"<th>{word}</th>" for word in ("Klasse(n)", "Datum", "Stunde", "Fach"))
    table = f"<table class=subst><tr>{heads}</tr><tr><td>6a</td><td>24/11</td><td>1</td><td>M</td></tr></table>"
    body = f"<div id=vertretung><b>{title}</b><p><b>1.12. Elternabend</b></p>{table}</div>"
    plan = untis_info.parse([Page("https://plan.school.example/w/48/w00000.htm", body.encode())], query())
    assert plan.days == (date(2026, 11, 23),)
    assert [one.date for one in plan.substitutions] == [date(2026, 11, 24)]
