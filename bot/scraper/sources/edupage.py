"""EduPage (aSc Timetables): the public timetable viewer of a school's site (SK, CZ, PL, EE, LV, LT and others)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from bot.errors import LoginRequired, NotReleased, SourceChanged, TruncatedPage, UnknownTarget, WrongPage
from bot.model import Lesson, Plan, Target, TargetKind
from bot.names import class_key, match_name, nearest_names
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.edupage_dated import dated_of
from bot.scraper.edupage_substitutions import substitutions_of
from bot.scraper.edupage_tables import Row, Tables, bells_of, lessons_of, said, slim, tables_of, targets_of
from bot.scraper.page import text_of, why_not

_TABLES = {TargetKind.CLASS: "classes", TargetKind.TEACHER: "teachers", TargetKind.ROOM: "classrooms"}
_NEEDED = {
    "teachers": ["short", "name", "firstname", "lastname"],
    "classes": ["short", "name"],
    "classrooms": ["short", "name"],
    "subjects": ["short", "name"],
    "periods": ["short", "name", "period", "starttime", "endtime"],
}
_GSH = "00000000"  # the hash of a visitor who is not logged in
_MAX_BYTES = 4_000_000  # answers of 2 MB were seen
_MOST_TIMETABLES = 4  # a school with several campuses has one timetable for each, valid at the same time


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The dated plan of the asked days where the school publishes it, else the weekly plan valid on the first day.

    The first request only gets the cookie without which every other is refused. Without a name the answers hold the
    lists of classes, teachers and rooms. Raises UnknownTarget, NotReleased when no timetable is visible, and what
    `parse` raises for an answer that is none.
    """
    parts = urlsplit(query.url)
    viewer = _Viewer(http, f"{parts.scheme}://{parts.netloc}", query)
    await viewer.open()
    listed = await viewer.call("/timetable/server/ttviewer.js", "getTTViewerData", viewer.year)
    answer = _answer(listed)
    current = answer.get("current")
    refused = isinstance(current, Mapping) and current.get("allow") is False
    if not refused and (dated := await viewer.dated()):
        return dated
    pages: list[Page] = []
    found: list[Target] = []
    for number in timetables_on(answer, query.start or query.today)[:_MOST_TIMETABLES]:
        page = await viewer.call("/timetable/server/regulartt.js", "regularttGetData", number)
        targets = [target for target in _targets(page) if target.kind is query.kind]
        if query.name and _wanted(query, _tables(page)):
            return (page,)
        pages.append(page)
        found += targets
    if not pages:
        raise NotReleased("the school shows no EduPage timetable for that day")
    if query.name:
        raise UnknownTarget(query.name, nearest_names(query.name, [target.name for target in found]))
    return tuple(pages)


class _Viewer:
    """One visit: the address, the token and the school year that every call carries."""

    def __init__(self, http: Http, base: str, query: Query) -> None:
        self.http, self.base, self.query = http, base, query
        self.gsh = _GSH
        day = query.start or query.today
        self.year = day.year if day.month >= 8 else day.year - 1

    async def open(self) -> None:
        page = await self.http.get(f"{self.base}/timetable/")
        text = page.body.decode("utf-8", "replace")
        if given := re.search(r"""gsechash\s*=\s*["'](\w+)["']""", text):
            self.gsh = given[1]
        if turn := re.search(r"""schoolyear_turnover["']\s*:\s*["'](\d\d-\d\d)["']""", text):
            day = self.query.start or self.query.today
            self.year = day.year if f"{day:%m-%d}" >= turn[1] else day.year - 1

    async def call(self, path: str, function: str, *arguments: object) -> Page:
        body = {"__args": [None, *arguments], "__gsh": self.gsh}
        return await self.http.post(f"{self.base}{path}?__func={function}", json=body, max_bytes=_MAX_BYTES)

    async def dated(self) -> tuple[Page, ...]:
        """The main database and the dated plan; nothing where the school does not publish them.

        Raises NotReleased for days without any item: the weekly plan would promise lessons of a holiday.
        """
        try:
            names = await self.call("/rpr/server/maindbi.js", "mainDBIAccessor", self.year, {}, _fetch_parts())
            tables = _tables(names)
        except (LoginRequired, SourceChanged, NotReleased):
            return ()
        targets = targets_of(tables)
        if not targets:
            return ()
        if not self.query.name:
            return (names,)
        wanted = _wanted(self.query, tables)
        if not wanted:
            return ()
        first = self.query.start or self.query.today
        last = (self.query.end or first + timedelta(days=7)) - timedelta(days=1)
        asked = {
            "year": self.year,
            "datefrom": first.isoformat(),
            "dateto": last.isoformat(),
            "table": _TABLES[self.query.kind],
            "id": wanted[0].id,
            "showColors": True,
            "showIgroupsInClasses": False,
            "showOrig": True,
            "log_module": "CurrentTTView",
        }
        try:
            page = await self.call("/timetable/server/currenttt.js", "curentttGetData", asked)
            items = _answer(page).get("ttitems")
        except (LoginRequired, SourceChanged):
            return ()
        if items == []:
            raise NotReleased("the school has published no dated plan for these days")
        return (names, page)


