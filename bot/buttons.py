"""What a button carries: versioned, stateless, at most 64 bytes. Pure."""

from __future__ import annotations

VERSION = "v1"
LIMIT = 64


def data(verb: str, *args: object) -> str:
    """The callback data of a button: `v1|verb|arg|…`. Raises ValueError when Telegram would not take it."""
    packed = "|".join([VERSION, verb, *(str(arg) for arg in args)])
    if len(packed.encode()) > LIMIT:
        raise ValueError(f"callback data over {LIMIT} bytes: {packed!r}")
    return packed


def read(packed: str | None) -> tuple[str, tuple[str, ...]] | None:
    """The verb and the arguments of a press, or None for data of another version or none of ours."""
    parts = (packed or "").split("|")
    if len(parts) < 2 or parts[0] != VERSION or not parts[1]:
        return None
    return parts[1], tuple(parts[2:])
