"""Substitution plans laid onto base plans, so that "what takes place" is one timetable. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import time

from bot.model import UNCHANGED, Bell, Kind, Lesson, Status, Substitution, Was
from bot.names import class_key

_OF_ITS_OWN = {
    Kind.CANCELLED: Status.CANCELLED,
    Kind.EVENT: Status.ADDED,
    Kind.SUPERVISION: Status.ADDED,
    Kind.MOVED: Status.MOVED,
}
# How much a sign that a row means a lesson weighs. A group that differs outweighs a subject that is the same.
_SUBJECT, _WHOLE_NAME, _TEACHER, _GROUP, _OTHER_GROUP, _ROOM = 4, 1, 4, 3, -6, 1


@dataclass(slots=True)
class _Place:
    """A lesson as the plan has it, and what has become of it so far."""

    planned: Lesson
    now: Lesson
    touched: bool = False


def merge_substitutions(
    lessons: Sequence[Lesson], changes: Iterable[Substitution], *, bells: Sequence[Bell] = ()
) -> list[Lesson]:
    """The lessons of one day with the changes applied; a change that fits no lesson stands as a lesson of its own.

    A row is matched period by period: by subject, teacher, group and room; where they are written differently in the
    two plans, by being the only lesson of its place. A double lesson of which one period changes becomes two.
    """
    rows = list(dict.fromkeys(changes))
    touched = {period for row in rows for period in (*row.periods, *(row.was.periods or ()))}
    places = [_Place(part, part) for lesson in lessons for part in split(lesson, touched, bells)]
    own: list[Lesson] = []
    for row in rows:
        left = [period for period in row.periods if not _lay(row, period, places)]
        if _stands_alone(row, left, lessons):
            own.append(as_lesson(replace(row, periods=tuple(left)), bells))
        if row.kind is Kind.MOVED and row.was.periods and row.was.date in (None, row.date):
            _vacate(row, places)
    return _joined([place.now for place in places], lessons) + own


def split(lesson: Lesson, touched: Iterable[str], bells: Sequence[Bell] = ()) -> list[Lesson]:
    """The lesson by its periods, when some of them are touched and others are not; times as far as they are known."""
    concerned = set(touched) & set(lesson.periods)
    if len(lesson.periods) < 2 or not concerned:
        return [lesson]
    known = {bell.period: bell for bell in bells}
    parts = []
    for number, period in enumerate(lesson.periods):
        bell = known.get(period)
        first, last = number == 0, number == len(lesson.periods) - 1
        start = lesson.start if first else bell.start if bell else None
        end = lesson.end if last else bell.end if bell else None
        parts.append(replace(lesson, periods=(period,), start=start, end=end))
    return parts


def _joined(lessons: Sequence[Lesson], whole: Sequence[Lesson]) -> list[Lesson]:
    """Parts of a double lesson that fared alike as one lesson again."""
    found: list[Lesson] = []
    doubles = [lesson for lesson in whole if len(lesson.periods) > 1]
    for lesson in lessons:
        last = found[-1] if found else None
        alike = last is not None and replace(last, periods=(), start=None, end=None) == replace(
            lesson, periods=(), start=None, end=None
        )
        if last is not None and alike and any(_follows(last, lesson, double) for double in doubles):
            found[-1] = replace(last, periods=last.periods + lesson.periods, end=lesson.end)
        else:
            found.append(lesson)
    return found


def _follows(first: Lesson, second: Lesson, double: Lesson) -> bool:
    both = first.periods + second.periods
    return any(double.periods[at : at + len(both)] == both for at in range(len(double.periods)))


def _lay(row: Substitution, period: str, places: Sequence[_Place]) -> bool:
    """Apply a row to the lessons of one period that it means; False when it means none of them."""
    if row.kind is Kind.MOVED and (row.was.periods or row.was.date):
        return False  # a lesson that comes in from elsewhere takes no other's place
    here = [place for place in places if period in place.planned.periods and _same_class(row, place.planned)]
    scores = [_score(row, place.planned) for place in here]
    best = max(scores, default=0)
    if best > 0:
        meant = [place for place, score in zip(here, scores, strict=True) if score == best]
    elif _names_nothing(row):
        meant = here
    else:
        meant = [place for place in here if _fits_group(row, place.planned)]
        if len(meant) != 1:  # two halves of a class, and nothing says which
            return False
    for place in meant:
        if row.kind is Kind.CANCELLED and place.touched and place.now.status is not Status.CANCELLED:
            continue  # one row says who is away, another what takes place instead
        changed_already = place.touched and place.now.status is not Status.CANCELLED
        place.now = _applied(row, place.planned, place.now if changed_already else place.planned)
        place.touched = True
    return bool(meant)


def _names_nothing(row: Substitution) -> bool:
    """ "9a may go home": the row means every lesson of its place (and group)."""
    return not (row.subject or row.was.subject or row.teachers or row.was.teachers or row.groups)


def _score(row: Substitution, lesson: Lesson) -> int:
    score = 0
    named = [subject for subject in (row.was.subject, row.subject) if subject and alike(subject, lesson.subject)]
    if named:
        score += _SUBJECT + any(_packed(subject) == _packed(lesson.subject) for subject in named) * _WHOLE_NAME
    away = row.was.teachers or (row.teachers if row.kind is not Kind.SUBSTITUTION else ())
    known = any(same_person(one, other) for one in away for other in lesson.teachers)
    score += _TEACHER if known else 0
    if row.groups and lesson.groups and _shared(row.groups, lesson.groups):
        score += _GROUP
    elif row.groups and lesson.groups and not known:
        score += _OTHER_GROUP
    if score > 0 and _shared(row.was.rooms or row.rooms, lesson.rooms):
        score += _ROOM
    return score


def _fits_group(row: Substitution, lesson: Lesson) -> bool:
    return not row.groups or not lesson.groups or _shared(row.groups, lesson.groups)


def _same_class(row: Substitution, lesson: Lesson) -> bool:
    named = (*row.classes, *(row.was.classes or ()))
    return not named or not lesson.classes or _shared(named, lesson.classes)


def _shared(some: Iterable[str], others: Iterable[str]) -> bool:
    return bool({class_key(name) for name in some} & {class_key(name) for name in others})


def alike(one: str, other: str) -> bool:
    """Whether two names of a subject may mean one: equal but for case, or one is the beginning of the other."""
    first, second = sorted((_packed(one), _packed(other)), key=len)
    return bool(first) and (first == second or second.startswith(first))


def same_person(one: str, other: str) -> bool:
    """Whether two names of a teacher may mean one: equal, or a surname in common ("J. Beržė", "Beržė Jonas")."""
    if _packed(one) == _packed(other):
        return bool(_packed(one))
    return bool(_surnames(one) & _surnames(other))


def _surnames(name: str) -> set[str]:
    return {word for word in re.findall(r"\w+", name.casefold()) if len(word) > 2}


def _packed(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _applied(row: Substitution, planned: Lesson, so_far: Lesson) -> Lesson:
    """The lesson after a row. `so_far`: as earlier rows made it; one may say who teaches, and the next one where."""
    said = row.label if row.kind in (Kind.SUPERVISION, Kind.EVENT, Kind.OTHER) else ""
    note = row.note or said or so_far.note
    gone = row.kind is Kind.CANCELLED or (row.kind is Kind.MOVED and not row.teachers)
    if gone:
        return replace(
            planned, status=Status.CANCELLED, was=UNCHANGED, note=row.note or said or planned.note or row.label
        )
    subject = row.subject if row.subject and not alike(row.subject, planned.subject) else so_far.subject
    teachers = so_far.teachers if _same_people(row.teachers, planned.teachers) else _teachers(row, so_far.teachers)
    rooms = so_far.rooms if not row.rooms or _shared_all(row.rooms, planned.rooms) else row.rooms
    was = Was(
        subject=planned.subject if subject != planned.subject else None,
        teachers=planned.teachers if teachers != planned.teachers else None,
        rooms=planned.rooms if rooms != planned.rooms else None,
    )
    if not was and note == planned.note and row.kind is not Kind.SUPERVISION:
        return so_far  # the row repeats the plan
    status = Status.MOVED if row.kind is Kind.MOVED else Status.CHANGED
    return replace(so_far, subject=subject, teachers=teachers, rooms=rooms, status=status, was=was, note=note)


def _teachers(row: Substitution, teachers: Sequence[str]) -> tuple[str, ...]:
    """Who teaches after a row that may replace one of several."""
    away = [one for one in teachers if any(same_person(one, other) for other in row.was.teachers or ())]
    if not row.teachers or not away or len(away) == len(teachers):
        return row.teachers or tuple(teachers)
    at = teachers.index(away[0])
    staying = [one for one in teachers if one not in away]
    return tuple(dict.fromkeys((*staying[:at], *row.teachers, *staying[at:])))


def _same_people(some: Sequence[str], others: Sequence[str]) -> bool:
    return len(some) == len(others) and all(any(same_person(one, other) for other in others) for one in some)


def _shared_all(some: Sequence[str], others: Sequence[str]) -> bool:
    return {class_key(name) for name in some} == {class_key(name) for name in others}


def _stands_alone(row: Substitution, left: Sequence[str], lessons: Sequence[Lesson]) -> bool:
    """Whether what of a row met no lesson is shown: not a break duty, not a cancellation in an empty hour."""
    if not left and row.periods:
        return False
    if row.kind is Kind.SUPERVISION and any("/" in period for period in row.periods):
        return False
    return row.kind is not Kind.CANCELLED or not lessons or len(left) == len(row.periods)


def _vacate(row: Substitution, places: Sequence[_Place]) -> None:
    """A lesson that was moved within its day does not take place where it was."""
    for place in places:
        moved = set(place.planned.periods) & set(row.was.periods or ())
        if moved and not place.touched and _score(row, place.planned) > 0:
            place.now = replace(place.planned, status=Status.CANCELLED)
            place.touched = True


def as_lesson(change: Substitution, bells: Sequence[Bell] = ()) -> Lesson:
    """A row of a substitution plan as a lesson, for schools that publish nothing else."""
    start, end = _times(change.periods, bells)
    gone = change.kind is Kind.CANCELLED
    # "Entfall" is the name of no lesson: struck through it would say that nothing is cancelled.
    subject = change.subject or change.was.subject or ("" if gone else change.label)
    return Lesson(
        subject=subject,
        date=change.date,
        weekday=None if change.date is None else change.date.weekday(),
        periods=change.periods,
        start=start,
        end=end,
        teachers=change.teachers or ((change.was.teachers or ()) if gone else ()),
        rooms=change.rooms,
        classes=change.classes,
        groups=change.groups,
        status=_OF_ITS_OWN.get(change.kind, Status.CHANGED),
        was=UNCHANGED if gone else change.was,
        note=change.note or ("" if subject or not gone else change.label),
    )


def _times(periods: Sequence[str], bells: Sequence[Bell]) -> tuple[time | None, time | None]:
    known = {bell.period: bell for bell in bells}
    rung = [known[period] for period in periods if period in known]
    return (rung[0].start, rung[-1].end) if rung else (None, None)
