"""VULCAN "Plan lekcji Optivum": lists of classes, teachers and rooms, and the weekly plan of each (Poland)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from urllib.parse import urljoin, urlsplit

from bot.errors import SourceChanged, TruncatedPage, UnknownTarget
from bot.model import Lesson, Plan, TargetKind
from bot.names import nearest_names
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.optivum_list import KINDS, PLAN_LINK, Link, index_of, links_in, list_addresses
from bot.scraper.optivum_table import Cell, Entry, Wording, entries, rows_of, strange_in, wording_of
from bot.scraper.page import clock_time, lessons_with, squeeze, text_of, why_not
from bot.scraper.tables import bare

_TABLE = re.compile(r"<table\b[^<>]*\bclass\s*=\s*[\"']?[^\"'<>]*\btabela\b[^<>]*>", re.I)
_PLAN_CELL = re.compile(r"""<th\b|<td\b[^<>]*\bclass\s*=\s*["']?(?:nr|g|l)\b""", re.I)
_TABLE_END = re.compile(r"</table\s*>", re.I)
_SUBJECT = re.compile(r"""<span\b[^<>]*\bclass\s*=\s*["']?p\b""", re.I)
_LINKED = re.compile(r"""href\s*=\s*["'][^"'<>]*[ons]\d+\.html?""", re.I)
_SHAPE_ROWS = 50  # no school day has more; the shape of a longer table is told by its first rows
_HEADING = re.compile(r"""(?is)\bclass\s*=\s*["']?tytulnapis\b[^<>]*>(.*?)</""")
_OWNER = (
    (re.compile(r"plan lekcji (?:oddzia|klasy)", re.I), TargetKind.CLASS),
    (re.compile(r"plan lekcji nauczyciel", re.I), TargetKind.TEACHER),
    (re.compile(r"plan lekcji sali", re.I), TargetKind.ROOM),
)
_DESCRIPTION = re.compile(r"""(?is)<meta\b[^<>]*\bname\s*=\s*["']description["'][^<>]*\bcontent\s*=\s*"([^"]*)\"""")
_VALID = re.compile(r"obowiązuje od\W*?(\d{1,4})[./\s-]+(\d{1,2}|[^\W\d]+)[./\s-]+(\d{1,4})", re.I)
# "30.08.2024" or "2023-05-08", as the computer that made the plan writes dates.
_MADE = re.compile(r"wygenerowano\D{0,20}?(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})", re.I)
_HOURS = re.compile(r"(\d{1,2}[:.]\d{2})\s*[-–—]\s*(\d{1,2}[:.]\d{2})")
# The first letters are enough, with and without Polish letters: "Środa", "Sroda".
_WEEKDAYS = {"pon": 0, "wto": 1, "śro": 2, "sro": 2, "czw": 3, "pią": 4, "pia": 4, "sob": 5, "nie": 6}
_SIDES = ("nr", "lp", "lekc", "godz", "czas")
_MONTHS = ("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru")
_TITLE = re.compile(r"(?is)<title[^>]*>(.*?)</title>")


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The list pages when no name is asked for, else the page of that class, teacher or room.

    Raises UnknownTarget when the school's list has no such name.
    """
    first = await http.get(query.url)
    text = text_of(first, fallback="iso-8859-2")
    if _table_start(text) is not None:
        if not query.name:
            return (first,)
        start = first.url
        first = await http.get_or_none(urljoin(start, "../lista.html")) or await http.get(
            urljoin(start, "../index.html")
        )
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
    if query.name and plan.lessons and query.url.startswith("file:"):
        return replace(plan, lessons=lessons_with(plan.lessons, query.kind, query.name))
    return plan


def _parse_page(page: Page, query: Query) -> Plan:
    text = text_of(page, fallback="iso-8859-2")
    if (start := _table_start(text)) is not None and _HEADING.search(text):
        return _plan(page, query, text=text, start=start)
    body = bare(text)
    links = links_in(body)
    closed = re.search(r"(?i)</(?:html|body)\s*>", body)
    if (links or list_addresses(body)) and (closed or not re.search(r"(?i)<(?:html|body)\b", body)):
        if len(links) == 1 and not _is_optivum(text):  # a school's own page that links to the plan
            raise why_not(text, "Optivum")
        return _list(links, body)
    if links or (_is_optivum(body) and not closed):
        raise TruncatedPage("the Optivum page ends too early")
    raise why_not(text, "Optivum")


def _table_start(text: str) -> int | None:
    """Where the plan's table begins; one inside a comment, as mirrors leave behind, does not count.

    A menu of classes is a table of the same name, but has neither a header nor cells of lessons.
    """
    for found in _TABLE.finditer(text):
        closing = _TABLE_END.search(text, found.end())
        if not _PLAN_CELL.search(text, found.end(), closing.start() if closing else len(text)):
            continue
        if text.rfind("<!--", 0, found.start()) <= text.rfind("-->", 0, found.start()):
            return found.end()
    return None


def _list(links: list[Link], body: str) -> Plan:
    if not links:
        raise SourceChanged("an Optivum start page: its list of classes is another page (lista.html)")
    targets = tuple(dict.fromkeys(link.target for link in links))
    kinds = "".join(sorted({target.id[0] for target in targets}))
    return Plan(school=_school(body), targets=targets, shape=f"list {kinds}")


def _plan(page: Page, query: Query, *, text: str, start: int) -> Plan:
    closing = _TABLE_END.search(text, start)
    if not closing:
        raise TruncatedPage("the Optivum page ends inside the plan")
    end = closing.start()
    if re.search(r"(?i)<html\b", text[:start]) and not re.search(r"(?i)</(?:html|body)\s*>", text[end:]):
        raise TruncatedPage("the Optivum page ends before its footer")
    around = f"{text[:start]} {text[end:]}"
    heading = _HEADING.search(around)
    name = squeeze(html.unescape(re.sub(r"<[^>]*>", " ", heading[1]))) if heading else ""
    rows = rows_of(text, start, end)
    header = [cell.text for cell in next(rows, [])]
    days = _days(header)
    if not _SUBJECT.search(text, start, end) and _LINKED.search(text, start, end):
        raise SourceChanged("the Optivum plan marks its subjects in another way")
    kind = _kind(page, around) or _kind_by_cells(text, start, end)
    wording = wording_of(text, start, end)
    lessons, strange = _lessons(rows, days, len(header), wording=wording, owner=(kind, name))
    made = _MADE.search(around)
    return Plan(
        school=_school(around),
        updated=_midnight(made, query) if made else None,
        lessons=lessons,
        valid_from=_valid_from(around),
        shape=" ".join(["plan", *header, *sorted(strange)]),
    )


def _lessons(
    rows: Iterator[list[Cell]],
    days: dict[int, int],
    width: int,
    *,
    wording: Wording,
    owner: tuple[TargetKind, str],
) -> tuple[tuple[Lesson, ...], set[str]]:
    """The lessons of the rows below the header, and the CSS classes that are new to us."""
    lessons: list[Lesson] = []
    strange: set[str] = set()
    known: dict[str, tuple[Entry, ...]] = {}  # a double lesson is printed as two equal cells
    for number, row in enumerate(rows):
        if len(row) > 2:
            lessons += _row_lessons(row, days, width, known=known, wording=wording, owner=owner)
        for cell in row if number < _SHAPE_ROWS else ():
            strange |= strange_in(cell)
    if not known:
        raise SourceChanged("the Optivum plan has no rows")
    return tuple(lessons), strange


def _days(header: list[str]) -> dict[int, int]:
    """Which column is which weekday."""
    days = {index: _WEEKDAYS[key] for index, word in enumerate(header) if (key := word.casefold()[:3]) in _WEEKDAYS}
    sides = [word for index, word in enumerate(header) if index not in days]
    if not days or not sides or not all(word.casefold().startswith(_SIDES) or not word for word in sides):
        raise SourceChanged("the Optivum plan's header does not name the weekdays")
    return days


def _row_lessons(
    row: list[Cell],
    days: dict[int, int],
    width: int,
    *,
    known: dict[str, tuple[Entry, ...]],
    wording: Wording,
    owner: tuple[TargetKind, str],
) -> list[Lesson]:
    if len(row) != width:
        if not any(re.search(r"<a\b|<span\b", cell.raw) for cell in row):
            return []  # a line across the table: a long break, a remark
        raise SourceChanged("a row of the Optivum plan has another number of cells than its header")
    sides = [cell for index, cell in enumerate(row) if index not in days]
    number = next((cell.text for cell in sides if "nr" in cell.css), sides[0].text)
    hours = _HOURS.search(next((cell.text for cell in sides if "g" in cell.css), sides[-1].text))
    start, end = (clock_time(hours[1]), clock_time(hours[2])) if hours else (None, None)
    if start == end:  # 0:00-0:00 is how the program prints a period without hours
        start = end = None
    periods = (number.removesuffix("."),) if number else ()
    lessons = []
    for index, weekday in sorted(days.items()):
        raw = row[index].raw
        if raw not in known:
            known[raw] = tuple(_owned(entry, *owner) for entry in entries(raw, wording))
        for entry in known[raw]:
            lesson = Lesson(
                subject=entry.subject,
                weekday=weekday,
                week=entry.week,
                periods=periods,
                start=start,
                end=end,
                teachers=entry.teachers,
                rooms=entry.rooms,
                classes=entry.classes,
                groups=entry.groups,
                note=entry.note,
            )
            lessons.append(lesson)
    return lessons


def _owned(entry: Entry, kind: TargetKind, name: str) -> Entry:
    """The lesson with the page's own class, teacher or room, which its cells leave out."""
    if kind is TargetKind.CLASS:
        return replace(entry, classes=tuple(dict.fromkeys((name, *entry.classes))))
    if kind is TargetKind.TEACHER:
        return replace(entry, teachers=tuple(dict.fromkeys((name, *entry.teachers))))
    return replace(entry, rooms=tuple(dict.fromkeys((name, *entry.rooms))))


