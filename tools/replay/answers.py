"""The answers of replayed schools whose systems speak JSON: WebUntis and EduPage, in the shapes of each."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from tools.replay.school import BELLS, Row, Slot

EDUPAGE_DOOR = '<!DOCTYPE html><html><head><title>Lipa</title><script>ASC.gsechash="00000000";</script></head></html>'
EDUPAGE_RELOAD = '{"reload": true}'


def row_for(slot: Slot, rows: Sequence[Row], day: date) -> Row | None:
    """The row that changes a lesson on a day."""
    here = (row for row in rows if (row.day, row.period) == (day, slot.period) and row.group in {"", slot.group})
    return next(here, None)


def webuntis_list(names: Iterable[str]) -> str:
    """`timetable/filter`: the classes."""
    classes = [{"class": _resource("CLASS", name, number)} for number, name in enumerate(names, 41)]
    return json.dumps({"resourceType": "CLASS", "classes": classes, "rooms": [], "teachers": []})


def webuntis_days(
    plan: Sequence[Slot], rows: Sequence[Row], days: Iterable[date], *, open_to: date, free: Collection[date] = ()
) -> str:
    """`timetable/entries`: days after `open_to` are not published."""
    found = []
    for day in days:
        status = "HOLIDAY" if day in free else "REGULAR" if day <= open_to and day.weekday() < 5 else "NO_DATA"
        slots = [slot for slot in plan if slot.weekday == day.weekday()] if status == "REGULAR" else []
        entries = [entry for slot in slots for entry in _webuntis_entries(slot, row_for(slot, rows, day), day)]
        found.append(
            {
                "date": day.isoformat(),
                "resourceType": "CLASS",
                "resource": _resource("CLASS", "9a", 41),
                "status": status,
                "gridEntries": entries,
            }
        )
    return json.dumps({"format": 2, "days": found})


def _webuntis_entries(slot: Slot, row: Row | None, day: date) -> list[dict[str, object]]:
    if row is None:
        return [_webuntis_entry(slot, day, slot.period, "REGULAR")]
    if row.cancelled:
        return [_webuntis_entry(slot, day, slot.period, "CANCELLED")]
    if row.moved_to:
        return [
            _webuntis_entry(slot, day, slot.period, "CANCELLED"),
            _webuntis_entry(slot, day, row.moved_to, "SHIFT"),
        ]
    return [_webuntis_entry(slot, day, slot.period, "CHANGED", row)]


def _webuntis_entry(slot: Slot, day: date, period: int, status: str, row: Row | None = None) -> dict[str, object]:
    start, end = BELLS[period]
    places = [("TEACHER", slot.teacher, row.teacher if row else ""), ("SUBJECT", slot.subject, ""),
              ("ROOM", slot.room, row.room if row else ""), ("STUDENT_GROUP", slot.group, "")]  # fmt: skip
    entry: dict[str, object] = {
        "duration": {"start": f"{day}T{start:%H:%M}", "end": f"{day}T{end:%H:%M}"},
        "type": "NORMAL_TEACHING_PERIOD",
        "status": status,
        "texts": [],
        "substitutionText": "",
    }
    for number, (kind, planned, now) in enumerate(places, 1):
        removed = _resource(kind, planned) if now else None
        entry[f"position{number}"] = (
            [{"current": _resource(kind, now or planned), "removed": removed}] if planned else None
        )
    return entry


def _resource(kind: str, name: str, number: int = 0) -> dict[str, object]:
    return {"type": kind, "id": number, "status": "REGULAR", "shortName": name, "longName": "", "displayName": name}


def edupage_names(plan: Sequence[Slot], more: Collection[str] = ()) -> str:
    """The main database: whose names the dated items' ids are. `more`: substitutes and other rooms."""
    return json.dumps({"r": {"tables": _edupage_names(plan, more)}})


def edupage_timetables(*, dated: bool, later: date | None = None) -> str:
    """The list of timetables; `dated`: the dated plan is published beside it; `later`: when number 8 begins."""
    begins = [("7", date(2026, 9, 1)), *([("8", later)] if later else [])]
    rows = [
        {"tt_num": number, "year": 2026, "text": "Ruduo", "datefrom": begin.isoformat(), "hidden": False}
        for number, begin in begins
    ]
    return json.dumps({"r": {"current": {"allow": dated}, "regular": {"default_num": "7", "timetables": rows}}})


