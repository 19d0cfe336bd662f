"""Untis info timetable, substitutions: frames with a navigation bar, and `w/NN/w00000.htm` with the days of a week.

A day is a bold "29.6. Donnerstag" and the `table.subst` under it. A day that is "nicht freigegeben" is not published
yet: it is left out of `Plan.days`, for unreleased is not empty. A row without period and date goes on with the text of
the row above, with words cut at the column's width. The page has no year: the week asked for, the weekday and the years
that the page names tell it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urlsplit

from bot.errors import NotReleased, SourceChanged
from bot.model import Plan, Substitution, Target, TargetKind
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import loose, squeeze, text_of, why_not
from bot.scraper.tables import Cell, bare, tables
from bot.scraper.untis import complete
from bot.scraper.untis_dates import day_in, hints_of, stand_of, weekday_of
from bot.scraper.untis_day import Day, days_of, rows_of
from bot.scraper.untis_frames import Navbar, navbar_of, open_frames, week_page

PAGE_LIMIT = 120

_LANDMARK = re.compile(r"""<div[^<>]*id\s*=\s*["']?vertretung\b|<table[^<>]*class\s*=\s*["']?subst\b""", re.I)
_TABLES = re.compile(r"""class\s*=\s*["']?[^"'<>]*\b(?:subst|info)\b|\brules\s*=""", re.I)
_SUBST = re.compile(r"""class\s*=\s*["']?[^"'<>]*\bsubst\b""", re.I)
_BOLD = re.compile(r"<(?:b|strong)\b[^<>]*>(?:\s|<[^<>/]*>)*([^<]{4,60})", re.I)
_DAY = re.compile(
    r"\d{1,2}\.\s?\d{1,2}\.(?:\d{4})?\W*([^\W\d_]{2,})?|\d{1,4}[-./]\s?\d{1,2}(?:[-./]\d{1,4})?[\s,]+([^\W\d_]{2,})"
    r"|([^\W\d_]{2,})[\s,.]+\d{1,4}[-./]\d"
)
_PAGE_NUMBER = re.compile(r"w(\d{5})\.html?$", re.I)


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The navigation bar and the weeks that overlap the query's days: the page of all classes, else one a class.

    Raises NotReleased when none of the weeks is published.
    """
    bar, base = await open_frames(http, query)
    nav = navbar_of(loose(bar))
    if nav is None:
        return (bar,)
    weeks = nav.wanted(query)
    numbers = [0] if nav.whole or not nav.names[TargetKind.CLASS] else range(1, len(nav.names[TargetKind.CLASS]) + 1)
    if len(weeks) * len(numbers) > PAGE_LIMIT:
        weeks = weeks[: max(1, PAGE_LIMIT // len(numbers))]
    pages = [bar]
    for week in weeks:
        for number in numbers:
            page = await week_page(http, base, letter="w", week=week, number=number)
            if page is not None:
                pages.append(page)
    if len(pages) == 1:
        raise NotReleased("the school has not published the substitutions of these weeks")
    return tuple(pages)


def recognise(page: Page) -> float:
    """1.0 for the substitutions of a week, 0.7 for a navigation bar with them, 0.5 for an address of that form."""
    if not page.body:
        return 0.5 if re.search(r"/(?:w/\d+/w\d{5}|frames/navbar)\.html?$", urlsplit(page.url).path, re.I) else 0.0
    text = loose(page)
    if _LANDMARK.search(text):
        return 1.0
    offers = re.search(r"""<option[^<>]*value\s*=\s*["']?[wv]["'\s>]""", text, re.I)
    return 0.7 if offers and navbar_of(text) is not None else 0.0


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """The released days; a navigation bar alone gives its targets. Raises NotReleased when no day is released."""
    texts = [(page, text_of(page)) for page in pages]
    nav: Navbar | None = None
    days: list[tuple[str, Day]] = []
    for page, text in texts:
        if not _LANDMARK.search(text):
            bar = navbar_of(text)
            if bar is None:
                raise why_not(text, "Untis info")
            nav = nav or bar
            complete(text, tables_closed=True)
            continue
        days.extend((page.url, day) for day in _days(text, query))
    if not days and not (nav and nav.targets()):
        raise why_not(texts[0][1] if texts else "", "Untis info")
    released = [(url, day) for url, day in days if day.released]
    if days and not released:
        raise NotReleased("the school has not released its substitutions yet")
    known = nav.names[TargetKind.CLASS] if nav else ()
    substitutions: list[Substitution] = []
    targets: dict[Target, None] = dict.fromkeys(nav.targets() if nav else ())
    for url, day in released:
        rows, found = rows_of(_of_class(day, url, known), known)
        substitutions.extend(rows)
        targets.update(dict.fromkeys(() if nav else found))
    return Plan(
        school=nav.school if nav else "",
        updated=max((stand for _, text in texts if (stand := stand_of(text, query.timezone))), default=None),
        targets=tuple(targets),
        # On the classes' own pages a lesson of two classes stands twice, and is one row.
        substitutions=tuple(dict.fromkeys(substitutions) if nav and not nav.whole else substitutions),
        notices=tuple(dict.fromkeys(notice for _, day in released for notice in day.notices)),
        days=tuple(dict.fromkeys(day.date for _, day in released)),
        shape="|".join(sorted({f"untis-info {day.shape}" for _, day in released if day.shape})),
    )


def _of_class(day: Day, url: str, known: Sequence[str]) -> Day:
    """The day of a class's own page (`w00003.htm`): its rows need not say the class."""
    number = _PAGE_NUMBER.search(urlsplit(url).path)
    if number is None or not 0 < int(number[1]) <= len(known):
        return day
    name = known[int(number[1]) - 1]
    for row in day.rows:
        if not row.cells.get("classes", Cell()).text:
            row.cells["classes"] = Cell(text=name)
    return day


def _days(page: str, query: Query) -> Iterator[Day]:
    """A day for every title, from it to the next."""
    text = bare(page)
    found = list(tables(text, _TABLES))
    complete(page, tables_closed=all(table.closed for table in found))
    bold = [match for match in _BOLD.finditer(text) if _is_day(squeeze(match[1]))]
    titles = [title for title in bold if not any(one.start < title.start() < one.end for one in found)]
    if not titles:
        raise SourceChanged("the week's page has no day")
    hints = hints_of(text, start=query.start, today=query.today)
    dates = [(title.end(), _date(squeeze(title[1]), hints)) for title in titles]
    return days_of(text, dates, found, _SUBST)


def _is_day(text: str) -> bool:
    """Whether a bold text is the title of a day: "29.6. Donnerstag", "26-6 Maandag", "Monday 6/26"."""
    match = _DAY.match(text)
    return match is not None and all(weekday_of(word) is not None for word in match.groups() if word)


def _date(title: str, hints: tuple[date, frozenset[int]]) -> date:
    try:
        if day := day_in(title, near=hints[0], years=hints[1]):
            return day
    except ValueError:
        pass
    raise SourceChanged(f"the title of a day is no date: {title[:80]!r}")


SOURCE = Source(
    id="untis-info",
    title="Untis info timetable, substitutions",
    country="DE, AT, CH",
    example_url="https://www.school.example/vertretungsplan/default.htm",
    scope="school",
    delivers=("substitutions", "notices", "classes", "teachers", "rooms"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
    needs="the address of the frames or of a week's page",
)
