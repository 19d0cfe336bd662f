"""Mano dienynas: the three recorded tasks whole, and the recorded answers to a sign-in."""

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
from bot.scraper.reading import read
from bot.scraper.report import homework_values
from bot.scraper.sources.manodienynas import SOURCE
from tools.conformance.case import Case, outcome

TEXTS = [
    'Darbas su pratybomis (J. Tumo-Vaižganto apysakos „Dėdės ir dėdienės" fragmentų analizė '
    "pagal nurodytus klausimus).",
    "41psl. 17-20 užbaigti, 20psl. 32",
    "53psl. 6-8 užbaigti",
]


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "manodienynas"
    expected: list[dict[str, Any]] = json.loads((folder / "homework.expected.json").read_text("utf-8"))
    plan = _plan((folder / "homework.sample.html").read_bytes())
    yield Case("homework tasks", len(plan.homework), len(expected))
    for task, want, text in zip(plan.homework, expected, TEXTS, strict=True):
        whole = {
            "subject": want["subject"],
            "text": want.get("text", text),
            "assigned": want["lesson_date"],
            "due": want["due"],
            "links": [],
        }
        yield Case(f"homework {want['subject']}", homework_values(task), whole)
        yield Case(f"homework {want['subject']} lesson", task.id.partition("/")[0], want["lesson_id"])
    for name, answer in json.loads((folder / "login.responses.json").read_text("utf-8")).items():
        if isinstance(answer, dict):
            got = outcome(partial(_plan, json.dumps(answer).encode()))
            yield Case(f"answer {name}", got, {"error": "LoginRequired" if name == "wrong" else "WrongPage"})


def _plan(body: bytes) -> Plan:
    query = Query("file:///page.html", ZoneInfo("Europe/Vilnius"), date(2026, 11, 23))
    return read(SOURCE, [Page(query.url, body)], query)
