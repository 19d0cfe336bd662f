"""VULCAN "Plan lekcji Optivum": lists of classes, teachers and rooms, and the weekly plan of each (Poland)."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from urllib.parse import urljoin, urlsplit

from bot.errors import SourceChanged, TruncatedPage, UnknownTarget
from bot.model import Lesson, Plan, TargetKind
from bot.names import nearest_names
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.optivum_list import KINDS, PLAN_LINK, Link, index_of, links_in, list_addresses
from bot.scraper.optivum_table import Row, entries, rows_of
from bot.scraper.page import clock_time, squeeze, text_of, why_not
from bot.scraper.tables import bare

_TABLE = re.compile(r"<table\b[^<>]*\bclass\s*=\s*[\"']?[^\"'<>]*\btabela\b[^<>]*>", re.I)
_HEADING = re.compile(r"""(?is)\bclass\s*=\s*["']?tytulnapis\b[^<>]*>(.*?)</""")
_OWNER = (
    (re.compile(r"plan lekcji (?:oddzia|klasy)", re.I), TargetKind.CLASS),
    (re.compile(r"plan lekcji nauczyciel", re.I), TargetKind.TEACHER),
    (re.compile(r"plan lekcji sali", re.I), TargetKind.ROOM),
)
_DESCRIPTION = re.compile(r"""(?is)<meta\b[^<>]*\bname\s*=\s*["']description["'][^<>]*\bcontent\s*=\s*"([^"]*)\"""")
_VALID = re.compile(r"obowiązuje od\W*?(\d{1,2})[.\s]+(\d{1,2}|[^\W\d]+)[.\s]+(\d{4})", re.I)
_MADE = re.compile(r"wygenerowano\D{0,20}?(\d{1,2})\.(\d{1,2})\.(\d{4})", re.I)
_HOURS = re.compile(r"(\d{1,2}[:.]\d{2})\s*[-–—]\s*(\d{1,2}[:.]\d{2})")
# The first letters are enough, with and without Polish letters: "Środa", "Sroda".
_WEEKDAYS = {"pon": 0, "wto": 1, "śro": 2, "sro": 2, "czw": 3, "pią": 4, "pia": 4, "sob": 5, "nie": 6}
_MONTHS = ("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru")
_TITLE = re.compile(r"(?is)<title[^>]*>(.*?)</title>")


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The list pages when no name is asked for, else the page of that class, teacher or room.

    Raises UnknownTarget when the school's list has no such name.
    """
    first = await http.get(query.url)
    text = text_of(first, fallback="iso-8859-2")
    if _TABLE.search(text):
        if not query.name:
            return (first,)
        first = await http.get(urljoin(first.url, "../lista.html"))
        text = text_of(first, fallback="iso-8859-2")
    lists = [first] if links_in(text) else []
    for href in list_addresses(text):
        if all(urljoin(first.url, href) != known.url for known in lists):
            page = await http.get(urljoin(first.url, href))
            lists.append(page)
            lists += await _siblings(http, page, [known.url for known in lists])
    if not lists:
        raise why_not(text, "Optivum")
    if not query.name:
        return tuple(lists)
    links = [(page, link) for page in lists for link in links_in(text_of(page, fallback="iso-8859-2"))]
    wanted = [(page, link) for page, link in links if link.target.kind is query.kind]
    number = index_of(query.name, [link.target.name for _, link in wanted])
    if number is None:
        raise UnknownTarget(query.name, nearest_names(query.name, [link.target.name for _, link in wanted]))
    page, link = wanted[number]
    return (await http.get(urljoin(page.url, link.href)),)


async def _siblings(http: Http, page: Page, known: list[str]) -> list[Page]:
    """The menus of teachers and rooms beside a menu of classes: `index_n.html`, `index_s.html`."""
    found = []
    for href in list_addresses(text_of(page, fallback="iso-8859-2")):
        address = urljoin(page.url, href)
        if address not in known and re.search(r"index_[ons]\.html?$", address, re.I):
            known.append(address)
            if (sibling := await http.get_or_none(address)) is not None:
                found.append(sibling)
    return found


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """Targets of list pages, undated weekly lessons of plan pages.

    Raises TruncatedPage for a page cut inside the table or the list, WrongPage and its like for foreign pages,
    SourceChanged for a table of another layout.
    """
    plan = Plan()
    for page in pages:
        read = _parse_page(page, query)
        targets = dict.fromkeys(plan.targets + read.targets)
        plan = replace(
            read, targets=tuple(targets), lessons=plan.lessons + read.lessons, school=plan.school or read.school
        )
    return plan


def _parse_page(page: Page, query: Query) -> Plan:
    text = text_of(page, fallback="iso-8859-2")
    body = bare(text)
    if (start := _TABLE.search(body)) and _HEADING.search(body):
        return _plan(page, query, text=body, start=start.end())
    links = links_in(body)
    closed = re.search(r"(?i)</(?:html|body)\s*>", body)
    if (links or list_addresses(body)) and (closed or not re.search(r"(?i)<(?:html|body)\b", body)):
        return _list(links, body)
    if links or (_is_optivum(body) and not closed):
        raise TruncatedPage("the Optivum page ends too early")
    raise why_not(text, "Optivum")


def _list(links: list[Link], body: str) -> Plan:
    if not links:
        raise SourceChanged("an Optivum start page: its list of classes is another page (lista.html)")
    targets = tuple(dict.fromkeys(link.target for link in links))
    kinds = "".join(sorted({target.id[0] for target in targets}))
    return Plan(school=_school(body), targets=targets, shape=f"list {kinds}")


def _plan(page: Page, query: Query, *, text: str, start: int) -> Plan:
    end = re.compile(r"(?i)</table\s*>").search(text, start)
    if not end:
        raise TruncatedPage("the Optivum page ends inside the plan")
    rows = rows_of(text[start : end.start()])
    heading = _HEADING.search(text)
    name = squeeze(html.unescape(re.sub(r"<[^>]*>", " ", heading[1]))) if heading else ""
    if len(rows) < 2 or not name:
        raise SourceChanged("the Optivum plan has no rows or no heading")
    header = [cell.text for cell in rows[0].cells]
    days = _days(header)
    table = text[start : end.start()]
    if not any(cell.has("p") for row in rows for cell in row.cells) and re.search(
        r"""href=["'][^"']*[ns]\d+\.html""", table
    ):
        raise SourceChanged("the Optivum plan marks its subjects in another way")
    kind = _kind(page, text, rows)
    lessons = [
        lesson
        for row in rows[1:]
        if len(row.cells) > 2
        for lesson in _row_lessons(row, days, len(header), (kind, name))
    ]
    strange = sorted({css for row in rows for cell in row.cells for css in cell.strange})
    made = _MADE.search(text)
    return Plan(
        school=_school(text),
        updated=_midnight(made, query) if made else None,
        lessons=tuple(lessons),
        valid_from=_valid_from(text),
        shape=" ".join(["plan", *header, *strange]),
    )


