"""The golden pictures: what they are, how they are compared, and `python -m tests.render.pictures` to write them anew.

Write them only after looking at the new ones, and raise `RENDERER_VERSION` in the same commit.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import PIL
from PIL import Image, ImageChops, features

from bot.render import THEMES, draw_day, draw_homework, draw_week
from tools import picture_samples as samples

GOLDEN = Path(__file__).parent / "golden"
FAILED = Path(__file__).parent.parent.parent / "build" / "render"

PINNED = (PIL.__version__, features.version("freetype2")) == ("13.0.0", "2.14.3")
"""Another Pillow brings another FreeType, which may set a glyph a shade lighter."""
_DIFFERENT_SHADE = 48
_TOLERATED_SHARE = 0.01

PICTURES: dict[str, Callable[[], bytes]] = {
    "day_lt_light": lambda: draw_day(samples.day_of_states("lt"), THEMES["light"]),
    "day_uk_dark": lambda: draw_day(samples.day_of_states("uk"), THEMES["dark"]),
    "day_long_dark": lambda: draw_day(samples.long_day("lt"), THEMES["dark"]),
    "day_full_light": lambda: draw_day(samples.full_day("de"), THEMES["light"]),
    "day_calendar_light": lambda: draw_day(samples.calendar_day("en"), THEMES["light"]),
    "week_pl_light": lambda: draw_week(samples.week_of_states("pl"), THEMES["light"]),
    "week_crowded_dark": lambda: draw_week(samples.crowded_week("uk"), THEMES["dark"]),
    "homework_cs_light": lambda: draw_homework(samples.homework("cs"), THEMES["light"]),
}


def difference(got: bytes, want: bytes) -> float:
    """The share of pixels that differ: at all on the pinned Pillow, by more than a shade elsewhere."""
    with Image.open(io.BytesIO(got)) as one, Image.open(io.BytesIO(want)) as other:
        if one.size != other.size:
            return 1.0
        with ImageChops.difference(one.convert("RGB"), other.convert("RGB")) as difference:
            counts = difference.convert("L").histogram()
    threshold = 0 if PINNED else _DIFFERENT_SHADE
    return sum(counts[threshold + 1 :]) / sum(counts)


def tolerated() -> float:
    """The share of pixels that may differ."""
    return 0.0 if PINNED else _TOLERATED_SHARE


def keep_for_a_look(name: str, got: bytes, want: bytes) -> None:
    """Write what was drawn, what was wanted, and where they differ."""
    FAILED.mkdir(parents=True, exist_ok=True)
    (FAILED / f"{name}.got.png").write_bytes(got)
    (FAILED / f"{name}.want.png").write_bytes(want)
    with Image.open(io.BytesIO(got)) as one, Image.open(io.BytesIO(want)) as other:
        size = (max(one.width, other.width), max(one.height, other.height))
        with Image.new("RGB", size) as left, Image.new("RGB", size) as right:
            left.paste(one.convert("RGB"))
            right.paste(other.convert("RGB"))
            ImageChops.difference(left, right).point(lambda value: min(255, value * 4)).save(
                FAILED / f"{name}.diff.png"
            )


if __name__ == "__main__":
    for picture, draw in PICTURES.items():
        (GOLDEN / f"{picture}.png").write_bytes(draw())
