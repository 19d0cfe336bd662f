"""The cells of an Untis timetable grid: its days, its periods, and the lessons that stand in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, time

from bot.errors import SourceChanged
from bot.model import UNCHANGED, FreeDays, Lesson, Status, TargetKind, Was
from bot.scraper.contract import Query
from bot.scraper.page import class_key, clock_time, match_name
from bot.scraper.tables import Cell, Placed, Table
from bot.scraper.untis import names
from bot.scraper.untis_dates import day_in, hints_of, weekdays_of
from bot.scraper.untis_footnotes import Footnote
from bot.scraper.untis_layout import (
    BOLD,
    Entry,
    Known,
    Place,
    Role,
    Rows,
    entries_in,
    has_number,
    is_known,
    roles_of,
    rows_in,
)

_DAY = re.compile(r"([^\W\d_]{2,}(?:\'[^\W\d_]+)?)\.?(?:\s*,?\s*\d{1,4}[-./]\s?\d{1,2}(?:[-./]\s?\d{0,4})?)?")


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


def _heads(cells: Sequence[Cell]) -> list[tuple[int, re.Match[str], int]]:
    """The cells of a grid's first row that name weekdays: place, text, day; [] unless these are all but a corner."""
    texts = [" ".join(leaf.text for leaf in _leaves(cell)) for cell in cells]
    words = [(index, match) for index, text in enumerate(texts) if (match := _DAY.match(text))]
    days = weekdays_of([match[1] for _, match in words])
    if days is None or len(days) < 2 or len(days) < len(texts) - 1:
        return []
    return [(index, match, day) for (index, match), day in zip(words, days, strict=True)]


def has_days(table: Table) -> bool:
    """Whether the table's first row is weekdays: whether it is a grid."""
    return bool(table.rows and _heads(table.rows[0]))


