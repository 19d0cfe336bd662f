"""Names of classes, teachers and rooms: when two spellings mean one, and which ones look most alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches


def class_key(name: str) -> str:
    """The key under which two spellings of a name are one: "05A", "5 a" and "5A." are "5a"."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    packed = "".join(c for c in folded if c.isalnum() or c in "/+")
    return re.sub(r"(?<!\d)0+(?=\d)", "", packed)


def match_name(wanted: str, names: Sequence[str]) -> str | None:
    """The published name that a person's spelling means, or None. An exact name wins over a folded one."""
    if wanted in names:
        return wanted
    key = class_key(wanted)
    return next((name for name in names if key and class_key(name) == key), None)


def nearest_names(wanted: str, names: Sequence[str], count: int = 5) -> tuple[str, ...]:
    """The published names that look most like what was asked for."""
    keys = {class_key(name): name for name in reversed(names)}
    return tuple(keys[key] for key in get_close_matches(class_key(wanted), list(keys), count, 0.4))
