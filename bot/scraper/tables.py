"""Tables read straight from the markup, without a tree, for systems whose whole page is the table.

There a strainer has nothing to strain away: a bs4 tree of 2 MB of Untis costs 850 ms, the scan here 60 ms. It knows
what school tables hold: rows, cells, nested tables, `<br>`, bold and struck text, implied end tags.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.errors import SourceChanged
from bot.scraper.page import squeeze

# Every pattern is linear: a quoted value only after "=", no "<" inside a tag, possessive repetition.
_ATTRIBUTES = r"""((?:=\s*"[^"]*"|=\s*'[^']*'|[^<>])*+)>"""
_TOKEN = re.compile(
    rf"<!--|<(/?)(table|tr|td|th|s|strike|del|b|strong|br)\b{_ATTRIBUTES}|<[/!?]?[a-zA-Z]{_ATTRIBUTES}", re.I
)
# A cell that holds no table, no comment and no unclosed neighbour: nearly all of them.
_PLAIN_CELL = re.compile(rf"<(t[dh])\b{_ATTRIBUTES}((?:[^<]|<(?!/?t[dhrab]|!--))*+)</t[dh]\s*>", re.I)
_OUTER = re.compile(rf"<!--|<script\b|<style\b|<table\b{_ATTRIBUTES}", re.I)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_TWO_NAMES = re.compile(r"\s*(\S+(?:\s\S+)*)[ \u00a0]{2,}\S")
_NUMBER = re.compile(r"\s*(\d{1,6})")
_STRUCK = frozenset({"s", "strike", "del"})
_MAX_DEPTH = 30
_BOLD = frozenset({"b", "strong"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its visible text, the part of it that is struck out, and the tables inside.

    `short` is what a text of two names ("1A  Klasse 1A": a short name, two blanks, the long one) begins with.
    """

    header: bool = False
    css: str = ""
    width: int = 0
    rowspan: int = 1
    colspan: int = 1
    text: str = ""
    struck: str = ""
    bold: bool = False
    tables: tuple[Table, ...] = ()
    short: str = ""


@dataclass(slots=True)
class Table:
    """A table: attributes as published, rows of cells, and where it stands in the text (`start`, `end`)."""

    attributes: str
    start: int
    end: int = 0
    closed: bool = False
    rows: list[list[Cell]] = field(default_factory=list)


def bare(text: str) -> str:
    """A stretch of a page without comments, scripts and styles; what is opened and never closed runs on."""
    for opened, closed in (
        ("<!--", "-->"),
        *(("<script", "</script"), ("<style", "</style"), ("<SCRIPT", "</SCRIPT"), ("<STYLE", "</STYLE")),
    ):
        kept, position = [], 0
        while (start := text.find(opened, position)) >= 0:
            kept.append(text[position:start])
            end = text.find(closed, start + len(opened))
            position = end + len(closed) if end >= 0 else len(text)
        text = "".join([*kept, text[position:]])
    return text


def tables(text: str, wanted: re.Pattern[str]) -> Iterator[Table]:
    """The outermost tables of a page whose start tag's attributes `wanted` finds, in the page's order.

    Comments, scripts and styles are passed over. A table that the page never closes comes last, with `closed` False.
    Raises SourceChanged for tables nested deeper than any page nests them.
    """
    position = 0
    cells: dict[str, Cell] = {}
    while match := _OUTER.search(text, position):
        position = match.end()
        if match[1] is None:
            closer = _CLOSERS[match[0].lower()].search(text, position)
            if closer is None:
                return
            position = closer.end()
        elif wanted.search(match[1]):
            table = _read(text, match, cells)
            yield table
            position = table.end


_CLOSERS = {
    "<!--": re.compile(r"-->"),
    "<script": re.compile(r"</script", re.I),
    "<style": re.compile(r"</style", re.I),
}


class _Open:
    """A table being read: the cell that is open, and what it holds so far."""

    __slots__ = ("attributes", "bold", "header", "kept", "open", "row", "struck", "struck_kept", "table", "tables")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.row: list[Cell] | None = None
        self._start(is_open=False)

    def _start(self, *, is_open: bool, header: bool = False, attributes: str = "") -> None:
        self.open, self.header, self.attributes = is_open, header, attributes
        self.kept: list[str] = []
        self.struck_kept: list[str] = []
        self.struck = 0
        self.bold: list[bool] = []
        self.tables: list[Table] = []

    def write(self, raw: str) -> None:
        if self.open and raw:
            (self.struck_kept if self.struck else self.kept).append(raw)

    def start_row(self) -> None:
        self.end_cell()
        self.row = []
        self.table.rows.append(self.row)

    def start_cell(self, name: str, attributes: str) -> None:
        self.end_cell()
        if self.row is None:
            self.start_row()
        self._start(is_open=True, header=name == "th", attributes=attributes)

    def add(self, cell: Cell) -> None:
        self.end_cell()
        if self.row is None:
            self.start_row()
        assert self.row is not None
        self.row.append(cell)

    def cell(self) -> Cell:
        found = {
            match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(self.attributes)
        }
        return Cell(
            header=self.header,
            css=found.get("class", ""),
            width=_number(found.get("width", ""), 0),
            rowspan=_number(found.get("rowspan", ""), 1),
            colspan=_number(found.get("colspan", ""), 1),
            text=_visible(self.kept),
            struck=_visible(self.struck_kept),
            bold=bool(self.bold),
            tables=tuple(self.tables),
            short=_first_name("".join(self.kept)) if "header" in found.get("class", "") else "",
        )

    def end_cell(self) -> None:
        if self.open and self.row is not None:
            self.row.append(self.cell())
        self._start(is_open=False)

    def step(self, *, starts: bool, name: str, attributes: str) -> None:
        """What a tag inside the table does; `<table>` itself is the reader's."""
        if name in ("td", "th"):
            if starts:
                self.start_cell(name, attributes)
            else:
                self.end_cell()
        elif name == "tr":
            if starts:
                self.start_row()
            else:
                self.end_cell()
                self.row = None
        elif name == "br":
            self.write(" ")
        elif name in _STRUCK:
            self.struck = max(0, self.struck + (1 if starts else -1))
        elif name in _BOLD and starts:
            self.bold.append(True)


def _visible(pieces: list[str]) -> str:
    raw = pieces[0] if len(pieces) == 1 else "".join(pieces)
    if "&" in raw:
        raw = html.unescape(raw)
    return squeeze(raw) if raw else ""


def _first_name(raw: str) -> str:
    match = _TWO_NAMES.match(html.unescape(raw))
    return squeeze(match[1]) if match else ""


def _number(value: str, default: int) -> int:
    match = _NUMBER.match(value)
    return int(match[1]) if match and not value.rstrip().endswith("%") else default


def _read(text: str, start: re.Match[str], cells: dict[str, Cell]) -> Table:
    """The table that begins at `start`. `cells` keeps the plain cells by their markup: most of a plan's repeat."""
    outer = Table(start[1], start.start())
    stack = [_Open(outer)]
    position = start.end()
    while token := _TOKEN.search(text, position):
        top = stack[-1]
        top.write(text[position : token.start()])
        position = token.end()
        name = (token[2] or "").lower()
        if name in ("td", "th") and not token[1] and (simple := _PLAIN_CELL.match(text, token.start())):
            cell = cells.get(simple[0])
            if cell is None:
                cell = cells[simple[0]] = _plain_cell(simple)
            top.add(cell)
            position = simple.end()
        elif name == "table" and not token[1]:
            if len(stack) >= _MAX_DEPTH:
                raise SourceChanged("tables are nested deeper than in any plan")
            inner = Table(token[3], token.start())
            if top.open:
                top.tables.append(inner)
            stack.append(_Open(inner))
        elif name == "table":
            top.end_cell()
            top.table.closed, top.table.end = True, position
            stack.pop()
            if not stack:
                return outer
        elif name:
            top.step(starts=not token[1], name=name, attributes=token[3])
        elif token[0] == "<!--":
            end = text.find("-->", position)
            if end < 0:
                break
            position = end + 3
    while stack:
        stack.pop().end_cell()
    outer.end = len(text)
    return outer


def _plain_cell(simple: re.Match[str]) -> Cell:
    alone = _Open(Table("", 0))
    alone.start_cell(simple[1].lower(), simple[2])
    content, position = simple[3], 0
    for token in _TOKEN.finditer(content):
        alone.write(content[position : token.start()])
        position = token.end()
        if token[2]:
            alone.step(starts=not token[1], name=token[2].lower(), attributes="")
    alone.write(content[position:])
    return alone.cell()


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell where it stands in the table."""

    cell: Cell
    row: int
    column: int
    rowspan: int
    colspan: int


def placed(table: Table, *, max_cells: int = 200_000) -> list[Placed]:
    """Every cell of the table once, with the place that row and column spans give it.

    Raises SourceChanged when the spans cover more than `max_cells` places.
    """
    taken: list[set[int]] = [set() for _ in table.rows]
    found: list[Placed] = []
    budget = max_cells
    for index, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while column in taken[index]:
                column += 1
            rowspan = min(cell.rowspan or len(table.rows), len(table.rows) - index)
            colspan = max(1, min(cell.colspan, 1000))
            budget -= rowspan * colspan
            if budget < 0:
                raise SourceChanged("the table is larger than any timetable")
            for below in taken[index : index + rowspan]:
                below.update(range(column, column + colspan))
            found.append(Placed(cell, index, column, rowspan, colspan))
            column += colspan
    return found
