"""svPlan substitution plans: two layouts, cells told by their class, several days on a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urljoin, urlsplit

from bot.errors import NotReleased, SourceChanged, TruncatedPage
from bot.model import Notice, Plan, Substitution
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.german import date_in, instant_in, published
from bot.scraper.page import squeeze, text_of, why_not
from bot.scraper.rowstream import Leave, Mark, Row, TableStart, must_end, stream, visible
from bot.scraper.svplan_row import role_of, substitution_in

_LANDMARK = re.compile(
    r"""class\s*=\s*["']?(?:svp[\s"'-]|scheduler\b|(?:Stunde|Klasse)(?:Neu)?[\s"'])|Vertretungsplan\s+f(?:ü|&uuml;)r""",
    re.I,
)
_PLAIN_CELL = re.compile(
    rb"""<t[hd]\s+class=["']?(Stunde|Klasse|Fach|Raum|Lehrer|Vertretung|Anmerkung)(?:Neu)?[\s"'>]""", re.I
)
_FRAME = re.compile(r"""class\s*=\s*["']?(?:svp["'\s-]|Titel["'\s]|Trennlinie|(?:Stunde|Klasse)["'\s])""")
_NO_PLAN = re.compile(r"\bKeine?\s+(?:Vertretungsplan|Vertretung(?:en|sfälle)?)\b", re.I)
_DATE_CLASSES = frozenset({"svp-plandatum-heute", "svp-plandatum-morgen", "svp-plandatum", "titel"})
_STAMP_CLASSES = frozenset({"svp-uploaddatum", "stand"})
_MESSAGE_GAP = re.compile(r"(?i)<br\s*/?>\s*<br\s*/?>")


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The plan's page; beside "PH_heute.htm" also "PH_morgen.htm", where the school has it."""
    page = await http.get(query.url, auth=(query.username, query.password) if query.password else None)
    folder, _, name = urlsplit(query.url).path.rpartition("/")
    if "heute" not in name.lower():
        return (page,)
    tomorrow = re.sub("heute", lambda match: "Morgen" if match[0][0] == "H" else "morgen", name, flags=re.I)
    other = await http.get_or_none(
        urljoin(query.url, f"{folder}/{tomorrow}"), auth=(query.username, query.password) if query.password else None
    )
    return (page,) if other is None else (page, other)


@dataclass(slots=True)
class _Day:
    """A day of the plan: its rows as they come, and the frame they stand in."""

    day: date
    rows: list[Substitution] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    listed: bool = False


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """The days of the pages; the first page that speaks of a day counts. Errors as in the contract."""
    days: dict[date, _Day] = {}
    stamps: list[datetime] = []
    shapes: list[str] = []
    for page in pages:
        reader = _read(text_of(page), query)
        for day in reader.days:
            days.setdefault(day.day, day)
        stamps.extend(reader.stamps)
        shapes.extend(reader.shapes)
    return Plan(
        updated=max(stamps, default=None),
        substitutions=tuple(row for day in days.values() for row in day.rows),
        notices=tuple(Notice(text, day.day) for day in days.values() for text in day.notices),
        days=tuple(days),
        shape="|".join(dict.fromkeys(shapes)),
    )


def _read(text: str, query: Query) -> _Reader:
    if not _LANDMARK.search(text) or not _FRAME.search(text):
        raise why_not(text, "svPlan")
    reader = _Reader(text, query)
    for item in stream(text, "div", "p", "h2", "h3", "hr", "title", "dl", "head"):
        if isinstance(item, Mark):
            reader.enter(item)
        elif isinstance(item, Leave):
            reader.leave(item)
        elif isinstance(item, TableStart):
            reader.open_table(item)
        elif isinstance(item, Row):
            reader.row(item)
        elif item.open_tables or reader.depth:
            raise TruncatedPage("the page ends inside the plan")
    must_end(text)
    if reader.supervision:
        raise TruncatedPage("the page ends before the supervision that it announces")
    if reader.layout == "plain" and re.search(r"(?i)<body\b", text) and not re.search(r"(?i)</(?:body|html)\s*>", text):
        raise TruncatedPage("the page ends before its </body>")  # some exports close it above the plan, all close it
    if reader.heads and reader.days:  # every day of a page brings its own <head>, in some exports
        raise TruncatedPage("the page ends before the plan of its last day")
    return _checked(reader, text)


def _checked(reader: _Reader, text: str) -> _Reader:
    if not reader.days:
        if reader.tables:
            raise SourceChanged("the plan names no date")
        raise why_not(text, "svPlan")
    missing = [day for day in reader.days if not day.listed]
    if missing and not (_NO_PLAN.search(visible(text)) and all(not day.rows for day in missing)):
        raise NotReleased(f"the page has no plan for {missing[0].day} yet")
    return reader


