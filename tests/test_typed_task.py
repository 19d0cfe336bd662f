"""What people type: the subject fuzzily, the day in six languages, the rest untouched."""

from __future__ import annotations

from datetime import date

import pytest

from bot.typed_task import TypedTask, match_subject, read_due, read_task

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
SUBJECTS = ("Lietuvių kalba", "Matematika", "Anglų kalba", "Istorija", "Fizika", "Fizinis ugdymas")


@pytest.mark.parametrize(
    ("typed", "lang", "subject", "text", "due"),
    [
        ("maths p. 45 ex. 3 for friday", "en", "Matematika", "p. 45 ex. 3", FRIDAY),
        ("matematika 53 psl. 1–4 penktadieniui", "lt", "Matematika", "53 psl. 1–4", FRIDAY),
        ("Lietuviu kalba: eilėraštis iki penktadienio", "lt", "Lietuvių kalba", "eilėraštis", FRIDAY),
        ("istorija mapa na piątek", "pl", "Istorija", "mapa", FRIDAY),
        ("Mathe S. 45 Nr. 3 bis Freitag", "de", "Matematika", "S. 45 Nr. 3", FRIDAY),
        ("matematika cv. 3 na pátek", "cs", "Matematika", "cv. 3", FRIDAY),
        ("fizika вправа 3 на п’ятницю", "uk", "Fizika", "вправа 3", FRIDAY),
        ("istorija read it tomorrow", "en", "Istorija", "read it", date(2026, 11, 24)),
        ("istorija rytoj perskaityti", "lt", "Istorija", "perskaityti", date(2026, 11, 24)),
        ("maths for friday p. 45", "en", "Matematika", "p. 45", FRIDAY),
        ("maths p. 45 2026-12-01", "en", "Matematika", "p. 45", date(2026, 12, 1)),
        ("maths p. 45 for 1.12", "en", "Matematika", "p. 45", date(2026, 12, 1)),
        ("maths p. 45 by 1 December", "en", "Matematika", "p. 45", date(2026, 12, 1)),
        ("maths ex. 3.11", "en", "Matematika", "ex. 3.11", None),
        ("maths p. 45 for monday", "en", "Matematika", "p. 45", date(2026, 11, 30)),
        ("maths essay next friday", "en", "Matematika", "essay", date(2026, 12, 4)),
        ("maths essay this friday", "en", "Matematika", "essay", FRIDAY),
        ("maths p. 45 on the 27th", "en", "Matematika", "p. 45", FRIDAY),
        ("maths draw the sun", "en", "Matematika", "draw the sun", None),
        ("anglų žodžiai kitam antradieniui", "lt", "Anglų kalba", "žodžiai", date(2026, 12, 1)),
        ("matematika zad. 5 na przyszły piątek", "pl", "Matematika", "zad. 5", date(2026, 12, 4)),
        ("matematika zad. 5 na następną środę", "pl", "Matematika", "zad. 5", date(2026, 12, 2)),
        ("Mathe S. 45 bis zum 27.11.", "de", "Matematika", "S. 45", FRIDAY),
        ("Mathe Referat bis nächsten Freitag", "de", "Matematika", "Referat", date(2026, 12, 4)),
        ("Mathe das auch so", "de", "Matematika", "das auch so", None),
        ("Mathe S. 45 auf Do", "de", "Matematika", "S. 45", date(2026, 11, 26)),
        ("matematika str 5 na příští pátek", "cs", "Matematika", "str 5", date(2026, 12, 4)),
        ("matematika raději ne", "cs", "Matematika", "raději ne", None),
        ("fizika вправа 3 на наступну п’ятницю", "uk", "Fizika", "вправа 3", date(2026, 12, 4)),
        ("fizika вправа 3 на цю п’ятницю", "uk", "Fizika", "вправа 3", FRIDAY),
        ("fizika kitą kartą", "lt", "Fizika", "kitą kartą", None),
        ("maths wait for it", "en", "Matematika", "wait for it", None),
        ("physics p. 7 for friday", "en", None, "physics p. 7", FRIDAY),
        ("maths", "en", "Matematika", "", None),
        ("", "en", None, "", None),
        ("maths p. 45 for 20.11", "en", "Matematika", "p. 45 for 20.11", None),  # it is over
    ],
)
def test_a_typed_task(typed: str, lang: str, subject: str | None, text: str, due: date | None) -> None:
    assert read_task(typed, SUBJECTS, MONDAY, lang) == TypedTask(subject, text, due)


def test_lines_and_spaces_inside_a_task_stay() -> None:
    found = read_task("istorija  read:\n  1) page 3\n  2) page 4\nfor friday", SUBJECTS, MONDAY, "en")
    assert found == TypedTask("Istorija", "read:\n  1) page 3\n  2) page 4", FRIDAY)


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("MATEMATIKA", "Matematika"),
        ("mat", "Matematika"),
        ("matmatika", "Matematika"),
        ("anglu", "Anglų kalba"),
        ("fizinis", "Fizinis ugdymas"),
        ("fiz", None),  # physics or sports
        ("kalba", None),
        ("chemistry", None),
    ],
)
def test_subjects(typed: str, subject: str | None) -> None:
    assert match_subject(typed, SUBJECTS) == subject


@pytest.mark.parametrize(
    ("typed", "subject", "text"),
    [
        ("polski wiersz", "Język polski", "wiersz"),
        ("polski p. 45", "Język polski", "p. 45"),
        ("j. polski: wiersz", "Język polski", "wiersz"),
        ("jęz. ang. słówka", "Język angielski", "słówka"),
        ("JP wiersz", "Język polski", "wiersz"),
        ("ja idę do domu", None, "ja idę do domu"),
        ("matma s. 45", "Matematyka", "s. 45"),
        ("język 3", None, "język 3"),
    ],
)
def test_subjects_in_the_short_forms_of_a_school(typed: str, subject: str | None, text: str) -> None:
    subjects = ("Język polski", "Język angielski", "Matematyka")
    assert read_task(typed, subjects, MONDAY, "pl") == TypedTask(subject, text)


@pytest.mark.parametrize(
    "typed",
    ["friday", "for friday", "this friday", "bis zum 27.11", "penktadienį", "27.11", "2026-11-27", "пʼятниця", "pátek"],
)
def test_a_day_alone(typed: str) -> None:
    assert read_due(typed, MONDAY, "en") == FRIDAY


def test_no_day() -> None:
    assert read_due("whenever", MONDAY, "en") is None
    assert read_due("", MONDAY, "en") is None
