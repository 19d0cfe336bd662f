"""Owns one row of the day card: a lesson, parallel groups, a free period, homework without a lesson."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Homework, Status
from bot.render.canvas import Box, Canvas
from bot.render.fonts import Font
from bot.render.layout import (
    DOT,
    Look,
    Span,
    change_spans,
    draw_card,
    draw_pill,
    draw_spans,
    facts_of,
    listed,
    look_of,
    moved_spans,
    pill_width,
    strikes,
    title_of,
)
from bot.render.palette import Hue, Theme, hairline
from bot.render.text import clean, fit, width, wrap
from bot.render.view import DayView, Entry, Slot, clock

WIDTH = 960
MARGIN = 28
BAR = 11
STACK_GAP = 4
"""Between parallel groups."""
_RADIUS = 16
_INSIDE = 18
_HOMEWORK_LINE = 40
_HOMEWORK = Font("Regular", 28)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the overflow ladder: heights in px, baselines from a row's top, font sizes."""

    row: int
    gap: int
    free: int
    homework_lines: int
    subject_y: int
    meta_y: int
    subject: tuple[int, ...] = (36, 33, 30)
    meta: int = 29
    number: int = 36
    pill: int = 36

    @property
    def one_line(self) -> bool:
        """Whether subject and details share a line."""
        return self.subject_y == self.meta_y


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the text columns start; a plan without period numbers or times needs no room for them."""

    number: int
    time: int
    text: int
    right: int = WIDTH - MARGIN - _INSIDE


def _tasks(entry: Entry, step: Step, columns: Columns) -> list[str]:
    """Homework lines under a lesson."""
    if not step.homework_lines:
        return []
    text = clean("; ".join(task.text for task in entry.homework))
    return list(wrap(text, _HOMEWORK, columns.right - columns.text - 38, step.homework_lines)) if text else []


def _entry_height(entry: Entry, step: Step, columns: Columns) -> int:
    lines = len(_tasks(entry, step, columns))
    return step.row + (lines * _HOMEWORK_LINE + 6 if lines else 0)


def slot_height(slot: Slot, step: Step, columns: Columns) -> int:
    if not slot.entries:
        return step.free
    heights = [_entry_height(entry, step, columns) for entry in slot.entries]
    return sum(heights) + STACK_GAP * (len(heights) - 1)


def draw_slot(canvas: Canvas, y: int, slot: Slot, view: DayView, step: Step, columns: Columns) -> None:
    if not slot.entries:
        times = "–".join(filter(None, (clock(slot.start), clock(slot.end))))
        word = clean(view.words.free)
        word = word[:1].upper() + word[1:]
        draw_line(canvas, y, step.free, word, columns, number=clean(slot.label), times=times)
        return
    label = clean(slot.label)
    size = _number_size(label, step, columns)
    for at, entry in enumerate(slot.entries):
        height = _entry_height(entry, step, columns)
        hue = _hue(view, entry, canvas.theme)
        look = look_of(entry, hue, view.words, canvas.theme)
        draw_card(
            canvas, Box(MARGIN, y, WIDTH - MARGIN, y + height), look,
            radius=_RADIUS, bar_width=BAR, outside=canvas.theme.page,
        )  # fmt: skip
        own_time = (entry.lesson.start, entry.lesson.end) != (slot.start, slot.end) and entry.lesson.start is not None
        if at == 0 and size:
            _draw_number(canvas, y, label, Font("Bold", size), entry, look, step, columns)
        if at == 0 or own_time:
            start, end = (entry.lesson.start, entry.lesson.end) if own_time else (slot.start, slot.end)
            _draw_times(canvas, y, clock(start), clock(end), look, step, columns)
        _draw_entry(canvas, y, entry, look, hue, view, step, columns, lead="" if size else label)
        y += height + STACK_GAP


def _hue(view: DayView, entry: Entry, theme: Theme) -> Hue:
    """The hue of an entry's subject."""
    return theme.hue(view.slots.get(entry.lesson.subject))


def _number_size(label: str, step: Step, columns: Columns) -> int:
    """The size at which a period stands in its column; 0 = «2nd long break» has no room there."""
    room = columns.time - 4 - MARGIN - BAR - 8
    return next((size for size in (step.number, 28, 24, 20) if label and width(label, Font("Bold", size)) <= room), 0)


