"""Stories of schools whose systems speak JSON: WebUntis and EduPage."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from tools.replay import answers, pages
from tools.replay.school import (
    FOLLOWERS,
    PLAN,
    WANTS_PLANS,
    Answer,
    Row,
    Slot,
    Story,
    Trouble,
    at,
    on,
    published,
    reversed_plan,
    with_trouble,
)


def webuntis_autumn() -> Story:
    """A room, an ill teacher, a substitute over a weekend, an outage, a cancellation that lasts three quarters of an
    hour before breakfast."""
    first = date(2026, 11, 2)
    d = partial(on, first)
    rows = (
        Row(at(d(1), "07:05"), d(2), 3, room="18"),
        Row(at(d(3), "09:05"), d(3), 5, cancelled=True),
        Row(at(d(4), "13:05"), d(7), 4, teacher="Neu"),
        Row(at(d(9), "06:05"), d(9), 1, until=at(d(9), "06:50"), cancelled=True),
    )

    def site(url: str, now: datetime) -> Answer:
        return _webuntis(url, now, rows, open_to=date.max)

    down = Trouble(at(d(8), "10:00"), at(d(8), "11:00"))
    return Story("webuntis-autumn", "Europe/Vienna", first, _WEBUNTIS, with_trouble(site, (down,)), FOLLOWERS)


def webuntis_next_week() -> Story:
    """The next week is out on Fridays at noon; a move, a change that the weekend takes back, a free Wednesday."""
    first = date(2026, 11, 16)
    d = partial(on, first)
    rows = (
        Row(at(d(2), "13:05"), d(3), 3, moved_to=7),
        Row(at(d(5), "10:05"), d(7), 2, until=at(d(6), "18:05"), room="18"),
    )

    def site(url: str, now: datetime) -> Answer:
        sunday = now.date() + timedelta(days=6 - now.weekday())
        out = sunday + timedelta(days=7) if (now.weekday(), now.hour) >= (4, 12) else sunday
        return _webuntis(url, now, rows, open_to=out, free=(d(9),))

    refused = Trouble(at(d(8), "12:00"), at(d(8), "12:10"), body='{"errorCode": "FORBIDDEN"}')
    followers = (*FOLLOWERS, WANTS_PLANS)
    return Story("webuntis-next-week", "Europe/Vienna", first, _WEBUNTIS, with_trouble(site, (refused,)), followers)


_WEBUNTIS = (("webuntis", "https://linde.example/WebUntis/?school=linde"),)


def _webuntis(url: str, now: datetime, rows: tuple[Row, ...], *, open_to: date, free: tuple[date, ...] = ()) -> Answer:
    if url.endswith("/filter"):
        return answers.webuntis_list(("9a", "9b"))
    monday = now.date() - timedelta(days=now.weekday())
    days = [monday + timedelta(days=step) for step in range(14)]
    return answers.webuntis_days(PLAN, published(rows, now), days, open_to=open_to, free=free)


def edupage_dated() -> Story:
    """Whole weeks with dates; a teacher who is ill before breakfast, a change for the day after tomorrow, a refusal."""
    first = date(2026, 11, 16)
    d = partial(on, first)
    rows = (
        Row(at(d(1), "10:05"), d(2), 3, room="18"),
        Row(at(d(3), "06:40"), d(3), 1, cancelled=True),
        Row(at(d(7), "12:05"), d(9), 2, teacher="Neu"),
    )

    def site(url: str, now: datetime) -> Answer:
        return answers.edupage_site(url, now, plan=PLAN, rows=published(rows, now))

    again = Trouble(at(d(4), "12:00"), at(d(4), "12:10"), "currenttt", body=answers.EDUPAGE_RELOAD)
    return Story("edupage-dated", "Europe/Vilnius", first, _EDUPAGE, with_trouble(site, (again,)), FOLLOWERS)


def edupage_weekly() -> Story:
    """A weekly timetable that is edited twice, maintenance, the end of summer time."""
    first = date(2026, 10, 19)
    d = partial(on, first)

    def site(url: str, now: datetime) -> Answer:
        plan = PLAN
        if now >= at(d(1), "12:05"):
            plan = tuple(Slot(3, 5, "Geography", "Rzeka", "25") if (s.weekday, s.period) == (3, 5) else s for s in plan)
        if now >= at(d(8), "09:05"):
            plan = (*plan, Slot(3, 7, "Choir", "Nuta", "hall"))
        return answers.edupage_site(url, now, plan=plan, rows=None)

    away = Trouble(at(d(3), "12:00"), at(d(3), "12:40"), body=pages.MAINTENANCE)
    return Story("edupage-weekly", "Europe/Vilnius", first, _EDUPAGE, with_trouble(site, (away,)), FOLLOWERS)


def edupage_new_timetable() -> Story:
    """A timetable that begins on Thursday, listed on Monday; the old one changes once more before that."""
    first = date(2026, 10, 19)
    d = partial(on, first)

    def site(url: str, now: datetime) -> Answer:
        if "ttviewer" in url:
            return answers.edupage_timetables(dated=False, later=d(3) if now >= at(d(0), "16:05") else None)
        plan = PLAN
        if now >= at(d(1), "09:05"):
            plan = tuple(Slot(2, 2, "Physics", "Gil", "18") if (s.weekday, s.period) == (2, 2) else s for s in plan)
        if "regulartt" in url and '"8"' in url:
            plan = reversed_plan(PLAN)
        return answers.edupage_site(url, now, plan=plan, rows=None)

    return Story("edupage-new-timetable", "Europe/Vilnius", first, _EDUPAGE, site, FOLLOWERS)


_EDUPAGE = (("edupage", "https://lipa.example/timetable/"),)


IN_JSON = (webuntis_autumn, webuntis_next_week, edupage_dated, edupage_weekly, edupage_new_timetable)
