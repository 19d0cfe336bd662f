"""Owns the fonts: Inter from the package, DejaVu from the system where it is there, and what each of them covers."""

from __future__ import annotations

import io
import struct
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from PIL import ImageFont, features

RAQM = bool(features.check("raqm"))
_LAYOUT = ImageFont.Layout.RAQM if RAQM else ImageFont.Layout.BASIC

_FALLBACK_FOLDERS = (
    "/usr/share/fonts/truetype/dejavu",  # Debian
    "/usr/share/fonts/dejavu-sans-fonts",  # Fedora
    "/usr/share/fonts/dejavu",  # Alpine
    "/usr/share/fonts/TTF",  # Arch
)
_FALLBACK_FILES = {"Regular": "DejaVuSans.ttf", "SemiBold": "DejaVuSans-Bold.ttf", "Bold": "DejaVuSans-Bold.ttf"}


class Font(NamedTuple):
    """A font as the layout names it: size in px; `tabular` gives figures of equal width."""

    weight: str
    size: int
    tabular: bool = False


def _inter_file(weight: str) -> Traversable:
    return resources.files("bot.render") / "fonts" / f"Inter-{weight}.ttf"


def _inter_path(weight: str) -> Path | None:
    """The font as a file, unless the package is run from an archive."""
    file = _inter_file(weight)
    return file if isinstance(file, Path) else None


@cache
def _fallback_path(weight: str) -> Path | None:
    for folder in _FALLBACK_FOLDERS:
        path = Path(folder) / _FALLBACK_FILES[weight]
        if path.is_file():
            return path
    return None


@lru_cache(maxsize=64)
def load(weight: str, size: int, *, fallback: bool = False) -> ImageFont.FreeTypeFont:
    """The font of Pillow. With `fallback`, DejaVu, which must be there (see `fallback_points`)."""
    path = _fallback_path(weight) if fallback else _inter_path(weight)
    # From a path FreeType maps the file once for all sizes; from bytes every size would hold a copy.
    source = str(path) if path is not None else io.BytesIO(_inter_file(weight).read_bytes())
    return ImageFont.truetype(source, size, layout_engine=_LAYOUT)


@cache
def inter_points() -> frozenset[int]:
    """The code points of the vendored fonts; the three weights cover the same."""
    return _code_points(_inter_file("Regular").read_bytes())


@cache
def fallback_points() -> frozenset[int]:
    """The code points that both weights of the system's DejaVu cover; empty when it is not installed."""
    paths = [_fallback_path(weight) for weight in ("Regular", "Bold")]
    sets = [_code_points(path.read_bytes()) for path in paths if path is not None]
    return sets[0] & sets[1] if len(sets) == 2 else frozenset()


def _code_points(font: bytes) -> frozenset[int]:
    """What a TrueType font's `cmap` maps to a glyph: formats 4 and 12, as in the OpenType specification."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * i) for i in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    points: set[int] = set()
    for i in range(count):
        platform, _, offset = struct.unpack_from(">HHL", font, cmap + 4 + 8 * i)
        at = cmap + offset
        (form,) = struct.unpack_from(">H", font, at)
        if platform in (0, 3) and form == 4:
            points |= _format_4(font, at)
        elif platform in (0, 3) and form == 12:
            (groups,) = struct.unpack_from(">L", font, at + 12)
            for g in range(groups):
                first, last, _ = struct.unpack_from(">LLL", font, at + 16 + 12 * g)
                points.update(range(first, last + 1))
    return frozenset(points)


def _format_4(font: bytes, at: int) -> set[int]:
    (double,) = struct.unpack_from(">H", font, at + 6)
    n = double // 2
    ends = struct.unpack_from(f">{n}H", font, at + 14)
    starts = struct.unpack_from(f">{n}H", font, at + 16 + 2 * n)
    deltas = struct.unpack_from(f">{n}H", font, at + 16 + 4 * n)
    ranges_at = at + 16 + 6 * n
    offsets = struct.unpack_from(f">{n}H", font, ranges_at)
    points: set[int] = set()
    for i, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for point in range(first, min(last, 0xFFFE) + 1):
            if offset:
                (glyph,) = struct.unpack_from(">H", font, ranges_at + 2 * i + offset + 2 * (point - first))
            else:
                glyph = point + delta & 0xFFFF
            if glyph:
                points.add(point)
    return points
