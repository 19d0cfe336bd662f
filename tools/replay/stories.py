"""The stories: two fortnights for each family of systems. What must come of each stands in `<name>.expected.txt`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from tools.replay import pages
from tools.replay.german_stories import IN_GERMAN
from tools.replay.json_stories import IN_JSON
from tools.replay.school import (
    FOLLOWERS,
    PLAN,
    PLAN_9B,
    WANTS_PLANS,
    Answer,
    Follower,
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
from tools.replay.sheet_stories import OF_SHEETS

HOME = "Uczniowie zwolnieni do domu"


def optivum_autumn() -> Story:
    """Two ordinary weeks: rooms, an ill teacher, a move, a withdrawal at night, an outage, a flapping page."""
    first = date(2026, 11, 16)
    d = partial(on, first)
    rows = (
        Row(at(d(1), "07:10"), d(2), 3, room="18"),
        Row(at(d(1), "21:40"), d(2), 5, until=at(d(2), "06:05"), room="20"),
        Row(at(d(2), "10:30"), d(3), 2, teacher="Nowa"),
        Row(at(d(4), "09:05"), d(4), 3, cancelled=True, said=HOME, note="choroba"),
        Row(at(d(4), "09:05"), d(4), 4, cancelled=True, said=HOME, note="choroba"),
        Row(at(d(4), "13:05"), d(7), 1, room="12"),
        Row(at(d(4), "13:05"), d(7), 2, until=at(d(6), "17:05"), room="11"),
        Row(at(d(7), "13:05"), d(8), 6, cancelled=True, said=HOME),
        *(Row(at(d(7), "13:05"), d(8), period, class_="9b", room="40") for period in (1, 2, 3, 4)),
        Row(at(d(8), "15:05"), d(10), 3, said="przeniesiona na lekcję 7"),
        Row(at(d(8), "15:05"), d(10), 7, moved_from=3, note="przeniesiona z lekcji 3"),
        Row(at(d(9), "10:40"), d(9), 1, room="5"),
        Row(at(d(10), "06:05"), d(10), 1, cancelled=True, said="Uczniowie przychodzą później"),
    )
    troubles = (
        Trouble(at(d(2), "10:00"), at(d(2), "11:00"), "zastepstwa"),
        Trouble(at(d(3), "12:00"), at(d(3), "12:40"), "zastepstwa", body=pages.MAINTENANCE),
        Trouble(at(d(7), "14:00"), at(d(7), "14:10"), "zastepstwa", body=pages.NO_SUBSTITUTIONS),
        Trouble(at(d(7), "14:30"), at(d(7), "14:40"), "zastepstwa", body=pages.NO_SUBSTITUTIONS),
    )

    def site(url: str, now: datetime) -> Answer:
        return _optivum(url, now, rows=rows, plan=PLAN, since=date(2026, 9, 1))

    return Story(
        "optivum-autumn",
        "Europe/Warsaw",
        first,
        _OPTIVUM,
        with_trouble(site, troubles),
        (*FOLLOWERS, Follower("b", class_="9b")),
    )


def optivum_new_timetable() -> Story:
    """A new timetable from Wednesday on, the end of summer time, and the admin's holidays."""
    first = date(2026, 10, 19)
    d = partial(on, first)
    new = reversed_plan(PLAN)
    rows = (
        Row(at(d(4), "14:05"), d(7), 2, cancelled=True, said=HOME),
        Row(at(d(5), "22:05"), d(7), 5, room="19"),
        Row(at(d(7), "12:05"), d(10), 2, room="19"),
    )

    def site(url: str, now: datetime) -> Answer:
        if now < at(d(0), "16:05"):
            return _optivum(url, now, rows=rows, plan=PLAN, since=date(2026, 9, 1))
        return _optivum(url, now, rows=rows, plan=new, since=d(2))

    holidays = [{"first": d(10).isoformat(), "last": d(11).isoformat(), "name": "Jesień"}]
    return Story(
        "optivum-new-timetable",
        "Europe/Warsaw",
        first,
        _OPTIVUM,
        site,
        FOLLOWERS,
        settings={"holidays": holidays},
    )


_OPTIVUM = (("optivum", "https://lipowa.example/plan/"), ("optivum-zastepstwa", "https://lipowa.example/zastepstwa"))


def _optivum(url: str, now: datetime, *, rows: tuple[Row, ...], plan: tuple[Slot, ...], since: date) -> Answer:
    if url.endswith("/zastepstwa"):
        return pages.zastepstwa(published(rows, now), now.date(), {"9a": plan, "9b": PLAN_9B})
    if url.endswith("/plan/"):
        return pages.optivum_list(("9a", "9b"))
    if url.endswith("o1.html"):
        return pages.optivum_plan("9a", plan, since)
    return pages.optivum_plan("9b", PLAN_9B, date(2026, 9, 1))


