"""Indiware mobil (stundenplan24 "mobdaten"): the whole plan of a day with its changes, all classes in one file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from bot.errors import NotReleased, SourceChanged
from bot.model import UNCHANGED, Bell, Kind, Lesson, Notice, Plan, Status, Substitution, Target, TargetKind, Was
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.german import date_in, free_days, instant_in, names_in, published
from bot.scraper.page import clock_time, period_labels, remembered, squeeze, text_of, why_not
from bot.scraper.remarks import Remark, read_remark
from bot.scraper.xmltree import sections

# A class is read part by part: at some schools the week of one is a large document.
_PARTS = frozenset({"Kopf", "ft", "Klassen", "Kl", "Kurz", "KlStunden", "Unterricht", "Pl", "Std", "ZiZeile"})
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
    if copied := re.fullmatch(r"(.*/)(?:PlanKl\d{8}|Klassen)\.xml", parts.path):  # a school may keep them in any folder
        return f"{parts.scheme}://{parts.netloc}{copied[1]}"
    path = re.sub(r"/mobdaten(?:/[^/]*)?$", "", re.sub(r"/[^/]*\.html?$", "/", parts.path)).rstrip("/")
    if re.fullmatch(r"/\d{8}", path):
        path += "/mobil"
    return f"{parts.scheme}://{parts.netloc}{path}/mobdaten/"


@dataclass(slots=True)
class _Row:
    """A row of the substitution plan, and the names of all whom it is written for, in their order."""

    row: Substitution
    names: dict[str, None]


@dataclass(frozen=True, slots=True)
class _Slot:
    """A `Std` as published: the texts of its fields, and which of them are marked as changed."""

    said: dict[str, str]
    marks: frozenset[str]


@dataclass(slots=True)
class _Class:
    """The class that is being read: its name, its bells, the groups of its courses by their number.

    `waiting` are lessons that stand before the class's courses: they can be read when the class ends.
    """

    name: str = ""
    times: dict[str, tuple[time | None, time | None]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    planned: bool = False
    prepared: bool = False
    waiting: list[_Slot] = field(default_factory=list)


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
    rows: dict[tuple[object, ...], _Row] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
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
        notices=tuple(Notice(line, day.day) for day in every for line in day.notes),
        free_days=free_days(code for day in every for code in day.free),
        bells=bells.most_common(1)[0][0] if bells else (),
        days=tuple(days),
        shape="|".join(sorted({f"mobil({day.kind})" for day in every})),
    )


def _read(text: str) -> _Day:
    if not _ROOT.search(text[:3000]):
        raise why_not(text, "Indiware mobil")
    day: _Day | None = None
    current = _Class()
    listed = False
    free: list[str] = []
    for element in sections(text, _PARTS):
        if element.tag == "Kopf":
            day = _headed(element)
        elif element.tag == "ft":
            free.append(_text(element))
        elif day is None:
            raise SourceChanged("the plan's classes stand before its heading")
        elif element.tag == "Klassen":
            listed = True
        elif element.tag == "ZiZeile":
            if line := _text(element):
                day.notes.append(line)
        elif element.tag == "Kl":
            _end_class(current, day)
            current = _Class()
        else:
            _read_part(element, current, day)
    if day is None or not listed:
        raise SourceChanged("the plan has no list of classes")
    day.free = free
    return day


def _headed(head: Element) -> _Day:
    found = date_in(_text(head.find("DatumPlan")))
    if found is None:
        raise SourceChanged("the plan's heading names no date")
    kind = _text(head.find("planart")) or "K"
    if kind not in ("K", "L"):
        raise SourceChanged(f"a plan of the kind {kind!r} is not read: use the plan of the classes")
    return _Day(
        found,
        kind=TargetKind.CLASS if kind == "K" else TargetKind.TEACHER,
        week=_text(head.find("woche")),
        stamp=_text(head.find("zeitstempel")),
        school=_text(head.find("schulname")),
    )


def _end_class(of: _Class, day: _Day) -> None:
    if not of.name:
        raise SourceChanged("a class of the plan has no name")
    if not of.planned:
        raise SourceChanged(f"the class {of.name} has no plan")
    for slot in of.waiting:
        _read_slot(slot, of, day)
    day.targets.append(Target(day.kind, of.name, of.name))


def _read_part(node: Element, of: _Class, day: _Day) -> None:
    """A part of a class. A lesson needs its name and its courses, which stand before it in the plans of today."""
    if node.tag == "Std":
        slot = _slot(node)
        if of.name and of.prepared:
            _read_slot(slot, of, day)
        else:
            of.waiting.append(slot)
    elif node.tag == "Pl":
        of.planned = True
    elif node.tag == "Kurz":
        of.name = of.name or _text(node)
    elif node.tag == "Unterricht":
        of.groups = {_text(course): names_in(course.get("UeGr", "")) for course in node.iterfind("Ue/UeNr")}
        of.prepared = True
    else:
        of.times = {
            _text(slot): (clock_time(slot.get("ZeitVon", "")), clock_time(slot.get("ZeitBis", "")))
            for slot in node.iterfind("KlSt")
        }
        bells = tuple(Bell(period, start, end) for period, (start, end) in of.times.items() if start and end)
        if bells:
            day.bells[bells] += 1


def _slot(node: Element) -> _Slot:
    said = {child.tag: _text(child) for child in node}
    if "St" not in said or "Fa" not in said:
        raise SourceChanged("a lesson of the plan has no number or no subject")
    return _Slot(said, frozenset(child.tag for child in node if child.attrib and _is_marked(child)))


def _read_slot(slot: _Slot, of: _Class, day: _Day) -> None:
    """A `Std` is a lesson, and a row of the substitution plan when it has a remark or a changed mark."""
    said, marks = slot.said, slot.marks
    subject, room = published(said["Fa"]), published(said.get("Ra", ""))
    people = names_in(said.get("Le", ""))
    note = said.get("If", "")
    remark = read_remark(note, day.day)
    of_class = day.kind is TargetKind.CLASS
    teachers, classes = (people, (of.name,)) if of_class else ((of.name,), people)
    was = _was(remark, subject, teachers, of_class=of_class)
    if remark.now:
        teachers = remark.now
    kind = _kind(remark, marks, subject=subject, room=room, people=people)
    periods = period_labels(said["St"])
    start, end = clock_time(said.get("Beginn", "")), clock_time(said.get("Ende", ""))
    if periods:
        start = start or of.times.get(periods[0], (None, None))[0]
        end = end or of.times.get(periods[-1], (None, None))[1]
    rooms, groups = names_in(room), names_in(said.get("Ku2", ""))
    lesson = Lesson(
        subject=subject,
        date=day.day,
        weekday=day.day.weekday(),
        week=day.week,
        periods=periods,
        start=start,
        end=end,
        teachers=teachers,
        rooms=rooms,
        classes=classes,
        groups=groups or of.groups.get(said.get("Nr", ""), ()),
        status=_status(kind, remark, marks, subject),
        was=was,
        note=remark.note,
    )
    day.lessons.append(lesson)
    if not note and not marks:
        return
    alike = (kind, periods, subject, teachers, rooms, groups, remark.label, was, remark.note)
    known = day.rows.get(alike)
    if known is None:
        row = Substitution(
            kind=kind,
            date=day.day,
            periods=periods,
            classes=classes,
            subject=subject,
            teachers=teachers,
            rooms=rooms,
            groups=groups,
            label=remark.label,
            was=was,
            note=remark.note,
        )
        known = day.rows[alike] = _Row(row, {})
    known.names.update(dict.fromkeys(classes))


def _is_marked(node: Element) -> bool:
    """`FaAe="FaGeaendert"`: the field differs from the regular plan."""
    return any(key.endswith("Ae") and value for key, value in node.items())


def _was(remark: Remark, subject: str, teachers: tuple[str, ...], *, of_class: bool) -> Was:
    """What the remark says of the time before. In a teacher's plan the names in a remark are classes."""
    names = remark.teachers or None
    was = Was(
        subject=remark.subject if remark.subject and remark.subject != subject else None,
        teachers=names if of_class and names != teachers else None,
        classes=None if of_class else names,
        date=remark.from_date,
        periods=remark.from_periods or None,
    )
    return was or UNCHANGED


