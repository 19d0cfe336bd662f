from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.errors import SourceChanged
from bot.model import Kind
from bot.scraper.tables import Cell
from bot.scraper.untis import changed, class_list, continued
from bot.scraper.untis_dates import (
    dated,
    day_beside,
    day_in,
    hints_of,
    stand_of,
    weekday_of,
    weekdays_of,
    years_of,
)
from bot.scraper.untis_words import columns, kind_of_word

ZONE = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "known", "classes"),
    [
        ("7c", ["7c", "7d"], ["7c"]),
        ("07C", ["7c"], ["7c"]),
        ("7cd", ["7c", "7d", "8c"], ["7c", "7d"]),
        ("10ab11b", ["10a", "10b", "11a", "11b"], ["10a", "10b", "11b"]),
        ("910", ["9", "10"], ["9", "10"]),
        ("7-8", ["7a", "08b", "9a", "EF"], ["7a", "08b"]),
        ("7", ["7a", "7b", "8a"], ["7a", "7b"]),
        ("7BCD", [], ["7B", "7C", "7D"]),
        ("05C1, 05F2", [], ["05C1", "05F2"]),
        ("(06B2)", [], ["06B2"]),
        ("10Mb", [], ["10Mb"]),
        ("7-8", [], ["7-8"]),
        ("Q2", ["EF"], ["Q2"]),
        ("7CB", [], ["7CB"]),
        ("5bil", [], ["5bil"]),
        ("---", [], []),
        ("7a, , 7a; 7b", [], ["7a", "7b"]),
    ],
)
def test_class_lists(text: str, known: list[str], classes: list[str]) -> None:
    assert class_list(text, known) == tuple(classes)


def test_a_long_cell_of_letters_is_read_in_no_time() -> None:
    assert len(class_list("1a" * 30_000, ["1b"])) == 1
    assert class_list("1" * 59 + "x", ["1", "11"]) == ("1" * 59 + "x",)


@pytest.mark.parametrize(
    ("text", "struck", "old", "new"),
    [
        ("12", "", "", "12"),
        ("", "12", "12", ""),
        ("?14", "12", "12", "14"),
        ("→14", "12", "12", "14"),
        ("---", "12", "12", ""),
    ],
)
def test_a_changed_cell(text: str, struck: str, old: str, new: str) -> None:
    found = changed(Cell(text=text, struck=struck))
    assert (found.old, found.new) == (old, new)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Entfall", Kind.CANCELLED),
        ("-> Entfall", Kind.CANCELLED),
        ("fällt aus", Kind.CANCELLED),
        ("Freisetzung", Kind.CANCELLED),
        ("Vertr.", Kind.SUBSTITUTION),
        ("Vertretung", Kind.SUBSTITUTION),
        ("Statt-Vertr.", Kind.SUBSTITUTION),
        ("Betreuung", Kind.SUBSTITUTION),
        ("Lehrertausch", Kind.SUBSTITUTION),
        ("Raum-Vtr.", Kind.ROOM),
        ("Raumtausch", Kind.ROOM),
        ("Verlegung", Kind.MOVED),
        ("-> 02.01. / 3", Kind.MOVED),
        ("Tausch", Kind.MOVED),
        ("Pausenaufsicht", Kind.SUPERVISION),
        ("Sondereins.", Kind.EVENT),
        ("Veranst.", Kind.EVENT),
        ("Klausur", Kind.EVENT),
        ("EVA", Kind.OTHER),
        ("Absenz", None),
        ("", None),
    ],
)
def test_type_words(word: str, kind: Kind | None) -> None:
    assert kind_of_word(word) == kind


def heads(*words: str) -> list[Cell]:
    return [Cell(header=True, text=word) for word in words]


def test_two_header_rows_are_one() -> None:
    upper = heads("", "", "Ver-", "", "statt", "Bemerk.")
    lower = heads("Art", "Std.", "treter", "Raum", "Raum", "Sch\ufffdler")
    assert columns([upper, lower]) == ("label", "periods", "teacher", "room", "was_room", "note")


def test_the_plainer_of_two_words_is_the_plan() -> None:
    assert columns([heads("Stunde", "Lehrer", "Vertreter", "Raum", "Raum neu")]) == (
        "periods", "was_teacher", "teacher", "was_room", "room",
    )  # fmt: skip
    assert columns([heads("Stunde", "Lehrer", "(Lehrer)")]) == ("periods", "teacher", "was_teacher")


