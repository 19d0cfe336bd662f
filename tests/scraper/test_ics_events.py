"""The plain events read straight from the text are what the library makes of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import SourceChanged
from bot.scraper.contract import Page
from bot.scraper.ics import Feed, feed_of
from bot.scraper.ics_events import Occurrence, Reader, Span

ZONE = ZoneInfo("Europe/Vilnius")
TIMES = (
    "DTSTART:20261124T083000Z\nDTEND:20261124T091500Z",
    "DTSTART:20261124T083000Z\nDTEND:20261124T071500Z",
    "DTSTART:20261129T233000Z\nDURATION:PT45M",
    "DTSTART;TZID=Europe/Warsaw:20261024T230000\nDURATION:P1DT2H",
    "DTSTART;VALUE=DATE-TIME;TZID=America/New_York:20261124T200000\nDTEND;TZID=America/New_York:20261124T210000",
    "DTSTART;TZID=Europe/Warsaw:20261124T100000\nDTEND;TZID=Asia/Tokyo:20261124T200000",
    "DTSTART;TZID=Our School:20261124T100000",
    "DTSTART:20261125T100000\nDTEND:soon",
    "DTSTART:20261125T100000\nDTEND:20261126",
    "DTSTART;VALUE=DATE:20261126",
    "DTSTART:20261126\nDTEND:20261124",
    "DTSTART:20261126\nDURATION:P2D",
    "DTSTART:20261126\nDURATION:PT5H",
    "DTSTART:20261126T080000\nDURATION:-PT1H",
    "DTSTART:20261126T080000\nDTSTART:20261127T080000",
    "DTSTART:20261124T083000Z\nRRULE:FREQ=WEEKLY;COUNT=2",
    "DTSTART:20261124T083000Z\nRECURRENCE-ID:20261124T083000Z",
    "dtstart:20261124T083000Z",
    "DTSTART:20261103T083000Z\nDURATION:PT45M\nRRULE:FREQ=WEEKLY;UNTIL=20261208T083000Z\nEXDATE:20261124T083000Z",
    "DTSTART:20261103T083000Z\nRRULE:FREQ=WEEKLY;UNTIL=20261208\nEXDATE;VALUE=DATE:20261124",
    "DTSTART;TZID=Europe/Warsaw:20261006T100000\nDURATION:PT45M\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=9",
    "DTSTART;TZID=Europe/Warsaw:20261006T100000\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH;WKST=SU\n"
    "EXDATE;TZID=Europe/Warsaw:20261124T100000,20261201T100000",
    "DTSTART:20261103T083000\nRRULE:FREQ=WEEKLY;BYDAY=WE",
    "DTSTART:20261103T083000\nDURATION:P9D\nRRULE:FREQ=WEEKLY\nEXDATE:20261124T083000\nEXDATE:20261201T083000Z",
    "DTSTART:20261103\nRRULE:FREQ=WEEKLY",
)
WORDS = (
    "SUMMARY:Maths\\, x\\; y \\n z \\\\n %2C",
    "SUMMARY;LANGUAGE=de:  Deutsch ",
    "Summary:small",
    'SUMMARY;ALTREP="cid:a:b":Art\nCATEGORIES:a,b , c\nCATEGORIES:d',
    "SUMMARY;X-A=1:Art\nCATEGORIES:a\\,b",
    "SUMMARY:first\nSUMMARY:second\nCATEGORIES:",
    "SUMMARY\nno property at all\nURL;VALUE=URI:https://a.example/?x=1,2;3:4",
    "STATUS:cancelled\nLOCATION:B\\n2\nX-MICROSOFT-CDO-BUSYSTATUS:free",
    "DESCRIPTION:a\nBEGIN:VALARM\nUID:alarm\nTRIGGER:-PT15M\nDESCRIPTION:b\nACTION:DISPLAY\nEND:VALARM",
)
HEADS = ("", "X-WR-TIMEZONE:America/New_York\n", "X-WR-TIMEZONE:Nowhere/Land\n")
EMPTY = "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n"


def calendar(*events: str, head: str = "") -> str:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{body}END:VCALENDAR\n"


def read(text: str, days: Span | None, school: str = "Europe/Vilnius") -> Feed | str:
    try:
        return feed_of(Page(url="file:///x.ics", body=text.encode()), ZoneInfo(school), days)
    except SourceChanged as error:
        return str(error)


@pytest.mark.parametrize("days", [None, Span(date(2026, 11, 24), date(2026, 11, 26))])
@pytest.mark.parametrize("head", HEADS)
def test_the_library_agrees(head: str, days: Span | None) -> None:
    """A second calendar in the answer leaves all of it to the library."""
    for number, (time, words) in enumerate(
        list(product(TIMES, WORDS))[::5]
    ):  # every time and every word, not every pair
        text = calendar(f"UID:{number}\n{time}\n{words}", f"UID:{number % 2}\n{words}\n{TIMES[0]}", head=head)
        assert read(text, days) == read(text + EMPTY, days), text


DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ZONES = ("Europe/Vilnius", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Europe/London", "UTC", "Etc/GMT")


@st.composite
def weekly(draw: st.DrawFn) -> tuple[str, date]:
    """A weekly event in any zone, near the days when the clocks change, and its first day."""
    day = draw(st.sampled_from((date(2026, 3, 20), date(2026, 10, 15), date(2025, 9, 1), date(2026, 12, 20))))
    hour, minute = draw(st.sampled_from((0, 1, 2, 3, 8, 23))), draw(st.sampled_from((0, 30)))
    start = datetime(2026, 1, 1, hour, minute).replace(day.year, day.month, day.day)  # noqa: DTZ001
    start += timedelta(days=draw(st.integers(0, 20)))
    zone = draw(st.sampled_from(("", "Z", *(f";TZID={zone}" for zone in ZONES))))

    def written(moment: datetime) -> str:
        return f"{moment:%Y%m%dT%H%M%S}" + ("Z" if zone == "Z" else "")

    name = zone.removesuffix("Z") if zone == "Z" else zone
    lines = [f"DTSTART{name}:{written(start)}"]
    if length := draw(st.sampled_from((None, 0, 45, 90, 600, 3000))):
        lines.append(f"DTEND{name}:{written(start + timedelta(minutes=length))}")
    parts = {f"INTERVAL={draw(st.integers(1, 4))}", f"WKST={draw(st.sampled_from(DAYS))}"}
    until = start + timedelta(weeks=draw(st.integers(-1, 9)), hours=draw(st.integers(-3, 3)))
    parts.add(draw(st.sampled_from((f"COUNT={draw(st.integers(1, 9))}", f"UNTIL={until:%Y%m%dT%H%M%SZ}", "", ""))))
    parts.add(draw(st.sampled_from((f"BYDAY={DAYS[start.weekday()]}", f"BYDAY={draw(st.sampled_from(DAYS))}", ""))))
    kept = draw(st.permutations([part for part in sorted(parts) if part]))
    lines.append(";".join(["RRULE:FREQ=WEEKLY", *kept[: draw(st.integers(0, len(kept)))]]))
    for weeks in draw(st.lists(st.integers(0, 5), max_size=2)):
        moment = start + timedelta(weeks=weeks, hours=draw(st.sampled_from((0, 0, 0, 1))))
        lines.append(draw(st.sampled_from((f"EXDATE{name}:{written(moment)}", f"EXDATE:{moment:%Y%m%dT%H%M%SZ}"))))
    return "\n".join(lines), start.date()


@settings(max_examples=250)
@given(
    events=st.lists(weekly(), min_size=1, max_size=3),
    head=st.sampled_from(HEADS[:2]),
    school=st.sampled_from(ZONES),
    place=st.one_of(st.none(), st.integers(-10, 60)),
    length=st.sampled_from((1, 7, 28)),
)
def test_the_library_agrees_on_every_weekly_rule(
    *, events: list[tuple[str, date]], head: str, school: str, place: int | None, length: int
) -> None:
    text = calendar(*(f"UID:{number}\n{event}\nSUMMARY:x" for number, (event, _) in enumerate(events)), head=head)
    start = events[0][1] + timedelta(days=place or 0)
    days = None if place is None else Span(start, start + timedelta(days=length))
    assert read(text, days, school) == read(text + EMPTY, days, school), text


def read_one(event: str, together: frozenset[str] = frozenset()) -> tuple[Occurrence, ...] | None:
    span = Span(date(2026, 11, 23), date(2026, 11, 30))
    return Reader(ZONE, None, span, together).read(f"\nBEGIN:VEVENT\n{event}\nEND:VEVENT\n")


def test_what_is_read_without_the_library() -> None:
    event = f"UID:1\n{TIMES[0]}\nSUMMARY:Art"
    assert len(read_one(event) or ()) == 1
    assert len(read_one(event + "\nBEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM") or ()) == 1
    assert len(read_one(event.replace("20261124", "20261103") + "\nRRULE:FREQ=WEEKLY;COUNT=4") or ()) == 1
    assert read_one(event.replace("20261124", "20261103") + "\nRRULE:FREQ=WEEKLY;COUNT=3") == ()
    assert read_one(event.replace("20261124", "20261224")) == ()
    assert read_one(event, frozenset({"1"})) is None
    assert read_one(f"{event}\nRRULE:FREQ=DAILY") is None
    assert read_one("UID:1\nDTSTART:20261124T233000Z\nDURATION:PT45M\nRRULE:FREQ=WEEKLY") is None, "past midnight"
    assert read_one(event.replace("DTSTART", "DTSTART;TZID=GMT")) is None, "a name of UTC that the library writes anew"
    assert read_one(event.replace("DTEND:", "DTEND:2")) is None
