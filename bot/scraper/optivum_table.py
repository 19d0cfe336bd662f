"""The cells of an Optivum plan: marked pieces (subject, teacher, room, class), and the lessons they spell."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.scraper.markup import css_classes, scan
from bot.scraper.page import squeeze

# The CSS class of a piece: p = przedmiot (subject), n = nauczyciel (teacher), s = sala (room), o = oddział (class).
_MARKS = frozenset("pnso")
_KNOWN = frozenset({"nr", "g", "l", "tabela"})
# A group is "1/2", "10/" (the program cuts long ones), "j1/3" or "j1", and follows the subject after a hyphen.
_INSIDE = re.compile(r"^(.*\S)\s*-\s*((?:[^\W\d_]{0,3}\d{1,2}/\d{0,2})|(?:j?\d{1,2}))$")
_OUTSIDE = re.compile(r"^-\s*([^\s,;]+)")
_NOTHING = frozenset({"", "-", "--", "---", "+", "???"})


@dataclass(slots=True)
class Cell:
    """A cell: CSS classes, and pieces `(mark, raw text)` where the mark is "" for loose text, "br" for a break."""

    css: list[str]
    pieces: list[tuple[str, str]] = field(default_factory=list)
    strange: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        return squeeze(html.unescape("".join(" " if mark == "br" else raw for mark, raw in self.pieces)))

    def has(self, mark: str) -> bool:
        return any(found == mark for found, _ in self.pieces)


@dataclass(slots=True)
class Row:
    """A row of the plan."""

    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """One lesson of a cell, without the class, teacher or room whose page it stands on."""

    subject: str
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    note: str = ""


def rows_of(table: str) -> list[Row]:
    """The rows of the table's inner markup. Spans that only set a font size are seen through."""
    rows: list[Row] = []
    cell: Cell | None = None
    marks: list[str] = []
    for before, tag, raw in scan(table):
        if cell is not None and before:
            cell.pieces.append((next((mark for mark in reversed(marks) if mark), ""), before))
        if tag == "tr":
            rows.append(Row())
            cell = None
        elif tag in ("td", "th"):
            cell, marks = Cell(css_classes(raw)), []
            if not rows:
                rows.append(Row())
            rows[-1].cells.append(cell)
            cell.strange.update(set(cell.css) - _KNOWN)
        elif tag in ("/td", "/th", "/tr"):
            cell = None
        elif cell is not None:
            _step(cell, marks, tag, raw)
    return [row for row in rows if row.cells]


def _step(cell: Cell, marks: list[str], tag: str, raw: str) -> None:
    if tag == "br":
        cell.pieces.append(("br", ""))
    elif tag in ("a", "span"):
        css = css_classes(raw)
        mark = next((name for name in css if name in _MARKS), "")
        cell.strange.update(set(css) - _MARKS)
        if mark:
            cell.pieces.append(("new", ""))  # two neighbours of one kind are two pieces
        marks.append(mark)
    elif tag in ("/a", "/span") and marks:
        marks.pop()


def entries(cell: Cell) -> Iterator[Entry]:
    """The lessons of a cell: one for each group, as the breaks divide them.

    A cell without any marked piece ("ckz", "Zajęcia<br>dodatkowe") is one lesson with that text.
    """
    if not any(mark in _MARKS for mark, _ in cell.pieces):
        if cell.text and cell.text not in _NOTHING:
            yield Entry(cell.text)
        return
    part: list[tuple[str, str]] = []
    for mark, raw in [*cell.pieces, ("br", "")]:
        if mark != "br":
            part.append((mark, raw))
        elif part:
            yield from _entry(_joined(part))
            part = []


def _joined(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pieces with neighbours of one element joined, decoded and squeezed; empty ones are left out."""
    joined: list[list[str]] = []
    last = None
    for mark, raw in pieces:
        if mark != "new":
            if last == mark:
                joined[-1][1] += raw
            else:
                joined.append([mark, raw])
        last = mark
    clean = [(mark, squeeze(html.unescape(raw))) for mark, raw in joined]
    return [(mark, text) for mark, text in clean if text]


def _entry(pieces: list[tuple[str, str]]) -> Iterator[Entry]:
    subject = ""
    groups: list[str] = []
    found: dict[str, list[str]] = {"n": [], "s": [], "o": []}
    loose: list[str] = []
    last = ""
    for mark, text in pieces:
        rest = text
        if mark == "p" and not subject:
            subject, group = _divided(text)
            groups.append(group)
        elif mark == "p":
            found["n"].append(text)  # a second subject is a teacher who has no page: "#1W4"
        elif mark == "o":
            name, group = _divided(text) if "/" in text else (text, "")
            found["o"].append(name)
            groups.append(group)
        elif mark:
            found[mark].append(text)
        else:
            if last in ("p", "o") and (suffix := _OUTSIDE.match(text)):
                groups.append(suffix[1])
                rest = text[suffix.end() :]
            loose.append(rest.strip(" ,;"))
        last = mark
    note = " ".join(piece for piece in loose if piece)
    teachers, rooms, classes = (_published(found[mark]) for mark in "nso")
    if not subject and not teachers and not rooms and not classes:
        if note not in _NOTHING:
            yield Entry(note)
        return
    if not subject:
        subject, note = note, ""
    yield Entry("" if subject in _NOTHING else subject, teachers, rooms, classes, _published(groups), note)


def _divided(text: str) -> tuple[str, str]:
    """A subject and the group that stands behind it: "sieci.komput-2/2"."""
    found = _INSIDE.match(text)
    return (found[1], found[2]) if found else (text, "")


def _published(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value not in _NOTHING))
