"""One day of an Untis substitution plan: its table read into rows, the rows into substitutions and targets.

Pure; `untis-monitor` and `untis-info` publish the same table under different titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from bot.errors import SourceChanged
from bot.model import Kind, Notice, Substitution, Target, TargetKind, Was
from bot.scraper.page import class_key, squeeze
from bot.scraper.tables import Cell, Table
from bot.scraper.untis import changed, class_list, continued, plain, substitution
from bot.scraper.untis_words import columns

_UNRELEASED = re.compile(
    r"nicht (?:freigegeben|veröffentlicht)|not (?:yet )?(?:been )?(?:released|published)|nie udostępnion|"
    r"niet (?:vrijgegeven|gepubliceerd)|non (?:publié|pubblicat)|nezveřejněn|nepaskelbt|avaldamata",
    re.I,
)
_EMPTY = re.compile(
    r"keine (?:vertretung|änderung|aktuellen)|no substitution|brak zastępstw|geen (?:wijzig|vervang)|"
    r"(?:aucun|pas de) remplac|nessuna sostituz|žádné (?:suplov|změn)|(?:pavadavimų|pakeitimų) nėra|"
    r"nėra (?:pavad|pakeit)|"
    r"asendusi (?:ei ole|pole)|ni nadomešč|nincs helyettes|no hay sustituc|замін немає",
    re.I,
)
# "Aaa?Bbb": old and new with Untis's arrow between them, the strike through the old one lost with the page's markup.
_ARROW = re.compile(r"([^\s?→]+)(?:\?(?=[^\Wa-zäöüß])|→)([^\s?→]+)")
_LOST_LETTER = re.compile(r"[a-z]\?[a-z]")
_CLASS_NAME = re.compile(r"(?:klasse |class )?\d{1,2}\s?[a-z]\w*|[qe][12f]\w*", re.I)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table under its group header ("" before the first)."""

    header: str
    cells: dict[str, Cell]


@dataclass(slots=True)
class Day:
    """What one table of a day holds; `released` is False for a day that the school still keeps back."""

    date: date
    shape: str
    rows: list[Row]
    notices: list[Notice]
    released: bool = True


def messages(table: Table, day: date) -> Iterator[Notice]:
    """The messages of the day: a row a message, its cells ("Abwesende Lehrer", "…") joined by a space."""
    for row in table.rows:
        text = " ".join(filter(None, (cell.text for cell in row if not cell.header)))
        if text and not re.fullmatch(r"Nachrichten zum Tag", text, re.I):
            yield Notice(text, day)


def days_of(
    text: str, titles: Sequence[tuple[int, date]], found: Sequence[Table], plans: re.Pattern[str]
) -> Iterator[Day]:
    """A day for every list under a title, from it to the next. `titles` say where they stand, `plans` what is a list.

    Tables that are no list hold the day's messages. A day without a list must say why. Raises SourceChanged if not.
    """
    for (start, date_), following in zip_longest(titles, titles[1:]):
        end = following[0] if following else len(text)
        inside = [table for table in found if start < table.start < end]
        lists = [table for table in inside if plans.search(table.attributes)]
        notices = [one for table in inside if table not in lists for one in messages(table, date_)]
        for table in lists:
            yield read_list(table, Day(date_, "", [], notices))
        if not lists:
            said = squeeze(re.sub(r"<[^<>]*>", " ", text[start:end]))
            if not _UNRELEASED.search(said) and not _EMPTY.search(said):
                raise SourceChanged(f"the day {date_:%d.%m.%Y} has no table of substitutions")
            yield Day(date_, "", [], notices, released=not _UNRELEASED.search(said))


def read_list(table: Table, day: Day) -> Day:
    """Fill `day` from its table. Only the system's own marks make it an empty day: a group header, mostly `-----`, or
    a sentence that there are no substitutions.

    Raises SourceChanged for unknown headers and for a table that has neither rows nor such a mark.
    """
    heads = [row for row in table.rows if row and all(cell.header for cell in row)]
    body = [row for row in table.rows if row and not all(cell.header for cell in row)]
    if len(body) == 1 and len(body[0]) == 1:
        text = body[0][0].text
        if _UNRELEASED.search(text):
            day.released = False
            return day
        if _EMPTY.search(text):
            return day
    if not heads and body:
        heads, body = body[:1], body[1:]
    fields = columns([_spread(row) for row in heads])
    day.shape = ",".join(fields)
    widths = dict(zip(fields, _spread(heads[-1]), strict=False))
    grouped = any("inline_header" in cell.css for row in body for cell in row)
    header, marked = "", False
    for row in body:
        if len(row) == 1 and (row[0].colspan > 1 or len(fields) > 1):
            alone = not grouped and "classes" not in fields and _CLASS_NAME.fullmatch(_group(row[0]))
            if "inline_header" in row[0].css or alone:
                header, marked = _group(row[0]), True
            elif row[0].text:
                day.notices.append(Notice(f"{header}: {row[0].text}" if plain(header) else row[0].text, day.date))
            continue
        cells = {name: cell for name, cell in zip(fields, _spread(row), strict=False) if name}
        last = day.rows[-1].cells if day.rows else None
        if last is not None and continued(last, cells, widths):
            continue
        day.rows.append(Row(header, cells))
    _strike(day.rows)
    if not day.rows and not marked:
        raise SourceChanged("the table of substitutions has no rows and no mark of an empty day")
    return day


