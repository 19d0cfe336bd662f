"""The objects of a file that `import` reads: their values by kind, and the place that an error names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import UsageError

LARGEST = 2**52
"""Telegram's ids have at most 52 significant bits."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class BadFile(UsageError):
    """The file is not what `import` reads. The message names the place."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One object of the file, and where it stands in it."""

    values: Mapping[str, Any]
    path: str

    def known(self, *keys: str) -> None:
        """Refuse keys that mean nothing here."""
        for key in self.values:
            if key not in keys:
                raise BadFile(f"{self.path}: unknown key {key!r}; known: {', '.join(keys)}")

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """A value of a type, or the default when the key is absent. Raises BadFile for another type."""
        if key not in self.values:
            return default
        value = self.values[key]
        if isinstance(value, bool) and kind is int:
            raise BadFile(f"{self.path}.{key}: a number is wanted, not {value!r}")
        if isinstance(value, int) and abs(value) > LARGEST:
            raise BadFile(f"{self.path}.{key}: no such number is in use")
        if not isinstance(value, kind) and not (value is None and default is None):
            raise BadFile(f"{self.path}.{key}: not the right kind of value: {value!r}")
        return value

    def need(self, key: str, kind: type | tuple[type, ...]) -> Any:
        """A value that must be there and not be empty."""
        value = self.get(key, kind)
        if value in (None, "", 0):
            raise BadFile(f"{self.path}: {key!r} is missing")
        return value

    def parts(self, key: str) -> list[Part]:
        """A list of objects."""
        found = self.get(key, list, [])
        for number, item in enumerate(found):
            if not isinstance(item, dict):
                raise BadFile(f"{self.path}.{key}[{number}]: an object is wanted")
        return [Part(item, f"{self.path}.{key}[{number}]") for number, item in enumerate(found)]

    def time(self, key: str) -> str | None:
        """A time of day "HH:MM", or None."""
        value: str | None = self.get(key, str)
        if value is not None and not _TIME.fullmatch(value):
            raise BadFile(f"{self.path}.{key}: {value!r} is not a time of day (HH:MM)")
        return value

    def times(self, key: str) -> tuple[str, str] | tuple[None, None]:
        """Two times of day, [from, to]; None twice when the key is absent."""
        value = self.get(key, list)
        if value is None:
            return None, None
        if len(value) != 2 or not all(isinstance(time, str) and _TIME.fullmatch(time) for time in value):
            raise BadFile(f"{self.path}.{key}: {value!r} is not [from, to], both HH:MM")
        return value[0], value[1]

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of some words."""
        value: str = self.get(key, str, default)
        if value not in choices:
            raise BadFile(f"{self.path}.{key}: {value!r} is not one of {', '.join(choices)}")
        return value
