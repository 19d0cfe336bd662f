"""How the Untis exports write days and instants, in the languages and orders that Untis is sold in. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.scraper.page import nearest_date, squeeze

# Monday to Sunday without accents, a language a line; where a short form means two days, the first line wins.
_WEEKDAYS = tuple(
    tuple(line.split())
    for line in (
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "montag dienstag mittwoch donnerstag freitag sonnabend sonntag",
        "monday tuesday wednesday thursday friday saturday sunday",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lunedi martedi mercoledi giovedi venerdi sabato domenica",
        "poniedzialek wtorek sroda czwartek piatek sobota niedziela",
        "pondeli utery streda ctvrtek patek sobota nedele",
        "pondelok utorok streda stvrtok piatok sobota nedela",
        "ponedeljek torek sreda cetrtek petek sobota nedelja",
        "ponedjeljak utorak srijeda cetvrtak petak subota nedjelja",
        "pirmadienis antradienis treciadienis ketvirtadienis penktadienis sestadienis sekmadienis",
        "pirmdiena otrdiena tresdiena ceturtdiena piektdiena sestdiena svetdiena",
        "esmaspaev teisipaev kolmapaev neljapaev reede laupaev puhapaev",
        "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
        "mandag tirsdag onsdag torsdag fredag lordag sondag",
        "mandag tisdag onsdag torsdag fredag lordag sondag",
        "hetfo kedd szerda csutortok pentek szombat vasarnap",
        "lunes martes miercoles jueves viernes sabado domingo",
        "luni marti miercuri joi vineri sambata duminica",
        "понеділок вівторок середа четвер п'ятниця субота неділя",
    )
)
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "a", "’": "'"})

_ISO_DATE = re.compile(r"(?<!\d)(\d{4})([-./])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)")
_DATE = re.compile(r"(?<!\d)(\d{1,2})([-./])\s?(\d{1,2})(?:\2\s?(\d{4}|\d{2})(?!\d))?(?!\d)")
# "14/15", "2014/15", "2017/2018", "2014-2015": two years, the second the next.
_SCHOOL_YEAR = re.compile(r"(?<![\d/.,-])((?:20)?\d\d)[/-]((?:20)?\d\d)(?![\d/.,-])")
_TITLE = re.compile(r"<title>([^<]*)", re.I)
_WORD_BEFORE = re.compile(r"([^\W\d_]{2,})[\s,.\-]*$")
_WORD_AFTER = re.compile(r"[\s,.\-]*([^\W\d_]{2,})")

_STAND = re.compile(r"Stand\b|Staatus|Last (?:update|change)|Stav|Stan na|Updated|Aggiornato|Mis à jour|Atnaujinta")
_CLOCK = re.compile(r"\D{1,12}?(\d{1,2})[:.](\d{2})(?::\d{2})?\s?([ap]\.?m)?", re.I)
_TAG = re.compile(r"<!--|-->|<[^<>]{0,300}>|&nbsp;")


@lru_cache(maxsize=256)
def _folded(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.strip().casefold().translate(_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _day_in(word: str, names: Sequence[str], *, ending: bool = False) -> int | None:
    """The day that a name or its beginning ("Mo", "Mont") means in one language; with `ending`, whatever it ends in."""
    key = _folded(word)
    if len(key) < (5 if ending else 2):
        return None
    return next((day for day, name in enumerate(names) if name.startswith(key[:4] if ending else key)), None)


def weekday_of(word: str) -> int | None:
    """The weekday (0 = Monday) that a name or short name means, or None."""
    told = (_day_in(word, names, ending=ending) for ending in (False, True) for names in _WEEKDAYS)
    return next((day for day in told if day is not None), None)


def weekdays_of(words: Sequence[str]) -> list[int] | None:
    """The weekdays that the words of a table's head mean, told by the one language that has them all; else None."""
    for names in _WEEKDAYS:
        both = ((_day_in(word, names), _day_in(word, names, ending=True)) for word in words)
        told = [day for one, other in both if (day := one if one is not None else other) is not None]
        if len(told) == len(words) == len(set(told)):
            return told
    return None


def years_of(text: str) -> frozenset[int]:
    """The years that a page names anywhere: a stored page is of its own year, not of today's."""
    return frozenset(int(year) for year in re.findall(r"(?<!\d)20\d\d(?!\d)", text))


def hints_of(text: str, *, start: date | None, today: date) -> tuple[date, frozenset[int]]:
    """Near which day a page's days without a year lie, and the years that they may be of.

    They lie near the days asked for. A stored page is asked for no days: it is of the school year that its title names
    ("STUNDENPLAN 14/15", "Schuljahr 2026/2027"), else of a time near today.
    """
    years = years_of(text) | {today.year - 1, today.year, today.year + 1}
    title = _TITLE.search(text)
    named = _SCHOOL_YEAR.findall(title[1]) if title else []
    begun = {2000 + int(one[-2:]) for one, other in named if (int(one[-2:]) + 1) % 100 == int(other[-2:])}
    if start is None and len(begun) == 1 and min(begun) < today.year:
        return date(begun.pop() + 1, 2, 1), years
    return start or today, years


