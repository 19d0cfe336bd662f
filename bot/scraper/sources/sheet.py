"""A sheet that a school fills in itself: a published spreadsheet as CSV, and a second one for homework."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import NoReturn
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from bot.errors import SchoolbellError, SourceChanged, TruncatedPage
from bot.model import Homework, Lesson, Plan, Status
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import seen, text_of, unless_placeholder, why_not
from bot.scraper.sheet_cells import (
    date_in,
    groups_in,
    periods_in,
    plain_in,
    several_in,
    status_in,
    time_in,
)
from bot.scraper.sheet_words import field_of, weekdays_of

# Cells whose line breaks and blanks are kept.
_AS_WRITTEN = frozenset({"note", "text", "link"})
_FORMULA_ERROR = re.compile(r"#(?:REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|ERROR|SPILL)[!?]?")
_MAX_ROWS = 50_000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row below the header: `number` as the spreadsheet counts, `columns` the header's own words, cells by field."""

    number: int
    columns: Mapping[str, str]
    cells: Mapping[str, str]

    def __getitem__(self, field: str) -> str:
        return self.cells.get(field, "")

    def several(self, field: str) -> tuple[str, ...]:
        """The values of a cell, separated by "/"."""
        cell = self[field]
        return several_in(cell) if cell else ()

    def refuse(self, field: str, why: str) -> NoReturn:
        raise SourceChanged(f"row {self.number}, column {self.columns.get(field, field)}: {why}")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with its header understood: `columns` are the header's own words by field.

    `rows` are read as they are asked for, once; `weekdays` are the words for weekdays in all of them.
    """

    columns: Mapping[str, str]
    rows: Iterator[_Row]
    weekdays: tuple[str, ...] = ()

    @property
    def is_homework(self) -> bool:
        fields = self.columns.keys()
        return {"subject", "text"} <= fields and ("due" in fields or not fields & {"date", "weekday"})


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The sheet, and the homework sheet when the school's setting `homework_url` names one."""
    addresses = [query.url, query.options.get("homework_url", "")]
    return tuple([await http.get(csv_address(address)) for address in addresses if address])


def csv_address(url: str) -> str:
    """The CSV behind an address: a Google spreadsheet's page becomes its export, anything else stays."""
    parts = urlsplit(url)
    match = re.match(r"/spreadsheets/(?:u/\d+/)?d/(e/)?([\w-]+)", parts.path)
    if parts.hostname != "docs.google.com" or not match:
        return url
    asked = parse_qs(parts.query)
    if asked.get("output") == ["csv"] or asked.get("format") == ["csv"] or asked.get("tqx") == ["out:csv"]:
        return url
    gid = (asked.get("gid") or parse_qs(parts.fragment).get("gid") or [""])[0]
    tab = {"gid": gid} if gid else {}
    if match[1]:
        path, wanted = f"/spreadsheets/d/e/{match[2]}/pub", {"output": "csv", "single": "true", **tab}
        if not gid:
            del wanted["single"]
    else:
        path, wanted = f"/spreadsheets/d/{match[2]}/export", {"format": "csv", **tab}
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(wanted), ""))


def parse(pages: Sequence[Page], query: Query) -> Plan:  # noqa: ARG001 # a sheet is read whole
    """Lessons and homework, each page judged by its own header.

    `days` are the dates that the sheet has rows for. Raises SourceChanged that names row and column for a cell that
    cannot be read, TruncatedPage for a sheet that ends inside a row, LoginRequired and the like for other pages.
    """
    lessons: list[Lesson] = []
    homework: list[Homework] = []
    shape = []
    for page in pages:
        sheet = _sheet(text_of(page))
        shape.append(" ".join(sheet.columns))
        if sheet.is_homework:
            homework += [_homework(row) for row in sheet.rows]
        elif found := _lessons(sheet):
            lessons += found
        else:
            raise SourceChanged("the sheet has a header but no rows")
    return Plan(
        lessons=tuple(lessons),
        homework=tuple(homework),
        days=tuple(sorted({lesson.date for lesson in lessons if lesson.date})),
        shape=" | ".join(shape),
    )


