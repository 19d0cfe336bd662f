"""A picture to send."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def tiny_png() -> bytes:
    """One grey pixel."""
    buffer = BytesIO()
    Image.new("L", (1, 1), 128).save(buffer, "PNG")
    return buffer.getvalue()
