"""Homework in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.texts import texts_in
from bot.texts.homework import due_title

DAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("language", "today", "later"),
    [
        ("en", "Today, Wednesday, 25 November", "Wednesday, 25 November"),
        ("pl", "Dzisiaj, środa, 25 listopada", "Środa, 25 listopada"),
        ("lt", "Šiandien, lapkričio 25 d., trečiadienis", "Lapkričio 25 d., trečiadienis"),
        ("de", "Heute, Mittwoch, 25. November", "Mittwoch, 25. November"),
    ],
)
def test_what_stands_above_a_day(language: str, today: str, later: str) -> None:
    texts = texts_in(language)
    assert due_title(texts, DAY, DAY) == today
    assert due_title(texts, DAY, DAY - timedelta(days=5)) == later
