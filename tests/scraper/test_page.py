from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from bs4 import Tag
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import EmptyBody, LoginRequired, MaintenancePage, SourceChanged, SourceError, WrongPage
from bot.scraper.page import clock_time, matrix, nearest_date, period_labels, soup_of, squeeze, text_in, why_not

REFUSE = Path(__file__).parents[1] / "samples" / "_refuse"
# Any cells, with spans of any size and nonsense in them.
SPANS = st.one_of(st.just(""), st.sampled_from(["0", "1", "2", "3", "-1", "x", "99999999999", " 2 ", "2.5"]))
TABLES = st.lists(st.lists(st.tuples(SPANS, SPANS), max_size=5), max_size=6)


def table(markup: str) -> Tag:
    found = soup_of(markup).find("table")
    assert isinstance(found, Tag)
    return found


def texts(markup: str) -> list[list[str]]:
    return [["." if cell is None else text_in(cell.tag) for cell in row] for row in matrix(table(markup))]


# --- Tables ---


def test_a_plain_table() -> None:
    assert texts("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>") == [["a", "b"], ["c", "."]]


def test_a_cell_stands_wherever_it_spans() -> None:
    markup = """<table><tr><td rowspan=2>a</td><td colspan=2>b</td></tr><tr><td>c</td><td rowspan=2>d</td></tr>
                <tr><td>e</td><td>f</td></tr></table>"""
    assert texts(markup) == [["a", "b", "b"], ["a", "c", "d"], ["e", "f", "d"]]


def test_a_cell_knows_its_corner() -> None:
    grid = matrix(table("<table><tr><td>a</td><td rowspan=2 colspan=2>b</td></tr><tr><td>c</td></tr></table>"))
    cell = grid[1][2]
    assert cell is not None
    assert (cell.row, cell.column, cell.rowspan, cell.colspan, text_in(cell.tag)) == (0, 1, 2, 2, "b")


def test_a_span_of_no_rows_reaches_the_end() -> None:
    assert texts("<table><tr><td rowspan=0>a</td><td>b</td></tr><tr></tr><tr><td>c</td></tr></table>") == [
        ["a", "b"],
        ["a", "."],
        ["a", "c"],
    ]


def test_nested_tables_are_not_entered() -> None:
    markup = "<table><tbody><tr><td>a<table><tr><td>b</td></tr></table></td><td>c</td></tr></tbody></table>"
    assert [len(row) for row in matrix(table(markup))] == [2]


def test_spans_are_bounded_by_the_table() -> None:
    grid = matrix(table("<table><tr><td rowspan=1000000000 colspan=1000000000>a</td></tr><tr></tr></table>"))
    assert [len(row) for row in grid] == [1000, 1000]
    with pytest.raises(SourceChanged):
        matrix(table("<table>" + "<tr><td rowspan=999 colspan=999>a</td></tr>" * 200 + "</table>"))


def test_no_rows() -> None:
    assert matrix(table("<table></table>")) == []
    assert matrix(table("<table><tr></tr></table>")) == [[]]


@given(TABLES)
def test_any_table_gives_a_full_rectangle(rows: list[list[tuple[str, str]]]) -> None:
    cells = [["<td rowspan='{}' colspan='{}'>x</td>".format(*spans) for spans in row] for row in rows]
    grid = matrix(table("<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in cells) + "</table>"))
    assert len(grid) == len(rows)
    assert len({len(row) for row in grid}) <= 1
    own = [cell for index, row in enumerate(grid) for cell in row if cell is not None and cell.row == index]
    assert {id(cell.tag) for cell in own} == {id(tag) for row in grid for cell in row if cell for tag in [cell.tag]}
    assert len({id(cell.tag) for cell in own}) == sum(len(row) for row in rows)


# --- Text ---


def test_visible_text() -> None:
    found = soup_of("<p>a&nbsp; b<br>c<!-- d --><script>e</script><i>f</i></p>").p
    assert text_in(found) == "a b cf"
    assert text_in(found, breaks="/") == "a b/cf"
    assert text_in(None) == ""


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