def _draw_number(
    canvas: Canvas, y: int, label: str, font: Font, entry: Entry, look: Look, step: Step, columns: Columns
) -> None:
    cell = Box(MARGIN + BAR, y, columns.time - 4, y + step.row)
    theme = canvas.theme
    ink = theme.amber if entry.lesson.status is Status.MOVED else theme.meta if look.cancelled else look.subject
    baseline = y + (step.row + round(font.size * 0.727)) // 2
    middle = (cell.x0 + cell.x1) // 2 - 1
    canvas.centred(middle, baseline, label, font, ink, ground=look.ground, cell=cell)


def _draw_times(canvas: Canvas, y: int, start: str, end: str, look: Look, step: Step, columns: Columns) -> None:
    theme = canvas.theme
    cell = Box(columns.time - 4, y, columns.text - 6, y + step.row)
    first = Font("SemiBold", step.meta, tabular=True)
    ink = theme.meta if look.cancelled else theme.text
    canvas.text(columns.time, y + step.subject_y - 1, start, first, ink, ground=look.ground, cell=cell)
    if not step.one_line:
        second = Font("Regular", step.meta - 2, tabular=True)
        canvas.text(columns.time, y + step.meta_y, end, second, theme.meta, ground=look.ground, cell=cell)


def _draw_entry(
    canvas: Canvas, y: int, entry: Entry, look: Look, hue: Hue, view: DayView, step: Step, columns: Columns,
    *, lead: str,
) -> None:  # fmt: skip
    theme = canvas.theme
    lesson = entry.lesson
    right = _draw_pills(canvas, y, look, step, columns)
    sizes = step.subject
    title = title_of(lesson)
    room = right - columns.text
    if step.one_line:
        room = room * 3 // 5
    size = next((s for s in sizes if width(title, Font("SemiBold", s)) <= room), sizes[-1])
    font = Font("SemiBold", size)
    cell = Box(columns.text - 3, y, right + 3, y + step.row)
    shown = fit(title, font, room)
    canvas.text(
        columns.text, y + step.subject_y, shown, font, look.subject,
        ground=look.ground, cell=cell, struck=strikes(lesson),
    )  # fmt: skip
    sign = bool(entry.homework) and not step.homework_lines
    end = (right if step.one_line else columns.right) - (38 if sign else 0)
    start = columns.text + (width(shown, font) + 18 if step.one_line else 0)
    cell = Box(start - 3, y, end + 3, y + step.row)
    spans = _details(entry, view, look, step, theme, lead=lead)
    draw_spans(canvas, start, y + step.meta_y, spans, right=end, ground=look.ground, cell=cell)
    if sign:
        canvas.glyph(end + 12, y + step.meta_y - 22, "book", 26, theme.accent, ground=look.ground)
    tasks = _tasks(entry, step, columns)
    if tasks:
        _draw_tasks(canvas, y + step.row - 6, tasks, look, hue, columns)


def _draw_pills(canvas: Canvas, y: int, look: Look, step: Step, columns: Columns) -> int:
    """Pills from the right edge; returns where the subject must end."""
    right = columns.right
    font = Font("Bold", 21 if step.pill > 32 else 19)
    top = y + (step.row - step.pill) // 2 if step.one_line else y + max(8, step.subject_y - 32)
    for pill in look.pills:
        wide = min(pill_width(pill, font, step.pill), 320)
        draw_pill(canvas, Box(right - wide, top, right, top + step.pill), pill, font, outside=look.ground)
        right -= wide + 12
    return right


def _draw_tasks(canvas: Canvas, y: int, tasks: list[str], look: Look, hue: Hue, columns: Columns) -> None:
    theme = canvas.theme
    line = theme.line if look.ground == theme.card else hairline(hue)
    canvas.fill(Box(columns.text, y, columns.right, y + 1), line)
    canvas.glyph(columns.text, y + 14, "book", 26, theme.accent, ground=look.ground)
    cell = Box(columns.text + 32, y, columns.right + 3, y + 12 + len(tasks) * _HOMEWORK_LINE)
    for at, task in enumerate(tasks):
        baseline = y + 36 + at * _HOMEWORK_LINE
        canvas.text(columns.text + 38, baseline, task, _HOMEWORK, theme.text, ground=look.ground, cell=cell)


