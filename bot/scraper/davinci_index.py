"""The indexes of a DaVinci export: which pages of days or of classes they lead to. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.scraper.rowstream import Leave, Mark, attributes_in, stream

_INDEXES = {"classes": "class", "month": "day", "day-index": "day"}
_ONCLICK = re.compile(r"location\.href\s*=\s*'([^']+)'")


@dataclass(frozen=True, slots=True)
class Link:
    """A page that an index leads to: `kind` is "class" or "day"."""

    kind: str
    href: str
    text: str


def links_in(text: str) -> list[Link]:
    """Where an index leads: `ul.classes a`, `ul.day-index a`, `ul.month input[onclick]`, each address once.

    A month's heading is "2016-Sep", its days are numbers.
    """
    found: dict[str, Link] = {}
    lists: list[str] = []
    month = ""
    for item in stream(text, "ul", "a", "input", "h1"):
        if isinstance(item, Leave):
            if item.name == "ul" and lists:
                lists.pop()
        elif isinstance(item, Mark) and item.name == "ul":
            kind = next((kind for name, kind in _INDEXES.items() if name in item.classes), "")
            lists.append(kind or (lists[-1] if lists else ""))
        elif isinstance(item, Mark) and item.name == "h1":
            heading = re.fullmatch(r"(\d{4})-(\w+)", item.text)
            month = f"{heading[2]} {heading[1]}" if heading else month
        elif isinstance(item, Mark) and lists and lists[-1]:
            attributes = attributes_in(item.attributes)
            click = _ONCLICK.search(attributes.get("onclick", ""))
            href = attributes.get("href", "") or (click[1] if click else "")
            if href and not href.startswith("#"):
                label = item.text if item.name == "a" else f"{attributes.get('value', '')}. {month}"
                found.setdefault(href, Link(lists[-1], href, label))
    return list(found.values())
