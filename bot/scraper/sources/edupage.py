"""EduPage (aSc Timetables): the public timetable viewer of a school's site (SK, CZ, PL, EE, LV, LT and others)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from bot.errors import LoginRequired, NotReleased, SourceChanged, TruncatedPage, UnknownTarget, WrongPage
from bot.model import Lesson, Plan, Target, TargetKind
from bot.names import class_key, match_name, nearest_names
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.edupage_answers import answer_in, report_in, result_in, tables_in
from bot.scraper.edupage_dated import dated_of
from bot.scraper.edupage_tables import Row, Tables, bells_of, lessons_of, said, targets_of

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

    With a class's weekly plan come the substitutions of the next two school days, where they are public.
    The first request only gets the cookie without which every other is refused. Without a name the answers hold the
    lists of classes, teachers and rooms. Raises UnknownTarget, NotReleased when no timetable is visible, and what
    `parse` raises for an answer that is none.
    """
    parts = urlsplit(query.url)
    viewer = _Viewer(http, f"{parts.scheme}://{parts.netloc}", query)
    await viewer.open()
    listed = await viewer.call("/timetable/server/ttviewer.js", "getTTViewerData", viewer.year)
    answer = answer_in(listed)
    current = answer.get("current")
    refused = isinstance(current, Mapping) and current.get("allow") is False
    if not refused and (dated := await viewer.dated()):
        return dated
    pages: list[Page] = []
    found: list[Target] = []
    for number in timetables_on(answer, query.start or query.today)[:_MOST_TIMETABLES]:
        page = await viewer.call("/timetable/server/regulartt.js", "regularttGetData", number)
        tables = tables_in(page)
        if query.name and _wanted(query, tables):
            return (page, *await viewer.substitutions())
        pages.append(page)
        found += [target for target in targets_of(tables) if target.kind is query.kind]
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
            tables = tables_in(names)
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
            items = answer_in(page).get("ttitems")
        except (LoginRequired, SourceChanged):
            return ()
        if items == []:
            raise NotReleased("the school has published no dated plan for these days")
        return (names, page)

    async def substitutions(self) -> tuple[Page, ...]:
        """The reports of the next two school days among the asked ones; a report that nobody may see is left out."""
        if self.query.kind is not TargetKind.CLASS:
            return ()
        first = max(self.query.start or self.query.today, self.query.today)
        end = self.query.end or first + timedelta(days=7)
        span = (first + timedelta(days=step) for step in range(min(max((end - first).days, 0), 7)))
        reports = []
        for day in [day for day in span if day.weekday() < 5][:2]:
            asked = {"date": day.isoformat(), "mode": "classes"}
            try:
                page = await self.call("/substitution/server/viewer.js", "getSubstViewerDayDataHtml", asked)
                report_in(page, None)
            except (LoginRequired, SourceChanged, NotReleased, TruncatedPage, WrongPage):
                continue
            reports.append(page)
        return tuple(reports)


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
        answer = result_in(page)
        if isinstance(answer, str):
            plan = _with_report(plan, page, query, names=names, alone=len(pages) == 1)
        elif "ttitems" in answer:
            if not names.rows and not _only_events(answer["ttitems"]):
                raise SourceChanged("an EduPage plan with dates has only ids: its names are another answer")
            lessons, notices, free = dated_of(answer["ttitems"], names)
            held = {lesson.date for lesson in lessons if lesson.date} | {one.first for one in free}
            plan = replace(
                plan, lessons=lessons, notices=notices, free_days=free, days=tuple(sorted(held)), shape="dated"
            )
        elif "dbiAccessorRes" in answer or "tables" in answer:
            names = tables_in(page)
            try:
                plan = _with_tables(plan, names, query)
            except UnknownTarget as error:
                unknown = error
        elif "regular" in answer:
            timetables_on(answer, query.start or query.today)
            raise SourceChanged("a list of EduPage timetables: each of them is another answer (regularttGetData)")
        else:
            raise SourceChanged("an EduPage answer of an unknown kind")
    if unknown and not plan.lessons:
        raise unknown
    # Several timetables side by side are only fetched to list who is in them.
    return replace(plan, lessons=()) if not query.name and len(pages) > 1 and plan.shape != "dated" else plan


def _only_events(items: object) -> bool:
    """Whether no id has to be named: an event says its own name."""
    return (
        isinstance(items, list)
        and bool(items)
        and all(isinstance(item, Mapping) and said(item, "type") not in ("", "card") for item in items)
    )


def _with_report(plan: Plan, page: Page, query: Query, *, names: Tables, alone: bool) -> Plan:
    """The substitutions of a day, those of the wanted class only. Beside a weekly plan they speak for no day."""
    rows, notices, days = report_in(page, query.start if alone else None)
    if query.name and query.kind is TargetKind.CLASS:
        wanted = [names.rows["classes"][target.id] for target in _wanted(query, names)] if names.rows else []
        keys = {class_key(said(row, column)) for row in wanted for column in ("name", "short")} or {
            class_key(query.name)
        }
        rows = tuple(row for row in rows if keys & {class_key(name) for name in row.classes})
    return replace(
        plan,
        substitutions=plan.substitutions + rows,
        notices=tuple(dict.fromkeys(plan.notices + notices)),
        days=plan.days if plan.lessons else plan.days + days,
        shape=plan.shape or "substitutions",
    )


def _with_tables(plan: Plan, tables: Tables, query: Query) -> Plan:
    targets = targets_of(tables)
    wanted = _wanted(query, tables)
    if query.name and not wanted:
        names = [target.name for target in targets if target.kind is query.kind]
        raise UnknownTarget(query.name, nearest_names(query.name, names))
    lessons: tuple[Lesson, ...] = ()
    if "cards" in tables.rows or "lessons" in tables.rows:
        lessons = lessons_of(tables, wanted[0] if wanted else None)
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
