"""Lithuanian dates; the months letter by letter."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from bot.scraper.lithuanian import MONTHS, iso_date, lesson_date, month_number


def test_an_iso_date_with_or_without_a_time() -> None:
    assert [iso_date(text) for text in ("0000-00-00", "-", "", "2026-02-30")] == [None] * 4
    assert iso_date("2026-11-24 00:00:00") == date(2026, 11, 24)


# Letter by letter: a look-alike of another alphabet in the table would not be one of these.
SPELLED = (
    ("s", "a", "u", "s", "i", "o"),
    ("v", "a", "s", "a", "r", "i", "o"),
    ("k", "o", "v", "o"),
    ("b", "a", "l", "a", "n", "d", "\u017e", "i", "o"),
    ("g", "e", "g", "u", "\u017e", "\u0117", "s"),
    ("b", "i", "r", "\u017e", "e", "l", "i", "o"),
    ("l", "i", "e", "p", "o", "s"),
    ("r", "u", "g", "p", "j", "\u016b", "\u010d", "i", "o"),
    ("r", "u", "g", "s", "\u0117", "j", "o"),
    ("s", "p", "a", "l", "i", "o"),
    ("l", "a", "p", "k", "r", "i", "\u010d", "i", "o"),
    ("g", "r", "u", "o", "d", "\u017e", "i", "o"),
)


@pytest.mark.parametrize(("number", "letters"), list(enumerate(SPELLED, 1)))
def test_a_month_is_spelled_in_our_letters(number: int, letters: tuple[str, ...]) -> None:
    name = "".join(letters)
    assert MONTHS[number - 1][0] == name
    for written in MONTHS[number - 1]:
        assert all(unicodedata.name(letter).startswith("LATIN ") for letter in written)
        assert month_number(written) == month_number(written.upper()) == number
    assert month_number(unicodedata.normalize("NFD", name)) == number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("Rugs\u0117j\u043e", 9),  # a Cyrillic o
        ("S\u0440\u0430lio", 10),  # a Cyrillic r and a
        ("\u041aovo", 3),  # a Cyrillic capital k
        ("li\u0435p\u043es", 7),  # a Cyrillic e and o
        ("geguz\u0117s", 5),  # an accent lost
        ("Antradienis", None),
        ("", None),
    ],
)
def test_look_alike_letters_in_a_page_are_read(written: str, number: int | None) -> None:
    assert month_number(written) == number


def test_a_lesson_date_that_is_none() -> None:
    near = date(2026, 11, 23)
    assert lesson_date("Vasario 30 Antradienis", near) is None
    assert lesson_date("Vakar", near) is None
    assert lesson_date("Sausio 4 Pirmadienis", date(2026, 12, 28)) == date(2027, 1, 4)
