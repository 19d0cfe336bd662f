"""Owns one cell of the week grid: a lesson, or parallel groups stacked."""

from __future__ import annotations

from datetime import time
from enum import Enum

from bot.model import Status, TargetKind
from bot.render.canvas import Box, Canvas
from bot.render.fonts import Font
from bot.render.layout import (
    Look,
    Pill,
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
from bot.render.palette import Rgb, Theme
from bot.render.text import ELLIPSIS, clean, fit, fit_name, shorten, split_in_two, width, wrap
from bot.render.view import Cell, Entry, WeekView, clock

SMALL = Font("SemiBold", 22)
_SUBJECT_SIZES = (29, 26)
_META, _ROOM = Font("Regular", 24), Font("SemiBold", 24)
_HALF, _HALF_ROOM = Font("SemiBold", 24), Font("Regular", 23)
_NOTE = Font("Regular", 23)
_PILL = Font("Bold", 20)
_PILL_HEIGHT = 30
_BAR = 8
_RADIUS = 12
_PIECE_GAP = 4
_LEAST_PIECE = 30
_LEAST_NAME = 50
_FULL_HEIGHT = 64
"""A lower cell has one line only."""
_ROOMY = 76
"""A lower cell is set tighter."""
_ROOMY_FOR_TWO = 108
"""The same for a subject of two lines, which a cell of `_TWO_LINES` px has room for at the smaller size."""
_TWO_LINES = 96
_TWO_LARGE_LINES = 101
_ICON = 26

_SIGNS = {"exam": "!", "changed": "≠", "added": "+", "moved": "→"}


def sign_of(kind: str) -> str:
    """The sign in a disc that tells a state without its colour."""
    return _SIGNS[kind]


def _sign(entry: Entry) -> str:
    if entry.lesson.status is Status.CANCELLED:
        return ""
    return _SIGNS["exam"] if entry.exams else _SIGNS.get(entry.lesson.status.value, "")


def draw_sign(canvas: Canvas, x: int, y: int, sign: str, size: int, *, outside: Rgb) -> None:
    """A sign in a disc of `size` px, red for an exam, amber for a change."""
    theme = canvas.theme
    exam = sign == _SIGNS["exam"]
    ground, ink = (theme.red_line, theme.on_red) if exam else (theme.amber_ground, theme.amber)
    box = Box(x, y, x + size, y + size)
    canvas.rounded(box, size // 2, ground, outside=outside)
    font = Font("Bold", 20)
    # Capitals and figures are .727 em high, arrows and operators about as centred on half of that.
    canvas.centred(x + size // 2, y + (size + round(font.size * 0.727)) // 2, sign, font, ink, ground=ground, cell=box)


def draw_cell(canvas: Canvas, box: Box, cell: Cell, view: WeekView, *, outside: Rgb, row_start: time | None) -> None:
    """The entries of a slot from top to bottom; those that there is no room for are counted."""
    entries = cell.entries
    room = max(1, (box.y1 - box.y0 + _PIECE_GAP) // (_LEAST_PIECE + _PIECE_GAP))
    pieces = min(len(entries), room)
    shown = entries if len(entries) <= room else entries[: room - 1]
    height = box.y1 - box.y0 + _PIECE_GAP
    for at in range(pieces):
        piece = Box(
            box.x0, box.y0 + height * at // pieces, box.x1, box.y0 + height * (at + 1) // pieces - _PIECE_GAP
        )  # fmt: skip
        if at >= len(shown):
            _draw_rest(canvas, piece, len(entries) - len(shown), view, outside)
        elif piece.y1 - piece.y0 >= _FULL_HEIGHT:
            _draw_full(canvas, piece, shown[at], view, outside=outside, row_start=row_start)
        else:
            _draw_low(canvas, piece, shown[at], view, outside=outside)


def _draw_rest(canvas: Canvas, box: Box, count: int, view: WeekView, outside: Rgb) -> None:
    theme = canvas.theme
    canvas.frame(box, min(_RADIUS, 8), theme.line, 2, ground=theme.card, outside=outside)
    more = fit(clean(view.words.more.replace("{count}", str(count))), _NOTE, box.x1 - box.x0 - 26)
    y = (box.y0 + box.y1 + 17) // 2
    canvas.text(box.x0 + 17, y, more, _NOTE, theme.meta, ground=theme.card, cell=box.inset(1))


def _draw_low(canvas: Canvas, box: Box, entry: Entry, view: WeekView, *, outside: Rgb) -> None:
    """One line: subject and group, then the room on the right."""
    theme, lesson = canvas.theme, entry.lesson
    look = look_of(entry, theme.hue(view.slots.get(lesson.subject)), view.words, theme)
    draw_card(canvas, box, look, radius=min(_RADIUS, (box.y1 - box.y0) // 3), bar_width=_BAR, outside=outside)
    ground, cell = look.ground, Box(box.x0 + _BAR, box.y0, box.x1 - look.thick, box.y1)
    y = (box.y0 + box.y1 + 17) // 2
    left, right = box.x0 + 17, box.x1 - 11
    for sign in _icons(entry):
        _draw_icon(canvas, right - 22, (box.y0 + box.y1) // 2 - 11, sign, 22, ground)
        right -= 28
    was = lesson.was
    room = "" if view.whose is TargetKind.ROOM and was.rooms is None else listed(lesson.rooms)
    changed = was.rooms is not None and was.rooms != lesson.rooms and not look.cancelled
    font = _ROOM if changed else _HALF_ROOM
    shown = fit(room, font, (right - left) * 2 // 5) if room else ""
    if shown:
        right -= width(shown, font)
        ink = theme.amber if changed else theme.meta
        canvas.text(right, y, shown, font, ink, ground=ground, cell=cell)
        right -= 10
    # The group (for others than a class, the class) tells parallel lessons apart: the name gives way first.
    apart = lesson.groups if view.whose is TargetKind.CLASS else lesson.classes or lesson.groups
    title = title_of(lesson)
    least = min(_LEAST_NAME, width(title, _HALF))
    group = fit(listed(apart), _HALF, max((right - left) // 2, right - left - least - 8))
    space = right - left - (width(group, _HALF) + 8 if group else 0)
    label = " ".join(filter(None, (shorten(title, _HALF, space), group)))
    label = fit(label, _HALF, right - left)
    canvas.text(left, y, label, _HALF, look.subject, ground=ground, cell=cell, struck=strikes(lesson))


def _icons(entry: Entry) -> list[str]:
    """Signs in the upper right corner, from right to left."""
    return [sign for sign in (_sign(entry), "book" if entry.homework else "") if sign]


def _draw_icon(canvas: Canvas, x: int, y: int, sign: str, size: int, ground: Rgb) -> None:
    if sign == "book":
        canvas.glyph(x, y, "book", size, canvas.theme.accent, ground=ground)
    else:
        draw_sign(canvas, x, y, sign, size, outside=ground)


def _draw_full(canvas: Canvas, box: Box, entry: Entry, view: WeekView, *, outside: Rgb, row_start: time | None) -> None:
    theme, lesson = canvas.theme, entry.lesson
    look = look_of(entry, theme.hue(view.slots.get(lesson.subject)), view.words, theme)
    draw_card(canvas, box, look, radius=_RADIUS, bar_width=_BAR, outside=outside)
    left, right = box.x0 + 17, box.x1 - 9
    cell = Box(box.x0 + _BAR, box.y0, box.x1 - look.thick, box.y1)
    high = box.y1 - box.y0
    exam_pill = Pill(clean(view.words.exam).upper(), theme.on_red, theme.red_line)
    icons = _icons(entry)
    # An exam's word needs a line of its own; without it the sign alone stands in the corner.
    pill = bool(entry.exams) and not look.cancelled and high >= 104
    lines, font, place = _subject_lines(title_of(lesson), right - left, (len(icons) - pill) * 30, high)
    pill = pill and len(lines) == 1
    if pill:
        icons = [icon for icon in icons if icon != _SIGNS["exam"]]
    elif entry.exams:
        lines, font, place = _subject_lines(title_of(lesson), right - left, len(icons) * 30, high)
    tight = high < (_ROOMY if len(lines) == 1 else _ROOMY_FOR_TWO)
    icons_y = {
        _Icons.BESIDE: box.y0 + (6 if tight else 10),
        _Icons.BELOW: box.y0 + font.size + 15,
        _Icons.FOOT: box.y1 - 10 - _ICON,
    }[place]
    for at, icon in enumerate(icons):
        _draw_icon(canvas, box.x1 - 10 - _ICON - at * 30, icons_y, icon, _ICON, look.ground)
    top = box.y0 + (5 if tight else 10)
    y = top + round(font.size * 0.86)
    for line in lines:
        canvas.text(left, y, line, font, look.subject, ground=look.ground, cell=cell, struck=strikes(lesson))
        y += font.size + 3
    free = box.y1 - 38 - (y - font.size - 3 + 8)
    if pill:
        pill_top = y - font.size + 7
        wide = min(pill_width(exam_pill, _PILL, _PILL_HEIGHT), right - left)
        draw_pill(
            canvas, Box(left, pill_top, left + wide, pill_top + _PILL_HEIGHT), exam_pill, _PILL, outside=look.ground
        )  # fmt: skip
    elif free >= 28:
        spans = _middle(entry, look, theme)
        baseline = y - font.size - 3 + 30
        end = right - (len(icons) * 30 if place is _Icons.BELOW else 0)
        draw_spans(canvas, left, baseline, spans, right=end, ground=look.ground, cell=cell)
    _draw_details(
        canvas,
        entry,
        view,
        look,
        left=left,
        right=right - (len(icons) * 30 if place is _Icons.FOOT else 0),
        y=box.y1 - (9 if tight else 12),
        cell=cell,
        row_start=row_start,
    )


class _Icons(Enum):
    """Where the icons of a cell stand: beside the subject, below it, or at the end of the last line."""

    BESIDE = 0
    BELOW = 1
    FOOT = 2


def _subject_lines(subject: str, room: int, icons: int, high: int) -> tuple[tuple[str, ...], Font, _Icons]:
    """The subject at 29 px, else 26, on as many lines as there is room for, and where the icons stand.

    Icons narrow the first line; they give way to a subject that needs the whole of it.
    """
    two = high >= _TWO_LINES
    fonts = [Font("SemiBold", size) for size in (_SUBJECT_SIZES if high >= _ROOMY else _SUBJECT_SIZES[-1:])]
    for font in fonts:
        wide = width(subject, font)
        if wide <= room - (0 if two else icons):
            return (subject,), font, _Icons.BESIDE if wide <= room - icons else _Icons.BELOW
        roomy = high >= (_TWO_LARGE_LINES if font.size == _SUBJECT_SIZES[0] else _TWO_LINES)
        lines = split_in_two(subject, font, room, room - icons) if roomy else None
        if lines:
            return lines, font, _Icons.BESIDE
    font = fonts[-1]
    lines = split_in_two(subject, font, room, room) if two else None
    if lines:
        return lines, font, _Icons.FOOT
    if two and " " in subject:
        lines = wrap(subject, font, room, 2, first_room=room - icons)
        cut = lines[0].endswith(ELLIPSIS)
        return (wrap(subject, font, room, 2), font, _Icons.FOOT) if cut else (lines, font, _Icons.BESIDE)
    return (shorten(subject, font, room - (0 if two else icons)),), font, _Icons.BELOW if two else _Icons.BESIDE


def _middle(entry: Entry, look: Look, theme: Theme) -> list[Span]:
    """What stands below the subject where there is room: the old subject, the old place, the groups, the note."""
    lesson, spans = entry.lesson, list[Span]()
    if lesson.was.subject and lesson.was.subject != lesson.subject and not look.cancelled:
        spans.append(Span(clean(lesson.was.subject), _NOTE, theme.struck, struck=True))
    if not look.cancelled:
        spans += moved_spans(entry, plain=_NOTE, bold=SMALL, theme=theme)
    if lesson.groups:
        spans.append(Span(listed(lesson.groups), _NOTE, theme.meta))
    if lesson.note and lesson.subject:
        spans.append(Span(clean(lesson.note), _NOTE, theme.meta))
    return [span for span in spans if span.text]


def _draw_details(
    canvas: Canvas, entry: Entry, view: WeekView, look: Look,
    *, left: int, right: int, y: int, cell: Box, row_start: time | None,
) -> None:  # fmt: skip
    """The bottom line: room and people, the old value struck where both fit; for a cancelled lesson the word."""
    theme, lesson = canvas.theme, entry.lesson
    if look.cancelled:
        gone = [Span(clean(view.words.cancelled), _ROOM, theme.red)]
        if view.whose is not TargetKind.CLASS:
            gone.append(Span(listed(lesson.classes), _META, theme.meta))
        draw_spans(canvas, left, y, gone, right=right, ground=look.ground, cell=cell)
        return
    spans: list[Span] = []
    if lesson.start is not None and row_start is not None and lesson.start != row_start:
        spans.append(Span(clock(lesson.start), _META._replace(tabular=True), theme.text))
    first, *middle, last = facts_of(lesson, view.whose)
    spans += change_spans(
        listed(first.now), first.old, plain=_META, bold=_ROOM, ink=theme.text, theme=theme, usual=_ROOM
    )
    for fact in middle:
        spans += change_spans(listed(fact.now), fact.old, plain=_META, bold=_ROOM, ink=theme.meta, theme=theme)
    others = change_spans(listed(last.now), last.old, plain=_META, bold=_ROOM, ink=theme.meta, theme=theme)
    used = sum(width(span.text, span.font) + 10 for span in spans)
    if sum(width(span.text, span.font) + 10 for span in others) > right - left - used:
        # Not both: what is new counts.
        others = [span for span in others if not span.struck] or others
    if len(last.now) == 1 and others:
        name = fit_name(others[-1].text, others[-1].font, max(0, right - left - used))
        # Two letters and "…" say less than nothing.
        others[-1] = others[-1]._replace(text=name if len(name) > 4 or not name.endswith(ELLIPSIS) else "")
    draw_spans(canvas, left, y, spans + others, right=right, ground=look.ground, cell=cell)
