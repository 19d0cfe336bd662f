"""Plans as bytes and back: the dataclasses of `bot.model` as compressed JSON."""

from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing
import zlib
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def encode(value: object) -> bytes:
    """A dataclass of the model, or a tuple of them, as compressed JSON; fields at their default are left out."""
    return zlib.compress(json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":")).encode(), 6)


def decode(kind: type[T], data: bytes) -> T:
    """What `encode` made of a `kind`. Unknown fields are dropped: another version wrote them."""
    value: T = _reader(typing.cast(Any, kind))(json.loads(zlib.decompress(data)))
    return value


def to_json(value: object) -> object:
    """The value in JSON's types."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_json(item)
            for field in dataclasses.fields(value)
            if (item := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    return value


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(part for part in typing.get_args(kind) if part is not type(None))
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if origin is tuple:
        item = _reader(typing.get_args(kind)[0])
        return lambda values: tuple(item(value) for value in values)
    if kind in (datetime, date, time):
        return typing.cast(Callable[[Any], Any], kind.fromisoformat)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}
        make = typing.cast(Callable[..., Any], kind)
        return lambda values: make(**{n: readers[n](v) for n, v in values.items() if n in readers})
    return typing.cast(Callable[[Any], Any], kind)
