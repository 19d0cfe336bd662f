"""iCalendar: the traps of the format and the habits of producers that the samples do not hold."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from bot.errors import EmptyBody, LoginRequired, MaintenancePage, SourceChanged, SourceError, TruncatedPage, WrongPage
from bot.model import FreeDays, Plan
from bot.scraper.contract import Page, Query
from bot.scraper.reading import read
from bot.scraper.sources.ical import SOURCE, recognise

ZONE = ZoneInfo("Europe/Vilnius")
LESSON = "UID:1\nDTSTART:20261124T080000Z\nDTEND:20261124T084500Z\nSUMMARY:Physics"


def calendar(*events: str, head: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{body}END:VCALENDAR\n".encode()


def plan_of(body: bytes, *, url: str = "file:///x.ics", start: date | None = None, end: date | None = None) -> Plan:
    query = Query(url=url, timezone=ZONE, today=date(2026, 11, 23), start=start, end=end)
    return read(SOURCE, [Page(url=url, body=body)], query)


def starts(plan: Plan) -> list[tuple[str, str]]:
    return [(f"{item.date}", f"{item.start:%H:%M}") for item in plan.lessons]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body,
        lambda body: body.replace(b"\n", b"\r\n"),
        lambda body: body.replace(b"\n", b"\r"),
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.decode().encode("utf-16"),
        lambda body: body.replace(b"Physics", b"Phy\r\n sics"),
        lambda body: body.replace(b"Physics", b"Phy\n\n \tsics").replace(b"\t", b""),
        lambda body: body.replace(b"BEGIN:VCAL", b"begin:vcal"),
        lambda body: body + b"\n\n",
    ],
)
def test_line_ends_folds_and_charsets(change: object) -> None:
    assert callable(change)
    plan = plan_of(change(calendar(LESSON)))
    assert [item.subject for item in plan.lessons] == ["Physics"]


def test_a_fold_inside_a_character() -> None:
    body = calendar(LESSON.replace("Physics", "Žąsys"))
    cut = body.index("ą".encode()) + 1
    assert plan_of(body[:cut] + b"\r\n " + body[cut:]).lessons[0].subject == "Žąsys"


@pytest.mark.parametrize(
    ("start", "head", "want"),
    [
        ("DTSTART:20261124T080000Z", "", "10:00"),
        ("DTSTART;TZID=Europe/Warsaw:20261124T080000", "", "09:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20261124T080000", "", "09:00"),
        ("DTSTART;TZID=/vendor.example/20260101_1/Europe/Warsaw:20261124T080000", "", "09:00"),
        ("DTSTART:20261124T080000", "", "08:00"),
        ("DTSTART:20261124T080000", "X-WR-TIMEZONE:Europe/Warsaw\n", "09:00"),
        ("DTSTART:20261124T080000", "X-WR-TIMEZONE:Nowhere/Land\n", "08:00"),
        ("DTSTART;TZID=Our School:20261124T080000", "", "08:00"),
    ],
)
def test_zones(start: str, head: str, want: str) -> None:
    assert starts(plan_of(calendar(f"UID:1\n{start}\nDURATION:PT45M\nSUMMARY:x", head=head))) == [("2026-11-24", want)]


def test_a_floating_series_with_exceptions_in_utc() -> None:
    event = "UID:1\nDTSTART:20261124T080000\nDTEND:20261124T084500\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20261125T080000Z"
    assert starts(plan_of(calendar(event))) == [("2026-11-24", "08:00"), ("2026-11-26", "08:00")]


def test_clocks_that_change_do_not_move_a_lesson() -> None:
    event = "UID:1\nDTSTART;TZID=Europe/Vilnius:20261020T080000\nDURATION:PT45M\nRRULE:FREQ=WEEKLY;UNTIL=20261103"
    assert starts(plan_of(calendar(event)))[:2] == [("2026-10-20", "08:00"), ("2026-10-27", "08:00")]


@pytest.mark.parametrize("nothing", ["---", "???", "+", "<br>", " ", "&nbsp;"])
def test_placeholders_are_nothing(nothing: str) -> None:
    (lesson,) = plan_of(calendar(f"{LESSON}\nLOCATION:{nothing}\nDESCRIPTION:{nothing}")).lessons
    assert (lesson.rooms, lesson.note) == ((), "")
    (lesson,) = plan_of(calendar(f"{LESSON}\nLOCATION:A1; {nothing}", head="PRODID:-//WebUntis//EN\n")).lessons
    assert lesson.rooms == ("A1",)


def test_what_cannot_be_shown_is_left_out() -> None:
    event = (
        LESSON.replace("Physics", "Phy\u00adsi\u202ecs\u200b\x07")
        + "\nLOCATION:\ufeffA1\nDESCRIPTION:e\u0301\\n\\nx  y"
    )
    (lesson,) = plan_of(calendar(event)).lessons
    assert (lesson.subject, lesson.rooms, lesson.note) == ("Physics", ("A1",), "é\n\nx  y")


def test_one_uid_for_two_events() -> None:
    other = LESSON.replace("20261124", "20261125").replace("Physics", "Art")
    assert [item.subject for item in plan_of(calendar(LESSON, other)).lessons] == ["Physics", "Art"]
    nameless = [event.replace("UID:1\n", "") for event in (LESSON, other)]
    assert [item.subject for item in plan_of(calendar(*nameless)).lessons] == ["Physics", "Art"]


def test_a_new_version_of_an_event_replaces_it() -> None:
    newer = LESSON.replace("T08", "T09").replace("UID:1", "UID:1\nSEQUENCE:2")
    assert starts(plan_of(calendar(LESSON, newer))) == [("2026-11-24", "11:00")]


def test_several_calendars_in_one_answer() -> None:
    plan = plan_of(calendar(LESSON) + calendar(LESSON.replace("UID:1", "UID:2").replace("T08", "T09")))
    assert len(plan.lessons) == 2


def test_an_end_that_cannot_be_read_is_not_invented() -> None:
    lesson = plan_of(calendar("UID:1\nDTSTART:20261124T080000Z\nDTEND:soon\nSUMMARY:x")).lessons[0]
    assert (lesson.start, lesson.end) == (time(10, 0), None)


def test_an_end_before_the_start_is_taken_the_other_way_round() -> None:
    lesson = plan_of(calendar("UID:1\nDTSTART:20261124T090000Z\nDTEND:20261124T080000Z\nSUMMARY:x")).lessons[0]
    assert (lesson.start, lesson.end) == (time(10, 0), time(11, 0))


def test_days_without_school() -> None:
    events = [
        "UID:1\nDTSTART;VALUE=DATE:20261026\nDTEND;VALUE=DATE:20261031\nSUMMARY:Herbstferien",
        "UID:2\nDTSTART;VALUE=DATE:20261102\nSUMMARY:All Souls\nCATEGORIES:Holidays",
        "UID:3\nDTSTART;VALUE=DATE:20261103\nSUMMARY:Sports day",
    ]
    plan = plan_of(calendar(*events))
    assert [notice.text for notice in plan.notices] == ["Herbstferien", "All Souls", "Sports day"]
    assert plan.free_days == (
        FreeDays(date(2026, 10, 26), date(2026, 10, 30), "Herbstferien"),
        FreeDays(date(2026, 11, 2), date(2026, 11, 2), "All Souls"),
    )
    all_free = plan_of(calendar(events[2], head="X-WR-CALNAME:Školní prázdniny\n"))
    assert [free.name for free in all_free.free_days] == ["Sports day"]


def test_a_marked_deadline_is_homework_even_with_a_length() -> None:
    task = plan_of(calendar(f"{LESSON}\nCATEGORIES:Hausaufgabe\nDESCRIPTION:S. 12\nURL:https://a.example/1")).homework[
        0
    ]
    assert (task.subject, task.text, task.due, task.links) == (
        "Physics",
        "S. 12",
        date(2026, 11, 24),
        ("https://a.example/1",),
    )


def test_homework_of_a_series_has_an_id_for_each_day() -> None:
    event = "UID:log\nDTSTART:20261124T080000Z\nSUMMARY:Log\nRRULE:FREQ=DAILY;COUNT=2"
    assert [task.id for task in plan_of(calendar(event)).homework] == ["log/20261124T080000Z", "log/20261125T080000Z"]


def test_a_year_from_the_first_event_when_no_days_are_given() -> None:
    event = "UID:1\nDTSTART:20260901T060000Z\nDTEND:20260901T064500Z\nRRULE:FREQ=DAILY"
    assert len(plan_of(calendar(event)).lessons) == 366
    asked = plan_of(calendar(event), start=date(2030, 1, 7), end=date(2030, 1, 14))
    assert [f"{item.date}" for item in asked.lessons] == [f"2030-01-{day:02}" for day in range(7, 14)]
    assert (asked.days[0], asked.days[-1]) == (date(2030, 1, 7), date(2030, 1, 13))


def test_a_day_at_the_edge_of_the_week_in_another_zone() -> None:
    event = "UID:1\nDTSTART:20261129T223000Z\nDTEND:20261129T230000Z\nSUMMARY:late"
    assert starts(plan_of(calendar(event), start=date(2026, 11, 30), end=date(2026, 12, 7))) == [
        ("2026-11-30", "00:30")
    ]
    assert starts(plan_of(calendar(event), start=date(2026, 11, 23), end=date(2026, 11, 30))) == []


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=2",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=" + ",".join(map(str, range(60)))
        + ";BYSECOND=" + ",".join(map(str, range(60))),
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYSETPOS=4",
        "FREQ=WEEKLY;UNTIL=later",
        "COUNT=4",
    ],
)  # fmt: skip
def test_rules_that_would_never_end_are_refused_at_once(rule: str) -> None:
    with pytest.raises(SourceChanged):
        plan_of(calendar(f"{LESSON}\nRRULE:{rule}"))


def test_too_many_events_are_refused_before_they_are_built() -> None:
    with pytest.raises(SourceChanged, match="20001 events"):
        plan_of(b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 20_001 + b"END:VCALENDAR\n")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", EmptyBody),
        (b"\xef\xbb\xbf  \r\n", EmptyBody),
        (calendar(LESSON)[:-20], TruncatedPage),
        (calendar(LESSON)[:60], TruncatedPage),
        (calendar(LESSON) + calendar(LESSON)[:90], TruncatedPage),
        (b"<html><title>Log in</title><input type=password></html>", LoginRequired),
        (b"<html><h1>Service unavailable</h1></html>", MaintenancePage),
        (b'{"events": []}', WrongPage),
        (b"BEGIN:VCARD\nEND:VCARD\n", WrongPage),
        (b"%PDF-1.7\x00\x00", WrongPage),
        (calendar("UID:1\nDTSTART:20261332T080000Z"), SourceChanged),
        (calendar("UID:1\nDTSTART:00010101T000000Z\nRRULE:FREQ=YEARLY"), SourceChanged),
        (calendar(f"{LESSON}\nEXDATE:never"), SourceChanged),
    ],
)
def test_what_is_no_calendar_is_refused_by_name(body: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        plan_of(body)
    assert type(caught.value) is error


def test_a_calendar_without_events_is_empty() -> None:
    assert plan_of(calendar()) == Plan()
    assert plan_of(calendar().replace(b"END:VC", b"BEGIN:VTODO\nUID:1\nDUE:20261124\nEND:VTODO\nEND:VC")) == Plan()


@pytest.mark.parametrize(
    ("url", "body", "least"),
    [
        ("https://school.example/export", calendar(LESSON), 1.0),
        ("https://school.example/9a.ics", b"", 0.9),
        ("webcal://school.example/9a", b"", 1.0),
        ("https://moodle.example/calendar/export_execute.php?userid=1", b"", 0.9),
        ("https://school.example/WebUntis/Ical.do?school=x", b"", 0.9),
    ],
)
def test_recognises_calendars(url: str, body: bytes, least: float) -> None:
    assert recognise(Page(url=url, body=body)) >= least


def test_does_not_claim_other_pages() -> None:
    assert recognise(Page(url="https://school.example/plan.htm", body=b"<html>BEGIN:VCALENDAR</html>")) == 0.0
    assert recognise(Page(url="https://school.example/plan.htm", body=b"")) == 0.0
