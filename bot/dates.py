"""Owns how dates read in each language: orders, genitive months and short names from the generated CLDR table.

An unknown language reads as English, a regional one ("pt-BR") as its language.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import TypedDict, cast

_TOKEN = re.compile(r"'([^']*)'|(EEEE|MMMM|MM|M|dd|d)")
_DEFAULT = "en"
_SAME = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "'": "", "’": "", "ʼ": "", "`": ""})


class _Table(TypedDict):
    title: str
    day_month: str
    short: str
    range: Sequence[str]
    months: Sequence[str]
    days: Sequence[str]
    days_short: Sequence[str]


@cache
def _tables() -> dict[str, _Table]:
    raw = (resources.files("bot") / "locale" / "dates.json").read_text(encoding="utf-8")
    return cast(dict[str, _Table], json.loads(raw))


def languages() -> tuple[str, ...]:
    """The languages that dates are known in."""
    return tuple(_tables())


def _table(lang: str) -> _Table:
    tables = _tables()
    return tables.get(lang) or tables.get(re.split("[-_]", lang)[0].lower()) or tables[_DEFAULT]


def _format(pattern: str, table: _Table, day: date) -> str:
    def value(found: re.Match[str]) -> str:
        match found[2]:
            case None:
                return found[1]
            case "EEEE":
                return table["days"][day.weekday()]
            case "MMMM":
                return table["months"][day.month - 1]
            case token:
                number = day.day if token.startswith("d") else day.month
                return f"{number:02}" if len(token) == 2 else str(number)

    return _TOKEN.sub(value, pattern)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def day_title(lang: str, day: date) -> str:
    """«Lapkričio 18 d., antradienis», «Wtorek, 18 listopada», «Tuesday 18 November»."""
    return _capitalised(whole_day(lang, day))


def whole_day(lang: str, day: date) -> str:
    """«lapkričio 18 d., antradienis», «wtorek, 18 listopada»: the same inside a sentence."""
    table = _table(lang)
    return _format(table["title"], table, day)


def day_and_month(lang: str, day: date) -> str:
    """«lapkričio 18 d.», «18 listopada»."""
    table = _table(lang)
    return _format(table["day_month"], table, day)


def short_date(lang: str, day: date) -> str:
    """«11-18», «18.11»: no year, figures only."""
    table = _table(lang)
    return _format(table["short"], table, day)


def weekday(lang: str, number: int) -> str:
    """The name of a weekday, 0 = Monday, as it stands inside a sentence."""
    return _table(lang)["days"][number]


def short_weekday(lang: str, number: int) -> str:
    """The short name of a weekday, 0 = Monday, as it stands alone: «pn.», «Mon»."""
    return _table(lang)["days_short"][number]


def week_range(lang: str, first: date, last: date) -> str:
    """«17–21 listopada»; over a month's end «29 września – 3 października»."""
    table = _table(lang)
    if first == last:
        return day_and_month(lang, first)
    if (first.year, first.month) == (last.year, last.month):
        head, tail = table["range"]
        return _format(head, table, first) + _format(tail, table, last)
    return f"{day_and_month(lang, first)} – {day_and_month(lang, last)}"


def read_day(text: str, today: date, lang: str) -> date | None:
    """The day that a person means, or None: "2026-11-24", "24.11", "24/11", "24 november", "fri", "penktadienis".

    A weekday is the next one from `today` on. A date without a year is the one nearest to `today`. Names are known in
    every language, those of `lang` first; accents and case do not matter, and a beginning is enough.
    """
    words = _plain(text).replace(",", " ").split()
    packed = "".join(words)
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", packed):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})?", packed + ("" if packed[-1:] in "./" else ".")):
        return _near(today, day=int(found[1]), month=int(found[2]), year=int(found[3] or 0))
    if found := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", packed):
        return _date(int(found[3]), int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(\d{1,2})-(\d{1,2})", packed):
        first, second = int(found[1]), int(found[2])
        month_first = _table(lang)["short"].startswith("M") or second > 12
        return _near(today, day=second if month_first else first, month=first if month_first else second)
    tables = [_table(lang), *_tables().values()]
    number = next((int(word.rstrip(".")) for word in words if re.fullmatch(r"\d{1,2}\.?", word)), None)
    names = [word.rstrip(".") for word in words if len(word.rstrip(".")) >= 2 and not word[0].isdigit()]
    if number is not None and names:
        month = next((m for name in names for m in _among(name, [table["months"] for table in tables])), None)
        return None if month is None else _near(today, day=number, month=month + 1)
    if number is None and len(names) == 1:
        lists = [days for table in tables for days in (table["days_short"], table["days"])]
        weekday = next(iter(_among(names[0], lists)), None)
        return None if weekday is None else today + timedelta(days=(weekday - today.weekday()) % 7)
    return None


def _plain(text: str) -> str:
    """Without accents and case."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_SAME))
    return "".join(c for c in folded if not unicodedata.combining(c))


def _among(word: str, lists: Sequence[Sequence[str]]) -> list[int]:
    """The places of the one name that a word is or begins, list by list; a beginning of two names means neither."""
    found = []
    for names in lists:
        plain = [_plain(name).rstrip(".") for name in names]
        whole = [place for place, name in enumerate(plain) if name == word]
        begun = [place for place, name in enumerate(plain) if name.startswith(word)] if len(word) >= 3 else []
        if whole or len(begun) == 1:
            found.append((whole or begun)[0])
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 2000 <= year <= 2100 else None
    except ValueError:
        return None


def _near(today: date, *, day: int, month: int, year: int = 0) -> date | None:
    """The date of this year, the last or the next that is nearest to today; with a year, that one."""
    years = [year] if year else [today.year - 1, today.year, today.year + 1]
    found = [moment for each in years if (moment := _date(each, month, day)) is not None]
    return min(found, key=lambda moment: abs(moment - today), default=None)
