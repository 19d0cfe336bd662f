"""XML in sections: repairs, limits, cuts."""

from __future__ import annotations

import pytest

from bot.errors import SourceChanged, TruncatedPage
from bot.scraper.xmltree import sections

ROWS = frozenset({"row"})


def texts(text: str) -> list[str]:
    return ["".join(element.itertext()) for element in sections(text, ROWS)]


def test_sections_are_whole_and_in_order() -> None:
    assert texts("<a><row>1<b>x</b></row><c/><row>2</row></a>") == ["1x", "2"]


def test_a_wrong_declaration_and_a_byte_order_mark_do_no_harm() -> None:
    assert texts('\ufeff<?xml version="1.0" encoding="utf-16"?><a><row>ä</row></a>') == ["ä"]


def test_entities_of_html_and_bare_ampersands_are_read() -> None:
    assert texts("<a><row>a&nbsp;b &auml; R&D &foo; &amp; &#228;\x0b</row></a>") == ["a\u00a0b ä R&D &foo; & ä"]


@pytest.mark.parametrize("cut", ["<a><row>1</row>", "<a><row>1</ro", "<a><row>1</row></a", "<a"])
def test_a_cut_document(cut: str) -> None:
    with pytest.raises(TruncatedPage):
        texts(cut)


def test_a_bomb_is_refused_before_it_is_read() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a><row>&c;</row></a>'
    with pytest.raises(SourceChanged, match="document type"):
        texts(bomb)


@pytest.mark.parametrize("text", ["<a>" * 50 + "</a>" * 50, "<a><row></a></row>", "<a></a><a></a>"])
def test_what_is_no_plan(text: str) -> None:
    with pytest.raises(SourceChanged):
        texts(text)
