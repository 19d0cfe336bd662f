"""Colours can be read, fit their palette, and stay with their subject."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import THEMES, Theme, assign_slots
from bot.render.canvas import Canvas
from bot.render.day import compose_day
from bot.render.homework import compose_homework
from bot.render.palette import SLOTS, Palette, contrast, hairline
from bot.render.week import compose_week
from tools import picture_samples as samples

both_themes = pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))


def _oklch(lightness: float, chroma: float, hue: float) -> tuple[int, int, int]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )

    def channel(value: float) -> int:
        value = min(1, max(0, value))
        return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))

    return channel(linear[0]), channel(linear[1]), channel(linear[2])


HUES = (250, 150, 300, 200, 350, 125, 275, 225, 50, 175, 325, 105)


def test_the_hues_are_those_of_oklch() -> None:
    for number, degrees in enumerate(HUES):
        light, dark = THEMES["light"].hues[number], THEMES["dark"].hues[number]
        assert tuple(light) == (_oklch(0.945, 0.038, degrees), _oklch(0.60, 0.15, degrees), _oklch(0.36, 0.10, degrees))
        chroma = 0.045 if degrees == 50 else 0.05
        assert tuple(dark) == (
            _oklch(0.305, chroma, degrees),
            _oklch(0.72, 0.13, degrees),
            _oklch(0.91, 0.055, degrees),
        )


def test_no_hue_looks_like_a_warning() -> None:
    """Red and amber are kept for what is cancelled and changed."""
    assert not [hue for hue in HUES if 15 <= hue <= 45 or 60 <= hue <= 100]


@both_themes
def test_every_text_that_can_stand_on_a_subject_can_be_read(theme: Theme) -> None:
    for hue in theme.hues:
        for ink in (hue.text, theme.text, theme.meta, theme.struck, theme.amber):
            assert contrast(ink, hue.ground) >= 4.5
        assert contrast(hue.text, hue.ground) >= 8.4
        assert contrast(hue.bar, theme.page) >= 3
        assert contrast(theme.accent, hue.ground) >= 3, "the book"
    assert contrast(theme.red_line, theme.page) >= 3


def _canvases(theme: Theme) -> list[Canvas]:
    langs = samples.WORDS
    return [
        *(compose_day(samples.day_of_states(lang), theme) for lang in langs),
        *(compose_week(samples.week_of_states(lang), theme) for lang in langs),
        *(compose_homework(samples.homework(lang), theme) for lang in langs),
        compose_day(samples.full_day("de"), theme),
        compose_week(samples.crowded_week("cs"), theme),
    ]


@both_themes
def test_every_text_that_is_drawn_can_be_read(theme: Theme) -> None:
    pairs = {(ink.colour, ink.ground) for canvas in _canvases(theme) for ink in canvas.inks}
    assert len(pairs) > 40
    poor = {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5}
    assert not poor


@both_themes
def test_the_palette_holds_every_flat_colour_exactly(theme: Theme) -> None:
    palette = Palette(theme)
    assert len(palette.colours) <= 256
    for hue in theme.hues:
        for colour in (*hue, hairline(hue)):
            assert palette.colours[palette.index[colour]] == colour


@both_themes
def test_a_ramp_goes_from_ground_to_ink_without_turning_back(theme: Theme) -> None:
    palette = Palette(theme)
    for hue in theme.hues:
        for ink in (hue.text, theme.text, theme.meta):
            shades = [palette.colours[entry] for entry in palette.ramp(hue.ground, ink)]
            assert (shades[0], shades[-1]) == (hue.ground, ink)
            steps = [contrast(shade, hue.ground) for shade in shades]
            assert all(one <= other for one, other in pairwise(steps))
            assert len(set(shades)) >= 4


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


names = st.lists(st.text(min_size=1, max_size=12), max_size=20)


@given(first=names, later=names)
def test_a_subject_keeps_its_colour_when_others_come(first: list[str], later: list[str]) -> None:
    known = assign_slots(first, {})
    grown = assign_slots([*later, *first], known)
    assert {name: grown[name] for name in known} == known
    assert all(0 <= slot < SLOTS for slot in grown.values())
    assert assign_slots(reversed([*later, *first]), known) == grown


def test_twelve_subjects_have_twelve_colours_and_a_thirteenth_has_one_of_them() -> None:
    subjects = [f"Subject {number}" for number in range(12)]
    slots = assign_slots(subjects, {})
    assert sorted(slots.values()) == list(range(12))
    assert assign_slots([*subjects, "One more"], slots)["One more"] in range(12)


def test_spellings_of_a_subject_share_a_colour() -> None:
    slots = assign_slots(["Mathematik", "MATHEMATIK", " mathematik", "Ｍathematik"], {})
    assert len(set(slots.values())) == 1
    assert assign_slots(["FIZIKA"], {"Fizika": 7})["FIZIKA"] == 7


def test_slots_are_the_same_on_every_machine() -> None:
    """`hash()` would differ from process to process."""
    assert assign_slots(["Matematyka", "Fizyka", "Historia"], {}) == {"Matematyka": 8, "Fizyka": 7, "Historia": 2}


def test_no_subject_has_no_colour() -> None:
    assert assign_slots(["", "  "], {}) == {}
    assert THEMES["light"].hue(None).ground == THEMES["light"].card
