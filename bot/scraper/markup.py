"""Tags and text straight from the markup, without a tree: for pages where the whole page is the plan.

A strained bs4 tree cannot be small when there is nothing to strain away; this scan keeps one tag at a time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# Linear: a quoted value only after "=", no "<" inside a tag, possessive repetition.
_TAG = re.compile(r"""<!--|<(/?)([a-zA-Z][a-zA-Z0-9]*)\b((?:=\s*"[^"]*"|=\s*'[^']*'|[^<>])*+)>""")
_ATTRIBUTE = re.compile(r"""([a-zA-Z][\w-]*)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_OPAQUE = {"script", "style"}
_CSS = re.compile(r"""(?<![\w-])class\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)


def scan(text: str) -> Iterator[tuple[str, str, str]]:
    """`(text before, tag, attributes)` in the page's order; a closing tag is "/td", the end of the page "".

    Names are lower case; texts and attributes are raw, so entities are still to be decoded. Comments, scripts and
    styles are passed over; one that never ends takes the rest of the page with it.
    """
    position = 0
    while match := _TAG.search(text, position):
        before = text[position : match.start()]
        position = match.end()
        if not match[2]:
            end = text.find("-->", position)
            position = end + 3 if end >= 0 else len(text)
            if before:
                yield before, "!", ""
            continue
        name = match[2].lower()
        yield before, match[1] + name, match[3]
        if name in _OPAQUE and not match[1]:
            closing = re.compile(rf"</{name}\b", re.I).search(text, position)
            position = closing.start() if closing else len(text)
    yield text[position:], "", ""


def attributes(raw: str) -> dict[str, str]:
    """The attributes of a tag by lower-case name, entities decoded; one without a value is ""."""
    return {
        match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "") for match in _ATTRIBUTE.finditer(raw)
    }


def css_classes(raw: str) -> list[str]:
    """The CSS classes among a tag's raw attributes."""
    found = _CSS.search(raw)
    return (found[1] or found[2] or found[3] or "").split() if found else []
