from __future__ import annotations

import re
import time
from contextlib import suppress

import pytest

from bot.errors import SourceChanged
from bot.scraper.tables import Table, bare, placed, tables

ANY = re.compile("")


def only(markup: str) -> Table:
    (table,) = tables(markup, ANY)
    return table


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_cells_are_visible_text() -> None:
    table = only("<TABLE><tr><td> a&nbsp;&amp; <b>b</b> </td><td>x<br>y</td><td><!-- no -->z</td></tr></TABLE>")
    assert texts(table) == [["a & b", "x y", "z"]]
    assert [cell.bold for cell in table.rows[0]] == [True, False, False]


def test_end_tags_may_be_left_out() -> None:
    assert texts(only("<table><tr><td>a<td>b<tr><th>c</table>")) == [["a", "b"], ["c"]]


def test_struck_text_stands_apart() -> None:
    cell = only("<table><tr><td><s>12</s>?<span>14</span></td></tr></table>").rows[0][0]
    assert (cell.struck, cell.text) == ("12", "?14")


def test_nested_tables_belong_to_their_cell() -> None:
    table = only("<table><tr><td>a<table><tr><td>b</td></tr></table></td><td>c</td></tr></table>")
    assert texts(table) == [["a", "c"]]
    assert texts(table.rows[0][0].tables[0]) == [["b"]]


def test_tables_in_comments_and_scripts_are_none() -> None:
    markup = "<!-- <table></table> --><script>'<table>'</script><table class=x><tr><td>1</td></tr></table>"
    assert texts(only(markup)) == [["1"]]
    assert bare("a<!-- b -->c<style>d</style>e<!-- f") == "ac</style>e".replace("</style>", ">")


def test_an_unclosed_table_says_so() -> None:
    assert not only("<table><tr><td>1</td><td>2").closed
    assert only("<table></table>").closed


def test_spans_are_placed_and_bounded() -> None:
    table = only("<table><tr><td rowspan=2>a</td><td colspan=2>b</td></tr><tr><td>c</td><td>d</td></tr></table>")
    assert [(one.cell.text, one.row, one.column) for one in placed(table)] == [
        ("a", 0, 0), ("b", 0, 1), ("c", 1, 1), ("d", 1, 2),
    ]  # fmt: skip
    wide = "<tr>" + "<td colspan=1000 rowspan=1000>x</td>" * 300 + "</tr>"
    with pytest.raises(SourceChanged):
        placed(only(f"<table>{wide}</table>"))


@pytest.mark.parametrize(
    "piece", ["<a ", '<a "', "<!--", "<script", "<table ", "<td>", "<table><tr><td>", '<td x="', "<td a=' b=\" "]
)
def test_noise_costs_no_more_than_its_length(piece: str) -> None:
    spent = []
    for count in (4_000, 40_000):
        began = time.process_time()
        with suppress(SourceChanged):
            list(tables("<table>" + piece * count, ANY))
        spent.append(time.process_time() - began)
    # Ten times the noise: ten times the work, where a quadratic scan would take a hundred times.
    assert spent[1] < 40 * (spent[0] + 0.005)


def test_tables_nested_without_end_are_no_plan() -> None:
    with pytest.raises(SourceChanged):
        list(tables("<table>" + "<tr><td><table>" * 20_000, ANY))


def test_the_short_name_of_a_header_stands_before_two_blanks() -> None:
    row = "<td class=inline_header>2B1 &nbsp;B-JAAR</td><td class=inline_header>5a b</td>"
    table = only(f"<table><tr>{row}</tr></table>")
    assert [cell.short for cell in table.rows[0]] == ["2B1", ""]
