"""A row of an svPlan plan: its cells by their class, what takes place and what was planned. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.model import UNCHANGED, Kind, Substitution, Was
from bot.scraper.contract import Query
from bot.scraper.german import class_names_in, kind_in, names_in, published
from bot.scraper.page import period_labels

# The class of a cell: "svp-klasse-gerade", "svp-aufs-zeit-ungerade", or "KlasseNeu ungerade".
_CELL = re.compile(r"^(?:svp-)?(?:aufs-)?([a-z]+?)(?:neu)?(?:-(?:un)?gerade|-header)?$", re.I)
_ROLES = {
    "stunde": "stunde",
    "zeit": "stunde",
    "klasse": "klasse",
    "fach": "fach",
    "esfehlt": "was",
    "lehrer": "was",
    "esvertritt": "now",
    "vertretung": "now",
    "raum": "raum",
    "ort": "raum",
    "bemerkung": "note",
    "anmerkung": "note",
}
_STATT = re.compile(r"^(\S+) statt (\S+)$")


def role_of(classes: Sequence[str]) -> str:
    for name in classes:
        match = _CELL.match(name)
        if match and (role := _ROLES.get(match[1].lower())):
            return role
    return ""


def substitution_in(fields: dict[str, str], day: date, supervision: str, query: Query) -> Substitution:
    note = published(fields.get("note", ""))
    now, was = _people(fields.get("now", "")), _people(fields.get("was", ""))
    subject, before = published(fields.get("fach", "")), ""
    if match := _STATT.match(subject):
        subject, before = match[1], match[2]
    change = Was(subject=before or None, teachers=was if was and was != now else None)
    return Substitution(
        kind=Kind.SUPERVISION if supervision else _kind(note, was == now != ()),
        date=day,
        periods=_periods(fields["stunde"]) if not supervision else (fields["stunde"],),
        classes=_classes(fields.get("klasse", ""), query.options.get("classes", "")),
        subject=subject,
        teachers=now,
        rooms=names_in(fields.get("raum", "")),
        label=supervision,
        was=change or UNCHANGED,
        note=note,
    )


def _kind(note: str, same_teacher: bool) -> Kind:
    found = kind_in(note) if note else None
    if found is Kind.SUPERVISION:  # a remark about supervision in the plan of lessons is a remark
        found = None
    return found or (Kind.OTHER if same_teacher else Kind.SUBSTITUTION)


def _periods(text: str) -> tuple[str, ...]:
    """ "1.", "3. - 4.", "1.+2."; the name of a break is a label of its own."""
    return period_labels(re.sub(r"(?<=\d)\.?\s*\+\s*(?=\d)", ",", text))


def _people(text: str) -> tuple[str, ...]:
    """ "BOY/+" is BOY beside a lesson of their own: the plus names nobody."""
    return names_in(re.sub(r"\s*[/ ]\s*\+\s*$", "", text))


def _classes(cell: str, known: str) -> tuple[str, ...]:
    """The classes of a cell. "[8]" and "[7-9]" mean all classes of those years: told apart only when the operator
    lists the school's classes (option `classes`), else left as published."""
    years = re.fullmatch(r"\[(\d{1,2})(?:\s?-\s?(\d{1,2}))?\]", cell)
    if not years or not known:
        return class_names_in(cell)
    span = range(int(years[1]), int(years[2] or years[1]) + 1)
    return tuple(
        name for name in names_in(known) if (year := re.match(r"\d+", name)) is not None and int(year[0]) in span
    )
