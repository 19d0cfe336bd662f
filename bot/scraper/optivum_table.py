"""The cells of an Optivum plan: marked pieces (subject, teacher, room, class), and the lessons they spell."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.scraper.markup import css_classes, scan
from bot.scraper.page import squeeze

# The CSS class of a piece: p = przedmiot (subject), n = nauczyciel (teacher), s = sala (room), o = oddział (class).
_MARKS = frozenset("pnso")
# A row or a cell starts or ends; linear, as in `bot.scraper.markup`.
_PLACE = re.compile(r"""<(/?)(?:tr|(td|th))\b((?:=\s*"[^"]*"|=\s*'[^']*'|[^<>])*+)>""", re.I)
_KNOWN = frozenset({"nr", "g", "l", "tabela"})
# A group is "1/2", "10/" (the program cuts long ones), "j1/3" or "ja1", and follows the subject after a hyphen.
_INSIDE = re.compile(r"^(.*\S)\s*-\s*([^\W\d_]{0,3}\d{1,2}(?:/\d{0,2})?)$")
# A group in letters ("wf-TL") looks like the end of a name ("w-f"): it is one where something else says so.
_NO_GROUP = re.compile(r"[\s,;]|.{6}")
_ENDING = re.compile(r"-\s*([^\W_]{2,5})\s*</span", re.I)
_SUBJECT = re.compile(r"""class\s*=\s*["']?p\b[^<>]*$""", re.I)
_SMALL = re.compile(r"font-size", re.I)
_OUTSIDE = re.compile(r"^-([^\s,;]+)")
# Where a group would stand a school writes odd and even weeks, "nieparzyste" and "parzyste": "-(N)", "-(P)", or cut as
# the program cuts long groups, "-(n.". One of them alone may be a group; both on one plan are weeks.
_WEEK = re.compile(r"\(([NP])(?:\)|\.\)?)", re.I)
_WEEK_INSIDE = re.compile(r"^(.*\S)\s*-\s*\(([NP])(?:\)|\.\)?)$", re.I)
_WEEK_ENDING = re.compile(r"-\(([NP])(?:\)|\.\)?)[\s<]", re.I)
_NOTHING = frozenset({"", "-", "--", "---", "+", "???"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: CSS classes, the raw markup inside."""

    css: tuple[str, ...]
    raw: str

    @property
    def text(self) -> str:
        return _clean(re.sub(r"<[^<>]*>", " ", self.raw))


@dataclass(frozen=True, slots=True)
class Entry:
    """One lesson of a cell, without the class, teacher or room whose page it stands on."""

    subject: str
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    note: str = ""
    week: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a plan as a whole says of its endings: the groups in letters that it names, whether it marks weeks."""

    groups: frozenset[str] = frozenset()
    weeks: bool = False


def rows_of(text: str, start: int, end: int) -> Iterator[list[Cell]]:
    """The rows of cells that stand in the page between two places, one at a time."""
    row: list[Cell] = []
    opened = None
    for found in _PLACE.finditer(text, start, end):
        if opened is not None:
            row.append(Cell(tuple(css_classes(opened[3])), text[opened.end() : found.start()]))
        opened = found if found[2] and not found[1] else None
        if not found[2] and row:
            yield row
            row = []
    if opened is not None:
        row.append(Cell(tuple(css_classes(opened[3])), text[opened.end() : end]))
    if row:
        yield row


def strange_in(cell: Cell) -> set[str]:
    """The CSS classes of a cell and of its pieces that the program is not known to write."""
    inside = {css for _, tag, raw in scan(cell.raw) if tag in ("a", "span") for css in css_classes(raw)}
    return (set(cell.css) - _KNOWN) | (inside - _MARKS)


def wording_of(text: str, start: int, end: int) -> Wording:
    """The groups in letters that a plan names: endings of two or more subjects ("wf-TL", "j.angielski-TL"); weeks.

    Subjects that differ in what stands before their last word only ("w-f", "e_w-f") count as one.
    """
    subjects: dict[str, set[str]] = {}
    for found in _ENDING.finditer(text, start, end):
        opened = text.rfind(">", max(start, found.start() - 100), found.start())
        if opened >= 0 and _SUBJECT.search(text, max(start, opened - 100), opened):
            words = re.findall(r"[^\W_]+", html.unescape(text[opened + 1 : found.start()]))
            subjects.setdefault(found[1], set()).add(words[-1].casefold() if words else "")
    weeks = {found[1].upper() for found in _WEEK_ENDING.finditer(text, start, end)}
    return Wording(frozenset(group for group, names in subjects.items() if len(names) > 1), len(weeks) > 1)


def entries(raw: str, wording: Wording | None = None) -> tuple[Entry, ...]:
    """The lessons of a cell's markup: one for each group, as the breaks divide them.

    `wording`: what the plan says of its endings. A cell without any marked piece ("ckz", "Zajęcia<br>dodatkowe") is
    one lesson with that text.
    """
    if "<" not in raw:
        text = _clean(raw)
        return (Entry(text),) if text not in _NOTHING else ()
    pieces = _pieces(raw)
    if not any(mark in _MARKS for mark, _ in pieces):
        text = _clean("".join(" " if mark == "br" else piece for mark, piece in pieces if mark != "small"))
        return (Entry(text),) if text not in _NOTHING else ()
    wording = wording or Wording()
    found: list[Entry] = []
    part: list[tuple[str, str]] = []
    for mark, piece in [*pieces, ("br", "")]:
        if mark != "br":
            part.append((mark, piece))
        elif part:
            small = ("small", "") in part
            marked = [piece for piece in part if piece[0] != "small"] if small else part
            found += [entry for one in _lessons_apart(_joined(marked)) if (entry := _entry(one, wording, small=small))]
            part = []
    return tuple(found)


def _pieces(raw: str) -> list[tuple[str, str]]:
    """`(mark, raw text)`: the mark is "" for loose text, "br" for a break, "new" where a marked piece starts.

    Spans that only set a font size are seen through; "small" says that a lesson stands in one.
    """
    pieces: list[tuple[str, str]] = []
    marks: list[str] = []
    for before, tag, given in scan(raw):
        if before:
            pieces.append((next((mark for mark in reversed(marks) if mark in _MARKS), ""), before))
        if tag == "br":
            pieces.append(("br", ""))
            if "small" in marks:
                pieces.append(("small", ""))
        elif tag in ("a", "span"):
            mark = next((name for name in css_classes(given) if name in _MARKS), "")
            if mark:
                pieces.append(("new", ""))  # two neighbours of one kind are two pieces
            elif _SMALL.search(given):
                mark = "small"
                pieces.append((mark, ""))
            marks.append(mark)
        elif tag in ("/a", "/span") and marks:
            marks.pop()
    return pieces


def _clean(raw: str) -> str:
    return squeeze(html.unescape(raw) if "&" in raw else raw)


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
    clean = [(mark, _clean(raw)) for mark, raw in joined]
    return [(mark, text) for mark, text in clean if text]


def _lessons_apart(pieces: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """One part for each lesson, where a school leaves the break between two out.

    A second subject is the next lesson when a teacher or room stands between, else a teacher who has no page: "#1W4".
    """
    part: list[tuple[str, str]] = []
    for mark, text in pieces:
        told = {found for found, _ in part}
        if mark == "p" and "p" in told and not text.startswith("#") and told & {"n", "s"}:
            yield part
            part = []
        part.append((mark, text))
    if part:
        yield part


def _entry(pieces: list[tuple[str, str]], wording: Wording, *, small: bool) -> Entry | None:
    """The lesson of one part of a cell. A small one is a group's: the program prints no other lesson small."""
    subject = week = ""
    known = wording.groups
    groups: list[str] = []
    found: dict[str, list[str]] = {"n": [], "s": [], "o": []}
    loose: list[str] = []
    last = ""
    for index, (mark, text) in enumerate(pieces):
        rest = text
        if mark == "p" and not subject:
            marked = _WEEK_INSIDE.match(text) if wording.weeks else None
            named, week = (marked[1], marked[2].upper()) if marked else (text, week)
            subject, group = _divided(named)
            if not group and "-" in named and (small or known):
                head, _, tail = (part.strip() for part in named.rpartition("-"))
                written = tail in known or (small and bool(tail) and not _NO_GROUP.search(tail))
                if head and written and not _grouped(pieces, index):
                    subject, group = head, tail
            groups.append(group)
        elif mark == "p":
            found["n"].append(text)
        elif mark == "o":
            name, group = _divided(text) if "/" in text else (text, "")
            found["o"].append(name)
            groups.append(group)
        elif mark:
            found[mark].append(text)
        else:
            if last in ("p", "o") and (suffix := _OUTSIDE.match(text)):
                if wording.weeks and (alone := _WEEK.fullmatch(suffix[1])):
                    week = alone[1].upper()
                else:
                    groups.append(suffix[1])
                rest = text[suffix.end() :]
            loose.append(rest.strip(" ,;"))
        last = mark
    note = " ".join(piece for piece in loose if piece)
    teachers, rooms, classes = (_published(found[mark]) for mark in "nso")
    if not subject:
        subject, note = note, ""
    if subject in _NOTHING:
        subject = ""
    if not subject and not teachers and not rooms and not classes:
        return None
    return Entry(subject, teachers, rooms, classes, _published(groups), note, week)


def _grouped(pieces: list[tuple[str, str]], subject: int) -> bool:
    """Whether the group stands elsewhere: outside the subject's element, or behind the class on a teacher's page."""
    after = pieces[subject + 1] if subject + 1 < len(pieces) else ("", "")
    return (after[0] == "" and after[1].startswith("-")) or any(mark == "o" for mark, _ in pieces)


def _divided(text: str) -> tuple[str, str]:
    """A subject and the group that stands behind it: "sieci.komput-2/2"."""
    found = _INSIDE.match(text)
    return (found[1], found[2]) if found else (text, "")


def _published(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value not in _NOTHING))
