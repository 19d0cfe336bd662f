"""Owns what a picture shows: frozen views of a day, a week and the homework, and how lessons become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time

from bot import dates
from bot.model import Bell, Exam, Homework, Lesson, Status, TargetKind
from bot.render.grid import Block, Row, follows, lay_out, number_of
from bot.render.palette import subject_key


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a picture in the chat's language, lower case. `more` holds a `{count}`, `week` a `{name}`."""

    cancelled: str
    changed: str
    added: str
    moved: str
    exam: str
    homework: str
    free: str
    more: str = "+{count}"
    week: str = "{name}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a picture, in words already: head, pill of the week type ("" for none), foot left and right.

    The foot says when the data changed and where it is from, never when the picture was drawn.
    """

    title: str
    subtitle: str = ""
    week: str = ""
    foot: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One lesson with what belongs to it. `moved_from` says where it was ("3", "17.11 · 3")."""

    lesson: Lesson
    homework: tuple[Homework, ...] = ()
    exams: tuple[Exam, ...] = ()
    moved_from: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One row of a day: "3" or "3–4", its times, and its entries: several are parallel, none is a free period."""

    label: str
    start: time | None
    end: time | None
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class DayView:
    """A day card. `loose` is homework of subjects that the day has no lesson of; `slots` are colours by subject.

    `whose` None: a whole school's plan, in which every lesson says its class.
    """

    frame: Frame
    rows: tuple[Slot, ...]
    words: Words
    slots: Mapping[str, int]
    loose: tuple[Homework, ...] = ()
    whose: TargetKind | None = TargetKind.CLASS
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class DayHead:
    """A column of the week: what stands above it, which lessons belong to it, and why there are none."""

    name: str
    label: str = ""
    day: date | None = None
    weekday: int = 0
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A slot of the week grid in `column`, over the rows [row, row + span)."""

    column: int
    row: int
    span: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class WeekView:
    """A week grid. `today` is the column that is marked, on request only."""

    frame: Frame
    days: tuple[DayHead, ...]
    periods: tuple[Row, ...]
    cells: tuple[Cell, ...]
    words: Words
    slots: Mapping[str, int]
    today: int | None = None
    whose: TargetKind | None = TargetKind.CLASS
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Task:
    """A homework with its tick."""

    homework: Homework
    done: bool = False


@dataclass(frozen=True, slots=True)
class DueDay:
    """What is due on one day, or without a date. `title` is in words already."""

    title: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class HomeworkView:
    """A homework card, and the strip of exams with their dates in words. Either may be empty."""

    frame: Frame
    days: tuple[DueDay, ...]
    words: Words
    slots: Mapping[str, int]
    exams: tuple[tuple[str, Exam], ...] = field(default=())
    lang: str = "en"


View = DayView | WeekView | HomeworkView


def day_view(
    lessons: Sequence[Lesson],
    *,
    frame: Frame,
    words: Words,
    slots: Mapping[str, int],
    lang: str = "en",
    homework: Sequence[Homework] = (),
    exams: Sequence[Exam] = (),
    bells: Sequence[Bell] = (),
    whose: TargetKind | None = TargetKind.CLASS,
) -> DayView:
    """The card of one day. Lessons, homework and exams are those of the day already; their order does not matter."""
    bells = tuple(bells)
    grid = lay_out([_with_weeks(lessons, frame, words.week)], bells)
    entries, loose = _with_tasks(grid.blocks, homework, exams, lang)
    rung = {bell.period: bell for bell in bells}
    rows: list[Slot] = []
    for at, (block, made) in enumerate(zip(grid.blocks, entries, strict=True)):
        first, last = grid.rows[block.first], grid.rows[block.first + block.span - 1]
        if at:
            before = grid.blocks[at - 1]
            rows += _free_between(grid.rows[before.first + before.span - 1], first, rung)
        lesson = block.lessons[0]
        start, end = lesson.start or first.start, lesson.end or last.end
        rows.append(Slot(_span_label(first, last), start, end, made))
    return DayView(frame, tuple(rows), words, _occurring(slots, grid.blocks, homework), tuple(loose), whose, lang)


def week_view(
    lessons: Sequence[Lesson],
    *,
    days: Sequence[DayHead],
    frame: Frame,
    words: Words,
    slots: Mapping[str, int],
    lang: str = "en",
    homework: Sequence[Homework] = (),
    exams: Sequence[Exam] = (),
    bells: Sequence[Bell] = (),
    today: int | None = None,
    whose: TargetKind | None = TargetKind.CLASS,
) -> WeekView:
    """The grid of one week. A lesson stands under the head with its date; one without a date, with its weekday."""
    marked = _with_weeks(lessons, frame, "{name}")  # a cell has no room for more
    columns = [[lesson for lesson in marked if _belongs(lesson, head)] for head in days]
    grid = lay_out(columns, bells)
    cells: list[Cell] = []
    for number, head in enumerate(days):
        blocks = [block for block in grid.blocks if block.column == number]
        due = [task for task in homework if head.day is not None and task.due == head.day]
        held = [exam for exam in exams if head.day is not None and exam.date == head.day]
        made, _ = _with_tasks(blocks, due, held, lang)
        cells += [Cell(number, block.first, block.span, entries) for block, entries in zip(blocks, made, strict=True)]
    return WeekView(
        frame, tuple(days), grid.rows, tuple(cells), words, _occurring(slots, grid.blocks, ()), today, whose, lang
    )