def _days(header: list[str]) -> dict[int, int]:
    """Which column is which weekday."""
    days = {index: _WEEKDAYS[key] for index, word in enumerate(header) if (key := word.casefold()[:3]) in _WEEKDAYS}
    if not days or len(days) != len(header) - 2:
        raise SourceChanged("the Optivum plan's header does not name the weekdays")
    return days


def _row_lessons(row: Row, days: dict[int, int], width: int, owner: tuple[TargetKind, str]) -> list[Lesson]:
    if len(row.cells) != width:
        raise SourceChanged("a row of the Optivum plan has another number of cells than its header")
    sides = [cell for index, cell in enumerate(row.cells) if index not in days]
    number = next((cell.text for cell in sides if "nr" in cell.css), sides[0].text)
    hours = _HOURS.search(next((cell.text for cell in sides if "g" in cell.css), sides[-1].text))
    start, end = (clock_time(hours[1]), clock_time(hours[2])) if hours else (None, None)
    if start == end:  # 0:00-0:00 is how the program prints a period without hours
        start = end = None
    lessons = []
    for index, weekday in sorted(days.items()):
        for entry in entries(row.cells[index]):
            lesson = Lesson(
                subject=entry.subject,
                weekday=weekday,
                periods=(number.removesuffix("."),) if number else (),
                start=start,
                end=end,
                teachers=entry.teachers,
                rooms=entry.rooms,
                classes=entry.classes,
                groups=entry.groups,
                note=entry.note,
            )
            lessons.append(_owned(lesson, *owner))
    return lessons


