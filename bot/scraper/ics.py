"""Reads iCalendar text (RFC 5545) into occurrences: unfolding, refusals, limits, time zones, expansion.

The libraries (`icalendar`, `recurring-ical-events`, `x-wr-timezone`) are imported where they are used: they cost memory
that a school without a calendar should not pay.
"""

from __future__ import annotations

import codecs
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.errors import SourceChanged, TruncatedPage
from bot.scraper.contract import Page
from bot.scraper.ics_events import (
    Occurrence,
    Reader,
    Span,
    events_in,
    first_day,
    uid_of,
    uids_used_twice,
    unescaped,
    without_events,
)
from bot.scraper.ics_rules import MAX_OCCURRENCES, Repetition, check_written, day_of
from bot.scraper.page import text_of, why_not

# A value of the library is one of thirty types, most of which an event never has: it is looked at, not declared.
Component = Any

# A school of two thousand pupils publishes about a tenth of this. Beyond it is an attack or a mistake.
MAX_EVENTS = 20_000
MAX_ZONES = 100
# What a calendar without given days is read for: it may repeat for ever.
HORIZON = timedelta(days=366)

_BATCH = 200
_MARKS = re.compile(r"(?i)\n(?:BEGIN|END):V(?:CALENDAR|EVENT)[ \t]*(?![^\n])")
_FOLD = re.compile(rb"(?:\r\n|\n|\r)+[ \t]")
# Without these an event would be shown at a wrong time or not at all; with any other property broken it is still true.
_VITAL = ("DTSTART", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")


@dataclass(frozen=True, slots=True)
class Feed:
    """What one answer holds: the calendars in it taken together, occurrences in the order of time."""

    producer: str
    name: str
    occurrences: tuple[Occurrence, ...]


def feed_of(page: Page, timezone: ZoneInfo, days: Span | None) -> Feed:
    """The occurrences that touch `days`; without days, those from the day before the first event for 366 days.

    Raises EmptyBody, LoginRequired, MaintenancePage or WrongPage for an answer that is no calendar, TruncatedPage when
    END:VCALENDAR is missing, SourceChanged for an event whose time cannot be read and for more than a school publishes.
    """
    text = unfolded(page)
    plain = _check(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # guesses about foreign zone names are the library's business
        try:
            feed = _plain_and_others(text, timezone, days) if plain else _whole(text, timezone, days)
        except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
            # An OSError is a zone named like a folder of the zones' files ("Europe").
            raise SourceChanged(f"the calendar cannot be read: {str(error)[:200] or type(error).__name__}") from error
    return feed


def _whole(text: str, timezone: ZoneInfo, days: Span | None) -> Feed:
    """Several calendars, or one in an unusual form: all of it is the library's."""
    _check_zones(text)
    calendars = _calendars(text)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not events:
        return _feed(calendars, [])
    span = _span(days, min(day_of(event["DTSTART"].dt) for event in events))
    return _feed(calendars, list(_occurrences(calendars, timezone, span, Repetition(span.start, span.end))))


def _plain_and_others(text: str, timezone: ZoneInfo, days: Span | None) -> Feed:
    """One calendar: its plain events are read here, the library is given what is left, a batch at a time."""
    head = without_events(text)
    _check_zones(head)
    calendars = _calendars(head)
    first = None if days else first_day(text)
    if (not days and first is None) or calendars[0].get("CALSCALE", "GREGORIAN") != "GREGORIAN":
        return _whole(text, timezone, days)
    span = _span(days, first or date.min)
    reader = Reader(timezone, _zone_of(calendars[0]), span, uids_used_twice(text))
    occurrences: list[Occurrence] = []
    others: dict[str, list[str]] = {}
    for number, (start, after) in enumerate(events_in(text)):
        event = text[start : after + 1]
        found = reader.read(event)
        if found is None:
            others.setdefault(uid_of(event) or f"\n{number}", []).append(event)
        else:
            occurrences += found
            if len(occurrences) > MAX_OCCURRENCES:
                raise SourceChanged("the calendar repeats its events more often than lessons are held")
    del text
    repetition = Repetition(span.start, span.end)
    for batch in _batches(others):
        occurrences += _occurrences(_calendars(_with(head, batch)), timezone, span, repetition)
    return _feed(calendars, occurrences)


def _with(head: str, events: Sequence[str]) -> str:
    """The calendar with these events only."""
    end = head.rindex("\nEND:VCALENDAR")
    return head[:end] + "".join(events) + head[end:]


def _batches(groups: dict[str, list[str]]) -> Iterator[list[str]]:
    """Events that belong together stay together; a batch has few enough to be held as the library holds them."""
    batch: list[str] = []
    while groups:
        batch += groups.pop(next(iter(groups)))
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _span(days: Span | None, first: date) -> Span:
    if days is None:
        return Span(first - timedelta(days=1), first + HORIZON)
    # A day more on both sides: the event's zone may be a day ahead of the school's.
    return Span(days.start - timedelta(days=1), days.end + timedelta(days=1))


def _feed(calendars: Sequence[Component], occurrences: list[Occurrence]) -> Feed:
    occurrences.sort(key=_order)
    # The library leaves an unknown property as it is written.
    name = unescaped(_first(calendars, "X-WR-CALNAME")) or _first(calendars, "NAME")
    return Feed(_first(calendars, "PRODID"), name, tuple(occurrences))


def _order(item: Occurrence) -> tuple[datetime, datetime, str, str]:
    return (item.start, item.end or item.start, item.summary, item.id)


def unfolded(page: Page) -> str:
    """The calendar's text with every property on a line of its own.

    Lines are joined before the bytes are decoded: a producer may fold inside a character.
    """
    body = page.body
    if not body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        page = replace(page, body=_FOLD.sub(b"", body))
    text = text_of(page).lstrip("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check(text: str) -> bool:
    """Refuse what is no calendar, what is cut, and what is too large, before anything is built from it.

    Whether it is one calendar in the form that all producers of today write, so that its events can be told apart.
    """
    lines = Counter(match.strip().upper() for match in _MARKS.findall("\n" + text))
    begun, events = lines["BEGIN:VCALENDAR"], lines["BEGIN:VEVENT"]
    if not begun and not events:
        raise why_not(text, "iCalendar")
    if begun > lines["END:VCALENDAR"] or events > lines["END:VEVENT"]:
        raise TruncatedPage("the calendar ends before END:VCALENDAR")
    if events > MAX_EVENTS:
        raise SourceChanged(f"the calendar holds {events} events, more than any school's")
    usual = text.startswith("BEGIN:VCALENDAR\n") and text.rstrip().endswith("\nEND:VCALENDAR") and "\nUID;" not in text
    return usual and begun == 1 and events == lines["END:VEVENT"] == sum(1 for _ in events_in(text))


def _check_zones(text: str) -> None:
    """Refuse zones whose clocks change by a rule that would be followed for minutes."""
    zones = re.findall(r"(?is)^BEGIN:VTIMEZONE\s*$(.*?)^END:VTIMEZONE", text, re.M)
    if len(zones) > MAX_ZONES:
        raise SourceChanged(f"the calendar brings {len(zones)} time zones of its own")
    for zone in zones:
        begun = re.search(r"(?im)^DTSTART\b[^:\n]*:(\d{4})(\d\d)(\d\d)", zone)
        for rule in re.findall(r"(?im)^RRULE\b[^:\n]*:([^\n]*)", zone):
            if re.search(r"(?i)SECONDLY|MINUTELY|HOURLY|DAILY|INTERVAL=0", rule):
                raise SourceChanged("the calendar's time zone changes its clocks every day")
            if begun:
                check_written(rule, date(*map(int, begun.groups())))


def _calendars(text: str) -> list[Component]:
    import icalendar

    return [_calendar(component) for component in icalendar.Calendar.from_ical(text, multiple=True)]


def _zone_of(calendar: Component) -> ZoneInfo | None:
    zone = calendar.get("X-WR-TIMEZONE")
    return ZoneInfo(str(zone)) if zone is not None else None


def _calendar(component: Component) -> Component:
    """A calendar ready to be expanded; an event that stands alone is put into one."""
    import icalendar

    calendar = component
    if component.name == "VEVENT":
        calendar = icalendar.Calendar()
        calendar.add_component(component)
    zone = calendar.get("X-WR-TIMEZONE")
    if zone is not None:
        known: Any = icalendar.timezone.tzp.timezone(str(zone).strip())
        calendar.pop("X-WR-TIMEZONE")
        if isinstance(known, ZoneInfo) and known.key:
            calendar["X-WR-TIMEZONE"] = known.key
    calendar.subcomponents = [_event(part) if part.name == "VEVENT" else part for part in calendar.subcomponents]
    _separate(calendar)
    return calendar


def _event(event: Component) -> Component:
    """An event whose times can be used. Raises SourceChanged when they are written but cannot be read."""
    from icalendar.prop import vBroken

    label = _text(event, "SUMMARY") or _text(event, "UID") or "?"
    for name in _VITAL:
        value = event.get(name)
        if any(isinstance(part, vBroken) for part in (value if isinstance(value, list) else [value])):
            raise SourceChanged(f"the event {label!r}: {name} cannot be read")
    for name in ("DTEND", "DURATION"):
        if isinstance(event.get(name), (vBroken, list)):
            del event[name]
            event["X-OPEN-END"] = "1"
    _unzone(event)
    rule = event.get("RRULE")
    if isinstance(rule, dict) and "RSCALE" in rule:
        if str(rule["RSCALE"][0]).upper() == "GREGORIAN":
            del rule["RSCALE"]
            rule.pop("SKIP", None)
        else:  # RFC 7529: a rule in a scale that is not known is left out
            del event["RRULE"]
    return event


def _unzone(event: Component) -> None:
    """Exceptions of a floating series are floating too, whatever zone a producer wrote them in."""
    from icalendar.prop import vDDDLists

    start = event.get("DTSTART")
    if not isinstance(getattr(start, "dt", None), datetime) or start.dt.tzinfo:
        return
    for name in ("EXDATE", "RDATE"):
        value = event.get(name)
        lists = value if isinstance(value, list) else [value] if value is not None else []
        dates = [item.dt for part in lists for item in part.dts]
        if any(isinstance(day, datetime) and day.tzinfo for day in dates):
            event[name] = vDDDLists([d.replace(tzinfo=None) if isinstance(d, datetime) else d for d in dates])


def _starts(event: Component) -> bool:
    value = event.get("DTSTART")
    return value is not None and not isinstance(value, list)


def _separate(calendar: Component) -> None:
    """Drop events without a start, and give a second event under a used UID a UID of its own.

    Producers reuse UIDs for events that have nothing in common. A new version of an event has a higher SEQUENCE and an
    exception has a RECURRENCE-ID; two events that have neither are two events.
    """
    seen: dict[tuple[str, int], Component] = {}
    kept = []
    for part in calendar.subcomponents:
        if part.name == "VEVENT":
            if not _starts(part):
                continue
            if "UID" in part and "RECURRENCE-ID" not in part:
                key = (_text(part, "UID"), int(part.get("SEQUENCE", 0)))
                first = seen.setdefault(key, part)
                if first is not part and first["DTSTART"].dt != part["DTSTART"].dt:
                    part["UID"] = f"{key[0]}#{part['DTSTART'].to_ical().decode()}"
        kept.append(part)
    calendar.subcomponents = kept


def _occurrences(
    calendars: Sequence[Component], timezone: ZoneInfo, span: Span, repetition: Repetition
) -> Iterator[Occurrence]:
    import recurring_ical_events

    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    repetition.check(events)
    repeated = {_text(event, "UID") for event in events if event.get("RRULE") or event.get("RDATE")}
    for calendar in calendars:
        for event in recurring_ical_events.of(calendar).between(span.start, span.end):
            yield _occurrence(event, timezone, _text(event, "UID") in repeated)


def _occurrence(event: Component, timezone: ZoneInfo, repeated: bool) -> Occurrence:
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    all_day = not isinstance(start, datetime)
    uid = _text(event, "UID")
    recurrence = event["RECURRENCE-ID"].to_ical().decode() if repeated and "RECURRENCE-ID" in event else ""
    return Occurrence(
        start=_local(start, timezone),
        end=None if "X-OPEN-END" in event else _local(end, timezone),
        all_day=all_day,
        summary=_text(event, "SUMMARY"),
        description=_text(event, "DESCRIPTION"),
        location=_text(event, "LOCATION"),
        categories=_categories(event),
        status=_text(event, "STATUS").upper(),
        url=_text(event, "URL"),
        busy=_text(event, "X-MICROSOFT-CDO-BUSYSTATUS").upper(),
        id="/".join(filter(None, (uid, recurrence))),
    )


def _categories(event: Component) -> tuple[str, ...]:
    value = event.get("CATEGORIES", ())
    lines = value if isinstance(value, list) else [value]
    return tuple(str(word).strip() for line in lines for word in getattr(line, "cats", ()) if str(word).strip())


def _local(value: date, timezone: ZoneInfo) -> datetime:
    """School time without its zone. A floating time is school time already; a date is its midnight."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 # a date has no zone
    return value.astimezone(timezone).replace(tzinfo=None) if value.tzinfo else value


def _first(calendars: Sequence[Component], *names: str) -> str:
    return next((text for calendar in calendars for name in names if (text := _text(calendar, name))), "")


def _text(component: Component, name: str) -> str:
    value = component.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value).strip()
