"""Stories of schools with svPlan and DaVinci: with the plan in a sheet, and with substitutions alone."""

from __future__ import annotations

from datetime import date, datetime

from tools.replay import german_pages, pages
from tools.replay.school import (
    FOLLOWERS,
    PLAN,
    Answer,
    Row,
    Story,
    Trouble,
    at,
    on,
    published,
    with_trouble,
)

_SHEET = ("sheet", "https://linde.example/plan.csv")
_SVPLAN = ("svplan", "https://linde.example/vp/PH_heute.htm")
_DAVINCI = ("davinci", "https://linde.example/vp/index.html")


def svplan_and_sheet() -> Story:
    """A login page for half an hour; the only row of the page is taken back, which is believed when seen again."""
    first = date(2026, 11, 9)

    def d(number: int) -> date:
        return on(first, number)

    rows = (
        Row(at(d(1), "13:05"), d(2), 3, teacher="Neu"),
        Row(at(d(3), "07:05"), d(3), 5, cancelled=True),
        Row(at(d(4), "13:05"), d(7), 2, room="18"),
        Row(at(d(8), "12:05"), d(9), 2, until=at(d(8), "12:50"), teacher="Neu"),
    )
    login = Trouble(at(d(8), "10:00"), at(d(8), "10:25"), "PH_", body=pages.LOGIN)
    return _german("svplan-and-sheet", first, (_SHEET, _SVPLAN), rows, login)


def svplan_alone() -> Story:
    """Rows are all that is known; the last one is taken back."""
    first = date(2026, 11, 30)

    def d(number: int) -> date:
        return on(first, number)

    rows = (
        Row(at(d(1), "13:05"), d(2), 3, teacher="Neu"),
        Row(at(d(3), "07:05"), d(3), 5, cancelled=True),
        Row(at(d(7), "10:05"), d(8), 1, until=at(d(7), "11:05"), room="18"),
    )
    return _german("svplan-alone", first, (_SVPLAN,), rows, Trouble(at(d(9), "12:00"), at(d(9), "12:10"), status=500))


def davinci_and_sheet() -> Story:
    """A lesson that moves within its day, an outage that the admin hears of."""
    first = date(2026, 11, 16)

    def d(number: int) -> date:
        return on(first, number)

    rows = (
        Row(at(d(1), "13:05"), d(2), 3, teacher="Neu"),
        Row(at(d(3), "07:05"), d(3), 5, cancelled=True),
        Row(at(d(4), "13:05"), d(7), 4, moved_to=6),
        Row(at(d(4), "13:05"), d(7), 6, moved_from=4),
    )
    down = Trouble(at(d(8), "10:00"), at(d(8), "11:00"), "/vp/")
    return _german("davinci-and-sheet", first, (_SHEET, _DAVINCI), rows, down)


def davinci_alone() -> Story:
    """Rows are all that is known; maintenance for a poll."""
    first = date(2026, 11, 30)

    def d(number: int) -> date:
        return on(first, number)

    rows = (
        Row(at(d(1), "13:05"), d(2), 3, teacher="Neu"),
        Row(at(d(3), "07:05"), d(3), 5, cancelled=True),
        Row(at(d(7), "10:05"), d(8), 2, room="18"),
    )
    away = Trouble(at(d(8), "12:00"), at(d(8), "12:10"), body=pages.MAINTENANCE)
    return _german("davinci-alone", first, (_DAVINCI,), rows, away)


def _german(
    name: str, first: date, feeds: tuple[tuple[str, str], ...], rows: tuple[Row, ...], trouble: Trouble
) -> Story:
    def site(url: str, now: datetime) -> Answer:
        if url.endswith(".csv"):
            return pages.sheet(PLAN, "9a")
        made = german_pages.svplan_site if "PH_" in url else german_pages.davinci_site
        return made(url, now, published(rows, now))

    return Story(name, "Europe/Berlin", first, feeds, with_trouble(site, (trouble,)), FOLLOWERS, classes=("9a",))


IN_GERMAN = (svplan_and_sheet, svplan_alone, davinci_and_sheet, davinci_alone)
