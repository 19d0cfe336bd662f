"""Indiware: the recorders' facts, the grammar of the remarks, XML against HTML, and whole rows read by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.model import Plan
from bot.scraper.contract import Page, Query
from bot.scraper.german import published
from bot.scraper.reading import read
from bot.scraper.report import notice_values, substitution_values
from bot.scraper.sources.indiware import SOURCE
from tools.conformance.case import Case, outcome

ZONE = ZoneInfo("Europe/Berlin")
FRAME = "<vp><kopf><titel>Mittwoch, 12. September 2018</titel></kopf><haupt><aktion>{}</aktion></haupt></vp>"
ROW = "<klasse>{}</klasse><stunde>3</stunde><fach>{}</fach><lehrer>{}</lehrer><raum>1</raum><info>{}</info>"


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "indiware" / "substitution-schedule-parser"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    for name in ("indiware.xml", "indiware.html"):
        yield from _stated(name, _plan(folder / name), expected[name])
    same = _values(_plan(folder / "indiware.xml")) == _values(_plan(folder / "indiware.html"))
    yield Case("indiware.xml == indiware.html", same, expected["indiware.xml == indiware.html"])
    for name in ("indiware_embedded.html", "indiware_split.html", "indiware_split.xml"):
        days = outcome(partial(lambda path: [str(day) for day in _plan(path).days], folder / name))
        yield Case(f"{name} dates", days, expected[name]["dates"])
    for name, whole in WHOLE.items():
        plan = _plan(folder / name)
        for key, want in whole.items():
            yield Case(f"{name} {key}", _values(plan)[key], want)
    for entry in expected["info_text_grammar"]:
        yield from _grammar(entry)
    for entry in expected["class_and_course"]:
        yield from _class_cell(entry)


def _plan(path: Path) -> Plan:
    query = Query(f"file:///{path.name}", ZONE, date(2026, 11, 23))
    return read(SOURCE, [Page(query.url, path.read_bytes())], query)


def _values(plan: Plan) -> dict[str, object]:
    return {
        "updated": plan.updated.isoformat() if plan.updated else None,
        "school": plan.school,
        "substitutions": [substitution_values(row) for row in plan.substitutions],
        "notices": [notice_values(notice) for notice in plan.notices],
    }


def _stated(name: str, plan: Plan, want: dict[str, Any]) -> Iterator[Case]:
    yield Case(f"{name} date", [str(day) for day in plan.days], [want["date"]])
    yield Case(f"{name} updated", f"{plan.updated:%Y-%m-%dT%H:%M}", want["last_change"])
    texts = [text.replace("<b>", "").replace("</b>", "").replace("<br>", "") for text in want["messages"]]
    yield Case(f"{name} messages", [notice.text for notice in plan.notices], texts)
    got = [
        {
            "classes": len(row.classes),
            "lesson": " ".join(row.periods),
            "subject": row.subject,
            "teacher": " ".join(row.teachers),
            "room": " ".join(row.rooms),
            "previous_subject": row.was.subject,
            "previous_teacher": " ".join(row.was.teachers or ()),
            "desc": row.note or None,
            "type": {"substitution": "Vertretung"}.get(row.kind, row.kind),
        }
        for row in plan.substitutions
    ]
    yield Case(f"{name} rows", got, want["substitutions"])


def _row(text: str, subject: str = "XX", teacher: str = "", classes: str = "5a") -> dict[str, Any]:
    body = FRAME.format(ROW.format(classes, subject, teacher, text)).encode()
    query = Query("file:///row.xml", ZONE, date(2018, 9, 12))
    values = substitution_values(read(SOURCE, [Page(query.url, body)], query).substitutions[0])
    return dict(values)


def _grammar(entry: dict[str, Any]) -> Iterator[Case]:
    """What the recorder states of a remark, as our row says it: `type` is the label, `desc` the note."""
    row = _row(entry["text"])
    got: dict[str, object] = {}
    for key in entry.keys() - {"text", "note"}:
        got[key] = {
            "previous_subject": row["was"].get("subject"),
            "previous_teacher": " ".join(row["was"].get("teachers", ())),
            "desc": row["note"],
            "type": row["label"],
            "cancelled": row["kind"] == "cancelled",
            "moved": row["note"] if row["kind"] == "moved" else None,
            "self_study": row["label"] == "selbst.",
            "takes_over": " ".join(row["teachers"]),
        }[key]
    yield Case(f"remark {entry['text']!r}", got, {key: entry[key] for key in got})


def _class_cell(entry: dict[str, Any]) -> Iterator[Case]:
    row = _row("", classes=entry["cell"])
    got: dict[str, object] = {}
    for key in entry.keys() - {"cell"}:
        course = " ".join(row["groups"])
        inner = " ".join(_row("", teacher=entry["cell"])["was"].get("teachers", ()))
        got[key] = {"classes": row["classes"], "course": published(course) or None, "inner": inner}[key]
    yield Case(f"class cell {entry['cell']!r}", got, {key: entry[key] for key in got})


def _want(day: str, period: str, name: str, /, **fields: object) -> dict[str, object]:
    """A whole row: what is not named is not published."""
    empty: dict[str, object] = {
        "date": day, "periods": [period], "classes": [name], "subject": "", "teachers": [], "rooms": [], "groups": [],
        "kind": "substitution", "label": "", "was": {}, "note": "",
    }  # fmt: skip
    return empty | fields


_FIRST = _want(
    "2016-08-22", "3", "", classes=["5/1", "5b"], subject="Bio", teachers=["Sch"], rooms=["1234"],
    was={"subject": "Mat", "teachers": ["Mül"]},
)  # fmt: skip
# The recordings hold one to two rows; each of them stands here whole.
WHOLE: dict[str, dict[str, object]] = {
    "indiware.xml": {"substitutions": [_FIRST], "school": "Testschule Test"},
    "indiware.html": {"substitutions": [_FIRST], "school": "Testschule Test"},
    "indiware_split.xml": {
        "updated": "2019-01-14T14:27:00+01:00",
        "substitutions": [
            _want(
                "2019-01-14", "1", "05 A", subject="ABC", teachers=["DEF"], note="Probe Tag der offenen Tür (Aula)"
            ),
            _want(
                "2019-01-15", "6", "05 A", subject="ABC", teachers=["DEF"], rooms=["H03"],
                was={"subject": "Ges", "teachers": ["GHI"]},
            ),
        ],
        "notices": [],
    },
    "indiware_split.html": {"updated": "2017-03-10T14:41:00+01:00", "substitutions": [], "notices": []},
    "indiware_embedded.html": {
        "updated": "2017-03-09T06:24:00+01:00",
        "substitutions": [
            _want(
                "2017-03-10", "1", "05a", kind="cancelled", label="fällt aus",
                was={"subject": "Lerl", "teachers": ["Frau Beispiel"]},
            ),
            _want(
                "2017-03-13", "3", "05d", subject="MA", teachers=["Herr Muster"], rooms=["P01"],
                was={"subject": "S", "teachers": ["Herr Groß"]},
            ),
        ],
        "notices": [
            {"date": "2017-03-10", "text": "Abwesende Lehrer: Herr Mustermann, Frau Musterfrau"},
            {"date": "2017-03-10",
             "text": "Geänderte Aufsichten:\n08:40: FP - G.4/4.Et. --> Frau Beispiel (für Frau Muster)"},
            {"date": "2017-03-13", "text": "Abwesende Lehrer: Herr Mustermann, Frau Musterfrau, Frau Beispiel"},
            {"date": "2017-03-13",
             "text": "Geänderte Aufsichten:\n06:35: FA - G.4/4.Et. --> Frau Muster (für Herrn Musterfrau)"},
        ],
    },
}  # fmt: skip
