"""Optivum substitutions: all rows that were read cell by cell, and whole rows read by hand from the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.report import substitution_values
from bot.scraper.sources.optivum_zastepstwa import SOURCE
from tools.conformance.case import Case

PAGE = "zsk-poznan/zastepstwa.html"


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "optivum-zastepstwa"
    query = Query("file:///zastepstwa.html", ZoneInfo("Europe/Warsaw"), date(2026, 11, 23))
    plan = read(SOURCE, [Page(query.url, (folder / PAGE).read_bytes())], query)
    rows = [substitution_values(row) for row in plan.substitutions]
    want = json.loads((folder / "zsk-poznan/expected.json").read_text("utf-8"))["rows"]
    yield Case(f"{PAGE} cells", [_cells(row) for row in rows], want)
    yield Case(f"{PAGE} days", [day.isoformat() for day in plan.days], ["2019-11-25"])
    for number, (index, whole) in enumerate(WHOLE.items(), 1):
        yield Case(f"{PAGE} row {number}", rows[index], whole)


def _cells(row: dict[str, object]) -> dict[str, str]:
    """Our row as the cells it was read from."""
    assert isinstance(row["was"], dict)
    day = date.fromisoformat(str(row["date"]))
    return {
        "lesson": "/".join(_list(row["periods"])),
        "teacher": "".join(row["was"]["teachers"]),
        "group": "|".join([*_list(row["classes"]), *_list(row["groups"])]),
        "subject": str(row["subject"]),
        "room": "".join(_list(row["rooms"])),
        "substitute": "".join([*_list(row["teachers"]), str(row["label"])]),
        "note": str(row["note"]),
        "day": f"Dzień: {day:%d.%m.%Y} (pon.)",
    }


def _list(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


WHOLE: dict[int, dict[str, object]] = {
    0: {
        "date": "2019-11-25", "periods": ["1"], "classes": ["1A"], "subject": "Język niemiecki", "teachers": [],
        "rooms": ["21"], "groups": ["A1"], "kind": "cancelled", "label": "Uczniowie przychodzą później",
        "was": {"teachers": ["Nauczyciel03 Imię03"]}, "note": "",
    },
    6: {
        "date": "2019-11-25", "periods": ["4"], "classes": ["3E"], "subject": "Język niemiecki",
        "teachers": ["Nauczyciel05 Imię05"], "rooms": ["21"], "groups": ["N1"], "kind": "substitution", "label": "",
        "was": {"teachers": ["Nauczyciel03 Imię03"]}, "note": "",
    },
    18: {
        "date": "2019-11-25", "periods": ["8"], "classes": ["4D"], "subject": "Witryny i aplikacje internetowe",
        "teachers": ["Nauczyciel04 Imię04"], "rooms": ["57"], "groups": [], "kind": "substitution", "label": "",
        "was": {"teachers": ["Nauczyciel06 Imię06"]}, "note": "",
    },
}  # fmt: skip
