"""webuntis: the recorded shapes (their values are invented) against what their recorder's tests state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.model import Status
from bot.scraper.contract import Page, Query
from bot.scraper.sources.webuntis import SOURCE
from tools.conformance.case import Case

FOLDER = "webuntis-public"


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "webuntis"
    stated: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    query = Query(url="", timezone=ZoneInfo("Europe/Berlin"), today=date(2026, 3, 23))
    entries, listing = f"{FOLDER}/entries_response.json", f"{FOLDER}/filter_response.json"
    plan = SOURCE.parse([Page("", (folder / entries).read_bytes())], query)
    rows = [
        {
            "date": str(one.date),
            "start": f"{one.start:%H:%M}",
            "end": f"{one.end:%H:%M}",
            "subject": one.subject,
            "room": " ".join(one.rooms),
            "teacher": " ".join(one.teachers),
            "class": " ".join(one.classes),
            "info": one.note,
            "status": str(one.status),
        }
        for one in plan.lessons
    ]
    want = [one | {"status": "planned"} for one in stated[entries]["regular_periods"]]
    yield Case(f"{entries} lessons", [row for row in rows if row["status"] != Status.CANCELLED], want)
    cancelled = [row for row in rows if row["status"] == Status.CANCELLED]
    keys = ("date", "start", "end", "subject")
    yield Case(
        f"{entries} cancelled", [{key: row[key] for key in keys} for row in cancelled], stated[entries]["cancelled"]
    )
    unknown = [day for day in stated[entries]["days_without_data"] if date.fromisoformat(day) in plan.days]
    yield Case(f"{entries} days without data", unknown, [])
    targets = SOURCE.parse([Page("", (folder / listing).read_bytes())], query).targets
    yield Case(f"{listing} classes", [[int(one.id), one.name] for one in targets], stated[listing]["classes"])
