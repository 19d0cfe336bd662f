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
from datetime import date, datetime
from urllib.parse import urldefrag, urljoin, urlsplit

from bot.errors import NotReleased, SourceChanged
from bot.model import Notice, Plan, Substitution, Target
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import squeeze, text_of, why_not
from bot.scraper.tables import Table, bare, tables
from bot.scraper.untis import complete, dated, stand_of
from bot.scraper.untis_day import Day, messages, read_list, rows_of

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
        rows, found = rows_of(day)
        substitutions.extend(rows)
        targets.update(dict.fromkeys(found))
    return Plan(
        school=next((school for school, _, _ in read if school), ""),
        updated=max((stand for _, stand, _ in read if stand), default=None),
        targets=tuple(targets),
        substitutions=tuple(substitutions),
        notices=tuple(dict.fromkeys(notice for day in days for notice in day.notices)),
        days=tuple(dict.fromkeys(day.date for day in released)),
        shape="|".join(sorted({f"untis-monitor {day.shape}" for day in released if day.shape})),
    )


def _page(page: Page, query: Query) -> tuple[str, datetime | None, list[Day]]:
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


def _days(text: str, found: Sequence[Table], query: Query) -> Iterator[Day]:
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
            yield read_list(table, Day(day, "", [], notices))
        else:
            notices.extend(messages(table, day))
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
