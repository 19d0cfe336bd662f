"""EduPage (aSc Timetables): the public timetable viewer of a school's site (SK, CZ, PL, EE, LV, LT and others)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from bot.errors import SourceChanged, UnknownTarget
from bot.model import Lesson, Plan, TargetKind
from bot.names import class_key, nearest_names
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.edupage_answers import report_in, result_in, tables_in
from bot.scraper.edupage_dated import dated_of
from bot.scraper.edupage_list import joined, mark_of, timetables_on
from bot.scraper.edupage_tables import Tables, bells_of, lessons_of, said, target_named, targets_of
from bot.scraper.edupage_visit import Viewer


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The dated plan of the asked days where the school publishes it, else the weekly plans valid on them.

    With a class's weekly plan come the substitutions of the next two school days, where they are public.
    The first request only gets the cookie without which every other is refused. Without a name the answers hold the
    lists of classes, teachers and rooms. Raises UnknownTarget, NotReleased when no timetable is visible, what
    `Viewer.dated` says of a dated plan that fails, and what `parse` raises for an answer that is none.
    """
    viewer = Viewer(http, query)
    await viewer.open()
    offer = await viewer.listed()
    return await viewer.dated(offer) or await viewer.weekly(offer)


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """Weekly lessons of timetable tables, dated lessons of a dated plan, substitutions of a report, lists of targets.

    With a name, the lessons of that class, teacher or room. Raises UnknownTarget, TruncatedPage for JSON that breaks
    off, WrongPage for HTML, LoginRequired when EduPage refuses, SourceChanged for JSON of another kind. A dated plan
    alone has only ids, so it is refused without the main database's answer beside it.
    """
    plan = Plan()
    names = Tables({})
    unknown: UnknownTarget | None = None
    parts: list[tuple[date | None, tuple[Lesson, ...]]] = []
    partial = False
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
            names, mark, before = tables_in(page), mark_of(page), len(plan.lessons)
            partial = partial or mark.partial
            try:
                plan = _with_tables(plan, names, query)
            except UnknownTarget as error:
                unknown = error
            else:
                parts.append((mark.begin, plan.lessons[before:]))
        elif "regular" in answer:
            timetables_on(answer, query.start or query.today)
            raise SourceChanged("a list of EduPage timetables: each of them is another answer (regularttGetData)")
        else:
            raise SourceChanged("an EduPage answer of an unknown kind")
    if unknown and not plan.lessons:
        raise unknown
    plan = replace(plan, whole_list=not partial)
    if any(begin for begin, _ in parts):
        return joined(plan, parts, query)
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
        wanted = target_named(names, query.kind, query.name)
        row = names.rows["classes"][wanted.id] if wanted else {"name": query.name}
        keys = {class_key(said(row, column)) for column in ("name", "short")} - {""}
        rows = tuple(one for one in rows if keys & {class_key(name) for name in one.classes})
    return replace(
        plan,
        substitutions=plan.substitutions + rows,
        notices=tuple(dict.fromkeys(plan.notices + notices)),
        days=plan.days if plan.lessons else plan.days + days,
        shape=plan.shape or "substitutions",
    )


def _with_tables(plan: Plan, tables: Tables, query: Query) -> Plan:
    targets = targets_of(tables)
    wanted = target_named(tables, query.kind, query.name) if query.name else None
    if query.name and not wanted:
        names = [target.name for target in targets if target.kind is query.kind]
        raise UnknownTarget(query.name, nearest_names(query.name, names))
    lessons: tuple[Lesson, ...] = ()
    if "cards" in tables.rows or "lessons" in tables.rows:
        lessons = lessons_of(tables, wanted)
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
    experimental="dated plan and substitutions: only recordings of single answers were seen, of no whole visit",
    min_interval=3600,
)
