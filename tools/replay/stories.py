"""The stories: two fortnights for each family of systems. What must come of each stands in `<name>.expected.txt`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from tools.replay import pages
from tools.replay.german_stories import IN_GERMAN
from tools.replay.more_stories import MORE
from tools.replay.school import (
    FOLLOWERS,
    PLAN,
    PLAN_9B,
    Answer,
    Follower,
    Row,
    Site,
    Slot,
    Story,
    Trouble,
    at,
    on,
    published,
    reversed_plan,
    with_trouble,
)

HOME = "Uczniowie zwolnieni do domu"
WANTS_PLANS = Follower("plan", published=True)


def optivum_autumn() -> Story:
    """Two ordinary weeks: rooms, an ill teacher, a move, a withdrawal at night, an outage, a flapping page."""
    first = date(2026, 11, 16)

    def d(number: int) -> date:
        return on(first, number)

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

    def d(number: int) -> date:
        return on(first, number)

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


def untis_and_sheet() -> Story:
    """A sheet with the plan, a monitor that shows two days and turns its page in the afternoon."""
    first = date(2026, 11, 9)

    def d(number: int) -> date:
        return on(first, number)

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

    def d(number: int) -> date:
        return on(first, number)

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


def calendar_autumn() -> Story:
    """A calendar from which cancelled lessons vanish, whose stamps change with every download."""
    first = date(2026, 11, 2)

    def d(number: int) -> date:
        return on(first, number)

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

    def d(number: int) -> date:
        return on(first, number)

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


def indiware_autumn() -> Story:
    """Whole days, each out at three the day before; a free Wednesday that the plans name."""
    first = date(2026, 11, 16)

    def d(number: int) -> date:
        return on(first, number)

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

    def d(number: int) -> date:
        return on(first, number)

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


def bakalari_autumn() -> Story:
    """A school that publishes whole weeks; topics of lessons that are over; a day off that is named late."""
    first = date(2026, 11, 16)

    def d(number: int) -> date:
        return on(first, number)

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

    def d(number: int) -> date:
        return on(first, number)

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


def sheet_of_two_weeks() -> Story:
    """A sheet alone, with weeks A and B from an anchor; a lesson of B weeks is edited, then a weekly one is added."""
    first = date(2026, 11, 16)

    def d(number: int) -> date:
        return on(first, number)

    def site(_url: str, now: datetime) -> Answer:
        head, *lines = pages.sheet(PLAN, "9a").splitlines()
        room = "20" if now < at(d(2), "10:05") else "21"
        table = [f"{head},week", *(f"{line}," for line in lines)]
        table += ["1,6,12:55,13:40,Art,Farba,16,9a,,A", f"1,6,12:55,13:40,Music,Nuta,{room},9a,,B"]
        if now >= at(d(8), "11:05"):
            table.append("4,7,13:50,14:35,Choir,Nuta,hall,9a,,")
        return "\n".join(table) + "\n"

    return Story(
        "sheet-of-two-weeks",
        "Europe/Vilnius",
        first,
        (("sheet", "https://linde.example/plan.csv"),),
        site,
        FOLLOWERS,
        classes=("9a",),
        settings={"anchor": first.isoformat(), "weeks": ["A", "B"]},
    )


STORIES = (
    optivum_autumn,
    optivum_new_timetable,
    untis_and_sheet,
    untis_alone,
    calendar_autumn,
    calendar_spring,
    indiware_autumn,
    indiware_christmas,
    bakalari_autumn,
    bakalari_advent,
    sheet_of_two_weeks,
    *MORE,
    *IN_GERMAN,
)
