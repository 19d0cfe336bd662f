"""What became different in a day: lessons matched by what they are and when, the differences as edits. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from bot.model import Lesson, Status
from bot.substitutions import split
from bot.timetable import lesson_order


@dataclass(frozen=True, slots=True)
class Edit:
    """One lesson before and after; None where it was not there."""

    before: Lesson | None
    after: Lesson | None

    @property
    def lesson(self) -> Lesson:
        """The lesson as it is now, else as it was."""
        lesson = self.after or self.before
        assert lesson is not None  # an edit has one side at least
        return lesson


def canonical(lessons: Iterable[Lesson]) -> tuple[Lesson, ...]:
    """One lesson a period, names in order, sorted: two spellings of one day are equal then."""
    parts = [part for lesson in lessons for part in split(lesson, lesson.periods)]
    plain = (
        replace(
            part,
            week="",
            weekday=None,
            teachers=tuple(sorted(part.teachers)),
            rooms=tuple(sorted(part.rooms)),
            groups=tuple(sorted(part.groups)),
            classes=tuple(sorted(part.classes)),
        )
        for part in parts
    )
    return tuple(sorted(plain, key=lambda lesson: (lesson_order(lesson), repr(lesson))))


def diff(before: Iterable[Lesson], after: Iterable[Lesson]) -> tuple[Edit, ...]:
    """The edits that lead from one day to the other; both are taken as `canonical` makes them.

    Lessons are one when place (period, else start), subject and group agree; then when a lesson of the same subject
    and group is found once at another place (it moved); then when they share the place.
    """
    old, new = canonical(before), canonical(after)
    left = list((Counter(old) - Counter(new)).elements())
    right = list((Counter(new) - Counter(old)).elements())
    edits: list[Edit] = []
    edits += _paired(left, right, lambda one: (place_of(one), name_of(one).casefold(), one.groups))
    edits += _moved(left, right)
    edits += _paired(left, right, lambda one: (place_of(one), name_of(one).casefold()))
    edits += _paired(left, right, lambda one: (place_of(one), one.groups))
    edits += [Edit(one, None) for one in left] + [Edit(None, one) for one in right]
    return tuple(sorted(edits, key=lambda edit: (lesson_order(edit.before or edit.lesson), repr(edit))))


def _paired(left: list[Lesson], right: list[Lesson], key: Callable[[Lesson], Hashable]) -> list[Edit]:
    """Pair what has the same key, the most alike first; what was paired leaves the lists."""
    pairs = [(-_likeness(one, other), i, j) for i, one in enumerate(left) for j, other in enumerate(right)
             if key(one) == key(other)]  # fmt: skip
    edits, used_left, used_right = [], set[int](), set[int]()
    for _, i, j in sorted(pairs):
        if i not in used_left and j not in used_right:
            edits.append(Edit(left[i], right[j]))
            used_left.add(i)
            used_right.add(j)
    left[:] = [one for i, one in enumerate(left) if i not in used_left]
    right[:] = [one for j, one in enumerate(right) if j not in used_right]
    return edits


def _moved(left: list[Lesson], right: list[Lesson]) -> list[Edit]:
    """Lessons of one subject and group that left their places and came to as many others: one, or a double lesson."""
    edits = []
    for one in list(left):
        if one not in left or one.status is Status.CANCELLED:
            continue
        there = [other for other in right if _same_but_place(one, other)]
        back = [other for other in left if _same_but_place(one, other)]
        if len(there) == len(back):
            for from_, to in zip(back, there, strict=True):  # both in the order of the day
                edits.append(Edit(from_, to))
                left.remove(from_)
                right.remove(to)
    return edits


def _same_but_place(one: Lesson, other: Lesson) -> bool:
    if other.status is Status.CANCELLED or name_of(one).casefold() != name_of(other).casefold():
        return False
    strangers = one.teachers and other.teachers and not {*one.teachers} & {*other.teachers}
    return one.groups == other.groups and not strangers


def _likeness(one: Lesson, other: Lesson) -> int:
    return sum(
        (
            4 * (one.groups == other.groups),
            3 * (one.teachers == other.teachers),
            2 * (one.rooms == other.rooms),
            2 * (name_of(one).casefold() == name_of(other).casefold()),
            one.classes == other.classes,
        )
    )


def name_of(lesson: Lesson) -> str:
    """The subject, also of a lesson whose plan shows it only as what it was."""
    return lesson.subject or lesson.was.subject or ""


def place_of(lesson: Lesson) -> str:
    """Where a lesson stands in its day: its first period, else its beginning."""
    return lesson.periods[0] if lesson.periods else str(lesson.start)
