"""A day of an Indiware plan, and a row of it: what the plan's two dresses, XML and HTML, both hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from bot.errors import SourceChanged
from bot.model import UNCHANGED, Kind, Substitution, Was
from bot.scraper.german import date_in, names_in, published
from bot.scraper.page import period_labels
from bot.scraper.remarks import Remark, read_remark

FIELDS = ("klasse", "stunde", "fach", "lehrer", "raum", "vfach", "vlehrer", "vraum", "info")
_Value = TypeVar("_Value", str, tuple[str, ...])


@dataclass(slots=True)
class Day:
    """A day of the plan as published: its heading, when it was made, the texts around it, the rows."""

    title: str
    stamp: str = ""
    school: str = ""
    head: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    supervision: list[str] = field(default_factory=list)
    exams: list[str] = field(default_factory=list)
    rows: list[Substitution] = field(default_factory=list)
    listed: bool = False
    day: date = date.min


def started(title: str) -> Day:
    """The day that a heading begins. Raises SourceChanged for one without a date."""
    found = date_in(title)
    if found is None:
        raise SourceChanged("the plan's heading names no date")
    return Day(title, day=found)


def finished(days: list[Day]) -> list[Day]:
    """The days, each of which must say something: rows, the frame of an empty table, or a message."""
    if not days:
        raise SourceChanged("the page holds no day of a plan")
    for day in days:
        if not (day.listed or day.head or day.foot):
            raise SourceChanged(f"the plan for {day.day} has no list of changes")
    return days


def substitution(fields: dict[str, str], changed: set[str], day: date) -> Substitution:
    """One row. Brackets around a teacher mean the one who is replaced; with vfach/vlehrer/vraum columns the plain
    columns hold what was before."""
    if "klasse" not in fields and "stunde" not in fields:
        raise SourceChanged("a row of the plan has neither a class nor a lesson")
    remark = read_remark(fields.get("info", ""), day)
    classes, groups = _classes(fields.get("klasse", ""))
    subject, was_subject = _pair(fields, "fach")
    teachers, was_teachers = _teachers(fields)
    room, was_room = _pair(fields, "raum")
    if remark.now:
        teachers, was_teachers = remark.now, was_teachers or teachers
    was = Was(
        subject=_other(remark.subject or was_subject, subject),
        teachers=_other(remark.teachers or was_teachers, teachers),
        rooms=_other(names_in(was_room), names_in(room)),
        date=remark.from_date,
        periods=remark.from_periods or None,
    )
    return Substitution(
        kind=_kind(remark, fields, changed),
        date=day,
        periods=period_labels(published(fields.get("stunde", ""))),
        classes=classes,
        subject=subject,
        teachers=teachers,
        rooms=names_in(room),
        groups=groups,
        label=remark.label,
        was=was or UNCHANGED,
        note=published(remark.note),
    )


def _kind(remark: Remark, fields: dict[str, str], changed: set[str]) -> Kind:
    if remark.kind is not None:
        return remark.kind
    subject = fields.get("vfach", fields.get("fach", ""))
    if subject and not published(subject):
        return Kind.CANCELLED
    room = published(fields.get("vraum", fields.get("raum", "")))
    return Kind.ROOM if room and changed and changed <= {"raum", "vraum"} else Kind.SUBSTITUTION


def _other(was: _Value, now: _Value) -> _Value | None:
    return was if was and was != now else None


def _pair(fields: dict[str, str], name: str) -> tuple[str, str]:
    """What a field says now, and what it said before where the plan has a column for it."""
    value = published(fields.get(name, ""))
    if f"v{name}" not in fields:
        return value, ""
    return published(fields[f"v{name}"]), value


def _teachers(fields: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    now, was = _pair(fields, "lehrer")
    if now.startswith("(") and now.endswith(")"):
        return (), names_in(now[1:-1])
    return names_in(now), names_in(was.strip("()"))


def _classes(cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ "5a,5b/ Deu1" is two classes and a course; the slash of "5/1" and "07/2" belongs to the class."""
    if cell.startswith("(") and cell.endswith(")"):
        cell = cell[1:-1]
    classes, slash, course = cell.rpartition("/ ")
    if not slash:
        classes, course = cell, ""
    return names_in(classes), names_in(course)
