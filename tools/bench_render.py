"""Measures the pictures against their goals: `make bench-render`. Exit 1 when a goal is missed.

Beside our own way it draws the same week as an RGB picture saved with `optimize=True`, as the predecessor did, and
with headless Chromium where that is installed.
"""

from __future__ import annotations

import gc
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from PIL import Image, ImageDraw

from bot.model import Lesson
from bot.render import THEMES, draw_day, draw_homework, draw_week, palette
from bot.render.fonts import load
from bot.render.view import DayView, Entry, Slot, WeekView, clock
from tools import picture_samples as samples

_ROOT = Path(__file__).parent.parent
_CHROMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_MALLOC = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "MALLOC_MMAP_THRESHOLD_": "131072",
}
_COLD = """
import time
from tools import picture_samples as samples
from bot.model import Lesson
from bot.render import THEMES, draw_week
view = samples.week_of_states("pl")
start = time.perf_counter()
draw_week(view, THEMES["light"])
print((time.perf_counter() - start) * 1000)
"""

_MEMORY = """
import dataclasses, datetime, enum, hashlib, importlib.resources, json, unicodedata, zlib
from pathlib import Path
def kib():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])
bare = kib()
from tools import picture_samples as samples
from bot.render import THEMES, draw_day, draw_homework, draw_week
for lang in samples.WORDS:
    for theme in THEMES.values():
        draw_week(samples.week_of_states(lang), theme)
        draw_day(samples.day_of_states(lang), theme)
        draw_homework(samples.homework(lang), theme)
print((kib() - bare) / 1024)
"""


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """The median of `rounds` runs."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def resident() -> float:
    """Memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def classes_of_a_school(count: int) -> list[WeekView]:
    """Weeks that share subjects and teachers but have other rooms: what one school's mornings look like."""
    base = samples.week_of_states("pl")
    made = []
    for number in range(count):
        cells = tuple(
            replace(
                cell,
                entries=tuple(replace(entry, lesson=_elsewhere(entry.lesson, number)) for entry in cell.entries),
            )
            for cell in base.cells
        )
        made.append(replace(base, cells=cells, frame=replace(base.frame, title=f"{number % 8 + 1}a")))
    return made


def _elsewhere(lesson: Lesson, number: int) -> Lesson:
    return replace(lesson, rooms=tuple(f"{number}{room}" for room in lesson.rooms))


