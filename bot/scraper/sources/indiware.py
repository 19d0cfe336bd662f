"""Indiware substitution plans ("vplan") as XML and as HTML: the same plan in two dresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from bot.errors import NotReleased, SourceChanged
from bot.model import Notice, Plan
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.german import free_days, instant_in
from bot.scraper.indiware_day import FIELDS, Day, finished, started, substitution
from bot.scraper.indiware_html import html_days
from bot.scraper.page import squeeze, text_of
from bot.scraper.xmltree import sections

# The XML names its lists by tag; the HTML of the same plan prints these words before them.
_HEAD_LISTS = {
    "abwesendl": "Abwesende Lehrer",
    "abwesendk": "Abwesende Klassen",
    "abwesendr": "Nicht verfügbare Räume",
    "aenderungl": "Lehrer mit Änderung",
    "aenderungk": "Klassen mit Änderung",
}
_XML_ROOT = re.compile(r"<vp[\s>]")
_XML_PARTS = frozenset({"kopf", "haupt", "aktion", "fussinfo", "aufsichtinfo", "klausur", "ft"})
_SCHOOL = re.compile(r"^(/\d{8}/vplan)/?(?:[\w-]*\.html?)?$")
_SUPERVISION = "Geänderte Aufsichten:"
_EXAMS = "Klausuren:"


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
    days: dict[date, Day] = {}
    free: list[str] = []
    shapes: list[str] = []
    for page in pages:
        text = text_of(page)
        found, shape = _xml_days(text, free) if _XML_ROOT.search(text[:3000]) else html_days(text)
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


def _notices(day: Day) -> Iterator[Notice]:
    for text in day.head:
        yield Notice(text, day.day)
    if day.foot:
        yield Notice("\n".join(day.foot), day.day)
    if day.supervision:
        yield Notice("\n".join([_SUPERVISION, *day.supervision]), day.day)
    if day.exams:
        yield Notice("\n".join([_EXAMS, *day.exams]), day.day)


# XML: vp/(kopf, aufsichten, haupt/aktion, fuss)*, several days one after the other under one root


def _xml_days(text: str, free: list[str]) -> tuple[list[Day], str]:
    days: list[Day] = []
    waiting: list[tuple[str, str]] = []
    seen: set[str] = set()
    for element in sections(text, _XML_PARTS):
        if element.tag == "kopf":
            day = started(element.findtext("titel") or "")
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
            days[-1].rows.append(substitution(fields, changed, days[-1].day))
        elif element.tag == "klausur":
            days[-1].exams.append(squeeze(" ".join(element.itertext())))
        else:
            line = squeeze("".join(element.itertext()))
            if line:
                (days[-1].foot if element.tag == "fussinfo" else days[-1].supervision).append(line)
    if waiting:
        raise SourceChanged("the plan's rows stand before its heading")
    return finished(days), f"xml({','.join(name for name in FIELDS if name in seen)})"


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
