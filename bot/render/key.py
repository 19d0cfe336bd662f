"""Owns what makes two pictures the same: the hash of a view, a theme and the renderer's version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from typing import Any

from bot.render.palette import Theme
from bot.render.view import View

RENDERER_VERSION = 2
"""Goes up whenever the same view gives other pixels: old pictures are then drawn and sent anew."""


def content_hash(view: View, theme: Theme) -> str:
    """The key of a picture: SHA-256 over the view's data, the theme and `RENDERER_VERSION`.

    Equal keys mean equal bytes, on one version of Pillow; nothing in it depends on the clock.
    """
    facts = [RENDERER_VERSION, theme.name, type(view).__name__, _plain(view)]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Lists, strings and numbers only, in an order that does not depend on how a mapping was filled."""
    if is_dataclass(value):
        return [_plain(getattr(value, each.name)) for each in fields(value)]
    if isinstance(value, Mapping):
        return sorted([str(key), _plain(each)] for key, each in value.items())
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