def edupage_days(plan: Sequence[Slot], rows: Sequence[Row], monday: date, weeks: int = 2) -> str:
    """The dated items of some weeks."""
    items: list[dict[str, object]] = []
    for day in (monday + timedelta(days=step) for step in range(7 * weeks)):
        items += [_edupage_item(slot, row_for(slot, rows, day), day) for slot in plan if slot.weekday == day.weekday()]
    return json.dumps({"r": {"ttitems": items[::-1]}})


def _edupage_item(slot: Slot, row: Row | None, day: date) -> dict[str, object]:
    start, end = BELLS[slot.period]
    item: dict[str, object] = {
        "type": "card",
        "date": day.isoformat(),
        "uniperiod": str(slot.period),
        "starttime": f"{start:%H:%M}",
        "endtime": f"{end:%H:%M}",
        "subjectid": slot.subject,
        "classids": ["9a"],
        "groupnames": [slot.group],
        "teacherids": [row.teacher if row and row.teacher else slot.teacher],
        "classroomids": [row.room if row and row.room else slot.room],
    }
    if row is not None:
        item["removed" if row.cancelled else "changed"] = True
    return item


def edupage_weekly(plan: Sequence[Slot]) -> str:
    """The weekly timetable of the class."""
    groups = [{"id": f"g{name}", "name": name or "Visa klasė", "classid": "9a", "entireclass": not name}
              for name in ("", "1/2", "2/2")]  # fmt: skip
    lessons, cards = [], []
    for number, slot in enumerate(plan):
        lessons.append(
            {
                "id": f"l{number}",
                "subjectid": slot.subject,
                "teacherids": [slot.teacher],
                "groupids": [f"g{slot.group}"],
                "classids": ["9a"],
                "durationperiods": 1,
            }
        )
        cards.append(
            {
                "id": f"c{number}",
                "lessonid": f"l{number}",
                "period": str(slot.period),
                "days": "".join(str(int(day == slot.weekday)) for day in range(5)),
                "weeks": "1",
                "classroomids": [slot.room],
            }
        )
    periods = [{"id": str(n), "period": str(n), "name": str(n), "short": str(n), "starttime": f"{start:%H:%M}",
                "endtime": f"{end:%H:%M}"} for n, (start, end) in BELLS.items()]  # fmt: skip
    days = [{"id": str(n), "name": name, "short": name} for n, name in enumerate(("Pi", "An", "Tr", "Ke", "Pe"))]
    tables = [
        *_edupage_names(plan, ()),
        _table("periods", periods),
        _table("days", days),
        _table("weeks", [{"id": "0", "name": "Savaitė", "short": "S"}]),
        _table("groups", groups),
        _table("lessons", lessons),
        _table("cards", cards),
    ]
    return json.dumps({"r": {"dbiAccessorRes": {"type": "fetch", "tables": tables}}})


def _edupage_names(plan: Sequence[Slot], more: Collection[str]) -> list[dict[str, object]]:
    def named(values: Iterable[str]) -> list[Mapping[str, object]]:
        return [{"id": value, "name": value, "short": value} for value in dict.fromkeys(values)]

    return [
        _table("classes", named(["9a"])),
        _table("teachers", named([*(slot.teacher for slot in plan), *more])),
        _table("classrooms", named([*(slot.room for slot in plan), *more])),
        _table("subjects", named(slot.subject for slot in plan)),
    ]


def _table(name: str, rows: Sequence[Mapping[str, object]]) -> dict[str, object]:
    columns = sorted({column for row in rows for column in row} - {"id"})
    return {"id": name, "data_columns": columns, "data_rows": list(rows)}


def edupage_site(url: str, now: datetime, *, plan: Sequence[Slot], rows: Sequence[Row] | None) -> str:
    """What the viewer's requests bring; `rows` None: the school publishes no dated plan."""
    if "ttviewer" in url:
        return edupage_timetables(dated=rows is not None)
    if "maindbi" in url:
        changed = rows or ()
        return edupage_names(plan, [value for row in changed for value in (row.room, row.teacher) if value])
    if "currenttt" in url:
        return edupage_days(plan, rows or (), now.date() - timedelta(days=now.weekday()))
    if "regulartt" in url:
        return edupage_weekly(plan)
    return EDUPAGE_DOOR
