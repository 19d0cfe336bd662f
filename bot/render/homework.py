"""Owns the homework card: exams as a strip, then what is due, by day, with ticks; 960 px wide, at most 1280 high."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.model import Exam
from bot.render.canvas import Box, Canvas
from bot.render.fonts import Font
from bot.render.layout import Pill, draw_foot, draw_head, draw_pill, pill_width
from bot.render.palette import Theme, subject_key
from bot.render.text import clean, fit, width, wrap
from bot.render.view import DueDay, HomeworkView, Task

WIDTH = 960
MAX_HEIGHT = 1280
MARGIN = 28
_HEAD = 132
_FOOT = 60
_BAR = 11
_RADIUS = 16
_TITLE_LINE = 50
_LINE = 38
_TICK = 34
_TEXT_X = MARGIN + 84
_RIGHT = WIDTH - MARGIN - 18
_HEADING = Font("Bold", 28)
_SUBJECT = Font("SemiBold", 32)
_TEXT = Font("Regular", 28)
_EXAM_ROW = 64


class _Step(NamedTuple):
    """A step of the overflow ladder: lines of text for a task, and the gap between cards in px."""

    lines: int
    gap: int


LADDER = (_Step(3, 10), _Step(2, 8), _Step(1, 6), _Step(0, 6))


def compose_homework(view: HomeworkView, theme: Theme) -> Canvas:
    """Draw the card. Never fails for what a text says; without tasks and exams it gives the head and foot."""
    step = next((step for step in LADDER if _total(view, step) <= MAX_HEIGHT), LADDER[-1])
    exams, days, left_out = _cut(view, step)
    height = _HEAD + _FOOT + _body(exams, days, step) + (_TITLE_LINE if left_out else 0)
    canvas = Canvas(WIDTH, min(MAX_HEIGHT, height), theme)
    draw_head(canvas, view.frame, margin=MARGIN, title_y=66, subtitle_y=108, pill_y=32)
    y = _HEAD
    for when, exam in exams:
        _draw_exam(canvas, y, when, exam, view)
        y += _EXAM_ROW + step.gap
    for day in days:
        heading = fit(clean(day.title), _HEADING, WIDTH - 2 * MARGIN)
        cell = Box(MARGIN - 4, y, WIDTH - MARGIN, y + _TITLE_LINE)
        canvas.text(MARGIN, y + 34, heading, _HEADING, theme.text, ground=theme.page, cell=cell)
        y += _TITLE_LINE
        for task in day.tasks:
            y += _draw_task(canvas, y, task, view, step) + step.gap
    if left_out:
        more = clean(view.words.more.replace("{count}", str(left_out)))
        cell = Box(MARGIN - 4, y, WIDTH - MARGIN, y + _TITLE_LINE)
        canvas.text(MARGIN, y + 32, fit(more, _TEXT, 800), _TEXT, theme.meta, ground=theme.page, cell=cell)
    font = Font("Regular", 23)
    draw_foot(canvas, view.frame, left=MARGIN, right=WIDTH - MARGIN, baseline=canvas.height - 21, font=font)
    return canvas


def _lines(task: Task, step: _Step) -> tuple[str, ...]:
    text = clean(task.homework.text)
    return wrap(text, _TEXT, _RIGHT - _TEXT_X, step.lines) if step.lines and text else ()


def _task_height(task: Task, step: _Step) -> int:
    lines = len(_lines(task, step))
    return 62 + lines * _LINE + (6 if lines else 0)


def _body(exams: Sequence[tuple[str, Exam]], days: Sequence[DueDay], step: _Step) -> int:
    tasks = sum(_task_height(task, step) + step.gap for day in days for task in day.tasks)
    return len(exams) * (_EXAM_ROW + step.gap) + len(days) * _TITLE_LINE + tasks


def _total(view: HomeworkView, step: _Step) -> int:
    return _HEAD + _FOOT + _body(view.exams, view.days, step)


def _cut(view: HomeworkView, step: _Step) -> tuple[list[tuple[str, Exam]], list[DueDay], int]:
    """The exams and tasks that there is room for, and how many are left out."""
    if _total(view, step) <= MAX_HEIGHT:
        return list(view.exams), list(view.days), 0
    room = MAX_HEIGHT - _HEAD - _FOOT - _TITLE_LINE
    exams = list(view.exams[: room // (2 * (_EXAM_ROW + step.gap))])
    room -= len(exams) * (_EXAM_ROW + step.gap)
    days: list[DueDay] = []
    left_out = len(view.exams) - len(exams)
    full = False
    for day in view.days:
        room -= _TITLE_LINE
        kept: list[Task] = []
        for task in day.tasks:
            height = _task_height(task, step) + step.gap
            full = full or height > room
            if full:
                left_out += 1
            else:
                kept.append(task)
                room -= height
        if kept:
            days.append(DueDay(day.title, tuple(kept)))
    return exams, days, left_out


def _slot(view: HomeworkView, subject: str) -> int | None:
    key = subject_key(subject)
    return next((slot for name, slot in view.slots.items() if subject_key(name) == key), None)


def _draw_exam(canvas: Canvas, y: int, when: str, exam: Exam, view: HomeworkView) -> None:
    """One line of the strip: the pill, the date, the subject, what it is about."""
    theme = canvas.theme
    hue = theme.hue(_slot(view, exam.subject))
    box = Box(MARGIN, y, WIDTH - MARGIN, y + _EXAM_ROW)
    canvas.framed_card(
        box, _RADIUS, ground=hue.ground, bar=theme.red_line, bar_width=_BAR,
        line=theme.red_line, thick=4, outside=theme.page,
    )  # fmt: skip
    font = Font("Bold", 21)
    pill = Pill(clean(view.words.exam).upper(), theme.on_red, theme.red_line)
    wide = min(pill_width(pill, font, 36), 300)
    draw_pill(canvas, Box(_RIGHT - wide, y + 14, _RIGHT, y + 50), pill, font, outside=hue.ground)
    x, right, baseline = MARGIN + 30, _RIGHT - wide - 16, y + 43
    cell = Box(x - 4, y, right + 4, y + _EXAM_ROW)
    date_font = Font("SemiBold", 28, tabular=True)
    date = fit(clean(when), date_font, (right - x) // 3)
    x += canvas.text(x, baseline, date, date_font, theme.text, ground=hue.ground, cell=cell) + (18 if date else 0)
    subject = fit(clean(exam.subject), _SUBJECT, right - x)
    x += canvas.text(x, baseline, subject, _SUBJECT, hue.text, ground=hue.ground, cell=cell) + 18
    if right - x > 80:
        text = fit(clean(exam.text), _TEXT, right - x)
        canvas.text(x, baseline, text, _TEXT, theme.meta, ground=hue.ground, cell=cell)


def _draw_task(canvas: Canvas, y: int, task: Task, view: HomeworkView, step: _Step) -> int:
    """A task with its tick: a ring while it is open; done, a ticked disc and a struck subject. Returns its height."""
    theme = canvas.theme
    subject = clean(task.homework.subject)
    hue = theme.hue(_slot(view, task.homework.subject))
    height = _task_height(task, step)
    box = Box(MARGIN, y, WIDTH - MARGIN, y + height)
    ground, bar, ink, text_ink = hue.ground, hue.bar, hue.text, theme.text
    if task.done:
        ground, bar, ink, text_ink = theme.card, theme.struck, theme.meta, theme.meta
    canvas.card(box, _RADIUS, ground=ground, bar=bar, bar_width=_BAR, outside=theme.page)
    sign_ink = theme.accent if task.done else ink
    canvas.glyph(MARGIN + 30, y + 15, "tick" if task.done else "ring", _TICK, sign_ink, ground=ground)
    lines = _lines(task, step)
    cell = Box(_TEXT_X - 3, y, _RIGHT + 3, y + height)
    name = fit(subject or clean(task.homework.text), _SUBJECT, _RIGHT - _TEXT_X)
    canvas.text(_TEXT_X, y + 43, name, _SUBJECT, ink, ground=ground, cell=cell, struck=task.done)
    if not step.lines and subject:
        x = _TEXT_X + width(name, _SUBJECT) + 18
        rest = fit(clean(task.homework.text), _TEXT, _RIGHT - x) if _RIGHT - x > 80 else ""
        canvas.text(x, y + 43, rest, _TEXT, text_ink, ground=ground, cell=cell)
    for at, line in enumerate(lines if subject else ()):
        canvas.text(_TEXT_X, y + 84 + at * _LINE, line, _TEXT, text_ink, ground=ground, cell=cell)
    return height
