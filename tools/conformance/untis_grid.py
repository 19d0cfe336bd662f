"""untis-grid: every lesson of the recorded grid as read by hand, and whole rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.scraper.contract import Page, Query
from bot.scraper.report import report
from bot.scraper.sources.untis_grid import SOURCE
from tools.conformance.case import Case, outcome

BERLIN = ZoneInfo("Europe/Berlin")

Values = dict[str, Any]


def _row(day: str, start: str, end: str, subject: str, teacher: str, room: str, **fields: Any) -> Values:
    row: Values = {"date": day, "weekday": date.fromisoformat(day).weekday(), "week": "A", "periods": []}
    row |= {"start": start, "end": end, "subject": subject, "teachers": [teacher], "rooms": [room]}
    row |= {"classes": ["1I22A"], "groups": [], "status": "planned", "was": {}, "note": ""}
    return row | fields


# Read by hand: position in the grid, day by day -> the lesson.
ROWS: Mapping[int, Values] = {
    0: _row("2024-08-21", "07:30", "08:15", "Wirt", "Berg", "A 211"),
    10: _row(
        "2024-08-22", "09:15", "10:00", "Span", "Wolf", "C 005",
        classes=["1I22A", "1G22A"], note="Schulwoche 1-8,11-18,21-34,37-47",
    ),
    23: _row("2024-08-23", "13:30", "14:15", "Phys", "Loev", "A 212"),
}  # fmt: skip


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "untis-grid" / "BKBStundenplanAppAndroid"
    path = folder / "HTMLStundenplanExample.html"
    stated = json.loads((folder / "expected.json").read_text("utf-8"))
    query = Query(url=path.as_uri(), timezone=BERLIN, today=date(2026, 11, 23))
    got = outcome(lambda: _values(path, query))
    if not isinstance(got, list):
        yield Case(path.name, got, "lessons")
        return
    want = [
        [one["day"], one["time"], one["subject"], one["room"], one["teacher"], "footnote" in one]
        for one in stated["lessons"]
    ]
    yield Case(f"{path.name} lessons", [_short(row) for row in got], want)
    for index, row in ROWS.items():
        yield Case(f"{path.name} lesson {index + 1}", got[index], row)
    free = SOURCE.parse([Page(query.url, path.read_bytes())], query).free_days
    spans = [[str(span.first), str(span.last), span.name] for span in free]
    yield Case(f"{path.name} days before school", spans, [["2024-08-19", "2024-08-20", "Vor Schulbeginn"]])


def _values(path: Path, query: Query) -> list[Values]:
    plan = SOURCE.parse([Page(query.url, path.read_bytes())], query)
    rows: Any = report(plan, source=SOURCE.id, timezone=BERLIN)["lessons"]
    return list(rows)


def _short(row: Values) -> list[object]:
    day = date.fromisoformat(row["date"])
    times = f"{row['start']}-{row['end']}"
    return [f"{day.day}.{day.month}.", times, row["subject"], *row["rooms"], *row["teachers"], bool(row["note"])]
