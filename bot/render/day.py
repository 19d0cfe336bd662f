"""Owns the day card: 960 px wide, at most 1280 high, so that it fills a chat bubble."""

from __future__ import annotations

from bot.render.canvas import Canvas
from bot.render.fonts import Font
from bot.render.layout import draw_foot, draw_head
from bot.render.palette import Theme
from bot.render.row import (
    BAR,
    MARGIN,
    STACK_GAP,
    WIDTH,
    Columns,
    Step,
    draw_line,
    draw_loose,
    draw_slot,
    slot_height,
)
from bot.render.text import clean
from bot.render.view import DayView, Slot

MAX_HEIGHT = 1280
_HEAD = 132
_FOOT = 60

# Full; one line of homework; the same in lower rows; homework as a sign only (its text goes to the caption); then
# lower rows for long days.
LADDER = (
    Step(102, 10, 56, homework_lines=2, subject_y=47, meta_y=84),
    Step(98, 7, 50, homework_lines=1, subject_y=45, meta_y=82),
    Step(88, 5, 46, homework_lines=1, subject_y=40, meta_y=75),
    Step(96, 6, 46, homework_lines=0, subject_y=44, meta_y=81),
    Step(82, 5, 42, homework_lines=0, subject_y=37, meta_y=70, subject=(33, 30), meta=27, number=33, pill=32),
    Step(72, 4, 40, homework_lines=0, subject_y=31, meta_y=62, subject=(30,), meta=26, number=30, pill=30),
    Step(50, 4, 40, homework_lines=0, subject_y=34, meta_y=34, subject=(29, 27), meta=25, number=28, pill=30),
)


def compose_day(view: DayView, theme: Theme) -> Canvas:
    """Draw the card of a day. Never fails for what a text says; a day without lessons gives the head and foot."""
    columns = _columns_of(view)
    step = next((step for step in LADDER if _total(view, step, columns) <= MAX_HEIGHT), LADDER[-1])
    shown, left_out = _cut(view, step, columns)
    height = min(MAX_HEIGHT, _HEAD + _FOOT - step.gap + sum(slot_height(s, step, columns) + step.gap for s in shown))
    height += sum(_loose_height(step) for _ in view.loose) if not left_out else 0
    canvas = Canvas(WIDTH, min(MAX_HEIGHT, max(height, _HEAD + _FOOT) + (step.free if left_out else 0)), theme)
    draw_head(canvas, view.frame, margin=MARGIN, title_y=66, subtitle_y=108, pill_y=32)
    y = _HEAD
    for slot in shown:
        draw_slot(canvas, y, slot, view, step, columns)
        y += slot_height(slot, step, columns) + step.gap
    if left_out:
        draw_line(canvas, y, step.free, clean(view.words.more.replace("{count}", str(left_out))), columns)
    elif step.homework_lines:
        for task in view.loose:
            draw_loose(canvas, y, task, columns, step)
            y += _loose_height(step)
    font = Font("Regular", 23)
    draw_foot(canvas, view.frame, left=MARGIN, right=WIDTH - MARGIN, baseline=canvas.height - 21, font=font)
    return canvas


def _columns_of(view: DayView) -> Columns:
    labels = any(slot.label for slot in view.rows)
    times = any(slot.start or slot.end for slot in view.rows)
    time = MARGIN + (84 if labels else BAR + 20)
    return Columns(MARGIN + 46, time, time + (108 if times else 0))


def _total(view: DayView, step: Step, columns: Columns) -> int:
    rows = sum(slot_height(slot, step, columns) + step.gap for slot in view.rows)
    return _HEAD + rows + _FOOT + len(view.loose) * _loose_height(step)


def _loose_height(step: Step) -> int:
    return step.free + step.gap if step.homework_lines else 0


def _cut(view: DayView, step: Step, columns: Columns) -> tuple[list[Slot], int]:
    """The rows that there is room for, and how many lessons are left out."""
    if _total(view, step, columns) <= MAX_HEIGHT:
        return list(view.rows), 0
    room = MAX_HEIGHT - _HEAD - _FOOT - step.free
    shown: list[Slot] = []
    for at, slot in enumerate(view.rows):
        height = slot_height(slot, step, columns) + step.gap
        if height > room:
            kept = max(0, (room - step.gap + STACK_GAP) // (step.row + STACK_GAP))
            if kept and slot.entries:
                shown.append(Slot(slot.label, slot.start, slot.end, slot.entries[:kept]))
            rest = len(slot.entries) - kept + sum(len(later.entries) for later in view.rows[at + 1 :])
            return shown, rest
        shown.append(slot)
        room -= height
    return shown, 0
