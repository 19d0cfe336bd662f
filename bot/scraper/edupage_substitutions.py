"""EduPage's substitutions of a day: the HTML that the viewer's JSON answer holds. No real recording was seen."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import date

from bot.errors import SourceChanged, TruncatedPage
from bot.model import Kind, Substitution
from bot.scraper.markup import attributes, css_classes, scan
from bot.scraper.page import period_labels, squeeze

_KINDS = {
    "change": Kind.SUBSTITUTION,
    "remove": Kind.CANCELLED,
    "absent": Kind.OTHER,
    "event": Kind.EVENT,
    "add": Kind.OTHER,
}
_PARTS = ("header", "period", "info")


@dataclass(slots=True)
class _Row:
    """A row while it is read: its kind, and the text of its parts."""

    kind: Kind | None
    texts: dict[str, list[str]] = field(default_factory=dict)


def substitutions_of(markup: str, day: date | None) -> tuple[tuple[Substitution, ...], tuple[date, ...]]:
    """Rows under their class, and the day that the report speaks for (its own `data-date`, else `day`).

    `div.section > div.header` is the class, `div.row.{change|remove|add|absent|event}` a row with `div.period` and
    `div.info`; `div.row.nosubst` is the mark of an empty day. What `info` says is free text and stays one note.
    Raises SourceChanged for a report without rows or without that mark, TruncatedPage for one that breaks off.
    """
    found: list[Substitution] = []
    stack: list[tuple[str, str]] = []
    row: _Row | None = None
    name: list[str] = []
    empty = False
    for before, tag, raw in scan(markup):
        part = next((role for _, role in reversed(stack) if role in _PARTS), "")
        if part == "header" and row is None:
            name.append(before)
        elif part and row is not None:
            row.texts.setdefault(part, []).append(before)
        if tag in ("div", "span"):
            css = css_classes(raw)
            day = _day(attributes(raw).get("data-date", "")) or day
            if "section" in css:
                name = []
            if "nosubst" in css:
                empty = True
            role = "row" if "row" in css else next((one for one in _PARTS if one in css), "")
            if role == "row":
                row = _Row(next((_KINDS[one] for one in css if one in _KINDS), None))
            stack.append((tag, role))
        elif tag in ("/div", "/span") and stack:
            _, role = stack.pop()
            if role == "row" and row is not None:
                found += _substitution(row, squeeze(html.unescape("".join(name))), day)
                row = None
    if row is not None:
        raise TruncatedPage("the EduPage substitutions end inside a row")
    if not found and not empty:
        raise SourceChanged("the EduPage substitutions have neither rows nor the mark of an empty day")
    return tuple(found), (day,) if day else ()


def _day(published: str) -> date | None:
    try:
        return date.fromisoformat(published)
    except ValueError:
        return None


def _substitution(row: _Row, name: str, day: date | None) -> list[Substitution]:
    said = {part: squeeze(html.unescape("".join(texts))) for part, texts in row.texts.items()}
    info = said.get("info", "")
    if row.kind is None and not info:
        return []
    return [
        Substitution(
            kind=row.kind or Kind.OTHER,
            date=day,
            periods=period_labels(said.get("period", "").strip("()")),
            classes=(name,) if name else (),
            note=info,
        )
    ]
