"""iCalendar: 117 calendars with the occurrences, or the first events, that an independent program found in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.report import report
from bot.scraper.sources.ical import SOURCE
from tools.conformance.case import Case, outcome

ZONE = ZoneInfo("Europe/Vilnius")
# The reference only parses; what has no calendar and no event in it, or no end, is refused here.
REFUSED = {
    "calendars/fuzz_testcase_0_char_in_component_name.ics": "WrongPage",
    "calendars/issue_178_component_with_invalid_name_represented.ics": "WrongPage",
    "calendars/small_bad_calendar.ics": "TruncatedPage",
    "timezones/issue_53_tzid_parsed_properly.ics": "WrongPage",
    "timezones/issue_55_parse_error_on_utc_offset_with_seconds.ics": "WrongPage",
    "timezones/pacific_fiji.ics": "WrongPage",
}


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "ics" / "recurring-ical-events"
    for name, want in _expected(folder).items():
        rows = sorted((_wanted(item) for item in want.get("occurrences", ())), key=str)
        yield Case(f"recurring-ical-events/{name}", outcome(partial(_rows, folder / name)), rows)
    folder = samples / "ics" / "icalendar"
    for name, want in _expected(folder).items():
        got = outcome(partial(_rows, folder / name))
        refused = REFUSED.get(name, None if want["ok"] else "SourceChanged")
        if refused:
            yield Case(f"icalendar/{name}", got, {"error": refused})
            continue
        dated = [item for item in want["first"] if item["start"]]
        found = [_is_among(item, got) for item in dated]
        yield Case(f"icalendar/{name}", found, [True for _ in dated])


def _expected(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / "expected.reference.json").read_text("utf-8"))
    return values


def _rows(path: Path) -> list[list[object]]:
    """[what, date, start, end, title, status] of each object."""
    query = Query(url=path.as_uri(), timezone=ZONE, today=date(2026, 11, 23))
    plan = read(SOURCE, [Page(url=path.as_uri(), body=path.read_bytes())], query)
    values: Any = report(plan, source="ical", timezone=ZONE)
    rows = [["lesson", *(item[key] for key in ("date", "start", "end", "subject"))] for item in values["lessons"]]
    for row, item in zip(rows, values["lessons"], strict=True):
        row.append(item["status"])
    rows += [["homework", item["due"], None, None, item["subject"], ""] for item in values["homework"]]
    rows += [["notice", item["date"], None, None, item["text"].split("\n")[0], ""] for item in values["notices"]]
    return sorted(rows, key=str)


def _wanted(item: dict[str, Any]) -> list[object]:
    start, end = _local(item["start"]), _local(item["end"])
    day, title = start.date().isoformat(), item["summary"].strip()
    if item["status"] == "CANCELLED":
        return ["lesson", day, f"{start:%H:%M}", f"{end:%H:%M}", title, "cancelled"]
    if item["all_day"]:
        return ["notice", day, None, None, title, ""]
    if start == end:
        return ["homework", day, None, None, title, ""]
    return ["lesson", day, f"{start:%H:%M}", f"{end:%H:%M}", title, "planned"]


def _is_among(item: dict[str, Any], rows: object) -> bool:
    """An event that the reference only names by its start: it is there, unless it lies beyond the horizon."""
    start = _local(item["start"])
    if not isinstance(rows, list):
        return False
    first = min((row[1] for row in rows), default=start.date().isoformat())
    if (start.date() - date.fromisoformat(first)).days >= 366:
        return True
    clock = None if len(item["start"]) == len("2026-11-23") else f"{start:%H:%M}"
    return any(
        row[1] == start.date().isoformat() and row[4] == item["summary"].strip() and row[2] in (clock, None)
        for row in rows
    )


def _local(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(ZONE).replace(tzinfo=None) if moment.tzinfo else moment
