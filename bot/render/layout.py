"""Owns what the cards share: head, foot, pills, states and their colours, and lines of differently set words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.model import Lesson, Status, TargetKind
from bot.render.canvas import Box, Canvas
from bot.render.fonts import Font
from bot.render.palette import Hue, Rgb, Theme
from bot.render.text import clean, fit, width
from bot.render.view import Entry, Frame, Words, clock

DOT = "  ·  "
ARROW_GAP = 10


class Pill(NamedTuple):
    """A word in a rounded box."""

    word: str
    ink: Rgb
    ground: Rgb


class Span(NamedTuple):
    """A piece of a line."""

    text: str
    font: Font
    ink: Rgb
    struck: bool = False


def strikes(lesson: Lesson) -> bool:
    """Whether the title of a cancelled lesson is struck: a subject is, «no lesson» in its place is not."""
    return lesson.status is Status.CANCELLED and bool(clean(lesson.subject))


class Fact(NamedTuple):
    """Rooms, classes or teachers of a lesson, and what they were before the change; None = they did not change."""

    now: tuple[str, ...]
    before: tuple[str, ...] | None

    @property
    def old(self) -> str | None:
        """What it was before, in one line."""
        return None if self.before is None else listed(self.before)


class Look(NamedTuple):
    """How a lesson's state looks: its colours, its frame (0 px = none), its pills from right to left."""

    ground: Rgb
    bar: Rgb
    line: Rgb
    thick: int
    subject: Rgb
    pills: tuple[Pill, ...]

    @property
    def cancelled(self) -> bool:
        """A cancelled lesson has the thin neutral frame."""
        return self.thick == 2


def look_of(entry: Entry, hue: Hue, words: Words, theme: Theme) -> Look:
    """The look of a lesson. An exam outranks a change in the frame; both have their pill."""
    status = entry.lesson.status
    if status == Status.CANCELLED:
        pill = Pill(clean(words.cancelled).upper(), theme.red, theme.red_ground)
        return Look(theme.card, theme.red_line, theme.line, 2, theme.meta, (pill,))
    pills: list[Pill] = []
    line, thick = hue.bar, 0
    if status != Status.PLANNED:
        word = {Status.ADDED: words.added, Status.MOVED: words.moved}.get(status, words.changed)
        pills.append(Pill(clean(word).upper(), theme.amber, theme.amber_ground))
        line, thick = theme.amber_line, 4
    if entry.exams:
        pills.insert(0, Pill(clean(words.exam).upper(), theme.on_red, theme.red_line))
        line, thick = theme.red_line, 4
    new_subject = entry.lesson.was.subject is not None and entry.lesson.was.subject != entry.lesson.subject
    return Look(hue.ground, line, line, thick, theme.amber if new_subject else hue.text, tuple(pills))


def draw_card(canvas: Canvas, box: Box, look: Look, *, radius: int, bar_width: int, outside: Rgb) -> None:
    """The ground, bar and frame of a lesson."""
    if look.thick:
        canvas.framed_card(
            box, radius, ground=look.ground, bar=look.bar, bar_width=bar_width, line=look.line, thick=look.thick,
            outside=outside,
        )  # fmt: skip
    else:
        canvas.card(box, radius, ground=look.ground, bar=look.bar, bar_width=bar_width, outside=outside)


def title_of(lesson: Lesson) -> str:
    """What a lesson is called: its subject, else its note (an event without one), else a dash."""
    return clean(lesson.subject) or clean(lesson.note) or "–"


def facts_of(lesson: Lesson, whose: TargetKind | None) -> list[Fact]:
    """Where a lesson is and who is there, the most wanted first; what goes without saying (the class of a class's
    plan, the room of a room's) is left out. `whose` None: a whole school's plan."""
    was = lesson.was
    rooms = Fact(lesson.rooms, was.rooms)
    classes, teachers = Fact(lesson.classes, was.classes), Fact(lesson.teachers, was.teachers)
    if whose is TargetKind.CLASS:
        return [rooms, teachers]
    if whose is TargetKind.TEACHER:
        return [rooms, classes]
    if whose is TargetKind.ROOM:
        return [classes, teachers] if len(lesson.rooms) < 2 and was.rooms is None else [classes, rooms, teachers]
    return [classes, rooms, teachers]


def listed(values: Sequence[str]) -> str:
    """Several rooms or people in one line."""
    return ", ".join(cleaned for cleaned in map(clean, values[:8]) if cleaned)


