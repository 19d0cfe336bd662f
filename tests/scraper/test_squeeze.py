"""Text of a page as one line."""

from __future__ import annotations

from bot.scraper.page import squeeze


def test_what_is_no_character_goes_and_words_stay_apart() -> None:
    assert squeeze(" a\xa0\n\tb \xad \x00\x85\ud800c\x9f\xad\ufeff ") == "a b c"


def test_what_comes_out_can_be_encoded() -> None:
    assert squeeze("".join(map(chr, range(0xD7F0, 0xE010)))).encode("utf-8")
