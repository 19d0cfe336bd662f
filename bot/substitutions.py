"""Substitution plans laid onto base plans, so that "what takes place" is one timetable. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import time

from bot.model import Bell, Kind, Lesson, Status, Substitution, Was

_STATUS = {
    Kind.CANCELLED: Status.CANCELLED,
    Kind.EVENT: Status.ADDED,
    Kind.SUPERVISION: Status.ADDED,
    Kind.MOVED: Status.MOVED,
}


def merge_substitutions(
    lessons: Sequence[Lesson], changes: Iterable[Substitution], *, bells: Sequence[Bell] = ()
) -> list[Lesson]:
    """The lessons of one day with the changes applied; a change that fits no lesson stands as a lesson of its own."""
    merged = list(lessons)
    for change in dict.fromkeys(changes):
        places = [index for index, lesson in enumerate(merged) if _concerns(change, lesson)]
        if not places:
            merged.append(as_lesson(change, bells))
        for index in places:
            merged[index] = _applied(change, merged[index])
    return merged


def _concerns(change: Substitution, lesson: Lesson) -> bool:
    if not set(change.periods) & set(lesson.periods):
        return False
    if change.groups and lesson.groups and not set(change.groups) & set(lesson.groups):
        return False
    before = change.was.subject or change.subject
    if before and lesson.subject and before.casefold() == lesson.subject.casefold():
        return True
    teachers = change.was.teachers or (change.teachers if change.kind is not Kind.SUBSTITUTION else ())
    return bool(teachers and set(teachers) & set(lesson.teachers))


def _applied(change: Substitution, lesson: Lesson) -> Lesson:
    note = change.note or lesson.note
    if change.kind is Kind.CANCELLED:
        return replace(lesson, status=Status.CANCELLED, note=note)
    subject = change.subject or lesson.subject
    teachers = change.teachers or lesson.teachers
    rooms = change.rooms or lesson.rooms
    was = Was(
        subject=lesson.subject if subject != lesson.subject else None,
        teachers=lesson.teachers if teachers != lesson.teachers else None,
        rooms=lesson.rooms if rooms != lesson.rooms else None,
    )
    status = Status.MOVED if change.kind is Kind.MOVED else Status.CHANGED
    return replace(lesson, subject=subject, teachers=teachers, rooms=rooms, status=status, was=was, note=note)


def as_lesson(change: Substitution, bells: Sequence[Bell] = ()) -> Lesson:
    """A row of a substitution plan as a lesson, for schools that publish nothing else."""
    start, end = _times(change.periods, bells)
    return Lesson(
        subject=change.subject or change.was.subject or change.label,
        date=change.date,
        weekday=None if change.date is None else change.date.weekday(),
        periods=change.periods,
        start=start,
        end=end,
        teachers=change.teachers or (change.was.teachers or () if change.kind is Kind.CANCELLED else ()),
        rooms=change.rooms,
        classes=change.classes,
        groups=change.groups,
        status=_STATUS.get(change.kind, Status.CHANGED),
        was=change.was if change.kind is not Kind.CANCELLED else Was(),
        note=change.note,
    )


def _times(periods: Sequence[str], bells: Sequence[Bell]) -> tuple[time | None, time | None]:
    known = {bell.period: bell for bell in bells}
    rung = [known[period] for period in periods if period in known]
    return (rung[0].start, rung[-1].end) if rung else (None, None)