def change_spans(
    new: str, old: str | None, *, plain: Font, bold: Font, ink: Rgb, theme: Theme, usual: Font | None = None
) -> list[Span]:
    """A field: as it is, or the old value struck and the new one bold in amber."""
    if old is None or old == new:
        return [Span(new, usual or plain, ink)] if new else []
    spans = [Span(old, plain, theme.struck, struck=True)] if old else []
    if new:
        spans.append(Span(new, bold, theme.amber))
    return spans


def moved_spans(entry: Entry, *, plain: Font, bold: Font, theme: Theme) -> list[Span]:
    """Where a moved lesson was and is."""
    lesson = entry.lesson
    old = clean(entry.moved_from)
    if not old:
        return []
    ends = dict.fromkeys((lesson.periods[0], lesson.periods[-1])) if lesson.periods else (clock(lesson.start),)
    return change_spans(clean("–".join(ends)), old, plain=plain, bold=bold, ink=theme.meta, theme=theme)


def draw_spans(canvas: Canvas, x: int, y: int, spans: Iterable[Span], *, right: int, ground: Rgb, cell: Box) -> int:
    """Draw pieces one after the other up to `right`; what does not fit ends in "…". Returns where the last one ends."""
    for span in spans:
        if right - x < 24:
            break
        shown = fit(span.text.strip(), span.font, right - x) if span.text.strip() else ""
        if span.text == DOT:
            shown = "·"
            gap = ARROW_GAP + 7
            if right - x < 2 * gap + 60:
                break
            canvas.text(x + gap - ARROW_GAP, y, shown, span.font, span.ink, ground=ground, cell=cell)
            x += 2 * gap + width(shown, span.font) - ARROW_GAP
            continue
        if not shown:
            break
        x += canvas.text(x, y, shown, span.font, span.ink, ground=ground, cell=cell, struck=span.struck) + ARROW_GAP
    return x


def pill_width(pill: Pill, font: Font, height: int) -> int:
    """How wide a pill is, in px."""
    return width(pill.word, font) + 2 * round(height * 0.42)


def draw_pill(canvas: Canvas, box: Box, pill: Pill, font: Font, *, outside: Rgb) -> None:
    """A pill that fills `box`, its word cut to it."""
    canvas.rounded(box, (box.y1 - box.y0) // 2, pill.ground, outside=outside)
    padding = round((box.y1 - box.y0) * 0.42)
    word = fit(pill.word, font, box.x1 - box.x0 - 2 * padding)
    # Capitals are .727 em high in Inter: half of that below the middle is their baseline.
    baseline = (box.y0 + box.y1 + round(font.size * 0.727)) // 2
    canvas.text(box.x0 + padding, baseline, word, font, pill.ink, ground=pill.ground, cell=box)


def draw_head(canvas: Canvas, frame: Frame, *, margin: int, title_y: int, subtitle_y: int, pill_y: int) -> None:
    """Title, subtitle and the pill of the week type."""
    theme = canvas.theme
    right = canvas.width - margin
    week = clean(frame.week)
    if week:
        font = Font("SemiBold", 27)
        pill = Pill(fit(week, font, canvas.width // 3), theme.accent, theme.accent_ground)
        box = Box(right - pill_width(pill, font, 46), pill_y, right, pill_y + 46)
        draw_pill(canvas, box, pill, font, outside=theme.page)
        right = box.x0 - 20
    title = clean(frame.title)
    size = next((size for size in (46, 42, 38) if width(title, Font("Bold", size)) <= right - margin), 38)
    font = Font("Bold", size)
    room = Box(margin - 4, 0, right + 4, subtitle_y + 20)
    canvas.text(
        margin, title_y, fit(title, font, right - margin), font, theme.text, ground=theme.page, cell=room
    )  # fmt: skip
    font = Font("Regular", 29)
    subtitle = fit(clean(frame.subtitle), font, right - margin)
    canvas.text(margin, subtitle_y, subtitle, font, theme.meta, ground=theme.page, cell=room)


def draw_foot(canvas: Canvas, frame: Frame, *, left: int, right: int, baseline: int, font: Font) -> None:
    """When the data changed and where it is from on the left, the signature on the right."""
    theme = canvas.theme
    cell = Box(left - 4, baseline - font.size - 6, right + 4, min(canvas.height, baseline + font.size // 2 + 4))
    signature = fit(clean(frame.signature), font, (right - left) // 2)
    canvas.text(right - width(signature, font), baseline, signature, font, theme.meta, ground=theme.page, cell=cell)
    foot = fit(clean(frame.foot), font, right - left - width(signature, font) - 30)
    canvas.text(left, baseline, foot, font, theme.meta, ground=theme.page, cell=cell)
