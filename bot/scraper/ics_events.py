"""Reads events that happen once, or every week at one hour, straight from the text: nearly all of most calendars.

The library needs a quarter of a millisecond and 6 KB for an event, and with a rule three times that; a school's
calendar would cost more than a page may. Measured for a week of 650 weekly lessons (194 KB): 13 ms against 506; of
6,500 (1.9 MB): 0.24 s and 4.5 MiB against 5.3 s and 17.4. What is not plain for certain (another rule, a lesson past
midnight, an exception, a zone of the calendar's own, a time that cannot be read, an unknown parameter) is left to the
library, so its judgement holds wherever there is something to judge; tests/scraper/test_ics_events.py holds the two
against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_BEGIN, _END = "\nBEGIN:VEVENT\n", "\nEND:VEVENT\n"
_READ = "UID|DTSTART|DTEND|DURATION|RRULE|EXDATE|SUMMARY|DESCRIPTION|LOCATION|CATEGORIES|STATUS|URL"
_READ += "|X-MICROSOFT-CDO-BUSYSTATUS"
# A property that is read, in the plain form; or (last group) a line that makes the event the library's business.
_LINE = re.compile(
    rf"(?m)^(?:({_READ})((?:;(?:TZID|VALUE|LANGUAGE|ALTREP)=(?:\"[^\"\n]*\"|[^\";:\n]*))*+):([^\n]*)"
    rf"|((?i:BEGIN|RDATE|EXRULE|RECURRENCE-ID|{_READ})\b))"
)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?", re.A)
_DURATION = re.compile(r"P(?:(\d{1,3})W|(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?)", re.A)
_PARAMETERS = re.compile(
    r"(?:;VALUE=(DATE(?:-TIME)?))?(?:;TZID=(UTC|(?!Etc/)[A-Za-z_]+/[\w/+-]+))?(?:;VALUE=(DATE(?:-TIME)?))?", re.A
)
# Once a week at the hour of the first time: how a timetable repeats. Every other rule is the library's.
_WEEKLY = re.compile(
    r"FREQ=WEEKLY(?:;(?:INTERVAL=(?P<step>[1-9]\d?)|COUNT=(?P<count>[1-9]\d{0,3})|UNTIL=(?P<until>\d{8}T\d{6}Z)"
    r"|WKST=(?:MO|SU)|BYDAY=(?P<day>MO|TU|WE|TH|FR|SA|SU)))*+",
    re.A,
)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ALARM = re.compile(r"\nBEGIN:VALARM\n.*?\nEND:VALARM(?=\n)", re.S)
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_UTC = ZoneInfo("UTC")


class Span(NamedTuple):
    """Local dates, the end not included."""

    start: date
    end: date


class Occurrence(NamedTuple):
    """One occurrence of an event. `start` and `end` are local school time without a zone; of an all-day one, midnights.

    `end` is None when the calendar's own cannot be read. `id` is UID, and the start for an occurrence of a series.
    """

    start: datetime
    end: datetime | None
    all_day: bool
    summary: str = ""
    description: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    status: str = ""
    url: str = ""
    busy: str = ""
    id: str = ""


def events_in(text: str) -> Iterator[tuple[int, int]]:
    """Where the events lie: from the line end before BEGIN:VEVENT to the line end after END:VEVENT."""
    position = 0
    while (start := text.find(_BEGIN, position)) >= 0 and (end := text.find(_END, start)) >= 0:
        position = end + len(_END) - 1
        yield start, position


def without_events(text: str) -> str:
    """What else a calendar holds: its own properties, zones, to-dos."""
    kept, position = [], 0
    for start, end in events_in(text):
        if position < start:
            kept.append(text[position:start])
        position = end
    return "".join([*kept, text[position:]])


def first_day(text: str) -> date | None:
    """The earliest day that an event names as its start."""
    days = set()
    for start, end in events_in(text):
        names = _STARTS.findall(text, start, end)
        if len(names) == 1:
            days.add(names[0])
    return min((day for name in days if (day := _day(name))), default=None)


_STARTS = re.compile(r"(?i)\nDTSTART\b[^:\n]*:(\d{8})", re.A)


def _day(name: str) -> date | None:
    try:
        return date(int(name[:4]), int(name[4:6]), int(name[6:]))
    except ValueError:
        return None


def uids_used_twice(text: str) -> frozenset[str]:
    """The UIDs that more than one component bears: versions and exceptions of one event."""
    seen: set[str] = set()
    twice: set[str] = set()
    for match in _UID.finditer(text):
        uid = match[1].strip()
        (twice if uid in seen else seen).add(uid)
    return frozenset(twice)


_UID = re.compile(r"(?i)\nUID[^:\n]*:([^\n]*)")


def uid_of(event: str) -> str:
    """The UID of an event, "" for none."""
    match = _UID.search(event)
    return match[1].strip() if match else ""


_NOT_SAID = ("", "")
_PLACES = {"DTSTART": 0, "DTEND": 1, "DURATION": 2, "RRULE": 3}
_Times = tuple[datetime, datetime, bool, str]
"""Start and end in school time, whether whole days are meant, and the mark of the occurrence in its series."""
# Lessons repeat their words and hours: a value is kept for the next event, and not more of them than a week has.
_MOST_KEPT = 2000
_LONGEST_KEPT = 200


class Reader:
    """Reads the plain events of one calendar: `zone` is X-WR-TIMEZONE, `together` the UIDs of several components."""

    def __init__(self, school: ZoneInfo, zone: ZoneInfo | None, span: Span, together: frozenset[str]) -> None:
        self._school = school
        self._zone = zone
        self._span = span
        self._together = together
        self._texts: dict[str, str] = {}
        self._times: dict[tuple[tuple[str, str], ...], tuple[_Times, ...] | None] = {}

    def read(self, event: str) -> tuple[Occurrence, ...] | None:
        """The occurrences of a plain event in the days, perhaps none; None for an event that the library must judge."""
        if "\nBEGIN:VALARM\n" in event:
            event = _ALARM.sub("", event)
        found: dict[str, str] = {}
        timing = [_NOT_SAID] * len(_PLACES)
        without: list[tuple[str, str]] = []
        categories: tuple[str, ...] = ()
        for name, parameters, value, other in _LINE.findall(event, len(_BEGIN)):
            if other:
                return None
            place = _PLACES.get(name)
            if place is not None:
                if timing[place] is not _NOT_SAID:
                    return None
                timing[place] = (parameters, value)
            elif name == "EXDATE":
                without.append((parameters, value))
            elif parameters and name != "URL" and "VALUE=" in parameters:
                return None
            elif name == "CATEGORIES":
                if "\\" in value:
                    return None
                categories += tuple(word for part in value.split(",") if (word := part.strip()))
            else:
                found.setdefault(name, value)
        uid, url = found.get("UID", "").strip(), found.get("URL", "").strip()
        if "\\" in uid or "\\" in url or uid in self._together:
            return None
        times = self._when((*timing, *without))
        if not times:
            return None if times is None else ()
        text = self._text
        facts = (
            text(found.get("SUMMARY", "")),
            text(found.get("DESCRIPTION", "")),
            text(found.get("LOCATION", "")),
            categories,
            text(found.get("STATUS", "")).upper(),
            url,
            text(found.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper(),
        )
        return tuple(
            Occurrence(start, end, all_day, *facts, f"{uid}/{mark}" if uid and mark else uid or mark)
            for start, end, all_day, mark in times
        )

    def _text(self, value: str) -> str:
        known = self._texts.get(value)
        if known is None:
            known = unescaped(value).strip()
            if len(value) <= _LONGEST_KEPT:
                if len(self._texts) > _MOST_KEPT:
                    self._texts.clear()
                self._texts[value] = known
        return known

    def _when(self, timing: tuple[tuple[str, str], ...]) -> tuple[_Times, ...] | None:
        if timing in self._times:
            return self._times[timing]
        if len(self._times) > _MOST_KEPT:
            self._times.clear()
        try:
            times = self._timed(*timing)
        except (ArithmeticError, ValueError, ZoneInfoNotFoundError, OSError):  # OSError: a zone named like a folder
            times = None
        self._times[timing] = times
        return times

    def _timed(
        self,
        begun: tuple[str, str],
        ended: tuple[str, str],
        length: tuple[str, str],
        rule: tuple[str, str],
        *without: tuple[str, str],
    ) -> tuple[_Times, ...] | None:
        bounds = self._bounds(begun, ended, length)
        if bounds is None:
            return None
        start, end = bounds
        if rule is not _NOT_SAID or without:
            if rule[0] or not isinstance(start, datetime) or not isinstance(end, datetime):
                return None
            return self._weekly(start, end, rule[1], self._excepted(begun, without))
        if isinstance(start, datetime) and isinstance(end, datetime):
            return self._placed(start, end)
        return ((_midnight(start), _midnight(end), True, ""),) if _touches(start, end, *self._span) else ()

    def _bounds(
        self, begun: tuple[str, str], ended: tuple[str, str], length: tuple[str, str]
    ) -> tuple[date, date] | None:
        """Start and end as the event's zone has them, both times or both dates, the earlier one first."""
        start = self._moment(*begun)
        if start is None or (ended is not _NOT_SAID and length is not _NOT_SAID):
            return None
        if ended is not _NOT_SAID:
            if ended[0] != begun[0] or ended[1].endswith("Z") is not begun[1].endswith("Z"):
                return None
            end = self._moment(*ended)
        elif length is not _NOT_SAID:
            duration = None if length[0] else _duration(length[1])
            if duration is None or (duration.seconds and not isinstance(start, datetime)):
                return None
            end = start + duration
        else:
            end = start if isinstance(start, datetime) else start + timedelta(days=1)
        if end is None or isinstance(end, datetime) is not isinstance(start, datetime):
            return None
        return min(start, end), max(start, end)

    def _placed(self, start: datetime, end: datetime, mark: str = "") -> tuple[_Times, ...]:
        """The span is counted in the event's own zone, as the library does."""
        zone = start.tzinfo
        days = [_midnight(day).replace(tzinfo=zone) for day in self._span]
        if not _touches(start, end, *days):
            return ()
        if zone is None:
            return ((start, end, False, mark),)
        school = self._school
        there = (start.astimezone(school).replace(tzinfo=None), end.astimezone(school).replace(tzinfo=None))
        return ((*there, False, mark),)

    def _excepted(self, begun: tuple[str, str], without: Sequence[tuple[str, str]]) -> frozenset[datetime] | None:
        """The times that a series leaves out, as UTC and as its zone has them; None when they are no plain times."""
        found: set[datetime] = set()
        for parameters, values in without:
            for value in values.split(","):
                moment = self._moment(parameters, value)
                if parameters != begun[0] or value.endswith("Z") is not begun[1].endswith("Z"):
                    return None
                if not isinstance(moment, datetime):
                    return None
                found.update(_names_of(moment))
        return frozenset(found)

    def _weekly(
        self, start: datetime, end: datetime, rule: str, without: frozenset[datetime] | None
    ) -> tuple[_Times, ...] | None:
        match = _WEEKLY.fullmatch(rule)
        names = [part.partition("=")[0] for part in rule.split(";")]
        if match is None or without is None or len(names) != len(set(names)) or (match["until"] and match["count"]):
            return None
        if start.year < 1970 or start.date() != end.date() or (match["day"] and match["day"] != _DAYS[start.weekday()]):
            return None
        until: datetime | None = None
        if match["until"]:
            until = datetime.strptime(match["until"], "%Y%m%dT%H%M%SZ").replace(tzinfo=_UTC)
            if start.tzinfo is None or until < start:
                return None
        step = timedelta(weeks=int(match["step"] or 1))
        length, zone = end - start, start.tzinfo
        first = _midnight(self._span.start).replace(tzinfo=zone) - length
        beyond = _midnight(self._span.end).replace(tzinfo=zone)
        times: list[_Times] = []
        number = max(0, (first - start) // step)
        while (moment := start + number * step) < beyond and number < int(match["count"] or number + 1):
            if until is not None and moment > until:
                break
            if without.isdisjoint(_names_of(moment)):
                mark = f"{moment:%Y%m%dT%H%M%S}" + ("Z" if zone is _UTC else "")
                times += self._placed(moment, moment + length, mark)
            number += 1
        return tuple(times)

    def _moment(self, parameters: str, value: str) -> date | None:
        """A time as the event's zone has it, a date for a whole day, None for what is not plainly one of them."""
        read, said = _TIME.fullmatch(value.strip()), _PARAMETERS.fullmatch(parameters)
        if read is None or said is None:
            return None
        kind, zone = said[1] or said[3] or "", said[2]
        if read[4] is None:
            if zone or kind == "DATE-TIME":
                return None
            return date(int(read[1]), int(read[2]), int(read[3]))
        if kind == "DATE" or (zone and read[7]):
            return None
        year, month, day, hour, minute, second = map(int, read.groups()[:6])
        known = _UTC if read[7] else ZoneInfo(zone) if zone else None
        moment = datetime(year, month, day, hour, minute, second, tzinfo=known)
        if self._zone is None or (zone and moment.tzname() != "UTC"):
            return moment
        return moment.astimezone(self._zone) if moment.tzinfo else moment.replace(tzinfo=self._zone)


def _touches(start: date, end: date, first: date, beyond: date) -> bool:
    """Whether an event lies in the days, the end of both not included."""
    return first <= start < beyond if start == end else start < beyond and first < end


def _names_of(moment: datetime) -> tuple[datetime, ...]:
    """The library knows a time of a series by both."""
    local = moment.replace(tzinfo=None)
    return (local,) if moment.tzinfo is None else (moment.astimezone(_UTC).replace(tzinfo=None), local)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 # a date has no zone


def _duration(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def unescaped(text: str) -> str:
    """A TEXT value as it is meant: "\\n" is a line end, "\\," a comma."""
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text) if "\\" in text else text
