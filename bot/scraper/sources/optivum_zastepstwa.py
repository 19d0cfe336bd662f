"""VULCAN substitutions: "InformacjeOZastepstwach" and "Zastępstwa Optivum" pages (Poland)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from bot.errors import SourceChanged, SourceError, TruncatedPage
from bot.model import UNCHANGED, Kind, Notice, Plan, Substitution, Was
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import PLACEHOLDERS, period_labels, squeeze, text_of, unless_placeholder, why_not
from bot.scraper.tables import Cell, Table, bare, tables

_DATE = r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})"  # as the computer that made the page writes dates
_DAY = re.compile(rf"(?:Dzień|Zastępstwa w dniu|Zastępstwa na dzień)\s*:?\s*{_DATE}", re.I)
_ANY_DATE = re.compile(rf"\b{_DATE}\b")
_UNTIL = re.compile(rf"\s*(?:[-–—]|do)\s*{_DATE}\b", re.I)
_PERIOD = re.compile(rf"Okres\s*:?\s*{_DATE}", re.I)
# What stands below the last table of format B: "… programu Zastępstwa Optivum", or just "… programu firmy VULCAN".
_PROGRAM = re.compile(r"Zastępstwa\s+Optivum|za\s+pomocą\s+programu", re.I)
_NONE = re.compile(r"brak zastępstw|nie ma zastępstw", re.I)
_WEEKDAY = re.compile(r"^\W*(?:pon\w*|wt\w*|śr\w*|czw\w*|pi[ąa]t\w*|pt|sob\w*|niedz\w*|nd)\b[.)]*", re.I)
_ANY = re.compile("")
# What stands in a column, by the beginning of its header. Why a teacher is away ("Powód") is not passed on.
_COLUMNS = {
    "lekcja": "period",
    "nauczyciel": "teacher",
    "oddzia": "class",
    "klasa": "class",
    "przedmiot": "subject",
    "sala": "room",
    "opis": "description",
    "po lekcji": "break",
    "miejsce": "room",
    "zastępca": "substitute",
    "zastępstwo": "substitute",
    "uwagi": "note",
}
# Said in place of a substitute. The first that fits decides the kind.
_SAID = (
    (re.compile(r"zwolnien|przychodz|okienk|odwołan|nie odbęd|nie ma zaj|wolne", re.I), Kind.CANCELLED),
    (re.compile(r"świetlic|bibliote|opiek|dyżur|czyteln", re.I), Kind.SUPERVISION),
    (re.compile(r"przenies|przesun|zamian|zamien", re.I), Kind.MOVED),
    (re.compile(r"wycieczk|apel\b|egzamin|wyjści|konkurs|impreza|uroczyst", re.I), Kind.EVENT),
    (re.compile(r"zajęcia|uczniowie|lekcja|złącz|łączon|bez konsekwencji", re.I), Kind.OTHER),
)
_DUTIES = re.compile(r"dyżury\W*$", re.I)
_UNNAMED = re.compile(r"zastępstwo\W*$", re.I)  # stands for a substitute whom nobody has named yet
_HOURS = re.compile(r"\s*,?\s*\d{1,2}[:.]\d{2}\s*[-–—]\s*\d{1,2}[:.]\d{2}\s*$")
_GROUP = re.compile(r"^(.*?)\s*\(([^()]*)\)$")
# "1D", "2 RP(1)", "IV b"; "_roz_kl3" is a group drawn from several classes.
_CLASS = re.compile(r"^(?:(?:\d+|[IVX]+\b)\s*[^\W\d]{0,6}\d?[^\W\d]{0,4}|_[\w.]+)\s*(?:\([^()]*\))?$")
_ROOM = re.compile(r"^[^\W\d]{0,4}\.?\s?\d{1,3}[^\W\d]{0,2}(?:/\d{1,3})?$")


@dataclass(slots=True)
class _Found:
    """What has been read so far: rows, messages, the days that the page speaks for, and its header words."""

    rows: list[Substitution] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    shape: list[str] = field(default_factory=list)


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The one page that holds every class and day."""
    return (await http.get(query.url),)


def parse(pages: Sequence[Page], _query: Query) -> Plan:
    """Substitutions of every day on the page; a day with a heading and no rows has none.

    Raises TruncatedPage when the page's end is missing (the program's name below format B, the closing tags of
    format A), WrongPage and its like for foreign pages, SourceChanged for a table of other columns.
    """
    found = _Found()
    for page in pages:
        _read(text_of(page, fallback="iso-8859-2"), found)
    return Plan(
        substitutions=tuple(found.rows),
        notices=tuple(found.notices),
        days=tuple(dict.fromkeys(found.days)),
        shape="|".join(dict.fromkeys(found.shape)),
    )


