"""The requests of one visit to EduPage's public viewer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from bot.errors import LoginRequired, NotReleased, SourceChanged, TruncatedPage, UnknownTarget, WrongPage
from bot.model import Target, TargetKind
from bot.names import nearest_names
from bot.scraper.contract import Http, Page, Query
from bot.scraper.edupage_answers import answer_in, is_refusal, report_in, tables_in
from bot.scraper.edupage_list import Mark, begin_of, begins, is_one_of_several, marked, pivot, timetables_on
from bot.scraper.edupage_tables import KINDS, Row, has_lessons, target_named, targets_of

_TABLES = {kind: table for table, kind in KINDS.items()}
_NEEDED = {
    "teachers": ["short", "name", "firstname", "lastname"],
    "classes": ["short", "name"],
    "classrooms": ["short", "name"],
    "subjects": ["short", "name"],
    "periods": ["short", "name", "period", "starttime", "endtime"],
}
_GSH = "00000000"  # the hash of a visitor who is not logged in
_MAX_BYTES = 4_000_000  # answers of 2 MB were seen
_MOST_TIMETABLES = 4  # a school with several campuses has one timetable for each, valid at the same time


@dataclass(frozen=True, slots=True)
class _Timetable:
    """A timetable that was read: whether it knows the wanted one, its page if it has lessons of it, else its names."""

    known: bool
    page: Page | None = None
    names: tuple[str, ...] = ()


class Viewer:
    """One visit: the address, the token and the school year that every call carries, the timetables that were read."""

    def __init__(self, http: Http, query: Query) -> None:
        parts = urlsplit(query.url)
        self.http, self.query = http, query
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.gsh = _GSH
        self.first = query.start or query.today
        self.year = self.first.year if self.first.month >= 8 else self.first.year - 1
        self._read: dict[str, _Timetable] = {}

    async def open(self) -> None:
        """Get the cookie without which every call is refused, and what the page says of the calls."""
        page = await self.http.get(f"{self.base}/timetable/")
        text = page.body.decode("utf-8", "replace")
        if given := re.search(r"""gsechash\s*=\s*["'](\w+)["']""", text):
            self.gsh = given[1]
        if turn := re.search(r"""schoolyear_turnover["']\s*:\s*["'](\d\d-\d\d)["']""", text):
            self.year = self.first.year if f"{self.first:%m-%d}" >= turn[1] else self.first.year - 1

    async def call(self, path: str, function: str, *arguments: object) -> Page:
        body = {"__args": [None, *arguments], "__gsh": self.gsh}
        return await self.http.post(f"{self.base}{path}?__func={function}", json=body, max_bytes=_MAX_BYTES)

    async def listed(self) -> Row:
        """What the viewer offers: the list of timetables, and whether dated plans are `current`."""
        return answer_in(await self.call("/timetable/server/ttviewer.js", "getTTViewerData", self.year))

    async def dated(self, offer: Row) -> tuple[Page, ...]:
        """The main database and the dated plan; nothing where the school does not publish them.

        A school that says that it does, or whose main database is open, has a dated plan: what goes wrong then is
        raised. The weekly plan in its place would take back every change. Raises NotReleased for days without any
        item: the weekly plan would promise lessons of a holiday.
        """
        current = offer.get("current")
        said = current.get("allow") if isinstance(current, Mapping) else None
        if said is False:
            return ()
        public = said is True
        try:
            parts = {"op": "fetch", "needed_part": _NEEDED, "needed_combos": {}}
            names = await self.call("/rpr/server/maindbi.js", "mainDBIAccessor", self.year, {}, parts)
            tables = tables_in(names)
        except (TruncatedPage, WrongPage):
            raise
        except (LoginRequired, SourceChanged, NotReleased):
            if public:
                raise
            return ()
        if not targets_of(tables):
            if public:
                raise SourceChanged("the main database of EduPage names nobody")
            return ()
        if not self.query.name:
            return (names,)
        wanted = target_named(tables, self.query.kind, self.query.name)
        return await self._days_of(wanted, names, public=public) if wanted else ()

    async def _days_of(self, wanted: Target, names: Page, *, public: bool) -> tuple[Page, ...]:
        last = (self.query.end or self.first + timedelta(days=7)) - timedelta(days=1)
        asked = {
            "year": self.year,
            "datefrom": self.first.isoformat(),
            "dateto": last.isoformat(),
            "table": _TABLES[wanted.kind],
            "id": wanted.id,
            "showColors": True,
            "showIgroupsInClasses": False,
            "showOrig": True,
            "log_module": "CurrentTTView",
        }
        try:
            page = await self.call("/timetable/server/currenttt.js", "curentttGetData", asked)
        except (LoginRequired, NotReleased):
            if public:
                raise
            return ()
        # A school may show the days of classes and keep those of teachers and rooms to itself.
        if is_refusal(page) and not (public and wanted.kind is TargetKind.CLASS):
            return ()
        if answer_in(page).get("ttitems") == []:
            raise NotReleased("the school has published no dated plan for these days")
        return (names, page)

    async def weekly(self, offer: Row) -> tuple[Page, ...]:
        """The timetables of the asked days that hold the wanted one; without a name those of today, for their lists.

        When another timetable begins among the asked days, each page says in its address from when it is read.
        Raises NotReleased when no timetable is visible or none has a lesson of the wanted one, UnknownTarget when none
        of them knows it.
        """
        if not self.query.name:
            numbers = timetables_on(offer, pivot(self.query))[:_MOST_TIMETABLES]
            if not numbers:
                raise NotReleased("the school shows no EduPage timetable for that day")
            return tuple([await self._regular(number) for number in numbers])
        parts: list[tuple[date, str, Page]] = []
        for day in begins(offer, self.first, self.query.end or self.first):
            number, page = await self._holder(offer, day)
            if page and (not parts or number != parts[-1][1]):
                parts.append((max(day, begin_of(offer, number) or day), number, page))
        if not parts:
            raise self._missing()
        alone = len(parts) == 1 and parts[0][0] == self.first
        pages = []
        for begin, number, page in parts:
            several = is_one_of_several(offer, number, pivot(self.query))
            pages.append(marked(page, Mark(None if alone else begin, several)))
        return (*pages, *await self._substitutions())

    async def _holder(self, offer: Row, day: date) -> tuple[str, Page | None]:
        """The first timetable of a day that has lessons of the wanted one."""
        for number in timetables_on(offer, day)[:_MOST_TIMETABLES]:
            if number not in self._read:
                self._read[number] = self._kept(await self._regular(number))
            if page := self._read[number].page:
                return number, page
        return "", None

    async def _regular(self, number: str) -> Page:
        return await self.call("/timetable/server/regulartt.js", "regularttGetData", number)

    def _kept(self, page: Page) -> _Timetable:
        """What has to be kept of a timetable: not the two megabytes of another building."""
        tables = tables_in(page)
        wanted = target_named(tables, self.query.kind, self.query.name)
        if wanted and has_lessons(tables, wanted):
            return _Timetable(known=True, page=page)
        names = tuple(target.name for target in targets_of(tables) if target.kind is self.query.kind)
        return _Timetable(known=wanted is not None, names=names)

    def _missing(self) -> NotReleased | UnknownTarget:
        """Why no timetable was found."""
        if not self._read:
            return NotReleased("the school shows no EduPage timetable for that day")
        if any(one.known for one in self._read.values()):
            return NotReleased(f"the EduPage timetable has no lesson of {self.query.name} yet")
        names = [name for one in self._read.values() for name in one.names]
        return UnknownTarget(self.query.name, nearest_names(self.query.name, names))

    async def _substitutions(self) -> tuple[Page, ...]:
        """The reports of the next two school days among the asked ones; a report that nobody may see is left out."""
        if self.query.kind is not TargetKind.CLASS:
            return ()
        first = max(self.first, self.query.today)
        end = self.query.end or first + timedelta(days=7)
        span = (first + timedelta(days=step) for step in range(min(max((end - first).days, 0), 7)))
        reports = []
        for day in [day for day in span if day.weekday() < 5][:2]:
            asked = {"date": day.isoformat(), "mode": "classes"}
            try:
                page = await self.call("/substitution/server/viewer.js", "getSubstViewerDayDataHtml", asked)
                report_in(page, None)
            except (LoginRequired, SourceChanged, NotReleased, TruncatedPage, WrongPage):
                continue
            reports.append(page)
        return tuple(reports)
