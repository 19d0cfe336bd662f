"""Owns the colours: the two themes, the subject hues, and the fixed 256-colour palette that each theme is drawn in."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

Rgb = tuple[int, int, int]

SLOTS = 12
"""How many subject hues there are. Hues near red (cancelled, exam) and amber (changed) are left free."""

SUBJECT_STEPS = 4
STEPS = 3
"""Anti-aliasing steps from a ground to a subject's name, and to smaller texts: more of them would only cost bytes."""
FRINGE = 40
"""Coverage (of 255) so faint or so full that it is drawn as none or all."""


class Hue(NamedTuple):
    """The three colours of a subject."""

    ground: Rgb
    bar: Rgb
    text: Rgb


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """A named set of colours. `struck` is old text, `note_*` are grounds of pills, `*_line` frames."""

    name: str
    page: Rgb
    card: Rgb
    line: Rgb
    text: Rgb
    meta: Rgb
    struck: Rgb
    amber: Rgb
    amber_ground: Rgb
    amber_line: Rgb
    red: Rgb
    red_ground: Rgb
    red_line: Rgb
    on_red: Rgb
    today: Rgb
    accent: Rgb
    accent_ground: Rgb
    hues: tuple[Hue, ...]

    def hue(self, slot: int | None) -> Hue:
        """The colours of a slot; a lesson without a subject is neutral."""
        return Hue(self.card, self.struck, self.text) if slot is None else self.hues[slot % SLOTS]


def _rgb(code: str) -> Rgb:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def _hues(*rows: str) -> tuple[Hue, ...]:
    return tuple(Hue(*map(_rgb, row.split())) for row in rows)


# OKLCH hues 250 150 300 200 350 125 275 225 50 175 325 105; light: ground L .945 C .038, bar L .60 C .15, text
# L .36 C .10; dark: ground L .305 C .05, bar L .72 C .13, text L .91 C .055. Written out, so that no platform rounds
# them differently.
LIGHT = Theme(
    name="light",
    page=_rgb("f4f6f9"),
    card=_rgb("ffffff"),
    line=_rgb("dde3ea"),
    text=_rgb("111822"),
    meta=_rgb("4a5766"),
    struck=_rgb("5a6677"),
    amber=_rgb("7a4500"),
    amber_ground=_rgb("ffe9b0"),
    amber_line=_rgb("eea21a"),
    red=_rgb("b3261e"),
    red_ground=_rgb("fde8e6"),
    red_line=_rgb("c9302c"),
    on_red=_rgb("ffffff"),
    today=_rgb("e3e8ef"),
    accent=_rgb("1756c4"),
    accent_ground=_rgb("e3edff"),
    hues=_hues(
        "daefff 2784d5 023f6f",
        "dcf5e0 25984d 004b1e",
        "f0e8ff 8f68cb 462e69",
        "d0f5f7 0099a3 004b52",
        "ffe3f0 c0558d 622344",
        "e7f2d6 6c8e03 314500",
        "e5ebff 6875d8 2f3671",
        "d3f3ff 0090c3 004664",
        "ffe6d7 c46016 652900",
        "d4f6eb 009c7b 004d3a",
        "fbe5fb ac5db1 562759",
        "f0efd2 8f8300 463f00",
    ),
)
DARK = Theme(
    name="dark",
    page=_rgb("0f141a"),
    card=_rgb("1a212b"),
    line=_rgb("2b3542"),
    text=_rgb("f2f5f8"),
    meta=_rgb("b3bfcc"),
    struck=_rgb("919eac"),
    amber=_rgb("ffc85c"),
    amber_ground=_rgb("3b2c0c"),
    amber_line=_rgb("e0a52e"),
    red=_rgb("ff9d92"),
    red_ground=_rgb("3f1d1d"),
    red_line=_rgb("f07167"),
    on_red=_rgb("2a0f0c"),
    today=_rgb("1c242e"),
    accent=_rgb("8ab8ff"),
    accent_ground=_rgb("1c2f4d"),
    hues=_hues(
        "1a3147 60aaf3 c6e5ff",
        "1b3621 62bb78 c8ecce",
        "332945 b191ea e6daff",
        "033639 00bcc5 b7edf0",
        "422433 e181b0 ffd3e6",
        "293316 92b352 d9e8c1",
        "282d48 8d9df5 d6dfff",
        "0b3442 22b5e1 bbeafd",
        "41281a e58b55 ffd8c1",
        "0c372e 21bfa0 bceedf",
        "3c263d cd87d1 f5d5f6",
        "333010 b1a93a e6e4ba",
    ),
)
THEMES: Mapping[str, Theme] = {"light": LIGHT, "dark": DARK}


