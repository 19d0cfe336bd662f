"""The two-step picker of classes: first the grade, then the letter. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.names import class_key

LAST_GRADE = 13
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
FLAT = 12  # so many classes fit on one keyboard without a first step


def grade_of(name: str) -> str:
    """The grade that a class name begins with ("05A" -> "5"), or "" when it begins with none."""
    match = re.match(r"\d{1,2}", class_key(name))
    return match[0] if match else ""


def by_grade(names: Sequence[str]) -> dict[str, list[str]]:
    """The names under their grades, grades in order, those without one last under ""."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(grade_of(name), []).append(name)
    return dict(sorted(groups.items(), key=lambda item: (item[0] == "", int(item[0] or 0))))


def next_year(name: str) -> str:
    """What a class is called a year later: "9a" -> "10a", "IIb" -> "IIIb"; "" for a name without a grade, or a last
    one (a 13th grade is not promoted to a 14th)."""
    digits = re.match(r"0*(\d{1,2})(?!\d)", name)
    if digits:
        grade = int(digits[1])
        return f"{grade + 1}{name[digits.end() :]}" if 0 < grade < LAST_GRADE else ""
    roman = re.match(r"(XII|XI|IX|IV|VIII|VII|VI|V|X|III|II|I)(?![IVX])", name)
    if roman:
        grade = ROMAN.index(roman[1]) + 1
        return f"{ROMAN[grade]}{name[roman.end() :]}" if grade < len(ROMAN) else ""
    return ""
