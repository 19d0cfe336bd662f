"""What an Untis class timetable says of a lesson outside its cell: the footnotes. Pure.

A mark `1)` in a cell points to rows of a table below the grid: "Le.,Fa.,Rm." ("Wolf, Span, C 005"), the classes, the
school weeks, a text, the group. A row without a number goes on with the footnote above. Brackets ("Berg, (Wirt),",
"(5A)") are Untis's mark of what a change has taken away: the cell is then `---`, the footnote says what stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.scraper.tables import Table
from bot.scraper.untis import plain

_MARK = re.compile(r"(\d{1,2})\)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
# The words of Untis's own lists ("Le.,Fa.,Rm.", "Te.,Su.,Rm.", "Õp,Aine,Ruum"), each by its beginning.
_PARTS = {
    "teacher": ("le", "te", "do", "op", "õp", "naucz", "pr", "mok", "skol"),
    "subject": ("fa", "su", "va", "aine", "prz", "ma", "dal", "pred"),
    "room": ("rm", "ra", "ro", "lo", "ruum", "sa", "kab"),
    "class": ("kl", "cl", "odd"),
}


@dataclass(frozen=True, slots=True)
class Footnote:
    """One row of a footnote; `note` are its remaining columns, the weeks with their header."""

    number: str
    subject: str = ""
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    note: str = ""


def marks_of(text: str) -> tuple[str, ...]:
    """The numbers of a cell that holds nothing but marks: "1)", "1) 2)"; () for any other cell."""
    return tuple(_MARK.findall(text)) if re.fullmatch(r"(?:\d{1,2}\)[\s,]*)+", text) else ()


def footnotes_of(found: Sequence[Table]) -> list[Footnote]:
    """The footnotes of all tables whose first header is the number; a long list stands in several columns."""
    notes: list[Footnote] = []
    for table in found:
        rows = [[cell.text for cell in row] for row in table.rows if row]
        if len(rows) < 2 or len(rows[0]) < 2 or not rows[0][0].casefold().startswith(("nr", "no")):
            continue
        starts = [index for index, head in enumerate(rows[0]) if head == rows[0][0]]
        for start, end in zip(starts, [*starts[1:], len(rows[0])], strict=True):
            notes.extend(_column([row[start:end] for row in rows]))
    return notes


def _column(rows: Sequence[Sequence[str]]) -> Iterator[Footnote]:
    number = ""
    for row in rows[1:]:
        mark = _MARK.match(row[0]) if row else None
        number = mark[1] if mark else number
        if number and any(row):
            yield _footnote(number, rows[0], row)


def _part(head: str) -> str:
    """What a header's word names, or the word itself."""
    return next((part for part, begun in _PARTS.items() if head.startswith(begun)), head)


def _footnote(number: str, heads: Sequence[str], row: Sequence[str]) -> Footnote:
    values: dict[str, list[str]] = {}
    notes: list[str] = []
    for head, text in zip(heads[1:], row[1:], strict=False):
        folded = head.casefold()
        parts = [_part(part.strip(" .")) for part in folded.split(",")]
        if "gruppe" in folded or "group" in folded or "rühm" in folded:
            values.setdefault("group", []).append(text)
        elif "woche" in folded or "week" in folded or "nädal" in folded:
            notes.extend([f"{head} {text}"] if plain(text) else [])
        elif "text" in folded or "tekst" in folded:
            notes.extend([text] if plain(text) else [])
        elif any(part in _PARTS for part in parts):
            # A list inside one column ("1G22A, 1I22A") has one name; of several columns each has its own place.
            texts = text.split(",") if len(parts) > 1 else [text]
            for part, value in zip(parts, texts, strict=False):
                values.setdefault(part, []).append(_bare(value.strip()))
    return Footnote(
        number,
        subject=" ".join(values.get("subject", [])),
        teachers=_list(values.get("teacher", [])),
        rooms=_list(values.get("room", [])),
        classes=_list(values.get("class", [])),
        groups=_list(values.get("group", [])),
        note="; ".join(notes),
    )


def _bare(text: str) -> str:
    return inside[1].strip() if (inside := _BRACKETS.fullmatch(text)) else text


def _list(texts: Sequence[str]) -> tuple[str, ...]:
    parts = (_bare(part.strip()) for text in texts for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if plain(part)))
