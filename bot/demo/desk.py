"""The control desk: what the sample school changes, and what state its website is in. Pure but for the asking clock."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.demo.sample_school import BELLS, CLASSES, Slot, holiday, timetable, week_type


class Site(enum.StrEnum):
    """What the school's web server does."""

    UP = "up"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    LOGIN = "login"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Change:
    """A substitution that the school published. `room`, `teacher` "" = as planned; `note` is the school's own words."""

    day: date
    class_: str
    period: int
    group: str = ""
    cancelled: bool = False
    room: str = ""
    teacher: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Homework, as the school publishes it."""

    class_: str
    subject: str
    text: str
    due: date


@dataclass(frozen=True, slots=True)
class Held:
    """A lesson on its day, the change that concerns it with it."""

    day: date
    slot: Slot
    change: Change | None = None


@dataclass(slots=True)
class Desk:
    """The school's state. `published_at` is when it last changed anything.

    `body` is what every page says instead of what it should, for whoever tests that nobody believes it.
    """

    published_at: datetime
    changes: list[Change] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    site: Site = Site.UP
    body: str | None = None
    polls: int = 0

    def publish(self, change: Change, now: datetime) -> None:
        """Publish a change; a later one for the same lesson takes the place of the earlier."""
        self.withdraw(change.day, change.class_, change.period, now, group=change.group)
        self.changes.append(change)

    def withdraw(self, day: date, class_: str, period: int, now: datetime, *, group: str = "") -> None:
        """Take back what was published for a lesson; of one group where the class is parted."""
        self.changes = [
            one
            for one in self.changes
            if (one.day, one.class_, one.period) != (day, class_, period) or (group and one.group not in {"", group})
        ]
        self.published_at = now

    def teacher_ill(self, teacher: str, day: date, from_period: int, now: datetime) -> int:
        """Cancel every lesson of a teacher from a period (0 = the first) on; returns how many took place until now."""
        ill = [held for class_ in CLASSES for held in self.lessons(class_, day) if held.slot.teacher == teacher]
        ill = [held for held in ill if held.slot.period >= from_period and not (held.change and held.change.cancelled)]
        for held in ill:
            self.publish(
                Change(
                    day, held.slot.class_, held.slot.period, held.slot.group, cancelled=True, note="Mokytojas serga"
                ),
                now,
            )
        return len(ill)

    def lessons(self, class_: str, day: date) -> list[Held]:
        """What a class has on a day: nothing at weekends and in holidays."""
        if day.weekday() >= 5 or holiday(day):
            return []
        found = []
        for slot in timetable():
            if slot.class_ != class_ or slot.weekday != day.weekday() or slot.week not in {"", week_type(day)}:
                continue
            found.append(Held(day, slot, self._change_of(slot, day)))
        return found

    def _change_of(self, slot: Slot, day: date) -> Change | None:
        for change in self.changes:
            same = (change.day, change.class_, change.period) == (day, slot.class_, slot.period)
            if same and change.group in {"", slot.group}:
                return change
        return None

    def days_with_changes(self) -> list[date]:
        """The days that something was published for, in order."""
        return sorted({change.day for change in self.changes})

    def held_on(self, day: date) -> Iterable[Held]:
        """Every changed lesson of a day, by class and period."""
        for class_ in CLASSES:
            for held in self.lessons(class_, day):
                if held.change is not None:
                    yield held


def next_school_days(start: date, count: int) -> list[date]:
    """`count` days from `start` on that have school."""
    days: list[date] = []
    day = start
    while len(days) < count:
        if day.weekday() < 5 and not holiday(day):
            days.append(day)
        day += timedelta(days=1)
    return days


def opening_desk(now: datetime, today: date) -> Desk:
    """The desk as the demo begins: two changes for the next school day, some homework."""
    desk = Desk(now)
    tomorrow, later = next_school_days(today + timedelta(days=1), 2)
    lessons = [held.slot for held in desk.lessons("9a", tomorrow) if not held.slot.group]
    if len(lessons) >= 3:
        desk.publish(Change(tomorrow, "9a", lessons[1].period, room="112"), now)
        desk.publish(Change(tomorrow, "9a", lessons[2].period, cancelled=True, note="Mokytojas serga"), now)
        desk.tasks.append(Task("9a", lessons[0].subject.name, "Perskaityti 5 skyrių, atsakyti į 3 klausimus", tomorrow))
    first = next((held.slot for held in desk.lessons("9a", later) if not held.slot.group), None)
    if first is not None:
        desk.tasks.append(Task("9a", first.subject.name, "Pasiruošti kontroliniam: 4 skyrius", later))
    return desk


def bell_times(period: int) -> str:
    """ "8:00- 8:45", as Optivum prints it."""
    start, end = BELLS[period]
    return f"{start.hour}:{start.minute:02}-{end.hour:2}:{end.minute:02}"