def recognise(page: Page) -> float:
    """Certain of a known header row; an address of a spreadsheet or a .csv is a hint."""
    if page.body and page.body.lstrip()[:1] not in (b"<", b"{", b"["):
        try:
            _sheet(text_of(page), header_only=True)
        except (SchoolbellError, ValueError):
            pass
        else:
            return 0.9
    parts = urlsplit(page.url)
    if parts.hostname == "docs.google.com" and parts.path.startswith("/spreadsheets/"):
        return 0.35 if page.body else 0.9
    if re.search(r"(?i)\.(?:csv|tsv)$|[?&](?:output|format)=csv\b", page.url):
        return 0.35 if page.body else 0.6
    return 0.0


def _sheet(text: str, *, header_only: bool = False) -> _Sheet:
    if re.match(r"\s*(?:<[!?a-zA-Z]|BEGIN:V|[{\[]\s*[\"{\[])", text):
        raise why_not(text, "sheet")
    text = text.lstrip("\ufeff")
    hint = re.match(r"sep=(.)\r?\n", text)  # what Excel writes for itself
    delimiter = hint[1] if hint else _delimiter(text)
    if header_only:
        text = text[:4000]
    header: tuple[int, list[str], list[str | None]] | None = None
    weekdays: dict[str, None] = {}
    column, width = -1, 0
    for index, cells in enumerate(_table(text, delimiter, whole=not header_only)):
        if header is None and index < 10:
            fields = [field_of(cell) for cell in cells]
            known = set(fields)
            if "subject" in known and known & {"date", "weekday", "text"}:
                header = (index, cells, fields)
                column = fields.index("weekday") if "weekday" in known else len(cells)
        elif header is not None and column < len(cells):
            weekdays[cells[column]] = None
        width = len(cells)
    if header is None:
        _refuse_unlike(text)
        raise SourceChanged("row 1: the header names no column for the subject and one for the date or the weekday")
    index, cells, fields = header
    columns = _columns(cells, fields)
    if header_only:
        return _Sheet(columns, iter(()))
    if not text.endswith(("\n", "\r")) and 0 < width < len(cells):
        # A last row without its line's end that has fewer cells than the header has been cut.
        raise TruncatedPage("the sheet ends inside its last row")
    words = dict.fromkeys(word for cell in weekdays if (plain := plain_in(cell)) for word in several_in(plain))
    return _Sheet(columns, _rows(text, delimiter, index, columns, fields), tuple(words))


def _rows(
    text: str, delimiter: str, header: int, columns: Mapping[str, str], fields: Sequence[str | None]
) -> Iterator[_Row]:
    for index, values in enumerate(_table(text, delimiter, whole=True)):
        if index > header:
            row = _row(index + 1, columns, fields, values)
            if any(row.cells.values()):
                yield row


def _refuse_unlike(text: str) -> None:
    """A text without a header: noise and pages are told from a sheet whose header is wrong."""
    refusal = why_not(text, "sheet")
    if not any(field_of(cell) for cell in re.split(r"[,;\t\r\n]", text[:2000])):
        raise refusal


def _columns(cells: Sequence[str], fields: Sequence[str | None]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for cell, field in zip(cells, fields, strict=True):
        if field and field in columns:
            raise SourceChanged(f"the header has two columns for the {field}: {columns[field]!r} and {cell!r}")
        if field:
            columns[field] = cell
    return columns


def _delimiter(text: str) -> str:
    """Of comma, semicolon and tab the one that finds the most header words."""
    lines = [line for line in text[:4000].splitlines() if line.strip()][:10]
    return max(
        ",;\t", key=lambda mark: max((sum(map(bool, map(field_of, _split(line, mark)))) for line in lines), default=0)
    )


def _split(line: str, mark: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(mark)]


def _table(text: str, delimiter: str, *, whole: bool) -> Iterator[list[str]]:
    """All rows, empty ones too: their numbers are those that the spreadsheet shows."""
    lines = (match[0] for match in _LINE.finditer(text))
    number = 0
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter, strict=whole), 1):
            if number > _MAX_ROWS:
                raise SourceChanged(f"the sheet has more than {_MAX_ROWS} rows")
            yield cells
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise TruncatedPage(f"the sheet ends inside row {number + 1}") from error
        raise SourceChanged(f"row {number + 1}: {error}") from error


