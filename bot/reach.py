"""When a change reaches a chat: its horizon, its quiet hours, and what is over already. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.news import Told
from bot.slots import after_quiet, instant_of
from bot.timetable import Day, in_groups

NEXT_LESSONS = timedelta(hours=2)
"""What concerns a lesson so near is not held back by quiet hours."""
WEEK = 7
TODAY_FROM, LATER_FROM = "06:30", "15:00"
"""When a change that was known for long is told: on its day, or the afternoon before its day is within the horizon."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The school's days as a chat's horizon sees them. `now` is the school's local time."""

    zone: ZoneInfo
    now: datetime
    days: Sequence[Day]

    def covers(self, horizon: str, day: date) -> bool:
        """Whether a day is one that a chat wants to hear of already."""
        today = self.now.date()
        match horizon:
            case "today":
                return day <= today
            case "tomorrow":
                return day <= self.next_school_day(today)
            case "week":
                return day < today + timedelta(days=WEEK)
            case _:
                return True

    def next_school_day(self, today: date) -> date:
        """The first day after `today` that may have school: what "tomorrow" means on a Friday."""
        return next((d.date for d in self.days if d.date > today and is_school_day(d)), today + timedelta(days=1))

    def enters(self, horizon: str, day: date) -> datetime:
        """When a day comes within the horizon: now for one that is within it."""
        if horizon == "today":
            return self._at(day, TODAY_FROM)
        if self.covers(horizon, day):
            return self.now
        if horizon == "week":
            return self._at(day - timedelta(days=WEEK - 1), LATER_FROM)
        before = [d.date for d in self.days if self.now.date() <= d.date < day and is_school_day(d)]
        return self._at(before[-1] if before else day - timedelta(days=1), LATER_FROM)

    def _at(self, day: date, clock: str) -> datetime:
        return max(self.now, instant_of(self.zone, day, clock).astimezone(self.zone))


def is_school_day(day: Day) -> bool:
    """Whether there may be school: no holiday, and no weekend unless it has lessons."""
    return not day.free and (day.date.weekday() < 5 or bool(day.lessons))


@dataclass(frozen=True, slots=True)
class Due:
    """When a message goes out and when it has lost its sense, in the school's local time."""

    when: datetime
    expires: datetime


def due_at(reach: Reach, items: Sequence[Told], *, day: date, horizon: str, quiet: tuple[str, str] | None) -> Due:
    """When a message about `items` of `day` goes out: within the horizon, after quiet hours, but before its lessons."""
    when = reach.enters(horizon, day)
    near = _near(reach, items, day)
    if near is not None and near <= reach.now:
        when = reach.now
    late = after_quiet(reach.zone, when, quiet).astimezone(reach.zone)
    if near is not None:
        late = min(late, max(when, near))
    ends = [at for item in items if (at := _end(item)) is not None]
    if items and len(ends) == len(items):
        expires = instant_of(reach.zone, day, f"{max(ends):%H:%M}")
    else:
        expires = instant_of(reach.zone, day, "24:00")
    return Due(late, expires.astimezone(UTC).astimezone(reach.zone))


def _near(reach: Reach, items: Sequence[Told], day: date) -> datetime | None:
    """From when on the first of the lessons is one of the next."""
    starts = [at for item in items for at in _starts(item)]
    if not starts:
        return None
    # The difference of two instants: aware times of one zone would be subtracted as the clock on the wall shows them.
    first = instant_of(reach.zone, day, f"{min(starts):%H:%M}").astimezone(UTC)
    return (first - NEXT_LESSONS).astimezone(reach.zone)


def still_ahead(item: Told, day: date, now: datetime) -> bool:
    """Whether a lesson that changed is not over yet, as far as its times are known."""
    if day != now.date():
        return day > now.date()
    end = _end(item)
    return end is None or end > now.time()


def concerns(item: Told, groups: Sequence[str]) -> bool:
    """Whether a change is one for somebody of these groups. Where a class is split or joined, it is its group's."""
    sides = [side for side in (item.edit.before, item.edit.after) if side is not None]
    named = [side for side in sides if side.groups]
    return any(in_groups(side, groups) for side in named or sides)


def _starts(item: Told) -> list[time]:
    return [side.start for side in (item.edit.before, item.edit.after) if side is not None and side.start is not None]


def _end(item: Told) -> time | None:
    sides = [side for side in (item.edit.before, item.edit.after) if side is not None]
    ends = [side.end or side.start for side in sides]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(sides) else None
