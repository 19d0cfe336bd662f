"""The cells of an Untis timetable grid: its days, its periods, and the lessons that stand in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from bot.errors import SourceChanged
from bot.model import FreeDays, Lesson, Status, TargetKind
from bot.scraper.contract import Query
from bot.scraper.page import clock_time
from bot.scraper.tables import Cell, Placed, Table
from bot.scraper.untis import dated, names, plain, weekday_of, years_of
from bot.scraper.untis_footnotes import Footnote, marks_of

_DAY = re.compile(r"([^\W\d]{2,})\.?(?:\s*,?\s*(\d{1,2})\.(\d{1,2})\.(\d{4})?)?")
_CLASS_LIKE = re.compile(r"\d{1,2}[A-Za-z]\w*|[QE][12F]\w*")


@dataclass(frozen=True, slots=True)
class Day:
    """A day's columns of the grid."""

    first: int
    last: int
    weekday: int
    date: date | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A period's rows of the grid."""

    first: int
    last: int
    label: str
    start: time | None
    end: time | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A lesson as its cell says it, before it is known what the other texts are."""

    subject: str
    others: tuple[str, ...]
    marks: tuple[str, ...]
    cancelled: bool


def _leaves(cell: Cell) -> Iterator[Cell]:
    """The cell's texts, those of the tables inside in order."""
    if not cell.tables:
        if cell.text or cell.struck:
            yield cell
        return
    for table in cell.tables:
        for row in table.rows:
            for inner in row:
                yield from _leaves(inner)


def day_headers(table: Table) -> list[tuple[int, re.Match[str]]]:
    """The header cells of the first row that name weekdays, if these are all but the corner."""
    if not table.rows:
        return []
    texts = [" ".join(leaf.text for leaf in _leaves(cell)) for cell in table.rows[0]]
    days = [
        (i, match) for i, text in enumerate(texts) if (match := _DAY.match(text)) and weekday_of(match[1]) is not None
    ]
    return days if len(days) >= 2 and len(days) >= len(texts) - 1 else []


def days_in(cells: Sequence[Placed], text: str, query: Query) -> list[Day]:
    years = years_of(text)
    days = []
    for cell in cells:
        match = _DAY.match(" ".join(leaf.text for leaf in _leaves(cell.cell))) if cell.row == 0 else None
        weekday = weekday_of(match[1]) if match else None
        if match is None or weekday is None:
            continue
        day: date | None = None
        if match[2]:
            try:
                near = query.start or query.today
                day = dated(int(match[2]), int(match[3]), weekday=match[1], near=near, years=years)
            except ValueError:
                raise SourceChanged(f"the header of a day is no date: {match[0]!r}") from None
        days.append(Day(cell.column, cell.column + cell.colspan, weekday, day))
    return days


