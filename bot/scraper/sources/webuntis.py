"""WebUntis for schools that show timetables without a login: REST v1 `timetable/filter` and `timetable/entries`.

Every request carries the header `anonymous-school`. `filter` lists whom there are timetables of; `entries` gives days
of `gridEntries`. A position's meaning is the `type` of what it holds, never its number; it holds `current` and, where
something changed, `removed`: an object or a list of them. A day without data is unknown, not empty. Times are local.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from bot.errors import LoginRequired, NotReleased, SourceChanged, SourceError, TruncatedPage, UnknownTarget, WrongPage
from bot.model import Lesson, Plan, Status, Target, TargetKind, Was
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import match_name, nearest_names, squeeze, text_of, why_not

_API = "/WebUntis/api/rest/view/v1/timetable/"
_LISTS = {
    TargetKind.CLASS: ("classes", "class"),
    TargetKind.TEACHER: ("teachers", "teacher"),
    TargetKind.ROOM: ("rooms", "room"),
}
_SCHOOL = re.compile(r"^([\w-]+)\.webuntis\.com$")
_STATUS = {
    "": Status.PLANNED,
    "REGULAR": Status.PLANNED,
    "STANDARD": Status.PLANNED,
    "CANCEL": Status.CANCELLED,
    "CANCELLED": Status.CANCELLED,
    "CHANGED": Status.CHANGED,
    "SUBSTITUTION": Status.CHANGED,
    "ADDITIONAL": Status.ADDED,
    "ADDED": Status.ADDED,
    "MOVED": Status.MOVED,
    "SHIFT": Status.MOVED,
}
# Whether a day without lessons speaks: NO_DATA, NOT_ALLOWED … do not, and neither does a word not known here.
_SPEAKS = frozenset({"REGULAR", "HOLIDAY"})


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The list of targets, and the wanted target's entries for the query's days (a week when none are given).

    The school is the `school` of the settings, of the address (`?school=`), or its host (`name.webuntis.com`).
    Raises UnknownTarget for a name that is not listed, SourceChanged for an address that names no school.
    """
    school, host = _school(query), urlsplit(query.url)
    if not school:
        raise SourceChanged("the WebUntis address names no school: it needs ?school=…")
    headers = {"anonymous-school": school, "Accept": "application/json"}
    base = f"{host.scheme}://{host.netloc}{_API}"
    first = query.start or query.today
    last = (query.end or first + timedelta(days=7)) - timedelta(days=1)
    kind = str(query.kind).upper()
    span = {"start": first.isoformat(), "end": last.isoformat()}
    listing = await http.get(
        f"{base}filter", params={"resourceType": kind, "timetableType": "STANDARD", **span}, headers=headers
    )
    if not query.name:
        return (listing,)
    targets = _targets(_object(listing))
    listed = [target.name for target in targets if target.kind is query.kind]
    name = match_name(query.name, listed)
    if name is None:
        raise UnknownTarget(query.name, nearest_names(query.name, listed))
    wanted = next(target for target in targets if target.kind is query.kind and target.name == name)
    params = {
        **span,
        "format": "2",
        "resourceType": kind,
        "resources": wanted.id,
        "timetableType": "STANDARD",
        "layout": "START_TIME",
    }
    return (listing, await http.get(f"{base}entries", params=params, headers=headers))


def _school(query: Query) -> str:
    if named := query.options.get("school", ""):
        return named
    parts = urlsplit(query.url)
    asked = parse_qs(parts.query or urlsplit(parts.fragment).query).get("school", [""])[0]
    host = _SCHOOL.match(parts.hostname or "")
    return unquote(asked) or (host[1] if host else "")


