"""DaVinci substitution plans: indexes of days, months or classes, and the pages they lead to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urljoin, urlsplit

from bot.errors import NotReleased, SourceChanged, TruncatedPage, UnknownTarget
from bot.model import Notice, Plan, Substitution, Target, TargetKind
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.davinci_index import links_in
from bot.scraper.davinci_row import columns_of, fields_of, substitution
from bot.scraper.german import date_in, instant_in, published
from bot.scraper.page import match_name, nearest_names, text_of, why_not
from bot.scraper.rowstream import End, Mark, Row, TableStart, must_close, stream, visible

_LANDMARK = re.compile(r"davinci", re.I)
_EMPTY = re.compile(r"\bEs liegen keine\b|\bKeine\s+(?:Vertretungen|Änderungen)\b", re.I)
_MOST_PAGES = 40


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The address, and when it is an index the pages it leads to, on the same host only.

    Of an index of classes only the class that is asked for is fetched, and none when no name is given.
    Raises UnknownTarget when it is not in the index, NotReleased when an index of days has none of those asked for.
    """
    auth = (query.username, query.password) if query.password else None
    index = await http.get(query.url, auth=auth)
    links = [link for link in links_in(text_of(index)) if _same_host(index.url, link.href)]
    classes = [link for link in links if link.kind == "class"]
    if classes and query.kind is TargetKind.CLASS:
        wanted = match_name(query.name, [link.text for link in classes]) if query.name else None
        if query.name and wanted is None:
            raise UnknownTarget(query.name, nearest_names(query.name, [link.text for link in classes]))
        links = [link for link in classes if link.text == wanted]
    days = any(link.kind == "day" for link in links)
    pages = [index]
    for link in links[:_MOST_PAGES]:
        day = date_in(link.text)
        if day is None or ((query.start is None or query.start <= day) and (query.end is None or day < query.end)):
            page = await http.get_or_none(urljoin(index.url, link.href), auth=auth)
            if page is not None:
                pages.append(page)
    if days and len(pages) == 1:
        raise NotReleased("the school has published no plan for these days yet")
    return tuple(pages)


def _same_host(url: str, href: str) -> bool:
    there = urlsplit(urljoin(url, href))
    return there.scheme in ("http", "https") and there.netloc == urlsplit(url).netloc


@dataclass(slots=True)
class _Found:
    """What the pages said so far."""

    rows: list[Substitution] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    stamps: list[datetime] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """The plans of the pages, and the classes of an index. Errors as in the contract.

    An index of days alone says nothing about any day: NotReleased when it leads nowhere, SourceChanged otherwise.
    """
    found = _Found()
    targets: list[Target] = []
    days_linked = plans = 0
    for page in pages:
        text = text_of(page)
        if not _LANDMARK.search(text):
            raise why_not(text, "DaVinci")
        if _is_plan(text):
            plans += 1
            _read(text, query, found)
            continue
        must_close(text)
        links = links_in(text)
        if not links and not re.search(r"""class\s*=\s*["']?(?:classes|index-group|month|day-index)""", text):
            raise why_not(text, "DaVinci")
        targets.extend(Target(TargetKind.CLASS, link.href, link.text) for link in links if link.kind == "class")
        days_linked += sum(link.kind == "day" for link in links)
    if not plans and not targets:
        if days_linked and len(pages) == 1:
            raise SourceChanged("the page is an index of days, the plan stands in the pages it leads to")
        raise NotReleased("the index leads to no plan of these days yet")
    return Plan(
        updated=max(found.stamps, default=None),
        targets=tuple(dict.fromkeys(targets)),
        substitutions=tuple(found.rows),
        notices=tuple(dict.fromkeys(found.notices)),
        days=tuple(dict.fromkeys(found.days)),
        shape="|".join(dict.fromkeys(found.shapes)) or ("" if plans else "index"),
    )


def _is_plan(text: str) -> bool:
    return bool(re.search(r"""class\s*=\s*["']?list-table|#9999FF""", text, re.I))


def _read(text: str, query: Query, found: _Found) -> None:
    reader = _Reader(query, found)
    for item in stream(text, "h1", "h2", "h3", "h4", "p", "div", "title"):
        if isinstance(item, Mark):
            reader.mark(item)
        elif isinstance(item, TableStart):
            reader.above = {}
            if "list-table" in item.classes:
                reader.lists.add(item.table)
        elif isinstance(item, Row):
            reader.row(item)
        elif isinstance(item, End) and item.open_tables:
            raise TruncatedPage("the page ends inside the plan")
    must_close(text)
    if not reader.columns and not reader.empty:
        raise SourceChanged("the page has no table of changes")


