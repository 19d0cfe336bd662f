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
from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urldefrag, urljoin, urlsplit

from bot.errors import NotReleased, SourceChanged
from bot.model import Plan, Substitution, Target
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import loose, squeeze, text_of, why_not
from bot.scraper.tables import bare, tables
from bot.scraper.untis import complete
from bot.scraper.untis_dates import day_in, hints_of, stand_of
from bot.scraper.untis_day import Day, days_of, rows_of

PAGE_LIMIT = 60

_LANDMARK = re.compile(r"""<[^<>]*class\s*=\s*["']?[^"'<>]*\bmon_(?:title|list|head)\b""", re.I)
_TABLES = re.compile(r"""class\s*=\s*["']?[^"'<>]*\b(?:mon_list|info)\b""", re.I)
_LIST = re.compile(r"\bmon_list\b", re.I)
_TITLE = re.compile(r"""<div[^<>]*class\s*=\s*["']?[^"'<>]*\bmon_title\b[^<>]*>(.*?)</div""", re.I | re.S)
_REFRESH = re.compile(r"""<meta\b[^<>]*http-equiv\s*=\s*["']?refresh[^<>]*>""", re.I)
_REFRESH_URL = re.compile(r"""url\s*=\s*['"]?([^'"<>\s]+)""", re.I)
_FRAME = re.compile(r"""<i?frame\b[^<>]*\bsrc\s*=\s*["']?([^"'<>\s]*subst_\d[^"'<>\s]*)""", re.I)
_NAMED = re.compile(r"subst_\d{3}\.html?$", re.I)
_TAGS = re.compile(r"<[^<>]*>")
_SCHOOL = re.compile(
    r"""class\s*=\s*["']?[^"'<>]*\bmon_head\b.*?\balign\s*=\s*["']?right[^<>]*>(?:\s|<p[^<>]*>)*([^<]*)""", re.I | re.S
)


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The page at the address and those it refreshes to, until one repeats; of a frameset, each frame's chain.

    Pages of the school's own between them, which hold no plan, are passed over. Only the address's own host is asked.
    Raises SourceChanged for a chain of more than PAGE_LIMIT pages.
    """
    first = await http.get(query.url)
    starts = [first]
    if not _LANDMARK.search(loose(first)):
        frames = dict.fromkeys(_here(first.url, match) for match in _FRAME.findall(loose(first)))
        starts = [await http.get(url) for url in list(frames)[:4] if url] or starts
    pages: list[Page] = []
    seen: set[str] = set()
    for start in starts:
        page: Page | None = start
        while page is not None and _key(page.url) not in seen and all(page.body != other.body for other in pages):
            if len(seen) >= PAGE_LIMIT:
                raise SourceChanged(f"the plan goes on for more than {PAGE_LIMIT} pages")
            seen.add(_key(page.url))
            if not pages or _LANDMARK.search(loose(page)) or _NAMED.search(urlsplit(page.url).path):
                pages.append(page)
            following = _following(page)
            page = await _next(http, following) if following and _key(following) not in seen else None
    return tuple(pages)


async def _next(http: Http, url: str) -> Page | None:
    """The page that a page refreshes to. A slide of the school's own between the plan's pages may be missing."""
    return await (http.get(url) if _NAMED.search(urlsplit(url).path) else http.get_or_none(url))


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
    refresh = _REFRESH.search(loose(page))
    target = _REFRESH_URL.search(refresh[0]) if refresh else None
    return _here(page.url, target[1]) if target else None


def recognise(page: Page) -> float:
    """1.0 for the monitor's own tables, 0.9 for frames that hold its pages, 0.6 for an address named like them."""
    if page.body:
        return 1.0 if _LANDMARK.search(loose(page)) else 0.9 if _FRAME.search(loose(page)) else 0.0
    return 0.6 if _NAMED.search(urlsplit(page.url).path) else 0.0


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
    page_text, text = text, bare(text)
    found = list(tables(text, _TABLES))
    complete(page_text, tables_closed=all(table.closed for table in found))
    hints = hints_of(text, start=query.start, today=query.today)
    titles = [(title.end(), _date(squeeze(_TAGS.sub(" ", title[1])), hints)) for title in _TITLE.finditer(text)]
    days = list(days_of(text, titles, found, _LIST))
    if not days:
        raise SourceChanged("the Untis page has no day with a plan")
    return _school(page_text), stand_of(page_text, query.timezone), days


def _school(text: str) -> str:
    match = _SCHOOL.search(text[:20_000])
    return squeeze(match[1].replace("&nbsp;", " ").replace("&amp;", "&")) if match else ""


def _date(title: str, hints: tuple[date, frozenset[int]]) -> date:
    try:
        if day := day_in(title, near=hints[0], years=hints[1]):
            return day
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
