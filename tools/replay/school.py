"""A school's fortnight as the replays tell it: a weekly plan, rows and when they are published, times of trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

BELLS = {
    1: (time(8, 0), time(8, 45)),
    2: (time(8, 55), time(9, 40)),
    3: (time(9, 50), time(10, 35)),
    4: (time(10, 55), time(11, 40)),
    5: (time(12, 0), time(12, 45)),
    6: (time(12, 55), time(13, 40)),
    7: (time(13, 50), time(14, 35)),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A lesson of the weekly plan."""

    weekday: int
    period: int
    subject: str
    teacher: str
    room: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A change as the school publishes it: on the page from `at` until `until` (None = to the end), local times.

    `said` stands where a substitute would ("Uczniowie zwolnieni do domu"). "" = as planned.
    """

    at: datetime
    day: date
    period: int
    until: datetime | None = None
    class_: str = "9a"
    cancelled: bool = False
    subject: str = ""
    teacher: str = ""
    room: str = ""
    group: str = ""
    said: str = ""
    note: str = ""
    moved_to: int = 0
    moved_from: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """From `start` to `end` an address that contains `where` answers with a status or with another page."""

    start: datetime
    end: datetime
    where: str = ""
    status: int = 503
    body: str = ""


Answer = str | int
Site = Callable[[str, datetime], Answer]
"""What an address answers at a local time: a page, or a status that is not 200."""


@dataclass(frozen=True, slots=True)
class Follower:
    """A subscriber. `daily`, `quiet` as in the database; `published` = wants to hear that a plan is out."""

    name: str
    horizon: str = "week"
    groups: tuple[str, ...] = ()
    quiet: tuple[str, str] | None = None
    daily: str | None = None
    changes: bool = True
    published: bool = False
    class_: str = "9a"


@dataclass(frozen=True, slots=True)
class Story:
    """A fortnight: what is asked, who follows it, what the site answers when."""

    name: str
    zone: str
    first: date
    feeds: tuple[tuple[str, str], ...]
    site: Site
    followers: tuple[Follower, ...]
    classes: tuple[str, ...] = ()
    days: int = 14
    settings: Mapping[str, object] = field(default_factory=dict)


FOLLOWERS = (
    Follower("week"),
    Follower("today", horizon="today"),
    Follower("half", horizon="tomorrow", groups=("1/2",), quiet=("21:30", "06:30")),
    Follower("evening", horizon="tomorrow", daily="18:00"),
    Follower("off", horizon="all", changes=False),
)
WANTS_PLANS = Follower("plan", published=True)


def at(day: date, clock: str) -> datetime:
    """A local time, "07:10", without a zone."""
    return datetime.combine(day, time.fromisoformat(clock))


def on(first: date, number: int) -> date:
    """The day with this number, counted from the story's first."""
    return first + timedelta(days=number)


def slots_of(text: str) -> tuple[Slot, ...]:
    """A weekly plan from lines "0 3 English Lis 21 1/2": weekday, period, subject, teacher, room, group."""
    found = []
    for line in text.strip().splitlines():
        weekday, period, subject, teacher, room, *group = line.split()
        found.append(Slot(int(weekday), int(period), subject, teacher, room, *group))
    return tuple(found)


PLAN = slots_of("""
0 1 Maths Kowal 11
0 2 Polish Wrona 12
0 3 English Lis 21 1/2
0 3 English Sowa 22 2/2
0 4 History Dab 13
0 5 Sport Jelen hall
1 1 Physics Gil 31
1 2 Maths Kowal 11
1 3 Polish Wrona 12
1 4 Biology Bez 14
1 5 Geography Rzeka 15
1 6 Art Farba 16
2 1 Polish Wrona 12
2 2 Physics Gil 31
2 3 Maths Kowal 11
2 4 English Lis 21 1/2
2 4 English Sowa 22 2/2
2 5 History Dab 13
3 1 Biology Bez 14
3 2 Maths Kowal 11
3 3 Physics Gil 31
3 4 Polish Wrona 12
3 5 Geography Rzeka 15
3 6 Sport Jelen hall
4 1 Maths Kowal 11
4 2 English Lis 21 1/2
4 2 English Sowa 22 2/2
4 3 Polish Wrona 12
4 4 Polish Wrona 12
4 5 Sport Jelen hall
""")

PLAN_9B = slots_of("""
0 1 Art Farba 16
1 1 Maths Bury 41
1 2 Polish Wrona 42
1 3 Physics Gil 43
1 4 Sport Jelen hall
2 1 Art Farba 16
3 1 Art Farba 16
4 1 Art Farba 16
""")


def reversed_plan(plan: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """The same lessons in the opposite order of each day: a new timetable."""
    last = {slot.weekday: max(s.period for s in plan if s.weekday == slot.weekday) for slot in plan}
    return tuple(Slot(s.weekday, last[s.weekday] + 1 - s.period, s.subject, s.teacher, s.room, s.group) for s in plan)


def published(rows: tuple[Row, ...], now: datetime) -> list[Row]:
    """The rows that stand on the page now."""
    return [row for row in rows if row.at <= now and (row.until is None or now < row.until)]


def planned(plan: tuple[Slot, ...], row: Row) -> Slot:
    """The lesson that a row changes."""
    here = [s for s in plan if (s.weekday, s.period) == (row.day.weekday(), row.moved_from or row.period)]
    return next(slot for slot in here if row.group in {"", slot.group})


def with_trouble(site: Site, troubles: tuple[Trouble, ...]) -> Site:
    """The site, with its times of trouble."""

    def answer(url: str, now: datetime) -> Answer:
        for trouble in troubles:
            if trouble.start <= now < trouble.end and trouble.where in url:
                return trouble.body or trouble.status
        return site(url, now)

    return answer
