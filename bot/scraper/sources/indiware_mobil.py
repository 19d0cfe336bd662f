"""Indiware mobil (stundenplan24 "mobdaten"): the whole plan of a day with its changes, all classes in one file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from bot.errors import NotReleased, SourceChanged
from bot.model import Bell, Lesson, Notice, Plan, Substitution, Target, TargetKind
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.german import date_in, free_days, instant_in, names_in
from bot.scraper.indiware_mobil_slot import Owner, Slot, read_slot, slot_of, text_in
from bot.scraper.page import clock_time, squeeze, text_of, why_not
from bot.scraper.xmltree import sections

# A class is read part by part: at some schools the week of one is a large document.
_PARTS = frozenset(
    {"Kopf", "ft", "Klassen", "Kl", "Kurz", "KlStunden", "Unterricht", "Pl", "Std", "Klausur", "ZiZeile"}
)
_ROOT = re.compile(r"<VpMobil[\s>/]")
_MOST_DAYS = 28


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """`mobdaten/PlanKlYYYYMMDD.xml` of each school day asked for; `Klassen.xml`, the newest day, for the class list.

    404 is a day without a plan. Raises NotReleased when none of the days has one.
    """
    auth = (query.username or "schueler", query.password) if query.password else None
    base = _base(query.url)
    if query.start is None:
        return (await http.get(base + "Klassen.xml", auth=auth),)
    end = query.end or query.start + timedelta(days=7)
    days = [query.start + timedelta(days=step) for step in range(min((end - query.start).days, _MOST_DAYS))]
    pages = []
    for day in days:
        if day.weekday() < 5:
            page = await http.get_or_none(f"{base}PlanKl{day:%Y%m%d}.xml", auth=auth)
            if page is not None:
                pages.append(page)
    if not pages and not query.name:
        pages.append(await http.get(base + "Klassen.xml", auth=auth))
    if not pages:
        raise NotReleased("the school has published no plan for these days yet")
    return tuple(pages)


def _base(url: str) -> str:
    """The address of the `mobdaten/` folder, from that of the school, of its mobile plan or of one of its files."""
    parts = urlsplit(url)
    path = re.sub(r"/mobdaten(?:/[^/]*)?$", "", re.sub(r"/[^/]*\.html?$", "/", parts.path)).rstrip("/")
    if re.fullmatch(r"/\d{8}", path):
        path += "/mobil"
    return f"{parts.scheme}://{parts.netloc}{path}/mobdaten/"


@dataclass(slots=True)
class _Row:
    """A row of the substitution plan, and the names of all whom it is written for, in their order."""

    row: Substitution
    names: dict[str, None]


@dataclass(slots=True)
class _Day:
    """What one file says."""

    day: date
    kind: TargetKind = TargetKind.CLASS
    week: str = ""
    stamp: str = ""
    school: str = ""
    targets: list[Target] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    rows: dict[Substitution, _Row] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    exams: dict[str, None] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)
    bells: Counter[tuple[Bell, ...]] = field(default_factory=Counter)


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """The days of the pages; the first page that speaks of a day counts. Errors as in the contract."""
    days: dict[date, _Day] = {}
    for page in pages:
        found = _read(text_of(page))
        days.setdefault(found.day, found)
    every = list(days.values())
    stamps = [instant for day in every if (instant := instant_in(day.stamp, query.timezone))]
    bells: Counter[tuple[Bell, ...]] = sum((day.bells for day in every), Counter())
    return Plan(
        school=next((day.school for day in every if day.school), ""),
        updated=max(stamps, default=None),
        targets=tuple(dict.fromkeys(target for day in every for target in day.targets)),
        lessons=tuple(lesson for day in every for lesson in day.lessons),
        substitutions=tuple(row for day in every for row in _merged(day)),
        notices=tuple(notice for day in every for notice in _notices(day)),
        free_days=free_days(code for day in every for code in day.free),
        bells=bells.most_common(1)[0][0] if bells else (),
        days=tuple(days),
        shape="|".join(sorted({f"mobil({day.kind})" for day in every})),
    )


def _notices(day: _Day) -> Iterator[Notice]:
    for line in day.notes:
        yield Notice(line, day.day)
    if day.exams:  # an exam of a course stands in each of its classes
        yield Notice("\n".join(["Klausuren:", *day.exams]), day.day)


def _read(text: str) -> _Day:
    if not _ROOT.search(text[:3000]):
        raise why_not(text, "Indiware mobil")
    day: _Day | None = None
    current = Owner()
    listed = False
    free: list[str] = []
    for element in sections(text, _PARTS):
        if element.tag == "Kopf":
            day = _headed(element)
        elif element.tag == "ft":
            free.append(text_in(element))
        elif day is None:
            raise SourceChanged("the plan's classes stand before its heading")
        elif element.tag == "Klassen":
            listed = True
        elif element.tag == "ZiZeile":
            if line := text_in(element):
                day.notes.append(line)
        elif element.tag == "Klausur":
            day.exams[squeeze(" ".join(element.itertext()))] = None
        elif element.tag == "Kl":
            _end_class(current, day)
            current = Owner()
        else:
            _read_part(element, current, day)
    if day is None or not listed:
        raise SourceChanged("the plan has no list of classes")
    day.free = free
    return day


def _headed(head: Element) -> _Day:
    found = date_in(text_in(head.find("DatumPlan")))
    if found is None:
        raise SourceChanged("the plan's heading names no date")
    kind = text_in(head.find("planart")) or "K"
    if kind not in ("K", "L"):
        raise SourceChanged(f"a plan of the kind {kind!r} is not read: use the plan of the classes")
    return _Day(
        found,
        kind=TargetKind.CLASS if kind == "K" else TargetKind.TEACHER,
        week=text_in(head.find("woche")),
        stamp=text_in(head.find("zeitstempel")),
        school=text_in(head.find("schulname")),
    )


def _read_slot(slot: Slot, of: Owner, day: _Day) -> None:
    """Note a `Std` as a lesson, and as a row of the substitution plan when it has a remark or a changed mark."""
    lesson, row = read_slot(slot, of, kind=day.kind, day=day.day, week=day.week)
    day.lessons.append(lesson)
    if row is not None:
        known = day.rows.setdefault(replace(row, classes=()), _Row(row, {}))
        known.names.update(dict.fromkeys(row.classes))


def _end_class(of: Owner, day: _Day) -> None:
    if not of.name:
        raise SourceChanged("a class of the plan has no name")
    if not of.planned:
        raise SourceChanged(f"the class {of.name} has no plan")
    for slot in of.waiting:
        _read_slot(slot, of, day)
    day.targets.append(Target(day.kind, of.name, of.name))


def _read_part(node: Element, of: Owner, day: _Day) -> None:
    """A part of a class. A lesson needs its name and its courses, which stand before it in the plans of today."""
    if node.tag == "Std":
        slot = slot_of(node)
        if of.name and of.prepared:
            _read_slot(slot, of, day)
        else:
            of.waiting.append(slot)
    elif node.tag == "Pl":
        of.planned = True
    elif node.tag == "Kurz":
        of.name = of.name or text_in(node)
    elif node.tag == "Unterricht":
        of.groups = {text_in(course): names_in(course.get("UeGr", "")) for course in node.iterfind("Ue/UeNr")}
        of.prepared = True
    else:
        of.times = {
            text_in(slot): (clock_time(slot.get("ZeitVon", "")), clock_time(slot.get("ZeitBis", "")))
            for slot in node.iterfind("KlSt")
        }
        bells = tuple(Bell(period, start, end) for period, (start, end) in of.times.items() if start and end)
        if bells:
            day.bells[bells] += 1


def _merged(day: _Day) -> Iterator[Substitution]:
    """Equal rows of several classes as one row with all of them, where the first of them stands."""
    for known in day.rows.values():
        names = tuple(known.names)
        yield known.row if names == known.row.classes else replace(known.row, classes=names)


def recognise(page: Page) -> float:
    """By the root element; an address with "mobdaten" is a strong hint, the mobile plan's folder a weak one."""
    if page.body:
        return 1.0 if b"<VpMobil" in page.body[:3000] else 0.0
    path = urlsplit(page.url).path
    if "/mobdaten" in path:
        return 0.9
    if (urlsplit(page.url).hostname or "").endswith("stundenplan24.de") and re.fullmatch(r"/\d{8}/?", path):
        return 0.7
    return 0.7 if re.search(r"/\d{8}/mobil\b|/plankl\.html", path) else 0.0


SOURCE = Source(
    id="indiware-mobil",
    title="Indiware mobil (stundenplan24)",
    country="DE",
    example_url="https://www.stundenplan24.de/12345678/mobil/",
    scope="school",
    delivers=("lessons", "substitutions", "notices", "classes"),
    needs="the school's shared password",
    fetch=fetch,
    parse=parse,
    recognise=recognise,
)
