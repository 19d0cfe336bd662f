"""HTML as a stream: rows, landmarks, what stays open."""

from __future__ import annotations

import time

import pytest

from bot.errors import SourceChanged, TruncatedPage
from bot.scraper.rowstream import End, Item, Leave, Mark, Row, TableStart, must_close, must_end, stream, visible


def items(text: str, *names: str) -> list[Item]:
    return list(stream(text, *names))


def rows(text: str) -> list[list[str]]:
    return [[cell.text for cell in item.cells] for item in items(text) if isinstance(item, Row)]


def test_end_tags_may_be_missing() -> None:
    assert rows("<table><tr><th>a<th>b<tr><td>1<td>2</table>") == [["a", "b"], ["1", "2"]]


def test_a_nested_table_comes_before_its_row() -> None:
    page = "<table><tr><td>x<table><tr><td>in</td></tr></table>y</td></tr></table>"
    found = [(item.table, item.cells[0].text) for item in items(page) if isinstance(item, Row)]
    assert found == [(1, "in"), (0, "x in y")]


def test_comments_and_scripts_are_passed_over() -> None:
    page = "<!-- <table><tr><td>no --><script>'<table>'</script><table><tr><td>yes</table>"
    assert rows(page) == [["yes"]]


def test_landmarks_stand_in_the_order_of_the_page() -> None:
    found = items('<div class="a b">one</div><table></table><div>two</div>', "div")
    assert [type(item) for item in found] == [Mark, Leave, TableStart, Mark, Leave, End]
    assert isinstance(found[0], Mark)
    assert (found[0].classes, found[0].text) == (("a", "b"), "one")


def test_what_stays_open_is_told() -> None:
    assert items("<table><tr><td>cut")[-1] == End((0,))
    assert items("<table><tr><td>sloppy</body>")[-1] == End(())


def test_a_paragraph_ends_where_the_next_block_begins() -> None:
    marks = [item.text for item in items("<p>one<p>two<div>x</div>", "p") if isinstance(item, Mark)]
    assert marks == ["one", "two"]


def test_a_landmark_that_never_ends_is_a_cut() -> None:
    mark = items("<h1>Plan", "h1")[0]
    assert isinstance(mark, Mark)
    with pytest.raises(TruncatedPage):
        _ = mark.text


def test_visible_text() -> None:
    assert visible("a<br>b &amp;\u00a0<b>c</b>") == "a b & c"
    assert visible("<p>a</p> <p>b<br/>c</p>", breaks="\n") == "a\nb\nc"


@pytest.mark.parametrize("page", ["<p>x</p><table clas", "<p>x</p><!-- never", "<p>x</p><script>var a", "x<STYLE>"])
def test_a_page_that_ends_midway(page: str) -> None:
    with pytest.raises(TruncatedPage):
        must_end(page)


def test_a_body_must_close() -> None:
    must_close("<p>a part of a page</p>")
    must_close("<html><body>x</body></html> <p>more</p>")
    with pytest.raises(TruncatedPage):
        must_close("<html><body><p>x</p>")


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(SourceChanged):
        items("<table><tr><td>" * 100)


@pytest.mark.parametrize("noise", ["<td ", "<!--", "<script>", "<table", "<td class='", "</"])
def test_noise_costs_linear_time(noise: str) -> None:
    start = time.process_time()
    items(noise * (1_000_000 // len(noise)), "div")
    assert time.process_time() - start < 2
