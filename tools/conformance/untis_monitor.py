"""untis-monitor: the recorders' results, whole rows read from the pages, and the recorded facts about cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.scraper.contract import Page, Query
from bot.scraper.report import report
from bot.scraper.sources.untis_monitor import SOURCE
from bot.scraper.tables import tables
from bot.scraper.untis import changed, class_list
from tools.conformance.case import Case, outcome

_ANY = re.compile("")
BERLIN = ZoneInfo("Europe/Berlin")

Values = dict[str, Any]


def _row(day: str, periods: str, classes: str, label: str, kind: str, **fields: Any) -> Values:
    row: Values = {"date": day, "periods": periods.split(), "classes": classes.split(), "subject": "", "teachers": []}
    row |= {"rooms": [], "groups": [], "kind": kind, "label": label, "was": {}, "note": ""}
    return row | fields


# Read by hand: recording -> position in the published table -> the row.
ROWS: Mapping[str, Mapping[int, Values]] = {
    "substitution-schedule-parser/subst_001.htm": {
        0: _row(
            "2018-01-01",
            "3",
            "10Ma",
            "Vertretung",
            "substitution",
            teachers=["Deuerlein"],
            rooms=["104"],
            was={"teachers": ["Winter"]},
        ),
        1: _row(
            "2018-01-01",
            "3",
            "9G",
            "-> 02.01. / 3",
            "moved",
            teachers=["Rieß"],
            rooms=["205"],
            was={"teachers": ["Deuerlein"]},
        ),
        12: _row("2018-01-01", "3 4", "", "Veranst.", "event", teachers=["Winter"], note="Juniorwahl"),
    },
    "Skn0tt-vplan/subst_001.1.htm": {
        0: _row("2018-03-08", "6", "ABB", "Entfall", "cancelled", was={"teachers": ["HOP"], "rooms": ["A203"]}),
        19: _row(
            "2018-03-08",
            "6",
            "9B",
            "Raum-Vtr.",
            "room",
            subject="F6",
            teachers=["OST"],
            rooms=["F002"],
            was={"rooms": ["A207"]},
        ),
        31: _row(
            "2018-03-08",
            "3 4",
            "5D",
            "Vertr.",
            "substitution",
            subject="D",
            teachers=["PLT"],
            rooms=["E205"],
            was={"teachers": ["BAR"]},
        ),
    },
    "Skn0tt-vplan/subst_005.htm": {
        0: _row(
            "2018-04-13", "2", "", "Statt-Vertr.", "substitution", teachers=["LEM"], rooms=["A108"], note="WC-Aufsicht"
        ),
        32: _row(
            "2018-04-13", "5 6", "Q1", "EVA", "other", subject="E L2", was={"teachers": ["STW"], "rooms": ["A107"]}
        ),
        83: _row(
            "2018-04-13",
            "1 2",
            "5D",
            "Vertr.",
            "substitution",
            subject="KU",
            teachers=["HUN"],
            rooms=["B204"],
            was={"teachers": ["GIE"]},
        ),
    },
    "Skn0tt-vplan/subst_007.htm": {
        4: _row(
            "2018-04-17",
            "3",
            "8D",
            "Vertr.",
            "substitution",
            subject="E5",
            teachers=["BSS"],
            rooms=["A103"],
            was={"teachers": ["DAM"], "rooms": ["A003"]},
        ),
        0: _row("2018-04-17", "3 4", "Q1", "EVA", "other", subject="I G1", rooms=["A-117"], was={"teachers": ["PLT"]}),
        13: _row(
            "2018-04-17",
            "1 2",
            "6B",
            "Betreuung",
            "substitution",
            subject="D",
            teachers=["OMA"],
            rooms=["E101"],
            was={"teachers": ["SCA"]},
        ),
    },
    "Skn0tt-vplan/t_subst_008.htm": {
        0: _row(
            "2018-04-23",
            "5",
            "5B",
            "Vertr.",
            "substitution",
            subject="D(F)5/6",
            teachers=["ORF"],
            rooms=["E203"],
            was={"teachers": ["WIL"]},
        ),
    },
    "Skn0tt-vplan/t_subst_010.htm": {
        4: _row("2018-04-09", "3", "Q1", "Klausur", "event", subject="D G1", teachers=["K\ufffdH"], rooms=["A-117"]),
        6: _row(
            "2018-04-09",
            "6",
            "8A 8D",
            "Statt-Vertr.",
            "substitution",
            subject="F6",
            teachers=["K\ufffdH"],
            rooms=["A210"],
            was={"teachers": ["MAC"]},
        ),
        8: _row(
            "2018-04-09",
            "2/3",
            "",
            "Pausenaufsicht",
            "supervision",
            teachers=["REI"],
            rooms=["Raucherzone+kl.Hof"],
            was={"teachers": ["REU"]},
        ),
    },
    "Skn0tt-vplan/teacher_subst_001.htm": {
        1: _row("2018-03-08", "5 6", "EF", "-> Entfall", "cancelled", was={"subject": "PHBG1", "teachers": ["COL"]}),
        7: _row("2018-03-08", "6", "ABB", "-> 8.3. / 6", "moved", was={"subject": "ABB", "teachers": ["HOP"]}),
        15: _row("2018-03-08", "1 2", "7B", "Freisetzung", "cancelled", was={"subject": "D", "teachers": ["OST"]}),
    },
}


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "untis-monitor"
    for path in sorted(folder.glob("*/*.htm")):
        name = path.relative_to(folder).as_posix()
        got = outcome(lambda path=path: _read(path))  # type: ignore[misc] # mypy cannot type a default of a lambda
        if not isinstance(got, dict) or "error" in got:
            yield Case(name, got, "a plan")
            continue
        for index, row in ROWS.get(name, {}).items():
            rows = got["substitutions"]
            yield Case(f"{name} row {index + 1}", rows[index] if index < len(rows) else None, row)
        yield from _stated(folder, path, got)
    yield from _cells(json.loads((folder / "cells.expected.json").read_text("utf-8")))


def _read(path: Path) -> Values:
    query = Query(url=path.as_uri(), timezone=BERLIN, today=date(2026, 11, 23))
    plan = SOURCE.parse([Page(path.as_uri(), path.read_bytes())], query)
    return report(plan, source=SOURCE.id, timezone=BERLIN)


def _stated(folder: Path, path: Path, got: Values) -> Iterator[Case]:
    name = path.relative_to(folder).as_posix()
    if path.parent.name == "davinci-server":
        yield Case(f"{name} rows", got["substitutions"], [])
        return
    stated = json.loads((path.parent / "expected.json").read_text("utf-8"))[path.name]
    if path.parent.name == "Skn0tt-vplan":
        yield Case(f"{name} entries", _entries(got), _recorded(stated["entries"]))
        yield Case(f"{name} updated", got["updated"], _instant(stated["date"]))
        return
    messages = [notice["text"] for notice in got["notices"]]
    yield Case(f"{name} rows", len(got["substitutions"]), stated["substitutions"])
    yield Case(f"{name} messages", len(messages), stated["messages"])
    yield Case(f"{name} message 4", messages[3], stated["message[3]"].replace("<b>", "").replace("</b>", ""))
    yield Case(f"{name} updated", got["updated"][:16], stated["last_change"])
    yield Case(f"{name} dates", sorted({row["date"] for row in got["substitutions"]}), [stated["date"]])


def _instant(stated: str) -> str:
    return datetime.fromisoformat(stated).astimezone(BERLIN).isoformat()


def _entries(got: Values) -> list[list[str]]:
    rows = []
    for row in got["substitutions"]:
        span = [part for period in row["periods"] for part in period.split("/")]
        was = row["was"]
        rows.append([
            span[0], span[-1], row["label"], " ".join(row["rooms"]), row["subject"],
            " ".join(row["teachers"]), " ".join(was.get("teachers", [])), was.get("subject", ""),
        ])  # fmt: skip
    return sorted(rows)


def _recorded(entries: Values) -> list[list[str]]:
    rows = []
    for view, groups in entries.items():
        for entry in (entry for group in groups.values() for entry in group):
            value = {key: _plain(str(text)) for key, text in entry.items()}
            subject = value["substituteClass"] if view == "teacher" else value["class"]
            planned = value["class"] if view == "teacher" and value["class"] != subject else ""
            teacher = value["teacher"] if value["teacher"] != value["substituteTeacher"] else ""
            rows.append([
                value["from"], value["to"], value["type"], value["room"], subject,
                value["substituteTeacher"], teacher, planned,
            ])  # fmt: skip
    return sorted(rows)


def _plain(text: str) -> str:
    text = " ".join(text.replace("ï¿½", "\ufffd").replace("&amp;", "&").split())
    return "" if set(text) <= set("-+?") else text


def _cells(facts: Values) -> Iterator[Case]:
    for fact in facts["room"]:
        table = next(tables(f"<table class=x><tr><td>{fact['td']}</td></tr></table>", _ANY))
        cell = changed(table.rows[0][0])
        yield Case(f"cell {fact['td']}", [cell.new or None, cell.old or None], [fact["room"], fact["previous"]])
    for fact in facts["classes"]:
        yield Case(f"classes {fact['text']}", list(class_list(fact["text"], fact["known"])), fact["classes"])