def _strike(rows: Sequence[Row]) -> None:
    """Part "Aaa?Bbb" into old and new, unless question marks stand for letters that the page has lost ("M?ller")."""
    if any(_LOST_LETTER.search(cell.text) for row in rows for cell in row.cells.values()):
        return
    for row in rows:
        for name in ("classes", "subject", "teacher", "room"):
            cell = row.cells.get(name)
            if cell and not cell.struck and (both := _ARROW.fullmatch(cell.text)):
                row.cells[name] = replace(cell, text=both[2], struck=both[1])


def _spread(row: Sequence[Cell]) -> Sequence[Cell]:
    """The row with a cell a column: what spans several stands in its first."""
    if all(cell.colspan <= 1 for cell in row):
        return row
    return [one for cell in row for one in [cell, *[Cell(header=cell.header)] * (min(cell.colspan, 100) - 1)]]


def _group(cell: Cell) -> str:
    """Whose rows follow: the short name of "1A  1A" or "2B1  B-JAAR", where two blanks part it from the long one.

    Where one blank is left of them, the long name tells it that says the short one again: "5a Klasse 5a mus".
    """
    words = cell.text.split()
    half = len(words) // 2
    if cell.short:
        return cell.short
    if half and words[:half] == words[half:]:
        return " ".join(words[:half])
    return words[0] if _CLASS_NAME.fullmatch(words[0] if words else "") and words[0] in words[1:] else cell.text


def rows_of(day: Day, known: Sequence[str] = ()) -> tuple[list[Substitution], list[Target]]:
    """The day's substitutions in the page's order, and whom they name. `known`: the school's classes, if published."""
    headers = list(dict.fromkeys(row.header for row in day.rows if plain(row.header)))
    by_class = _by_class(day.rows, headers)
    known = known or (headers if by_class else _lone_classes(day.rows))
    substitutions: list[Substitution] = []
    places: dict[Substitution, str] = {}
    for row in day.rows:
        classes = _header_classes(row, headers) if by_class else None
        one = substitution(row.cells, day=day.date, classes=classes, known=known)
        if not by_class:
            one = _with_teacher(one, row)
            if places.setdefault(one, row.header) != row.header:
                continue  # the same fact under the other teacher
        substitutions.append(one)
    found = (name for one in substitutions for name in one.classes)
    targets = [Target(TargetKind.CLASS, name, name) for name in dict.fromkeys(found)]
    if not by_class:
        targets += [Target(TargetKind.TEACHER, name, name) for name in _teachers(substitutions)]
    return substitutions, targets


def _teachers(substitutions: Sequence[Substitution]) -> dict[str, None]:
    return dict.fromkeys(name for one in substitutions for name in (*one.teachers, *(one.was.teachers or ())))


def _by_class(rows: Sequence[Row], headers: Sequence[str]) -> bool:
    """Whether the group headers are classes: most rows under a header name that class in their own cell.

    Without a class cell anywhere, a header is a class unless it is one of the table's own teachers.
    """
    told = hits = 0
    for row in rows:
        own = class_list(_classes(row), headers)
        if plain(row.header) and own:
            told += 1
            hits += _class_of(row.header, own) is not None or bool({*class_list(row.header)} & {*own})
    if told:
        return hits * 2 >= told
    if not headers:
        return False
    teachers = {
        class_key(row.cells[name].text) for row in rows for name in ("teacher", "was_teacher") if name in row.cells
    }
    return not any(class_key(header) in teachers for header in headers)


def _classes(row: Row) -> str:
    """What the row's own cell says of classes now, else before."""
    cell = changed(row.cells.get("classes"))
    return cell.new or cell.old


def _class_of(header: str, own: Sequence[str]) -> str | None:
    """The class of the row that the header names, alone or as its first word ("5a (Vogt)")."""
    keys = {class_key(name): name for name in own}
    return keys.get(class_key(header)) or keys.get(class_key(header.split()[0]))


def _header_classes(row: Row, headers: Sequence[str]) -> tuple[str, ...] | None:
    if not plain(row.header):
        return None
    own = class_list(_classes(row), headers)
    if class_key(row.header) in {class_key(name) for name in own}:
        return (row.header,)
    if first := _class_of(row.header, own):
        return (first,)
    return class_list(row.header) or (row.header,)


def _lone_classes(rows: Sequence[Row]) -> list[str]:
    """The classes that stand alone in a cell: what a run-together list on the same page is written of."""
    texts = (_classes(row).strip("() ") for row in rows)
    return [text for text in dict.fromkeys(texts) if len(class_list(text)) == 1 and plain(text)]


def _with_teacher(one: Substitution, row: Row) -> Substitution:
    if not plain(row.header) or {"teacher", "was_teacher"} & row.cells.keys():
        return one
    if one.kind is Kind.CANCELLED:
        return replace(one, was=replace(one.was or Was(), teachers=(row.header,)))
    return replace(one, teachers=(row.header,))
