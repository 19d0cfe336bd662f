"""Optivum: the recorders' own expected days, the lists, and whole rows read by hand from the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.model import Lesson, Plan
from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.report import lesson_values, target_values
from bot.scraper.sources.optivum import SOURCE
from tools.conformance.case import Case, outcome

Rows = list[dict[str, object]]

TARGETS = [
    ("class", "o1", "1Tc"),
    ("class", "o2", "1Ti"),
    ("teacher", "n1", "I.Ochocki (Io)"),
    ("teacher", "n3", "M.Oleszkiewicz (Mo)"),
    ("room", "s1", "16 prac. geograficzna"),
    ("room", "s2", "17 prac. fizyczna"),
]
DAYS = {
    "timetable-parser-js/fixtures/oddzial.html": "class-days.json",
    "timetable-parser-js/fixtures/plain-oddzial.html": "plain-class-days.json",
    "timetable-parser-js/fixtures/sala.html": "room-days.json",
}


def cases(samples: Path) -> Iterator[Case]:
    folder = samples / "optivum"
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        if path.name == "index.html":
            yield Case(f"{name} alone", outcome(partial(_plan, path)), {"error": "SourceChanged"})
        elif path.name.startswith("lista"):
            got = [tuple(target_values(target).values()) for target in _plan(path).targets]
            yield Case(f"{name} targets", got, TARGETS)
        else:
            yield from _of_plan(folder, name, _plan(path))


def _of_plan(folder: Path, name: str, plan: Plan) -> Iterator[Case]:
    if name in DAYS:
        want = json.loads((folder / "timetable-parser-js/expected" / DAYS[name]).read_text("utf-8"))
        yield Case(
            f"{name} days", _days(plan, len(want[0])), [[[_view(row) for row in slot] for slot in day] for day in want]
        )
    rows = [lesson_values(lesson) for lesson in plan.lessons]
    for number, whole in enumerate(WHOLE[name], 1):
        yield Case(f"{name} row {number}", [row for row in rows if _slot(row) == _slot(whole[0])], whole)


def _plan(path: Path) -> Plan:
    query = Query(f"file:///{path.name}", ZoneInfo("Europe/Warsaw"), date(2026, 11, 23))
    return read(SOURCE, [Page(query.url, path.read_bytes())], query)


def _days(plan: Plan, slots: int) -> list[list[list[dict[str, str]]]]:
    """Our lessons as the recorders list them: per day and row; one entry for each class of a joint lesson."""
    days: list[list[list[dict[str, str]]]] = [[[] for _ in range(slots)] for _ in range(5)]
    first = min(int(lesson.periods[0]) for lesson in plan.lessons)
    room = bool(plan.lessons[0].teachers and "prac." in plan.lessons[0].rooms[0])
    for lesson in plan.lessons:
        assert lesson.weekday is not None
        slot = days[lesson.weekday][int(lesson.periods[0]) - first]
        slot.extend(_entry(lesson, name if room else "", room=room) for name in lesson.classes)
    return days


def _entry(lesson: Lesson, class_name: str, *, room: bool) -> dict[str, str]:
    """A "#" code, which stands where a teacher stands, is part of the subject in the recorders' reading."""
    codes = [name for name in lesson.teachers if name.startswith("#")]
    values = {
        "groupName": "".join(lesson.groups),
        "subject": " ".join([lesson.subject, *codes]),
        "teacher": "".join(name for name in lesson.teachers if name not in codes),
        "room": "" if room else "".join(lesson.rooms),
        "className": class_name,
    }
    return {key: value for key, value in values.items() if value}


def _view(row: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in row.items() if not key.endswith("Id") and value}


def _slot(row: dict[str, object]) -> tuple[object, object]:
    return row["weekday"], row["periods"]


def _row(weekday: int, period: str, hours: str, subject: str, **more: list[str]) -> dict[str, object]:
    start, _, end = hours.partition("-")
    return {
        "date": None, "weekday": weekday, "week": "", "periods": [period], "start": start, "end": end,
        "subject": subject, "teachers": [], "rooms": [], "classes": [], "groups": [],
        "status": "planned", "was": {}, "note": "", **more,
    }  # fmt: skip


_3TI = {"classes": ["3Ti"]}
_4AS = {"classes": ["4as 4TMt"]}
_21 = {"rooms": ["21 prac. historii"]}


def _of_class(first: int) -> list[Rows]:
    """The class page of both recorders; one of them counts the periods from 1, the other from 2."""
    return [
        [
            _row(0, str(first), "08:00-08:45", "sieci.komput", teachers=["Dr"], rooms=["35"], groups=["2/2"], **_3TI),
        ],
        [
            _row(
                2, str(first + 1), "08:50-09:35", "met.programo", teachers=["PB"], rooms=["34"], groups=["1/2"], **_3TI
            ),
            _row(
                2, str(first + 1), "08:50-09:35", "sieci.komput", teachers=["Dr"], rooms=["35"], groups=["2/2"], **_3TI
            ),
        ],
        [
            _row(3, str(first + 1), "08:50-09:35", "religia", teachers=["KG"], rooms=["3"], **_3TI),
        ],
    ]


WHOLE: dict[str, list[Rows]] = {
    "timetable-parser-js/fixtures/oddzial.html": [
        *_of_class(2),
        [
            _row(3, "11", "15:40-16:25", "r_geografia", teachers=["#2ge"], rooms=["16"], groups=["2/3"], **_3TI),
            _row(3, "11", "15:40-16:25", "r_informat.", teachers=["#2in"], rooms=["33"], groups=["3/3"], **_3TI),
        ],
        [_row(4, "11", "15:40-16:25", "Zajęcia dodatkowe", **_3TI)],
    ],
    "timetable-parser-js/fixtures/plain-oddzial.html": [
        [_row(0, "0", "07:10-07:55", "ckz", **_4AS)],
        [_row(3, "0", "07:10-07:55", "j.polski", teachers=["KA"], rooms=["22"], **_4AS)],
        [_row(1, "1", "08:00-08:45", "zaj. wych.", teachers=["LG"], rooms=["27"], **_4AS)],
    ],
    "timetable-parser-js/fixtures/sala.html": [
        [_row(0, "1", "08:00-08:45", "u_hist.i sp.", teachers=["Kr"], classes=["4Tm"], **_21)],
        [_row(1, "1", "08:00-08:45", "r_geografia", teachers=["Kr"], classes=["4Tp"], groups=["2/3"], **_21)],
        [
            _row(
                3,
                "1",
                "08:00-08:45",
                "r_informat.",
                teachers=["Dę"],
                classes=["3Tk", "3Tp", "3Te"],
                groups=["3/3"],
                **_21,
            ),
        ],
    ],
    "timetable-parser-php/oddzial.html": [
        *_of_class(1),
        [_row(3, "3", "09:40-10:25", "j.polski", teachers=["ZJ"], rooms=["16"], **_3TI)],
    ],
    "timetable-parser-php/sala.html": [
        [_row(0, "8", "14:00-14:45", "biologia", teachers=["RM"], classes=["1Ti"], **_21)],
        [_row(2, "11", "16:35-17:20", "wos", teachers=["Ho"], classes=["3Ze"], **_21)],
        [_row(4, "9", "14:50-15:35", "wos", teachers=["Ho"], classes=["3Zb"], **_21)],
    ],
}
