"""EduPage: the recorder's choice of groups, whole rows read by hand, and which timetable is valid on a day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.model import Lesson
from bot.scraper.contract import Page, Query
from bot.scraper.edupage_list import timetables_on
from bot.scraper.reading import read
from bot.scraper.report import lesson_values, target_values
from bot.scraper.sources.edupage import SOURCE
from tools.conformance.case import Case

FRAGMENT = "hamciuch-ha-edupage-plan/fragment.json"
LIST = "nemecec-edupage-timetable/ttviewer.list.json"


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "edupage"
    want = json.loads((folder / "hamciuch-ha-edupage-plan/expected.json").read_text("utf-8"))
    page = Page("file:///fragment.json", (folder / FRAGMENT).read_bytes())
    query = Query(page.url, ZoneInfo("Europe/Warsaw"), date(2026, 11, 23))
    lessons = read(SOURCE, [page], replace(query, name=want["class"])).lessons
    # The recorder keeps the chosen group of each division; by name, as the fragment calls them.
    chosen = [lesson for lesson in lessons if lesson.groups[0] in ("hisz", "1. Grupa")]
    others = [lesson for lesson in lessons if lesson.groups[0] in ("nie", "2. Grupa")]
    yield Case(f"{FRAGMENT} lessons", [_view(lesson) for lesson in chosen], want["lessons"])
    subjects = sorted(lesson.subject for lesson in others)
    yield Case(f"{FRAGMENT} other choice", subjects, sorted(want["other_choice"]["subjects"]))
    rows = [lesson_values(lesson) for lesson in lessons]
    for number, whole in enumerate(WHOLE):
        yield Case(f"{FRAGMENT} row {number + 1}", rows[number], whole)
    targets = [target_values(target) for target in read(SOURCE, [page], query).targets]
    yield Case(f"{FRAGMENT} classes", targets[:1], [{"kind": "class", "id": "-73", "name": "4B"}])
    listed = json.loads((folder / LIST).read_text("utf-8"))["r"]
    for day, first in VALID.items():
        yield Case(f"{LIST} on {day}", timetables_on(listed, date.fromisoformat(day))[:2], first)


def _view(lesson: Lesson) -> dict[str, object]:
    return {
        "day": lesson.weekday,
        "start": f"{lesson.start:%H:%M}" if lesson.start else "",
        "end": f"{lesson.end:%H:%M}" if lesson.end else "",
        "subject": lesson.subject,
        "teacher": "".join(lesson.teachers),
        "room": "".join(lesson.rooms),
    }


def _row(weekday: int, period: str, hours: str, subject: str, **more: list[str]) -> dict[str, object]:
    start, _, end = hours.partition("-")
    return {
        "date": None, "weekday": weekday, "week": "", "periods": [period], "start": start, "end": end,
        "subject": subject, "teachers": [], "rooms": [], "classes": ["4B"], "groups": [],
        "status": "planned", "was": {}, "note": "", **more,
    }  # fmt: skip


WHOLE = [
    _row(0, "1", "08:00-08:45", "język hiszpański", teachers=["GAR"], rooms=["12"], groups=["hisz"]),
    _row(0, "1", "08:00-08:45", "język niemiecki", teachers=["GAR"], rooms=["12"], groups=["nie"]),
    _row(1, "2", "08:55-09:40", "informatyka", teachers=["KOW"], groups=["1. Grupa"]),
    _row(1, "2", "08:55-09:40", "informatyka", teachers=["KOW"], groups=["2. Grupa"]),
]
# Visible: 103 and 105 from 1 August 2026 (105 is the default), 68 and 104 from 24 August.
VALID = {
    "2026-08-10": ["105", "103"],
    "2026-11-23": ["104", "68"],
    "2026-03-01": ["105"],
}
