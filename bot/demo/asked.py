"""What the page asks for: the fields of an action, read strictly. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from bot.errors import SchoolbellError

TEXT = 4096
NOT_TYPED = {"Cc", "Cs"}
"""Categories of Unicode: control characters, and halves of characters, which no encoding takes."""
YEARS = range(2000, 2100)


class BadAction(SchoolbellError):
    """The page asked for something that does not exist, or not like this."""


def text_of(asked: Mapping[str, Any], name: str, *, limit: int = TEXT, empty: bool = False) -> str:
    """A text, cut of the space around it. Raises BadAction."""
    value = asked.get(name, "")
    if not isinstance(value, str) or len(value) > limit:
        raise BadAction(f"{name}: a text of at most {limit} characters is wanted")
    if any(unicodedata.category(one) in NOT_TYPED and one not in "\r\n\t" for one in value):
        raise BadAction(f"{name}: it holds characters that nobody types")
    if not value.strip() and not empty:
        raise BadAction(f"{name}: it is empty")
    return value.strip()


def choice_of(asked: Mapping[str, Any], name: str, choices: Collection[str]) -> str:
    """One of some words. Raises BadAction."""
    value = asked.get(name)
    if not isinstance(value, str) or value not in choices:
        raise BadAction(f"{name}: one of {', '.join(choices)} is wanted")
    return value


def number_of(asked: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """A whole number. Raises BadAction."""
    value = asked.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadAction(f"{name}: a whole number is wanted")
    return value


def day_of(asked: Mapping[str, Any], name: str) -> date:
    """A day as YYYY-MM-DD. Raises BadAction."""
    value = asked.get(name)
    try:
        day = date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise BadAction(f"{name}: a day as YYYY-MM-DD is wanted") from None
    if day.year not in YEARS:
        raise BadAction(f"{name}: no school is open then")
    return day
