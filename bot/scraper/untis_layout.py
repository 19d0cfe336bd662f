"""How a school has laid out the cells of its Untis grid: where a lesson ends, and which text is what. Pure.

Untis lets the school choose the fields of a cell, their order and their rows, and prints no word of it: "subject,
teacher, room" in a row, "teacher, room" over "subject", "week, subject, teacher, room", a column of classes. So the
cells of a page are read together. What a place holds is told by bold text (the subject; in the grid of a teacher or a
room also the class), by the names that the page's footnotes and the school's navigation bar know, by the look of rooms
and classes, and only then by the usual order.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model import TargetKind
from bot.scraper.page import class_key, remembered
from bot.scraper.tables import Cell
from bot.scraper.untis import names, plain
from bot.scraper.untis_footnotes import marks_of

_key = remembered(class_key)
CLASS_LIKE = re.compile(r"\d{1,2}\s?[A-Za-z]\w*\.?|[QE][12F]\w*")
_WEEKS = re.compile(r"[A-H](?:\s*,\s*[A-H])*")


class Role(enum.Enum):
    """What a text of a cell is."""

    SUBJECT = "subject"
    TEACHER = "teacher"
    ROOM = "room"
    CLASS = "class"
    WEEK = "week"


Place = tuple[int, int]
BOLD: Place = (-1, -1)
_LAST = 12
"""The place from which on all are one: no lesson has so many fields."""
Known = Mapping[Role, frozenset[str]]

_USUAL = {
    TargetKind.CLASS: (Role.SUBJECT, Role.TEACHER, Role.ROOM),
    TargetKind.TEACHER: (Role.CLASS, Role.SUBJECT, Role.ROOM),
    TargetKind.ROOM: (Role.TEACHER, Role.CLASS, Role.SUBJECT),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of a lesson and its place among the others; `struck` is what is crossed out of it."""

    text: str
    struck: str
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson as its cell says it: its texts, its footnotes' numbers; `emptied` when its subject is `---`."""

    pieces: tuple[Piece, ...]
    marks: tuple[str, ...]
    emptied: bool = False


@dataclass(frozen=True, slots=True)
class _Text:
    """A place of a cell, with the numbers of the footnotes behind it."""

    text: str
    struck: str
    bold: bool
    marks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.struck)


Rows = list[list[Cell]]
_Rows = list[list[_Text]]


def rows_in(cell: Cell) -> Rows:
    """The texts of a cell by the rows of the tables inside; empty places keep their column, empty rows are left out."""
    rows: Rows = []
    if not cell.tables:
        rows.append([cell])
    for row in (row for table in cell.tables for row in table.rows):
        if any(inner.tables for inner in row):
            rows.extend(inside for inner in row for inside in rows_in(inner))
        else:
            rows.append(row)
    return [row for row in rows if any(one.text or one.struck for one in row)]


def entries_in(cells: Sequence[Rows], kind: TargetKind) -> list[list[Entry]]:
    """The lessons of each cell of a page."""
    read = [_marked(rows) for rows in cells]
    texts = [rows for rows, _ in read]
    bold = any(one.bold for rows in texts for row in rows for one in row)
    if _row_by_row(texts):
        split = [[[row] for row in rows] for rows in texts]
    elif bold and _starts_bold(texts, kind):
        split = [_from_bold_to_bold(rows) for rows in texts]
    else:
        usual = _usual_block(texts)
        split = [_blocks(rows, usual) for rows in texts]
    return [
        [_entry(block, common, bold=bold) for block in blocks] for (_, common), blocks in zip(read, split, strict=True)
    ]


def _marked(rows: Rows) -> tuple[_Rows, tuple[str, ...]]:
    """The texts with the footnotes' numbers behind them, and the numbers of the whole cell.

    Numbers that have a row to themselves stand under all lessons of the cell.
    """
    found: _Rows = []
    common: list[str] = []
    for row in rows:
        texts: list[_Text] = []
        for one in row:
            if not (marks := marks_of(one.text)):
                texts.append(_Text(one.text, one.struck, one.bold))
            elif any(texts):
                last = max(index for index, text in enumerate(texts) if text)
                texts[last] = replace(texts[last], marks=(*texts[last].marks, *marks))
            else:
                common.extend(marks)
        if any(texts):
            found.append(texts)
    return found, tuple(common)


