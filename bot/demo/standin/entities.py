"""HTML as the Bot API reads it: text out, entities out, the server's own words for what is wrong.

The official library parses when it is installed (PyPI `tdjson`, a development dependency). Without it a small parser of
the same grammar does; a test holds the two against each other.
"""

from __future__ import annotations

import functools
import importlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
PLAIN_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "blockquote": "blockquote",
    "code": "code",
    "pre": "pre",
}
TAGS = {*PLAIN_TAGS, "a", "span", "tg-emoji", "tg-time"}
SPACES = " \t\n\r\0\v"
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
LINK = re.compile(r"(?i)(https?|tg|tonsite)://|^[^\s/]+\.\w\w+")
TDLIB_NAMES = {"PreCode": "pre", "TextUrl": "text_link", "ExpandableBlockQuote": "expandable_blockquote"}
UNPAIRED = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
)


class EntityError(ValueError):
    """The markup is wrong; the text is the server's description after "Bad Request: "."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text after parsing and the entities of it, offsets in UTF-16 code units, as the Bot API gives them."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()


def parse_html(source: str) -> Formatted:
    """Parse with the official library if it is there, else with the parser of this module. Raises EntityError."""
    execute = _official()
    return parse_html_here(source) if execute is None else _parse_html_officially(source, execute)


@functools.cache
def _official() -> Callable[[bytes], bytes] | None:
    try:
        library = importlib.import_module("tdjson")
    except ImportError:
        return None
    execute: Callable[[bytes], bytes] = library.td_execute
    execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')
    return execute


def _parse_html_officially(source: str, execute: Callable[[bytes], bytes]) -> Formatted:
    query = {"@type": "parseTextEntities", "text": source, "parse_mode": {"@type": "textParseModeHTML"}}
    answer = json.loads(execute(json.dumps(query).encode()))
    if answer["@type"] == "error":
        message = answer["message"]
        raise EntityError(message[:1].lower() + message[1:])
    return Formatted(answer["text"], tuple(_entity_of_tdlib(entity) for entity in answer["entities"]))


def _entity_of_tdlib(entity: dict[str, Any]) -> dict[str, Any]:
    kind = dict(entity["type"])
    name = kind.pop("@type").removeprefix("textEntityType")
    words = TDLIB_NAMES.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    words = "blockquote" if words == "block_quote" else words
    return {"type": words, "offset": entity["offset"], "length": entity["length"], **kind}


def parse_html_here(source: str) -> Formatted:
    """Parse without the official library: the same tags, the same errors, counted in bytes as the server counts."""
    text: list[str] = []
    length = 0  # UTF-16 units so far
    open_tags: list[tuple[str, dict[str, str], int, int]] = []  # name, attributes, offset, where in `text`
    entities: list[dict[str, Any]] = []
    at = 0
    while at < len(source):
        if source[at] == "<":
            if source.startswith("</", at):
                name, after = _end_tag(source, at, open_tags[-1][0] if open_tags else None)
                _, attributes, offset, start = open_tags.pop()
                entity = _entity(name, attributes, "".join(text[start:]))
                if entity is not None and length > offset:
                    entities.append({**entity, "offset": offset, "length": length - offset})
            else:
                name, attributes, after = _start_tag(source, at)
                open_tags.append((name, attributes, length, len(text)))
            at = after
            continue
        piece, at = _characters(source, at)
        text.append(piece)
        length += len(piece.encode("utf-16-le", "surrogatepass")) // 2
    if open_tags:
        raise EntityError(f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\"")
    whole = "".join(text)
    if any("\ud800" <= character <= "\udfff" for character in whole):
        raise EntityError(f"can't parse entities: {UNPAIRED}")
    entities.reverse()  # an outer one closes later, and stands first where both begin
    return Formatted(whole, tuple(sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))))


def _characters(source: str, at: int) -> tuple[str, int]:
    """The text up to the next tag or reference, or one reference decoded."""
    if source[at] != "&":
        end = min((place for place in (source.find("<", at), source.find("&", at)) if place >= 0), default=len(source))
        return source[at:end], end
    found = REFERENCE.match(source, at)
    if found is None:
        return "&", at + 1
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        decoded = NAMED.get(name)
        return ("&", at + 1) if decoded is None else (decoded, found.end())
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code == 0 or code >= 0x10FFFF:
        return "&", at + 1
    return chr(code), found.end()


def _bytes_before(source: str, at: int) -> int:
    return len(source[:at].encode())


def _wrong(words: str, source: str, at: int, rest: str = "") -> EntityError:
    return EntityError(f"can't parse entities: {words} at byte offset {_bytes_before(source, at)}{rest}")


def _end_tag(source: str, at: int, expected: str | None) -> tuple[str, int]:
    if expected is None:
        raise _wrong("Unexpected end tag", source, at)
    place = at + 2
    while place < len(source) and source[place] not in SPACES and source[place] != ">":
        place += 1
    name = source[at + 2 : place].lower()
    while place < len(source) and source[place] in SPACES:
        place += 1
    if place >= len(source) or source[place] != ">":
        raise _wrong("Unclosed end tag", source, at)
    if name and name != expected:
        raise _wrong("Unmatched end tag", source, at, f', expected "</{expected}>", found "</{name}>"')
    return expected, place + 1


def _start_tag(source: str, at: int) -> tuple[str, dict[str, str], int]:
    place = at + 1
    while place < len(source) and source[place] not in SPACES and source[place] != ">":
        place += 1
    if place >= len(source):
        raise _wrong("Unclosed start tag", source, at)
    name = source[at + 1 : place].lower()
    if name not in TAGS:
        raise _wrong(f'Unsupported start tag "{name}"', source, at)
    attributes: dict[str, str] = {}
    while True:
        while place < len(source) and source[place] in SPACES:
            place += 1
        if place >= len(source):
            raise _wrong(f'Unclosed start tag "{name}"', source, at)
        if source[place] == ">":
            break
        key, value, place = _attribute(source, place, name, at)
        attributes.setdefault(key, value)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _wrong('Tag "span" must have class "tg-spoiler"', source, at)
    return name, attributes, place + 1


def _attribute(source: str, start: int, tag: str, tag_at: int) -> tuple[str, str, int]:
    unclosed = _wrong(f'Unclosed start tag "{tag}"', source, tag_at)
    place = start
    while place < len(source) and source[place] not in SPACES and source[place] not in "=>/\"'":
        place += 1
    key = source[start:place].lower()
    if not key:
        raise _wrong(f'Empty attribute name in the tag "{tag}"', source, tag_at)
    while place < len(source) and source[place] in SPACES:
        place += 1
    if place >= len(source):
        raise unclosed
    if source[place] != "=":
        return key, "", place
    place += 1
    while place < len(source) and source[place] in SPACES:
        place += 1
    if place >= len(source):
        raise unclosed
    if source[place] in "\"'":
        end = source.find(source[place], place + 1)
        if end < 0:
            raise _wrong("Unclosed start tag", source, tag_at)
        return key, _decoded(source[place + 1 : end]), end + 1
    begin = place
    while place < len(source) and ((source[place].isascii() and source[place].isalnum()) or source[place] in ".-"):
        place += 1
    if place >= len(source):
        raise unclosed
    if source[place] not in SPACES and source[place] != ">":
        raise _wrong("Unexpected end of name token", source, place)
    return key, source[begin:place].lower(), place


def _decoded(value: str) -> str:
    pieces, at = [], 0
    while at < len(value):
        piece, at = _characters(value, at) if value[at] == "&" else (value[at], at + 1)
        pieces.append(piece)
    return "".join(pieces)


def _entity(name: str, attributes: dict[str, str], text: str) -> dict[str, Any] | None:
    if name in PLAIN_TAGS:
        if name == "blockquote" and "expandable" in attributes:
            return {"type": "expandable_blockquote"}
        return {"type": PLAIN_TAGS[name]}
    if name == "span":
        return {"type": "spoiler"}
    if name == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id", "")}
    if name == "a":
        url = attributes.get("href") or text
        return (
            {"type": "text_link", "url": url} if re.match(r"(?i)(https?|tg|tonsite)://|^[^\s/]+\.\w\w+", url) else None
        )
    return None