def _row(number: int, columns: Mapping[str, str], fields: Sequence[str | None], values: Sequence[str]) -> _Row:
    cells: dict[str, str] = {}
    for position, value in enumerate(values):
        field = fields[position] if position < len(fields) else None
        if position >= len(fields) and value.strip():
            raise SourceChanged(f"row {number}: {value.strip()[:40]!r} stands beyond the last column of the header")
        if field is None:
            continue
        plain = seen(value).strip() if field in _AS_WRITTEN else plain_in(value)
        if plain.startswith("#") and _FORMULA_ERROR.fullmatch(plain):
            raise SourceChanged(f"row {number}, column {columns[field]}: the spreadsheet shows an error, {plain}")
        cells[field] = unless_placeholder(plain)
    return _Row(number, columns, cells)


def _lessons(sheet: _Sheet) -> list[Lesson]:
    weekdays = weekdays_of(sheet.weekdays, list(sheet.columns.values()))
    return [lesson for row in sheet.rows for lesson in _row_lessons(row, weekdays)]


def _row_lessons(row: _Row, weekdays: Mapping[str, int]) -> list[Lesson]:
    """A lesson for each day and each week type that the row names."""
    subject = row["subject"] or row.refuse("subject", "is empty")
    days = [_date(row, "date", value) for value in row.several("date")]
    numbers = [
        weekdays[w] if w in weekdays else row.refuse("weekday", f"{w!r} is no weekday") for w in row.several("weekday")
    ]
    if not days and not numbers:
        row.refuse("date", "is empty, and so is the weekday")
    for day in days:
        if numbers and day.weekday() not in numbers:
            row.refuse("weekday", f"{row['weekday']!r} is not the weekday of {day.isoformat()}")
    start, end = _clock(row, "start"), _clock(row, "end")
    if start and end and end <= start:
        row.refuse("end", f"{row['end']!r} is not after {row['start']!r}")
    places: list[tuple[date | None, int]] = [(day, day.weekday()) for day in days] or [(None, n) for n in numbers]
    return [
        Lesson(
            subject=subject,
            date=day,
            weekday=weekday,
            week=week,
            periods=periods_in(row["period"]) if row["period"] else (),
            start=start,
            end=end,
            teachers=row.several("teacher"),
            rooms=row.several("room"),
            classes=row.several("class"),
            groups=groups_in(row["group"]),
            status=_status(row),
            note=row["note"],
        )
        for day, weekday in places
        for week in row.several("week") or ("",)
    ]


def _status(row: _Row) -> Status:
    if not row["status"]:
        return Status.PLANNED
    return status_in(row["status"]) or row.refuse("status", f"{row['status']!r} is not known")


def _clock(row: _Row, field: str) -> time | None:
    if not row[field]:
        return None
    return time_in(row[field]) or row.refuse(field, f"{row[field]!r} is no time; write it as 08:00")


def _date(row: _Row, field: str, text: str) -> date:
    return date_in(text) or row.refuse(field, f"{text!r} is no date; write it as 2026-11-24 or 24.11.2026")


def _optional_date(row: _Row, field: str) -> date | None:
    return _date(row, field, row[field]) if row[field] else None


def _homework(row: _Row) -> Homework:
    links = row["link"].split()
    for link in links:
        if not re.match(r"(?i)https?://\S", link):
            row.refuse("link", f"{link!r} is no address")
    return Homework(
        subject=row["subject"] or row.refuse("subject", "is empty"),
        text=row["text"] or row.refuse("text", "is empty"),
        assigned=_optional_date(row, "assigned"),
        due=_optional_date(row, "due"),
        links=tuple(links),
        classes=row.several("class"),
    )


SOURCE = Source(
    id="sheet",
    title="Sheet (CSV, a published spreadsheet)",
    country="",
    example_url="https://docs.google.com/spreadsheets/d/e/…/pub?output=csv",
    scope="school",
    delivers=("lessons", "homework"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
    needs="a published spreadsheet",
)