def _entry(block: _Rows, common: tuple[str, ...], *, bold: bool) -> Entry:
    marks = [mark for row in block for one in row for mark in one.marks]
    emptied = any(one.text and not plain(one.text) for row in block for one in row if one.bold or not bold)
    return Entry(tuple(_pieces(block, bold=bold)), tuple(dict.fromkeys([*marks, *common])), emptied)


def _width(row: Sequence[_Text]) -> int:
    return sum(map(bool, row))


def _row_by_row(cells: Sequence[_Rows]) -> bool:
    """Whether every row of a cell is a lesson: most cells are one row of several texts, or rows that are alike."""
    single = alike = other = 0
    for rows in cells:
        widths = {_width(row) for row in rows}
        bold = {any(one.bold for one in row) for row in rows}
        if len(rows) == 1:
            single += widths != {1}
        elif len(bold) == 1 and len(widths) == 1 and widths != {1}:
            alike += 1
        else:
            other += 1
    every_row_bold = all(any(one.bold for one in row) for rows in cells for row in rows)
    return single + alike > other if single else alike > 0 == other and every_row_bold


def _starts_bold(cells: Sequence[_Rows], kind: TargetKind) -> bool:
    """Whether each bold text starts a lesson: it comes first, and is not one of several classes of the lesson."""
    first = [next(filter(None, row), None) for rows in cells for row in rows[:1]]
    told = [one.bold for one in first if one is not None]
    texts = [one.text for rows in cells for row in rows for one in row if one.bold]
    return sum(told) * 2 > len(told) and not (kind is not TargetKind.CLASS and _mostly(CLASS_LIKE, texts))


def _from_bold_to_bold(rows: _Rows) -> list[_Rows]:
    blocks: list[_Rows] = []
    for row in rows:
        for one in row:
            if one.bold or not blocks:
                blocks.append([[]])
            blocks[-1][-1].append(one)
        if blocks:
            blocks[-1].append([])
    return [[row for row in block if row] for block in blocks]


def _usual_block(cells: Sequence[_Rows]) -> tuple[int, ...]:
    """How many texts the rows of a lesson have: what most cells look like, the shortest first."""
    shapes = Counter(tuple(_width(row) for row in rows) for rows in cells if len(rows) > 1)
    return max(shapes, key=lambda shape: (shapes[shape], -len(shape)), default=())


