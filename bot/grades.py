"""The two-step picker of classes: first the grade, then the letter. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.names import class_key

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
