"""German dates, instants, kinds and placeholders."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.model import FreeDays, Kind
from bot.scraper.german import class_names_in, date_in, free_days, instant_in, kind_in, names_in, published

ZONE = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Montag, 22. August 2016 (A-Woche)", date(2016, 8, 22)),
        ("Freitag, 10. März 2017", date(2017, 3, 10)),
        ("Freitag, den 02.09.2016", date(2016, 9, 2)),
        ("Montag 05.09.16", date(2016, 9, 5)),
        ("02-09-2016 13:32 |", date(2016, 9, 2)),
        ("31.02.2016", None),
        ("22. Brumaire 2016", None),
        ("", None),
    ],
)
def test_a_date_is_found(text: str, want: date | None) -> None:
    assert date_in(text) == want


def test_a_date_without_a_year_is_the_nearest() -> None:
    assert date_in("04.01.", near=date(2026, 12, 18)) == date(2027, 1, 4)
    assert date_in("04.01.") is None
    assert date_in("30.02.", near=date(2026, 12, 18)) is None


def test_every_month_is_known() -> None:
    names = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober"]
    names += ["November", "Dezember"]
    assert [date_in(f"1. {name} 2026") for name in names] == [date(2026, month, 1) for month in range(1, 13)]


def test_an_instant_is_local() -> None:
    assert instant_in("Aktualisierung: 02.05.2017 um 07:19 Uhr", ZONE) == datetime(2017, 5, 2, 7, 19, tzinfo=ZONE)
    assert instant_in("Stand: 27.06.2017 20:18:52", ZONE) == datetime(2017, 6, 27, 20, 18, 52, tzinfo=ZONE)
    assert instant_in("27.06.2017", ZONE) is None
    assert instant_in("27.06.2017 25:00", ZONE) is None


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Frei", Kind.CANCELLED),
        ("fällt leider aus", Kind.CANCELLED),
        ("Von 12.09. Mo 1 verschoben", Kind.MOVED),
        ("Raumänderung", Kind.ROOM),
        ("U. findet statt, Doppelbesetzg f.a.!", None),
        ("ganze Klasse", None),
    ],
)
def test_a_word_names_a_kind(text: str, want: Kind | None) -> None:
    found = kind_in(text)
    assert found == want or (want is None and found is Kind.SUBSTITUTION)


def test_placeholders_are_nothing() -> None:
    assert [published(text) for text in ("---", "+", "???", " ", "&nbsp;", "A-B")] == ["", "", "", "", "", "A-B"]
    assert names_in("Tal, ---,Uhl, Tal") == ("Tal", "Uhl")


def test_blanks_separate_classes_but_not_the_words_of_a_name() -> None:
    assert class_names_in("9d 9e 9f, 10a") == ("9d", "9e", "9f", "10a")
    assert class_names_in("10 BR") == ("10 BR",)
    assert class_names_in("5a Gruppe 2") == ("5a Gruppe 2",)
    assert class_names_in("---") == ()


def test_free_days_join_over_a_weekend() -> None:
    assert free_days(["261223", "261221", "261222", "261228", "x", "269999"]) == (
        FreeDays(date(2026, 12, 21), date(2026, 12, 23)),
        FreeDays(date(2026, 12, 28), date(2026, 12, 28)),
    )
    assert free_days(["261225", "261228"]) == (FreeDays(date(2026, 12, 25), date(2026, 12, 28)),)
