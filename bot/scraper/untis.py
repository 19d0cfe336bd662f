"""What the Untis exports share: class lists, changed cells, and how a row of a substitution plan is read.

Pure. The sources `untis-monitor`, `untis-info` and `untis-grid` are one program's three layouts and may not import each
other; what is written in their cells is the same. Facts: shared recordings and the header lists that readers of many
schools' pages have gathered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bot.errors import TruncatedPage
from bot.model import Kind, Substitution, Was
from bot.scraper.page import match_name, period_labels, remembered, squeeze
from bot.scraper.tables import Cell
from bot.scraper.untis_dates import day_beside
from bot.scraper.untis_words import is_nobody, kind_of_word

# A cell that stands for nothing: "---", "+" (together, unchanged), "+---+" (without a teacher), "???" (not yet known).
_PLACEHOLDER = re.compile(r"[-–—]+|\+(?:[-–—]+\+|\+*)|\?+|\*+|\.{2,}|_+")
_DASHES = re.compile(r"[-–—]+")
_ARROW = re.compile(r"^\s*(?:\?|→|->|=>|»)\s*")

# What stands behind a number of a period: "1. Std.", "6. uur", "3./4."
_PERIOD_WORD = re.compile(r"(\d)(?:\.?\s?(?:Std|Stunde|uur|lekcja|hod|ora)\b\.?|\.(?=\s?/))", re.I)
_MOVE = re.compile(r"(?<!\d)(\d{1,2})([-./])\s?(\d{1,2})(?:\2(?:\s?\d{4}|\s?\d{2})?)?\s*/\s*(\S.*)$")
_ROW_DATE = re.compile(r"(?:\w{2,3}[-. ]+)?(\d{1,2})([-./])\s?(\d{1,2})(?:\2\s?(?:\d{2,4})?)?")
_HTML = re.compile(r"<(/?)html\b", re.I)


def plain(text: str) -> str:
    """The cell's text, or "" for a placeholder."""
    return text if text[:1].isalnum() or not _PLACEHOLDER.fullmatch(text) else ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A cell as `<s>old</s>?new`: either side is "" when it is not published."""

    old: str
    new: str
    dashes: bool = False


def changed(cell: Cell | None) -> Changed:
    """What a cell says of old and new: "264" (new), struck "264" (old), struck "248" and "?236" (both)."""
    if cell is None:
        return Changed("", "")
    new = _ARROW.sub("", cell.text) if cell.struck else cell.text
    dashes = not cell.text[:1].isalnum() and _DASHES.fullmatch(cell.text) is not None
    return Changed(plain(cell.struck), plain(new), dashes)


@remembered
def names(text: str) -> tuple[str, ...]:
    """The teachers or rooms of a cell ("LAU, KLN"), placeholders left out."""
    parts = (part.strip() for part in re.split(r"[,;]", text))
    return tuple(dict.fromkeys(part for part in parts if plain(part)))


def class_list(text: str, known: Sequence[str] = ()) -> tuple[str, ...]:
    """The classes of a cell: "06C3, 06E3", "8CD", "11abc12b", "5-6", "(05A3)".

    Run-together names are taken apart when all their parts are `known`, or when they can be read in one way only: a
    grade and two or more single letters a to h in order. A range or a lone grade needs the known classes. What cannot
    be taken apart stays as published.
    """
    return _class_list(text, tuple(known))


@lru_cache(maxsize=1024)  # a plan names the same few lists in every second row
def _class_list(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for part in re.split(r"[,;]", text):
        name = part.strip().strip("()[] ")
        if name and plain(name):
            found.extend(_classes_of(squeeze(name), known))
    return tuple(dict.fromkeys(found))


def _classes_of(name: str, known: Sequence[str]) -> Sequence[str]:
    if same := match_name(name, known):
        return [same]
    grades = re.fullmatch(r"(\d{1,2})(?:\s*-\s*(\d{1,2}))?", name)
    if grades:
        first, last = int(grades[1]), int(grades[2] or grades[1])
        within = [one for one in known if (grade := re.match(r"\d+", one)) and first <= int(grade[0]) <= last]
        if within:
            return within
    if len(name) <= 60 and (parts := _taken_apart(name.casefold(), {one.casefold(): one for one in known})):
        return parts
    return _letters(name) or [name]


def _taken_apart(name: str, known: Mapping[str, str]) -> list[str]:
    """The known names that `name` is written of, a grade being said once: "11abc12b"; [] when there are none."""
    dead: set[tuple[int, str]] = (
        set()
    )  # from there on, with that grade, nothing fits: a cell costs no more than its square

    def tail(start: int, grade: str) -> list[str] | None:
        if start == len(name):
            return []
        if (start, grade) in dead:
            return None
        for end in range(len(name), start, -1):
            head = name[start:end]
            for full in (head, "" if head[0].isdigit() else f"{grade}{head}"):
                if full not in known:
                    continue
                number = re.match(r"\d+", full)
                rest = tail(end, number[0] if number else "")
                if rest is not None:
                    return [known[full], *rest]
        dead.add((start, grade))
        return None

    return tail(0, "") or []


def _letters(name: str) -> list[str]:
    if not re.fullmatch(r"(?:\d{1,2}(?:[a-h]+|[A-H]+))+", name):
        return []
    found: list[str] = []
    for grade, letters in re.findall(r"(\d{1,2})([A-Ha-h]+)", name):
        if list(letters) != sorted(set(letters)):
            return []
        found.extend(f"{grade}{letter}" for letter in letters)
    return found


def substitution(
    row: Mapping[str, Cell], *, day: date, classes: tuple[str, ...] | None, known: Sequence[str] = ()
) -> Substitution:
    """One row as a Substitution. `row` maps the names of `columns` to cells; `classes` of a class header win.

    `was` holds only what differs from what takes place now; a planned value that the page repeats is no change.
    """
    label = _either(row.get("label"))
    subject, was_subject = _pair(row, "subject")
    teachers, was_teachers = _names(row, "teacher")
    rooms, was_rooms = _names(row, "room")
    own = changed(row.get("classes"))
    planned = _either(row.get("was_classes")) or own.old
    # A struck class without another is a struck row: the class is still whom it is about.
    own_classes = class_list(own.new or planned, known)
    was_classes = class_list(planned, known) if own.new else ()
    periods = _periods(_either(row.get("periods")))
    note = _either(row.get("note"))
    moved_from = _MOVE.search(_either(row.get("from")))
    moved_day, moved_periods = _moved(moved_from, day)
    was = Was(
        subject=was_subject if was_subject and was_subject != subject else None,
        teachers=_others(was_teachers, teachers),
        rooms=_others(was_rooms, rooms),
        classes=_others(was_classes, own_classes),
        date=moved_day if moved_day != day else None,
        periods=moved_periods if moved_periods and moved_periods != periods else None,
    )
    if (
        (target := _either(row.get("to")))
        and target not in label
        and not note
        and (_MOVE.search(target) or "label" not in row)
    ):
        note = target
    return Substitution(
        kind=_kind(label, row, was, periods),
        date=_own_date(row.get("date"), day),
        periods=periods,
        classes=own_classes if classes is None else classes,
        subject=subject,
        teachers=teachers,
        rooms=rooms,
        groups=names(_either(row.get("group"))),
        label=label,
        was=was,
        note=note,
    )


def _either(cell: Cell | None) -> str:
    return "" if cell is None else plain(cell.text) or plain(cell.struck)


def _pair(row: Mapping[str, Cell], name: str) -> tuple[str, str]:
    cell = changed(row.get(name))
    return cell.new, _either(row.get(f"was_{name}")) or cell.old


def _names(row: Mapping[str, Cell], name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    new, old = _pair(row, name)
    return () if is_nobody(new) else names(new), names(old)


@remembered
def _periods(text: str) -> tuple[str, ...]:
    return period_labels(_PERIOD_WORD.sub(r"\1", text))


def _others(planned: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...] | None:
    """What was planned, or None when it is the same in whatever order."""
    return planned if planned and planned != now and {*planned} != {*now} else None


def _moved(move: re.Match[str] | None, day: date) -> tuple[date | None, tuple[str, ...]]:
    if move is None:
        return day, ()
    try:
        return day_beside(move[1], move[2], move[3], day), period_labels(move[4])
    except ValueError:
        return day, ()


def _own_date(cell: Cell | None, day: date) -> date:
    """The date that the row itself states, near the day under which it stands."""
    match = _ROW_DATE.fullmatch(_either(cell))
    if match is None:
        return day
    try:
        return day_beside(match[1], match[2], match[3], day)
    except ValueError:
        return day


def _kind(label: str, row: Mapping[str, Cell], was: Was, periods: tuple[str, ...]) -> Kind:
    kind = kind_of_word(label)
    if kind not in (None, Kind.SUBSTITUTION):
        return kind
    if _either(row.get("gone")) or is_nobody(changed(row.get("teacher")).new):
        return Kind.CANCELLED
    cells = [changed(row.get(name)) for name in ("subject", "teacher", "room") if name in row]
    if not any(cell.new for cell in cells) and (
        sum(cell.dashes for cell in cells) >= min(2, len(cells)) > 0 or any(cell.old for cell in cells)
    ):
        return Kind.CANCELLED
    if any("/" in period for period in periods) and not changed(row.get("subject")).new:
        return Kind.SUPERVISION
    if kind is not None:
        return kind
    if _MOVE.search(_either(row.get("from"))):
        return Kind.MOVED
    if was.rooms is not None and was.teachers is None and was.subject is None:
        return Kind.ROOM
    if was.teachers is not None and changed(row.get("teacher")).new:
        return Kind.SUBSTITUTION
    return Kind.OTHER if label else Kind.SUBSTITUTION


def complete(text: str, *, tables_closed: bool) -> None:
    """Raise TruncatedPage for a page that ends inside a table, or opens `<html>` and never closes it."""
    tags = [match[1] for match in _HTML.finditer(text)]
    if not tables_closed or (tags and not tags[-1]):
        raise TruncatedPage("the page ends inside the plan")


def continued(above: dict[str, Cell], row: Mapping[str, Cell], heads: Mapping[str, Cell]) -> bool:
    """Whether `row` only goes on with the text of the row above; if so the text is added there.

    A continuation has no period, no date and no type. `heads` are the header cells: their `width` counts characters,
    and a word as wide as its column goes on without a space ("Mitaufsich" + "t"), anything shorter with one.
    """
    if any(name in row and (row[name].text or row[name].struck) for name in ("periods", "date", "label")):
        return False
    for name, cell in row.items():
        if not cell.text or name not in above:
            continue
        start, width = above[name], heads[name].width if name in heads else 0
        word = start.text.rsplit(" ", 1)[-1]
        cut = 0 < width <= len(word) and len(word) % width == 0 and not cell.text[0].isupper()
        above[name] = replace(start, text=f"{start.text}{'' if cut else ' '}{cell.text}".strip())
    return True
