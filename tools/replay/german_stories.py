"""Stories of schools with Untis, Indiware, svPlan and DaVinci: with the plan in a sheet, and substitutions alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from tools.replay import german_pages, pages
from tools.replay.school import (
    FOLLOWERS,
    PLAN,
    WANTS_PLANS,
    Answer,
    Row,
    Site,
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
    d = partial(on, first)
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
    d = partial(on, first)
    rows = (
        Row(at(d(1), "13:05"), d(2), 3, teacher="Neu"),
        Row(at(d(3), "07:05"), d(3), 5, cancelled=True),
        Row(at(d(7), "10:05"), d(8), 1, until=at(d(7), "11:05"), room="18"),
    )
    return _german("svplan-alone", first, (_SVPLAN,), rows, Trouble(at(d(9), "12:00"), at(d(9), "12:10"), status=500))


def davinci_and_sheet() -> Story:
    """A lesson that moves within its day, an outage that the admin hears of."""
    first = date(2026, 11, 16)
    d = partial(on, first)
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
    d = partial(on, first)
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


def untis_and_sheet() -> Story:
    """A sheet with the plan, a monitor that shows two days and turns its page in the afternoon."""
    first = date(2026, 11, 9)
    d = partial(on, first)
    rows = (
        Row(at(d(1), "13:05"), d(2), 3, teacher="Neu"),
        Row(at(d(3), "07:05"), d(3), 5, cancelled=True, note="Rzeka krank"),
        Row(at(d(4), "13:05"), d(7), 2, room="18"),
        Row(at(d(7), "09:05"), d(7), 4, until=at(d(7), "09:20"), room="9"),
        *(Row(at(d(9), "12:05"), d(10), period, cancelled=True, note="Wandertag") for period in range(1, 7)),
    )
    troubles = (
        Trouble(at(d(4), "15:00"), at(d(4), "15:40"), "subst", body=pages.LOGIN),
        Trouble(at(d(8), "00:00"), at(d(8), "06:50"), "subst", status=404),
    )

    def site(url: str, now: datetime) -> Answer:
        if url.endswith(".csv"):
            return pages.sheet(PLAN, "9a")
        page = _monitor(url, now, rows)
        cut = at(d(8), "10:00") <= now < at(d(8), "10:10")
        return page[: len(page) * 2 // 3] if cut and isinstance(page, str) else page

    return Story(
        "untis-and-sheet",
        "Europe/Berlin",
        first,
        (("sheet", "https://linde.example/plan.csv"), ("untis-monitor", "https://linde.example/v/subst_001.htm")),
        with_trouble(site, troubles),
        FOLLOWERS,
        classes=("9a",),
    )


def untis_alone() -> Story:
    """A monitor and nothing else: its rows are all that is known of a day."""
    first = date(2026, 11, 30)
    d = partial(on, first)
    rows = (
        Row(at(d(-1), "12:00"), d(0), 5, cancelled=True),
        Row(at(d(1), "13:05"), d(2), 3, teacher="Neu"),
        Row(at(d(1), "13:35"), d(2), 2, until=at(d(1), "14:20"), room="18"),
        Row(at(d(3), "07:05"), d(3), 5, cancelled=True),
        Row(at(d(4), "13:05"), d(7), 1, cancelled=True),
    )

    def site(url: str, now: datetime) -> Answer:
        return _monitor(url, now, rows)

    return Story(
        "untis-alone",
        "Europe/Berlin",
        first,
        (("untis-monitor", "https://linde.example/v/subst_001.htm"),),
        with_trouble(site, (Trouble(at(d(8), "08:00"), at(d(8), "08:40")),)),
        FOLLOWERS,
        classes=("9a",),
    )


def _monitor(url: str, now: datetime, rows: tuple[Row, ...]) -> Answer:
    """Two days: today and the next one, from 16:00 on the next two."""
    days: list[date] = []
    day = now.date() if now.hour < 16 else now.date() + timedelta(days=1)
    while len(days) < 2:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    number = int(url[-7:-4])
    if number not in (1, 2):
        return 404
    return pages.untis(published(rows, now), days[number - 1], f"subst_{number % 2 + 1:03}.htm", now)


def indiware_autumn() -> Story:
    """Whole days, each out at three the day before; a free Wednesday that the plans name."""
    first = date(2026, 11, 16)
    d = partial(on, first)
    rows = (
        Row(at(d(0), "12:00"), d(1), 2, cancelled=True),
        Row(at(d(0), "20:05"), d(1), 3, teacher="Neu"),
        Row(at(d(10), "07:05"), d(10), 4, subject="History", teacher="Dab", room="13"),
    )
    site = _indiware(rows, {d(2): ""})
    down = Trouble(at(d(4), "05:00"), at(d(4), "06:40"))
    return Story(
        "indiware-autumn",
        "Europe/Berlin",
        first,
        _INDIWARE,
        with_trouble(site, (down,)),
        (*FOLLOWERS, WANTS_PLANS),
        ("9a",),
    )


def indiware_christmas() -> Story:
    """The last week before the holidays and their first; a group's lesson; a plan that is half there for a while."""
    first = date(2026, 12, 14)
    d = partial(on, first)
    rows = (Row(at(d(3), "16:05"), d(4), 2, group="2/2", cancelled=True),)
    holidays = {d(7 + step): "" for step in range(12) if d(7 + step).weekday() < 5}
    whole = _indiware(rows, holidays)

    def site(url: str, now: datetime) -> Answer:
        if at(d(2), "10:00") <= now < at(d(2), "10:10") and f"{d(2):%Y%m%d}" in url:
            return pages.indiware_day(PLAN[:1], (), d(2), now, tuple(holidays))
        return whole(url, now)

    return Story("indiware-christmas", "Europe/Berlin", first, _INDIWARE, site, (*FOLLOWERS, WANTS_PLANS), ("9a",))


_INDIWARE = (("indiware-mobil", "https://linde.example/10000000/mobil/"),)


def _indiware(rows: tuple[Row, ...], free: Mapping[date, str]) -> Site:
    def site(url: str, now: datetime) -> Answer:
        if "PlanKl" not in url:
            return 404
        day = datetime.strptime(url[-12:-4], "%Y%m%d").date()  # noqa: DTZ007 - a date
        before = day - timedelta(days=1)
        while before.weekday() >= 5 or before in free:
            before -= timedelta(days=1)
        if day.weekday() >= 5 or day in free or now < at(before, "15:00"):
            return 404
        return pages.indiware_day(PLAN, published(rows, now), day, now, tuple(free))

    return site


IN_GERMAN = (
    untis_and_sheet,
    untis_alone,
    indiware_autumn,
    indiware_christmas,
    svplan_and_sheet,
    svplan_alone,
    davinci_and_sheet,
    davinci_alone,
)
