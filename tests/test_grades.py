"""Grades of class names, and what a class is called a year later."""

from __future__ import annotations

import pytest

from bot.grades import by_grade, next_year


@pytest.mark.parametrize(
    ("name", "later"),
    [
        ("9a", "10a"),
        ("09A", "10A"),
        ("10 b", "11 b"),
        ("1TL", "2TL"),
        ("IIb", "IIIb"),
        ("IVg", "Vg"),
        ("XII", ""),
        ("13", ""),
        ("0b", ""),
        ("2024x", ""),
        ("Chor", ""),
        ("", ""),
    ],
)
def test_next_year(name: str, later: str) -> None:
    assert next_year(name) == later


def test_grades_stand_in_order_and_others_last() -> None:
    assert by_grade(["10b", "Chor", "9a", "09b"]) == {"9": ["9a", "09b"], "10": ["10b"], "": ["Chor"]}