def calendar_autumn() -> Story:
    """A calendar from which cancelled lessons vanish, whose stamps change with every download."""
    first = date(2026, 11, 2)
    d = partial(on, first)
    rows = (
        Row(at(d(1), "07:05"), d(2), 3, room="18"),
        Row(at(d(3), "09:05"), d(3), 5, cancelled=True),
        Row(at(d(4), "13:05"), d(7), 4, moved_to=7),
        Row(at(d(9), "12:05"), d(14), 1, room="5"),
    )
    free = {d(10): "Schulfrei", d(11): "Schulfrei"}
    empty = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Lindenschule//Plan//EN\r\nEND:VCALENDAR\r\n"

    def site(_url: str, now: datetime) -> Answer:
        monday = now.date() - timedelta(days=now.weekday())
        span = (monday, monday + timedelta(days=13))
        return pages.calendar(PLAN, published(rows, now), span=span, now=now, free=free, vanish=True)

    troubles = (
        Trouble(at(d(7), "08:00"), at(d(7), "09:00")),
        Trouble(at(d(8), "12:00"), at(d(8), "12:10"), body=empty),
    )
    return Story("calendar-autumn", "Europe/Berlin", first, _CALENDAR, with_trouble(site, troubles), FOLLOWERS, ("9a",))


def calendar_spring() -> Story:
    """A calendar that shows a week and is prolonged on Fridays; the beginning of summer time; a free day."""
    first = date(2026, 3, 23)
    d = partial(on, first)
    rows = (
        Row(at(d(5), "23:05"), d(7), 1, until=at(d(7), "07:05"), cancelled=True),
        Row(at(d(8), "11:05"), d(9), 2, subject="History", room="13"),
    )

    def site(_url: str, now: datetime) -> Answer:
        monday = now.date() - timedelta(days=now.weekday())
        weeks = 2 if (now.weekday(), now.hour) >= (4, 12) else 1
        span = (monday, monday + timedelta(days=7 * weeks - 3))
        return pages.calendar(PLAN, published(rows, now), span=span, now=now, free={d(11): "Schulfrei"})

    return Story("calendar-spring", "Europe/Berlin", first, _CALENDAR, site, (*FOLLOWERS, WANTS_PLANS), ("9a",))


_CALENDAR = (("ical", "https://linde.example/9a.ics"),)


def bakalari_autumn() -> Story:
    """A school that publishes whole weeks; topics of lessons that are over; a day off that is named late."""
    first = date(2026, 11, 16)
    d = partial(on, first)
    rows = (
        Row(at(d(1), "07:05"), d(2), 3, teacher="Nova"),
        Row(at(d(3), "09:05"), d(3), 5, cancelled=True),
    )

    def site(url: str, now: datetime) -> Answer:
        free = {d(11): "Ředitelské volno"} if now >= at(d(8), "08:05") else {}
        page = _bakalari(url, now, rows, free)
        return page[: len(page) // 2] if at(d(4), "10:00") <= now < at(d(4), "10:10") else page

    return Story("bakalari-autumn", "Europe/Prague", first, _BAKALARI, site, FOLLOWERS, ("9a",))


def bakalari_advent() -> Story:
    """A move, a change of one group that is taken back before breakfast, an outage."""
    first = date(2026, 12, 7)
    d = partial(on, first)
    rows = (
        Row(at(d(2), "13:05"), d(3), 3, moved_to=7),
        Row(at(d(3), "20:05"), d(4), 2, until=at(d(4), "06:05"), group="2/2", teacher="Nova"),
    )

    def site(url: str, now: datetime) -> Answer:
        return _bakalari(url, now, rows, {})

    down = Trouble(at(d(7), "10:00"), at(d(7), "11:00"))
    return Story("bakalari-advent", "Europe/Prague", first, _BAKALARI, with_trouble(site, (down,)), FOLLOWERS, ("9a",))


_BAKALARI = (("bakalari", "https://lipa.example/Timetable/Public"),)


def _bakalari(url: str, now: datetime, rows: tuple[Row, ...], free: Mapping[date, str]) -> str:
    monday = now.date() - timedelta(days=now.weekday() - (7 if "/Next/" in url else 0))
    return pages.bakalari(PLAN, published(rows, now), monday, now, free)


STORIES = (
    optivum_autumn,
    optivum_new_timetable,
    calendar_autumn,
    calendar_spring,
    bakalari_autumn,
    bakalari_advent,
    *IN_GERMAN,
    *IN_JSON,
    *OF_SHEETS,
)
