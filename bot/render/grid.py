"""Owns where lessons stand: rows of periods or times, doubles merged, parallel groups side by side in one slot."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import NamedTuple

from bot.model import Bell, Lesson, Status

_SAME_BREAK_MINUTES = 25
_MAX_ROWS = 40
_RANGE = re.compile(r"\d+")


class Row(NamedTuple):
    """A period: its label as published ("" when a plan has times only) and its times, where known."""

    label: str
    start: time | None
    end: time | None


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in `rows` [first, first + span) of a column: one lesson, or parallel groups."""

    column: int
    first: int
    span: int
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows from top to bottom, and the blocks by column and row."""

    rows: tuple[Row, ...]
    blocks: tuple[Block, ...]


def lay_out(columns: Sequence[Sequence[Lesson]], bells: Iterable[Bell] = ()) -> Grid:
    """Place lessons that are already sorted into columns (days). Only rows in which something stands are kept.

    A lesson with periods stands in their rows; one without, by its times: in the rows of known periods, else in
    rows made of the times themselves; one without either comes last, in the order given.
    """
    known = _period_times(columns, bells)
    times = sorted(
        {(x.start, x.end or x.start) for column in columns for x in column if not x.periods and x.start is not None}
    )
    clock_rows = [Row(label, *span) for label, span in known.items() if span[0] is not None]
    clock_rows += _clusters([pair for pair in times if not _rows_at(clock_rows, *pair)])
    pieces: dict[tuple[int, Row], list[Lesson]] = {}
    for number, column in enumerate(columns):
        untimed = 0
        for lesson in column:
            if lesson.periods:
                rows = [Row(label, *known[label]) for label in lesson.periods]
            elif lesson.start is not None:
                rows = _rows_at(clock_rows, lesson.start, lesson.end or lesson.start)
            else:
                rows, untimed = [Row(" " * untimed, None, None)], untimed + 1
            for row in rows:
                here = pieces.setdefault((number, row), [])
                if lesson not in here:
                    here.append(lesson)
    rows = _in_order({row for _, row in pieces})[:_MAX_ROWS]
    return Grid(tuple(rows), tuple(_merged(pieces, rows, len(columns))))


def _period_times(
    columns: Sequence[Sequence[Lesson]], bells: Iterable[Bell]
) -> dict[str, tuple[time | None, time | None]]:
    """When each period that occurs is: as most lessons say, else as the bells say."""
    rung = {bell.period: (bell.start, bell.end) for bell in bells}
    starts: dict[str, Counter[time]] = {}
    ends: dict[str, Counter[time]] = {}
    labels: dict[str, None] = {}
    for lesson in (lesson for column in columns for lesson in column if lesson.periods):
        labels.update(dict.fromkeys(lesson.periods))
        if lesson.start is not None:
            starts.setdefault(lesson.periods[0], Counter())[lesson.start] += 1
        if lesson.end is not None:
            ends.setdefault(lesson.periods[-1], Counter())[lesson.end] += 1

    def usual(counts: Counter[time] | None, otherwise: time | None) -> time | None:
        return min(counts, key=lambda at: (-counts[at], at)) if counts else otherwise

    known: dict[str, tuple[time | None, time | None]] = {}
    for label in labels:
        start, end = rung.get(label, (None, None))
        known[label] = (start or usual(starts.get(label), None), end or usual(ends.get(label), None))
    return known


def _clusters(times: Sequence[tuple[time, time]]) -> list[Row]:
    """Rows made of times: what starts before the middle of a row's first lesson stands in that row."""
    rows: list[Row] = []
    for start, end in times:
        last = rows[-1] if rows else None
        if (
            last is None
            or _minutes(start) >= (_minutes(last.start) + max(_minutes(last.end), _minutes(last.start) + 2)) // 2
        ):
            rows.append(Row("", start, end))
        elif last.end is not None and end < last.end:
            rows[-1] = last._replace(end=end)
    return rows


def _rows_at(rows: Sequence[Row], start: time, end: time) -> list[Row]:
    """The rows that a time span covers by half or more; else the one whose first half it starts in."""
    first, last = _minutes(start), _minutes(end)
    covered = [
        row
        for row in rows
        if 2 * (min(last, _minutes(row.end)) - max(first, _minutes(row.start)))
        >= max(1, _minutes(row.end) - _minutes(row.start))
    ]
    if covered:
        return covered
    within = [row for row in rows if _minutes(row.start) <= first < max(_minutes(row.end), _minutes(row.start) + 1)]
    return within[:1]


def _minutes(at: time | None) -> int:
    return at.hour * 60 + at.minute if at is not None else 0


def number_of(label: str) -> float | None:
    """The place of a period label among the others: "3" is 3, "4/5" (a break) 4.5; None when it has no figure."""
    figures = [int(found[:6]) for found in _RANGE.findall(label)]
    return sum(figures) / len(figures) if figures else None


def _in_order(rows: Iterable[Row]) -> list[Row]:
    everything = sorted(rows, key=lambda row: (row.label, _minutes(row.start), _minutes(row.end)))
    if all(row.start is not None for row in everything):
        return sorted(everything, key=lambda row: (_minutes(row.start), number_of(row.label) or 0))

    def place(row: Row) -> tuple[int, float, int]:
        number = number_of(row.label)
        if number is not None:
            return 0, number, 0
        return (
            (1, 0, _minutes(row.start))
            if row.start is not None
            else (2, len(row.label) if not row.label.strip() else 0, 0)
        )

    return sorted(everything, key=place)


def _merged(pieces: dict[tuple[int, Row], list[Lesson]], rows: Sequence[Row], columns: int) -> Iterable[Block]:
    for column in range(columns):
        at = 0
        while at < len(rows):
            here = _sorted(pieces.get((column, rows[at]), ()))
            span = 1
            while (
                here
                and at + span < len(rows)
                and follows(rows[at + span - 1], rows[at + span])
                and _same(here, _sorted(pieces.get((column, rows[at + span]), ())))
            ):
                span += 1
            if here:
                yield Block(column, at, span, _joined(here, _sorted(pieces[column, rows[at + span - 1]])))
            at += span


def _sorted(lessons: Iterable[Lesson]) -> tuple[Lesson, ...]:
    return tuple(
        sorted(lessons, key=lambda x: (x.status == Status.CANCELLED, x.groups, x.subject, x.teachers, x.rooms, x.note))
    )


def follows(row: Row, later: Row) -> bool:
    """Whether no period lies between two rows."""
    one, other = number_of(row.label), number_of(later.label)
    if one is not None and other is not None:
        return other - one <= 1
    return (
        row.end is not None
        and later.start is not None
        and 0 <= _minutes(later.start) - _minutes(row.end) <= _SAME_BREAK_MINUTES
    )


def _same(lessons: tuple[Lesson, ...], others: tuple[Lesson, ...]) -> bool:
    return len(lessons) == len(others) and all(
        _content(one) == _content(other) for one, other in zip(lessons, others, strict=True)
    )


def _content(lesson: Lesson) -> Lesson:
    return replace(lesson, periods=(), start=None, end=None)


def _joined(first: tuple[Lesson, ...], last: tuple[Lesson, ...]) -> tuple[Lesson, ...]:
    """The lessons of a merged slot, from the start of the first to the end of the last."""
    return tuple(
        replace(one, periods=tuple(dict.fromkeys((*one.periods, *other.periods))), end=other.end or one.end)
        for one, other in zip(first, last, strict=True)
    )