def _blocks(rows: _Rows, usual: tuple[int, ...]) -> list[_Rows]:
    """The lessons of a cell in which several rows make one."""
    shape, count = tuple(_width(row) for row in rows), len(usual)
    if count and len(rows) > count and shape == usual * (len(rows) // count):
        return [rows[start : start + count] for start in range(0, len(rows), count)]
    return [rows] if rows else []


def _pieces(rows: _Rows, *, bold: bool) -> Iterator[Piece]:
    """The texts with their places: the bold one, and on a page with bold texts the order of the others."""
    order = 0
    for index, row in enumerate(rows):
        for column, one in enumerate(row):
            place = BOLD if one.bold else (0, order) if bold else (min(index, _LAST), min(column, _LAST))
            order = min(order + (not one.bold), _LAST)
            if text := plain(one.text) or plain(one.struck):
                yield Piece(text if plain(one.text) else "", plain(one.struck), place)


def roles_of(entries: Sequence[Entry], kind: TargetKind, known: Known) -> dict[Place, Role]:
    """What each place of a page's lessons holds; a place that nothing tells is left out."""
    values: dict[Place, list[str]] = {}
    for entry in entries:
        for piece in entry.pieces:
            values.setdefault(piece.place, []).append(piece.text or piece.struck)
    roles = dict(_told(values, kind, known))
    free = sorted(place for place in values if place not in roles)
    left = [role for role in _USUAL[kind] if role not in roles.values()]
    if len(free) > len(left):
        for place in free:
            if all(_WEEKS.fullmatch(text) for text in values[place]):
                roles[place] = Role.WEEK
                free.remove(place)
                break
    alike = [place for place in free if _mostly(CLASS_LIKE, values[place])]
    if Role.CLASS in left and alike:
        roles[alike[0]] = Role.CLASS
        free.remove(alike[0])
        left.remove(Role.CLASS)
    if Role.ROOM in left and free:
        numbered = {one: _share(values[one]) for one in free}
        place = max(free, key=lambda one: numbered[one])
        if len(free) >= len(left) or numbered[place] >= 0.5:
            roles[place] = Role.ROOM
            free.remove(place)
        left.remove(Role.ROOM)
    if set(left) == {Role.SUBJECT, Role.TEACHER} and len(free) == 2 and _follows(entries, free[1], free[0]):
        free.reverse()  # the second place tells the first one, and not the other way round: it is the subject
    roles.update(zip(free, left, strict=False))
    return roles


def _told(values: Mapping[Place, list[str]], kind: TargetKind, known: Known) -> Iterator[tuple[Place, Role]]:
    """The places whose texts are known names, the surest first; each role once."""
    taken: set[Role] = set()
    if BOLD in values:
        taken.add(role := _bold(values, kind, known))
        yield BOLD, role
    hits = [
        (sum(is_known(text, role, known) for text in texts), place, role)
        for place, texts in values.items()
        for role, keys in known.items()
        if keys and place != BOLD
    ]
    best: dict[Place, int] = {}
    for count, place, _ in hits:
        best[place] = max(count, best.get(place, 0))
    done: set[Place] = set()
    for count, place, role in sorted(hits, key=lambda hit: -hit[0]):
        if count and count == best[place] and place not in done and role not in taken:
            done.add(place)
            taken.add(role)
            yield place, role


def _bold(values: Mapping[Place, list[str]], kind: TargetKind, known: Known) -> Role:
    """What is bold: the subject, in other grids than a class's also the classes, in a room's also the teacher."""
    texts = values[BOLD]
    classes = [text for text in texts if is_known(text, Role.CLASS, known) or CLASS_LIKE.fullmatch(text)]
    if kind is TargetKind.CLASS:
        return Role.SUBJECT
    if len(classes) * 2 > len(texts):
        return Role.CLASS
    hits = {role: sum(is_known(text, role, known) for text in texts) for role in (Role.SUBJECT, Role.TEACHER)}
    if kind is TargetKind.TEACHER or hits[Role.SUBJECT] > hits[Role.TEACHER]:
        return Role.SUBJECT
    # The usual order of a room's cell: teacher, class, subject.
    usual = _mostly(CLASS_LIKE, values.get((0, 0), [])) and (0, 1) in values
    return Role.TEACHER if usual or hits[Role.TEACHER] else Role.SUBJECT


def is_known(text: str, role: Role, known: Known) -> bool:
    """Whether a text, or one of the names that it lists, is a known name of that role."""
    keys = known.get(role)
    return keys is not None and len(keys) > 0 and any(_key(name) in keys for name in names(text))


def _share(texts: Sequence[str]) -> float:
    return sum(has_number(text) for text in texts) / len(texts)


def has_number(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _mostly(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    return bool(texts) and sum(pattern.fullmatch(text) is not None for text in texts) * 2 > len(texts)


def _follows(entries: Sequence[Entry], one: Place, other: Place) -> bool:
    """Whether the text at `one` always comes with the same text at `other`, while the reverse does not hold."""
    forth: dict[str, set[str]] = {}
    back: dict[str, set[str]] = {}
    for entry in entries:
        at = {piece.place: piece.text for piece in entry.pieces}
        if one in at and other in at:
            forth.setdefault(at[one], set()).add(at[other])
            back.setdefault(at[other], set()).add(at[one])
    return all(len(found) == 1 for found in forth.values()) and any(len(found) > 1 for found in back.values())