def _owned(lesson: Lesson, kind: TargetKind, name: str) -> Lesson:
    """The lesson with the page's own class, teacher or room, which its cells leave out."""
    if kind is TargetKind.CLASS:
        return replace(lesson, classes=tuple(dict.fromkeys((name, *lesson.classes))))
    if kind is TargetKind.TEACHER:
        return replace(lesson, teachers=tuple(dict.fromkeys((name, *lesson.teachers))))
    return replace(lesson, rooms=tuple(dict.fromkeys((name, *lesson.rooms))))


def _kind(page: Page, text: str, rows: list[Row]) -> TargetKind:
    """Whose page it is: said by its title or description, else by its address, else by what its cells leave out."""
    title = _TITLE.search(text)
    for said in (title[1] if title else "", _description(text)):
        for pattern, kind in _OWNER:
            if pattern.search(squeeze(said)):
                return kind
    if link := PLAN_LINK.search(urlsplit(page.url).path):
        return KINDS[link[1].lower()]
    named = {mark for row in rows for cell in row.cells for mark in "ons" if cell.has(mark)}
    if "o" not in named:
        return TargetKind.CLASS
    return TargetKind.ROOM if "n" in named and "s" not in named else TargetKind.TEACHER


def _description(text: str) -> str:
    found = _DESCRIPTION.search(text[:20_000])
    return html.unescape(found[1]) if found else ""


def _school(text: str) -> str:
    """The school's name as the description gives it before "/nPlan lekcji …"; "" when the school left it out."""
    name = squeeze(re.split(r"/n|Plan lekcji", _description(text))[0])
    return name.removesuffix(".").strip()


def _valid_from(text: str) -> date | None:
    found = _VALID.search(html.unescape(re.sub(r"<[^>]*>|&nbsp;", " ", text)))
    if not found:
        return None
    month = (
        int(found[2])
        if found[2].isdigit()
        else next((number for number, name in enumerate(_MONTHS, 1) if found[2].casefold().startswith(name)), 0)
    )
    try:
        return date(int(found[3]), month, int(found[1]))
    except ValueError:
        return None


def _midnight(made: re.Match[str], query: Query) -> datetime | None:
    """The day on which the plan was made; the page gives no hour."""
    try:
        day = date(int(made[3]), int(made[2]), int(made[1]))
    except ValueError:
        return None
    return datetime.combine(day, time(), query.timezone)


def _is_optivum(text: str) -> bool:
    return bool(re.search(r"Plan lekcji Optivum|tytulnapis|Lista oddzia", text, re.I))


def recognise(page: Page) -> float:
    """1.0 for the program's own name on a page, less for addresses and lists of its form."""
    path = urlsplit(page.url).path
    address = 0.6 if re.search(r"/plany/[ons]\d+\.html?$", path, re.I) else 0.0
    if re.search(r"/lista\.html?$", path, re.I):
        address = 0.4
    if not page.body:
        return address
    head = page.body.decode("latin-1")
    if "Plan lekcji Optivum" in head:
        return 1.0
    if "tytulnapis" in head and "tabela" in head:
        return 0.9
    if len(re.findall(r"plany/[ons]\d+\.html?", head, re.I)) > 1:
        return 0.9
    listed = re.search(r"""<select[^>]*name\s*=\s*["']?(?:oddzialy|nauczyciele)\b""", head, re.I)
    return 0.9 if listed or re.search(r"""<i?frame[^>]*src\s*=\s*["']?lista\.html""", head, re.I) else 0.0


SOURCE = Source(
    id="optivum",
    title="VULCAN Plan lekcji Optivum",
    country="PL",
    example_url="https://school.example/plan/index.html",
    scope="target",
    delivers=("lessons", "classes", "teachers", "rooms"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
)
