"""A report as a table for a terminal: what `inspect` prints for people."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WIDEST = 44


def listing(values: Mapping[str, Any], days: str = "") -> str:
    """The lines of a report (`bot.scraper.report`), a table for each kind of row that it has; `days` in words."""
    return "\n".join(_lines(values, days)) + "\n"


def _lines(values: Mapping[str, Any], days: str) -> Iterator[str]:
    head = [values["source"], values["school"], f"as of {values['updated']}" if values["updated"] else ""]
    yield " · ".join(filter(None, head))
    tables: tuple[tuple[str, Sequence[Sequence[str]]], ...] = (
        ("targets", [(item["kind"], item["name"], item["id"]) for item in values["targets"]]),
        ("lessons", [_lesson(item) for item in values["lessons"]]),
        ("substitutions", [_substitution(item) for item in values["substitutions"]]),
        ("homework", [(item["due"] or "", item["subject"], item["text"]) for item in values["homework"]]),
        ("exams", [(item["date"] or "", item["subject"], item["text"]) for item in values["exams"]]),
        ("notices", [(item["date"] or "", item["text"]) for item in values["notices"]]),
    )
    for name, rows in tables:
        if rows:
            yield f"\n{len(rows)} {name}"
            yield from _aligned(rows)
    if not any(rows for _, rows in tables):
        yield f"\nnothing is planned {days}".rstrip()


def _lesson(item: Mapping[str, Any]) -> tuple[str, ...]:
    day = item["date"] or ("" if item["weekday"] is None else _DAYS[item["weekday"]])
    return (
        " ".join(filter(None, [day, item["week"]])),
        ",".join(item["periods"]),
        "-".join(filter(None, [item["start"], item["end"]])),
        item["subject"],
        _joined(item, "teachers"),
        _joined(item, "rooms"),
        _joined(item, "classes", "groups"),
        "" if item["status"] == "planned" else item["status"],
        _before(item["was"]),
        item["note"],
    )


def _substitution(item: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        item["date"] or "",
        ",".join(item["periods"]),
        _joined(item, "classes", "groups"),
        item["label"] or item["kind"],
        item["subject"],
        _joined(item, "teachers"),
        _joined(item, "rooms"),
        _before(item["was"]),
        item["note"],
    )


def _joined(item: Mapping[str, Any], *names: str) -> str:
    return " ".join(filter(None, (", ".join(item[name]) for name in names)))


def _before(was: Mapping[str, Any]) -> str:
    values = (", ".join(value) if isinstance(value, list) else str(value) for value in was.values())
    return f"was {' '.join(values)}" if was else ""


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The rows with their columns under each other; columns that are empty throughout are left out."""
    cells = [[_short(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True) if width]
        yield f"  {'  '.join(padded)}".rstrip()


def _short(cell: str) -> str:
    line = " ".join(cell.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text)
