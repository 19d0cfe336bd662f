"""The sample school of the demo: one description, deterministic, from which every page is published. Pure.

Saulės gimnazija, twelve classes, invented people. The timetable is dealt out so that no teacher and no room is ever in
two places at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache

NAME = "Saulės gimnazija"
CLASSES = ("5a", "5b", "6a", "6b", "7a", "7b", "8a", "8b", "9a", "9b", "10a", "10b")
BELLS = (
    (time(8, 0), time(8, 45)),
    (time(8, 55), time(9, 40)),
    (time(9, 50), time(10, 35)),
    (time(10, 55), time(11, 40)),
    (time(12, 0), time(12, 45)),
    (time(12, 55), time(13, 40)),
    (time(13, 50), time(14, 35)),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject, its lessons a week, who teaches it (one teacher for every few classes) and where."""

    name: str
    short: str
    weekly: int
    teachers: tuple[str, ...]
    rooms: tuple[str, ...]
    halves: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A lesson of the weekly plan. `week` is "A" or "B" where it takes place every second week only."""

    class_: str
    weekday: int
    period: int
    subject: Subject
    teacher: str
    room: str
    group: str = ""
    week: str = ""


SUBJECTS = (
    Subject("Lietuvių kalba", "LT", 5, ("R. Beržė", "O. Liepa", "V. Klevas"), ("214", "215", "216")),
    Subject("Matematika", "MAT", 5, ("V. Sakalas", "T. Gandras", "I. Gervė"), ("308", "309", "310")),
    Subject(
        "Anglų kalba", "ANG", 3, ("L. Rasa", "M. Šalna", "E. Rūkas", "J. Audra"), ("112", "113", "205", "206"), True
    ),
    Subject("Istorija", "IST", 2, ("D. Ąžuolas", "K. Uosis"), ("117", "118")),
    Subject("Geografija", "GEO", 2, ("P. Kalnas", "S. Upė"), ("119", "120")),
    Subject("Biologija", "BIO", 2, ("N. Žolė", "G. Samana"), ("301", "302")),
    Subject("Fizika", "FIZ", 2, ("A. Žaibas", "B. Vėjas"), ("303", "304")),
    Subject("Chemija", "CHE", 1, ("C. Druska",), ("305",)),
    Subject("Informatika", "INF", 1, ("G. Bitė", "H. Lapė"), ("K-1", "K-2"), True),
    Subject("Muzika", "MUZ", 1, ("F. Lakštas",), ("Aktų salė",)),
    Subject("Dailė", "DAI", 1, ("U. Vaivora",), ("220",)),
    Subject(
        "Fizinis ugdymas", "FIZU", 3, ("T. Bėgūnas", "Z. Šuolys", "Y. Kamuolys"), ("Salė 1", "Salė 2", "Stadionas")
    ),
)

HOLIDAYS = (
    (10, 26, 10, 30, "Rudens atostogos"),
    (12, 23, 1, 6, "Kalėdų atostogos"),
    (2, 15, 2, 19, "Žiemos atostogos"),
)


def week_type(day: date) -> str:
    """ "A" or "B": the weeks of September's first Monday and every second one after it are A."""
    year = day.year if day.month >= 8 else day.year - 1
    first = date(year, 9, 1)
    monday = first - timedelta(days=first.weekday())
    return "AB"[(day - monday).days // 7 % 2]


def holiday(day: date) -> str:
    """The name of the holiday, "" on a school day."""
    for month, first, last_month, last, name in HOLIDAYS:
        year = day.year - 1 if last_month < month and day.month <= last_month else day.year
        end_year = year + 1 if last_month < month else year
        if date(year, month, first) <= day <= date(end_year, last_month, last):
            return name
    return "Vasaros atostogos" if (6, 20) <= (day.month, day.day) < (9, 1) else ""


def holidays_ahead(today: date) -> list[dict[str, str]]:
    """The holidays of a year from a day on, as an admin sets them: first day, last day, name."""
    found: list[dict[str, str]] = []
    for step in range(366):
        day = today + timedelta(days=step)
        name = holiday(day)
        if name and found and found[-1]["last"] == (day - timedelta(days=1)).isoformat():
            found[-1]["last"] = day.isoformat()
        elif name:
            found.append({"first": day.isoformat(), "last": day.isoformat(), "name": name})
    return found


@cache
def timetable() -> tuple[Slot, ...]:
    """The weekly plan of all classes."""
    slots: list[Slot] = []
    busy: set[tuple[str, int, int]] = set()
    for number, class_ in enumerate(CLASSES):
        wanted = [subject for subject in SUBJECTS for _ in range(subject.weekly)]
        # Spread a subject over the week: every second one of the list, then the others, turned by the class's number.
        wanted = wanted[::2] + wanted[1::2]
        wanted = wanted[number:] + wanted[:number]
        for place in range(len(BELLS) * 5):
            weekday, period = place % 5, place // 5
            found = _deal(class_, number, weekday=weekday, period=period, wanted=wanted, busy=busy, slots=slots)
            slots.extend(found)
            busy.update((who, weekday, period) for slot in found for who in (slot.teacher, slot.room))
            if found:
                wanted.remove(found[0].subject)
    return tuple(sorted(slots, key=lambda slot: (CLASSES.index(slot.class_), slot.weekday, slot.period, slot.group)))


def _deal(
    class_: str,
    number: int,
    *,
    weekday: int,
    period: int,
    wanted: list[Subject],
    busy: set[tuple[str, int, int]],
    slots: list[Slot],
) -> list[Slot]:
    """The lesson of one place in the week: the first wanted subject whose teacher and room are free then."""
    today = {slot.subject.name for slot in slots if slot.class_ == class_ and slot.weekday == weekday}
    for subject in sorted(wanted, key=lambda subject: subject.name in today):
        free_teachers = [t for t in _turned(subject.teachers, number) if (t, weekday, period) not in busy]
        free_rooms = [r for r in _turned(subject.rooms, number) if (r, weekday, period) not in busy]
        count = 2 if subject.halves else 1
        if len(free_teachers) < count or len(free_rooms) < count:
            continue
        week = "AB"[number % 2] if subject.name == "Chemija" else ""
        return [
            Slot(class_, weekday, period, subject, teacher, room, f"{half + 1} gr." if subject.halves else "", week)
            for half, (teacher, room) in enumerate(zip(free_teachers[:count], free_rooms[:count], strict=True))
        ]
    return []


def _turned(values: tuple[str, ...], by: int) -> tuple[str, ...]:
    by %= len(values)
    return values[by:] + values[:by]
