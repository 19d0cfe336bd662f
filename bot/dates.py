"""Owns how dates read in each language: orders, genitive months and short names from the generated CLDR table.

An unknown language reads as English, a regional one ("pt-BR") as its language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import TypedDict, cast

_TOKEN = re.compile(r"'([^']*)'|(EEEE|MMMM|MM|M|dd|d)")
_DEFAULT = "en"


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
    table = _table(lang)
    return _capitalised(_format(table["title"], table, day))


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