def _read(text: str, found: _Found) -> None:
    body = bare(text) if "<!--" in text or "<script" in text else text
    heading = _DAY.search(body)
    if not heading:
        if _NONE.search(body) and re.search(r"zast", _title(body), re.I):
            return  # the page's own words for "none"; it names no day
        if _PERIOD.search(body) or _PROGRAM.search(body):
            raise SourceChanged("a substitutions page without a day")
        raise why_not(text, "Optivum substitutions")
    whole = _ends(body, heading.start())
    for outer in tables(body, _ANY):
        for table in _with_inner(outer):
            whole = whole and table.closed
            if whole:
                _read_table(table, found)
    if not whole:
        raise TruncatedPage("the substitutions page ends too early")
    if not found.days:
        raise SourceChanged("a substitutions page whose days are not in its tables")


def _ends(body: str, start: int) -> bool:
    """Whether the page is whole: format B ends in the program's name, format A in the closing tags it opened."""
    by_program = re.search(r"w dniu", body[start : start + 40], re.I)
    if by_program:
        return bool(_PROGRAM.search(body, start))
    return bool(re.search(r"(?i)</(?:body|html)\s*>", body)) or not re.search(r"(?i)<(?:body|html)\b", body)


def _title(body: str) -> str:
    title = re.search(r"(?is)<title[^>]*>(.*?)</title>", body)
    return squeeze(title[1]) if title else ""


def _with_inner(table: Table) -> Iterator[Table]:
    yield table
    for row in table.rows:
        for cell in row:
            for inner in cell.tables:
                yield from _with_inner(inner)


def _read_table(table: Table, found: _Found) -> None:
    """The rows of one table: a day, a teacher who is away (format B), a header, a substitution, or nothing.

    Under a heading of several days ("w dniu 2023-02-27 - 2023-03-03") each teacher's line names the day.
    """
    day: date | None = None
    headed = several = False
    columns: list[str] = []
    teacher = ""
    rows = [row for row in table.rows if any(cell.text not in PLACEHOLDERS for cell in row)]
    for index, row in enumerate(rows):
        first = row[0].text
        if match := _DAY.search(first):
            headed, teacher = True, ""
            if several := _several(first):
                day = None
                continue
            day = _date(match)
            found.days.append(day)
            if said := _WEEKDAY.sub("", first[match.end() :]).strip(" ,;:-"):
                found.notices.append(Notice(said, day))
        elif not headed:
            continue  # layout around the plan
        elif header := _header(row):
            columns = header
            found.shape.append("/".join(cell.text.casefold() for cell in row))
        elif len(row) == 1:
            below = rows[index + 1] if index + 1 < len(rows) else []
            if _DUTIES.match(first):
                continue  # of the teacher above
            if len(below) > 1:
                teacher = first
                if several and (named := _ANY_DATE.search(first)):
                    day = _date(named)
                    found.days.append(day)
                    teacher = _without_day(first, named)
            elif not _PROGRAM.search(first) and not _NONE.search(first):
                found.notices.append(Notice(first, day))
        elif columns and len(row) == len(columns):
            if day is None:
                raise SourceChanged("the substitutions of several days do not say which day is meant")
            found.rows.append(_substitution(dict(zip(columns, row, strict=True)), day, teacher))
        elif not _PROGRAM.search(" ".join(cell.text for cell in row)):
            raise SourceChanged("a row of the substitutions has another number of cells than its header")


def _header(row: Sequence[Cell]) -> list[str]:
    """The meaning of each column, when the row is a header: it names lessons and a substitute."""
    if len(row) < 3 or not row[0].text.casefold().startswith(("lekcja", "po lekcji")):
        return []
    names = [
        next((name for word, name in _COLUMNS.items() if cell.text.casefold().startswith(word)), "") for cell in row
    ]
    return names if {"class", "description", "break"} & set(names) else []


def _several(heading: str) -> bool:
    """Whether a heading speaks of more than one day: "2023-02-27 - 2023-03-03", "27.02.2023 pon. do 3.03.2023"."""
    first = _ANY_DATE.search(heading)
    last = first and _UNTIL.match(_WEEKDAY.sub("", heading[first.end() :]))
    return bool(first and last and last.groups() != first.groups())


def _without_day(text: str, named: re.Match[str]) -> str:
    after = _WEEKDAY.sub("", text[named.end() :])
    return squeeze(f"{text[: named.start()].rstrip(' ,;:/-(')} {after.strip(' ,;:/-()')}")


def _date(match: re.Match[str]) -> date:
    first, last = match[1], match[3]
    day, year = (last, first) if len(first) == 4 else (first, last)
    try:
        return date(int(year), int(match[2]), int(day))
    except ValueError:
        raise SourceChanged(f"the substitutions name a day that is none: {match[0]}") from None


