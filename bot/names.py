"""Names of classes, teachers and rooms: when two spellings mean one, and which ones look most alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i"})


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


def plain(text: str) -> str:
    """Without accents and case, for what people type without them: "žaibas" is "zaibas", "Łoś" is "los"."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())


def like(wanted: str, names: Sequence[str], count: int = 8) -> list[str]:
    """The names that a person may mean, best first: those that are it, hold it or a word like it; accents ignored."""
    key = plain(wanted)
    if not key:
        return []
    keyed = [(plain(name), name) for name in names]
    same = [name for each, name in keyed if each == key or each.replace(" ", "") == key.replace(" ", "")]
    if same:
        return same[:count]
    begun = [name for each, name in keyed if any(word.startswith(key) for word in re.split(r"[\s.,-]+", each))]
    inside = [name for each, name in keyed if key in each]
    words = {word: name for each, name in reversed(keyed) for word in (each, *each.replace(".", " ").split())}
    near = [words[word] for word in get_close_matches(key, list(words), count, 0.7)]
    return list(dict.fromkeys([*begun, *inside, *near]))[:count]