def _kind(page: Page, text: str) -> TargetKind | None:
    """Whose page it is: said by its title or description, else by its address."""
    title = _TITLE.search(text)
    for said in (title[1] if title else "", _description(text)):
        for pattern, kind in _OWNER:
            if pattern.search(squeeze(said)):
                return kind
    link = PLAN_LINK.search(urlsplit(page.url).path)
    return KINDS[link[1].lower()] if link else None


def _kind_by_cells(text: str, start: int, end: int) -> TargetKind:
    """Whose page it is when it does not say: a page leaves its own class, teacher or room out of its cells."""
    named = {found[1] for found in re.compile(r"""class=["']([ons])["']""").finditer(text, start, end)}
    if "o" not in named:
        return TargetKind.CLASS
    return TargetKind.ROOM if "n" in named and "s" not in named else TargetKind.TEACHER


def _description(text: str) -> str:
    found = _DESCRIPTION.search(text[:20_000])
    return html.unescape(found[1]) if found else ""


def _school(text: str) -> str:
    """The school's name as the description gives it before "/nPlan lekcji …" or "Lista oddziałów, …"; "" if it is left
    out."""
    name = squeeze(re.split(r"/n|Plan lekcji|Lista oddzia", _description(text))[0])
    return name.removesuffix(".").strip()


def _valid_from(text: str) -> date | None:
    found = _VALID.search(html.unescape(re.sub(r"<[^>]*>|&nbsp;", " ", text)))
    return _date(found[1], found[2], found[3]) if found else None


def _midnight(made: re.Match[str], query: Query) -> datetime | None:
    """The day on which the plan was made; the page gives no hour."""
    day = _date(made[1], made[2], made[3])
    return datetime.combine(day, time(), query.timezone) if day else None


def _date(first: str, month: str, last: str) -> date | None:
    """A day of "19", "lutego" or "02", "2018", or with the year first; None for anything else."""
    day, year = (last, first) if len(first) == 4 else (first, last)
    named = (number for number, name in enumerate(_MONTHS, 1) if month.casefold().startswith(name))
    try:
        return date(int(year), int(month) if month.isdecimal() else next(named, 0), int(day))
    except ValueError:
        return None


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
