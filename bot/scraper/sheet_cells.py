"""What the cells of a school's own sheet say: names, periods, dates, times, states; each different one is read once."""

from __future__ import annotations

import re
from datetime import date, time

from bot.scraper.page import PLACEHOLDERS, clock_time, period_labels, remembered, squeeze, unless_placeholder
from bot.scraper.sheet_words import status_of

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})\.?")
_CLOCK = re.compile(r"(\d{1,2}[:.]\d{2})(?::\d{2})?\s*(am|pm)?", re.I)

status_in = remembered(status_of)


@remembered
def plain_in(value: str) -> str:
    """A cell without stray blanks and placeholders."""
    return unless_placeholder(squeeze(value))


@remembered
def several_in(cell: str) -> tuple[str, ...]:
    """The values of a cell, separated by "/"."""
    if "/" not in cell:
        return (squeeze(cell),)
    parts = [squeeze(part) for part in cell.split("/")]
    return tuple(dict.fromkeys(part for part in parts if part not in PLACEHOLDERS))


@remembered
def groups_in(cell: str) -> tuple[str, ...]:
    """Groups, where "1/2" is not two groups but the first of two."""
    return (cell,) if re.fullmatch(r"\d+/\d+", cell) else tuple(filter(None, map(squeeze, cell.split("/"))))


@remembered
def periods_in(cell: str) -> tuple[str, ...]:
    """The labels of the periods that a cell names; () for an empty one."""
    labels = [label for part in several_in(cell) for label in period_labels(part)] if cell else []
    return tuple(dict.fromkeys(labels))


@remembered
def time_in(text: str) -> time | None:
    """ "08:00", "8.00:00" or "8:55 PM"; None for what is no time."""
    match = _CLOCK.fullmatch(text)
    value = clock_time(match[1]) if match else None
    if match is None or value is None or (match[2] and not 1 <= value.hour <= 12):
        return None
    if match[2]:
        value = value.replace(hour=value.hour % 12 + (12 if match[2].lower() == "pm" else 0))
    return value


@remembered
def date_in(text: str) -> date | None:
    """ "2026-11-24" or "24.11.2026"; None for what is no date."""
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    year, month, day = iso.groups() if iso else dotted.groups()[::-1] if dotted else ("0", "0", "0")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