def _substitution(cells: dict[str, Cell], day: date, teacher: str) -> Substitution:
    said = {name: unless_placeholder(cell.text) for name, cell in cells.items()}
    classes, groups = _classes(said.get("class", ""))
    subject, room, label = said.get("subject", ""), said.get("room", ""), ""
    if "description" in said:
        classes, groups, subject, room, label = _description(said["description"])
    substitute, note = said.get("substitute", ""), said.get("note", "")
    if substitute and (_kind_said(substitute) is not None or _UNNAMED.match(substitute)):
        label, substitute = substitute, ""
    away = teacher or said.get("teacher", "")
    return Substitution(
        kind=Kind.SUPERVISION if "break" in said else _kind(label, substitute, away, note),
        date=day,
        periods=_break(said["break"]) if "break" in said else _periods(said.get("period", "")),
        classes=classes,
        subject=subject,
        teachers=(substitute,) if substitute else (),
        rooms=(room,) if room else (),
        groups=groups,
        label=label,
        was=_was(away) if away != substitute else UNCHANGED,
        note=note,
    )


@lru_cache(64)
def _periods(text: str) -> tuple[str, ...]:
    """ "1, 07:15-08:00" is the period 1; its hours are the bells'."""
    return period_labels(_HOURS.sub("", text))


def _break(after: str) -> tuple[str, ...]:
    """The break after a lesson, as breaks are written: "7/8"."""
    return (f"{after}/{int(after) + 1}",) if after.isdecimal() else ((after,) if after else ())


@lru_cache(512)
def _was(teacher: str) -> Was:
    return Was(teachers=(teacher,)) if teacher else UNCHANGED


@lru_cache(512)  # a page says the same few things, and names the same few people
def _kind_said(text: str) -> Kind | None:
    return next((kind for words, kind in _SAID if words.search(text)), None)


def _kind(label: str, substitute: str, away: str, note: str) -> Kind:
    """What happens: as the label says, else as the remark says, else a substitute takes over."""
    if label and _UNNAMED.match(label):
        return Kind.MOVED if _kind_said(note) is Kind.MOVED else Kind.SUBSTITUTION
    if label:
        return _kind_said(label) or Kind.OTHER
    if _kind_said(note) is Kind.MOVED:
        return Kind.MOVED
    if substitute and substitute != away:
        return Kind.SUBSTITUTION
    if re.search(r"\bsal[ai]\b|\bsali\b", note, re.I):
        return Kind.ROOM
    return _kind_said(note) or Kind.OTHER


@lru_cache(512)
def _classes(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ "1A|A1, 1B|A1" is the group A1 of the classes 1A and 1B."""
    classes, groups = [], []
    for part in re.split(r"\s*[,;]\s*", text):
        name, _, group = part.partition("|")
        classes.append(name.strip())
        groups.append(group.strip())
    return _unique(classes), _unique(groups)


@lru_cache(512)
def _description(text: str) -> tuple[tuple[str, ...], tuple[str, ...], str, str, str]:
    """Classes, groups, subject, room and label of format B: "2 RP(1) - Język angielski, 301", "2 RP - Uczniowie …"."""
    left, dash, right = (part.strip() for part in text.partition(" - "))
    parts = [part.strip() for part in re.split(r",(?![^()]*\))", left)]
    if not all(_CLASS.match(part) or (dash and _GROUP.match(part)) for part in parts):
        # A joint lesson without a class names its subject there: "Wychowanie fizyczne - Zajęcia Świetlicowe".
        if not dash or not right:
            return (), (), left, "", ""
        label = right if _kind_said(right) is not None else ""
        return (), (), left, "" if label else right, label
    classes, groups = [], []
    for part in parts:
        bracket = _GROUP.match(part)
        classes.append(bracket[1] if bracket else part)
        groups += re.split(r"\s*,\s*", bracket[2].strip()) if bracket else []
    if _kind_said(right) not in (None, Kind.OTHER) or re.match(r"uczniowie|zajęcia|bez konsekw", right, re.I):
        return _unique(classes), _unique(groups), "", "", right
    subject, comma, room = (part.strip() for part in right.rpartition(","))
    if not comma:
        subject, room = ("", right) if _ROOM.match(right) else (right, "")
    return _unique(classes), _unique(groups), subject, room, ""


def _unique(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value not in PLACEHOLDERS))


def recognise(page: Page) -> float:
    """1.0 for a page of either program; a hint for an address that speaks of substitutions."""
    hint = 0.35 if re.search(r"zast[eę]p", urlsplit(page.url).path, re.I) else 0.0
    if not page.body:
        return hint
    try:
        text = text_of(page, fallback="iso-8859-2")
    except SourceError:
        return 0.0
    if not re.search("zastępstw", text, re.I):
        return 0.0
    if _NONE.search(text) and re.search(r"zast", _title(text), re.I):
        return 0.9
    return 1.0 if _PROGRAM.search(text) or (_DAY.search(text) and re.search(r"Lekcja", text, re.I)) else hint


SOURCE = Source(
    id="optivum-zastepstwa",
    title="VULCAN Zastępstwa Optivum",
    country="PL",
    example_url="https://school.example/zastepstwa/",
    scope="school",
    delivers=("substitutions", "notices"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
)