def mix(ground: Rgb, ink: Rgb, share: float) -> Rgb:
    """`share` of `ink` over `ground`."""
    r, g, b = (round(x + (y - x) * share) for x, y in zip(ground, ink, strict=True))
    return r, g, b


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG 2 contrast ratio, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Rgb) -> float:
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def assign_slots(subjects: Iterable[str], known: Mapping[str, int]) -> dict[str, int]:
    """Colour slots for subjects: what is known stays, new ones take their hashed slot or the next free one.

    The caller persists the result per school, so that a subject never changes its colour when another one appears.
    """
    slots = {subject: slot % SLOTS for subject, slot in known.items()}
    by_key = {subject_key(subject): slot for subject, slot in slots.items()}
    used = set(slots.values())
    for subject in sorted(set(subjects), key=lambda name: (subject_key(name), name)):
        key = subject_key(subject)
        if not key or subject in slots:
            continue
        if key not in by_key:
            wanted = hashlib.blake2s(key.encode(), digest_size=2).digest()[0] % SLOTS
            probes = [(wanted + step) % SLOTS for step in range(SLOTS)]
            by_key[key] = next((slot for slot in probes if slot not in used), wanted)
            used.add(by_key[key])
        slots[subject] = by_key[key]
    return slots


def subject_key(subject: str) -> str:
    """What makes two spellings one subject: compatibility forms, case and outer blanks do not count."""
    return unicodedata.normalize("NFKC", subject.encode("utf-8", "replace").decode()).casefold().strip()


class Palette:
    """The fixed palette of a theme: at most 256 colours, in an order that compresses.

    Each ground is followed by the shades from it to the colours that texts on it have, in the same order for every
    ground: the difference between neighbouring pixels (PNG's filters) is then the same for a word in any hue.
    """

    def __init__(self, theme: Theme) -> None:
        self.colours: list[Rgb] = []
        self.index: dict[Rgb, int] = {}
        self._ramps: dict[tuple[Rgb, Rgb], tuple[int, ...]] = {}
        for ground, inks in _grounds(theme):
            first = self._add(ground)
            for ink, steps in inks:
                shades = [self._add(mix(ground, ink, step / steps)) for step in range(1, steps + 1)]
                self._ramps[ground, ink] = (first, *shades)
        for colour in _flat(theme):
            if colour not in self.index:
                self._add(colour)
        if len(self.colours) > 256:
            raise ValueError(f"{len(self.colours)} colours in the palette of {theme.name}")

    def _add(self, colour: Rgb) -> int:
        self.colours.append(colour)
        self.index.setdefault(colour, len(self.colours) - 1)
        return len(self.colours) - 1

    def ramp(self, ground: Rgb, ink: Rgb) -> bytes:
        """256 bytes: the palette entry for each coverage of `ink` over `ground`.

        Pairs that only touch at an edge have no shades of their own and borrow the nearest.
        """
        shades = self._ramps.get((ground, ink))
        if shades is None:
            between = [self._nearest(mix(ground, ink, step / 4)) for step in range(1, 4)]
            shades = (self.index[ground], *between, self.index[ink])
        steps = len(shades) - 1
        return bytes(shades[_step(coverage, steps)] for coverage in range(256))

    def _nearest(self, shade: Rgb) -> int:
        r, g, b = shade
        distances = [(x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2 for x, y, z in self.colours]
        return distances.index(min(distances))


def _step(coverage: int, steps: int) -> int:
    inner = min(max(coverage - FRINGE, 0), 255 - 2 * FRINGE)
    return (2 * inner * steps + 255 - 2 * FRINGE) // (2 * (255 - 2 * FRINGE))


def hairline(hue: Hue) -> Rgb:
    """The thin line on a subject's ground."""
    return mix(hue.ground, hue.bar, 0.5)


def _grounds(theme: Theme) -> Iterable[tuple[Rgb, tuple[tuple[Rgb, int], ...]]]:
    """What texts stand on, and for each of their colours how many steps lead to it."""
    for hue in theme.hues:
        yield hue.ground, ((hue.text, SUBJECT_STEPS), (theme.meta, STEPS), (theme.text, STEPS))
    yield theme.page, ((theme.text, SUBJECT_STEPS), (theme.meta, STEPS), (theme.accent, 3))
    yield theme.card, ((theme.text, SUBJECT_STEPS), (theme.meta, STEPS), (theme.red, STEPS))
    yield theme.accent_ground, ((theme.accent, STEPS),)
    yield theme.amber_ground, ((theme.amber, STEPS),)
    yield theme.red_ground, ((theme.red, STEPS),)
    yield theme.red_line, ((theme.on_red, STEPS),)


def _flat(theme: Theme) -> list[Rgb]:
    """Every colour that areas are filled with."""
    flat = [getattr(theme, name) for name in Theme.__slots__ if name not in ("name", "hues")]
    return [*flat, *(colour for hue in theme.hues for colour in hue), *map(hairline, theme.hues)]


@cache
def palette_of(theme: Theme) -> Palette:
    """The palette of a theme, made once."""
    return Palette(theme)
