"""DaVinci: the recorder's counts and links, and whole rows read by hand from the page."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.errors import NotReleased
from bot.model import Plan
from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.report import substitution_values, target_values
from bot.scraper.sources.davinci import SOURCE, fetch
from tools.conformance.case import Case, outcome

ZONE = ZoneInfo("Europe/Berlin")
HOME = "https://school.example/"


class _Asked:
    """Answers the index, and notes every other address that is asked for."""

    def __init__(self, index: bytes) -> None:
        self.index = index
        self.paths: list[str] = []

    async def get(self, url: str, **_: object) -> Page:
        return Page(url, self.index)

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        self.paths.append(urlsplit(url).path)
        return None

    async def post(self, url: str, **_: object) -> Page:
        raise AssertionError(url)


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "davinci" / "substitution-schedule-parser"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    plan, want = _plan(folder / "single.html"), expected["single.html"]
    yield Case("single.html date", [str(day) for day in plan.days], [want["date"]])
    yield Case("single.html updated", f"{plan.updated:%Y-%m-%dT%H:%M}", want["last_change"])
    yield Case("single.html messages", len(plan.notices), want["messages"])
    # The recorder joins rows that differ in the class alone; we give the table's 31 rows.
    joined = {replace(row, classes=()) for row in plan.substitutions}
    yield Case("single.html joined rows", len(joined), want["substitutions"])
    yield Case("single.html rows", len(plan.substitutions), 31)
    for index, whole in WHOLE.items():
        yield Case(f"single.html row {index + 1}", substitution_values(plan.substitutions[index]), whole)
    for name in ("dayIndex.html", "month.html"):
        yield Case(f"{name} links", _asked(folder / name), expected[name]["links"])
        yield Case(f"{name} alone", outcome(partial(_plan, folder / name)), {"error": "SourceChanged"})
    targets = [target_values(target) for target in _plan(folder / "classes.html").targets]
    yield Case("classes.html links", [f"/{target['id']}" for target in targets], expected["classes.html"]["links"])
    yield Case("classes.html names", [target["name"] for target in targets], CLASSES)
    asked = [path for name in CLASSES for path in _asked(folder / "classes.html", name)]
    yield Case("classes.html asked by name", asked, expected["classes.html"]["links"])


def _plan(path: Path) -> Plan:
    query = Query(f"file:///{path.name}", ZONE, date(2026, 11, 23))
    return read(SOURCE, [Page(query.url, path.read_bytes())], query)


def _asked(path: Path, name: str = "") -> list[str]:
    http = _Asked(path.read_bytes())
    with contextlib.suppress(NotReleased):  # nothing but the index is answered
        asyncio.run(fetch(http, Query(HOME, ZONE, date(2016, 9, 1), name=name)))
    return http.paths


def _row(period: str, name: str, subject: str, /, **fields: object) -> dict[str, object]:
    empty: dict[str, object] = {
        "date": "2016-09-05", "periods": [period], "classes": [name], "subject": subject, "teachers": [], "rooms": [],
        "groups": [], "kind": "substitution", "label": "", "was": {}, "note": "",
    }  # fmt: skip
    return empty | fields


CLASSES = ["III KEH 41.1", "III KEH 41.2", "III VKÄ 51", "TZ SFA 51", "VZ FGW 51"]
WHOLE = {
    0: _row("5", "06c", "MA", teachers=["SLSRPES"], was={"subject": "LA"}),
    1: _row("1", "06d", "MU", kind="moved", label="Auf 29.08. Mo 3 verschoben"),
    10: _row("6", "07f", "DE", kind="cancelled", label="Frei"),
    17: _row(
        "3", "08e", "FR", teachers=["VENG"], rooms=["P4"], kind="moved", label="Von 08.09. Do 1 verschoben",
        was={"subject": "BK", "date": "2016-09-08", "periods": ["1"]},
    ),
    28: _row("2", "11", "DE1", kind="other", label="Selbst"),
}  # fmt: skip
