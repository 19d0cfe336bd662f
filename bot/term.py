"""The school's year: when the site is asked less often, and when a long break begins. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from bot.model import FreeDays

NIGHT = (22, 5)
"""From this hour to that nobody publishes much."""
SELDOM, RARELY = 4, 8
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


def summer_break(today: date, free: Iterable[FreeDays]) -> FreeDays | None:
    """The long break that lies around `today`, in its first week."""
    for span in free:
        if span.first <= today < span.first + timedelta(days=7) and span.last - span.first >= SUMMER:
            return span
    return None