def predecessor(view: WeekView) -> bytes:
    """The same grid drawn straight onto RGB with `ImageDraw`, saved with `optimize=True`."""
    theme = palette.LIGHT
    heights, gutter, wide = 130, 92, (1280 - 132) // len(view.days)
    with Image.new("RGB", (1280, 174 + heights * len(view.periods) + 60), theme.page) as image:
        draw = ImageDraw.Draw(image)
        draw.text((24, 62), view.frame.title, font=load("Bold", 46), fill=theme.text, anchor="ls")
        draw.text((24, 98), view.frame.subtitle, font=load("Regular", 29), fill=theme.meta, anchor="ls")
        draw.rounded_rectangle((1080, 26, 1256, 72), 23, fill=theme.accent_ground)
        draw.text((1168, 58), view.frame.week, font=load("SemiBold", 27), fill=theme.accent, anchor="ms")
        for number, head in enumerate(view.days):
            if number == view.today:
                draw.rectangle((108 + wide * number, 106, 108 + wide * (number + 1), 1220), fill=theme.today)
            x = 20 + gutter + wide * number + wide // 2
            draw.text((x, 139), head.name, font=load("Bold", 31), fill=theme.text, anchor="ms")
            draw.text((x, 165), head.label, font=load("Regular", 23), fill=theme.meta, anchor="ms")
        for number, period in enumerate(view.periods):
            y = 174 + heights * number
            draw.text((62, y + 70), period.label, font=load("Bold", 32), fill=theme.text, anchor="ms")
            draw.text((62, y + 26), clock(period.start), font=load("Regular", 23), fill=theme.meta, anchor="ms")
            draw.text((62, y + 120), clock(period.end), font=load("Regular", 23), fill=theme.meta, anchor="ms")
        for cell in view.cells:
            for at, entry in enumerate(cell.entries):
                x, y = 20 + gutter + wide * cell.column, 174 + heights * cell.row + 4
                high = (heights * cell.span - 8) // len(cell.entries)
                _plain_cell(draw, (x, y + at * high, x + wide - 8, y + (at + 1) * high - 4), entry, view)
        for at, word in enumerate((view.words.cancelled, view.words.changed, view.words.exam, view.words.homework)):
            x = 700 + 150 * at
            draw.rectangle((x - 34, image.height - 38, x - 10, image.height - 18), outline=theme.amber_line, width=3)
            draw.text((x, image.height - 20), word, font=load("Regular", 22), fill=theme.meta, anchor="ls")
        draw.text((24, image.height - 20), view.frame.foot, font=load("Regular", 22), fill=theme.meta, anchor="ls")
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _plain_cell(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], entry: Entry, view: WeekView) -> None:
    theme, lesson = palette.LIGHT, entry.lesson
    hue = theme.hue(view.slots.get(lesson.subject))
    x, y, right, bottom = box
    line = hue.bar if lesson.status == "planned" else theme.amber_line
    draw.rounded_rectangle(box, 12, fill=hue.ground, outline=line, width=3)
    draw.rectangle((x, y + 10, x + 8, bottom - 10), fill=hue.bar)
    for number, word in enumerate(lesson.subject.split()[: 2 if bottom - y > 100 else 1]):
        draw.text((x + 17, y + 36 + 30 * number), word, font=load("SemiBold", 29), fill=hue.text, anchor="ls")
    if bottom - y > 100:
        room = " ".join((*(lesson.was.rooms or ()), *lesson.rooms))
        draw.text((x + 17, bottom - 12), room, font=load("SemiBold", 24), fill=theme.text, anchor="ls")
        people = " ".join(lesson.teachers)
        start = x + 27 + load("SemiBold", 24).getlength(room)
        draw.text((start, bottom - 12), people, font=load("Regular", 24), fill=theme.meta, anchor="ls")
    middle = y + 66
    if lesson.status == "cancelled":
        draw.line((x + 14, y + 28, right - 20, y + 28), fill=theme.meta, width=3)
        draw.text((x + 17, middle), view.words.cancelled, font=load("SemiBold", 24), fill=theme.red, anchor="ls")
    for exam in entry.exams:
        draw.rounded_rectangle((x + 14, middle - 24, right - 40, middle + 8), 16, fill=theme.red_line)
        draw.text((x + 26, middle), view.words.exam.upper(), font=load("Bold", 21), fill=theme.on_red, anchor="ls")
        draw.text((x + 17, middle + 30), exam.text[:12], font=load("Regular", 23), fill=theme.meta, anchor="ls")
    if entry.homework:
        draw.ellipse((right - 34, y + 10, right - 10, y + 34), fill=theme.accent)


def chromium(view: WeekView) -> float | None:
    """Milliseconds of one headless Chromium screenshot of the same table, or None when it is not installed."""
    program = next((path for name in _CHROMES if (path := shutil.which(name))), None)
    if program is None:
        return None
    cells = "".join(
        f"<div style='position:absolute;left:{112 + 229 * c.column}px;top:{174 + 130 * c.row}px'>"
        f"{c.entries[0].lesson.subject}</div>"
        for c in view.cells
    )
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder) / "week.html", Path(folder) / "week.png"
        page.write_text(f"<meta charset=utf-8><h1>{view.frame.title}</h1>{cells}", encoding="utf-8")
        command = [
            program, "--headless", "--no-sandbox", "--disable-gpu", f"--screenshot={shot}", "--window-size=1280,1278",
            page.as_uri(),
        ]  # fmt: skip
        run = subprocess.run(command, capture_output=True, check=False, timeout=60)
        if run.returncode or not shot.exists():
            return None
        return milliseconds(lambda: subprocess.run(command, capture_output=True, check=True, timeout=60), 3)