def days_in(cells: Sequence[Placed], text: str, query: Query) -> list[Day]:
    near, years = hints_of(text, start=query.start, today=query.today)
    first = [cell for cell in cells if cell.row == 0]
    days = []
    for index, match, weekday in _heads([cell.cell for cell in first]):
        try:
            day = day_in(match[0], near=near, years=years)
        except ValueError:
            raise SourceChanged(f"the header of a day is no date: {match[0]!r}") from None
        days.append(Day(first[index].column, first[index].column + first[index].colspan, weekday, day))
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
    """Reads the cells of one page: whose it is, its week, its footnotes, the school's names where known."""

    kind: TargetKind
    name: str
    week: str
    footnotes: Sequence[Footnote]
    names: Mapping[TargetKind, Sequence[str]]

    def read(
        self, cells: Sequence[Placed], days: Sequence[Day], slots: Sequence[Slot]
    ) -> tuple[list[Lesson], list[FreeDays]]:
        free: list[FreeDays] = []
        places: list[tuple[Day, list[Slot]]] = []
        texts: list[Rows] = []
        at_row = {row: slot for slot in slots for row in range(slot.first, slot.last)}
        for cell in cells:
            on = [day for day in days if day.first < cell.column + cell.colspan and cell.column < day.last]
            leaves = list(_leaves(cell.cell))
            if cell.row == 0 or not on or not leaves:
                continue
            rows = range(cell.row, cell.row + cell.rowspan)
            during = list(dict.fromkeys(at_row[row] for row in rows if row in at_row))
            if not during:
                raise SourceChanged("a cell of the grid stands beside no period")
            if len(during) == len(slots) > 1 and len(leaves) == 1 and not leaves[0].bold:
                for day in on:
                    _add_free(free, day.date, leaves[0].text)
                continue
            for day in on:  # a cell over several days is a lesson on each
                places.append((day, during))
                texts.append(rows_in(cell.cell))
        return self._all_lessons(places, entries_in(texts, self.kind)), free

    def _all_lessons(
        self, places: Sequence[tuple[Day, Sequence[Slot]]], entries: Sequence[Sequence[Entry]]
    ) -> list[Lesson]:
        everything = [entry for several in entries for entry in several]
        known = self._known()
        texts = {piece.text for entry in everything for piece in entry.pieces}
        roles = roles_of(everything, self.kind, known)
        weeks = {
            letter
            for entry in everything
            for piece in entry.pieces
            if roles.get(piece.place) is Role.WEEK
            for letter in names(piece.text)
        }
        found = [
            ((day.first, during[0].first), lesson)
            for (day, during), several in zip(places, entries, strict=True)
            for lesson in self._once(
                lesson
                for entry in several
                for lesson in self._lessons(day, during, _told(entry, roles, known, texts), weeks)
            )
        ]
        return [lesson for _, lesson in sorted(found, key=lambda one: one[0])]

    def _once(self, lessons: Iterable[Lesson]) -> Iterable[Lesson]:
        """The lessons of a cell; of a class, one that a footnote of its neighbour tells too is one."""
        if self.kind is not TargetKind.CLASS:
            return list(lessons)
        found: dict[tuple[object, ...], Lesson] = {}
        for one in lessons:
            found.setdefault((one.week, one.subject, one.teachers, one.rooms), one)
        return found.values()

    def _known(self) -> dict[Role, frozenset[str]]:
        """The keys of all names that the page's footnotes and the school's bar give."""
        notes, bar = self.footnotes, self.names
        known = {
            Role.SUBJECT: [note.subject for note in notes],
            Role.TEACHER: [*(name for note in notes for name in note.teachers), *bar.get(TargetKind.TEACHER, ())],
            Role.ROOM: [*(name for note in notes for name in note.rooms), *bar.get(TargetKind.ROOM, ())],
        }
        if self.kind is not TargetKind.CLASS:
            known[Role.CLASS] = [*(name for note in notes for name in note.classes), *bar.get(TargetKind.CLASS, ())]
        return {role: frozenset(filter(None, map(class_key, found))) for role, found in known.items()}

    def _lessons(self, day: Day, during: Sequence[Slot], told: _Told, weeks: Set[str]) -> Iterator[Lesson]:
        """The cell's lesson, a week type each, and those that its footnotes add for the same class beside it."""
        stood = self._stood(told)
        if not told.subject and not told.beside and not stood:
            return
        lists = {TargetKind.TEACHER: told.teachers, TargetKind.ROOM: told.rooms, TargetKind.CLASS: self._classes(told)}
        if self.name and self.name not in lists[self.kind]:
            lists[self.kind].insert(0, self.name)
        weeks_of = told.weeks if 0 < len(told.weeks) < len(weeks) else [self.week]
        lesson = Lesson(
            subject=told.subject,
            date=day.date,
            weekday=day.weekday,
            week=weeks_of[0],
            periods=tuple(slot.label for slot in during if slot.label),
            start=during[0].start,
            end=during[-1].end,
            teachers=tuple(lists[TargetKind.TEACHER]),
            rooms=tuple(lists[TargetKind.ROOM]),
            classes=tuple(lists[TargetKind.CLASS]),
            status=Status.CANCELLED if told.cancelled else Status.PLANNED,
            note="; ".join(told.more),
        )
        for week in weeks_of:
            if stood:
                yield from (_emptied(replace(lesson, week=week), note) for note in stood)
            else:
                yield from self._with_notes(replace(lesson, week=week), told.marks)

    def _stood(self, told: _Told) -> list[Footnote]:
        """The footnotes that say what stood in a cell whose subject is now `---`."""
        if not told.emptied or told.subject:
            return []
        about = [note for note in self.footnotes if note.number in told.marks and note.subject]
        return [note for note in about if self.kind is not TargetKind.CLASS or self.name in (*note.classes, "")]

    def _classes(self, told: _Told) -> list[str]:
        """The classes as the bar spells them; a full stop is Untis's mark of a coupling ("5A.", the class is 5A)."""
        bar = self.names.get(TargetKind.CLASS, ())
        return [match_name(name, bar) or name.removesuffix(".") for name in told.classes]

    def _with_notes(self, lesson: Lesson, marks: Sequence[str]) -> Iterator[Lesson]:
        if not marks:
            yield lesson
            return
        about = [note for note in self.footnotes if note.number in marks]
        same = [note for note in about if _same(note, lesson)]
        yield _noted(lesson, same)
        beside = [note for note in about if note not in same and self.name in note.classes]
        for key in dict.fromkeys((note.subject, note.teachers, note.rooms) for note in beside):
            subject, teachers, rooms = key
            other = replace(lesson, subject=subject, teachers=teachers, rooms=rooms)
            yield _noted(other, [note for note in beside if (note.subject, note.teachers, note.rooms) == key])