def _fetch_parts() -> dict[str, object]:
    return {"op": "fetch", "needed_part": _NEEDED, "needed_combos": {}}


def timetables_on(answer: Row, day: date) -> list[str]:
    """The numbers of the visible timetables valid on a day, the likeliest first.

    The list is not sorted. A timetable is valid from its `datefrom` on: the latest comes first, among equals the
    school's default. Before the first of them the default is all there is.
    """
    regular = answer.get("regular")
    listed = regular.get("timetables") if isinstance(regular, Mapping) else None
    if not isinstance(regular, Mapping) or not isinstance(listed, list):
        raise SourceChanged("the EduPage answer has no list of timetables")
    default = said(regular, "default_num")
    visible = [row for row in listed if isinstance(row, Mapping) and not row.get("hidden") and said(row, "tt_num")]
    begun = [row for row in visible if said(row, "datefrom") <= day.isoformat()]
    order = sorted(begun, key=lambda row: (said(row, "datefrom"), said(row, "tt_num") == default), reverse=True)
    if not order:
        order = sorted(visible, key=lambda row: (said(row, "tt_num") != default, said(row, "datefrom")))[:1]
    return [said(row, "tt_num") for row in order]


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """Weekly lessons of timetable tables, dated lessons of a dated plan, substitutions of a report, lists of targets.

    With a name, the lessons of that class, teacher or room. Raises UnknownTarget, TruncatedPage for JSON that breaks
    off, WrongPage for HTML, LoginRequired when EduPage refuses, SourceChanged for JSON of another kind. A dated plan
    alone has only ids, so it is refused without the main database's answer beside it.
    """
    plan = Plan()
    names = Tables({})
    unknown: UnknownTarget | None = None
    for page in pages:
        answer = _result(page)
        if isinstance(answer, str):
            rows, notices, days = substitutions_of(answer, query.start)
            plan = replace(
                plan,
                substitutions=plan.substitutions + rows,
                notices=plan.notices + notices,
                days=plan.days + days,
                shape="substitutions",
            )
        elif "ttitems" in answer:
            if not names.rows:
                raise SourceChanged("an EduPage plan with dates has only ids: its names are another answer")
            lessons, notices = dated_of(answer["ttitems"], names)
            days = tuple(sorted({lesson.date for lesson in lessons if lesson.date}))
            plan = replace(plan, lessons=lessons, notices=notices, days=days, shape="dated")
        elif "dbiAccessorRes" in answer or "tables" in answer:
            names = _tables(page)
            try:
                plan = _with_tables(plan, names, query)
            except UnknownTarget as error:
                unknown = error
        elif "regular" in answer:
            timetables_on(answer, query.start or query.today)  # a list of timetables holds no plan, but must be one
            plan = replace(plan, shape=plan.shape or "timetables")
        else:
            raise SourceChanged("an EduPage answer of an unknown kind")
    if unknown and not plan.lessons:
        raise unknown
    # Several timetables side by side are only fetched to list who is in them.
    return replace(plan, lessons=()) if not query.name and len(pages) > 1 and plan.shape != "dated" else plan


def _with_tables(plan: Plan, tables: Tables, query: Query) -> Plan:
    targets = targets_of(tables)
    wanted = _wanted(query, tables)
    if query.name and not wanted:
        names = [target.name for target in targets if target.kind is query.kind]
        raise UnknownTarget(query.name, nearest_names(query.name, names))
    lessons: tuple[Lesson, ...] = ()
    if "cards" in tables.rows or "lessons" in tables.rows:
        lessons = lessons_of(tables)
        if query.name:
            key = class_key(wanted[0].name)
            lessons = tuple(lesson for lesson in lessons if key in map(class_key, _side(lesson, query.kind)))
            if not lessons:
                raise NotReleased(f"the EduPage timetable has no lesson of {wanted[0].name} yet")
    elif not targets:
        raise SourceChanged("the EduPage tables hold neither lessons nor classes")
    return replace(
        plan,
        targets=tuple(dict.fromkeys(plan.targets + targets)),
        lessons=plan.lessons + lessons,
        bells=plan.bells or bells_of(tables),
        shape=" ".join(sorted({"tables", *(table for table in tables.rows if table in _LANDMARKS)})),
    )