def in_new_processes(program: str) -> float:
    """What a program prints, the median of five processes."""
    command = [sys.executable, "-c", program]
    return median(float(subprocess.run(command, cwd=_ROOT, capture_output=True, check=True).stdout) for _ in range(5))


def _varied_days() -> Iterator[DayView]:
    """Days of a large school without end: no two in a row share their rooms or notes."""
    base = samples.day_of_states("lt")
    number = 0
    while True:
        number += 1

        def slot(one: Slot, number: int = number) -> Slot:
            entries = tuple(
                Entry(replace(e.lesson, rooms=(str(number % 977 + at),), note=f"{number}"), e.homework, e.exams)
                for at, e in enumerate(one.entries)
            )
            return replace(one, entries=entries)

        yield replace(base, rows=tuple(map(slot, base.rows)))


def slope(renders: int) -> tuple[float, float]:
    """MiB that `renders` different pictures add after the first 500, and what they stand at then."""
    days, weeks = _varied_days(), classes_of_a_school(40)
    at_start = 0.0
    for number in range(renders):
        theme = THEMES["dark" if number % 3 == 0 else "light"]
        draw_day(next(days), theme)
        if number % 20 == 0:
            draw_week(weeks[number // 20 % len(weeks)], theme)
            draw_homework(samples.homework("uk"), theme)
        if number == 500:
            gc.collect()
            at_start = resident()
    gc.collect()
    return resident() - at_start, resident()


def main() -> int:
    """Print got and goal, one line each."""
    if "MALLOC_ARENA_MAX" not in os.environ:
        # The settings of the unit and the image; they must stand before the process starts.
        os.execve(sys.executable, [sys.executable, "-m", "tools.bench_render", *sys.argv[1:]], os.environ | _MALLOC)  # noqa: S606 - itself, with the settings
    light = THEMES["light"]
    week, day = samples.week_of_states("pl"), samples.day_of_states("lt")
    week_png, day_png = draw_week(week, light), draw_day(day, light)
    school = classes_of_a_school(30)
    for view in school:
        draw_week(view, light)
    ours = milliseconds(lambda: draw_week(week, light), 60)
    turn = iter(school * 2)
    theirs = milliseconds(lambda: predecessor(week), 8)
    rows: list[tuple[str, float, str, float, bool]] = [
        ("week grid, warm", ours, "ms", 20, True),
        ("week grid, 30 classes in turn", milliseconds(lambda: draw_week(next(turn), light), 60), "ms", 20, True),
        ("day card, warm", milliseconds(lambda: draw_day(day, light), 60), "ms", 12, True),
        ("first picture, cold process", in_new_processes(_COLD), "ms", 120, True),
        ("renderer over Python and its library", in_new_processes(_MEMORY), "MiB", 20, True),
        ("week PNG", len(week_png) / 1024, "KB", 60, True),
        ("day PNG", len(day_png) / 1024, "KB", 36, True),
        ("times faster than RGB + optimize", theirs / ours, "x", 12, False),
        ("times smaller than RGB + optimize", len(predecessor(week)) / len(week_png), "x", 4, False),
    ]
    browser = chromium(week)
    if browser is not None:
        rows.append(("times faster than headless Chromium", browser / ours, "x", 20, False))
    renders = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    grown, stands = slope(renders)
    rows.append((f"memory added by {renders} pictures", grown, "MiB", 5, True))
    missed = False
    for name, got, unit, goal, at_most in rows:
        good = got <= goal if at_most else got >= goal
        missed |= not good
        print(f"{'ok  ' if good else 'MISS'} {name:38} {got:8.1f} {unit:3} (goal {'<=' if at_most else '>='} {goal})")
    print(f"     RGB + optimize {theirs:.0f} ms, {len(predecessor(week)) / 1024:.0f} KB; process at {stands:.0f} MiB")
    if browser is None:
        print("     Chromium is not installed: not compared")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
