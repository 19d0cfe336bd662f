"""A row of a DaVinci plan: its columns by their headers, its cells as what takes place and what was planned. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.model import UNCHANGED, Kind, Substitution, Was
from bot.scraper.german import class_names_in, date_in, kind_in, names_in, published
from bot.scraper.page import period_labels
from bot.scraper.rowstream import Row

# What a column is called, and the field it fills: "v…" is the lesson as it takes place, "was" the one in the plan.
_COLUMNS = {
    "klasse": "class",
    "klassen": "class",
    "klasse(n)": "class",
    "pos": "period",
    "stunde": "period",
    "std": "period",
    "position": "period",
    "ue": "period",
    "dstd": "period",
    "vlehrer": "teacher",
    "vlehrkraft": "teacher",
    "vertreter": "teacher",
    "lehrer": "was teacher",
    "lehrkraft": "was teacher",
    "fach": "was subject",
    "vfach": "subject",
    "raum": "was room",
    "vraum": "room",
    "art": "label",
    "merkmal": "label",
    "info": "note",
    "information": "note",
    "mitteilung": "note",
    "bemerkung": "note",
    "hinweis": "note",
    "datum": "date",
    "tag": "day",
}
_NEW_AND_OLD = re.compile(r"^\+\s*(.+?)\s*\(([^)]*)\)$")
_ONLY_OLD = re.compile(r"^\(([^)]*)\)$")
_SPAN = r"\d{1,2}(?:\s*-\s*\d{1,2})?"
_MOVED_FROM = (
    re.compile(
        rf"^Von\s+(?P<date>\d{{1,2}}\.\d{{1,2}}\.(?:\d{{2,4}})?)\s*(?:[A-Za-z]{{2}}\.?\s+)?(?P<period>{_SPAN})?\b", re.I
    ),
    # DaVinci 5: "anstatt Mo  6 [16.01.]", the other end of "verschoben auf Mo  1 [16.01.]".
    re.compile(
        rf"^anstatt\s+[A-Za-z]{{2}}\.?\s+(?P<period>{_SPAN})\s*\[(?P<date>\d{{1,2}}\.\d{{1,2}}\.(?:\d{{2,4}})?)\]", re.I
    ),
)


def fields_of(columns: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """The row by field. Of two columns for one the first that says something counts; remarks are read on."""
    fields: dict[str, str] = {}
    for name, text in zip(columns, texts, strict=False):
        said = published(fields.get(name, ""))
        if name == "note" and said and published(text):
            fields[name] = f"{said} {text}"
        elif name and not said:
            fields[name] = text
    return fields


def columns_of(row: Row) -> tuple[str, ...]:
    """The fields of a header row, "" for a column that is not read; () for any other row."""
    if not all(cell.header or "9999ff" in cell.attributes.lower() for cell in row.cells):
        return ()
    columns = tuple(_column(cell.text) for cell in row.cells)
    return columns if "period" in columns and len({name for name in columns if name}) >= 3 else ()


def _column(header: str) -> str:
    """ "VLehrer Kürzel", "Original Fach", "Std.", "V Fach" and "Vertretungslehrkraft": the first telling word."""
    words = re.sub(r"\b(?:v\b[\s.-]*|vertretungs-?)(?=\w)", "v", header.lower()).replace(".", "").split()
    return next((_COLUMNS[word] for word in words if word in _COLUMNS), "")


def substitution(fields: dict[str, str], name: str, day: date) -> Substitution:
    """One row as a Substitution; `name` is the class of the caption, for a table without a column of classes."""
    label = published(fields.get("label", ""))
    note = published(fields.get("note", ""))
    subject, was_subject = _pair(fields, "subject")
    teacher, was_teacher = _pair(fields, "teacher")
    room, was_room = _pair(fields, "room")
    if not label and kind_in(teacher) is Kind.ROOM:  # "Raumänderung" stands where the substitute would
        label, teacher, was_teacher = teacher, was_teacher, ""
    origin = next(filter(None, (pattern.match(label or note) for pattern in _MOVED_FROM)), None)
    kind = kind_in(label or note) or (Kind.OTHER if label else Kind.SUBSTITUTION)
    if origin:
        kind = Kind.MOVED
    was = Was(
        subject=was_subject if was_subject and was_subject != subject else None,
        teachers=names_in(was_teacher) if was_teacher and was_teacher != teacher else None,
        rooms=names_in(was_room) if was_room and was_room != room else None,
        date=date_in(origin["date"], near=day) if origin else None,
        periods=period_labels(origin["period"]) if origin and origin["period"] else None,
    )
    return Substitution(
        kind=kind,
        date=day,
        periods=period_labels(fields.get("period", "")),
        classes=class_names_in(_ONLY_OLD.sub(r"\1", fields["class"])) if "class" in fields else names_in(name),
        subject=subject,
        teachers=names_in(teacher),
        rooms=names_in(room),
        label=label,
        was=was or UNCHANGED,
        note=note,
    )


def _pair(fields: dict[str, str], name: str) -> tuple[str, str]:
    """What a lesson has now and what it had: from two columns, or from one that says "+new (old)" or "(old)".

    With a column for the change that is empty, the plan's own subject and room stay; its teacher is the one who is
    away. A value that begins with an asterisk is no person.
    """
    now, plan = published(fields.get(name, "")), published(fields.get(f"was {name}", ""))
    if now.startswith("*"):
        now = ""
    was = plan
    if match := _NEW_AND_OLD.match(now):
        now, was = match[1], plan or match[2]
    elif match := _ONLY_OLD.match(now):
        now, was = "", plan or match[1]
    elif match := _NEW_AND_OLD.match(plan):
        now, was = now or match[1], match[2]
    elif match := _ONLY_OLD.match(plan):
        was = match[1]
    elif not now and (name != "teacher" or name not in fields):
        now = plan
    return now.removeprefix("+").strip(), published(was)
