"""Indiware mobil: the recorder's counts, and whole lessons and rows read by hand from the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.report import lesson_values, notice_values, substitution_values
from bot.scraper.sources.indiware_mobil import SOURCE
from tools.conformance.case import Case

Values = dict[str, object]


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "indiware-mobil" / "substitution-schedule-parser"
    for name, want in json.loads((folder / "expected.json").read_text("utf-8")).items():
        query = Query(f"file:///{name}", ZoneInfo("Europe/Berlin"), date(2026, 11, 23))
        plan = read(SOURCE, [Page(query.url, (folder / name).read_bytes())], query)
        yield Case(f"{name} date", [str(day) for day in plan.days], [want["date"]])
        yield Case(f"{name} updated", f"{plan.updated:%Y-%m-%dT%H:%M}", want["last_change"])
        yield Case(f"{name} substitutions", len(plan.substitutions), want["substitutions"])
        yield Case(f"{name} lessons", len(plan.lessons), 402)
        yield Case(
            f"{name} classes", [len(plan.targets), plan.targets[4].name, plan.targets[-1].name], [39, "05a", "12"]
        )
        yield Case(f"{name} free days", [str(plan.free_days[0].first), str(plan.free_days[0].last)], FIRST_FREE)
        yield Case(f"{name} notices", [notice_values(notice) for notice in plan.notices], NOTICES)
        lessons = [lesson_values(lesson) for lesson in plan.lessons]
        rows = [substitution_values(row) for row in plan.substitutions]
        for number, whole in enumerate(LESSONS, 1):
            yield Case(f"{name} lesson {number}", _at(lessons, whole[0]), whole)
        for number, whole in enumerate(ROWS, 1):
            yield Case(f"{name} row {number}", _at(rows, whole[0]), whole)


def _at(rows: list[Values], like: Values) -> list[Values]:
    return [row for row in rows if (row["classes"], row["periods"]) == (like["classes"], like["periods"])]


def _lesson(name: str, period: str, /, **fields: object) -> Values:
    empty: Values = {
        "date": "2017-06-21", "weekday": 2, "week": "", "periods": [period], "start": None, "end": None, "subject": "",
        "teachers": [], "rooms": [], "classes": [name], "groups": [], "status": "planned", "was": {}, "note": "",
    }  # fmt: skip
    return empty | fields


def _row(names: list[str], period: str, /, **fields: object) -> Values:
    empty: Values = {
        "date": "2017-06-21", "periods": [period], "classes": names, "subject": "", "teachers": [], "rooms": [],
        "groups": [], "kind": "substitution", "label": "", "was": {}, "note": "",
    }  # fmt: skip
    return empty | fields


FIRST_FREE = ["2016-08-01", "2016-08-10"]
NOTICES = [
    {
        "date": "2017-06-21",
        "text": "Die Regelung für den verkürzten Unterricht auf 60 Min. je Block gilt auch für Mittwoch "
        "und Donnerstag!",
    }
]
# Each entry is all that one class has in one period.
LESSONS = [
    [_lesson("05a", "3", subject="Deu", teachers=["Lek"], rooms=["U11"])],
    [
        _lesson(
            "05a", "6", subject="Eng", teachers=["Shn"], rooms=["304"], status="changed",
            was={"subject": "Mus", "teachers": ["Herr Lehrkraft02"]},
        )
    ],
    [_lesson("05c", "1", status="cancelled", was={"subject": "Mat", "teachers": ["Frau Lehrkraft05"]})],
    [_lesson("05e", "3", subject="Ald/eng", teachers=["Ste"], rooms=["U58"], groups=["Ald/eng"])],
    [
        _lesson(
            "06b", "3", subject="Geo", rooms=["U28"], status="changed", note="(a), Unterricht bei Herrn Lehrkraft09"
        )
    ],
]  # fmt: skip
_SEVENTH = ["07a", "07b", "07c", "07d", "07e", "07f"]
ROWS = [
    [_row(["05a"], "1", subject="Mat", teachers=["Vog"], rooms=["U11"], was={"teachers": ["Frau Lehrkraft01"]})],
    [
        _row(
            ["05c"], "1", kind="cancelled", label="fällt aus", was={"subject": "Mat", "teachers": ["Frau Lehrkraft05"]}
        )
    ],
    [
        _row(
            ["05b"], "1", subject="ALd", teachers=["Brk"], rooms=["M155"], note="Bücherabgabe",
            was={"subject": "Mus", "teachers": ["Herr Lehrkraft03"]},
        )
    ],
    [
        _row(
            _SEVENTH, "3", subject="Ges", teachers=["Glä"], rooms=["U51"], groups=["frz2"],
            was={"subject": "Frz", "teachers": ["Frau Lehrkraft07"]},
        ),
        _row(
            _SEVENTH, "3", subject="lat1", teachers=["Wer"], rooms=["315"], groups=["lat1"],
            was={"subject": "Lat", "teachers": ["Frau Lehrkraft01"]},
        ),
        _row(
            _SEVENTH, "3", subject="ALd", teachers=["Gre"], rooms=["U50"], groups=["frz3"],
            was={"subject": "Frz", "teachers": ["Frau Lehrkraft15"]},
        ),
    ],
    [
        _row(
            ["06b"], "3", subject="Geo", rooms=["U28"], kind="other", label="selbst.",
            note="(a), Unterricht bei Herrn Lehrkraft09",
        )
    ],
]  # fmt: skip
