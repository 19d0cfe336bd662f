"""The HTML dress of an Indiware plan: headings with class vp*, then tables, several days below each other. Pure.

It may stand inside a page of the school's own.
"""

from __future__ import annotations

import re

from bot.errors import SourceChanged, TruncatedPage
from bot.scraper.indiware_day import FIELDS, Day, finished, started, substitution
from bot.scraper.page import squeeze, why_not
from bot.scraper.rowstream import End, Mark, Row, TableStart, must_close, stream, visible

_HEADER_WORDS = {"klasse/kurs": "klasse", "std.": "stunde", "pos": "stunde"} | {name: name for name in FIELDS}
_LANDMARK = re.compile(r"""class\s*=\s*["']?(?:vpfuer|th?l?planklasse|tdaktionen)""", re.I)
_NO_CHANGES = re.compile(r"\bkeine\s+(?:vertretung|änderung|aktionen|geänderten)", re.I)


def html_days(text: str) -> tuple[list[Day], str]:
    """The days of the page, and the shape of their tables. Raises as the contract says."""
    if not _LANDMARK.search(text):
        raise why_not(text, "Indiware")
    heading = "vpfuerdatum" if re.search(r"""["'\s=]vpfuerdatum""", text) else "vpfuer"
    reader = _HtmlReader(heading)
    for item in stream(text, "span", "p", "div", "h1", "h2", "h3", "h4", "strong", "b"):
        if isinstance(item, Mark):
            reader.mark(item)
        elif isinstance(item, TableStart):
            reader.open_table(item)
        elif isinstance(item, Row):
            reader.row(item)
        elif isinstance(item, End) and item.open_tables:
            raise TruncatedPage("the page ends inside a table")
    must_close(text)
    for day in reader.days:
        day.listed = day.listed or bool(_NO_CHANGES.search(visible(text)) and len(reader.days) == 1)
    return finished(reader.days), "|".join(f"html({shape})" for shape in dict.fromkeys(reader.shapes))


class _HtmlReader:
    """Where in the page we are: the day, the heading of the next table, the columns of the plan's table."""

    def __init__(self, heading: str) -> None:
        self.heading = heading
        self.days: list[Day] = []
        self.shapes: list[str] = []
        self.next_table = ""
        self.roles: dict[int, str] = {}
        self.columns: dict[int, tuple[str, ...]] = {}

    def mark(self, mark: Mark) -> None:
        classes = mark.classes
        if self.heading in classes:
            self.days.append(started(mark.text))
            self.next_table = ""
        elif not self.days or not classes:
            return
        elif "vpdatum" in classes:
            self.days[-1].stamp = mark.text
        elif "vpschulname" in classes:
            self.days[-1].school = mark.text
        elif "ueberschrift" in classes:
            title = mark.text.lower()
            words = {"aufsicht": "supervision", "information": "foot", "klausur": "exams"}
            self.next_table = next((role for word, role in words.items() if word in title), "")

    def open_table(self, table: TableStart) -> None:
        self.roles[table.table] = self.next_table
        self.next_table = ""

    def row(self, row: Row) -> None:
        if not self.days or not row.cells:
            return
        columns = _columns(row)
        if columns:
            self.columns[row.table] = columns
            self.days[-1].listed = True
            self.shapes.append(",".join(columns))
        elif row.table in self.columns:
            self._change(row)
        elif any(name.startswith("thkopf") for name in row.cells[0].classes):
            texts = [cell.text for cell in row.cells]
            if any(texts[1:]):
                self.days[-1].head.append(f"{texts[0].rstrip(':')}: {' '.join(texts[1:])}")
        elif self.roles.get(row.table) == "exams":
            if not all(cell.header for cell in row.cells):
                self.days[-1].exams.append(squeeze(" ".join(cell.text for cell in row.cells)))
        elif any(name.startswith("tdaktion") for cell in row.cells for name in cell.classes):
            raise SourceChanged("the columns of the plan are not the known ones")
        elif role := self.roles.get(row.table):
            lines = [text for cell in row.cells if (text := cell.text)]
            (self.days[-1].foot if role == "foot" else self.days[-1].supervision).extend(lines)

    def _change(self, row: Row) -> None:
        columns = self.columns[row.table]
        if len(row.cells) != len(columns):
            if len(row.cells) == 1:  # a remark across the table
                if text := row.cells[0].text:
                    self.days[-1].foot.append(text)
                return
            raise SourceChanged(f"a row of the plan has {len(row.cells)} cells for {len(columns)} columns")
        pairs = list(zip(columns, row.cells, strict=True))
        fields = {name: cell.text for name, cell in pairs}
        changed = {name for name, cell in pairs if any(css.endswith("neu") for css in cell.classes)}
        if any(fields.values()):
            self.days[-1].rows.append(substitution(fields, changed, self.days[-1].day))


def _columns(row: Row) -> tuple[str, ...]:
    """The fields of a header row: by class ("thplanklasse", "thlplanfach_scheuler"), else by word; else ()."""
    if not all(cell.header for cell in row.cells):
        return ()
    columns = []
    for cell in row.cells:
        css = next((name for name in cell.classes if re.match(r"thl?plan", name)), "")
        name = re.sub(r"^thl?plan|_.*$", "", css) if css else cell.text.lower()
        columns.append(_HEADER_WORDS.get(name, name))
    return tuple(columns) if {"klasse", "stunde"} <= set(columns) else ()