def _kind(remark: Remark, marks: frozenset[str], *, subject: str, room: str, people: tuple[str, ...]) -> Kind:
    nothing = not subject and not people and not room
    if remark.kind is not None and not (nothing and remark.kind is Kind.SUBSTITUTION and not remark.label):
        return remark.kind
    if nothing:
        return Kind.CANCELLED
    if marks == {"Ra"} and room:
        return Kind.ROOM
    return Kind.SUBSTITUTION if marks else Kind.OTHER


def _status(kind: Kind, remark: Remark, marks: frozenset[str], subject: str) -> Status:
    """A lesson that was moved away does not take place here; one that was moved in does."""
    if kind is Kind.CANCELLED or remark.away:
        return Status.CANCELLED
    if kind is Kind.MOVED:
        return Status.MOVED
    return Status.CHANGED if marks or remark.kind is not None or not subject else Status.PLANNED


def _merged(day: _Day) -> Iterator[Substitution]:
    """Equal rows of several classes as one row with all of them, where the first of them stands."""
    for known in day.rows.values():
        names = tuple(known.names)
        yield known.row if names == known.row.classes else replace(known.row, classes=names)


def _text(node: Element | None) -> str:
    """The text of an element; `&nbsp;` may be written twice over and is nothing."""
    if node is None:
        return ""
    return _shown("".join(node.itertext()) if len(node) else node.text or "")


@remembered
def _shown(text: str) -> str:
    return squeeze(text.replace("&nbsp;", " "))


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