def _details(entry: Entry, view: DayView, look: Look, step: Step, theme: Theme, *, lead: str) -> list[Span]:
    """The second line: `lead` · room · people · group · exam · note, what changed with its old value struck."""
    lesson = entry.lesson
    plain, bold = Font("Regular", step.meta), Font("SemiBold", step.meta)
    note = clean(lesson.note) if lesson.subject else ""
    facts = facts_of(lesson, view.whose)
    if look.cancelled:
        shown = facts if not note else facts[:1] if view.whose is None else []
        names = [lead, *(listed(fact.now) for fact in shown)]
        fields = [[Span(name, plain, theme.meta)] for name in names if name]
        return _dotted([*fields, *([[Span(note, plain, theme.red)]] if note else [])], plain, theme)
    was = lesson.was
    old_subject = clean(was.subject) if was.subject and was.subject != lesson.subject else ""
    *places, people = [
        change_spans(listed(fact.now), fact.old, plain=plain, bold=bold, ink=theme.meta, theme=theme) for fact in facts
    ]
    group = [Span(listed(lesson.groups), plain, theme.meta)] if listed(lesson.groups) else []
    fields = [
        [Span(lead, plain, theme.meta)] if lead else [],
        moved_spans(entry, plain=plain, bold=bold, theme=theme),
        [Span(old_subject, plain, theme.struck, struck=True)] if old_subject else [],
        *places,
        # On a short line the group comes before the names: it tells parallel lessons apart.
        *((group, people) if step.one_line else (people, group)),
        [Span(text, plain, theme.meta) for text in [clean("; ".join(e.text for e in entry.exams))] if text],
        [Span(note, plain, theme.amber if look.line == theme.amber_line else theme.meta)] if note else [],
    ]
    return _dotted(fields, plain, theme)


def _dotted(fields: list[list[Span]], plain: Font, theme: Theme) -> list[Span]:
    spans: list[Span] = []
    for one in fields:
        if one and spans:
            spans.append(Span(DOT, plain, theme.meta))
        spans += one
    return spans


def draw_line(
    canvas: Canvas, y: int, height: int, word: str, columns: Columns, *, number: str = "", times: str = ""
) -> None:
    """An outlined row: a free period, or what is left out."""
    theme = canvas.theme
    box = Box(MARGIN, y, WIDTH - MARGIN, y + height)
    canvas.frame(box, _RADIUS, theme.line, 2, ground=theme.page, outside=theme.page)
    baseline = y + (height + 20) // 2
    if number:
        font = next(
            (f for f in (Font("SemiBold", 30), Font("SemiBold", 24)) if width(number, f) <= 62), Font("SemiBold", 20)
        )
        cell = Box(MARGIN + 4, y, columns.time - 4, y + height)
        middle = (MARGIN + BAR + columns.time - 4) // 2 - 1
        number = fit(number, font, 62)
        canvas.centred(middle, baseline + 1, number, font, theme.struck, ground=theme.page, cell=cell)
    font = Font("Regular", 27, tabular=True)
    text = f"{times}   {word}" if times else word
    cell = Box(columns.time - 4, y, columns.right + 4, y + height)
    x = columns.time if times else columns.text
    if times:
        x += canvas.text(x, baseline, times, font, theme.struck, ground=theme.page, cell=cell) + 22
        text = word
    text = fit(text, font, columns.right - x)
    canvas.text(x, baseline, text, font, theme.struck, ground=theme.page, cell=cell)


def draw_loose(canvas: Canvas, y: int, task: Homework, columns: Columns, step: Step) -> None:
    """Homework of a subject that has no lesson on this day."""
    theme = canvas.theme
    box = Box(MARGIN, y, WIDTH - MARGIN, y + step.free)
    canvas.frame(box, _RADIUS, theme.line, 2, ground=theme.card, outside=theme.page)
    canvas.glyph(MARGIN + 33, y + (step.free - 26) // 2, "book", 26, theme.accent, ground=theme.card)
    baseline = y + (step.free + 20) // 2
    cell = Box(columns.time - 4, y, columns.right + 4, y + step.free)
    bold = Font("SemiBold", 27)
    name = fit(clean(task.subject), bold, (columns.right - columns.time) // 2)
    x = columns.time + canvas.text(columns.time, baseline, name, bold, theme.text, ground=theme.card, cell=cell)
    x += 14 if name else 0
    font = Font("Regular", 27)
    text = fit(clean(task.text), font, columns.right - x)
    canvas.text(x, baseline, text, font, theme.text, ground=theme.card, cell=cell)