@dataclass(slots=True)
class _Told:
    """A lesson whose texts have found their fields; `more` are texts that have none."""

    marks: tuple[str, ...]
    emptied: bool = False
    subject: str = ""
    cancelled: bool = False
    teachers: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    weeks: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)

    @property
    def beside(self) -> bool:
        """Whether anything is told but the subject."""
        return bool(self.teachers or self.rooms or self.classes)


def _told(entry: Entry, roles: Mapping[Place, Role], known: Known, texts: Set[str]) -> _Told:
    """The entry with its texts in their fields. `texts` are all of the page: "Erle." and "Erle" are one teacher."""
    told = _Told(entry.marks, entry.emptied)
    pieces = entry.pieces
    if roles.get(BOLD) is Role.SUBJECT and not entry.emptied and all(piece.place != BOLD for piece in pieces):
        # No text is bold: an event, whose first text is what takes place.
        pieces = tuple(replace(one, place=(0, one.place[1] - 1) if n else BOLD) for n, one in enumerate(pieces))
    present = {roles.get(piece.place) for piece in pieces}
    for piece in pieces:
        role = _role(piece.text or piece.struck, roles.get(piece.place), present, known)
        if role is Role.SUBJECT and not told.subject:
            told.subject, told.cancelled = piece.text or piece.struck, not piece.text
        elif role is None or role is Role.SUBJECT:
            told.more.append(piece.text or piece.struck)
        elif role is Role.TEACHER and piece.text.endswith(".") and piece.text[:-1] in texts:
            told.teachers.append(piece.text[:-1])
        else:
            lists = {Role.TEACHER: told.teachers, Role.ROOM: told.rooms, Role.CLASS: told.classes}
            lists.get(role, told.weeks).extend(names(piece.text))
    return told


def _role(text: str, role: Role | None, present: Set[Role | None], known: Known) -> Role | None:
    """The role of a text: that of its place, unless the text says better: a field left out moves the next one up."""
    if role in (Role.TEACHER, Role.ROOM) and not is_known(text, role, known):
        other = Role.ROOM if role is Role.TEACHER else Role.TEACHER
        if is_known(text, other, known) or (other not in present and has_number(text) == (other is Role.ROOM)):
            return other
    return role


def _emptied(lesson: Lesson, note: Footnote) -> Lesson:
    """The lesson of a cell that is `---`: cancelled; where the room stays, the class is there without the teacher."""
    if not lesson.rooms:
        return _noted(replace(lesson, subject=note.subject, status=Status.CANCELLED), [note])
    was = Was(teachers=note.teachers) if note.teachers and not lesson.teachers else UNCHANGED
    told = _noted(lesson, [note])
    return replace(told, subject=note.subject, teachers=lesson.teachers, status=Status.CHANGED, was=was)


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
        note="; ".join(dict.fromkeys(filter(None, [lesson.note, *(note.note for note in notes)]))),
    )


def _add_free(free: list[FreeDays], day: date | None, name: str) -> None:
    if day is None:
        return
    if free and free[-1].name == name and (day - free[-1].last).days == 1:
        free[-1] = replace(free[-1], last=day)
    else:
        free.append(FreeDays(day, day, name))
