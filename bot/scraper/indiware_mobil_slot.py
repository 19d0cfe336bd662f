"""A `Std` of an Indiware mobil plan: a lesson, and what its marks and its remark say of a change. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from xml.etree.ElementTree import Element

from bot.errors import SourceChanged
from bot.model import UNCHANGED, Kind, Lesson, Status, Substitution, TargetKind, Was
from bot.scraper.german import names_in, published
from bot.scraper.page import clock_time, period_labels, remembered, squeeze
from bot.scraper.remarks import Remark, read_remark


@dataclass(frozen=True, slots=True)
class Slot:
    """A `Std` as published: the texts of its fields, and which of them are marked as changed."""

    said: dict[str, str]
    marks: frozenset[str]


@dataclass(slots=True)
class Owner:
    """The class, or the teacher, whose plan is being read: the name, the bells, the groups of the courses by number.

    `waiting` are lessons that stand before the class's courses: they can be read when the class ends.
    """

    name: str = ""
    times: dict[str, tuple[time | None, time | None]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    planned: bool = False
    prepared: bool = False
    waiting: list[Slot] = field(default_factory=list)


def slot_of(node: Element) -> Slot:
    """The texts and marks of a `Std`. Raises SourceChanged when it has no number or no subject."""
    said = {child.tag: text_in(child) for child in node}
    if "St" not in said or "Fa" not in said:
        raise SourceChanged("a lesson of the plan has no number or no subject")
    return Slot(said, frozenset(child.tag for child in node if child.attrib and _is_marked(child)))


def read_slot(slot: Slot, of: Owner, *, kind: TargetKind, day: date, week: str) -> tuple[Lesson, Substitution | None]:
    """The lesson, and the row of the substitution plan where the slot has a remark or a changed mark."""
    said, marks = slot.said, slot.marks
    subject, room = published(said["Fa"]), published(said.get("Ra", ""))
    people = names_in(said.get("Le", ""))
    remark = read_remark(said.get("If", ""), day)
    of_class = kind is TargetKind.CLASS
    teachers, classes = (people, (of.name,)) if of_class else ((of.name,), people)
    was = _was(remark, subject, teachers, of_class=of_class)
    if remark.now:
        teachers = remark.now
    change = _kind(remark, marks, subject=subject, room=room, people=people)
    periods = period_labels(said["St"])
    start, end = _times(said, of, periods)
    rooms, groups = names_in(room), names_in(said.get("Ku2", ""))
    lesson = Lesson(
        subject=subject,
        date=day,
        weekday=day.weekday(),
        week=week,
        periods=periods,
        start=start,
        end=end,
        teachers=teachers,
        rooms=rooms,
        classes=classes,
        groups=groups or of.groups.get(said.get("Nr", ""), ()),
        status=_status(change, remark, marks, subject),
        was=was,
        note=remark.note,
    )
    if not said.get("If", "") and not marks:
        return lesson, None
    return lesson, Substitution(
        kind=change,
        date=day,
        periods=periods,
        classes=classes,
        subject=subject,
        teachers=teachers,
        rooms=rooms,
        groups=groups,
        label=remark.label,
        was=was,
        note=remark.note,
    )


def _times(said: dict[str, str], of: Owner, periods: tuple[str, ...]) -> tuple[time | None, time | None]:
    """When the lesson is: as it says, else by the bells of its class."""
    start, end = clock_time(said.get("Beginn", "")), clock_time(said.get("Ende", ""))
    if periods:
        start = start or of.times.get(periods[0], (None, None))[0]
        end = end or of.times.get(periods[-1], (None, None))[1]
    return start, end


def _is_marked(node: Element) -> bool:
    """`FaAe="FaGeaendert"`: the field differs from the regular plan."""
    return any(key.endswith("Ae") and value for key, value in node.items())


def _was(remark: Remark, subject: str, teachers: tuple[str, ...], *, of_class: bool) -> Was:
    """What the remark says of the time before. In a teacher's plan the names in a remark are classes."""
    names = remark.teachers or None
    was = Was(
        subject=remark.subject if remark.subject and remark.subject != subject else None,
        teachers=names if of_class and names != teachers else None,
        classes=None if of_class else names,
        date=remark.from_date,
        periods=remark.from_periods or None,
    )
    return was or UNCHANGED


def _kind(remark: Remark, marks: frozenset[str], *, subject: str, room: str, people: tuple[str, ...]) -> Kind:
    nothing = not subject and not people and not room
    if remark.kind is not None and not (nothing and remark.kind is Kind.SUBSTITUTION and not remark.label):
        return remark.kind
    if nothing:
        return Kind.CANCELLED
    if marks == {"Ra"} and room:
        return Kind.ROOM
    return Kind.SUBSTITUTION if marks else Kind.OTHER


def _status(kind: Kind, remark: Remark, marks: frozenset[str], subject: str) -> Status:
    """A lesson that was moved away does not take place here; one that was moved in does."""
    if kind is Kind.CANCELLED or remark.away:
        return Status.CANCELLED
    if kind is Kind.MOVED:
        return Status.MOVED
    return Status.CHANGED if marks or remark.kind is not None or not subject else Status.PLANNED


def text_in(node: Element | None) -> str:
    """The text of an element; `&nbsp;` may be written twice over and is nothing."""
    if node is None:
        return ""
    return _shown("".join(node.itertext()) if len(node) else node.text or "")


@remembered
def _shown(text: str) -> str:
    return squeeze(text.replace("&nbsp;", " "))
