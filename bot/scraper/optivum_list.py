"""Lists of an Optivum publication: who has a plan, where it is, and which name a person means."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.model import Target, TargetKind
from bot.names import match_name
from bot.scraper.markup import attributes, scan
from bot.scraper.page import squeeze

KINDS = {"o": TargetKind.CLASS, "n": TargetKind.TEACHER, "s": TargetKind.ROOM}
_SELECTS = {"oddzialy": "o", "nauczyciele": "n", "sale": "s"}
PLAN_LINK = re.compile(r"(?:^|/)([ons])(\d+)\.html?(?:[?#].*)?$", re.I)
LIST_LINK = re.compile(r"(?:^|/)(?:lista|index_[ons])\.html?$", re.I)


@dataclass(frozen=True, slots=True)
class Link:
    """A target of a list and the address of its page, relative to the list."""

    target: Target
    href: str


def links_in(text: str) -> list[Link]:
    """The targets of a list page, whichever of its variants: selects, plain links, folded links, a menu."""
    found: list[Link] = []
    letter = ""
    current: tuple[str, str, str] | None = None
    words: list[str] = []
    for before, tag, raw in scan(text):
        words.append(before)
        if current and tag in ("/a", "/option", "option", "/select", "a", ""):
            name = squeeze(html.unescape("".join(words)))
            if name:
                target = Target(KINDS[current[0]], current[0] + current[1], name)
                found.append(Link(target, current[2]))
            current = None
        if tag == "select":
            letter = _SELECTS.get(attributes(raw).get("name", "").lower(), "")
        elif tag == "/select":
            letter = ""
        elif tag == "option" and letter:
            value = re.search(r"(\d+)(?:\.html?)?$", attributes(raw).get("value", ""))
            current, words = ((letter, value[1], f"plany/{letter}{value[1]}.html") if value else None), []
        elif tag == "a":
            href = attributes(raw).get("href", "")
            link = PLAN_LINK.search(href)
            current, words = ((link[1].lower(), link[2], href) if link else None), []
    return found


def list_addresses(text: str) -> list[str]:
    """The addresses of list pages that an index names, in frames or links."""
    found: dict[str, None] = {}
    for _, tag, raw in scan(text):
        if tag in ("frame", "iframe", "a"):
            given = attributes(raw)
            href = given.get("src" if tag != "a" else "href", "")
            if LIST_LINK.search(urlsplit(href).path) or (tag != "a" and given.get("name") == "list"):
                found[href] = None
    return list(found)


def index_of(wanted: str, names: Sequence[str]) -> int | None:
    """Which name is meant: the whole ("4as 4TMt"), else its unique first word or bracketed code ("4as", "Io")."""
    found = match_name(wanted, names)
    if found is not None:
        return names.index(found)
    for pattern in (r"^(\S+)", r"\(([^()]+)\)\s*$", r"^(.*\S)\s*\("):
        short = [match[1] if (match := re.search(pattern, name)) else "" for name in names]
        found = match_name(wanted, [name for name in short if name])
        if found is not None and short.count(found) == 1:
            return short.index(found)
    return None
