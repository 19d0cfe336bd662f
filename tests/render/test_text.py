"""What becomes of published strings before they are drawn."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import render
from bot.render import fonts
from bot.render.fonts import Font, fallback_points, inter_points, load
from bot.render.text import MAX_CHARACTERS, clean, fit, fit_name, shorten, split_in_two, width, wrap
from tools import picture_samples as samples

FONT = Font("Regular", 29)
BOLD = Font("SemiBold", 29)

ALPHABETS = {
    "lt": "AĄBCČDEĘĖFGHIĮYJKLMNOPRSŠTUŲŪVZŽaąbcčdeęėfghiįyjklmnoprsštuųūvzž„“",
    "pl": "AĄBCĆDEĘFGHIJKLŁMNŃOÓPQRSŚTUVWXYZŹŻaąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż„”",
    "cs": "AÁBCČDĎEÉĚFGHIÍJKLMNŇOÓPQRŘSŠTŤUÚŮVWXYÝZŽaábcčdďeéěfghiíjklmnňoópqrřsštťuúůvwxyýzž",
    "sk": "ÄĽĹŇÔŔŠŤäľĺňôŕšť",
    "de": "ÄÖÜßẞäöü",
    "lv": "ĀČĒĢĪĶĻŅŠŪŽāčēģīķļņšūž",
    "et": "ÄÕÖÜŠŽäõöüšž",
    "hu": "ÁÉÍÓÖŐÚÜŰáéíóöőúüű",
    "ro": "ĂÂÎȘȚăâîșț",
    "hr": "ČĆĐŠŽčćđšž",
    "tr": "ÇĞİÖŞÜçğıöşü",
    "fr": "ÀÂÇÉÈÊËÎÏÔŒÙÛÜŸàâçéèêëîïôœùûüÿ",
    "es": "ÁÉÍÑÓÚÜáéíñóúü¿¡",
    "is": "ÁÐÉÍÓÚÝÞÆÖáðéíóúýþæö",
    "uk": "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯабвгґдеєжзиіїйклмнопрстуфхцчшщьюя’«»",
    "ru": "ЁЪЫЭёъыэ",
    "be": "ЎІЁўіё",
    "sr": "ЂЈЉЊЋЏђјљњћџ",
    "kk": "ӘҒҚҢӨҰҮҺІәғқңөұүһі",
    "el": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "vi": "ĂÂĐÊÔƠƯăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệ",
    "signs": "0123456789.,:;–—-()/&%+→←✓№€₴₽°·…!?≠",
}


@pytest.mark.parametrize("lang", ALPHABETS)
def test_the_vendored_fonts_cover_the_scripts(lang: str) -> None:
    expected = set(map(ord, ALPHABETS[lang]))
    if lang == "vi":
        expected -= set(map(ord, "ƠƯơư"))
    assert not {chr(point) for point in expected - inter_points()}


def test_the_three_weights_cover_the_same() -> None:
    sets = [fonts._code_points(fonts._inter_file(weight).read_bytes()) for weight in ("Regular", "SemiBold", "Bold")]
    assert sets[0] == sets[1] == sets[2] == inter_points()
    assert len(inter_points()) > 700


def test_figures_are_tabular() -> None:
    tabular = Font("SemiBold", 29, tabular=True)
    assert len({width(figure * 4, tabular) for figure in "0123456789"}) == 1


@pytest.mark.parametrize(
    ("raw", "drawn"),
    [
        ("  Fizika\t\n 2 ", "Fizika 2"),
        ("Sport 🏀⚽️ klubas", "Sport klubas"),
        ("1️⃣ pamoka", "1 pamoka"),
        ("👩‍🏫 Ona", "Ona"),
        ("🇱🇹 kalba", "kalba"),
        ("a\x00b\x07c", "a b c"),
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("so\u00adft", "soft"),
        ("e\u0301tude", "étude"),
        ("№ 4 → 12 °C", "№ 4 → 12 °C"),
        ("\ud800x", "x"),
        ("\u0301a", "a"),
        ("", ""),
    ],
)
def test_cleaning(raw: str, drawn: str) -> None:
    assert clean(raw) == drawn


def test_marks_are_capped() -> None:
    zalgo = "f" + "\u0323\u0307\u0302\u0301" * 30 + "izika"
    assert sum(unicodedata.combining(char) > 0 for char in clean(zalgo)) <= 2
    assert clean(zalgo).endswith("izika")


def test_a_huge_cell_is_cut() -> None:
    assert len(clean("x" * 100_000)) == MAX_CHARACTERS
    assert clean("\u0301" * 100_000) == ""


def test_a_letter_without_a_glyph_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.render.text.fallback_points", frozenset)
    clean.cache_clear()
    try:
        assert clean("数学 2") == "?? 2"
        assert clean("Ｆizika") == "Fizika"
        assert clean("ﬁzika") == "fizika"
    finally:
        clean.cache_clear()


@pytest.mark.skipif(not fallback_points(), reason="DejaVu is not installed")
def test_the_fallback_draws_what_inter_has_not() -> None:
    text = clean("ქართული")
    assert text == "ქართული"
    assert width(text, FONT) > 60


@given(st.text(max_size=300))
def test_what_is_cleaned_can_be_drawn(raw: str) -> None:
    text = clean(raw)
    assert set(map(ord, text)) <= inter_points() | fallback_points()
    assert len(text) <= 3 * MAX_CHARACTERS
    assert clean(text) == text
    assert "\n" not in text


@given(st.text(alphabet=ALPHABETS["lt"] + ALPHABETS["uk"] + " ", max_size=80), st.integers(1, 400))
def test_what_is_fitted_fits(raw: str, room: int) -> None:
    text = clean(raw)
    for fitted in (fit(text, FONT, room), fit_name(text, FONT, room), shorten(text, FONT, room)):
        assert width(fitted, FONT) <= room or not fitted
    lines = wrap(text, FONT, room, 2)
    assert len(lines) <= 2
    assert all(width(line, FONT) <= room for line in lines)
    pair = split_in_two(text, FONT, room, room)
    assert pair is None or (" ".join(pair) == text and all(width(line, FONT) <= room for line in pair))


def test_what_fits_is_left_alone() -> None:
    assert fit("Fizika", FONT, 500) == "Fizika"
    assert fit_name("S. Wierzbicka", FONT, 500) == "S. Wierzbicka"
    assert shorten("Англійська мова", FONT, 500) == "Англійська мова"
    assert wrap("viena dvi trys", FONT, 500, 2) == ("viena dvi trys",)


def test_a_name_loses_its_initial_before_its_letters() -> None:
    room = width("Wierzbicka", FONT) + 4
    assert fit_name("S. Wierzbicka", FONT, room) == "Wierzbicka"
    assert fit_name("S. Wierzbicka", FONT, room - 30).endswith("…")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Англійська мова", "Англ. мова"),
        ("Fizinis ugdymas", "Fiz. ugdymas"),
        ("Výtvarná výchova", "Výtv. výchova"),
        ("Anglų kalba", "Anglų k."),
        ("Англійська мова", "Англ. м."),
        ("Język polski", "Język p."),
        ("Vokiečių kalba", "Vokieč. kalba"),
    ],
)
def test_a_name_is_cut_as_schools_cut_it(name: str, short: str) -> None:
    assert shorten(name, BOLD, width(short, BOLD)) == short


def test_one_long_word_ends_in_an_ellipsis() -> None:
    assert shorten("Fremdsprachenunterricht", BOLD, 150).endswith("…")


def test_a_font_is_loaded_once_for_a_size() -> None:
    assert load("Bold", 30) is load("Bold", 30)


def test_what_is_forgotten_is_drawn_alike_again() -> None:
    view = samples.day_of_states("lt")
    first = render.draw_day(view, render.THEMES["light"])
    assert width.cache_info().currsize > 0
    render.forget()
    assert width.cache_info().currsize == 0
    assert fonts.load.cache_info().currsize == 0
    assert render.draw_day(view, render.THEMES["light"]) == first
