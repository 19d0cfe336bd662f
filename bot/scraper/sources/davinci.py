"""DaVinci substitution plans: indexes of days, months or classes, and the pages they lead to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urljoin, urlsplit

from bot.errors import NotReleased, SourceChanged, TruncatedPage, UnknownTarget
from bot.model import UNCHANGED, Kind, Notice, Plan, Substitution, Target, TargetKind, Was
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.german import class_names_in, date_in, instant_in, kind_in, names_in, published
from bot.scraper.page import match_name, nearest_names, period_labels, text_of, why_not
from bot.scraper.rowstream import End, Leave, Mark, Row, TableStart, attributes_in, must_close, stream, visible

# What a column is called, and the field it fills: "v…" is the lesson as it takes place, "was" the one in the plan.
_COLUMNS = {
    "klasse": "class",
    "klassen": "class",
    "klasse(n)": "class",
    "pos": "period",
    "stunde": "period",
    "std": "period",
    "position": "period",
    "ue": "period",
    "dstd": "period",
    "vlehrer": "teacher",
    "vlehrkraft": "teacher",
    "vertreter": "teacher",
    "lehrer": "was teacher",
    "lehrkraft": "was teacher",
    "fach": "was subject",
    "vfach": "subject",
    "raum": "was room",
    "vraum": "room",
    "art": "label",
    "merkmal": "label",
    "info": "note",
    "information": "note",
    "mitteilung": "note",
    "bemerkung": "note",
    "hinweis": "note",
    "datum": "date",
    "tag": "day",
}
_INDEXES = {"classes": "class", "month": "day", "day-index": "day"}
_ONCLICK = re.compile(r"location\.href\s*=\s*'([^']+)'")
_LANDMARK = re.compile(r"davinci", re.I)
_EMPTY = re.compile(r"\bEs liegen keine\b|\bKeine\s+(?:Vertretungen|Änderungen)\b", re.I)
_NEW_AND_OLD = re.compile(r"^\+\s*(.+?)\s*\(([^)]*)\)$")
_ONLY_OLD = re.compile(r"^\(([^)]*)\)$")
_SPAN = r"\d{1,2}(?:\s*-\s*\d{1,2})?"
_MOVED_FROM = (
    re.compile(
        rf"^Von\s+(?P<date>\d{{1,2}}\.\d{{1,2}}\.(?:\d{{2,4}})?)\s*(?:[A-Za-z]{{2}}\.?\s+)?(?P<period>{_SPAN})?\b", re.I
    ),
    # DaVinci 5: "anstatt Mo  6 [16.01.]", the other end of "verschoben auf Mo  1 [16.01.]".
    re.compile(
        rf"^anstatt\s+[A-Za-z]{{2}}\.?\s+(?P<period>{_SPAN})\s*\[(?P<date>\d{{1,2}}\.\d{{1,2}}\.(?:\d{{2,4}})?)\]", re.I
    ),
)
_MOST_PAGES = 40


@dataclass(frozen=True, slots=True)
class _Link:
    """A page that an index leads to: `kind` is "class" or "day"."""

    kind: str
    href: str
    text: str


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The address, and when it is an index the pages it leads to, on the same host only.

    Of an index of classes only the class that is asked for is fetched, and none when no name is given.
    Raises UnknownTarget when it is not in the index, NotReleased when an index of days has none of those asked for.
    """
    auth = (query.username, query.password) if query.password else None
    index = await http.get(query.url, auth=auth)
    links = [link for link in _links(text_of(index)) if _same_host(index.url, link.href)]
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


def _links(text: str) -> list[_Link]:
    """Where an index leads: `ul.classes a`, `ul.day-index a`, `ul.month input[onclick]`, each address once.

    A month's heading is "2016-Sep", its days are numbers.
    """
    found: dict[str, _Link] = {}
    lists: list[str] = []
    month = ""
    for item in stream(text, "ul", "a", "input", "h1"):
        if isinstance(item, Leave):
            if item.name == "ul" and lists:
                lists.pop()
        elif isinstance(item, Mark) and item.name == "ul":
            kind = next((kind for name, kind in _INDEXES.items() if name in item.classes), "")
            lists.append(kind or (lists[-1] if lists else ""))
        elif isinstance(item, Mark) and item.name == "h1":
            heading = re.fullmatch(r"(\d{4})-(\w+)", item.text)
            month = f"{heading[2]} {heading[1]}" if heading else month
        elif isinstance(item, Mark) and lists and lists[-1]:
            attributes = attributes_in(item.attributes)
            click = _ONCLICK.search(attributes.get("onclick", ""))
            href = attributes.get("href", "") or (click[1] if click else "")
            if href and not href.startswith("#"):
                label = item.text if item.name == "a" else f"{attributes.get('value', '')}. {month}"
                found.setdefault(href, _Link(lists[-1], href, label))
    return list(found.values())


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
        links = _links(text)
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
        columns = _columns(row)
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
        fields = _fields(columns, [cell.text for cell in row.cells])
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
        self.found.rows.append(_substitution(fields, self.name, day))


