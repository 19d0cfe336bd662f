"""The facts of a school day: frozen values, no behaviour beyond what follows from them.

Strings are as published (Unicode, trimmed, entities decoded, tags stripped). What is not published is
`""`, `()` or `None`. Times are local school time without a zone; instants (`Plan.updated`) are aware.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta


class Status(enum.StrEnum):
    """What became of a lesson."""

    PLANNED = "planned"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    ADDED = "added"
    MOVED = "moved"


class Kind(enum.StrEnum):
    """What a row of a substitution plan says."""

    CANCELLED = "cancelled"
    SUBSTITUTION = "substitution"
    ROOM = "room"
    MOVED = "moved"
    SUPERVISION = "supervision"
    EVENT = "event"
    OTHER = "other"


class TargetKind(enum.StrEnum):
    """Whose timetable it is."""

    CLASS = "class"
    TEACHER = "teacher"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Target:
    """A class, a teacher or a room that a school publishes a plan for. `id` is the system's own key."""

    kind: TargetKind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Was:
    """What a changed lesson was before, as published; `None` means "this field did not change"."""

    subject: str | None = None
    teachers: tuple[str, ...] | None = None
    rooms: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    date: date | None = None
    periods: tuple[str, ...] | None = None
    start: time | None = None
    end: time | None = None

    def __bool__(self) -> bool:
        return self != UNCHANGED


UNCHANGED = Was()


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson of a plan, changes already applied.

    Either `date` is set, or `weekday` (0 = Monday) and, where there are week types, `week` ("A", "1", …; "" =
    every week). When `date` is set, `weekday` agrees with it and `week` is the type of that week, if known.
    `periods` are labels as published ("0", "3"); a double lesson that the system publishes as one has two.
    """

    subject: str
    date: date | None = None
    weekday: int | None = None
    week: str = ""
    periods: tuple[str, ...] = ()
    start: time | None = None
    end: time | None = None
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    status: Status = Status.PLANNED
    was: Was = UNCHANGED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Substitution:
    """One row of a published substitution plan. `label` is the system's own word for `kind` ("Vertr.")."""

    kind: Kind
    date: date | None = None
    periods: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    subject: str = ""
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    label: str = ""
    was: Was = UNCHANGED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Homework:
    """A task. `due` is None when the school's date cannot be read. `id` is the system's own key, or ""."""

    subject: str
    text: str
    assigned: date | None = None
    due: date | None = None
    links: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Exam:
    """An announced test."""

    subject: str
    date: date | None
    text: str = ""
    classes: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message of the day that the school publishes beside the plan."""

    text: str
    date: date | None = None


@dataclass(frozen=True, slots=True)
class FreeDays:
    """Days without school, both ends included."""

    first: date
    last: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Bell:
    """When a period starts and ends."""

    period: str
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a school's settings say of its year. `anchor` is a date whose week has the first of `weeks`."""

    holidays: tuple[FreeDays, ...] = ()
    anchor: date | None = None
    weeks: tuple[str, ...] = ()

    def week_of(self, day: date) -> str:
        """The type of the week that `day` lies in, "" when the school has none."""
        if self.anchor is None or not self.weeks:
            return ""
        monday = self.anchor - timedelta(days=self.anchor.weekday())
        return self.weeks[(day - monday).days // 7 % len(self.weeks)]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one answer of a school says.

    `days` are the dates that the answer speaks for: a day in it without lessons or substitutions is marked empty
    by the system itself; a day that is not in it is unknown, not empty. A weekly plan without dates has no `days`; one
    that begins at `valid_from` may have the days before it beside it, with dates.
    `whole_list`: `targets` are all that the school has; False: the answer only knows a part of them.
    `shape` is a fingerprint of the page's structure (headers, landmarks), never of its values; where a page has several
    tables, one part for each, "|" between them.
    """

    school: str = ""
    updated: datetime | None = None
    targets: tuple[Target, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    substitutions: tuple[Substitution, ...] = ()
    homework: tuple[Homework, ...] = ()
    exams: tuple[Exam, ...] = ()
    notices: tuple[Notice, ...] = ()
    free_days: tuple[FreeDays, ...] = ()
    bells: tuple[Bell, ...] = ()
    days: tuple[date, ...] = ()
    valid_from: date | None = None
    whole_list: bool = True
    shape: str = field(default="", compare=False)
