"""What `/school ID …` changes: each edit takes the words behind it and returns the school as it is to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.config import zone_named
from bot.errors import ConfigError, UsageError
from bot.store.schools import School
from bot.texts import mark

NAME_LENGTH = 80
WEEK_LENGTH = 8
OFF = "off"
Edit = Callable[[School, str], School]


def _name(school: School, words: str) -> School:
    name = " ".join(words.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise UsageError(mark("A name has 1 to {count} letters."), count=NAME_LENGTH)
    return replace(school, name=name)


def _zone(school: School, words: str) -> School:
    try:
        return replace(school, timezone=zone_named(words.strip()))
    except ConfigError:
        raise UsageError(
            mark("{text} is not a time zone. Write it like Europe/Vilnius."), text=words.strip() or "–"
        ) from None


def _weeks(school: School, words: str) -> School:
    """`A B 2026-08-31`: the types in their order, and a date in a week of the first."""
    if words.strip() == OFF:
        return _with(school, {"anchor": None, "weeks": None})
    *weeks, anchor = words.split() or [""]
    if not 2 <= len(weeks) <= 4 or len(set(weeks)) != len(weeks) or any(len(week) > WEEK_LENGTH for week in weeks):
        raise UsageError(mark("Write two to four week types and a date, like this: A B 2026-08-31"))
    return _with(school, {"anchor": day_of(anchor).isoformat(), "weeks": weeks})


def _with(school: School, settings: Mapping[str, Any]) -> School:
    merged = {**school.settings, **settings}
    return replace(school, settings={key: value for key, value in merged.items() if value is not None})


def day_of(text: str) -> date:
    """An ISO date. Raises UsageError."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(mark("{text} is not a date. Write it like 2026-08-31."), text=text or "–")


def with_holiday(school: School, words: str) -> School:
    """The school with one more span of free days: `2026-12-23..2027-01-06 Christmas`. Raises UsageError."""
    span, _, name = words.strip().partition(" ")
    first, _, last = span.partition("..")
    begin, end = day_of(first), day_of(last or first)
    if end < begin or (end - begin).days > 366:
        raise UsageError(mark("The last day comes before the first, or more than a year after it."))
    item = {"first": begin.isoformat(), "last": end.isoformat(), "name": name.strip()[:NAME_LENGTH]}
    listed = school.settings.get("holidays", ())
    kept = [old for old in listed if (old["first"], old["last"]) != (item["first"], item["last"])]
    return _with(school, {"holidays": sorted([*kept, item], key=lambda each: each["first"])})


def without_holiday(school: School, first: str) -> School:
    """The school without the free days that begin on a date."""
    kept = [old for old in school.settings.get("holidays", ()) if old["first"] != first]
    return _with(school, {"holidays": kept or None})


EDITS: Mapping[str, Edit] = {"name": _name, "zone": _zone, "weeks": _weeks}