def test_a_table_without_periods_is_not_read() -> None:
    with pytest.raises(SourceChanged):
        columns([heads("Fach", "Raum", "Lehrer")])


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("Vertretung", "sstunde", "Vertretungsstunde"),
        ("siehe", "Aushang", "siehe Aushang"),
        ("s. Aushang", "am Tor", "s. Aushang am Tor"),
        ("Vertretung", "Aushang", "Vertretung Aushang"),
    ],
)
def test_a_word_as_wide_as_its_column_goes_on(above: str, below: str, joined: str) -> None:
    row = {"periods": Cell(text="1"), "note": Cell(text=above)}
    assert continued(row, {"periods": Cell(), "note": Cell(text=below)}, {"note": Cell(width=10)})
    assert row["note"].text == joined


@pytest.mark.parametrize(
    "text",
    [
        "<p>Stand: 08.03.2027 07:05</p>",
        "<!-- <td>Stand:&nbsp;<b>8.3.2027</b> 7:05 Uhr</td> -->",
        "Stand 1.3.2027 07:00 <p> Stand: 8.3.27, 07.05",
    ],
)
def test_the_stand_is_found_anywhere(text: str) -> None:
    assert stand_of(text, ZONE) == datetime(2027, 3, 8, 7, 5, tzinfo=ZONE)


def test_no_stand() -> None:
    assert stand_of("Standort: 1.1.2027 10:00, Stand: gestern", ZONE) is None


def test_a_day_without_a_year() -> None:
    near = date(2026, 11, 23)
    assert dated(24, 11, weekday="Dienstag", near=near) == date(2026, 11, 24)
    assert dated(4, 1, weekday="", near=near) == date(2027, 1, 4)
    # A stored page: its own year is on it, and its weekday tells which of two.
    assert dated(29, 6, weekday="Donnerstag", near=near, years=years_of("Schuljahr 2016_2017")) == date(2017, 6, 29)
    with pytest.raises(ValueError, match="no such date"):
        dated(31, 2, weekday="Mo", near=near)


@pytest.mark.parametrize(
    "words",
    [
        "Montag Dienstag Mittwoch Donnerstag Freitag",
        "Mo Di Mi Do Fr Sa",
        "Mon Tue Wed Thu Fri",
        "Maandag Dinsdag Woensdag Donderdag Vrijdag",
        "ma di wo do vr",
        "Lundi Mardi Mercredi Jeudi Vendredi",
        "lun mar mer gio ven",
        "Poniedziałek Wtorek Środa Czwartek Piątek",
        "Pondělí Úterý Středa Čtvrtek Pátek",
        "Ponedeljek Torek Sreda Četrtek Petek",
        "Pirmadienis Antradienis Trečiadienis Ketvirtadienis Penktadienis",
        "Pirmdiena Otrdiena Trešdiena Ceturtdiena Piektdiena",
        "Esmaspäev Teisipäev Kolmapäev Neljapäev Reede",
        "Maanantai Tiistai Keskiviikko Torstai Perjantai",
        "Måndag Tisdag Onsdag Torsdag Fredag",
        "Hétfő Kedd Szerda Csütörtök Péntek",
    ],
)
def test_a_row_of_weekdays_is_told_by_one_language(words: str) -> None:
    assert weekdays_of(words.split()) == list(range(len(words.split())))


def test_words_that_are_no_weekdays() -> None:
    assert weekdays_of(["Mathe", "Deutsch"]) is None
    assert weekdays_of(["Mo", "Mo"]) is None
    assert weekday_of("Woche") is None
    assert weekday_of("Sonnabend") == 5


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("17.4.2018 Dienstag, Woche B", date(2018, 4, 17)),
        ("24/10/2024 Donderdag (Pagina 1 / 9)", date(2024, 10, 24)),
        ("10/24/2024 Thursday", date(2024, 10, 24)),
        ("Thursday, 3/4/2027", date(2027, 3, 4)),
        ("3/4/2027", date(2027, 4, 3)),
        ("28-04-2021 Woensdag", date(2021, 4, 28)),
        ("2021-04-28", date(2021, 4, 28)),
        ("24. 11. Dienstag", date(2026, 11, 24)),
        ("11/24 Tuesday", date(2026, 11, 24)),
        ("29.6. Donnerstag", date(2017, 6, 29)),
        ("heute", None),
    ],
)
def test_the_day_of_a_title(title: str, day: date | None) -> None:
    assert day_in(title, near=date(2026, 11, 23), years=frozenset({2016, 2017, 2018})) == day


