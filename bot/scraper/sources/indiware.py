"""Indiware substitution plans ("vplan") as XML and as HTML: the same plan in two dresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from bot.errors import NotReleased, SourceChanged, TruncatedPage
from bot.model import UNCHANGED, Kind, Notice, Plan, Substitution, Was
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.german import date_in, free_days, instant_in, names_in, published
from bot.scraper.page import period_labels, squeeze, text_of, why_not
from bot.scraper.remarks import Remark, read_remark
from bot.scraper.rowstream import End, Mark, Row, TableStart, must_close, stream, visible
from bot.scraper.xmltree import sections

# The XML names its lists by tag; the HTML of the same plan prints these words before them.
_HEAD_LISTS = {
    "abwesendl": "Abwesende Lehrer",
    "abwesendk": "Abwesende Klassen",
    "abwesendr": "Nicht verfügbare Räume",
    "aenderungl": "Lehrer mit Änderung",
    "aenderungk": "Klassen mit Änderung",
}
_FIELDS = ("klasse", "stunde", "fach", "lehrer", "raum", "vfach", "vlehrer", "vraum", "info")
_HEADER_WORDS = {"klasse/kurs": "klasse", "std.": "stunde", "pos": "stunde"} | {name: name for name in _FIELDS}
_XML_ROOT = re.compile(r"<vp[\s>]")
_XML_PARTS = frozenset({"kopf", "haupt", "aktion", "fussinfo", "aufsichtinfo", "klausur", "ft"})
_LANDMARK = re.compile(r"""class\s*=\s*["']?(?:vpfuer|th?l?planklasse|tdaktionen)""", re.I)
_NO_CHANGES = re.compile(r"\bkeine\s+(?:vertretung|änderung|aktionen|geänderten)", re.I)
_SCHOOL = re.compile(r"^(/\d{8}/vplan)/?(?:[\w-]*\.html?)?$")
_SUPERVISION = "Geänderte Aufsichten:"
_EXAMS = "Klausuren:"
_Value = TypeVar("_Value", str, tuple[str, ...])


