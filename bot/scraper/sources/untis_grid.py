"""Untis timetable grid of a class, a teacher or a room: `c/NN/cNNNNN.htm`, `t/…`, `r/…`, one page a week.

The outer table has a column of times, a header cell a day ("Montag 19.8.", spanning many columns) and a cell a lesson,
spanning two rows a period; a lesson that lasts two periods as one cell has both. Inside a cell is a table: the bold
text is the subject and starts a lesson (several are groups), `1)` points to a footnote, the rest are teacher and room,
in an order that differs by school. Which is which the page tells: by its footnotes ("Le.,Fa.,Rm."), else by the place
that mostly holds numbers. A text over a whole day ("Vor Schulbeginn") is a day without lessons.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from bot.errors import NotReleased, SourceError, UnknownTarget
from bot.model import Plan, Target, TargetKind
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import class_key, loose, match_name, nearest_names, of_file, squeeze, text_of, why_not
from bot.scraper.tables import placed, tables
from bot.scraper.untis import complete
from bot.scraper.untis_cells import Reader, days_in, has_days, slots_in
from bot.scraper.untis_dates import stand_of
from bot.scraper.untis_footnotes import footnotes_of
from bot.scraper.untis_frames import Navbar, navbar_of, open_frames, week_page

LETTERS = {TargetKind.CLASS: "c", TargetKind.TEACHER: "t", TargetKind.ROOM: "r"}

_TABLES = re.compile(r"\brules\s*=|\bborder\s*=\s*[\"']?[1-9]", re.I)
_LANDMARK = re.compile(
    r"""<body[^<>]*class\s*=\s*["']?tt\b|name\s*=\s*["']?generator["']?\s+content\s*=\s*["'][^"'<>]*untis""", re.I
)
# Whose timetable it is: the blue text above the grid, else the first large one.
_BLUE = re.compile(r"""<font\b[^<>]*color\s*=\s*["']?#0000ff\b[^<>]*>(.{0,500}?)</font""", re.I | re.S)
_LARGE = re.compile(r"""<font\b[^<>]*size\s*=\s*["']?[5-9]\b[^<>]*>(.{0,500}?)</font""", re.I | re.S)
_TITLE = re.compile(r"<title>([^<]*)</title>", re.I)
_WEEK = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\s+([A-Z])\b")
_LETTER = re.compile(r"/([ctr])\d{5}\.html?$", re.I)


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The navigation bar and the wanted target's page of each week; the bar alone when nobody is named.

    Raises UnknownTarget for a name that the bar does not list, NotReleased when no week of the query is published.
    """
    if not query.name and _LETTER.search(urlsplit(query.url).path):
        return (await http.get(query.url),)
    bar, base = await open_frames(http, query)
    nav = navbar_of(loose(bar))
    if nav is None or not query.name:
        return (bar,)
    nav = navbar_of(text_of(bar)) or nav
    listed = nav.names[query.kind]
    name = match_name(query.name, listed)
    if name is None:
        raise UnknownTarget(query.name, nearest_names(query.name, listed))
    number = listed.index(name) + 1
    pages = [bar]
    # A bar with one week has the timetable of all: the school makes it anew when it changes, not each Monday.
    for week in (nav.wanted(query) or list(nav.weeks)[: len(nav.weeks) == 1])[:12]:
        page = await week_page(http, base, letter=LETTERS[query.kind], week=week, number=number)
        if page is not None:
            pages.append(page)
    if len(pages) == 1:
        raise NotReleased("the school has not published the timetable of these weeks")
    return tuple(pages)


def recognise(page: Page) -> float:
    """1.0 for a grid with days, 0.6 for a navigation bar that offers grids, 0.5 for an address of that form."""
    if not page.body:
        return 0.5 if _LETTER.search(urlsplit(page.url).path) else 0.0
    text = loose(page)
    if _LANDMARK.search(text):
        with suppress(SourceError):  # bytes that no charset reads: the weekdays may still be plain
            text = text_of(page)
        if any(has_days(table) for table in tables(text[:400_000], _TABLES)):
            return 1.0
    offers = re.search(r"""<option[^<>]*value\s*=\s*["']?[ctr]["'\s>]""", text, re.I)
    return 0.6 if offers and navbar_of(text) is not None else 0.0


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """The lessons of the pages; a navigation bar alone gives its targets. Raises UnknownTarget for another's page."""
    nav: Navbar | None = None
    plans: list[Plan] = []
    for page in pages:
        text = text_of(page)
        if bar := navbar_of(text):
            complete(text, tables_closed=True)
            nav = bar
            plans.append(Plan(school=bar.school, targets=bar.targets(), updated=stand_of(text, query.timezone)))
        else:
            plans.append(_plan(page, text, query, nav))
    grids = [plan for plan in plans if plan.shape]
    if not grids and not any(plan.targets for plan in plans):
        raise why_not(text_of(pages[0]), "Untis grid")
    if grids and not any(plan.days or plan.lessons for plan in grids):
        raise NotReleased("the timetable of these weeks has no lessons in it")
    free = [span for plan in plans for span in plan.free_days]
    whole = Plan(
        school=next((plan.school for plan in plans if plan.school), ""),
        updated=max((plan.updated for plan in plans if plan.updated), default=None),
        targets=tuple(dict.fromkeys(target for plan in plans[:1] for target in plan.targets)),
        lessons=tuple(lesson for plan in plans for lesson in plan.lessons),
        free_days=tuple(free),
        days=tuple(dict.fromkeys(day for plan in plans for day in plan.days)),
        shape="|".join(sorted({f"untis-grid {plan.shape}" for plan in grids})),
    )
    return whole if grids else of_file(whole, query)


def _plan(page: Page, text: str, query: Query, nav: Navbar | None) -> Plan:
    found = list(tables(text, _TABLES))
    grid = next((table for table in found if has_days(table)), None)
    if grid is None:
        if _LANDMARK.search(text):
            complete(text, tables_closed=all(table.closed for table in found))
        raise why_not(text, "Untis timetable")
    complete(text, tables_closed=all(table.closed for table in found))
    if not _LANDMARK.search(text):
        raise why_not(text, "Untis timetable")
    name = _name(text[: grid.start])
    letter = _LETTER.search(urlsplit(page.url).path)
    kind = next((kind for kind, one in LETTERS.items() if letter and one == letter[1].lower()), query.kind)
    week = _WEEK.search(text[grid.end :])
    if query.name and name and not _is_of(name, query.name, nav.names[kind] if nav else ()):
        raise UnknownTarget(query.name, (name,))
    name = (match_name(query.name, nav.names[kind]) if nav and query.name else None) or name
    reader = Reader(kind, name, week[1] if week else "", footnotes_of(found), nav.names if nav else {})
    cells = placed(grid)
    days = days_in(cells, text, query)
    if nav and (monday := nav.monday_of(page.url)):
        days = [replace(day, date=day.date or monday + timedelta(days=day.weekday)) for day in days]
    slots = slots_in(cells)
    lessons, free = reader.read(cells, days, slots)
    if not lessons and not free:
        days = []  # an empty grid says nothing: holidays, or a week that is not entered yet
    return Plan(
        school=_school(text),
        updated=stand_of(text, query.timezone),
        targets=(Target(kind, name, name),) if name else (),
        lessons=tuple(lessons),
        free_days=tuple(free),
        days=tuple(day.date for day in days if day.date),
        shape="times" if slots[0].start else "numbers",
    )


def _name(text: str) -> str:
    found = _BLUE.finditer(text), _LARGE.finditer(text)
    names = (squeeze(html.unescape(re.sub(r"<[^<>]*>", " ", one[1]))) for several in found for one in several)
    return next(filter(None, names), "")


def _is_of(name: str, wanted: str, listed: Sequence[str]) -> bool:
    """Whether the page with that title is the wanted one: the title may be a cut name, but not another's."""
    if class_key(name) == class_key(wanted):
        return True
    return match_name(wanted, listed) is not None and match_name(name, listed) is None


def _school(text: str) -> str:
    """The school of the title "Untis 2026  Schuljahr 2026/27  BIRKENSCHULE TALHEIM  2"."""
    window = _TITLE.search(text)
    parts = re.split(r"\s{2,}", html.unescape(window[1]).strip()) if window else []
    named = [part for part in parts[1:] if not part.isdecimal()]
    return named[-1] if named else ""


SOURCE = Source(
    id="untis-grid",
    title="Untis timetable grid",
    country="DE, AT, CH",
    example_url="https://www.school.example/stundenplan/default.htm",
    scope="target",
    delivers=("lessons", "classes", "teachers", "rooms"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
    needs="the address of the frames or of a page",
)
