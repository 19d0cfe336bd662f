"""HTML as a stream of table rows and landmarks, without a tree: for large flat pages, and to see where a page ends.

A tree of a 2 MB table costs 60 MiB and more than a second, and a tree builder closes silently what a cut page left
open. Here a page is read tag by tag, one row is held at a time, and what stayed open at the end is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from bot.errors import SourceChanged, TruncatedPage
from bot.scraper.page import squeeze

_TABLE_TAGS = frozenset({"table", "tr", "td", "th"})
_INLINE = frozenset({"a", "b", "br", "em", "font", "i", "nobr", "s", "small", "span", "strong", "u"})
_CELL = re.compile(r"<t([dh])\b([^<>]*)>(.*?)</t[dh]\s*>", re.I | re.S)
_MAX_DEPTH = 30
_COMMENT = r"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)\s*>|\Z)"
_ATTRIBUTE = re.compile(r"""([a-zA-Z_:][\w:.-]*)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_BREAK = re.compile(r"(?i)<br\b[^>]*>|</(?:p|div|li)\s*>")
_TAG = re.compile(r"(?is)<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|</?[a-z][^>]*>")


@dataclass(frozen=True, slots=True)
class Mark:
    """The start of an element that was asked for. `raw` is its inner HTML up to its end."""

    name: str
    attributes: str
    text_: str
    start: int

    @property
    def classes(self) -> tuple[str, ...]:
        return classes_in(self.attributes)

    @property
    def raw(self) -> str:
        match = _ends(self.name).search(self.text_, self.start, self.start + 20_000)
        if match is None:
            raise TruncatedPage(f"the page ends inside <{self.name}>")
        end = match.start()
        return self.text_[self.start : end]

    @property
    def text(self) -> str:
        return visible(self.raw)


class Cell(NamedTuple):
    """A cell of a row: its raw attributes and inner HTML."""

    header: bool
    attributes: str
    raw: str

    @property
    def classes(self) -> tuple[str, ...]:
        return classes_in(self.attributes)

    @property
    def text(self) -> str:
        return visible(self.raw)


@dataclass(frozen=True, slots=True)
class TableStart:
    """A table opens. `table` numbers the tables of the page from 0."""

    table: int
    attributes: str

    @property
    def classes(self) -> tuple[str, ...]:
        return classes_in(self.attributes)


