"""The built-in HTML parser against the official one, on markup made of the pieces that matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.standin.entities import EntityError, parse_html, parse_html_here

PIECES = st.sampled_from(
    [
        *(
            "<b>",
            "</b>",
            "<i>",
            "</i>",
            "<u >",
            "</u>",
            "<s>",
            "</s>",
            "<code>",
            "</code>",
            "<pre>",
            "</pre>",
            "</>",
            "<B>",
        ),
        *(
            '<a href="https://x.y/">',
            "<a href='https://x.y/'>",
            "</a>",
            '<span class="tg-spoiler">',
            "</span>",
            "<span>",
        ),
        *("<blockquote expandable>", "<blockquote>", "</blockquote>", "<x>", "<", "</", "&", "&lt;", "&gt", "&amp;"),
        *(
            "&quot;",
            "&nbsp;",
            "&#65;",
            "&#x1F600;",
            "&#0;",
            "&#1114111;",
            "x",
            "ą",
            "\U0001f600",
            " ",
            "\n",
            "1 < 2",
            "=",
            '"',
        ),
    ]
)
MARKUP = st.lists(PIECES, max_size=12).map("".join)
WRAPPED = st.tuples(st.sampled_from("bius"), MARKUP).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")


def outcome(parse: object, source: str) -> tuple[bool, str]:
    assert callable(parse)
    try:
        return True, parse(source).text
    except EntityError as error:
        return False, str(error)


@settings(max_examples=400, deadline=None)
@given(MARKUP | WRAPPED)
def test_the_built_in_parser_agrees_with_the_official_one(source: str) -> None:
    pytest.importorskip("tdjson", reason="the official parser is not installed")
    assert outcome(parse_html_here, source) == outcome(parse_html, source)


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>9a</b> x", "9a x", [("bold", 0, 2)]),
        ("\U0001f600<i>č</i>", "\U0001f600č", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ('<a href="https://x.y/?a=1&amp;b=2">l</a>', "l", [("text_link", 0, 1)]),
        ("<tg-spoiler>s</tg-spoiler>", "s", [("spoiler", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("&lt;b&gt; &copy; & &#8211;", "<b> &copy; & –", []),
    ],
)
def test_entities_are_those_of_the_bot_api(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    for parse in (parse_html, parse_html_here):
        parsed = parse(source)
        assert parsed.text == text
        assert [(entity["type"], entity["offset"], entity["length"]) for entity in parsed.entities] == entities


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>č<i>x</b></i>", 'Unmatched end tag at byte offset 9, expected "</i>", found "</b>"'),
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
    ],
)
def test_errors_are_in_the_servers_words(source: str, words: str) -> None:
    for parse in (parse_html, parse_html_here):
        with pytest.raises(EntityError) as caught:
            parse(source)
        assert str(caught.value) == f"can't parse entities: {words}"
