"""How German school systems write dates, instants and what became of a lesson."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.model import FreeDays, Kind
from bot.scraper.page import nearest_date, remembered

_MONTHS = (
    ("januar", "jänner", "jan"),
    ("februar", "feber", "feb"),
    ("märz", "maerz", "mär", "mrz"),
    ("april", "apr"),
    ("mai",),
    ("juni", "jun"),
    ("juli", "jul"),
    ("august", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "okt"),
    ("november", "nov"),
    ("dezember", "dez"),
)
_MONTH_NUMBER = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_WORD_DATE = re.compile(r"(\d{1,2})\.\s*([A-Za-zÄÖÜäöü]{3,9})\.?\s+(\d{4})")
_DIGIT_DATE = re.compile(r"(?<!\d)(\d{1,2})[.-]\s?(\d{1,2})[.-]\s?(\d{4}|\d{2})(?!\d)")
_SHORT_DATE = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.(?!\d)")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?(?!\d)")

# The words of substitution plans for what became of a lesson; the first that is found decides.
_KINDS = (
    (re.compile(r"verschoben|verlegt|verlegung|verschiebung|vorgezogen|\btausch", re.I), Kind.MOVED),
    (
        re.compile(
            r"\bf(?:ä|ae)llt\b(?:\s+\w+)?\s+aus\b|\bfallen\s+aus\b|\bentf(?:a|ä)ll|\bausfall\b|^frei\b|\beva\b"
            r"|^f\.\s?a\.$|unterrichtsfrei|\bstreichung",
            re.I,
        ),
        Kind.CANCELLED,
    ),
    (re.compile(r"aufsicht", re.I), Kind.SUPERVISION),
    (re.compile(r"raum(?:-?(?:vtr|vertretung|änderung|wechsel|tausch))|geänderter raum|anderer raum", re.I), Kind.ROOM),
    (re.compile(r"vertret|^vtr\b|betreuung|\bstatt\b|mitbetr", re.I), Kind.SUBSTITUTION),
    (re.compile(r"veranst|prüfung|klausur|klassenarbeit|exkursion|wandertag|projekt|ausflug|fahrt", re.I), Kind.EVENT),
)


@lru_cache(maxsize=1024)
def kind_in(text: str) -> Kind | None:
    """The kind that a word or a remark names ("Frei", "Raumänderung", "Auf 29.08. Mo 3 verschoben"), or None."""
    return next((kind for pattern, kind in _KINDS if pattern.search(text)), None)


def date_in(text: str, near: date | None = None) -> date | None:
    """The first date in a text: "22. August 2016", "05.09.2016", "02-09-2016", and with `near` also "12.09.".

    None when there is none, or when it is no day of the calendar. A year of two digits is of this century.
    """
    found: list[tuple[int, date]] = []
    for match in _WORD_DATE.finditer(text):
        month = _MONTH_NUMBER.get(match[2].lower())
        if month and (day := _day(int(match[3]), month, int(match[1]))):
            found.append((match.start(), day))
    for match in _DIGIT_DATE.finditer(text):
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        if day := _day(year, int(match[2]), int(match[1])):
            found.append((match.start(), day))
    if not found and near is not None and (short := _SHORT_DATE.search(text)):
        try:
            return nearest_date(int(short[1]), int(short[2]), near)
        except ValueError:
            return None
    return min(found)[1] if found else None


def instant_in(text: str, timezone: ZoneInfo) -> datetime | None:
    """The instant in a "Stand:" text: "19.08.2016, 12:50", "02.05.2017 um 07:19 Uhr", "02-09-2016 13:32"."""
    day, clock = date_in(text), _CLOCK.search(text)
    if day is None or clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:
        return None
    second = int(clock[3] or 0)
    return datetime(day.year, day.month, day.day, int(clock[1]), int(clock[2]), min(second, 59), tzinfo=timezone)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# What stands for "nothing" in a cell of a German plan.
_NOTHING = re.compile(r"^(?:[-–—+?./*\s]|&nbsp;?)*$")


def published(text: str) -> str:
    """The text, or "" where it is a placeholder ("---", "+", "???", a no-break space spelled out)."""
    return text if text[:1].isalnum() or not _NOTHING.match(text) else ""


@remembered
def names_in(text: str) -> tuple[str, ...]:
    """The names in a cell, separated by commas or semicolons, in their order; placeholders are left out."""
    if "," not in text and ";" not in text:
        name = published(text.strip())
        return (name,) if name else ()
    parts = (published(part.strip()) for part in re.split(r"[,;]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


_CLASS = re.compile(r"\d{1,2}[A-Za-zÄÖÜäöü]\w*")


@remembered
def class_names_in(text: str) -> tuple[str, ...]:
    """The classes in a cell: as `names_in`, and "9d 9e 9f" is three. "10 BR" and "5a Gruppe 2" are one."""
    found: dict[str, None] = {}
    for name in names_in(text):
        words = name.split()
        found.update(dict.fromkeys(words if all(map(_CLASS.fullmatch, words)) else (name,)))
    return tuple(found)


def free_days(codes: Iterable[str]) -> tuple[FreeDays, ...]:
    """Days without school written as YYMMDD, joined to stretches; a weekend between two of them belongs to them."""
    days = set()
    for code in codes:
        if len(code) == 6 and code.isdecimal() and (day := _day(2000 + int(code[:2]), int(code[2:4]), int(code[4:]))):
            days.add(day)
    stretches: list[tuple[date, date]] = []
    for day in sorted(days):
        if stretches and all(skipped.weekday() > 4 for skipped in _between(stretches[-1][1], day)):
            stretches[-1] = (stretches[-1][0], day)
        else:
            stretches.append((day, day))
    return tuple(FreeDays(first, last) for first, last in stretches)


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range(1, min((last - first).days, 8))]