def day_heads(lang: str, days: Sequence[date], empty: Sequence[str] = ()) -> tuple[DayHead, ...]:
    """Heads of dated columns; `empty` says of each day why it has no lessons, "" of one that has."""
    return tuple(
        DayHead(dates.short_weekday(lang, day.weekday()), dates.short_date(lang, day), day, day.weekday(), why)
        for day, why in zip(days, empty or [""] * len(days), strict=True)
    )


def weekday_heads(lang: str, weekdays: Sequence[int]) -> tuple[DayHead, ...]:
    """Heads of the columns of a plan without dates; 0 = Monday."""
    return tuple(DayHead(dates.short_weekday(lang, number), "", None, number) for number in weekdays)


def _with_weeks(lessons: Sequence[Lesson], frame: Frame, pattern: str) -> list[Lesson]:
    """The lessons; where nothing says which week it is, those of one type of week say of which, before their group."""
    if frame.week:
        return list(lessons)
    return [
        replace(lesson, groups=(pattern.replace("{name}", lesson.week), *lesson.groups)) if lesson.week else lesson
        for lesson in lessons
    ]


def _belongs(lesson: Lesson, head: DayHead) -> bool:
    if lesson.date is not None and head.day is not None:
        return lesson.date == head.day
    return (lesson.weekday if lesson.date is None else lesson.date.weekday()) == head.weekday


def _with_tasks(
    blocks: Sequence[Block], homework: Iterable[Homework], exams: Iterable[Exam], lang: str
) -> tuple[list[tuple[Entry, ...]], list[Homework]]:
    """The entries of each block of one day; homework and exams go to the first lesson of their subject that is held."""
    spots = [(b, i, lesson) for b, block in enumerate(blocks) for i, lesson in enumerate(block.lessons)]
    spots.sort(key=lambda spot: spot[2].status == Status.CANCELLED)
    first_of: dict[str, tuple[int, int]] = {}
    for b, i, lesson in spots:
        first_of.setdefault(subject_key(lesson.subject), (b, i))
    tasks: dict[tuple[int, int], list[Homework]] = {}
    tests: dict[tuple[int, int], list[Exam]] = {}
    loose: list[Homework] = []
    for task in homework:
        spot = first_of.get(subject_key(task.subject))
        if spot is None:
            loose.append(task)
        else:
            tasks.setdefault(spot, []).append(task)
    for exam in exams:
        spot = first_of.get(subject_key(exam.subject))
        if spot is not None:
            tests.setdefault(spot, []).append(exam)
    made = [
        tuple(
            Entry(lesson, tuple(tasks.get((b, i), ())), tuple(tests.get((b, i), ())), _moved_from(lesson, lang))
            for i, lesson in enumerate(block.lessons)
        )
        for b, block in enumerate(blocks)
    ]
    return made, loose


def _moved_from(lesson: Lesson, lang: str) -> str:
    was = lesson.was
    parts = [
        dates.short_date(lang, was.date) if was.date and was.date != lesson.date else "",
        "–".join(dict.fromkeys((was.periods[0], was.periods[-1]))) if was.periods else "",
        clock(was.start) if was.start and not was.periods else "",
    ]
    return " · ".join(part for part in parts if part)


def _free_between(before: Row, after: Row, rung: Mapping[str, Bell]) -> list[Slot]:
    """The free periods between two lessons, as one row; a plan with times only does not say which breaks are free."""
    one, other = number_of(before.label), number_of(after.label)
    if one is None or other is None or follows(before, after):
        return []
    first, last = Row(str(int(one) + 1), None, None), Row(str(-int(-other // 1) - 1), None, None)
    start, end = rung.get(first.label), rung.get(last.label)
    return [Slot(_span_label(first, last), start.start if start else None, end.end if end else None)]


def _span_label(first: Row, last: Row) -> str:
    labels = [label for label in dict.fromkeys((first.label.strip(), last.label.strip())) if label]
    return "–".join(labels)


def _occurring(slots: Mapping[str, int], blocks: Iterable[Block], homework: Iterable[Homework]) -> dict[str, int]:
    """Only the slots that the picture uses: another class's new subject must not make it a new picture."""
    names = {lesson.subject for block in blocks for lesson in block.lessons} | {task.subject for task in homework}
    by_key = {subject_key(subject): slot for subject, slot in slots.items()}
    return {name: by_key[subject_key(name)] for name in sorted(names) if subject_key(name) in by_key}


def clock(at: time | None) -> str:
    """«08:05», or "" when the time is not published."""
    return f"{at.hour:02}:{at.minute:02}" if at is not None else ""
