"""Pictures: views in, PNG bytes out. Pure: no clock, no network; fonts are package data, loaded once.

One picture at a time: the caches are not made for several threads.
"""

from __future__ import annotations

from bot.render import canvas, fonts, text
from bot.render.day import compose_day
from bot.render.homework import compose_homework
from bot.render.key import RENDERER_VERSION, content_hash
from bot.render.palette import THEMES, Theme, assign_slots
from bot.render.view import DayView, HomeworkView, WeekView
from bot.render.week import compose_week

__all__ = [
    "RENDERER_VERSION",
    "THEMES",
    "DayView",
    "HomeworkView",
    "Theme",
    "WeekView",
    "assign_slots",
    "content_hash",
    "draw_day",
    "draw_homework",
    "draw_week",
    "forget",
]


def draw_day(view: DayView, theme: Theme) -> bytes:
    """The day card as PNG, 960 px wide, at most 1280 high."""
    return compose_day(view, theme).png(level=6, difference=False)


def draw_week(view: WeekView, theme: Theme) -> bytes:
    """The week grid as PNG, 1280 px wide, at most 1280 high."""
    return compose_week(view, theme).png(level=6, difference=True)


def draw_homework(view: HomeworkView, theme: Theme) -> bytes:
    """The homework card with the strip of exams as PNG, 960 px wide, at most 1280 high."""
    return compose_homework(view, theme).png(level=6, difference=False)


def forget() -> None:
    """Drop what is kept from picture to picture: letters, measures, opened fonts; 4 MiB. The next picture is drawn
    a little slower. Where pictures are drawn, and never beside one."""
    canvas.forget()
    text.forget()
    fonts.load.cache_clear()
