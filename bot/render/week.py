"""Owns the week grid: 1280 px wide, at most 1280 high, to be tapped open."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Status
from bot.render.canvas import Box, Canvas
from bot.render.cell import SMALL, draw_cell, draw_sign, sign_of
from bot.render.fonts import Font
from bot.render.layout import draw_foot, draw_head
from bot.render.palette import Rgb, Theme
from bot.render.text import clean, fit, width, wrap
from bot.render.view import WeekView, clock

WIDTH = 1280
MAX_HEIGHT = 1280
MARGIN = 20
_GUTTER = 92
_GAP = 8
_HEAD = 112
_DAYS = 62
_FOOT = 56
_FOOT_LINE = 38
_TALLEST_ROW = 132
_LOW_ROW = 74
_PERIOD_HEIGHT = 78
"""What a row needs for its number between both times."""
_LOWEST_ROW = 40
_PIECE = 40
"""What a row needs for each of several parallel groups."""
_LEGEND = Font("Regular", 22)
_SIGN = 26
_EMPTY = Font("Regular", 23)
_EMPTY_LINE = 36
_LONG_LABEL = Font("SemiBold", 20)


@dataclass(frozen=True, slots=True)
class _Measure:
    """Where rows and columns lie; `tops` has one entry more than there are rows."""

    tops: tuple[int, ...]
    lefts: tuple[int, ...]
    height: int
    foot_lines: int
    left_out: int

    @property
    def rows(self) -> int:
        """How many rows are drawn."""
        return len(self.tops) - 1


def compose_week(view: WeekView, theme: Theme) -> Canvas:
    """Draw the grid of a week. Never fails for what a text says; a week without lessons gives heads and foot."""
    measure = _measure(view)
    canvas = Canvas(WIDTH, measure.height, theme)
    draw_head(canvas, view.frame, margin=MARGIN + 4, title_y=62, subtitle_y=98, pill_y=26)
    _draw_days(canvas, view, measure)
    _draw_gutter(canvas, view, measure)
    _draw_empty(canvas, view, measure)
    shown = [cell for cell in view.cells if cell.row < measure.rows and cell.column < len(view.days)]
    for cell in shown:
        row, last = cell.row, min(cell.row + cell.span, measure.rows)
        gap = _GAP if measure.tops[last] - measure.tops[row] >= 60 else _GAP // 2
        box = Box(
            measure.lefts[cell.column], measure.tops[row] + gap // 2,
            measure.lefts[cell.column + 1] - _GAP, measure.tops[last] - (gap - gap // 2),
        )  # fmt: skip
        outside = theme.today if cell.column == view.today else theme.page
        draw_cell(canvas, box, cell, view, outside=outside, row_start=view.periods[cell.row].start)
    _draw_bottom(canvas, view, measure)
    return canvas


def _measure(view: WeekView) -> _Measure:
    legend = _legend_width(view)
    foot = width(_foot_text(view), _LEGEND)
    foot_lines = 2 if legend and legend + foot > WIDTH - 2 * MARGIN - 8 else 1
    below = _FOOT + (_FOOT_LINE if foot_lines == 2 else 0) + _GAP
    budget = MAX_HEIGHT - _HEAD - _DAYS - below
    heights = _row_heights(view, budget)
    tops = [_HEAD + _DAYS]
    for height in heights:
        tops.append(tops[-1] + height)
    columns = max(1, len(view.days))
    # Columns of one width: a name that just fits would else be set larger on Monday than on Tuesday.
    wide = (WIDTH - 2 * MARGIN - _GUTTER + _GAP) // columns
    lefts = tuple(MARGIN + _GUTTER + wide * i for i in range(columns + 1))
    left_out = sum(len(cell.entries) for cell in view.cells if cell.row >= len(heights))
    return _Measure(tuple(tops), lefts, tops[-1] + below, foot_lines, left_out)


def _row_heights(view: WeekView, budget: int) -> list[int]:
    """Equal rows, but for those in which many groups are stacked; at most `budget` px together."""
    rows = min(len(view.periods), budget // _LOWEST_ROW)
    if not rows:
        return []
    base = min(_TALLEST_ROW, budget // rows)
    for groups in (6, 5, 4, 3, 2):
        needs = [0] * rows
        for cell in view.cells:
            need = -(-(min(groups, len(cell.entries)) * _PIECE + _GAP) // cell.span) if len(cell.entries) > 1 else 0
            for row in range(cell.row, min(cell.row + cell.span, rows)):
                needs[row] = max(needs[row], need)
        for height in range(base, min(base, _LOW_ROW) - 1, -2):
            heights = [max(height, need) for need in needs]
            if sum(heights) <= budget:
                return heights
    return [base] * rows


def _draw_days(canvas: Canvas, view: WeekView, measure: _Measure) -> None:
    theme = canvas.theme
    for number, head in enumerate(view.days):
        x0, x1 = measure.lefts[number], measure.lefts[number + 1] - _GAP
        ground, name_ink, date_ink = theme.page, theme.text, theme.meta
        if number == view.today:
            ground, name_ink, date_ink = theme.today, theme.accent, theme.accent
            bottom = measure.tops[-1] + _GAP // 2
            canvas.rounded(Box(x0 - 4, _HEAD - 6, x1 + 4, bottom), 16, ground, outside=theme.page)
        cell = Box(x0, _HEAD - 6, x1, _HEAD + _DAYS)
        bold, plain = Font("Bold", 31), Font("Regular", 23)
        name = fit(clean(head.name), bold, x1 - x0 - 8)
        label = fit(clean(head.label), plain, x1 - x0 - 8)
        y = _HEAD + (27 if label else 40)
        canvas.centred((x0 + x1) // 2, y, name, bold, name_ink, ground=ground, cell=cell)
        canvas.centred((x0 + x1) // 2, _HEAD + 53, label, plain, date_ink, ground=ground, cell=cell)


def _draw_empty(canvas: Canvas, view: WeekView, measure: _Measure) -> None:
    """In a column without lessons, why there are none: a day that nobody has published is not a free one."""
    theme, high = canvas.theme, measure.tops[-1] - measure.tops[0]
    for number, head in enumerate(view.days):
        if not head.empty or not high or any(cell.column == number for cell in view.cells):
            continue
        x0, x1 = measure.lefts[number], measure.lefts[number + 1] - _GAP
        ground = theme.today if number == view.today else theme.page
        for at, line in enumerate(wrap(clean(head.empty), _EMPTY, x1 - x0 - 8, min(6, (high - 8) // _EMPTY_LINE))):
            top = measure.tops[0] + 8 + at * _EMPTY_LINE
            cell = Box(x0, top, x1, top + _EMPTY_LINE)
            canvas.centred((x0 + x1) // 2, top + 27, line, _EMPTY, theme.meta, ground=ground, cell=cell)


def _draw_gutter(canvas: Canvas, view: WeekView, measure: _Measure) -> None:
    """Period numbers between their times; low rows keep the number and, if they can, the start."""
    theme = canvas.theme
    middle = MARGIN + (_GUTTER - _GAP) // 2
    for at in range(measure.rows):
        period = view.periods[at]
        top, bottom = measure.tops[at], measure.tops[at + 1]
        cell = Box(MARGIN - 4, top, MARGIN + _GUTTER - _GAP, bottom)
        if at:
            canvas.fill(Box(MARGIN, top - 1, MARGIN + _GUTTER - _GAP - 6, top), theme.line)
        lines = _period_lines(clean(period.label), clock(period.start), clock(period.end), bottom - top, theme)
        for number, (text, font, ink) in enumerate(lines):
            cap = round(font.size * 0.727)
            y = (top + bottom + cap) // 2 + (2 * number - len(lines) + 1) * 14
            if len(lines) == 3 and lines[1][1].weight == "Bold":
                y = (top + 9 + cap, (top + bottom + cap) // 2, bottom - 11)[number]
            canvas.centred(middle, y, fit(text, font, 86), font, ink, ground=theme.page, cell=cell)


def _period_lines(label: str, start: str, end: str, high: int, theme: Theme) -> list[tuple[str, Font, Rgb]]:
    roomy = high >= _PERIOD_HEIGHT
    plain = Font("Regular", 23 if roomy else 21, tabular=True)
    lines: list[tuple[str, Font, Rgb]] = []
    if label and width(label, Font("Bold", 22, tabular=True)) > 76:
        named = [(line, _LONG_LABEL, theme.text) for line in wrap(label, _LONG_LABEL, 86, 2 if high >= 56 else 1)]
        return [*named, (start, plain, theme.meta)] if roomy and start else named
    if label:
        fonts = [Font("Bold", size, tabular=True) for size in ((32, 26, 22) if roomy else (26, 22))]
        lines.append((label, next((font for font in fonts if width(label, font) <= 76), fonts[-1]), theme.text))
    if roomy:
        lines = [(start, plain, theme.meta), *lines, (end, plain, theme.meta)]
    elif high >= 56 or not label:
        lines.append((start, plain, theme.meta))
    return [line for line in lines if line[0]]


def _legend(view: WeekView) -> list[tuple[str, str]]:
    """Signs and words of what occurs, and of nothing else."""
    words = view.words
    entries = [entry for cell in view.cells for entry in cell.entries]
    statuses = {entry.lesson.status for entry in entries}
    rows = (
        ("cancelled", words.cancelled, Status.CANCELLED in statuses),
        ("changed", words.changed, Status.CHANGED in statuses),
        ("added", words.added, Status.ADDED in statuses),
        ("moved", words.moved, Status.MOVED in statuses),
        ("exam", words.exam, any(entry.exams for entry in entries)),
        ("homework", words.homework, any(entry.homework for entry in entries)),
    )
    return [(kind, clean(word)) for kind, word, occurs in rows if occurs]


def _legend_width(view: WeekView) -> int:
    return sum(_SIGN + 10 + width(word, _LEGEND) + 24 for _, word in _legend(view))


def _foot_text(view: WeekView) -> str:
    return " · ".join(filter(None, (clean(view.frame.foot), clean(view.frame.signature))))


def _draw_bottom(canvas: Canvas, view: WeekView, measure: _Measure) -> None:
    theme = canvas.theme
    left, right = MARGIN + 4, WIDTH - MARGIN - 4
    baseline = canvas.height - 20 - (_FOOT_LINE if measure.foot_lines == 2 else 0)
    x = left
    for kind, word in _legend(view):
        if x + _SIGN + 10 + width(word, _LEGEND) > right:
            break
        cell = Box(x, baseline - 30, right + 4, baseline + 12)
        _draw_legend_sign(canvas, x, baseline - 8 - _SIGN // 2, kind)
        canvas.text(x + _SIGN + 10, baseline, word, _LEGEND, theme.meta, ground=theme.page, cell=cell)
        x += _SIGN + 10 + width(word, _LEGEND) + 24
    if measure.left_out:
        more = clean(view.words.more.replace("{count}", str(measure.left_out)))
        cell = Box(x - 2, baseline - 30, right, baseline + 12)
        x += 24 + canvas.text(x, baseline, more, SMALL, theme.text, ground=theme.page, cell=cell)
    if measure.foot_lines == 2:
        draw_foot(canvas, view.frame, left=left, right=right, baseline=canvas.height - 20, font=_LEGEND)
        return
    text = fit(_foot_text(view), _LEGEND, right - x)
    cell = Box(x - 4, baseline - 30, right + 4, baseline + 14)
    canvas.text(right - width(text, _LEGEND), baseline, text, _LEGEND, theme.meta, ground=theme.page, cell=cell)


def _draw_legend_sign(canvas: Canvas, x: int, y: int, kind: str) -> None:
    theme = canvas.theme
    if kind == "homework":
        canvas.glyph(x, y, "book", _SIGN, theme.accent, ground=theme.page)
    elif kind == "cancelled":
        box = Box(x, y + 2, x + _SIGN, y + _SIGN - 2)
        canvas.framed_card(
            box, 6, ground=theme.card, bar=theme.red_line, bar_width=6, line=theme.line, thick=2, outside=theme.page
        )  # fmt: skip
        canvas.fill(Box(x + 9, y + _SIGN // 2 - 1, x + _SIGN - 4, y + _SIGN // 2 + 2), theme.meta)
    else:
        draw_sign(canvas, x, y, sign_of(kind), _SIGN, outside=theme.page)
