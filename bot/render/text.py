"""Owns what becomes of a string before it is drawn: cleaning, measuring, fitting and wrapping."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from bot.render.fonts import RAQM, Font, fallback_points, inter_points, load

MAX_CHARACTERS = 240
"""Longer texts are cut: no card has room for them."""
_MAX_MARKS = 2
"""Combining marks on one letter; more of them would climb into the neighbours."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Me"})
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_STRIKE_RISE = 0.29
ELLIPSIS = "…"
_VOWELS = frozenset("aeiouyæøаеиоуыэюяєіїёαεηιουω")
_NO_MARKS = dict.fromkeys(range(0x300, 0x370))


@lru_cache(maxsize=2048)
def clean(raw: str) -> str:
    """One line of letters that can be drawn.

    Emoji, control and format characters go, blanks collapse, marks are capped at two a letter, the length at
    `MAX_CHARACTERS`; a letter that no font has becomes its base letter or "?".
    """
    composed = unicodedata.normalize("NFC", raw[: 4 * MAX_CHARACTERS])
    kept: list[str] = []
    marks = 0
    for raw_char in composed:
        category = unicodedata.category(raw_char)
        blank = raw_char.isspace() or category == "Cc"
        char, category = (" ", "Zs") if blank else (raw_char, category)
        if category in _DROPPED or ord(char) in _VARIATION_SELECTORS or ord(char) in _SKIN_TONES:
            continue
        if category == "So" and ord(char) not in inter_points():
            continue
        marks = marks + 1 if category == "Mn" else 0
        if marks > _MAX_MARKS or (marks and (not kept or kept[-1] == " ")):
            continue
        kept.append(char)
    text = " ".join("".join(kept).split())
    if len(text) > MAX_CHARACTERS:
        text = text[: MAX_CHARACTERS - 1].rstrip() + ELLIPSIS
    return _drawable(text)


def _drawable(text: str) -> str:
    if inter_points().issuperset(map(ord, text)):
        return text
    return "".join(_glyph_for(char) for char in text)


def _glyph_for(char: str) -> str:
    known = inter_points() | fallback_points()
    if ord(char) in known:
        return char
    if unicodedata.category(char) == "Mn":
        return ""
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if ord(c) in known and not unicodedata.combining(c))
    return base or "?"


def needs_fallback(text: str) -> bool:
    """Whether a cleaned text is set in DejaVu: one font a text, so that shaping and direction stay whole."""
    return not inter_points().issuperset(map(ord, text))


def tabular_features(font: Font) -> list[str] | None:
    """OpenType features of a font; without Raqm Pillow has none."""
    return ["tnum"] if font.tabular and RAQM else None


@lru_cache(maxsize=2048)
def width(text: str, font: Font) -> int:
    """Advance of a cleaned text in px, rounded up."""
    return _measure(text, font)


def _measure(text: str, font: Font) -> int:
    face = load(font.weight, font.size, fallback=needs_fallback(text))
    return int(-(-face.getlength(text, features=tabular_features(font)) // 1))


@lru_cache(maxsize=2048)
def fit(text: str, font: Font, room: int) -> str:
    """The text, or as much of it as fits with "…"; "" when not even one letter does."""
    if width(text, font) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if _measure(text[:middle].rstrip() + ELLIPSIS, font) <= room:
            low = middle
        else:
            high = middle - 1
    head = text[:low].rstrip(" .,:;/-–·(")
    return head + ELLIPSIS if head else ""


@lru_cache(maxsize=2048)
def fit_name(name: str, font: Font, room: int) -> str:
    """A person's name: «S. Wierzbicka», else «Wierzbicka», else «Wierzb…»."""
    if width(name, font) <= room:
        return name
    words = name.split()
    initial_first = len(words) > 1 and words[0].endswith(".")
    last = words[-1] if initial_first or len(words) == 2 else name
    return fit(last, font, room)


@lru_cache(maxsize=2048)
def split_in_two(text: str, font: Font, room: int, first_room: int) -> tuple[str, ...] | None:
    """The text on one line of `first_room` px, or on two lines as even as can be; None when that needs an ellipsis."""
    if width(text, font) <= first_room:
        return (text,)
    words = text.split()
    splits = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    fitting = [pair for pair in splits if width(pair[0], font) <= first_room and width(pair[1], font) <= room]
    return min(fitting, key=lambda pair: max(width(pair[0], font), width(pair[1], font))) if fitting else None


@lru_cache(maxsize=1024)
def wrap(text: str, font: Font, room: int, lines: int, *, first_room: int | None = None) -> tuple[str, ...]:
    """At most `lines` lines; the last one ends in "…" when the text is longer. The first may be narrower."""
    words, done, current = text.split(), list[str](), ""
    rooms = [first_room or room, *[room] * lines]
    for at, word in enumerate(words):
        if len(done) == lines - 1:
            current = " ".join([*([current] if current else []), *words[at:]])
            break
        tried = f"{current} {word}".strip()
        if not current or width(tried, font) <= rooms[len(done)]:
            current = tried
        else:
            done.append(current)
            current = word
    if current:
        done.append(current)
    fitted = (fit(line, font, space) for line, space in zip(done[:lines], rooms, strict=False))
    return tuple(line for line in fitted if line)


@lru_cache(maxsize=2048)
def shorten(text: str, font: Font, room: int) -> str:
    """A name on one line: whole, else with words cut as schools cut them («Англ. мова», «Anglų k.»), else with "…"."""
    words = text.split()
    whole = words[:1]
    if width(text, font) > room and 2 <= len(words) <= 4:
        for at in range(len(words)):
            for kept in _cuts(words[at]):
                words[at] = kept
                shorter = " ".join(words)
                if width(shorter, font) <= room:
                    return shorter
        if len(words) == 2 and words[1][:2].isalpha():
            for first in (*whole, words[0]):
                shorter = f"{first} {words[1][0]}."
                if width(shorter, font) <= room:
                    return shorter
    return fit(text, font, room)


def _cuts(word: str) -> list[str]:
    """Ways to cut a word, the longest first: after a consonant, before a vowel, three letters at least."""
    plain = unicodedata.normalize("NFD", word.lower())
    if len(word) < 5 or not word.isalpha() or len(plain.translate(_NO_MARKS)) != len(word):
        return []
    plain = plain.translate(_NO_MARKS)
    places = [at for at in range(len(word) - 2, 2, -1) if plain[at] in _VOWELS and plain[at - 1] not in _VOWELS]
    return [word[:at] + "." for at in places]


def strike_height(font: Font) -> int:
    """How far above the baseline a strike-through lies, in px: the middle of the small letters."""
    return round(font.size * _STRIKE_RISE)


def forget() -> None:
    """Drop the measures that are kept."""
    for kept in (clean, width, fit, fit_name, split_in_two, wrap, shorten):
        kept.cache_clear()
