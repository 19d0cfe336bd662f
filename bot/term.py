"""The school's year: when the site is asked less often, and when a long break begins. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.model import FreeDays

NIGHT = (22, 5)
"""From this hour to that nobody publishes much."""
SELDOM, RARELY = 4, 8
WEEKEND = timedelta(days=3)
SUMMER = timedelta(days=35)
"""A break so long ends a school year."""


def pause_factor(now: datetime, free: Iterable[FreeDays]) -> int:
    """How many times the usual pause lies between two questions. `now` is the school's local time."""
    spans = list(free)
    away = days_to_school(now.date(), spans)
    if away > 4:
        return RARELY
    if away > 1 or now.hour >= NIGHT[0] or now.hour < NIGHT[1]:
        return SELDOM
    return 1


def days_to_school(today: date, free: Sequence[FreeDays]) -> int:
    """Days until school: 0 on a school day; at most 60."""
    for step in range(60):
        day = today + timedelta(days=step)
        if day.weekday() < 5 and not any(span.first <= day <= span.last for span in free):
            return step
    return 60


def first_school_day(after: date, free: Iterable[FreeDays]) -> date:
    """The first day after `after` that may have school."""
    return after + timedelta(days=1 + days_to_school(after + timedelta(days=1), list(free)))


def spans(free: Iterable[FreeDays]) -> list[FreeDays]:
    """Free days that follow each other, with at most a weekend between, as one span."""
    found: list[FreeDays] = []
    for one in sorted(free, key=lambda span: (span.first, span.last)):
        if found and one.first <= found[-1].last + WEEKEND:
            last = found.pop()
            one = replace(last, last=max(last.last, one.last))  # noqa: PLW2901 - the longer one takes its place
        found.append(one)
    return found


def summer_break(today: date, free: Iterable[FreeDays]) -> FreeDays | None:
    """The long break that `today` is in the first week of, None = there is none."""
    for span in spans(free):
        if span.first <= today < span.first + timedelta(days=7) and span.last - span.first >= SUMMER:
            return span
    return None
