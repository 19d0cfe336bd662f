"""What of a day's edits is news to those who go to school: what each means, and what is not worth telling. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.diff import Edit, canonical, diff, name_of, place_of
from bot.model import Lesson, Status
from bot.timetable import Day, lesson_order

MANY = 0.6
"""More than this part of the lessons changed: the timetable was rebuilt."""


class What(enum.StrEnum):
    """What an edit means to somebody who goes to school."""

    CANCELLED = "cancelled"
    RETURNED = "returned"
    """A cancelled lesson takes place after all."""
    AS_PLANNED = "as planned"
    """A change was taken back."""
    ADDED = "added"
    MOVED = "moved"
    CHANGED = "changed"
    NOTED = "noted"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a day of one target. `rows_only`: the school publishes changes and no plan."""

    lessons: tuple[Lesson, ...] = ()
    known: bool = True
    free: str = ""
    rows_only: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """An edit that is worth telling."""

    what: What
    edit: Edit


def state_of(day: Day, *, rows_only: bool, of_class: bool) -> State:
    """The day without what never matters. `of_class`: whose lessons they are is plain."""
    lessons = canonical(day.lessons)
    if of_class:
        lessons = tuple(replace(lesson, classes=()) for lesson in lessons)
    return State(lessons, day.known, day.free, rows_only)


def what_of(edit: Edit, *, rows_only: bool = False) -> What:
    """What an edit means. `rows_only`: a row that is gone was taken back, where a plan's lesson falls away."""
    before, after = edit.before, edit.after
    if before is None:
        assert after is not None
        return _appeared(after)
    if after is None:
        return _vanished(before, rows_only=rows_only)
    gone, goes = before.status is Status.CANCELLED, after.status is Status.CANCELLED
    if gone or goes:
        if gone and goes:
            return What.NOTHING
        if goes:
            return What.CANCELLED
        return What.RETURNED if name_of(before).casefold() == name_of(after).casefold() else What.CHANGED
    if place_of(before) != place_of(after):
        return What.MOVED
    if after.status is Status.PLANNED and before.status is not Status.PLANNED:
        return What.AS_PLANNED if _differs(before, after) or before.note != after.note else What.NOTHING
    if _differs(before, after):
        return What.CHANGED
    return (
        What.NOTED if after.note and after.note != before.note and after.status is not Status.PLANNED else What.NOTHING
    )


def _appeared(after: Lesson) -> What:
    if after.status is Status.CANCELLED:
        return What.CANCELLED
    return What.CHANGED if after.status is Status.CHANGED else What.ADDED


def _vanished(before: Lesson, *, rows_only: bool) -> What:
    if rows_only:
        return What.RETURNED if before.status is Status.CANCELLED else What.AS_PLANNED
    return What.NOTHING if before.status is Status.CANCELLED else What.CANCELLED


def _differs(before: Lesson, after: Lesson) -> bool:
    """Whether somebody who goes there would be wrong. A room or teacher that is not named any more misleads nobody."""
    return (
        name_of(before).casefold() != name_of(after).casefold()
        or bool(after.rooms and before.rooms != after.rooms)
        or bool(after.teachers and before.teachers != after.teachers)
        or bool(before.start and after.start and before.start != after.start)
        or bool(before.end and after.end and before.end != after.end)
    )


def told(before: State, after: State) -> tuple[Told, ...]:
    """What of a day's changes is worth telling. Of a day that was not known before: only what the school marks."""
    if not before.known and not after.rows_only:
        marked = (lesson for lesson in after.lessons if lesson.status is not Status.PLANNED)
        edits: tuple[Edit, ...] = tuple(Edit(None, lesson) for lesson in marked)
    else:
        edits = diff(before.lessons, after.lessons)
    edits = tuple(_regrouped(edit, before.lessons, after.lessons) for edit in edits)
    found = [Told(what_of(edit, rows_only=after.rows_only), edit) for edit in edits]
    return tuple(_moves(item for item in found if item.what is not What.NOTHING))


def _regrouped(edit: Edit, before: Sequence[Lesson], after: Sequence[Lesson]) -> Edit:
    """Half a class that had its lesson with the whole one, or has it so now: to its members that lesson changed."""
    if edit.before is None and edit.lesson.groups:
        whole = _whole_class(edit.lesson, before, gone_from=after)
        return edit if whole is None else Edit(whole, edit.after)
    if edit.after is None and edit.lesson.groups:
        whole = _whole_class(edit.lesson, after, gone_from=before)
        return edit if whole is None else Edit(edit.before, whole)
    return edit


