"""untis-info: the recorder's counts, dates and classes, and whole rows read from the page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.model import TargetKind
from bot.scraper.contract import Page, Query
from bot.scraper.report import report
from bot.scraper.sources.untis_info import SOURCE
from bot.scraper.untis_frames import navbar_of
from tools.conformance.case import Case, outcome

BERLIN = ZoneInfo("Europe/Berlin")

Values = dict[str, Any]


def _row(day: str, periods: str, classes: str, kind: str, **fields: Any) -> Values:
    row: Values = {"date": day, "periods": periods.split(), "classes": classes.split(), "subject": "", "teachers": []}
    row |= {"rooms": [], "groups": [], "kind": kind, "label": "", "was": {}, "note": ""}
    return row | fields


# Read by hand: position in the published tables -> the row.
ROWS: Mapping[int, Values] = {
    1: _row("2017-06-29", "1", "06C", "substitution", subject="M", rooms=["H030"], note="Mitaufsicht"),
    4: _row("2017-06-29", "8", "06F", "cancelled", was={"subject": "LZ-E"}),
    36: _row("2017-06-30", "1 2", "06B", "substitution", subject="NAWI", rooms=["F227"], note="s. Info von Bm"),
    51: _row("2017-06-30", "2/3", "", "supervision", teachers=["ELG"], rooms=["C1"]),
}


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "untis-info" / "substitution-schedule-parser"
    stated = json.loads((folder / "expected.json").read_text("utf-8"))
    got = outcome(lambda: _read(folder / "schedule1.html"))
    if isinstance(got, dict) and "substitutions" in got:
        rows = got["substitutions"]
        counts = Counter(row["date"] for row in rows)
        want = dict(
            zip(
                stated["schedule1.html"]["dates"],
                stated["schedule1.html"]["substitutions_per_day_unordered"],
                strict=True,
            )
        )
        yield Case("schedule1.html rows a day", dict(counts), want)
        for index, row in ROWS.items():
            yield Case(f"schedule1.html row {index + 1}", rows[index], row)
    else:
        yield Case("schedule1.html", got, "a plan")
    bar = stated["navbar.html"]
    got = outcome(lambda: _read(folder / "navbar.html"))
    targets: list[Values] = got["targets"] if isinstance(got, dict) and "targets" in got else []
    yield Case("navbar.html classes", [target["name"] for target in targets], bar["classes"])
    nav = navbar_of((folder / "navbar.html").read_text("latin-1"))
    weeks = [[week, str(monday)] for week, monday in nav.weeks.items()] if nav else None
    yield Case("navbar.html weeks", weeks, [["06", "2017-02-06"], ["07", "2017-02-13"]])
    yield Case("navbar.html page of all", nav and nav.whole and len(nav.names[TargetKind.CLASS]), 42)


def _read(path: Path) -> Values:
    query = Query(url=path.as_uri(), timezone=BERLIN, today=date(2026, 11, 23))
    plan = SOURCE.parse([Page(path.as_uri(), path.read_bytes())], query)
    return report(plan, source=SOURCE.id, timezone=BERLIN)
