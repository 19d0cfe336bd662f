"""How Lithuanian diaries write dates: months in the genitive, no year, letters of another alphabet among ours."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from bot.scraper.page import nearest_date

# The months as a date names them ("rugsėjo 30 d."), and as a heading does.
MONTHS = (
    ("sausio", "sausis"),
    ("vasario", "vasaris"),
    ("kovo", "kovas"),
    ("balandžio", "balandis"),
    ("gegužės", "gegužė"),
    ("birželio", "birželis"),
    ("liepos", "liepa"),
    ("rugpjūčio", "rugpjūtis"),
    ("rugsėjo", "rugsėjis"),
    ("spalio", "spalis"),
    ("lapkričio", "lapkritis"),
    ("gruodžio", "gruodis"),
)
# Letters of another alphabet that look like ours and get into typed tables.
_LOOK_ALIKE = str.maketrans("аеорсухіјѕкАЕОРСУХІЈЅКВМТ", "aeopcyxijskAEOPCYXIJSKBMT")
_ISO = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")


def iso_date(text: str) -> date | None:
    """The date in "2025-10-03" or "2025-10-03 00:00:00"; None for what is no date ("0000-00-00", "-")."""
    match = _ISO.search(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def lesson_date(text: str, near: date) -> date | None:
    """The date in "Rugsėjo 30 Antradienis", which has no year: the one nearest to `near`; None for no such date."""
    words = text.split()
    month = next((number for word in words if (number := month_number(word))), None)
    day = next((int(word) for word in words if word.isdecimal() and len(word) <= 2), None)
    if month is None or day is None:
        return iso_date(text)
    try:
        return nearest_date(day, month, near)
    except ValueError:
        return None


def month_number(word: str) -> int | None:
    """1 to 12 for the name of a month, whatever the case, accents or look-alike letters; None for another word."""
    return _MONTH_NUMBER.get(_folded(word))


def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.translate(_LOOK_ALIKE).casefold())
    return "".join(letter for letter in decomposed if letter.isalpha() and not unicodedata.combining(letter))


_MONTH_NUMBER = {_folded(name): number for number, names in enumerate(MONTHS, 1) for name in names}
