"""svPlan: the recorder's counts and class lists, and whole rows read by hand from the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.model import Plan
from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.report import notice_values, substitution_values
from bot.scraper.sources.svplan import SOURCE
from tools.conformance.case import Case

ZONE = ZoneInfo("Europe/Berlin")
PAGE = (
    '<div class="svp"><div class="svp-plandatum-heute">Montag, den 23.11.2026</div><table class="svp-tabelle">'
    '<tr class="svp-header"><td class="svp-klasse-header">Klasse</td><td class="svp-stunde-header">St.</td>'
    '<td class="svp-esvertritt-header">Es vertritt</td></tr><tr><td class="svp-klasse-gerade">{}</td>'
    '<td class="svp-stunde-gerade">1.</td><td class="svp-esvertritt-gerade">AB</td></tr></table></div>'
)


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "svplan" / "substitution-schedule-parser"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    for name in ("svplan1.html", "svplan3.html"):
        plan, want = _plan((folder / name).read_bytes()), expected[name]
        first = want["day[0]"]
        day = date.fromisoformat(first["date"])
        messages = [notice.text for notice in plan.notices if notice.date == day]
        stated = [text.replace("<br>", "") for text in first["messages"]] if first["messages"] else []
        yield Case(f"{name} updated", f"{plan.updated:%Y-%m-%dT%H:%M}", want["last_change"])
        yield Case(f"{name} days", [len(plan.days), plan.days[0].isoformat()], [want["days"], first["date"]])
        yield Case(f"{name} rows", sum(row.date == day for row in plan.substitutions), first["substitutions"])
        yield Case(f"{name} messages", messages, stated)
    every = [len(row.classes) for row in _plan((folder / "svplan4.html").read_bytes()).substitutions]
    yield Case("svplan4.html one class each", set(every), {1})
    for name, (picked, notices) in WHOLE.items():
        plan = _plan((folder / name).read_bytes())
        for index, want in picked.items():
            yield Case(f"{name} row {index + 1}", substitution_values(plan.substitutions[index]), want)
        yield Case(f"{name} notices", [notice_values(notice) for notice in plan.notices], notices)
    lists = expected["class_lists"]
    known = ", ".join(lists.pop("known"))
    for cell, want in lists.items():
        row = _plan(PAGE.format(cell).encode(), classes=known).substitutions[0]
        yield Case(f"class cell {cell!r}", list(row.classes), want)


def _plan(body: bytes, **options: str) -> Plan:
    query = Query("file:///plan.html", ZONE, date(2026, 11, 23), options=options)
    return read(SOURCE, [Page(query.url, body)], query)


def _row(day: str, period: str, names: list[str], /, **fields: object) -> dict[str, object]:
    empty: dict[str, object] = {
        "date": day, "periods": [period], "classes": names, "subject": "", "teachers": [], "rooms": [], "groups": [],
        "kind": "substitution", "label": "", "was": {}, "note": "",
    }  # fmt: skip
    return empty | fields


def _notice(day: str, text: str) -> dict[str, str]:
    return {"date": day, "text": text}


# Rows by their place in the file, from 0; and all notices.
WHOLE: dict[str, tuple[dict[int, dict[str, object]], list[dict[str, str]]]] = {
    "svplan1.html": (
        {
            0: _row(
                "2016-09-02", "1", ["10DH"], subject="BIO", teachers=["BOY"], rooms=["065"], was={"teachers": ["VEN"]}
            ),
            1: _row(
                "2016-09-02", "1", ["7../Bd"], subject="ENG", was={"teachers": ["HEN"]},
                note="Unterricht übernimmt Herr LehrkraftA",
            ),
            8: _row(
                "2016-09-02", "5", ["10B../Bd"], subject="KUN", kind="cancelled", was={"teachers": ["HEN"]},
                note="fällt aus",
            ),
            14: _row(
                "2016-09-02", "1. große Pause", [], teachers=["WE"], rooms=["Mensa"], kind="supervision",
                label="Pausenaufsicht", was={"teachers": ["HEN"]},
            ),
        },
        [
            _notice("2016-09-02", "Ordnungsdienst:9BR"),
            *(_notice(f"2016-09-0{day}", "Ordnungsdienst:9AR") for day in (5, 6, 7, 8)),
        ],
    ),
    "svplan3.html": (
        {
            0: _row("2017-05-02", "7", [], subject="Profi", teachers=["Da"], rooms=["Kue"], was={"teachers": ["Wu"]}),
            2: _row(
                "2017-05-02", "5", ["1a", "1b", "1c"], subject="Team5", was={"teachers": ["Hn"]},
                note="U. findet statt, Doppelbesetzg f.a.!",
            ),
            4: _row(
                "2017-05-02", "2", ["7a", "7b", "7c"], subject="AI", kind="cancelled", was={"teachers": ["We"]},
                note="fällt aus",
            ),
            31: _row(
                "2017-05-02", "6", ["10b"], subject="Che", kind="cancelled", was={"teachers": ["Bü"]}, note="fällt aus"
            ),
        },
        [],
    ),
    "svplan4.html": (
        {
            0: _row(
                "2017-06-27", "3", ["9b"], subject="SPO", teachers=["Re"], rooms=["Sp2"], kind="room",
                was={"subject": "KR"}, note="geänderter Raum!",
            ),
            1: _row(
                "2017-06-27", "3", ["9b"], subject="Netzw", teachers=["Pe"], rooms=["ohne"], was={"teachers": ["Pp"]}
            ),
        },
        [
            _notice(
                "2017-06-27",
                "Die folgenden Lehrer sind verplant: Ar (6.), Fl (5.), Fr (6.), Ko (1., 1., 2., 2., 5.), Lü (1., 5.), "
                "Mat (1.), Mß (1.), Mx (1.), Pe (3., 4.), Re (1., 3.), Rh (4.), St (2., 3.)",
            ),
            _notice(
                "2017-06-27",
                "Abwesenheiten: Ka, Ke, Lß bis 2., Mß 3. bis 4., Ni, Pi, Pp, Sw bis 2., Wi 1., 10a, 10b, 10c, 10d, "
                "36 3. bis 4. bis 2., Sp1 1., Sp2 1.",
            ),
            _notice(
                "2017-06-27",
                "Fußball-AG fällt aus.\nkath. Religion (Frau LehrkraftG) fällt aus.\n"
                "WPU 9 (GWPS, Frau LehrkraftF) fällt aus.\nBili (Ka) fällt aus.",
            ),
        ],
    ),
}  # fmt: skip