class _Reader:
    """Where in the page we are: the day, the table's role, the cells that an empty cell repeats."""

    def __init__(self, text: str, query: Query) -> None:
        self.query = query
        self.days: list[_Day] = []
        self.stamps: list[datetime] = []
        self.shapes: list[str] = []
        self.tables = self.heads = self.depth = self.divs = 0
        self.frame = 0
        self.layout = "svp" if re.search(r"""class\s*=\s*["']?svp""", text) else "plain"
        self.title: date | None = None
        self.supervision = ""
        self.roles: dict[int, str] = {}
        self.label = ""
        self.messages = self.spelled = False
        self.above: dict[str, str] = {}

    def enter(self, mark: Mark) -> None:
        if mark.name == "div":
            self.divs += 1
        classes = {name.lower() for name in mark.classes}
        if mark.name == "head":
            self.heads += 1
        elif mark.name == "title":
            self.title = date_in(mark.text, near=self.query.today) if "vertretungsplan" in mark.text.lower() else None
        elif mark.name == "h2" or mark.name == "h3":
            self.messages = "mitteilung" in mark.text.lower()
        elif classes & {"svp", "scheduler"}:
            self.depth, self.frame = 1, self.divs
            self.messages = False
        elif classes & _DATE_CLASSES:
            self._start(date_in(mark.text, near=self.query.today))
        elif classes & _STAMP_CLASSES:
            if instant := instant_in(mark.text, self.query.timezone):
                self.stamps.append(instant)
        elif classes:
            self._text(mark, classes)
        elif mark.name == "p" and self.messages:
            self._message(mark.raw)

    def leave(self, item: Leave) -> None:
        if item.name == "div":
            if self.depth and self.divs == self.frame:
                self.depth, self.messages = 0, False
            self.divs -= 1

    def _start(self, day: date | None) -> None:
        if day is None:
            raise SourceChanged("the plan's heading names no date")
        if not self.days or self.days[-1].day != day:
            self.days.append(_Day(day))
        self.heads = 0
        self.messages = False

    def _text(self, mark: Mark, classes: set[str]) -> None:
        if classes & {"aufsichttitel", "svp-aufsicht"}:
            self.supervision = mark.text.rstrip(":")
        elif classes & {"lehrerverplantlabel", "abwesenheitenlabel"}:
            self.label = mark.text
        elif classes & {"lehrerverplant", "abwesenheiten"}:
            text = published(mark.text)
            if text:
                self._day().notices.append(f"{self.label} {text}".strip())  # each entry of a list stands in a <p>
        elif "mitteilungen" in classes:
            self._message(mark.raw)
        elif "mitteilungenlabel" in classes and not mark.text:  # reading it tells a page cut inside it
            self.label = ""

    def _message(self, raw: str) -> None:
        for part in _MESSAGE_GAP.split(raw):
            if published(text := visible(part, breaks="\n")):
                self._day().notices.append(text)

    def _day(self) -> _Day:
        """The day that is being read; a page without a heading has its date in the title."""
        if not self.days:
            if self.title is None:
                raise SourceChanged("the plan names no date")
            self.days.append(_Day(self.title))
            self.heads = 0
        return self.days[-1]

    def open_table(self, table: TableStart) -> None:
        self.above, self.label = {}, ""
        if "svp-pausenaufsicht" in table.classes or self.supervision:
            self.roles[table.table] = self.supervision or "Pausenaufsicht"
        elif "svp-tabelle" in table.classes:
            self.tables += 1
            self._day().listed = True
        self.supervision = ""

    def row(self, row: Row) -> None:
        roles = [role_of(cell.classes) for cell in row.cells]
        if all(cell.header for cell in row.cells) or any("header" in name for name in row.classes):
            if "stunde" in roles and len(set(filter(None, roles))) > 2:
                self.shapes.append(f"{self.layout}({','.join(role or '?' for role in roles)})")
                if row.table not in self.roles:
                    self.tables += 1
                    self._day().listed = True
            return
        fields = {role: squeeze(cell.text) for role, cell in zip(roles, row.cells, strict=True) if role}
        if not fields or not any(published(value) for value in fields.values()):
            return
        if "stunde" not in fields or not self.tables:
            if self.tables and len(fields) > 2:
                raise SourceChanged("a row of the plan has no lesson")
            return
        self._repeat(fields)
        self._day().rows.append(substitution_in(fields, self._day().day, self.roles.get(row.table, ""), self.query))

    def _repeat(self, fields: dict[str, str]) -> None:
        """Fill an empty lesson or class from the row above.

        A page that writes a class again under itself leaves none out: a row without one is then about no class.
        """
        for name in ("stunde", "klasse"):
            if name in fields:
                said, above = published(fields[name]), self.above.get(name, "")
                self.spelled |= name == "klasse" and bool(said) and said == above
                repeated = "" if name == "klasse" and self.spelled else above
                fields[name] = said or repeated
                self.above[name] = said or above


def recognise(page: Page) -> float:
    """By the svp-* classes, or by the cells and the heading of the plain layout."""
    body = page.body
    if not body:
        return 0.5 if re.search(r"/PH_(?:heute|morgen)\.html?$", page.url, re.I) else 0.0
    if b"svp-tabelle" in body or b"svp-plandatum" in body:
        return 1.0
    cells = {word.lower() for word in _PLAIN_CELL.findall(body)}
    if b"stunde" not in cells or len(cells) < 3:  # which of the columns a plan has is the school's choice
        return 0.0
    if re.search(rb"""class=["']?Titel""", body):
        return 0.9
    return 0.5 if b"Vertretungsplan" in body else 0.0


SOURCE = Source(
    id="svplan",
    title="svPlan",
    country="DE",
    example_url="https://schule.example/vertretungsplan/PH_heute.htm",
    scope="school",
    delivers=("substitutions", "notices"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
)