def dated(day: int, month: int, *, weekday: str, near: date, years: frozenset[int] = frozenset()) -> date:
    """A day without a year: the nearest to `near` whose weekday is the published one ("Donnerstag", "Do").

    `years` that the page names count too (`years_of`). Raises ValueError when there is no such day.
    """
    fitting = _fitting(day, month, weekday_of(weekday), near, years)
    return fitting if fitting is not None else nearest_date(day, month, near)


def _fitting(day: int, month: int, weekday: int | None, near: date, years: frozenset[int]) -> date | None:
    """The nearest of the days in the likely years that is that weekday."""
    found = []
    for year in sorted(years | {near.year - 1, near.year, near.year + 1}):
        try:
            one = date(year, month, day)
        except ValueError:
            continue
        if one.weekday() == weekday:
            found.append(one)
    return min(found, key=lambda one: abs((one - near).days), default=None)


def day_in(text: str, *, near: date, years: frozenset[int] = frozenset()) -> date | None:
    """The first date of a title: "17.4.2018 Dienstag", "24/10/2024 Donderdag", "Monday 4/24", "2026-11-24"; or None.

    The weekday beside it tells the year where there is none, and the month where a slash or a hyphen lets either number
    be it; without a weekday the day comes first. Raises ValueError for what is no day of the calendar.
    """
    if iso := _ISO_DATE.search(text):
        return date(int(iso[1]), int(iso[3]), int(iso[4]))
    match = _DATE.search(text)
    if match is None:
        return None
    beside = [_WORD_AFTER.match(text, match.end()), _WORD_BEFORE.search(text[: match.start()])]
    words = [word[1] for word in beside if word and weekday_of(word[1]) is not None]
    weekday = weekday_of(words[0]) if words else None
    if match[4]:
        near, years = date(_year(match[4]), 1, 1), frozenset()
    orders = [(int(match[1]), int(match[3]))]
    if match[2] != ".":
        orders.append((int(match[3]), int(match[1])))
    if match[4]:
        return _whole(orders, near.year, weekday)
    for day, month in orders:
        if (found := _fitting(day, month, weekday, near, years)) is not None:
            return found
    if orders[0][1] > 12:
        orders.reverse()
    return nearest_date(*orders[0], near)


def day_beside(first: str, separator: str, second: str, near: date) -> date:
    """The day of a row that names it by two numbers ("9.4.", "24-11", "11/24"): the one nearest to its table's day.

    Raises ValueError when they are no day.
    """
    orders = [(int(first), int(second))]
    if separator != ".":
        orders.append((int(second), int(first)))
    found = []
    for day, month in orders:
        with suppress(ValueError):
            found.append(nearest_date(day, month, near))
    if not found:
        raise ValueError(f"no such date: {first}{separator}{second}")
    return min(found, key=lambda one: abs((one - near).days))


def monday_in(text: str) -> date | None:
    """The Monday that a list of weeks names ("2.10.2017", "02-10-2017", "10/2/2017", "2017-10-02"), or None."""
    try:
        if iso := _ISO_DATE.search(text):
            return date(int(iso[1]), int(iso[3]), int(iso[4]))
        match = _DATE.search(text)
        if match is None or not match[4]:
            return None
        order = (int(match[1]), int(match[3]))
        return _whole([order] if match[2] == "." else [order, order[::-1]], _year(match[4]), 0)
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _whole(orders: Sequence[tuple[int, int]], year: int, weekday: int | None) -> date:
    """The day of that year, in the order that agrees with the weekday, else in the first that is a day at all."""
    found = []
    for day, month in orders:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    if not found:
        raise ValueError(f"no such date: {orders[0][0]}.{orders[0][1]}.{year}")
    return next((one for one in found if one.weekday() == weekday), found[0])


def stand_of(text: str, timezone: ZoneInfo) -> datetime | None:
    """The latest "Stand: 08.03.2018 12:37" of the raw page, wherever it stands (also in a comment)."""
    found = []
    for match in _STAND.finditer(text):
        near = squeeze(_TAG.sub(" ", text[match.end() : match.end() + 400]))[:60]
        if instant := _instant(near, timezone):
            found.append(instant)
    return max(found, default=None)


def _instant(text: str, timezone: ZoneInfo) -> datetime | None:
    iso, other = _ISO_DATE.search(text), _DATE.search(text)
    stamp = iso or other
    clock = _CLOCK.match(text, stamp.end()) if stamp else None
    if stamp is None or clock is None or (other and not iso and not other[4]):
        return None
    hour, half = int(clock[1]), (clock[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        if iso:
            day = date(int(iso[1]), int(iso[3]), int(iso[4]))
        else:
            order = (int(stamp[1]), int(stamp[3]))
            # Only Americans write "PM", and they write the month first.
            orders = [order] if stamp[2] == "." else [order[::-1], order] if half else [order, order[::-1]]
            day = _whole(orders, _year(stamp[4]), None)
        return datetime(day.year, day.month, day.day, hour, int(clock[2]), tzinfo=timezone)
    except ValueError:
        return None
