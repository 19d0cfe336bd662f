"""Substitutions laid onto plans, in the ways that the systems write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.demo import publish
from bot.demo.desk import opening_desk
from bot.model import Bell, Calendar, Kind, Lesson, Plan, Status, Substitution, TargetKind, Was
from bot.scraper.contract import Page, Query
from bot.scraper.registry import all_sources
from bot.select import belonging_to
from bot.substitutions import alike, merge_substitutions, same_person
from bot.timetable import days_of

DAY = date(2026, 11, 24)
BELLS = tuple(Bell(str(n), time(7 + n, 0), time(7 + n, 45)) for n in range(1, 8))


def lesson(period: str, subject: str, teacher: str = "", room: str = "", group: str = "") -> Lesson:
    periods = tuple(period.split("-"))
    return Lesson(
        subject,
        date=DAY,
        weekday=1,
        periods=periods,
        start=time(7 + int(periods[0]), 0),
        end=time(7 + int(periods[-1]), 45),
        teachers=(teacher,) if teacher else (),
        rooms=(room,) if room else (),
        groups=(group,) if group else (),
    )


def merged(base: list[Lesson], *rows: Substitution) -> list[Lesson]:
    return merge_substitutions(base, rows, bells=BELLS)


def test_room_of_a_row_that_repeats_the_rest() -> None:
    row = Substitution(Kind.OTHER, DAY, ("1",), ("9a",), "Geografija", ("P. Kalnas",), ("112",))
    (found,) = merged([lesson("1", "Geografija", "P. Kalnas", "119")], row)
    assert (found.status, found.rooms, found.was.rooms) == (Status.CHANGED, ("112",), ("119",))


def test_a_row_that_only_repeats_the_plan_changes_nothing() -> None:
    base = [lesson("1", "Geografija", "P. Kalnas", "119")]
    row = Substitution(Kind.OTHER, DAY, ("1",), ("9a",), "geografija", ("Kalnas P.",), ("119",))
    assert merged(base, row) == base


def test_short_forms_meet_the_only_lesson_of_the_place() -> None:
    row = Substitution(Kind.SUBSTITUTION, DAY, ("2",), ("9a",), "GE", ("PLT",), was=Was(teachers=("BAR",)))
    (found,) = merged([lesson("2", "Deutsch", "Barth", "E205")], row)
    assert (found.subject, found.teachers, found.was.subject) == ("GE", ("PLT",), "Deutsch")


@pytest.mark.parametrize("group", ["1/2", "2/2"])
def test_the_group_decides_between_halves(group: str) -> None:
    base = [lesson("3", "English", "A. Kurz", "1", "1/2"), lesson("3", "English", "B. Lang", "2", "2/2")]
    found = merged(base, Substitution(Kind.CANCELLED, DAY, ("3",), ("9a",), "English", groups=(group,)))
    assert {item.groups[0] for item in found if item.status is Status.CANCELLED} == {group}


def test_the_teacher_decides_when_groups_are_named_otherwise() -> None:
    base = [lesson("3", "English", "A. Kurz", "1", "1/2"), lesson("3", "German", "B. Lang", "2", "2/2")]
    found = merged(
        base, Substitution(Kind.CANCELLED, DAY, ("3",), ("9a",), groups=("N1",), was=Was(teachers=("Lang",)))
    )
    assert [item.subject for item in found if item.status is Status.CANCELLED] == ["German"]


def test_nobody_is_guessed_between_halves() -> None:
    base = [lesson("3", "English", "A. Kurz", "1", "1/2"), lesson("3", "German", "B. Lang", "2", "2/2")]
    found = merged(base, Substitution(Kind.SUBSTITUTION, DAY, ("3",), ("9a",), "Art", ("C. Weit",)))
    assert found[:2] == base
    assert found[2].subject == "Art"


def test_going_home_means_every_lesson_of_the_place() -> None:
    base = [lesson("6", "English", "A. Kurz", "1", "1/2"), lesson("6", "German", "B. Lang", "2", "2/2")]
    found = merged(base, Substitution(Kind.CANCELLED, DAY, ("6",), ("9a",), label="Uczniowie zwolnieni do domu"))
    assert [item.status for item in found] == [Status.CANCELLED] * 2
    assert found[0].note == "Uczniowie zwolnieni do domu"


def test_half_of_a_double_lesson() -> None:
    found = merged(
        [lesson("3-4", "Physics", "A. Kurz", "9")], Substitution(Kind.CANCELLED, DAY, ("4",), ("9a",), "Physics")
    )
    assert [(item.periods, item.status.value, item.start, item.end) for item in found] == [
        (("3",), "planned", time(10, 0), time(10, 45)),
        (("4",), "cancelled", time(11, 0), time(11, 45)),
    ]


def test_a_row_over_two_periods_keeps_a_double_lesson_whole() -> None:
    row = Substitution(Kind.ROOM, DAY, ("3", "4"), ("9a",), "Physics", rooms=("7",))
    (found,) = merged([lesson("3-4", "Physics", "A. Kurz", "9")], row)
    assert (found.periods, found.rooms, found.end) == (("3", "4"), ("7",), time(11, 45))


def test_a_row_over_two_periods_meets_two_lessons() -> None:
    base = [lesson("3", "Physics", "A. Kurz", "9"), lesson("4", "Physics", "A. Kurz", "9")]
    found = merged(base, Substitution(Kind.CANCELLED, DAY, ("3", "4"), ("9a",), "Physics"))
    assert [item.status for item in found] == [Status.CANCELLED] * 2


def test_moved_in_leaves_its_old_place() -> None:
    row = Substitution(Kind.MOVED, DAY, ("6",), ("9a",), "Physics", ("A. Kurz",), ("9",), was=Was(periods=("3",)))
    found = merged([lesson("3", "Physics", "A. Kurz", "9"), lesson("4", "Art")], row)
    assert [(item.periods[0], item.status.value) for item in found] == [
        ("3", "cancelled"),
        ("4", "planned"),
        ("6", "moved"),
    ]


def test_a_substitute_outlasts_the_row_of_who_is_away() -> None:
    rows = (
        Substitution(Kind.SUBSTITUTION, DAY, ("3",), ("9a",), "Physics", ("B. Lang",), was=Was(teachers=("A. Kurz",))),
        Substitution(Kind.CANCELLED, DAY, ("3",), ("9a",), "Physics", was=Was(teachers=("A. Kurz",))),
    )
    for order in (rows, rows[::-1]):
        (found,) = merged([lesson("3", "Physics", "A. Kurz", "9")], *order)
        assert (found.status, found.teachers) == (Status.CHANGED, ("B. Lang",))


def test_one_row_says_who_and_the_next_one_where() -> None:
    base = [lesson("1", "Maths", "Kowal", "11")]
    who = Substitution(Kind.SUBSTITUTION, DAY, ("1",), ("9a",), "Maths", ("Neu",), was=Was(teachers=("Kowal",)))
    where = Substitution(Kind.ROOM, DAY, ("1",), ("9a",), "Maths", ("Kowal",), ("20",), note="library")
    for rows in ((who, where), (where, who)):
        (found,) = merged(base, *rows)
        assert (found.teachers, found.rooms, found.note) == (("Neu",), ("20",), "library")
        assert found.was == Was(teachers=("Kowal",), rooms=("11",))


def test_of_two_teachers_each_is_replaced_by_their_own_row() -> None:
    base = [replace(lesson("1", "Sport"), teachers=("Lis", "Sowa"))]
    rows = [
        Substitution(Kind.SUBSTITUTION, DAY, ("1",), ("9a",), "Sport", (new,), was=Was(teachers=(old,)))
        for old, new in (("Sowa", "Dab"), ("Lis", "Neu"))
    ]
    assert merged(base, rows[0])[0].teachers == ("Lis", "Dab")
    assert merged(base, *rows)[0].teachers == ("Neu", "Dab")


def test_a_whole_name_outweighs_the_beginning_of_another() -> None:
    base = [lesson("1", "M", "Kowal", "11"), lesson("1", "Music", "Nuta", "12")]
    maths, music = merged(base, Substitution(Kind.CANCELLED, DAY, ("1",), ("9a",), "M"))
    assert (maths.status, music.status) == (Status.CANCELLED, Status.PLANNED)


def test_another_class_and_a_break_duty_are_no_business_of_this_plan() -> None:
    base = [replace_class(lesson("4", "Art"), "9a")]
    duty = Substitution(Kind.SUPERVISION, DAY, ("4/5",), (), teachers=("A. Kurz",))
    foreign = Substitution(Kind.CANCELLED, DAY, ("4",), ("9b",), "Art")
    assert merged(base, duty) == base
    assert merged(base, foreign)[0].status is Status.PLANNED


def replace_class(one: Lesson, name: str) -> Lesson:
    from dataclasses import replace

    return replace(one, classes=(name,))


def test_names_of_one_thing() -> None:
    assert alike("D", "Deutsch")
    assert not alike("Physik", "Philosophie")
    assert same_person("Jonas Beržė", "Beržė J.")
    assert not same_person("A. Kurz", "B. Lang")
    assert not same_person("", "")


def test_the_demo_schools_opening_changes_stand_in_its_plan() -> None:
    """Base plan and substitutions of two systems, as they are published."""
    zone = ZoneInfo("Europe/Vilnius")
    now = datetime(2026, 11, 23, 17, tzinfo=zone)
    desk = opening_desk(now, now.date())
    query = Query("http://school.example/", zone, now.date(), TargetKind.CLASS, "9a")
    sources = all_sources()
    pages = {
        "optivum": publish.optivum_plan("o", 9, now) or "",
        "optivum-zastepstwa": publish.zastepstwa(desk, now.date()),
    }
    plans = [sources[name].parse([Page(f"http://x/{name}", text.encode())], query) for name, text in pages.items()]
    extra = belonging_to(plans[1], TargetKind.CLASS, "9a")
    (day,) = days_of(plans[0], extra=[extra], first=DAY, count=1, calendar=Calendar())
    assert sorted(item.status for item in day.lessons if item.status != "planned") == ["cancelled", "changed"]


def test_a_plan_with_dates_has_its_own_changes_in_it() -> None:
    held = lesson("3", "History", "B. Lang")
    row = Substitution(Kind.SUBSTITUTION, DAY, ("3",), ("9a",), "History", ("B. Lang",), was=Was(subject="Physics"))
    plan = Plan(lessons=(held,), substitutions=(row,), days=(DAY,))
    (day,) = days_of(plan, extra=(), first=DAY, count=1, calendar=Calendar())
    assert day.lessons == (held,)
    weekly = Plan(lessons=(Lesson("Physics", weekday=1, periods=("3",)),), substitutions=(row,))
    (day,) = days_of(weekly, extra=(), first=DAY + timedelta(0), count=1, calendar=Calendar())
    assert [(item.subject, item.status.value) for item in day.lessons] == [("History", "changed")]


def test_the_word_for_cancelled_is_no_subject() -> None:
    """A page that names no subject: "Entfall" in its place, struck, would say that the lesson takes place."""
    bare = Substitution(Kind.CANCELLED, DAY, ("6",), ("9a",), teachers=("HOP",), label="Entfall")
    (found,) = merged([], bare)
    assert (found.subject, found.note, found.teachers) == ("", "Entfall", ("HOP",))
    (found,) = merged([], replace(bare, note="Raum 3"))
    assert (found.subject, found.note) == ("", "Raum 3")
    (found,) = merged([], replace(bare, was=Was(subject="Art")))
    assert (found.subject, found.note) == ("Art", "")
    (found,) = merged([], replace(bare, kind=Kind.EVENT, label="Ausflug"))
    assert found.subject == "Ausflug"
