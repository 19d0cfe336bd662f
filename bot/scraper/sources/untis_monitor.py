"""Untis substitution pages for monitors: `subst_001.htm` and the pages it refreshes to.

One page holds one day or several: `div.mon_title` (the date), `table.info` (messages of the day), `table.mon_list` (the
plan). Rows stand under group headers (`td.inline_header`), one group a class or one a teacher; a group named `-----`
has neither, and alone it is the system's mark of an empty day.

* Class view: the header is the class of its rows; a lesson of several classes stands under each, as several rows.
* Teacher view: the header is the substituting or the absent teacher, often by the full name, while the row's own cells
  name both; so the header only speaks where the table has no column for teachers. The same row under two teachers is
  one fact and is kept once.

The whole page is the table, so it is read without a tree (`bot.scraper.tables`): 200 KB in 25 ms instead of 92.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urldefrag, urljoin, urlsplit

from bot.errors import NotReleased, SourceChanged
from bot.model import Notice, Plan, Substitution, Target, TargetKind, Was
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import class_key, squeeze, text_of, why_not
from bot.scraper.tables import Cell, Table, bare, tables
from bot.scraper.untis import class_list, complete, continued, dated, plain, stand_of, substitution
from bot.scraper.untis_words import columns

PAGE_LIMIT = 60

_LANDMARK = re.compile(r"""<[^<>]*class\s*=\s*["']?[^"'<>]*\bmon_(?:title|list|head)\b""", re.I)
_PLAN_TABLES = re.compile(r"""class\s*=\s*["']?[^"'<>]*\b(?:mon_list|info)\b""", re.I)
_TITLE = re.compile(r"""<div[^<>]*class\s*=\s*["']?[^"'<>]*\bmon_title\b[^<>]*>(.*?)</div""", re.I | re.S)
_DATE = re.compile(r"(\d{1,2})[./]\s?(\d{1,2})[./]\s?(\d{4}|\d{2}(?!\d))?\s*(?:,?\s*([^\W\d]+))?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_REFRESH = re.compile(r"""<meta\b[^<>]*http-equiv\s*=\s*["']?refresh[^<>]*>""", re.I)
_REFRESH_URL = re.compile(r"""url\s*=\s*['"]?([^'"<>\s]+)""", re.I)
_FRAME = re.compile(r"""<i?frame\b[^<>]*\bsrc\s*=\s*["']?([^"'<>\s]*subst[^"'<>\s]*)""", re.I)
_TAGS = re.compile(r"<[^<>]*>")
_SCHOOL = re.compile(
    r"""class\s*=\s*["']?[^"'<>]*\bmon_head\b.*?\balign\s*=\s*["']?right[^<>]*>(?:\s|<p[^<>]*>)*([^<]*)""", re.I | re.S
)
_UNRELEASED = re.compile(r"nicht freigegeben|not (?:yet )?(?:released|published)|nie udostępnion", re.I)
_EMPTY = re.compile(r"keine (?:vertretung|änderung|aktuellen)|no substitution|brak zastępstw|geen wijzig", re.I)


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The page at the address and those it refreshes to, until one repeats; of a frameset, each frame's chain.

    Only the address's own host is asked. Raises SourceChanged for a chain of more than PAGE_LIMIT pages.
    """
    first = await http.get(query.url)
    starts = [first]
    if not _LANDMARK.search(_loose(first)):
        frames = dict.fromkeys(_here(first.url, match) for match in _FRAME.findall(_loose(first)))
        starts = [await http.get(url) for url in list(frames)[:4] if url] or starts
    pages: list[Page] = []
    seen: set[str] = set()
    for start in starts:
        page: Page | None = start
        while page is not None:
            if len(pages) >= PAGE_LIMIT:
                raise SourceChanged(f"the plan goes on for more than {PAGE_LIMIT} pages")
            pages.append(page)
            seen.add(_key(page.url))
            following = _following(page)
            page = await http.get(following) if following and _key(following) not in seen else None
            if page is not None and (_key(page.url) in seen or any(page.body == other.body for other in pages)):
                page = None
    return tuple(pages)


def _loose(page: Page) -> str:
    return page.body.decode("latin-1")


def _key(url: str) -> str:
    return urldefrag(url).url


def _here(base: str, target: str) -> str | None:
    """The absolute address, or None when it leaves the host."""
    try:
        url = urljoin(base, target)
        parts, home = urlsplit(url), urlsplit(base)
        same = (parts.hostname, parts.port) == (home.hostname, home.port)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and same else None


def _following(page: Page) -> str | None:
    refresh = _REFRESH.search(_loose(page))
    target = _REFRESH_URL.search(refresh[0]) if refresh else None
    return _here(page.url, target[1]) if target else None


def recognise(page: Page) -> float:
    """1.0 for the monitor's own tables, 0.6 for an address named like its pages."""
    if page.body:
        return 1.0 if _LANDMARK.search(_loose(page)) else 0.0
    return 0.6 if re.search(r"subst_\d{3}\.html?$", urlsplit(page.url).path, re.I) else 0.0


@dataclass(frozen=True, slots=True)
class _Row:
    header: str
    cells: dict[str, Cell]


@dataclass(slots=True)
class _Day:
    date: date
    shape: str
    rows: list[_Row]
    notices: list[Notice]
    released: bool = True


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """The substitutions and messages of the pages. Raises NotReleased when no day of them is released yet."""
    read = [_page(page, query) for page in pages]
    days = [day for _, _, found in read for day in found]
    released = [day for day in days if day.released]
    if not released:
        raise NotReleased("the school has not released its substitutions yet")
    substitutions: list[Substitution] = []
    targets: dict[Target, None] = {}
    for day in released:
        rows, found = _substitutions(day)
        substitutions.extend(rows)
        targets.update(dict.fromkeys(found))
    return Plan(
        school=next((school for school, _, _ in read if school), ""),
        updated=max((stand for _, stand, _ in read if stand), default=None),
        targets=tuple(targets),
        substitutions=tuple(substitutions),
        notices=tuple(dict.fromkeys(notice for day in days for notice in day.notices)),
        days=tuple(dict.fromkeys(day.date for day in released)),
        shape="untis-monitor " + " | ".join(sorted({day.shape for day in released if day.shape})),
    )


def _page(page: Page, query: Query) -> tuple[str, datetime | None, list[_Day]]:
    text = text_of(page)
    if not _LANDMARK.search(text):
        raise why_not(text, "Untis monitor")
    found = list(tables(text, _PLAN_TABLES))
    complete(text, tables_closed=all(table.closed for table in found))
    days = list(_days(text, found, query))
    if not days:
        raise SourceChanged("the Untis page has no day with a plan")
    return _school(text), stand_of(text, query.timezone), days


def _school(text: str) -> str:
    match = _SCHOOL.search(text[:20_000])
    return squeeze(match[1].replace("&nbsp;", " ").replace("&amp;", "&")) if match else ""


def _days(text: str, found: Sequence[Table], query: Query) -> Iterator[_Day]:
    """A day for every list, under the title before it; the messages between belong to the same day."""
    title, listed, notices, position = "", True, list[Notice](), 0
    for table in found:
        titles = [squeeze(_TAGS.sub(" ", one)) for one in _TITLE.findall(bare(text[position : table.start]))]
        position = table.end
        if titles:
            if not listed or len(titles) > 1:
                raise SourceChanged(f"the day {title or titles[0]!r} has no table of substitutions")
            title, listed, notices = titles[0], False, []
        if not title:
            continue
        day = _date(title, query)
        if "mon_list" in table.attributes.lower():
            listed = True
            yield _read_list(table, _Day(day, "", [], notices))
        else:
            notices.extend(_messages(table, day))
    if not listed or _TITLE.search(bare(text[position:])):
        raise SourceChanged("the last day of the page has no table of substitutions")


def _date(title: str, query: Query) -> date:
    near = query.start or query.today
    try:
        if iso := _ISO_DATE.search(title):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if match := _DATE.search(title):
            if match[3]:
                return date(int(match[3]) + (2000 if len(match[3]) == 2 else 0), int(match[2]), int(match[1]))
            return dated(int(match[1]), int(match[2]), weekday=match[4] or "", near=near)
    except ValueError:
        pass
    raise SourceChanged(f"the day's title has no date: {title[:80]!r}")


def _messages(table: Table, day: date) -> Iterator[Notice]:
    for row in table.rows:
        text = " ".join(filter(None, (cell.text for cell in row if not cell.header)))
        if text and not re.fullmatch(r"Nachrichten zum Tag", text, re.I):
            yield Notice(text, day)


def _read_list(table: Table, day: _Day) -> _Day:
    heads = [row for row in table.rows if row and all(cell.header for cell in row)]
    body = [row for row in table.rows if row and not all(cell.header for cell in row)]
    if len(body) == 1 and len(body[0]) == 1:
        text = body[0][0].text
        if _UNRELEASED.search(text):
            day.released = False
            return day
        if _EMPTY.search(text):
            return day
    fields = columns(heads)
    day.shape = ",".join(fields)
    widths = heads[-1]
    header, marked = "", False
    for row in body:
        if len(row) == 1 and (row[0].colspan > 1 or len(fields) > 1):
            marked = True
            if "inline_header" in row[0].css:
                header = row[0].text
            elif row[0].text:
                day.notices.append(Notice(f"{header}: {row[0].text}" if plain(header) else row[0].text, day.date))
            continue
        cells = {name: cell for name, cell in zip(fields, row, strict=False) if name}
        last = day.rows[-1].cells if day.rows else None
        if last is not None and continued(last, cells, dict(zip(fields, widths, strict=False))):
            continue
        day.rows.append(_Row(header, cells))
    if not day.rows and not marked:
        raise SourceChanged("the table of substitutions has no rows and no mark of an empty day")
    return day


def _substitutions(day: _Day) -> tuple[list[Substitution], list[Target]]:
    headers = list(dict.fromkeys(row.header for row in day.rows if plain(row.header)))
    by_class = _by_class(day.rows, headers)
    known = headers if by_class else _lone_classes(day.rows)
    substitutions: list[Substitution] = []
    places: dict[Substitution, str] = {}
    for row in day.rows:
        classes = _header_classes(row, headers) if by_class else None
        one = substitution(row.cells, day=day.date, classes=classes, known=known)
        if not by_class:
            one = _with_teacher(one, row)
            if places.setdefault(one, row.header) != row.header:
                continue  # the same fact under the other teacher
        substitutions.append(one)
    found = (name for one in substitutions for name in one.classes)
    targets = [Target(TargetKind.CLASS, name, name) for name in dict.fromkeys(found)]
    if not by_class:
        targets += [Target(TargetKind.TEACHER, name, name) for name in _teachers(substitutions)]
    return substitutions, targets


def _teachers(substitutions: Sequence[Substitution]) -> dict[str, None]:
    return dict.fromkeys(name for one in substitutions for name in (*one.teachers, *(one.was.teachers or ())))


def _by_class(rows: Sequence[_Row], headers: Sequence[str]) -> bool:
    """Whether the group headers are classes: most rows under a header name that class in their own cell.

    Without a class cell anywhere, a header is a class unless it is one of the table's own teachers.
    """
    told = hits = 0
    for row in rows:
        cell = row.cells.get("classes")
        own = class_list(cell.text or cell.struck, headers) if cell is not None else ()
        if plain(row.header) and own:
            told += 1
            hits += _class_of(row.header, own) is not None or bool({*class_list(row.header)} & {*own})
    if told:
        return hits * 2 >= told
    if not headers:
        return False
    teachers = {
        class_key(row.cells[name].text) for row in rows for name in ("teacher", "was_teacher") if name in row.cells
    }
    return not any(class_key(header) in teachers for header in headers)


def _class_of(header: str, own: Sequence[str]) -> str | None:
    """The class of the row that the header names, alone or as its first word ("5a (Vogt)")."""
    keys = {class_key(name): name for name in own}
    return keys.get(class_key(header)) or keys.get(class_key(header.split()[0]))


def _header_classes(row: _Row, headers: Sequence[str]) -> tuple[str, ...] | None:
    if not plain(row.header):
        return None
    cell = row.cells.get("classes")
    own = class_list(cell.text or cell.struck, headers) if cell is not None else ()
    if class_key(row.header) in {class_key(name) for name in own}:
        return (row.header,)
    if first := _class_of(row.header, own):
        return (first,)
    return class_list(row.header) or (row.header,)


def _lone_classes(rows: Sequence[_Row]) -> list[str]:
    """The classes that stand alone in a cell: what a run-together list on the same page is written of."""
    texts = (row.cells["classes"].text.strip("() ") for row in rows if "classes" in row.cells)
    return [text for text in dict.fromkeys(texts) if len(class_list(text)) == 1 and plain(text)]


def _with_teacher(one: Substitution, row: _Row) -> Substitution:
    if not plain(row.header) or {"teacher", "was_teacher"} & row.cells.keys():
        return one
    if one.kind == "cancelled":
        return replace(one, was=replace(one.was or Was(), teachers=(row.header,)))
    return replace(one, teachers=(row.header,))


SOURCE = Source(
    id="untis-monitor",
    title="Untis monitor (subst_001.htm)",
    country="DE, AT, CH",
    example_url="https://www.school.example/vertretungsplan/subst_001.htm",
    scope="school",
    delivers=("substitutions", "notices", "classes", "teachers"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
    needs="the address of the first page",
)