def recognise(page: Page) -> float:
    """1.0 for an answer of the two requests, 0.6 for a WebUntis address."""
    if page.body:
        try:
            answer = _object(page)
        except SourceError:
            return 0.0
        return 1.0 if "resourceType" in answer or _is_entries(answer) else 0.0
    parts = urlsplit(page.url)
    known = (parts.hostname or "").endswith(".webuntis.com") or "/WebUntis" in parts.path
    return 0.6 if known else 0.0


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """Targets of a `filter` answer, lessons of an `entries` answer.

    Raises NotReleased when no day of the entries has data or nobody is listed, TruncatedPage for JSON cut off,
    WrongPage for other JSON.
    """
    targets: tuple[Target, ...] = ()
    lessons: list[Lesson] = []
    days: dict[date, None] = {}
    told = False
    for page in pages:
        answer = _object(page)
        if _is_entries(answer):
            told = True
            for day in _list(answer, "days"):
                found = tuple(_lessons(day, query.timezone))
                if found or _text(day, "status").upper() in _SPEAKS:
                    days[_date(day)] = None
                    lessons.extend(found)
        elif "resourceType" in answer:
            targets = _targets(answer)
        else:
            raise WrongPage("the answer is not a WebUntis timetable")
    if told and not days:
        raise NotReleased("WebUntis has no data for these days")
    if not told and not targets:
        raise NotReleased("WebUntis lists nobody whose timetable may be seen")
    return Plan(
        targets=targets,
        lessons=tuple(lessons),
        days=tuple(days),
        shape="webuntis entries" if told else "webuntis filter",
    )


def _object(page: Page) -> Mapping[str, Any]:
    text = text_of(page).strip()
    if not text.startswith(("{", "[")):
        raise why_not(text, "WebUntis")
    try:
        answer = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise TruncatedPage("the WebUntis answer ends early or is not JSON") from None
    if not isinstance(answer, dict):
        raise WrongPage("the answer is not a WebUntis timetable")
    if "errorCode" in answer or "errorMessage" in answer:
        raise LoginRequired("the school does not show its WebUntis timetable without a login")
    return answer


def _is_entries(answer: Mapping[str, Any]) -> bool:
    days = answer.get("days")
    if days == []:
        return "format" in answer
    return isinstance(days, list) and all(isinstance(day, dict) and "gridEntries" in day for day in days)


