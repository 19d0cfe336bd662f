from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from bs4.filter import SoupStrainer
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import EmptyBody, LoginRequired, MaintenancePage, SourceError, WrongPage
from bot.scraper.page import clock_time, nearest_date, period_labels, remembered, soup_of, squeeze, text_in, why_not

REFUSE = Path(__file__).parents[1] / "samples" / "_refuse"


# --- Text ---


def test_visible_text() -> None:
    only = SoupStrainer("p")
    found = soup_of("<b>x</b><p>a&nbsp; b<br>c<!-- d --><script>e</script><i>f</i></p>", only).p
    assert text_in(found) == "a b cf"
    assert text_in(found, breaks="/") == "a b/cf"
    assert text_in(None) == ""


def test_answers_are_kept_for_short_texts_only() -> None:
    read: list[str] = []

    @remembered
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    assert [length(text) for text in ("9a", "9a", "x" * 81, "x" * 81)] == [2, 2, 81, 81]
    assert read == ["9a", "x" * 81, "x" * 81]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("  a \t\r\n b ", "a b"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("na\u00adtio\u200bn", "nation"),
        ("e\u0301", "é"),
        ("\u202eabc\u2066d\u200f", "abcd"),
        ("a\ud800b\udfff", "ab"),
        ("z" + "\u0335" * 500, "z" + "\u0335" * 3),
        ("\ufeffa\uffff", "a"),
        ("M\ufffdller", "M\ufffdller"),
        ("a\u2028b\x85c\x1fd", "a b c d"),
        ("👩\u200d🏫", "👩\u200d🏫"),
    ],
)
def test_nothing_is_kept_that_cannot_be_shown(given: str, shown: str) -> None:
    assert squeeze(given) == shown


@given(st.text(st.characters(exclude_categories=[])))
def test_squeezing_is_final(text: str) -> None:
    once = squeeze(text)
    assert squeeze(once) == once
    assert once == once.strip()
    once.encode()


# --- Dates, times, periods ---


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(-182, 182))
def test_the_nearest_date_is_found_again(day: date, distance: int) -> None:
    near = day + timedelta(distance)
    if (day.month, day.day) != (2, 29):
        assert nearest_date(day.day, day.month, near) == day


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(-900, 900))
def test_a_weekday_settles_the_year(day: date, distance: int) -> None:
    found = nearest_date(day.day, day.month, day + timedelta(distance), day.weekday())
    assert found.weekday() == day.weekday()
    assert (found.day, found.month) == (day.day, day.month)


def test_dates_around_new_year() -> None:
    assert nearest_date(7, 1, date(2026, 12, 20)) == date(2027, 1, 7)
    assert nearest_date(20, 12, date(2027, 1, 7)) == date(2026, 12, 20)
    assert nearest_date(29, 2, date(2027, 2, 1)) == date(2028, 2, 29)
    for day, month in ((30, 2), (0, 1), (32, 1), (1, 13), (1, 0)):
        with pytest.raises(ValueError, match="no such date"):
            nearest_date(day, month, date(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8:00", time(8)),
        (" 08.45 ", time(8, 45)),
        ("0800", time(8)),
        ("23:59", time(23, 59)),
        ("9h05", time(9, 5)),
        ("24:00", None),
        ("8:60", None),
        ("8", None),
        ("8:00-8:45", None),
        ("", None),
        ("12345", None),
        ("a8:00", None),
    ],
)
def test_times(text: str, found: time | None) -> None:
    assert clock_time(text) == found


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("3", ("3",)),
        ("0", ("0",)),
        ("3.", ("3",)),
        ("3 - 5", ("3", "4", "5")),
        ("3-5", ("3", "4", "5")),
        ("1. – 2.", ("1", "2")),
        ("7 bis 8", ("7", "8")),
        ("1, 2", ("1", "2")),
        ("1;3 - 4", ("1", "3", "4")),
        ("4/5", ("4/5",)),
        ("5 - 3", ("5 - 3",)),
        ("1,1", ("1",)),
        ("A", ("A",)),
        ("", ()),
        (" , ", ()),
    ],
)
def test_periods(text: str, labels: tuple[str, ...]) -> None:
    assert period_labels(text) == labels


# --- Why a page is none ---


@pytest.mark.parametrize(
    ("markup", "error"),
    [
        ("", EmptyBody),
        ("<html><script>var plan = 'x'</script><style>td { }</style></html>", EmptyBody),
        ("<h1>Wartung</h1><p>" + "Vertretungsplan " * 500, MaintenancePage),
        ("<title>Just a moment...</title><p>x", MaintenancePage),
        ("<p>Die Wartung der Heizung war am Montag." + "x " * 2000, WrongPage),
        ("<form><input type=password></form>x", LoginRequired),
        ("<form><INPUT NAME=a TYPE='Password'></form>x", LoginRequired),
        ("<title>Prisijungimas</title>x", LoginRequired),
        ("<p>password</p>", WrongPage),
        ("just words", WrongPage),
        ('{"error": "x"}', WrongPage),
    ],
)
def test_why_a_page_is_no_plan(markup: str, error: type[SourceError]) -> None:
    found = why_not(markup, "Untis")
    assert type(found) is error


@pytest.mark.parametrize("path", sorted(REFUSE.glob("login-*")), ids=lambda path: path.name)
def test_login_pages(path: Path) -> None:
    assert type(why_not(path.read_text(encoding="utf-8"), "Untis")) is LoginRequired


@pytest.mark.parametrize("path", sorted(REFUSE.glob("maintenance-*")), ids=lambda path: path.name)
def test_maintenance_pages(path: Path) -> None:
    assert type(why_not(path.read_text(encoding="utf-8"), "Untis")) is MaintenancePage


@pytest.mark.parametrize("path", sorted(REFUSE.glob("plain-*")), ids=lambda path: path.name)
def test_other_pages(path: Path) -> None:
    assert type(why_not(path.read_text(encoding="utf-8"), "Untis")) is WrongPage
