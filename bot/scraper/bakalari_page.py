"""The public page of Bakaláři as raw facts: days, details of lessons, hours, lists of targets."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from bot.errors import SourceChanged
from bot.model import Bell, Target, TargetKind
from bot.scraper.markup import attributes, css_classes, scan
from bot.scraper.page import clock_time, squeeze

_SELECTS = {"selectedclass": TargetKind.CLASS, "selectedteacher": TargetKind.TEACHER, "selectedroom": TargetKind.ROOM}
_LINKS = {"class": TargetKind.CLASS, "teacher": TargetKind.TEACHER, "room": TargetKind.ROOM}
_LINK = re.compile(r"/(?:Actual|Next|Permanent)/(Class|Teacher|Room)/([^/?#]+)", re.I)
# The parts of the page that are told apart by the CSS class of their element.
_ROLES = {
    "bk-timetable-main": "main",
    "bk-timetable-body": "main",
    "bk-timetable-row": "row",
    "bk-day-day": "day",
    "bk-day-date": "date",
    "bk-timetable-day": "label",
    "bk-timetable-cell": "cell",
    "bk-timetable-guard": "guard",
    "day-item-hover": "item",
    "day-item": "box",
    "middle": "middle",
    "bk-hour-wrapper": "hour",
}
_LANDMARKS = frozenset({"main", "row", "label", "day"})
_WEEK = re.compile(r"^([LS]):(?:\s|$)")
_HOUR = re.compile(r"^(\S+)\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})$")


@dataclass(frozen=True, slots=True)
class Detail:
    """What `data-detail` says of one lesson, trimmed; absent or null values are "".

    `week`: "L" or "S" where the visible abbreviation begins so ("S: Tv"), for odd and even weeks.
    """

    type: str
    subject_text: str
    teacher: str
    room: str
    group: str
    theme: str
    notice: str
    change: str
    removed: str
    absent: str
    absent_name: str
    week: str = ""


@dataclass(slots=True)
class Day:
    """A row: the day's short name and date as printed, its lessons, and text that stands in place of lessons."""

    name: str = ""
    date: str = ""
    text: str = ""
    details: list[Detail] = field(default_factory=list)


@dataclass(slots=True)
class Timetable:
    """All that a page holds. `cut`: the page ends inside the plan or inside a list."""

    days: list[Day] = field(default_factory=list)
    targets: tuple[Target, ...] = ()
    selected: tuple[Target, ...] = ()
    bells: tuple[Bell, ...] = ()
    shape: str = ""
    cut: bool = False


def read_page(text: str) -> Timetable:
    """Raises SourceChanged when a lesson has no readable detail."""
    page = Timetable()
    _read_plan(text, page)
    _read_lists(text, page)
    ended = re.search(r"(?i)</(?:body|html)\s*>", text)
    if not ended and re.search(r"(?i)<(?:body|html)\b", text) and (page.days or page.targets):
        page.cut = True
    if ended:
        page.cut = False  # a page that ends is whole, even if a tag was left open
    return page


def _read_plan(body: str, page: Timetable) -> None:
    """Days and hours. An element's role ends with its end tag; only `div` and `span` carry roles."""
    stack: list[tuple[str, str]] = []  # (tag, role)
    words: dict[str, list[str]] = {}
    roles: set[str] = set()
    bells: list[Bell] = []
    for before, tag, raw in scan(body):
        if before and stack:
            _hear(before, stack, page, words)
        if tag in ("div", "span"):
            role = _role(raw)
            roles.add(role)
            if role == "row":
                page.days.append(Day())
            elif role == "item" and page.days:
                page.days[-1].details.append(_detail(raw))
            elif role == "hour":
                words["hour"] = []
            stack.append((tag, role))
        elif tag in ("/div", "/span"):
            while stack:
                opened, role = stack.pop()
                if role == "hour":
                    bells += _bell(words.pop("hour", []))
                if opened == tag[1:]:
                    break
        if tag == "":
            page.cut = any(role for _, role in stack) or "<" in before
    page.bells = tuple(bells)
    strange = {detail.type for day in page.days for detail in day.details} - {"atom", "removed", "absent"}
    page.shape = " ".join(sorted((roles & _LANDMARKS) | strange))


