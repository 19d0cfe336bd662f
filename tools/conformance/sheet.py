"""The sheet has no recordings: a school writes it. What the stable interface says of it is compared row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.report import lesson_values
from bot.scraper.sources.sheet import SOURCE
from tools.conformance.case import Case, outcome

SHEET = """\
weekday;period;start;end;subject;teacher;room;class;group;week;note;status
Monday;1;08:00;08:45;Physics;P. Alder;302;9a;;;;
2;2-3;9:50;11:25;Art;R. Birch/S. Cedar;105/106;9a/9b;boys;A;bring paint;changed
"""
BLANK: dict[str, object] = {"date": None, "was": {}}
WANT = [
    {**BLANK, "weekday": 0, "week": "", "periods": ["1"], "start": "08:00", "end": "08:45", "subject": "Physics"}
    | {"teachers": ["P. Alder"], "rooms": ["302"], "classes": ["9a"], "groups": [], "status": "planned", "note": ""},
    {**BLANK, "weekday": 1, "week": "A", "periods": ["2", "3"], "start": "09:50", "end": "11:25", "subject": "Art"}
    | {"teachers": ["R. Birch", "S. Cedar"], "rooms": ["105", "106"], "classes": ["9a", "9b"], "groups": ["boys"]}
    | {"status": "changed", "note": "bring paint"},
]


def cases(samples: Path) -> Iterator[Case]:  # noqa: ARG001 # there are no recordings of sheets
    yield Case("as the interface says", outcome(_rows), WANT)


def _rows() -> list[dict[str, object]]:
    query = Query(url="file:///sheet.csv", timezone=ZoneInfo("Europe/Vilnius"), today=date(2026, 11, 23))
    plan = read(SOURCE, [Page(url=query.url, body=SHEET.encode())], query)
    return [lesson_values(lesson) for lesson in plan.lessons]