def test_a_title_that_is_no_day_of_the_calendar() -> None:
    with pytest.raises(ValueError, match="no such date"):
        day_in("31.2.2026 Montag", near=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("Stand: 08.03.2018 12:37", datetime(2018, 3, 8, 12, 37, tzinfo=ZONE)),
        ("Stand: <!--12.04.2016 -->22:19 Uhr", datetime(2016, 4, 12, 22, 19, tzinfo=ZONE)),
        ("Stand: 4-10-2017 8:01</p>", datetime(2017, 10, 4, 8, 1, tzinfo=ZONE)),
        ("Stand: 24/10/2024 12:16", datetime(2024, 10, 24, 12, 16, tzinfo=ZONE)),
        ("Last update 10/4/2024 2:05 PM", datetime(2024, 10, 4, 14, 5, tzinfo=ZONE)),
        ("Stand: 2024-10-24 07:30:12", datetime(2024, 10, 24, 7, 30, tzinfo=ZONE)),
        ("Stand: XX.XX.XXXX 10:00", None),
        ("Stand: 31.02.2026 10:00", None),
    ],
)
def test_the_stand_in_other_spellings(text: str, instant: datetime | None) -> None:
    assert stand_of(f"<p>{text}", ZONE) == instant


@pytest.mark.parametrize(
    ("heads", "fields"),
    [
        ("N. sost.,Ora,Classe/i,Docente,Materia,Aula,Testo", " periods classes teacher subject room note"),
        ("Pamoka,Klasė(s),(Mokytojas),Pavaduojantis,Kab.", "periods classes was_teacher teacher room"),
        ("Tund,Klass(id),Õpetaja,Aine,Ruum", "periods classes teacher subject room"),
        ("Heure,Classe(s),(Enseignant),Remplaçant,Salle", "periods classes was_teacher teacher room"),
        ("Ura,Razred(i),Učitelj,Predmet,Učilnica", "periods classes teacher subject room"),
        ("uur,Klas(sen),Vervanger,Vak,Lokaal,Naar", "periods classes teacher subject room to"),
    ],
)
def test_headers_of_other_languages(heads: str, fields: str) -> None:
    assert columns([[Cell(header=True, text=head) for head in heads.split(",")]]) == tuple(fields.split(" "))


@pytest.mark.parametrize(
    ("numbers", "day"),
    [
        (("9", ".", "4"), date(2024, 4, 9)),
        (("24", "-", "3"), date(2024, 3, 24)),
        (("4", "/", "9"), date(2024, 4, 9)),
        (("31", ".", "12"), date(2023, 12, 31)),
    ],
)
def test_the_day_of_a_row_is_the_nearest_to_its_table(numbers: tuple[str, str, str], day: date) -> None:
    assert day_beside(*numbers, date(2024, 4, 8)) == day


@pytest.mark.parametrize(
    ("title", "start", "day"),
    [
        ("Untis 2013  STUNDENPLAN 14/15  BIRKENSCHULE  1", None, date(2015, 1, 30)),
        ("Untis 2020  Plan 2014/2015 2.Halbjahr", None, date(2015, 1, 30)),
        ("Untis 2026  Plan 2025/2026", None, date(2026, 1, 30)),
        ("Untis 2013  Klassen 10-11, 14/15", date(2026, 1, 26), date(2026, 1, 30)),  # days that are asked for say more
        ("Untis 2013  Plan 15/16", None, date(2015, 1, 30)),  # the weekday knows better than a title not kept up
    ],
)
def test_a_stored_page_is_of_the_school_year_of_its_title(title: str, start: date | None, day: date) -> None:
    near, years = hints_of(f"<title>{title}</title>", start=start, today=date(2026, 11, 23))
    assert day_in("30.1. Freitag", near=near, years=years) == day