def _role(raw: str) -> str:
    css = css_classes(raw)
    if "day-item-hover" in css:
        return "item"
    return next((_ROLES[name] for name in css if name in _ROLES), "")


def _hear(text: str, stack: list[tuple[str, str]], page: Timetable, words: dict[str, list[str]]) -> None:
    """Text goes to the innermost element with a role; in a lesson or a duty it repeats the detail."""
    if not text.strip():
        return
    clean = squeeze(html.unescape(text))
    role = next((role for _, role in reversed(stack) if role), "")
    if role == "hour":
        words.setdefault("hour", []).append(clean)
    elif page.days:
        day = page.days[-1]
        if role == "day":
            day.name = squeeze(f"{day.name} {clean}")
        elif role == "date":
            day.date = squeeze(f"{day.date} {clean}")
        elif role == "middle" and day.details and (found := _WEEK.match(clean)):
            day.details[-1] = replace(day.details[-1], week=found[1])
        elif role in ("row", "cell", "box") and not day.details:
            day.text = squeeze(f"{day.text} {clean}")


def _bell(words: list[str]) -> list[Bell]:
    found = _HOUR.match(" ".join(words))
    start, end = (clock_time(found[2]), clock_time(found[3])) if found else (None, None)
    return [Bell(found[1], start, end)] if found and start and end else []


def _detail(raw: str) -> Detail:
    """The JSON in an attribute: `data-detail='{"type":"atom", …}'`, with whichever quotes and entities."""
    try:
        values = json.loads(attributes(raw).get("data-detail", ""), strict=False)
    except ValueError:
        raise SourceChanged("a lesson of the Bakaláři plan has no readable detail") from None
    if not isinstance(values, Mapping) or not {"subjecttext", "removedinfo", "absentinfo"} & set(values):
        raise SourceChanged("a lesson of the Bakaláři plan has a detail of another kind")

    def said(name: str) -> str:
        value = values.get(name)
        return squeeze(html.unescape(re.sub(r"<[^<>]*>", " ", value))) if isinstance(value, str) else ""

    return Detail(
        type=said("type"),
        subject_text=said("subjecttext"),
        teacher=said("teacher"),
        room=said("room"),
        group=said("group"),
        theme=said("theme"),
        notice=said("notice"),
        change=said("changeinfo"),
        removed=said("removedinfo"),
        absent=said("absentinfo"),
        absent_name=said("InfoAbsentName"),
    )


def _read_lists(body: str, page: Timetable) -> None:
    """The selects of classes, teachers and rooms, or the links of the start page. Ids keep their padding."""
    kind: TargetKind | None = None
    current: tuple[TargetKind, str, bool] | None = None
    words: list[str] = []
    found: dict[Target, bool] = {}
    in_select = False
    for before, tag, raw in scan(body):
        words.append(before)
        if current and tag in ("option", "/option", "/select", "/a", "a", ""):
            if name := squeeze(html.unescape("".join(words))):
                target = Target(current[0], current[1], name)
                found[target] = found.get(target, False) or current[2]
            current = None
        if tag == "select":
            kind = _SELECTS.get(attributes(raw).get("id", "").casefold())
            in_select = kind is not None
        elif tag == "/select":
            in_select = False
        elif tag == "option" and in_select and kind:
            given, words = attributes(raw), []
            current = (kind, given["value"], "selected" in given) if given.get("value") else None
        elif tag == "a" and (link := _LINK.search(raw)):
            current, words = (_LINKS[link[1].lower()], unquote(html.unescape(link[2]).rstrip("\"'")), False), []
    page.cut = page.cut or in_select
    page.targets = tuple(found)
    page.selected = tuple(target for target, chosen in found.items() if chosen)
