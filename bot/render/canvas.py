"""Owns the pixels: a canvas of palette indices, anti-aliased shapes and text blitted through ramps, and the PNG."""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from functools import cache, lru_cache
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

from bot.render.fonts import Font, load
from bot.render.palette import Rgb, Theme, palette_of
from bot.render.shapes import corner, sign
from bot.render.text import needs_fallback, strike_height, tabular_features, width

MAX_WIDTH = 1280
MAX_HEIGHT = 1280
_BAND = 64
_RUN_CACHE_BYTES = 3 << 18
_PATCH_CACHE_BYTES = 3 << 19


class Box(NamedTuple):
    """Pixels from (x0, y0) up to but not including (x1, y1)."""

    x0: int
    y0: int
    x1: int
    y1: int

    def inset(self, by: int) -> Box:
        """The box without a border of `by` px."""
        return Box(self.x0 + by, self.y0 + by, self.x1 - by, self.y1 - by)

    def holds(self, other: Box) -> bool:
        """Whether the other box lies inside."""
        return self.x0 <= other.x0 and self.y0 <= other.y0 and other.x1 <= self.x1 and other.y1 <= self.y1

    def meets(self, other: Box) -> bool:
        """Whether the boxes share a pixel."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


class Ink(NamedTuple):
    """A text that was drawn: where its pixels are, where they may be, and in which colours."""

    text: str
    box: Box
    cell: Box
    ground: Rgb
    colour: Rgb
    font: Font


class _Run(NamedTuple):
    """Coverage of a text: its pixels, and their place relative to the pen on the baseline."""

    mask: Image.Image | None
    dx: int
    dy: int


class _RunCache:
    """The runs and coloured patches used last, bounded by the bytes of their pixels."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[object, _Run] = OrderedDict()

    def get(self, key: object) -> _Run | None:
        run = self._kept.get(key)
        if run is not None:
            self._kept.move_to_end(key)
        return run

    def put(self, key: object, run: _Run) -> None:
        self._kept[key] = run
        self._size += _weight(run)
        while self._size > self._limit:
            _, old = self._kept.popitem(last=False)
            self._size -= _weight(old)

    def clear(self) -> None:
        self._kept.clear()
        self._size = 0


def _weight(run: _Run) -> int:
    return 400 + (run.mask.width * run.mask.height if run.mask else 0)


_runs = _RunCache(_RUN_CACHE_BYTES)
_patches = _RunCache(_PATCH_CACHE_BYTES)


def forget() -> None:
    """Drop the runs and patches that are kept."""
    _runs.clear()
    _patches.clear()


