"""Which rules of repetition (RFC 5545, 3.3.10) are followed: what each costs, and whether any day fulfils it.

A rule is followed from the first day of its series, and one that no day fulfils ("the 31st of April") to the year 9999:
seconds for each, in the only thread that reads pages. So rules are looked at before the library gets them.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import prod
from typing import Any

from bot.errors import SourceChanged

MAX_OCCURRENCES = 60_000
# A few microseconds each.
MAX_STEPS = 500_000

_STEPS_A_DAY = {"SECONDLY": 86_400.0, "MINUTELY": 1440.0, "HOURLY": 24.0, "DAILY": 1.0, "WEEKLY": 1 / 7}
_STEPS_A_DAY |= {"MONTHLY": 1 / 28, "YEARLY": 1 / 365}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# The longest that a rule for school days waits for a day: the 29th of February on a Monday, with a leap year left out.
_LONGEST_WAIT = 40 * 366


class Repetition:
    """Counts the work that the events of a calendar ask for, and refuses what is more than lessons need."""

    def __init__(self, start: date, end: date) -> None:
        self._start = start
        self._end = end
        self._steps = self._occurrences = 0.0

    def check(self, events: Sequence[Any]) -> None:
        """Raises SourceChanged for a rule that cannot be read, never comes true, or comes true too often."""
        for event in events:
            rules = event.get("RRULE")
            first = day_of(event["DTSTART"].dt)
            for rule in rules if isinstance(rules, list) else [rules] if rules else []:
                self._steps += _steps(rule, first, self._end) + _wait(rule, first)
                self._occurrences += _steps(rule, max(first, self._start), self._end)
                if self._steps > MAX_STEPS or self._occurrences > MAX_OCCURRENCES:
                    raise SourceChanged("the calendar repeats its events more often than lessons are held")


def check_written(rule: str, first: date) -> None:
    """Raises SourceChanged for a rule, as it is written, that never comes true from its first day on."""
    parts = (part.partition("=") for part in rule.strip().upper().split(";"))
    _wait({name: value.split(",") for name, _, value in parts if value}, first)


def day_of(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _frequency(rule: Any) -> tuple[str, int]:
    frequency, interval = str(rule.get("FREQ", [""])[0]).upper(), int(rule.get("INTERVAL", [1])[0])
    if frequency not in _STEPS_A_DAY or interval < 1:
        raise SourceChanged("the calendar has a rule of repetition that cannot be read")
    return frequency, interval


def _steps(rule: Any, first: date, end: date) -> float:
    """How many occurrences the rule has between two days, roughly, and rather too many than too few."""
    frequency, interval = _frequency(rule)
    a_day = _STEPS_A_DAY[frequency]
    if a_day < 1:  # a rule by days of the week or the month has several in each of its steps, but one a day at most
        days = len(rule.get("BYDAY", ())) * (1 if frequency == "WEEKLY" else 53)
        days += (
            len(rule.get("BYMONTHDAY", ())) * 12 + len(rule.get("BYYEARDAY", ())) + len(rule.get("BYWEEKNO", ())) * 7
        )
        a_day = min(1.0, a_day * max(1, days))
    a_day *= _times(rule)
    until = [day_of(value) for value in rule.get("UNTIL", ())]
    steps = max(1, (min([end, *until]) - first).days) * a_day / interval
    return min([steps, *(abs(int(count)) for count in rule.get("COUNT", ()))])


def _times(rule: Any) -> int:
    return prod(max(1, len(rule.get(part, ()))) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))


@dataclass(slots=True)
class _Days:
    """The days that a rule allows, as its parts name them; an empty part allows all."""

    months: frozenset[int]
    month_days: frozenset[int]
    year_days: frozenset[int]
    weeks: frozenset[int]
    weekdays: frozenset[tuple[int, int]]
    in_month: bool

    def allow(self, day: date) -> bool:
        length = monthrange(day.year, day.month)[1]
        in_year, in_all = day.timetuple().tm_yday, 366 if isleap(day.year) else 365
        if self.months and day.month not in self.months:
            return False
        if self.month_days and self.month_days.isdisjoint((day.day, day.day - length - 1)):
            return False
        if self.year_days and self.year_days.isdisjoint((in_year, in_year - in_all - 1)):
            return False
        if self.weeks:
            year, week, _ = day.isocalendar()
            weeks = date(year, 12, 28).isocalendar().week
            if self.weeks.isdisjoint((week, week - weeks - 1)):
                return False
        place, of = (day.day, length) if self.in_month else (in_year, in_all)
        ordinals = (0, (place - 1) // 7 + 1, -((of - place) // 7 + 1))
        return not self.weekdays or not self.weekdays.isdisjoint((day.weekday(), ordinal) for ordinal in ordinals)


def _days(rule: Any, frequency: str, first: date) -> _Days:
    """What a rule leaves unsaid, its first day says."""

    def numbers(part: str) -> frozenset[int]:
        return frozenset(int(value) for value in rule.get(part, ()))

    months, month_days = numbers("BYMONTH"), numbers("BYMONTHDAY")
    counted = frequency in ("MONTHLY", "YEARLY") and not rule.get("BYWEEKNO")
    weekdays = frozenset(_weekday(str(value), counted=counted) for value in rule.get("BYDAY", ()))
    if not (month_days or weekdays or rule.get("BYYEARDAY") or rule.get("BYWEEKNO")):
        if frequency in ("MONTHLY", "YEARLY"):
            month_days = frozenset({first.day})
            months = months or (frozenset({first.month}) if frequency == "YEARLY" else months)
        elif frequency == "WEEKLY":
            weekdays = frozenset({(first.weekday(), 0)})
    in_month = frequency == "MONTHLY" or bool(months)
    return _Days(months, month_days, numbers("BYYEARDAY"), numbers("BYWEEKNO"), weekdays, in_month)


def _weekday(text: str, *, counted: bool) -> tuple[int, int]:
    """ "-1FR" is the last Friday, in a month or a year; a week has only one."""
    return _DAYS.index(text[-2:].upper()), int(text[:-2] or 0) if counted else 0


def _wait(rule: Any, first: date) -> int:
    """After how many days the rule first comes true. Raises SourceChanged when that is longer than a life at school."""
    frequency, interval = _frequency(rule)
    days = _days(rule, frequency, first)
    positions = [abs(int(place)) for place in rule.get("BYSETPOS", ())]
    wanted = -(-min(positions, default=1) // _times(rule))  # days that a step must have
    within_a_day = _STEPS_A_DAY[frequency] > 1
    if within_a_day and positions:
        raise SourceChanged("the calendar has a rule of repetition that never comes true")
    start = first.replace(year=2000 + first.year % 400)  # calendars repeat after 400 years
    last = found = -1
    for number in range(_LONGEST_WAIT):
        day = start + timedelta(days=number)
        step = _period(frequency, start, day)
        if step % interval and not within_a_day:
            continue
        if step != last:
            last, found = step, 0
        found += days.allow(day)
        if found >= wanted:
            return number
    raise SourceChanged("the calendar has a rule of repetition that never comes true")


def _period(frequency: str, start: date, day: date) -> int:
    """The number of the day's step since the start."""
    if frequency == "YEARLY":
        return day.year - start.year
    if frequency == "MONTHLY":
        return 12 * (day.year - start.year) + day.month - start.month
    number = (day - start).days
    return (number + start.weekday()) // 7 if frequency == "WEEKLY" else number
