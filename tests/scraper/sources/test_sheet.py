"""The sheet: six languages, what is refused with its row and column, addresses of spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.errors import EmptyBody, LoginRequired, MaintenancePage, SourceChanged, SourceError, TruncatedPage, WrongPage
from bot.model import Homework, Lesson, Plan, Status
from bot.scraper.contract import Page, Query
from bot.scraper.sheet_words import LANGUAGES
from bot.scraper.sources.sheet import SOURCE, csv_address, fetch, parse, recognise

QUERY = Query(url="file:///x.csv", timezone=ZoneInfo("Europe/Vilnius"), today=date(2026, 11, 23))


def plan_of(*texts: str | bytes) -> Plan:
    bodies = [text.encode() if isinstance(text, str) else text for text in texts]
    return parse([Page(url="file:///x.csv", body=body) for body in bodies], QUERY)


def lesson_of(text: str) -> Lesson:
    (lesson,) = plan_of(text).lessons
    return lesson


FULL = Lesson(
    subject="X",
    date=date(2026, 11, 24),
    weekday=1,
    week="A",
    periods=("3",),
    start=None,
    teachers=("T",),
    rooms=("R",),
    classes=("9a",),
    groups=("g",),
    status=Status.CANCELLED,
    note="n",
)


@pytest.mark.parametrize(
    "header",
    [
        "Date,Weekday,Lesson,Subject,Teacher,Room,Class,Group,Week,Note,Status\n2026-11-24,Tue,3,X,T,R,9a,g,A,n,Cancelled",
        "Data,Diena,Pamoka,Dalykas,Mokytoja,Kabinetas,Klasė,Grupė,Savaitė,Pastaba,Būsena\n"
        "2026-11-24,antr.,3,X,T,R,9a,g,A,n,NEVYKSTA",
        "Data,Dzień tygodnia,Nr lekcji,Przedmiot,Nauczyciel,Sala,Oddział,Grupa,Tydzień,Uwagi,Status\n"
        "24.11.2026,wtorek,3,X,T,R,9a,g,A,n,odwołana",
        "DATUM;TAG;STUNDE;FACH;LEHRKRAFT;RAUM;KLASSE;GRUPPE;WOCHE;BEMERKUNG;STATUS\n"
        "24.11.2026;Di;3;X;T;R;9a;g;A;n;entfällt",
        "Datum\tDen\tHodina\tPředmět\tVyučující\tUčebna\tTřída\tSkupina\tTýden\tPoznámka\tStav\n"
        "24.11.2026\tút\t3\tX\tT\tR\t9a\tg\tA\tn\todpadá",
        "Дата,День тижня,Урок,Предмет,Вчитель,Кабінет,Клас,Група,Тиждень,Примітка,Статус\n"
        "2026-11-24,вівторок,3,X,T,R,9a,g,A,n,скасовано",
    ],
    ids=LANGUAGES,
)
def test_the_same_row_in_six_languages(header: str) -> None:
    assert lesson_of(header) == FULL
    assert recognise(Page(url="file:///x", body=header.encode())) == 0.9


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("Mo Di Mi Do Fr Sa So", range(7)),
        ("Po Út St Čt Pá So Ne", range(7)),
        ("pn wt śr czw pt so nd", range(7)),
        ("Pr An Tr Kt Pn Št Sk", range(7)),
        ("пн вт ср чт пт сб нд", range(7)),
        ("1 2 3 4 5 6 7", range(7)),
        ("Monday Tues Wed Thu Fri Sat Sunday", range(7)),
    ],
)
def test_short_weekdays_are_read_in_the_sheets_own_language(words: str, days: range) -> None:
    rows = "".join(f"{word},X\n" for word in words.split())
    assert [lesson.weekday for lesson in plan_of(f"weekday,subject\n{rows}").lessons] == list(days)


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ", "`", "´", "′"])
def test_every_apostrophe_of_a_ukrainian_friday(apostrophe: str) -> None:
    assert lesson_of(f"день,предмет\nп{apostrophe}ятниця,X\n").weekday == 4


def test_one_ambiguous_weekday_is_read_in_the_headers_language() -> None:
    assert lesson_of("Wochentag,Fach\nSo,X\n").weekday == 6
    assert lesson_of("Den,Předmět\nSo,X\n").weekday == 5
    assert lesson_of("Diena,Dalykas\nPn,X\n").weekday == 4
    assert lesson_of("Dzień,Przedmiot\nPn,X\n").weekday == 0


def test_several_values_and_placeholders() -> None:
    lessons = plan_of("weekday,week,period,subject,teacher,room,group\nMon/Wed,A/B,1-2/4,X,P / Q,---,1/2\n").lessons
    assert [(item.weekday, item.week) for item in lessons] == [(0, "A"), (0, "B"), (2, "A"), (2, "B")]
    assert (lessons[0].periods, lessons[0].teachers, lessons[0].rooms) == (("1", "2", "4"), ("P", "Q"), ())
    assert lessons[0].groups == ("1/2",)


@pytest.mark.parametrize(
    ("text", "clock"), [("8:00", "08:00"), ("08.05", "08:05"), ("1:30 PM", "13:30"), ("12:00 am", "00:00")]
)
def test_times(text: str, clock: str) -> None:
    assert f"{lesson_of(f'weekday,subject,start{chr(10)}Mon,X,{text}{chr(10)}').start:%H:%M}" == clock


def test_what_excel_and_spreadsheets_add_is_no_matter() -> None:
    assert lesson_of("sep=;\r\nweekday;subject\r\nMon;X\r\n").subject == "X"
    assert lesson_of("\n\nTimetable 9a,,,\nweekday,subject,our own column,\nMon,X,y,\n,,,\n").subject == "X"
    assert plan_of("weekday\tsubject\r\nMon\tŽ\r\n".encode("utf-16")).lessons[0].subject == "Ž"
    assert lesson_of('weekday,subject,note\nMon,"X, Y","two\nlines"\n').note == "two\nlines"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("date,subject\n2026-11-24,X\n24/11/2026,X\n", "row 3, column date: '24' is no date"),
        ("date,subject\n2026-02-30,X\n", "row 2, column date: '2026-02-30' is no date"),
        ("Data,Dalykas\n2026-11-24,\n", "row 2, column Dalykas: is empty"),
        ("weekday,subject\nMon,X\n\n,Y\n", "row 4, column date: is empty"),
        ("weekday,subject\nMonn,X\n", "row 2, column weekday: 'Monn'"),
        ("weekday,subject,start\nMon,X,25:00\n", "row 2, column start: '25:00' is no time"),
        ("weekday,subject,start,end\nMon,X,9:00,8:00\n", "row 2, column end: '8:00' is not after '9:00'"),
        ("weekday,subject,status\nMon,X,perhaps\n", "row 2, column status: 'perhaps'"),
        ("date,weekday,subject\n2026-11-24,Fri,X\n", "row 2, column weekday: 'Fri' is not the weekday of 2026-11-24"),
        ("weekday,subject\nMon,X,Y\n", "row 2: 'Y' stands beyond the last column"),
        ("weekday,subject,room\nMon,X,#REF!\n", "row 2, column room: the spreadsheet shows an error"),
        ("weekday,subject,fach\nMon,X,Y\n", "two columns for the subject"),
        ("weekday,room\nMon,X\n", "row 1: the header names no column for the subject"),
        ("weekday,subject\n", "a header but no rows"),
        ("subject,text,link\nX,read,www\n", "row 2, column link: 'www' is no address"),
        ("subject,text,due\nX,read,soon\n", "row 2, column due: 'soon' is no date"),
        ("subject,text,due\nX,,\n", "row 2, column text: is empty"),
    ],
)
def test_names_row_and_column(text: str, says: str) -> None:
    with pytest.raises(SourceChanged) as caught:
        plan_of(text)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", EmptyBody),
        (b"\xef\xbb\xbf\r\n", EmptyBody),
        (b"<html><head><title>Sign in</title></head><body>x</body></html>", LoginRequired),
        (b"<html><body><h1>Service unavailable</h1></body></html>", MaintenancePage),
        (b"<html><body>Welcome</body></html>", WrongPage),
        (b'{"error": 403}', WrongPage),
        (b"Welcome to our school, we are glad that you are here.\n", WrongPage),
        (b"PK\x03\x04\x00\x00", WrongPage),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", WrongPage),
        (b"weekday,subject,room\nMon,X,1\nTue,Y", TruncatedPage),
        (b'weekday,subject,note\nMon,X,"half a no', TruncatedPage),
    ],
)
def test_what_is_no_sheet_is_refused_by_name(body: bytes, error: type[SourceError]) -> None:
    with pytest.raises(SourceError) as caught:
        plan_of(body)
    assert type(caught.value) is error


def test_lessons_and_homework_from_two_sheets() -> None:
    plan = plan_of("date,subject\n2026-11-24,X\n2026-11-26,Y\n", "subject;homework;due;link\nX;p. 5;25.11.2026;\n")
    assert plan.days == (date(2026, 11, 24), date(2026, 11, 26))
    assert plan.homework == (Homework("X", "p. 5", due=date(2026, 11, 25)),)
    assert plan_of("subject,text,due,class,link\n").homework == ()


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("/spreadsheets/d/k-1_x/edit#gid=42", "/spreadsheets/d/k-1_x/export?format=csv&gid=42"),
        ("/spreadsheets/d/k/edit?usp=sharing", "/spreadsheets/d/k/export?format=csv"),
        ("/spreadsheets/u/0/d/k/edit?gid=7#gid=7", "/spreadsheets/d/k/export?format=csv&gid=7"),
        (
            "/spreadsheets/d/e/2PACX-z/pubhtml?gid=3&single=true",
            "/spreadsheets/d/e/2PACX-z/pub?output=csv&single=true&gid=3",
        ),
        ("/spreadsheets/d/e/2PACX-z/pubhtml", "/spreadsheets/d/e/2PACX-z/pub?output=csv"),
        ("/spreadsheets/d/e/2PACX-z/pub?output=csv", "/spreadsheets/d/e/2PACX-z/pub?output=csv"),
    ],
)
def test_a_spreadsheets_page_becomes_its_csv(given: str, asked: str) -> None:
    assert csv_address(f"https://docs.google.com{given}") == f"https://docs.google.com{asked}"


def test_other_addresses_stay() -> None:
    assert csv_address("https://school.example/plan.csv?x=1") == "https://school.example/plan.csv?x=1"


class Answers:
    """An Http that knows two addresses."""

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        self.bodies = bodies

    async def get(self, url: str, **_: Any) -> Page:
        return Page(url=url, body=self.bodies[url])

    async def get_or_none(self, url: str, **_: Any) -> Page | None:
        raise AssertionError(url)

    async def post(self, url: str, **_: Any) -> Page:
        raise AssertionError(url)


async def test_asks_for_the_homework_sheet_where_one_is_set() -> None:
    http = Answers(
        {"https://a.example/l.csv": b"weekday,subject\nMon,X\n", "https://a.example/h.csv": b"subject,text\nX,y\n"}
    )
    query = Query(
        url="https://a.example/l.csv",
        timezone=QUERY.timezone,
        today=QUERY.today,
        options={"homework_url": "https://a.example/h.csv"},
    )
    plan = SOURCE.parse(await fetch(http, query), query)
    assert (len(plan.lessons), len(plan.homework)) == (1, 1)


def test_recognises_addresses_and_leaves_others() -> None:
    assert recognise(Page(url="https://docs.google.com/spreadsheets/d/e/k/pub?output=csv", body=b"")) == 0.9
    assert recognise(Page(url="https://school.example/plan.csv", body=b"")) == 0.6
    assert recognise(Page(url="https://school.example/plan", body=b"<p>date, subject</p>")) == 0.0
    assert recognise(Page(url="https://school.example/plan", body=b"\x00\xff\xfe")) == 0.0
