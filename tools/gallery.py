"""Draws the gallery: `make gallery` writes `docs/gallery/*.png` from fixed data: every state, language and theme."""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from bot.render import THEMES, Theme, draw_day, draw_homework, draw_week
from bot.render.palette import palette_of
from tools import picture_samples as samples

GALLERY = Path(__file__).parent.parent / "docs" / "gallery"
_THUMBNAIL = 340
_GAP = 12


def pictures(theme_name: str) -> dict[str, bytes]:
    """Every picture of one theme by name."""
    theme = THEMES[theme_name]
    drawn = {f"day_{lang}": draw_day(samples.day_of_states(lang), theme) for lang in samples.WORDS}
    drawn |= {f"week_{lang}": draw_week(samples.week_of_states(lang), theme) for lang in samples.WORDS}
    drawn |= {
        "day_long": draw_day(samples.long_day("lt"), theme),
        "day_full": draw_day(samples.full_day("de"), theme),
        "day_calendar": draw_day(samples.calendar_day("en"), theme),
        "week_saturday": draw_week(samples.week_of_states("cs", columns=6, today=None), theme),
        "week_empty_days": draw_week(samples.week_of_empty_days("de"), theme),
        "week_crowded": draw_week(samples.crowded_week("uk"), theme),
        "homework": draw_homework(samples.homework("lt"), theme),
        "homework_uk": draw_homework(samples.homework("uk"), theme),
    }
    return drawn


SINGLE = ("day_lt", "day_uk", "week_pl", "homework")
"""The pictures that the docs show in full size; the others are on the contact sheets."""


def contact_sheet(drawn: Sequence[bytes], theme: Theme) -> bytes:
    """All pictures made small, in columns of about the same height, in the colours of their theme."""
    thumbnails = []
    for png in drawn:
        with Image.open(io.BytesIO(png)) as picture, picture.convert("RGB") as whole:
            size = (_THUMBNAIL, round(picture.height * _THUMBNAIL / picture.width))
            thumbnails.append(whole.resize(size, Image.Resampling.LANCZOS))
    columns: list[list[Image.Image]] = [[] for _ in range(4)]
    for thumbnail in thumbnails:
        min(columns, key=lambda column: sum(each.height + _GAP for each in column)).append(thumbnail)
    height = max(sum(each.height + _GAP for each in column) for column in columns) + _GAP
    width = len(columns) * (_THUMBNAIL + _GAP) + _GAP
    with Image.new("RGB", (width, height), theme.line) as sheet:
        for number, column in enumerate(columns):
            y = _GAP
            for thumbnail in column:
                sheet.paste(thumbnail, (_GAP + number * (_THUMBNAIL + _GAP), y))
                y += thumbnail.height + _GAP
        out = io.BytesIO()
        with Image.new("P", (1, 1)) as colours:
            colours.putpalette([value for colour in palette_of(theme).colours for value in colour])
            with sheet.quantize(palette=colours, dither=Image.Dither.NONE) as few:
                few.save(out, "PNG", compress_level=9)
    return out.getvalue()


def main() -> None:
    """Write the gallery."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=GALLERY)
    parser.add_argument("--all", action="store_true", help="every picture in full size, not only those of the docs")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for name in THEMES:
        drawn = pictures(name)
        kept = {f"{key}_{name}": png for key, png in drawn.items() if options.all or key in SINGLE}
        kept[f"sheet_{name}"] = contact_sheet(list(drawn.values()), THEMES[name])
        for key, png in kept.items():
            (options.folder / f"{key}.png").write_bytes(png)
            total += len(png)
    print(f"{options.folder}: {total / 1024:.0f} KB")


if __name__ == "__main__":
    main()
