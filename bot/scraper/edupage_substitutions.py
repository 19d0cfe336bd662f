"""EduPage's substitutions of a day: the HTML that the viewer's JSON answer holds."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from datetime import date

from bot.errors import SourceChanged, TruncatedPage
from bot.model import Kind, Notice, Substitution
from bot.scraper.edupage_remarks import Remark, remark_of
from bot.scraper.markup import attributes, css_classes, scan
from bot.scraper.page import period_labels, squeeze

_KINDS = {
    "change": Kind.SUBSTITUTION,
    "remove": Kind.CANCELLED,
    "absent": Kind.OTHER,
    "event": Kind.EVENT,
    "add": Kind.OTHER,
}
_PARTS = ("header", "period", "what", "info")
_BOXES = frozenset({"div", "span", "tr", "td"})
_PERIOD = re.compile(r"^\d[\d\s.,;–-]*$")
_ARROW = re.compile(r"^[\s➔→>-]+|[\s➔→>-]+$")
# How a report without rows says so where it does not mark it ("nosubst").
_NONE = re.compile(
    r"nie ma żadnych zastępstw|na tento de[nň] (?:nie je|nie sú|nejsou|není)|no substitutions|pavadavimų nėra|"
    r"nėra pavadavimų|\bpole\b.{0,40}asendusi|немає замін|нет замен|keine vertretung|nav aizvietošan",
    re.I,
)


@dataclass(slots=True)
class _Row:
    """A row while it is read: its kind and the text of its parts.

    `struck`: the old subject. `remark`: `info` with what is struck out in brackets, as the other layout writes it.
    """

    kind: Kind | None
    texts: dict[str, list[str]] = field(default_factory=dict)
    struck: list[str] = field(default_factory=list)
    remark: list[str] = field(default_factory=list)
    empty: bool = False


@dataclass(slots=True)
class _Report:
    """What has been read so far. `stack`: the open elements, each with its role."""

    day: date | None
    rows: list[Substitution] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    stack: list[tuple[str, str]] = field(default_factory=list)
    row: _Row | None = None
    name: list[str] = field(default_factory=list)
    struck: int = 0
    empty: bool = False


def substitutions_of(
    markup: str, day: date | None
) -> tuple[tuple[Substitution, ...], tuple[Notice, ...], tuple[date, ...]]:
    """Rows under their class, the messages above them, and the day that the report speaks for.

    The day is the report's own `data-date`, else `day`. Two layouts: `div.section > div.header` is the class and
    `div.row.{change|remove|add|absent|event}` a row with `div.period` and `div.info`; or a table with `td.header` (the
    class, for all rows of its rowspan), `td.period`, `td.what` (the subject, the old one struck out) and `td.info`.
    A period in words ("whole day") or hours is the row's label. `div.row.nosubst`, or the words for it, mark an empty
    day.
    Raises SourceChanged for a report without rows or without that mark, TruncatedPage for one that breaks off.
    """
    report = _Report(day)
    for before, tag, raw in scan(markup):
        _hear(report, before)
        if tag in ("s", "del", "strike"):
            report.struck += 1
        elif tag in ("/s", "/del", "/strike"):
            report.struck = max(0, report.struck - 1)
        elif tag in _BOXES:
            _open(report, tag, raw)
        elif tag.startswith("/") and tag[1:] in _BOXES and report.stack:
            _, role = report.stack.pop()
            if role == "row" and report.row is not None:
                report.rows += _substitution(report.row, _text(report.name), report.day)
                report.row = None
    if report.row is not None:
        raise TruncatedPage("the EduPage substitutions end inside a row")
    if not report.rows and not report.empty and not _NONE.search(squeeze(html.unescape(markup))):
        raise SourceChanged("the EduPage substitutions have neither rows nor the mark of an empty day")
    messages = dict.fromkeys(text for said in report.notices if (text := _text([said])))
    notices = tuple(Notice(text, report.day) for text in messages if not _NONE.search(text))
    return tuple(report.rows), notices, (report.day,) if report.day else ()


def _hear(report: _Report, text: str) -> None:
    """Text goes to the innermost element with a role."""
    if not text:
        return
    role = next((role for _, role in reversed(report.stack) if role), "")
    if role == "header":
        report.name.append(text)
    elif role == "notice":
        report.notices[-1] += text
    elif role in _PARTS and report.row is not None:
        if report.struck and role == "what":
            report.row.struck.append(text)
            return
        report.row.texts.setdefault(role, []).append(text)
        if role == "info":
            report.row.remark.append(f"({text.strip()})" if report.struck and text.strip() else text)


def _open(report: _Report, tag: str, raw: str) -> None:
    css = css_classes(raw)
    report.day = _day(attributes(raw).get("data-date", "")) or report.day
    role = "row" if "row" in css or tag == "tr" else next((one for one in _PARTS if one in css), "")
    if "print-font-resizable" in css and not any(role for _, role in report.stack):
        role = "notice"
        report.notices.append("")
    if role == "row":
        report.row = _Row(next((_KINDS[one] for one in css if one in _KINDS), None), empty="nosubst" in css)
        report.empty = report.empty or report.row.empty
    elif role == "header" or "section" in css:
        report.name = []
    report.stack.append((tag, role))


def _day(published: str) -> date | None:
    try:
        return date.fromisoformat(published)
    except ValueError:
        return None


def _text(pieces: list[str]) -> str:
    return squeeze(html.unescape("".join(pieces)))


def _substitution(row: _Row, name: str, day: date | None) -> list[Substitution]:
    said = {part: _text(texts) for part, texts in row.texts.items()}
    info, subject = said.get("info", ""), _ARROW.sub("", said.get("what", ""))
    before, written = _text(row.struck), _text(row.remark)
    if row.empty or (row.kind is None and not info and not subject and not before):
        return []
    kind = row.kind or Kind.OTHER
    if row.kind is None and (before or written != info):
        kind = Kind.SUBSTITUTION if subject else Kind.CANCELLED
    remark = Remark(note=info)
    if kind in (Kind.SUBSTITUTION, Kind.CANCELLED):
        text = f"{subject or before} - {written}" if subject or before else written
        remark = remark_of(text, cancelled=kind is Kind.CANCELLED)
        if not (remark.teachers or remark.rooms or remark.was or remark.label):
            remark = replace(remark, note=info if subject or before else remark.note)
    # A room that only stands beside another remark ("Substitution for: Kain, Classroom: 29") is no change of it.
    only_room = remark.rooms and not remark.teachers and not before and not remark.was.subject
    if only_room and (remark.was.rooms or not remark.note):
        kind = Kind.ROOM
    period = said.get("period", "").strip("()")
    numbered = bool(_PERIOD.match(period))
    return [
        Substitution(
            kind=kind,
            date=day,
            periods=period_labels(period) if numbered else (),
            classes=(name,) if name else (),
            subject=subject or before or remark.subject,
            teachers=remark.teachers,
            rooms=remark.rooms,
            groups=remark.groups,
            label=remark.label or ("" if numbered else period),
            was=replace(remark.was, subject=before) if before and subject else remark.was,
            note=remark.note,
        )
    ]
