"""Tags and text straight from the markup, without a tree: for pages where the whole page is the plan.

A strained bs4 tree cannot be small when there is nothing to strain away; this scan keeps one tag at a time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# Linear: a quoted value only after "=", no "<" inside a tag, possessive repetition.
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)\b((?:=\s*"[^"]*"|=\s*'[^']*'|[^<>])*+)>""")
_ATTRIBUTE = re.compile(r"""([a-zA-Z][\w-]*)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_CSS = re.compile(r"""(?<![\w-])class\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)


def scan(text: str) -> Iterator[tuple[str, str, str]]:
    """`(text before, tag, attributes)` in the page's order; a closing tag is "/td", the end of the page "".

    Names are lower case; texts and attributes are raw, so entities are still to be decoded. Give it a page without
    comments and scripts (`bot.scraper.tables.bare`).
    """
    position = 0
    for match in _TAG.finditer(text):
        yield text[position : match.start()], match[1] + match[2].lower(), match[3]
        position = match.end()
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
