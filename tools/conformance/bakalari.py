"""Bakaláři: the day that was read from `data-detail`, the lists, and whole rows read by hand from the page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.model import Lesson, Plan
from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.report import lesson_values, target_values
from bot.scraper.sources.bakalari import SOURCE
from tools.conformance.case import Case

FOLDER = "bakalari-api-v3"


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "bakalari" / FOLDER
    want = json.loads((folder / "expected.json").read_text("utf-8"))["day.html"]
    day = _plan(folder / "day.html")
    lessons = [
        {key: value for key, value in lesson.items() if key not in ("abbrev", "changeinfo")} | {"note": lesson["theme"]}
        for lesson in want["lessons"]
    ]
    yield Case(f"{FOLDER}/day.html lessons", [_view(lesson) for lesson in day.lessons], lessons)
    yield Case(f"{FOLDER}/day.html day", [f"{found:%d.%m.}" for found in day.days], [want["date"]])
    rows = [lesson_values(lesson) for lesson in day.lessons]
    for number, (index, whole) in enumerate(WHOLE.items(), 1):
        yield Case(f"{FOLDER}/day.html row {number}", rows[index], whole)
    lists = _plan(folder / "options.html").targets
    yield Case(
        f"{FOLDER}/options.html counts",
        Counter(str(target.kind) for target in lists),
        {"class": 35, "teacher": 99, "room": 32},
    )
    picked = [target_values(target) for target in lists if target.id in ("2U", "1G", "UWZIS", "0X")]
    yield Case(f"{FOLDER}/options.html targets", picked, TARGETS)


def _plan(path: Path) -> Plan:
    query = Query(f"file:///{path.name}", ZoneInfo("Europe/Prague"), date(2026, 11, 23))
    return read(SOURCE, [Page(query.url, path.read_bytes())], query)


def _view(lesson: Lesson) -> dict[str, object]:
    start, end = lesson.start, lesson.end
    return {
        "hour": int(lesson.periods[0]),
        "time": f"{start:%-H:%M} - {end:%-H:%M}" if start and end else "",
        "subject": lesson.subject,
        "room": "".join(lesson.rooms),
        "group": ", ".join(lesson.groups),
        "teacher": lesson.teachers[0] if lesson.teachers else None,
        "theme": lesson.note,
        "note": lesson.note,
    }


def _row(period: str, hours: str, subject: str, room: str, *, group: str, note: str = "") -> dict[str, object]:
    start, _, end = hours.partition("-")
    return {
        "date": "2025-11-10", "weekday": 0, "week": "", "periods": [period], "start": start, "end": end,
        "subject": subject, "teachers": [], "rooms": [room], "classes": [], "groups": [group],
        "status": "planned", "was": {}, "note": note,
    }  # fmt: skip


# The page prints "po 10.11.": the nearest year whose 10 November is a Monday is 2025.
WHOLE = {
    0: _row("2", "08:55-09:40", "Občanská výchova", "401", group="Z9.A celá"),
    2: _row("6", "12:50-13:35", "Německý jazyk", "205", group="G4A 4ANj"),
    3: _row("7", "13:45-14:30", "Německý jazyk", "102", group="Z7.A Sk2", note="Test L4"),
}
TARGETS = [
    {"kind": "class", "id": "2U", "name": "G1A"},
    {"kind": "class", "id": "1G", "name": "Z9.C"},
    {"kind": "teacher", "id": "UWZIS", "name": "Adamčíková Gabriela"},
    {"kind": "room", "id": "0X", "name": "KLUB"},
]