class Canvas:
    """A picture in the making. Colours are those of the theme; texts are cleaned already.

    Raises ValueError when the size is out of bounds, before any memory is taken.
    """

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        if not (0 < width <= MAX_WIDTH and 0 < height <= MAX_HEIGHT):
            raise ValueError(f"a picture of {width} x {height} px")
        self.theme = theme
        self.width = width
        self.height = height
        self.inks: list[Ink] = []
        self._index = palette_of(theme).index
        # One column more on the left: the filter byte of each PNG scan line, always 0 (none).
        self._image = Image.new("L", (width + 1, height), self._index[theme.page])
        self._image.paste(0, (0, 0, 1, height))

    def fill(self, box: Box, colour: Rgb) -> None:
        """A rectangle."""
        if box.x0 < box.x1 and box.y0 < box.y1:
            self._image.paste(self._index[colour], (box.x0 + 1, box.y0, box.x1 + 1, box.y1))

    def rounded(self, box: Box, radius: int, colour: Rgb, *, outside: Rgb) -> None:
        """A rectangle with round, anti-aliased corners."""
        self.fill(box, colour)
        radius = min(radius, (box.x1 - box.x0) // 2, (box.y1 - box.y0) // 2)
        if radius > 0:
            self._corners(box, radius, (outside, colour, colour), 0)

    def _corners(self, box: Box, radius: int, colours: tuple[Rgb, Rgb, Rgb], thick: int) -> None:
        for quarter in range(4):
            patch = _corner_patch(radius, quarter, self.theme, colours, thick)
            x = box.x1 - radius if quarter & 1 else box.x0
            y = box.y1 - radius if quarter & 2 else box.y0
            self._image.paste(patch, (x + 1, y))

    def frame(self, box: Box, radius: int, line: Rgb, thick: int, *, ground: Rgb, outside: Rgb) -> None:
        """A rounded rectangle with an outline of `thick` px."""
        self.fill(box, line)
        self.fill(box.inset(thick), ground)
        radius = min(radius, (box.x1 - box.x0) // 2, (box.y1 - box.y0) // 2)
        if radius > thick:
            self._corners(box, radius, (outside, line, ground), thick)

    def card(self, box: Box, radius: int, *, ground: Rgb, bar: Rgb, bar_width: int, outside: Rgb) -> None:
        """A rounded rectangle whose left `bar_width` px are a bar that follows the corners."""
        self.rounded(box, radius, ground, outside=outside)
        self._bar(box, radius, bar, bar_width, outside)

    def framed_card(
        self, box: Box, radius: int, *, ground: Rgb, bar: Rgb, bar_width: int, line: Rgb, thick: int, outside: Rgb
    ) -> None:
        """A card with an outline of `thick` px around it."""
        self.frame(box, radius, line, thick, ground=ground, outside=outside)
        self._bar(box, radius, bar, bar_width, outside)

    def _bar(self, box: Box, radius: int, bar: Rgb, bar_width: int, outside: Rgb) -> None:
        self.fill(Box(box.x0, box.y0, box.x0 + bar_width, box.y1), bar)
        radius = min(radius, (box.y1 - box.y0) // 2)
        for quarter, y in ((0, box.y0), (2, box.y1 - radius)):
            patch = _corner_patch(radius, quarter, self.theme, (outside, bar, bar), 0)
            piece = patch.crop((0, 0, min(radius, bar_width), radius))
            self._image.paste(piece, (box.x0 + 1, y))

    def text(
        self, x: int, y: int, text: str, font: Font, colour: Rgb, *, ground: Rgb, cell: Box, struck: bool = False
    ) -> int:
        """Draw on the baseline `y` from `x`; returns the advance. No pixel leaves `cell`.

        Letters whose accents would leave a low cell are set a little off the baseline instead of being cut.
        """
        advance = width(text, font)
        key = (text, font, ground, colour, self.theme.name)
        run = _patches.get(key)
        if run is None:
            run = _coloured(text, font, self._ramp(ground, colour))
            _patches.put(key, run)
        if run.mask is None:
            return advance
        top, high = y + run.dy, run.mask.height
        y += max(min(cell.y1 - high - top, 0), cell.y0 - top) if high <= cell.y1 - cell.y0 else 0
        box = Box(x + run.dx, y + run.dy, x + run.dx + run.mask.width, y + run.dy + high)
        self._blit(run.mask, box, cell, ground)
        self.inks.append(Ink(text, box, cell, ground, colour, font))
        if struck:
            thick = 3 if font.size >= 29 else 2
            top = y - strike_height(font) - thick // 2
            self.fill(Box(max(cell.x0, x - 2), top, min(cell.x1, x + advance + 2), top + thick), colour)
        return advance

    def centred(self, middle: int, y: int, text: str, font: Font, colour: Rgb, *, ground: Rgb, cell: Box) -> None:
        """Draw on the baseline `y` around the middle `middle`."""
        self.text(middle - width(text, font) // 2, y, text, font, colour, ground=ground, cell=cell)

    def _blit(self, patch: Image.Image, box: Box, cell: Box, ground: Rgb) -> None:
        if not cell.holds(box):
            cut = (max(cell.x0, box.x0), max(cell.y0, box.y0), min(cell.x1, box.x1), min(cell.y1, box.y1))
            if cut[0] >= cut[2] or cut[1] >= cut[3]:
                return
            patch = patch.crop((cut[0] - box.x0, cut[1] - box.y0, cut[2] - box.x0, cut[3] - box.y0))
            box = Box(*cut)
        if any(box.meets(ink.box) for ink in self.inks[-6:]):
            # Accents that reach into the line above must not wipe it out: the ground stays transparent.
            shown = patch.point(_all_but(self._index[ground]))
            self._image.paste(patch, (box.x0 + 1, box.y0), shown)
        else:
            self._image.paste(patch, (box.x0 + 1, box.y0))

    def glyph(self, x: int, y: int, name: str, size: int, colour: Rgb, *, ground: Rgb) -> None:
        """A drawn sign (`book`, `tick`, `ring`, `disc`), `size` px square, with its top left corner at (x, y)."""
        self._image.paste(sign(name, size).point(self._ramp(ground, colour)), (x + 1, y))

    def _ramp(self, ground: Rgb, ink: Rgb) -> bytes:
        return _ramp(self.theme, ground, ink)

    def png(self, *, level: int, difference: bool) -> bytes:
        """The picture as a PNG file, deflated at `level` (1 to 9); the canvas is closed.

        With `difference` each pixel is stored as its difference to the left one (PNG's filter Sub): smaller where
        the same words stand on many grounds, as in a week, larger where they do not, as in a day.
        """
        colours = palette_of(self.theme).colours
        header = struct.pack(">LLBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        strategy = zlib.Z_FILTERED if difference else zlib.Z_DEFAULT_STRATEGY
        deflater = zlib.compressobj(level, strategy=strategy)
        with self._image as image:
            # In bands: buffers this small stay on the heap instead of being mapped anew for every picture.
            tops = range(0, self.height, _BAND)
            bands = [(0, top, image.width, min(top + _BAND, self.height)) for top in tops]
            pixels = b"".join(
                [*(deflater.compress(_band(image, band, difference)) for band in bands), deflater.flush()]
            )
        return b"".join(
            (
                b"\x89PNG\r\n\x1a\n",
                _chunk(b"IHDR", header),
                _chunk(b"PLTE", bytes(value for colour in colours for value in colour)),
                _chunk(b"IDAT", pixels),
                _chunk(b"IEND", b""),
            )
        )


def _band(image: Image.Image, box: tuple[int, int, int, int], difference: bool) -> bytes:
    """The scan lines of a band as PNG stores them."""
    with image.crop(box) as band:
        if not difference:
            return band.tobytes()
        with ImageChops.offset(band, 1, 0) as left, ImageChops.subtract_modulo(band, left) as result:
            result.paste(1, (0, 0, 1, band.height))
            return result.tobytes()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


@lru_cache(maxsize=512)
def _ramp(theme: Theme, ground: Rgb, ink: Rgb) -> bytes:
    return palette_of(theme).ramp(ground, ink)


@cache
def _all_but(index: int) -> bytes:
    return bytes(0 if value == index else 255 for value in range(256))


def _coloured(text: str, font: Font, ramp: bytes) -> _Run:
    run = _runs.get((text, font))
    if run is None:
        run = _rasterise(text, font)
        _runs.put((text, font), run)
    return run if run.mask is None else run._replace(mask=run.mask.point(ramp))


def _rasterise(text: str, font: Font) -> _Run:
    face = load(font.weight, font.size, fallback=needs_fallback(text))
    features = tabular_features(font)
    x0, y0, x1, y1 = face.getbbox(text, features=features, anchor="ls")
    left, top = int(x0 // 1) - 1, int(y0 // 1) - 1
    # Marks that a font stacks high are cut at the height of a line.
    top = max(top, -round(font.size * 1.25))
    bottom = min(int(-(-y1 // 1)) + 1, round(font.size * 0.45))
    right = int(-(-x1 // 1)) + 1
    if right <= left or bottom <= top:
        return _Run(None, 0, 0)
    with Image.new("L", (right - left, bottom - top), 0) as canvas:
        ImageDraw.Draw(canvas).text((-left, -top), text, fill=255, font=face, anchor="ls", features=features)
        ink = canvas.getbbox()
        if ink is None:
            return _Run(None, 0, 0)
        return _Run(canvas.crop(ink), left + ink[0], top + ink[1])


@lru_cache(maxsize=512)
def _corner_patch(radius: int, quarter: int, theme: Theme, colours: tuple[Rgb, Rgb, Rgb], thick: int) -> Image.Image:
    """A corner of outside, outline and inside colour; the outline is `thick` px, 0 = none."""
    outside, line, inside = colours
    patch = corner(radius).point(_ramp(theme, outside, line))
    if thick:
        inner = corner(radius - thick)
        patch.paste(inner.point(_ramp(theme, line, inside)), (thick, thick), inner.point(_all_but(0)))
    if quarter & 1:
        patch = patch.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if quarter & 2:
        patch = patch.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return patch