class Row(NamedTuple):
    """A whole row of the table with this number. Rows of nested tables come before the row that holds them."""

    table: int
    attributes: str
    cells: tuple[Cell, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        return classes_in(self.attributes)


@dataclass(frozen=True, slots=True)
class Leave:
    """An element that was asked for ends."""

    name: str


@dataclass(frozen=True, slots=True)
class End:
    """The end of the page; `open_tables` are those that no end tag closed."""

    open_tables: tuple[int, ...]


Item = Mark | Leave | TableStart | Row | End


class _Table:
    """A table that is being read: the row and the cell that are open."""

    __slots__ = ("attributes", "cell", "cells", "number", "row")

    def __init__(self, number: int, attributes: str) -> None:
        self.number = number
        self.attributes = attributes
        self.row: str | None = None
        self.cells: list[Cell] = []
        self.cell: tuple[bool, str, int] | None = None

    def close_cell(self, text: str, position: int) -> None:
        if self.cell is not None:
            header, attributes, start = self.cell
            self.cells.append(Cell(header, attributes, text[start:position]))
            self.cell = None

    def close_row(self, text: str, position: int) -> Row | None:
        self.close_cell(text, position)
        row, cells = self.row, tuple(self.cells)
        self.row, self.cells = None, []
        return Row(self.number, row or "", cells) if cells else None


@lru_cache(maxsize=32)
def _ends(name: str) -> re.Pattern[str]:
    """What ends an element: its end tag; a paragraph also ends where the next block begins or its own block ends."""
    if name == "p":
        return re.compile(r"(?i)</p\b|</?(?:p|div|table|td|h[1-6]|hr|ul|body|html)\b")
    return re.compile(rf"(?i)</{name}\b")


@lru_cache(maxsize=32)
def _scanner(names: tuple[str, ...]) -> re.Pattern[str]:
    wanted = "|".join(sorted({*_TABLE_TAGS, "body", "html", *names}, key=len, reverse=True))
    return re.compile(rf"(?is){_COMMENT}|<(/?)({wanted})(?=[\s/>])([^<>]*)>")


@lru_cache(maxsize=32)
def _plain_row(names: tuple[str, ...]) -> re.Pattern[str]:
    """The rest of a row of closed cells with nothing but text and marked words in them: nearly all rows there are."""
    inline = "|".join(sorted(_INLINE.difference(names), key=len, reverse=True))
    cell = rf"<t[dh]\b[^<>]*>(?:[^<]|</?(?:{inline})\b[^<>]*>)*+</t[dh]\s*>"
    return re.compile(rf"\s*(?:{cell}\s*)++</tr\s*>", re.I)


def stream(text: str, *names: str) -> Iterator[Item]:
    """The rows of all tables, and the elements called `names` (lower case), in the order of the page.

    `</body>` and `</html>` close what is open: sloppy, but the page is whole. Raises SourceChanged for tables nested
    deeper than any page nests them.
    """
    open_tables: list[_Table] = []
    count = position = 0
    scanner, plain_row = _scanner(names), _plain_row(names)
    while match := scanner.search(text, position):
        position = match.end()
        name = match[2]
        if name is None:  # a comment, a script
            continue
        name = name.lower()
        table = open_tables[-1] if open_tables else None
        row: Row | None = None
        if not match[1]:
            if name == "table":
                if len(open_tables) >= _MAX_DEPTH:
                    raise SourceChanged("tables are nested deeper than in any plan")
                open_tables.append(_Table(count, match[3]))
                yield TableStart(count, match[3])
                count += 1
            elif name in names:
                yield Mark(name, match[3], text, match.end())
            elif table is not None and name in _TABLE_TAGS:
                if name == "tr":
                    row = table.close_row(text, match.start())
                    table.row = match[3]
                    if plain := plain_row.match(text, position):
                        if row is not None:
                            yield row
                        cells = tuple([Cell(kind in "hH", said, raw) for kind, said, raw in _CELL.findall(plain[0])])
                        row, table.row = Row(table.number, match[3], cells), None
                        position = plain.end()
                else:
                    table.close_cell(text, match.start())
                    table.cell = (name == "th", match[3], match.end())
        elif name in names and name not in ("body", "html"):
            yield Leave(name)
        elif name in ("body", "html"):
            while open_tables:
                if (row := open_tables.pop().close_row(text, match.start())) is not None:
                    yield row
            row = None
            if name in names:
                yield Leave(name)
        elif table is not None:
            if name in ("tr", "table"):
                row = table.close_row(text, match.start())
            else:
                table.close_cell(text, match.start())
            if name == "table":
                open_tables.pop()
        if row is not None:
            yield row
    yield End(tuple(table.number for table in open_tables))


@lru_cache(maxsize=2048)
def attributes_in(raw: str) -> dict[str, str]:
    """The attributes of a start tag by lower-case name, entities decoded. The answer is shared: read it only."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(raw):
        found.setdefault(name.lower(), unescape(double or single or bare))
    return found


@lru_cache(maxsize=2048)
def classes_in(raw: str) -> tuple[str, ...]:
    """The class names of a start tag."""
    return tuple(attributes_in(raw).get("class", "").split())


def visible(raw: str, *, breaks: str = " ") -> str:
    """The text that a piece of HTML shows, squeezed; `<br>` and the end of a paragraph become `breaks`."""
    if len(raw) < 200:
        return _visible(raw, breaks)
    return _visible.__wrapped__(raw, breaks)


@lru_cache(maxsize=4096)
def _visible(raw: str, breaks: str) -> str:
    if "<" in raw:
        raw = _TAG.sub(" " if "</td" in raw else "", _BREAK.sub("\0", raw))
    text = unescape(raw) if "&" in raw else raw
    if "\0" not in text:
        return squeeze(text)
    return breaks.join(line for part in text.split("\0") if (line := squeeze(part))).strip()


def must_end(text: str) -> None:
    """Raises TruncatedPage for a page that ends inside a tag, a comment, a script or a style."""
    if text.rfind("<") > text.rfind(">"):
        raise TruncatedPage("the page ends inside a tag")
    for opened, closed in (("<!--", "-->"), ("<script", "</script"), ("<style", "</style")):
        # No lower-case copy of the page: it would cost three times the page in memory.
        start = max(text.rfind(opened), text.rfind(opened.upper()))
        if start > max(text.rfind(closed), text.rfind(closed.upper())):
            raise TruncatedPage("the page ends inside a comment, a script or a style")


def must_close(text: str) -> None:
    """`must_end`, and TruncatedPage for a page that opens `<html>` or `<body>` and closes neither."""
    must_end(text)
    if re.search(r"(?i)<(?:html|body)\b", text) and not re.search(r"(?i)</(?:html|body)\s*>\s*", text[-20_000:]):
        raise TruncatedPage("the page ends before its </html>")
