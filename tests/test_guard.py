"""What of a new plan is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.guard import carried, is_doubtful
from bot.model import Calendar, FreeDays, Homework, Kind, Lesson, Plan, Substitution

MONDAY = date(2026, 11, 23)
YEAR = Calendar()


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def lessons(number: int, count: int = 6) -> tuple[Lesson, ...]:
    return tuple(Lesson(f"S{n}", date=day(number), weekday=number % 7, periods=(str(n),)) for n in range(1, count + 1))


def weekly(weekday: int, count: int = 6) -> tuple[Lesson, ...]:
    return tuple(Lesson(f"S{n}", weekday=weekday, periods=(str(n),)) for n in range(1, count + 1))


def dated(*numbers: int) -> Plan:
    return Plan(lessons=tuple(one for n in numbers for one in lessons(n)), days=tuple(day(n) for n in numbers))


def rows(*numbers: int) -> Plan:
    found = tuple(Substitution(Kind.CANCELLED, day(n), ("3",), ("9a",), f"S{n}") for n in numbers)
    return Plan(substitutions=found, days=tuple(dict.fromkeys(day(n) for n in numbers)))


def test_the_same_plan_is_no_riddle() -> None:
    assert not is_doubtful(dated(0, 1), dated(0, 1), MONDAY)


def test_an_empty_plan_is_one() -> None:
    assert is_doubtful(dated(0, 1), Plan(days=(day(0), day(1))), MONDAY)


def test_however_little_there_was_nothing_at_all_is_one() -> None:
    assert is_doubtful(rows(0), Plan(days=(day(0),)), MONDAY)
    assert is_doubtful(Plan(lessons=weekly(0, 2)), Plan(), MONDAY)
    assert is_doubtful(Plan(homework=(Homework("Maths", "p. 45"),)), Plan(), MONDAY)
    assert not is_doubtful(rows(0), Plan(days=(day(1),)), day(1))  # the day is over


def test_one_day_that_vanished_is_one_though_the_rest_stands() -> None:
    full = dated(0, 1, 2, 3, 4)
    without = replace(full, lessons=tuple(one for one in full.lessons if one.date != day(2)))
    assert is_doubtful(full, without, MONDAY)
    weekdays = Plan(lessons=(*weekly(0), *weekly(1), *weekly(2)))
    assert is_doubtful(weekdays, Plan(lessons=(*weekly(0), *weekly(2))), MONDAY)


def test_a_day_that_the_new_plan_names_free_is_none() -> None:
    full = dated(0, 1, 2, 3)
    free = replace(
        full,
        lessons=tuple(one for one in full.lessons if one.date != day(2)),
        free_days=(FreeDays(day(2), day(2), "Free"),),
    )
    assert not is_doubtful(full, free, MONDAY)


def test_the_past_may_go() -> None:
    assert not is_doubtful(dated(0, 1), dated(1), day(1))


def test_a_few_cancellations_are_believed_at_once() -> None:
    full = dated(0, 1)
    assert not is_doubtful(full, replace(full, lessons=full.lessons[:-2]), MONDAY)


def test_substitutions_that_shrank() -> None:
    assert is_doubtful(rows(0, 1, 2, 3, 4), rows(0), MONDAY)
    assert not is_doubtful(rows(0, 1, 2), rows(0), MONDAY)


def test_a_day_that_is_not_spoken_of_stays() -> None:
    new = carried(dated(0, 1, 2), dated(1, 2), day(0), YEAR)
    assert {one.date for one in new.lessons} == {day(0), day(1), day(2)}
    assert set(new.days) == {day(0), day(1), day(2)}
    assert carried(dated(0, 1, 2), dated(1, 2), day(1), YEAR) == dated(1, 2)  # but not the past


def test_of_substitutions_only_what_the_page_turned_away_stays() -> None:
    turned = carried(rows(0, 1), rows(1, 2), day(0), YEAR)
    assert {row.date for row in turned.substitutions} == {day(0), day(1), day(2)}
    withdrawn = carried(rows(0, 1), rows(0), day(0), YEAR)  # the last row of a day was taken back
    assert {row.date for row in withdrawn.substitutions} == {day(0)}


def test_the_old_timetable_holds_until_the_new_one_begins() -> None:
    old = Plan(lessons=(*weekly(0, 4), *weekly(1, 4)))
    new = Plan(lessons=weekly(0, 2), valid_from=day(2))
    both = carried(old, new, day(0), YEAR)
    assert [(one.date, one.subject) for one in both.lessons if one.date] == [
        (day(n), f"S{k}") for n in (0, 1) for k in range(1, 5)
    ]
    again = carried(both, new, day(1), YEAR)
    assert {one.date for one in again.lessons} == {None, day(1)}


def test_a_plan_that_brings_the_days_before_its_own_begin_needs_no_old_ones() -> None:
    old = Plan(lessons=(*weekly(0, 4), *weekly(1, 4)))
    new = Plan(lessons=(*weekly(0, 2), *lessons(0, 3)), days=(day(0), day(1)), valid_from=day(2))
    assert carried(old, new, day(0), YEAR) == new