_LANDMARKS = frozenset({"cards", "lessons", "periods", "classes", "subjects", "teachers", "classrooms", "groups"})


def _side(lesson: Lesson, kind: TargetKind) -> tuple[str, ...]:
    return {TargetKind.CLASS: lesson.classes, TargetKind.TEACHER: lesson.teachers, TargetKind.ROOM: lesson.rooms}[kind]


def _wanted(query: Query, tables: Tables) -> list[Target]:
    """The target that the query names, by the name that is shown or the other one; [] if there is none."""
    if not query.name:
        return []
    targets = [target for target in targets_of(tables) if target.kind is query.kind]
    rows = tables.rows.get(_TABLES[query.kind], {})
    for names in (
        [target.name for target in targets],
        [said(rows[target.id], "short") for target in targets],
        [said(rows[target.id], "name") for target in targets],
    ):
        found = match_name(query.name, names)
        if found:
            return [targets[names.index(found)]]
    return []


def _targets(page: Page) -> tuple[Target, ...]:
    return targets_of(_tables(page))


def _tables(page: Page) -> Tables:
    answer = _answer(page)
    accessor = answer.get("dbiAccessorRes")
    return tables_of(accessor.get("tables") if isinstance(accessor, Mapping) else answer.get("tables"))


def _answer(page: Page) -> Row:
    """The result of a call that answers with an object."""
    answer = _result(page)
    if isinstance(answer, str):
        raise SourceChanged("EduPage answered with a report instead of data")
    return answer


def _result(page: Page) -> Row | str:
    """`r` of the answer. Raises what `parse` names."""
    text = text_of(page)
    if not text.lstrip().startswith(("{", "[")):
        raise why_not(text, "EduPage")
    try:
        values = json.loads(text, object_hook=slim)
    except (ValueError, RecursionError):
        if '"r"' in text[:200] or text.lstrip().startswith('{"'):
            raise TruncatedPage("the EduPage answer breaks off") from None
        raise WrongPage("the answer is not EduPage's") from None
    if not isinstance(values, Mapping) or not {"r", "reload", "e"} & set(values):
        raise WrongPage("JSON, but not an answer of EduPage")
    result = values.get("r")
    error = result.get("error") if isinstance(result, Mapping) else values.get("e")
    if values.get("reload") or (isinstance(result, Mapping) and result.get("asklogin")):
        raise LoginRequired("EduPage asks for a login")
    if error:
        raise (
            LoginRequired("EduPage refuses the timetable to visitors")
            if _refusal(error)
            else SourceChanged("EduPage answered with an error")
        )
    if isinstance(result, str) and result.strip():
        return result
    if not isinstance(result, Mapping):
        raise SourceChanged("an EduPage answer without a result")
    return result


def _refusal(error: object) -> bool:
    return bool(re.search(r"insuf|privileg|permission|login|oprávnen|uprawn", str(error), re.I))


def recognise(page: Page) -> float:
    """1.0 for the viewer's own JSON, a strong hint for a host of edupage.org."""
    head = page.body[:4000].lstrip()
    if head.startswith(b"{"):
        marks = (
            b'"dbiAccessorRes"',
            b'"ttitems"',
            b'"timetables"',
            b'"default_num"',
            b'"data_rows"',
            b"print-font-resizable",
            b"nosubst",
        )
        return 1.0 if re.search(rb'"r"\s*:', head) and any(mark in page.body for mark in marks) else 0.0
    host = urlsplit(page.url).hostname or ""
    return 0.9 if host.endswith(".edupage.org") else 0.0


SOURCE = Source(
    id="edupage",
    title="EduPage / aSc Timetables",
    country="SK",
    example_url="https://school.edupage.org/timetable/",
    scope="target",
    delivers=("lessons", "substitutions", "notices", "classes", "teachers", "rooms"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
    experimental="dated plan and substitutions: no real recording was seen",
    min_interval=3600,
)
