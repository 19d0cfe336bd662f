"""How dates read in the languages of the table."""

from __future__ import annotations

from datetime import date

import pytest

from bot import dates

DAY = date(2025, 11, 18)


@pytest.mark.parametrize(
    ("lang", "title", "range_", "short"),
    [
        ("en", "Tuesday, 18 November", "17–21 November", "18/11"),
        ("lt", "Lapkričio 18 d., antradienis", "lapkričio 17–21", "11-18"),
        ("pl", "Wtorek, 18 listopada", "17–21 listopada", "18.11"),
        ("de", "Dienstag, 18. November", "17.–21. November", "18.11."),
        ("cs", "Úterý 18. listopadu", "17.–21. listopadu", "18. 11."),
        ("uk", "Вівторок, 18 листопада", "17–21 листопада", "18.11"),
        ("ru", "Вторник, 18 ноября", "17–21 ноября", "18.11"),
        ("hu", "November 18., kedd", "november 17–21.", "11. 18"),
    ],
)
def test_dates_read_as_cldr_says(lang: str, title: str, range_: str, short: str) -> None:
    assert dates.day_title(lang, DAY) == title
    assert dates.week_range(lang, date(2025, 11, 17), date(2025, 11, 21)) == range_
    assert dates.short_date(lang, DAY) == short


def test_a_week_over_a_months_end_names_both() -> None:
    assert dates.week_range("pl", date(2025, 9, 29), date(2025, 10, 3)) == "29 września – 3 października"
    assert dates.week_range("lt", date(2025, 12, 29), date(2026, 1, 2)) == "gruodžio 29 d. – sausio 2 d."


def test_a_range_of_one_day_is_that_day() -> None:
    assert dates.week_range("de", DAY, DAY) == "18. November"


@pytest.mark.parametrize("lang", dates.languages())
def test_every_day_of_a_year_reads_without_a_pattern_letter(lang: str) -> None:
    titles = {dates.day_title(lang, date.fromordinal(date(2025, 1, 1).toordinal() + n)) for n in range(365)}
    assert len(titles) == 365
    assert not any(mark in title for title in titles for mark in ("MM", "EE", "yy", "'", "2025"))
    assert all(title[0] == title[0].upper() for title in titles)
    assert len({dates.short_weekday(lang, n) for n in range(7)}) >= 5  # Estonian has two pairs of one letter
    assert len({dates.weekday(lang, n) for n in range(7)}) == 7


def test_unknown_and_regional_languages() -> None:
    assert dates.day_title("tlh", DAY) == dates.day_title("en", DAY)
    assert dates.day_title("pl-PL", DAY) == dates.day_title("pl", DAY)
    assert dates.day_title("uk_UA", DAY) == dates.day_title("uk", DAY)


def test_the_table_is_what_the_tool_writes() -> None:
    """A new Babel may change a pattern: the table is then written anew on purpose, not in passing."""
    babel = pytest.importorskip("babel")
    from tools import make_dates  # beside the test that needs the build-time dependency

    table = make_dates.patterns(babel.Locale.parse("lt"))
    assert dates._tables()["lt"] == table


MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "lang", "day"),
    [
        ("2026-11-24", "en", date(2026, 11, 24)),
        ("24.11", "de", date(2026, 11, 24)),
        ("24.11.", "de", date(2026, 11, 24)),
        ("24. 11. 2026", "cs", date(2026, 11, 24)),
        ("24/11/2026", "en", date(2026, 11, 24)),
        ("11-24", "lt", date(2026, 11, 24)),
        ("24-11", "en", date(2026, 11, 24)),
        ("1.1", "en", date(2027, 1, 1)),
        ("15.9", "en", date(2026, 9, 15)),
        ("mon", "en", MONDAY),
        ("Friday", "en", date(2026, 11, 27)),
        ("PENKTADIENIS", "lt", date(2026, 11, 27)),
        ("pn", "lt", date(2026, 11, 27)),
        ("penktadienį", "en", date(2026, 11, 27)),
        ("poniedzialek", "pl", MONDAY),
        ("pátek", "cs", date(2026, 11, 27)),
        ("п'ятниця", "uk", date(2026, 11, 27)),
        ("Fr", "de", date(2026, 11, 27)),
        ("24 november", "en", date(2026, 11, 24)),
        ("nov 24", "en", date(2026, 11, 24)),
        ("lapkričio 24 d.", "lt", date(2026, 11, 24)),
        ("24 listopada", "pl", date(2026, 11, 24)),
        ("29.2", "en", None),
        ("31.02", "en", None),
        ("9a", "en", None),
        ("10 b", "en", None),
        ("t", "en", None),
        ("99", "en", None),
        ("", "en", None),
        ("1999-01-01", "en", None),
        ("²", "en", None),
    ],
)
def test_days_as_people_type_them(text: str, lang: str, day: date | None) -> None:
    assert dates.read_day(text, MONDAY, lang) == day