@dataclass(slots=True)
class _Day:
    """A day of the plan as published: its heading, when it was made, the texts around it, the rows."""

    title: str
    stamp: str = ""
    school: str = ""
    head: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    supervision: list[str] = field(default_factory=list)
    exams: list[str] = field(default_factory=list)
    rows: list[Substitution] = field(default_factory=list)
    listed: bool = False
    day: date = date.min


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The plan's file; of a stundenplan24 address ("/12345678/vplan/") the file of each school day asked for.

    A day without a file is a day that is not released. The school's shared login is basic auth.
    """
    auth = (query.username or "schueler", query.password) if query.password else None
    parts = urlsplit(query.url)
    match = _SCHOOL.match(parts.path)
    if not match:
        return (await http.get(query.url, auth=auth),)
    start = query.start or query.today
    days = [start + timedelta(days=step) for step in range(((query.end or start + timedelta(days=7)) - start).days)]
    pages = []
    for day in days:
        if day.weekday() < 5:
            url = f"{parts.scheme}://{parts.netloc}{match[1]}/vdaten/VplanKl{day:%Y%m%d}.xml"
            page = await http.get_or_none(url, auth=auth)
            if page is not None:
                pages.append(page)
    if not pages:
        raise NotReleased("the school has published no plan for these days yet")
    return tuple(pages)


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """The days that the pages hold, the first page that speaks of a day counting. Errors as in the contract."""
    days: dict[date, _Day] = {}
    free: list[str] = []
    shapes: list[str] = []
    for page in pages:
        text = text_of(page)
        found, shape = _xml_days(text, free) if _XML_ROOT.search(text[:3000]) else _html_days(text)
        shapes.append(shape)
        for day in found:
            days.setdefault(day.day, day)
    notices = tuple(notice for day in days.values() for notice in _notices(day))
    return Plan(
        school=next((day.school for day in days.values() if day.school), ""),
        updated=_updated([day.stamp for day in days.values()], query),
        substitutions=tuple(row for day in days.values() for row in day.rows),
        notices=notices,
        free_days=free_days(free),
        days=tuple(day.day for day in days.values() if day.listed),
        shape="|".join(dict.fromkeys(shapes)),
    )


def _updated(stamps: list[str], query: Query) -> datetime | None:
    return max((instant for stamp in stamps if (instant := instant_in(stamp, query.timezone))), default=None)


def _notices(day: _Day) -> Iterator[Notice]:
    for text in day.head:
        yield Notice(text, day.day)
    if day.foot:
        yield Notice("\n".join(day.foot), day.day)
    if day.supervision:
        yield Notice("\n".join([_SUPERVISION, *day.supervision]), day.day)
    if day.exams:
        yield Notice("\n".join([_EXAMS, *day.exams]), day.day)


def _started(title: str) -> _Day:
    found = date_in(title)
    if found is None:
        raise SourceChanged("the plan's heading names no date")
    return _Day(title, day=found)


def _finished(days: list[_Day]) -> list[_Day]:
    """The days, each of which must say something: rows, the frame of an empty table, or a message."""
    if not days:
        raise SourceChanged("the page holds no day of a plan")
    for day in days:
        if not (day.listed or day.head or day.foot):
            raise SourceChanged(f"the plan for {day.day} has no list of changes")
    return days


# --- XML: vp/(kopf, aufsichten, haupt/aktion, fuss)*, several days one after the other under one root


def _xml_days(text: str, free: list[str]) -> tuple[list[_Day], str]:
    days: list[_Day] = []
    waiting: list[tuple[str, str]] = []
    seen: set[str] = set()
    for element in sections(text, _XML_PARTS):
        if element.tag == "kopf":
            day = _started(element.findtext("titel") or "")
            day.stamp = squeeze(element.findtext("datum") or "")
            day.school = squeeze(element.findtext("schulname") or "")
            for entry in element.iterfind("kopfinfo/*"):
                text_of_entry = squeeze("".join(entry.itertext()))
                label = _HEAD_LISTS.get(entry.tag, "")
                if text_of_entry:
                    day.head.append(f"{label}: {text_of_entry}" if label else text_of_entry)
            days.append(day)
        elif element.tag == "ft":
            free.append(squeeze(element.text or ""))
        elif not days:
            waiting.append((element.tag, ""))
        elif element.tag == "haupt":
            days[-1].listed = True
        elif element.tag == "aktion":
            fields = {child.tag: squeeze("".join(child.itertext())) for child in element}
            changed = {child.tag for child in element if any(value == "ae" for value in child.attrib.values())}
            seen.update(fields)
            days[-1].rows.append(_substitution(fields, changed, days[-1].day))
        elif element.tag == "klausur":
            days[-1].exams.append(squeeze(" ".join(element.itertext())))
        else:
            line = squeeze("".join(element.itertext()))
            if line:
                (days[-1].foot if element.tag == "fussinfo" else days[-1].supervision).append(line)
    if waiting:
        raise SourceChanged("the plan's rows stand before its heading")
    return _finished(days), f"xml({','.join(name for name in _FIELDS if name in seen)})"


# --- HTML: headings with class vp*, then tables; also inside another page, several days below each other


def _html_days(text: str) -> tuple[list[_Day], str]:
    if not _LANDMARK.search(text):
        raise why_not(text, "Indiware")
    heading = "vpfuerdatum" if re.search(r"""["'\s=]vpfuerdatum""", text) else "vpfuer"
    reader = _HtmlReader(heading)
    for item in stream(text, "span", "p", "div", "h1", "h2", "h3", "h4", "strong", "b"):
        if isinstance(item, Mark):
            reader.mark(item)
        elif isinstance(item, TableStart):
            reader.open_table(item)
        elif isinstance(item, Row):
            reader.row(item)
        elif isinstance(item, End) and item.open_tables:
            raise TruncatedPage("the page ends inside a table")
    must_close(text)
    for day in reader.days:
        day.listed = day.listed or bool(_NO_CHANGES.search(visible(text)) and len(reader.days) == 1)
    return _finished(reader.days), "|".join(f"html({shape})" for shape in dict.fromkeys(reader.shapes))


class _HtmlReader:
    """Where in the page we are: the day, the heading of the next table, the columns of the plan's table."""

    def __init__(self, heading: str) -> None:
        self.heading = heading
        self.days: list[_Day] = []
        self.shapes: list[str] = []
        self.next_table = ""
        self.roles: dict[int, str] = {}
        self.columns: dict[int, tuple[str, ...]] = {}

    def mark(self, mark: Mark) -> None:
        classes = mark.classes
        if self.heading in classes:
            self.days.append(_started(mark.text))
            self.next_table = ""
        elif not self.days or not classes:
            return
        elif "vpdatum" in classes:
            self.days[-1].stamp = mark.text
        elif "vpschulname" in classes:
            self.days[-1].school = mark.text
        elif "ueberschrift" in classes:
            title = mark.text.lower()
            words = {"aufsicht": "supervision", "information": "foot", "klausur": "exams"}
            self.next_table = next((role for word, role in words.items() if word in title), "")

    def open_table(self, table: TableStart) -> None:
        self.roles[table.table] = self.next_table
        self.next_table = ""

    def row(self, row: Row) -> None:
        if not self.days or not row.cells:
            return
        columns = _columns(row)
        if columns:
            self.columns[row.table] = columns
            self.days[-1].listed = True
            self.shapes.append(",".join(columns))
        elif row.table in self.columns:
            self._change(row)
        elif any(name.startswith("thkopf") for name in row.cells[0].classes):
            texts = [cell.text for cell in row.cells]
            if any(texts[1:]):
                self.days[-1].head.append(f"{texts[0].rstrip(':')}: {' '.join(texts[1:])}")
        elif self.roles.get(row.table) == "exams":
            if not all(cell.header for cell in row.cells):
                self.days[-1].exams.append(squeeze(" ".join(cell.text for cell in row.cells)))
        elif any(name.startswith("tdaktion") for cell in row.cells for name in cell.classes):
            raise SourceChanged("the columns of the plan are not the known ones")
        elif role := self.roles.get(row.table):
            lines = [text for cell in row.cells if (text := cell.text)]
            (self.days[-1].foot if role == "foot" else self.days[-1].supervision).extend(lines)

    def _change(self, row: Row) -> None:
        columns = self.columns[row.table]
        if len(row.cells) != len(columns):
            if len(row.cells) == 1:  # a remark across the table
                if text := row.cells[0].text:
                    self.days[-1].foot.append(text)
                return
            raise SourceChanged(f"a row of the plan has {len(row.cells)} cells for {len(columns)} columns")
        pairs = list(zip(columns, row.cells, strict=True))
        fields = {name: cell.text for name, cell in pairs}
        changed = {name for name, cell in pairs if any(css.endswith("neu") for css in cell.classes)}
        if any(fields.values()):
            self.days[-1].rows.append(_substitution(fields, changed, self.days[-1].day))