def _list(holder: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; null, an absent list and anything else in it are nothing."""
    yield from _objects(holder.get(key))


def _objects(held: object) -> list[Mapping[str, Any]]:
    """One object, or the objects of a list."""
    values = held if isinstance(held, list) else [held]
    return [value for value in values if isinstance(value, dict)]


def _text(holder: Mapping[str, Any] | None, key: str) -> str:
    value = holder.get(key) if holder else None
    return squeeze(value) if isinstance(value, str) else ""


def _named(resource: Mapping[str, Any] | None) -> str:
    names = (_text(resource, key) for key in ("shortName", "displayName", "longName", "name"))
    return next((name for name in names if name), "")


def _targets(answer: Mapping[str, Any]) -> tuple[Target, ...]:
    found = []
    for kind, (many, one) in _LISTS.items():
        for entry in _list(answer, many):
            resource = entry.get(one, entry)
            name = _named(resource) if isinstance(resource, dict) else ""
            if name and "id" in resource:
                found.append(Target(kind, str(resource["id"]), name))
    return tuple(found)


def _date(day: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(_text(day, "date"))
    except ValueError:
        raise SourceChanged("a day of the WebUntis answer has no date") from None


def _lessons(day: Mapping[str, Any], zone: ZoneInfo) -> Iterator[Lesson]:
    own = day.get("resource")
    own_name = _named(own) if isinstance(own, dict) else ""
    own_type = _text(day, "resourceType").upper()
    for entry in _list(day, "gridEntries"):
        span = entry.get("duration")
        try:
            start = _local(_text(span if isinstance(span, dict) else None, "start"), zone)
            end = _local(_text(span if isinstance(span, dict) else None, "end"), zone)
        except ValueError:
            raise SourceChanged("a lesson of the WebUntis answer has no time") from None
        now, before = _positions(entry)
        status = _status(entry, before)
        if own_name and own_type and own_name not in now.get(own_type, []):
            if own_name in before.get(own_type, []):
                status = Status.CANCELLED  # it takes place without the one whose plan this is
                now[own_type] = [own_name, *now.get(own_type, [])]
                before[own_type].remove(own_name)
            else:
                now.setdefault(own_type, [own_name])
        was_here: Was | None = None
        if status is not Status.CANCELLED and _text(entry, "statusDetail").upper() == "MOVED":
            status, was_here = Status.MOVED, _moved_from(entry.get("moved"), start, end, zone)
        if status is Status.CANCELLED:
            for kind in [kind for kind in before if not now.get(kind)]:
                now[kind] = before.pop(kind)
        yield Lesson(
            subject=", ".join(now.get("SUBJECT", [])),
            date=start.date(),
            weekday=start.weekday(),
            start=start.time().replace(tzinfo=None),
            end=end.time().replace(tzinfo=None),
            teachers=tuple(now.get("TEACHER", ())),
            rooms=tuple(now.get("ROOM", ())),
            classes=tuple(now.get("CLASS", ())),
            groups=tuple(now.get("STUDENTGROUP", now.get("STUDENT_GROUP", ()))),
            status=status,
            was=_was(before, was_here),
            note=_note(entry),
        )


def _local(text: str, zone: ZoneInfo) -> datetime:
    """The school's own time: as printed, with or without its offset; UTC is converted. Raises ValueError."""
    when = datetime.fromisoformat(text)
    return when.astimezone(zone) if when.utcoffset() == timedelta(0) else when


def _positions(entry: Mapping[str, Any]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What stands in the positions now, and what they held before, by type."""
    now: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for key in sorted(key for key in entry if re.fullmatch(r"position\d", key)):
        for place in _list(entry, key):
            for side, found in (("current", now), ("removed", before)):
                for held in _objects(place.get(side)):
                    names = found.setdefault(_text(held, "type").upper(), [])
                    if (name := _named(held)) and name not in names:
                        names.append(name)
    return now, before


def _status(entry: Mapping[str, Any], before: Mapping[str, Sequence[str]]) -> Status:
    status = _STATUS.get(_text(entry, "status").upper(), Status.CHANGED)
    return Status.CHANGED if status is Status.PLANNED and before else status


def _moved_from(span: object, start: datetime, end: datetime, zone: ZoneInfo) -> Was | None:
    """Where a moved lesson was before, as far as it differs."""
    if not isinstance(span, dict):
        return None
    try:
        first, last = _local(_text(span, "start"), zone), _local(_text(span, "end"), zone)
    except ValueError:
        return None
    return Was(
        date=first.date() if first.date() != start.date() else None,
        start=first.time() if first.time() != start.time() else None,
        end=last.time() if last.time() != end.time() else None,
    )


def _was(before: Mapping[str, Sequence[str]], moved: Was | None = None) -> Was:
    def held(kind: str) -> tuple[str, ...] | None:
        return tuple(before[kind]) if before.get(kind) else None

    subject = before.get("SUBJECT")
    return replace(
        moved or Was(),
        subject=", ".join(subject) if subject else None,
        teachers=held("TEACHER"),
        rooms=held("ROOM"),
        classes=held("CLASS"),
    )


def _note(entry: Mapping[str, Any]) -> str:
    texts = [_text(text, "text") for text in _list(entry, "texts")]
    texts += [_text(entry, key) for key in ("lessonInfo", "lessonText", "periodText", "substitutionText")]
    return "; ".join(dict.fromkeys(text for text in texts if text))


SOURCE = Source(
    id="webuntis",
    title="WebUntis without a login",
    country="DE, AT, CH",
    example_url="https://school.webuntis.com/WebUntis/?school=school",
    scope="target",
    delivers=("lessons", "classes", "teachers", "rooms"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
    needs="the address; the school must show timetables without a login",
    experimental="the shape of the answers is recorded, their values are invented",
)