def _fields(columns: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """The row by field. Of two columns for one the first that says something counts; remarks are read on."""
    fields: dict[str, str] = {}
    for name, text in zip(columns, texts, strict=False):
        said = published(fields.get(name, ""))
        if name == "note" and said and published(text):
            fields[name] = f"{said} {text}"
        elif name and not said:
            fields[name] = text
    return fields


def _columns(row: Row) -> tuple[str, ...]:
    """The fields of a header row, "" for a column that is not read; () for any other row."""
    if not all(cell.header or "9999ff" in cell.attributes.lower() for cell in row.cells):
        return ()
    columns = tuple(_column(cell.text) for cell in row.cells)
    return columns if "period" in columns and len({name for name in columns if name}) >= 3 else ()


def _column(header: str) -> str:
    """ "VLehrer Kürzel", "Original Fach", "Std.", "V Fach" and "Vertretungslehrkraft": the first telling word."""
    words = re.sub(r"\b(?:v\b[\s.-]*|vertretungs-?)(?=\w)", "v", header.lower()).replace(".", "").split()
    return next((_COLUMNS[word] for word in words if word in _COLUMNS), "")


def _substitution(fields: dict[str, str], name: str, day: date) -> Substitution:
    label = published(fields.get("label", ""))
    note = published(fields.get("note", ""))
    subject, was_subject = _pair(fields, "subject")
    teacher, was_teacher = _pair(fields, "teacher")
    room, was_room = _pair(fields, "room")
    if not label and kind_in(teacher) is Kind.ROOM:  # "Raumänderung" stands where the substitute would
        label, teacher, was_teacher = teacher, was_teacher, ""
    origin = next(filter(None, (pattern.match(label or note) for pattern in _MOVED_FROM)), None)
    kind = kind_in(label or note) or (Kind.OTHER if label else Kind.SUBSTITUTION)
    if origin:
        kind = Kind.MOVED
    was = Was(
        subject=was_subject if was_subject and was_subject != subject else None,
        teachers=names_in(was_teacher) if was_teacher and was_teacher != teacher else None,
        rooms=names_in(was_room) if was_room and was_room != room else None,
        date=date_in(origin["date"], near=day) if origin else None,
        periods=period_labels(origin["period"]) if origin and origin["period"] else None,
    )
    return Substitution(
        kind=kind,
        date=day,
        periods=period_labels(fields.get("period", "")),
        classes=class_names_in(_ONLY_OLD.sub(r"\1", fields["class"])) if "class" in fields else names_in(name),
        subject=subject,
        teachers=names_in(teacher),
        rooms=names_in(room),
        label=label,
        was=was or UNCHANGED,
        note=note,
    )


def _pair(fields: dict[str, str], name: str) -> tuple[str, str]:
    """What a lesson has now and what it had: from two columns, or from one that says "+new (old)" or "(old)".

    With a column for the change that is empty, the plan's own subject and room stay; its teacher is the one who is
    away. A value that begins with an asterisk is no person.
    """
    now, plan = published(fields.get(name, "")), published(fields.get(f"was {name}", ""))
    if now.startswith("*"):
        now = ""
    was = plan
    if match := _NEW_AND_OLD.match(now):
        now, was = match[1], plan or match[2]
    elif match := _ONLY_OLD.match(now):
        now, was = "", plan or match[1]
    elif match := _NEW_AND_OLD.match(plan):
        now, was = now or match[1], match[2]
    elif match := _ONLY_OLD.match(plan):
        was = match[1]
    elif not now and (name != "teacher" or name not in fields):
        now = plan
    return now.removeprefix("+").strip(), published(was)


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
