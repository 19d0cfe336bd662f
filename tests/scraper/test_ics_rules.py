"""Rules of repetition: those that no day fulfils, or that come true too often, are refused before they are followed."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from icalendar import Event

from bot.errors import SourceChanged
from bot.scraper.contract import Page
from bot.scraper.ics import feed_of
from bot.scraper.ics_rules import Repetition, check_written
from tests.scraper.test_ics_events import ZONE

MONDAY = date(2026, 11, 23)


def check(rule: str, start: datetime = datetime(2026, 11, 23, 8), times: int = 1) -> None:  # noqa: DTZ001 # floating
    event = Event.from_ical(f"BEGIN:VEVENT\nDTSTART:{start:%Y%m%dT%H%M%S}\nRRULE:{rule}\nEND:VEVENT")
    Repetition(MONDAY, date(2026, 11, 30)).check([event] * times)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYWEEKNO=20;BYYEARDAY=1",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=WEEKLY;BYYEARDAY=366;BYMONTH=1",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4,6",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYDAY=54MO",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYSETPOS=1",
    ],
)
def test_a_rule_that_never_comes_true_is_refused(rule: str) -> None:
    with pytest.raises(SourceChanged, match="never comes true"):
        check(rule)


def test_what_a_rule_leaves_unsaid_its_first_day_says() -> None:
    with pytest.raises(SourceChanged, match="never comes true"):
        check("FREQ=YEARLY;BYMONTH=2", datetime(2026, 1, 30, 8))  # noqa: DTZ001 # the 30th of February
    check("FREQ=YEARLY;BYMONTH=2", datetime(2024, 1, 29, 8))  # noqa: DTZ001


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;BYSETPOS=-1",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        "FREQ=YEARLY;BYDAY=53MO",
        "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR",
        "FREQ=YEARLY;BYYEARDAY=-1,366",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=HOURLY;BYHOUR=8,9;BYMONTHDAY=-1",
    ],
)
def test_a_rule_that_comes_true_is_followed(rule: str) -> None:
    check(rule)


def test_rules_that_wait_for_decades_are_not_followed_by_the_hundred() -> None:
    with pytest.raises(SourceChanged, match="more often"):
        check("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", times=500)


def test_the_rules_of_a_time_zone_too() -> None:
    check_written("freq=YEARLY;BYMONTH=3;BYDAY=-1SU", date(1970, 3, 29))
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T020000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    event = "BEGIN:VEVENT\nDTSTART;TZID=Ours:20261124T080000\nSUMMARY:x\nEND:VEVENT\n"
    for zones, says in ((zone, "never comes true"), (zone.replace("30", "28") * 101, "101 time zones")):
        text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{zones}{event}END:VCALENDAR\n"
        with pytest.raises(SourceChanged, match=says):
            feed_of(Page(url="file:///x.ics", body=text.encode()), ZONE, None)
