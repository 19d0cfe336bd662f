"""Owns the coverage of shapes that are not text: round corners and the drawn signs, supersampled and kept."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

_SUPERSAMPLING = 8


@lru_cache(maxsize=64)
def corner(radius: int) -> Image.Image:
    """Coverage of the upper left quarter of a disc, supersampled."""
    big = radius * _SUPERSAMPLING
    with Image.new("L", (big, big), 0) as canvas:
        ImageDraw.Draw(canvas).ellipse((0, 0, 2 * big - 1, 2 * big - 1), fill=255)
        return canvas.resize((radius, radius), Image.Resampling.BOX)


@lru_cache(maxsize=32)
def sign(name: str, size: int) -> Image.Image:
    """Coverage of a drawn sign: no emoji font is needed."""
    big = size * _SUPERSAMPLING
    with Image.new("L", (big, big), 0) as canvas:
        draw = ImageDraw.Draw(canvas)

        def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
            return [(x * big, y * big) for x, y in points]

        if name == "book":
            draw.polygon(
                at((0.02, 0.16), (0.30, 0.18), (0.465, 0.27), (0.465, 0.92), (0.30, 0.83), (0.02, 0.81)), fill=255
            )
            draw.polygon(
                at((0.98, 0.16), (0.70, 0.18), (0.535, 0.27), (0.535, 0.92), (0.70, 0.83), (0.98, 0.81)), fill=255
            )
        elif name == "tick":
            draw.ellipse(at((0.02, 0.02), (0.98, 0.98)), fill=255)
            draw.line(at((0.26, 0.53), (0.43, 0.70), (0.75, 0.33)), fill=0, width=round(big * 0.11), joint="curve")
        elif name == "ring":
            draw.ellipse(at((0.04, 0.04), (0.96, 0.96)), outline=255, width=round(big * 0.09))
        elif name == "disc":
            draw.ellipse((0, 0, big - 1, big - 1), fill=255)
        return canvas.resize((size, size), Image.Resampling.BOX)