def _columns(row: Row) -> tuple[str, ...]:
    """The fields of a header row: by class ("thplanklasse", "thlplanfach_scheuler"), else by word; else ()."""
    if not all(cell.header for cell in row.cells):
        return ()
    columns = []
    for cell in row.cells:
        css = next((name for name in cell.classes if re.match(r"thl?plan", name)), "")
        name = re.sub(r"^thl?plan|_.*$", "", css) if css else cell.text.lower()
        columns.append(_HEADER_WORDS.get(name, name))
    return tuple(columns) if {"klasse", "stunde"} <= set(columns) else ()


# --- what both dresses hold


def _substitution(fields: dict[str, str], changed: set[str], day: date) -> Substitution:
    """One row. Brackets around a teacher mean the one who is replaced; with vfach/vlehrer/vraum columns the plain
    columns hold what was before."""
    if "klasse" not in fields and "stunde" not in fields:
        raise SourceChanged("a row of the plan has neither a class nor a lesson")
    remark = read_remark(fields.get("info", ""), day)
    classes, groups = _classes(fields.get("klasse", ""))
    subject, was_subject = _pair(fields, "fach")
    teachers, was_teachers = _teachers(fields)
    room, was_room = _pair(fields, "raum")
    if remark.now:
        teachers, was_teachers = remark.now, was_teachers or teachers
    was = Was(
        subject=_other(remark.subject or was_subject, subject),
        teachers=_other(remark.teachers or was_teachers, teachers),
        rooms=_other(names_in(was_room), names_in(room)),
        date=remark.from_date,
        periods=remark.from_periods or None,
    )
    return Substitution(
        kind=_kind(remark, fields, changed),
        date=day,
        periods=period_labels(published(fields.get("stunde", ""))),
        classes=classes,
        subject=subject,
        teachers=teachers,
        rooms=names_in(room),
        groups=groups,
        label=remark.label,
        was=was or UNCHANGED,
        note=published(remark.note),
    )


def _kind(remark: Remark, fields: dict[str, str], changed: set[str]) -> Kind:
    if remark.kind is not None:
        return remark.kind
    subject = fields.get("vfach", fields.get("fach", ""))
    if subject and not published(subject):
        return Kind.CANCELLED
    room = published(fields.get("vraum", fields.get("raum", "")))
    return Kind.ROOM if room and changed and changed <= {"raum", "vraum"} else Kind.SUBSTITUTION


def _other(was: _Value, now: _Value) -> _Value | None:
    return was if was and was != now else None


def _pair(fields: dict[str, str], name: str) -> tuple[str, str]:
    """What a field says now, and what it said before where the plan has a column for it."""
    value = published(fields.get(name, ""))
    if f"v{name}" not in fields:
        return value, ""
    return published(fields[f"v{name}"]), value


def _teachers(fields: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    now, was = _pair(fields, "lehrer")
    if now.startswith("(") and now.endswith(")"):
        return (), names_in(now[1:-1])
    return names_in(now), names_in(was.strip("()"))


def _classes(cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ "5a,5b/ Deu1" is two classes and a course; the slash of "5/1" and "07/2" belongs to the class."""
    if cell.startswith("(") and cell.endswith(")"):
        cell = cell[1:-1]
    classes, slash, course = cell.rpartition("/ ")
    if not slash:
        classes, course = cell, ""
    return names_in(classes), names_in(course)


def recognise(page: Page) -> float:
    """By `vp/kopf` or the classes of the HTML export; an address with "vplan" alone is a hint."""
    body = page.body
    if not body:
        path = urlsplit(page.url).path.lower()
        return 0.6 if re.search(r"vplank|/vplan/", path) else 0.0
    head = body[:3000]
    if b"<vp>" in head and b"<kopf" in head:
        return 1.0
    return 1.0 if b"vpfuer" in body and (b"vpdatum" in body or b"tdaktionen" in body or b"thplan" in body) else 0.0


SOURCE = Source(
    id="indiware",
    title="Indiware Vertretungsplan",
    country="DE",
    example_url="https://www.stundenplan24.de/12345678/vplan/",
    scope="school",
    delivers=("substitutions", "notices"),
    needs="the address; on stundenplan24 the school's shared password",
    fetch=fetch,
    parse=parse,
    recognise=recognise,
)
