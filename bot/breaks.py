"""Days in a row that become free, or have school again: they are told of once. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.model import FreeDays
from bot.news import State
from bot.timetable import Day

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Break:
    """The first of the days, which is told, and up to when it is so."""

    first: date
    last: date


def free_changed(before: State, after: State) -> bool:
    """Whether a day of school became a free one, or the other way round."""
    if not before.known or bool(before.free) == bool(after.free):
        return False
    return bool(before.lessons) if after.free else bool(after.lessons)


def breaks_of(
    days: Sequence[Day], changed: Mapping[date, tuple[State, State]], free: Sequence[FreeDays]
) -> dict[date, Break]:
    """The days that became free or have school again, each with the others in a row with it. `changed` holds what
    changed days were and are, `free` the holidays: one may end after the last of `days`."""
    turned = {day: after for day, (before, after) in changed.items() if free_changed(before, after)}
    found: dict[date, Break] = {}
    run: list[date] = []
    for day in days:
        name = turned[run[-1]].free if run else ""
        if day.date not in turned:
            # Between them are weekends, and days of the same break that had no lessons before.
            run = [] if day.lessons or (day.free != name and day.date.weekday() < SATURDAY) else run
            continue
        run = [*(run if turned[day.date].free == name else ()), day.date]
        last = last_free(day, free) if day.free else day.date
        found |= {each: Break(run[0], last) for each in run}
    return found


def last_free(day: Day, free: Sequence[FreeDays]) -> date:
    """The last day of the holiday that a day lies in."""
    return max((span.last for span in free if span.first <= day.date <= span.last), default=day.date)
