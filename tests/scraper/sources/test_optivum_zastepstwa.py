"""Optivum substitutions: whole rows of both formats, the marks of an empty day, cuts and refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.errors import EmptyBody, LoginRequired, MaintenancePage, SourceChanged, SourceError, TruncatedPage, WrongPage
from bot.model import Kind, Notice, Plan, Substitution, Was
from bot.scraper.contract import Page
from bot.scraper.sources.optivum_zastepstwa import SOURCE
from tests.scraper.sources.recorded import query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "optivum-zastepstwa"
QUERY = query_of({"timezone": "Europe/Warsaw"})
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def plan_of(text: str) -> Plan:
    return SOURCE.parse([Page("file:///page.html", text.encode())], QUERY)


def test_format_a_whole() -> None:
    plan = plan_of(sample("periods.html"))
    away = Was(teachers=("Żuraw Anna",))
    assert plan.substitutions[:4] == (
        Substitution(
            Kind.CANCELLED,
            MONDAY,
            ("1",),
            classes=("1A",),
            subject="Język niemiecki",
            rooms=("21",),
            groups=("A1",),
            label="Uczniowie przychodzą później",
            was=away,
        ),
        Substitution(
            Kind.SUBSTITUTION,
            MONDAY,
            ("2",),
            classes=("1B", "1C"),
            subject="Język niemiecki",
            teachers=("Bocian Jan",),
            groups=("1/2",),
            was=away,
            note="zmiana sali",
        ),
        Substitution(
            Kind.MOVED,
            MONDAY,
            ("3",),
            classes=("2A",),
            subject="Fizyka & chemia",
            rooms=("7",),
            was=away,
            note="przeniesiona na lekcję 6",
        ),
        Substitution(
            Kind.ROOM,
            MONDAY,
            ("4",),
            classes=("2A",),
            subject="Fizyka",
            teachers=("Żuraw Anna",),
            rooms=("12a",),
            note="sala 12a zamiast 7",
        ),
    )
    assert [(row.date, row.kind) for row in plan.substitutions[4:]] == [(WEDNESDAY, Kind.SUPERVISION)]


def test_a_day_with_a_heading_and_no_rows_is_empty_not_unknown() -> None:
    assert plan_of(sample("periods.html")).days == (MONDAY, TUESDAY, WEDNESDAY)
    assert plan_of(sample("days.html")).days == (MONDAY, TUESDAY)


def test_format_b_whole() -> None:
    plan = plan_of(sample("days.html"))
    zuraw, vacant = Was(teachers=("Anna Żuraw",)), Was(teachers=("Vakat Informatyka",))
    assert plan.substitutions == (
        Substitution(
            Kind.SUBSTITUTION,
            MONDAY,
            ("4",),
            classes=("2 RP",),
            subject="Język angielski",
            teachers=("Jan Bocian",),
            rooms=("301",),
            groups=("1",),
            was=zuraw,
        ),
        Substitution(
            Kind.SUBSTITUTION,
            MONDAY,
            ("8",),
            classes=("3 A",),
            teachers=("Jan Bocian",),
            rooms=("221",),
            groups=("1",),
            was=zuraw,
        ),
        Substitution(Kind.CANCELLED, MONDAY, ("9",), classes=("2 RP",), label="Uczniowie zwolnieni do domu", was=zuraw),
        Substitution(
            Kind.SUPERVISION,
            MONDAY,
            ("7",),
            classes=("1 D",),
            groups=("2",),
            label="Zajęcia Świetlicowe",
            was=vacant,
        ),
        Substitution(
            Kind.SUPERVISION,
            MONDAY,
            ("2",),
            subject="Wychowanie fizyczne",
            label="Zajęcia Świetlicowe",
            was=vacant,
            note="złączenie grup",
        ),
        Substitution(
            Kind.SUBSTITUTION,
            MONDAY,
            ("3",),
            classes=("1D", "2A"),
            subject="wf",
            teachers=("Ewa Dzięcioł",),
            rooms=("SG2",),
            groups=("2",),
            was=vacant,
            note="za lekcję 6",
        ),
    )
    assert plan.notices == (Notice("Dyżur przy szatni: klasa 2F", MONDAY),)


def test_the_numbers_of_the_css_classes_mean_nothing() -> None:
    text = sample("days.html")
    assert plan_of(text.replace('"st', '"x')) == plan_of(text)


def test_columns_are_found_by_their_headers() -> None:
    swapped = sample("periods.html").replace("<th>Sala</th><th>Zastępca</th>", "<th>Zastępca</th><th>Sala</th>")
    swapped = swapped.replace("<td>21</td><td>Uczniowie przychodzą później</td>", "<td>Bocian Jan</td><td>21</td>")
    first = plan_of(swapped).substitutions[0]
    assert (first.rooms, first.teachers, first.kind) == (("21",), ("Bocian Jan",), Kind.SUBSTITUTION)
    assert plan_of(swapped).shape != plan_of(sample("periods.html")).shape


def test_the_pages_own_words_for_none() -> None:
    assert plan_of(sample("none.html")) == Plan()


@pytest.mark.parametrize("name", ["periods.html", "days.html"])
def test_cut_anywhere_inside_is_named(name: str) -> None:
    text = sample(name)
    start, end = text.index("<table"), text.rindex("</table>")
    for cut in {start + (end - start) * step // 120 for step in range(121)}:
        with pytest.raises(SourceError):
            plan_of(text[:cut])
    with pytest.raises(TruncatedPage):
        plan_of(text[: (start + end) // 2])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyBody),
        ("<title>Logowanie</title><input type='password'>", LoginRequired),
        ("<title>Przerwa techniczna</title>Spróbuj później", MaintenancePage),
        ('{"rows": []}', WrongPage),
        (sample("days-no-footer.html"), TruncatedPage),
        (sample("periods.html").replace("Dzień: 23.11.2026", "Dzień: 33.11.2026"), SourceChanged),
        (sample("periods.html").replace("<td>21</td>", ""), SourceChanged),
        (sample("periods.html").replace("Dzień:", ""), SourceChanged),
    ],
)
def test_refusals(text: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        plan_of(text)


def test_recognised() -> None:
    for name in ("days.html", "periods.html"):
        assert SOURCE.recognise(Page("file:///a", sample(name).encode())) == 1.0
    assert SOURCE.recognise(Page("file:///a", b"<html>Plan lekcji Optivum</html>")) == 0.0


def day_page(heading: str, *rows: str) -> str:
    lines = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f"<html><head><title>Inf. o zast.</title></head><body><table><tr><td colspan=4>{heading}</td></tr>{lines}"
        "</table><p>Zastępstwa Optivum</p></body></html>"
    )


HEADER = "<td>lekcja</td><td>opis</td><td>zastępca</td><td>uwagi</td>"


def test_a_heading_may_write_the_date_backwards() -> None:
    row = "<td>4</td><td>2 RP(1) - Język angielski, 301</td><td>Jan Bocian</td><td></td>"
    plan = plan_of(day_page("Zastępstwa w dniu 2026-11-23 poniedziałek", "<td>Anna Żuraw</td>", HEADER, row))
    assert [(one.date, one.was.teachers) for one in plan.substitutions] == [(MONDAY, ("Anna Żuraw",))]
    assert plan.days == (MONDAY,)


def test_under_a_heading_of_several_days_each_teacher_has_the_day() -> None:
    first = "<td>4</td><td>2 RP - fizyka, 30</td><td>Jan Bocian</td><td></td>"
    second = "<td>5</td><td>_roz_kl3(2) - mat, 31</td><td>Jan Bocian</td><td></td>"
    rows = ("<td>Anna Żuraw / 2026-11-23 poniedziałek</td>", HEADER, first)
    page = day_page(
        "Zastępstwa w dniu 2026-11-23 - 2026-11-25", *rows, "<td>Ewa Kos, 2026-11-24 wtorek</td>", HEADER, second
    )
    plan = plan_of(page)
    assert [
        (one.date, one.was.teachers, one.classes, one.groups, one.subject, one.rooms) for one in plan.substitutions
    ] == [
        (MONDAY, ("Anna Żuraw",), ("2 RP",), (), "fizyka", ("30",)),
        (TUESDAY, ("Ewa Kos",), ("_roz_kl3",), ("2",), "mat", ("31",)),
    ]
    assert plan.days == (MONDAY, TUESDAY)
    with pytest.raises(SourceChanged):
        plan_of(day_page("Zastępstwa w dniu 2026-11-23 - 2026-11-25", "<td>Anna Żuraw</td>", HEADER, first))


def test_break_duties_under_a_teacher_and_the_other_footer() -> None:
    rows = (
        "<td>Anna Żuraw</td>",
        HEADER,
        "<td>1</td><td>2 AL - Bez konsekwencji (nieobecny oddział nauczyciela)</td><td></td><td></td>",
        "<td colspan=4>dyżury</td>",
        "<td>po lekcji</td><td>miejsce</td><td>zastępca</td><td>uwagi</td>",
        "<td>7</td><td>parter</td><td>M. Kos</td><td></td>",
        "<td>8</td><td>szatnia</td><td></td><td></td>",
    )
    page = day_page("Zastępstwa w dniu 23.11.2026 poniedziałek", *rows)
    away = Was(teachers=("Anna Żuraw",))
    expected = (
        Substitution(
            Kind.OTHER,
            MONDAY,
            ("1",),
            ("2 AL",),
            label="Bez konsekwencji (nieobecny oddział nauczyciela)",
            was=away,
        ),
        Substitution(Kind.SUPERVISION, MONDAY, ("7/8",), teachers=("M. Kos",), rooms=("parter",), was=away),
        Substitution(Kind.SUPERVISION, MONDAY, ("8/9",), rooms=("szatnia",), was=away),
    )
    assert plan_of(page).substitutions == expected
    other = page.replace("Zastępstwa Optivum", "Przygotowano za pomocą programu firmy VULCAN")
    assert plan_of(other).substitutions == expected
    with pytest.raises(TruncatedPage):
        plan_of(page.replace("Zastępstwa Optivum", ""))


def test_hours_beside_the_period_reasons_and_substitutes_not_named() -> None:
    head = "".join(
        f"<th>{word}</th>"
        for word in ("Lekcja", "Nauczyciel/wakat", "Oddział", "Przedmiot", "Sala", "Zastępca", "Powód", "Uwagi")
    )
    row = "<td>4, 09:55-10:40</td><td>Kos Ewa</td><td>3TB|t.bud</td><td>Historia</td><td>8</td>"
    plan = plan_of(
        "<html><body><h1>Zastępstwa</h1><table><tr><th colspan=8>Dzień: 23.11.2026 (pon.)</th></tr>"
        f"<tr>{head}</tr><tr>{row}<td>Zastępstwo</td><td>Kurs</td><td>lekcja 9 na lekcji 4</td></tr>"
        "</table></body></html>"
    )
    assert plan.substitutions == (
        Substitution(
            Kind.SUBSTITUTION,
            MONDAY,
            ("4",),
            ("3TB",),
            "Historia",
            rooms=("8",),
            groups=("t.bud",),
            label="Zastępstwo",
            was=Was(teachers=("Kos Ewa",)),
            note="lekcja 9 na lekcji 4",
        ),
    )