def slots_in(cells: Sequence[Placed]) -> list[Slot]:
    slots = []
    for cell in cells:
        if cell.column != 0 or cell.row == 0:
            continue
        pieces = [piece for leaf in _leaves(cell.cell) for piece in re.split(r"\s*[-–]\s*|\s+", leaf.text) if piece]
        times = [moment for piece in pieces if (moment := clock_time(piece))]
        label = next((piece.rstrip(".") for piece in pieces if clock_time(piece) is None), "")
        if label or times:
            start, end = (times[0], times[1] if len(times) > 1 else None) if times else (None, None)
            slots.append(Slot(cell.row, cell.row + cell.rowspan, label, start, end))
    if not slots:
        raise SourceChanged("the grid has no column of periods")
    return slots


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the cells of one page: whose it is, its week, its footnotes, the school's classes where known."""

    kind: TargetKind
    name: str
    week: str
    footnotes: Sequence[Footnote]
    classes: Sequence[str]

    def read(
        self, cells: Sequence[Placed], days: Sequence[Day], slots: Sequence[Slot]
    ) -> tuple[list[Lesson], list[FreeDays]]:
        free: list[FreeDays] = []
        entries: list[tuple[Day, list[Slot], _Entry]] = []
        at_row = {row: slot for slot in slots for row in range(slot.first, slot.last)}
        for cell in cells:
            day = next((day for day in days if day.first <= cell.column < day.last), None)
            leaves = list(_leaves(cell.cell))
            if cell.row == 0 or day is None or not leaves:
                continue
            rows = range(cell.row, cell.row + cell.rowspan)
            during = list(dict.fromkeys(at_row[row] for row in rows if row in at_row))
            if not during:
                raise SourceChanged("a cell of the grid stands beside no period")
            if len(during) == len(slots) > 1 and len(leaves) == 1 and not leaves[0].bold:
                _add_free(free, day.date, leaves[0].text)
                continue
            entries.extend((day, during, entry) for entry in _entries(leaves))
        room_first = _room_first([entry.others for *_, entry in entries])
        placed_lessons = [
            ((day.first, during[0].first), lesson)
            for day, during, entry in entries
            for lesson in self._lessons(day, during, entry, room_first=room_first)
        ]
        return [lesson for _, lesson in sorted(placed_lessons, key=lambda one: one[0])], free

    def _lessons(self, day: Day, during: Sequence[Slot], entry: _Entry, *, room_first: bool) -> Iterator[Lesson]:
        """The cell's lesson, and those that its footnotes add for the same class beside it."""
        teachers, rooms, classes = self._roles(entry.others, room_first=room_first)
        own = {TargetKind.CLASS: classes, TargetKind.TEACHER: teachers, TargetKind.ROOM: rooms}[self.kind]
        if self.name and self.name not in own:
            own.insert(0, self.name)
        lesson = Lesson(
            subject=entry.subject,
            date=day.date,
            weekday=day.weekday,
            week=self.week,
            periods=tuple(slot.label for slot in during if slot.label),
            start=during[0].start,
            end=during[-1].end,
            teachers=tuple(teachers),
            rooms=tuple(rooms),
            classes=tuple(classes),
            status=Status.CANCELLED if entry.cancelled else Status.PLANNED,
        )
        about = [note for note in self.footnotes if note.number in entry.marks]
        same = [note for note in about if _same(note, lesson)]
        yield _noted(lesson, same)
        beside = [note for note in about if note not in same and self.name in note.classes]
        for key in dict.fromkeys((note.subject, note.teachers, note.rooms) for note in beside):
            subject, teachers_beside, rooms_beside = key
            other = replace(lesson, subject=subject, teachers=teachers_beside, rooms=rooms_beside)
            yield _noted(other, [note for note in beside if (note.subject, note.teachers, note.rooms) == key])

    def _roles(self, others: Sequence[str], *, room_first: bool) -> tuple[list[str], list[str], list[str]]:
        """Teachers, rooms and classes of the texts beside the subject."""
        teachers, rooms, classes = list[str](), list[str](), list[str]()
        known_teachers = {name for note in self.footnotes for name in note.teachers}
        known_rooms = {name for note in self.footnotes for name in note.rooms}
        for place, text in enumerate(others):
            values = list(names(text))
            if {*values} & known_teachers:
                teachers.extend(values)
            elif {*values} & known_rooms:
                rooms.extend(values)
            elif {*values} & {*self.classes} or (self.kind is not TargetKind.CLASS and _CLASS_LIKE.fullmatch(text)):
                classes.extend(values)
            elif self.kind is TargetKind.TEACHER or (
                self.kind is TargetKind.CLASS
                and (place == (0 if room_first else 1) if len(others) > 1 else _numbered(text))
            ):
                rooms.extend(values)
            else:
                teachers.extend(values)
        return teachers, rooms, classes


def _entries(leaves: Sequence[Cell]) -> list[_Entry]:
    """The lessons of a cell: each bold text starts one; without bold text the first is the subject."""
    starts = [index for index, leaf in enumerate(leaves) if leaf.bold] or [0]
    entries = []
    for start, end in zip(starts, [*starts[1:], len(leaves)], strict=True):
        subject, rest = leaves[start], leaves[start + 1 : end]
        texts = [plain(leaf.text) for leaf in rest if plain(leaf.text)]
        entries.append(
            _Entry(
                subject=plain(subject.text) or plain(subject.struck),
                others=tuple(text for text in texts if not marks_of(text)),
                marks=tuple(mark for text in texts for mark in marks_of(text)),
                cancelled=bool(subject.struck and not plain(subject.text)),
            )
        )
    return [entry for entry in entries if entry.subject or entry.others]


def _numbered(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _room_first(pairs: Sequence[Sequence[str]]) -> bool:
    """Whether the room stands before the teacher: rooms are mostly numbered. Undecided pages follow the usual order."""
    both = [pair for pair in pairs if len(pair) == 2]
    return sum(_numbered(pair[0]) for pair in both) >= sum(_numbered(pair[1]) for pair in both)


def _same(note: Footnote, lesson: Lesson) -> bool:
    return (
        note.subject in ("", lesson.subject)
        and (not note.teachers or not lesson.teachers or bool({*note.teachers} & {*lesson.teachers}))
        and (not note.rooms or not lesson.rooms or bool({*note.rooms} & {*lesson.rooms}))
    )


def _noted(lesson: Lesson, notes: Sequence[Footnote]) -> Lesson:
    """The lesson with the classes, groups and remarks of its footnotes."""
    return replace(
        lesson,
        teachers=lesson.teachers or tuple(dict.fromkeys(name for note in notes for name in note.teachers)),
        rooms=lesson.rooms or tuple(dict.fromkeys(name for note in notes for name in note.rooms)),
        classes=tuple(dict.fromkeys([*lesson.classes, *(name for note in notes for name in note.classes)])),
        groups=tuple(dict.fromkeys(name for note in notes for name in note.groups)),
        note="; ".join(dict.fromkeys(note.note for note in notes if note.note)),
    )


def _add_free(free: list[FreeDays], day: date | None, name: str) -> None:
    if day is None:
        return
    if free and free[-1].name == name and (day - free[-1].last).days == 1:
        free[-1] = replace(free[-1], last=day)
    else:
        free.append(FreeDays(day, day, name))