def _whole_class(half: Lesson, there: Sequence[Lesson], *, gone_from: Sequence[Lesson]) -> Lesson | None:
    """The lesson of the whole class at the place of a half's; None when it stands on both sides, or on none."""

    def found(lessons: Sequence[Lesson]) -> Lesson | None:
        return next((one for one in lessons if not one.groups and _is_at(half, one)), None)

    return None if found(gone_from) else found(there)


def _is_at(half: Lesson, one: Lesson) -> bool:
    same = place_of(one) == place_of(half) and name_of(one).casefold() == name_of(half).casefold()
    return same and one.status is not Status.CANCELLED


def _moves(items: Iterable[Told]) -> list[Told]:
    """Lessons that are cancelled at their places and come to as many others have moved."""
    found = list(items)

    def alike(one: Told, what: What) -> list[Told]:
        name, groups = name_of(one.edit.lesson).casefold(), one.edit.lesson.groups
        return [
            item
            for item in found
            if item.what is what
            and (what is What.CANCELLED or item.edit.before is None)
            and name_of(item.edit.lesson).casefold() == name
            and item.edit.lesson.groups == groups
        ]

    for one in list(found):
        if one not in found or one.what is not What.CANCELLED:
            continue
        gone, fresh = alike(one, What.CANCELLED), alike(one, What.ADDED)
        if len(gone) == len(fresh):
            for from_, to in zip(gone, fresh, strict=True):
                moved = Edit(from_.edit.before or from_.edit.after, to.edit.after)
                found[found.index(from_)] = Told(What.MOVED, moved)
                found.remove(to)
    return found


def is_rebuilt(days: Sequence[tuple[State, State]]) -> bool:
    """Whether so much of several days changed that a list of it would say nothing.

    Rows alone are no timetable, and a day without any lesson left is one line already.
    """
    changed = total = touched = 0
    for before, after in days:
        if not before.known or before.free or after.free or after.rows_only:
            continue
        items = told(before, after)
        if all(lesson.status is Status.CANCELLED for lesson in after.lessons) and after.lessons:
            continue
        changed += len(items)
        touched += bool(items)
        total += max(len(before.lessons), len(after.lessons))
    return touched >= 2 and changed >= 8 and changed > total * MANY


def same_but_date(some: Iterable[Told], others: Iterable[Told]) -> bool:
    """Whether two days changed alike, as they do when a weekly plan is edited."""

    def undated(item: Told) -> tuple[What, Lesson | None, Lesson | None]:
        before, after = item.edit.before, item.edit.after
        return item.what, before and replace(before, date=None), after and replace(after, date=None)

    return [undated(item) for item in some] == [undated(item) for item in others]


def marked(lessons: Sequence[Lesson], items: Iterable[Told]) -> tuple[Lesson, ...]:
    """The lessons of a day as they are drawn: what changed without the school's own mark gets one."""
    found = list(lessons)
    for item in items:
        edit = item.edit
        if edit.after is None:
            if item.what is What.CANCELLED and edit.before is not None:
                found.append(replace(edit.before, status=Status.CANCELLED))
            continue
        if item.what not in (What.CHANGED, What.ADDED, What.MOVED):
            continue
        for index, lesson in enumerate(found):
            same = (
                place_of(edit.after) in (lesson.periods or (str(lesson.start),)) and lesson.groups == edit.after.groups
            )
            if same and name_of(lesson) == name_of(edit.after) and lesson.status is Status.PLANNED:
                found[index] = _marked(lesson, item)
                break
    return tuple(sorted(found, key=lesson_order))


def _marked(lesson: Lesson, item: Told) -> Lesson:
    before = item.edit.before
    if item.what is What.ADDED or before is None:
        return replace(lesson, status=Status.ADDED)
    if item.what is What.MOVED:
        return replace(lesson, status=Status.MOVED)
    was = replace(
        lesson.was,
        subject=before.subject if before.subject != lesson.subject else None,
        rooms=before.rooms if {*before.rooms} != {*lesson.rooms} else None,
        teachers=before.teachers if {*before.teachers} != {*lesson.teachers} else None,
    )
    return replace(lesson, status=Status.CHANGED, was=was)