class _Reader:
    """Where in the page we are: the caption's class and date, the columns, the cells that an empty cell repeats."""

    def __init__(self, query: Query, found: _Found) -> None:
        self.query = query
        self.found = found
        self.name = ""
        self.day: date | None = None
        self.columns: dict[int, tuple[str, ...]] = {}
        self.lists: set[int] = set()
        self.above: dict[str, str] = {}
        self.captioned = self.empty = False

    def mark(self, mark: Mark) -> None:
        classes = mark.classes
        if "list-table-caption" in classes:
            self._caption(mark.text)
        elif "copyright" in classes:
            # The footer's text stands in a div of its own: "02-09-2016 13:32 | CREATED BY DAVINCI".
            self._stamp(visible(mark.text_[mark.start : mark.start + 400]))
        elif mark.name == "h1" and not self.captioned:  # DaVinci 5: "12.01.2017 | 7:59"
            self._stamp(mark.text)
        elif "callout" in classes:
            text = mark.text
            if _EMPTY.search(text) and self.day is not None:
                self.empty = True
                self.found.days.append(self.day)
            elif published(text):
                self.found.notices.append(Notice(text, self.day))
        elif self.captioned and (mark.name in ("h2", "h3", "h4") or (mark.name == "p" and not self.columns)):
            self._below_caption(mark)

    def _stamp(self, text: str) -> None:
        if (instant := instant_in(text, self.query.timezone)) and self.found.stamps[-1:] != [instant]:
            self.found.stamps.append(instant)

    def _caption(self, text: str) -> None:
        self.captioned = True
        day = date_in(text, near=self.query.today)
        if day is None:
            self.name = text
        else:
            self.day = day

    def _below_caption(self, mark: Mark) -> None:
        """Under the caption: the date of a class's plan, or a message."""
        text = mark.text
        day = date_in(text)
        if day is not None and len(text) < 40:
            self.day = day
        elif mark.name == "p" and published(text):
            self.found.notices.append(Notice(text, self.day))

    def row(self, row: Row) -> None:
        columns = columns_of(row)
        if columns:
            if self.day is None and "date" not in columns:
                raise SourceChanged("the plan names no date")
            self.columns[row.table] = columns
            self.found.shapes.append(",".join(columns))
            if self.day is not None:
                self.found.days.append(self.day)
        elif row.table in self.columns:
            self._change(row, self.columns[row.table])
        elif row.table in self.lists and len(row.cells) > 2:
            raise SourceChanged("the columns of the plan are not the known ones")

    def _change(self, row: Row, columns: tuple[str, ...]) -> None:
        if len(row.cells) < len(columns):
            if len(row.cells) == 1:
                if text := published(row.cells[0].text):
                    self.found.notices.append(Notice(text, self.day))
                return
            raise SourceChanged(f"a row of the plan has {len(row.cells)} cells for {len(columns)} columns")
        fields = fields_of(columns, [cell.text for cell in row.cells])
        if not any(published(value) for value in fields.values()):
            return
        for name in ("class", "period", "date"):
            if name in fields:
                self.above[name] = fields[name] = published(fields[name]) or self.above.get(name, "")
        day = date_in(fields["date"], near=self.query.today) if "date" in fields else self.day
        if day is None:
            raise SourceChanged("a row of the plan has no date")
        if "date" in fields:
            self.found.days.append(day)
        self.found.rows.append(substitution(fields, self.name, day))


def recognise(page: Page) -> float:
    """By the generator's name and its lists; an address with its file names is a hint."""
    body = page.body
    if not body:
        return 0.7 if re.search(r"/V_(?:DC|CL)_[\w-]+\.html?$", page.url) else 0.0
    if b"DAVINCI" in body or b"daVinci" in body:
        lists = (b"list-table", b"day-index", b'"month"', b"index-group", b"classes")
        return 1.0 if any(mark in body for mark in lists) else 0.4
    return 0.0


SOURCE = Source(
    id="davinci",
    title="DaVinci",
    country="DE",
    example_url="https://schule.example/davinci/index.html",
    scope="school",
    delivers=("substitutions", "notices", "classes"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
)
