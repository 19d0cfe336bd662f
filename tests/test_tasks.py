"""Identity of homework: every task once, two stay two, an edit is the same task, a date is never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Exam, Homework, Plan
from bot.tasks import Changes, Fact, Known, facts_of, plain, reconcile

TODAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
SUBJECTS = ("Matematika", "Istorija", "Anglų kalba")


def task(text: str, subject: str = "Matematika", due: date | None = FRIDAY, **rest: str) -> Fact:
    return Fact("homework", subject, text, due, source_id=rest.get("id", ""))


def known(*facts: Fact, withdrawn: bool = False) -> list[Known]:
    return [Known(number, fact, withdrawn) for number, fact in enumerate(facts, 1)]


def apply(before: list[Known], changes: Changes) -> list[Known]:
    """The table after the changes, as the store keeps it."""
    facts = dict(changes.changed)
    after = [
        Known(
            old.id,
            facts.get(old.id, old.fact),
            False if old.id in facts else old.withdrawn or old.id in changes.withdrawn,
        )
        for old in before
    ]
    start = max((old.id for old in before), default=0) + 1
    return after + [Known(start + place, fact) for place, fact in enumerate(changes.new)]


facts = st.builds(
    Fact,
    st.sampled_from(("homework", "exam")),
    st.sampled_from(SUBJECTS),
    st.sampled_from(("p. 45 ex. 3", "p. 45 ex. 3, 4", "P.45  ex 3.", "read chapter 2", "Essay", "")),
    st.sampled_from((None, TODAY, FRIDAY, TODAY + timedelta(days=9))),
    source_id=st.sampled_from(("", "", "7", "8")),
)


def plan_of(found: list[Fact]) -> tuple[Fact, ...]:
    homework = [Homework(f.subject, f.text, None, f.due, id=f.source_id) for f in found if f.kind == "homework"]
    exams = [Exam(f.subject, f.due, f.text, id=f.source_id) for f in found if f.kind == "exam"]
    return facts_of(Plan(homework=tuple(homework), exams=tuple(exams)))


@given(st.lists(facts, max_size=6), st.lists(facts, max_size=6))
def test_after_a_sync_the_table_says_what_the_school_says(before: list[Fact], now: list[Fact]) -> None:
    table = apply([], reconcile([], plan_of(before), TODAY))
    found = plan_of(now)
    table = apply(table, reconcile(table, found, TODAY))
    assert sorted(repr(one.fact) for one in table if not one.withdrawn) == sorted(repr(fact) for fact in found)


@given(st.lists(facts, max_size=6), st.lists(facts, max_size=6), st.randoms(use_true_random=False))
def test_a_second_sync_changes_nothing_whatever_the_order(before: list[Fact], now: list[Fact], random: object) -> None:
    table = apply([], reconcile([], plan_of(before), TODAY))
    found = list(plan_of(now))
    table = apply(table, reconcile(table, found, TODAY))
    assert reconcile(table, list(reversed(found)), TODAY) == Changes()


@given(st.lists(facts, max_size=6))
def test_what_goes_and_comes_back_is_the_same(found: list[Fact]) -> None:
    first = plan_of(found)
    table = apply([], reconcile([], first, TODAY))
    gone = apply(table, reconcile(table, (), TODAY))
    assert all(one.withdrawn for one in gone)
    back = reconcile(gone, first, TODAY)
    assert back.new == ()
    assert apply(gone, back) == table


def test_two_tasks_of_one_subject_and_day_stay_two() -> None:
    both = (task("Words, unit 4"), task("Essay: my town"))
    assert reconcile([], both, TODAY).new == both
    edited = (both[0], task("Essay: my town, 150 words"))
    assert reconcile(known(*both), edited, TODAY) == Changes(changed=((2, edited[1]),))


def test_the_same_task_twice_is_one() -> None:
    assert len(plan_of([task("p. 45 ex. 3"), task("P.45  ex 3."), task("p. 45 ex. 3", id="9")])) == 1


def test_a_text_that_is_written_anew_under_the_systems_key_is_an_edit() -> None:
    new = task("something else entirely", due=TODAY, id="7")
    assert reconcile(known(task("p. 45", id="7")), (new,), TODAY) == Changes(changed=((1, new),))


def test_other_texts_are_other_tasks() -> None:
    new = task("write about your summer")
    assert reconcile(known(task("p. 45 ex. 3")), (new,), TODAY) == Changes(new=(new,), withdrawn=(1,))


def test_two_keys_of_the_system_are_two_tasks_however_alike() -> None:
    new = task("p. 45 ex. 4", id="8")
    assert reconcile(known(task("p. 45 ex. 3", id="7")), (new,), TODAY) == Changes(new=(new,), withdrawn=(1,))


def test_a_date_that_becomes_readable_or_unreadable_keeps_the_task() -> None:
    for old, new in ((None, FRIDAY), (FRIDAY, None)):
        now = task("Herbarium", due=new)
        assert reconcile(known(task("Herbarium", due=old)), (now,), TODAY) == Changes(changed=((1, now),))


def test_an_unreadable_date_is_not_in_the_key() -> None:
    undated = task("Herbarium", due=None)
    assert undated.content[3] == ""
    assert undated.key == task("herbarium!", due=None).key != task("Herbarium").key


def test_a_moved_deadline_is_the_same_task_while_it_was_to_come() -> None:
    later = task("p. 45", due=FRIDAY + timedelta(days=3))
    assert reconcile(known(task("p. 45")), (later,), TODAY) == Changes(changed=((1, later),))
    after = FRIDAY + timedelta(days=1)
    assert reconcile(known(task("p. 45")), (later,), after) == Changes(new=(later,))


def test_what_is_past_or_was_not_asked_for_is_not_withdrawn() -> None:
    past = task("p. 44", due=TODAY - timedelta(days=1))
    old = replace(task("project"), assigned=TODAY - timedelta(days=30))
    table = known(past, old)
    assert reconcile(table, (), TODAY, oldest=TODAY - timedelta(days=14)) == Changes()
    assert reconcile(table, (), TODAY) == Changes(withdrawn=(2,))


def test_rows_for_two_classes_are_two_tasks() -> None:
    rows = tuple(Homework("Matematika", "p. 45", None, FRIDAY, classes=(name,)) for name in ("9A", "9 b"))
    found = facts_of(Plan(homework=rows))
    assert [fact.classes for fact in found] == [("9a",), ("9b",)]
    assert len({fact.key for fact in found}) == 2


def test_digits_stay_apart_when_texts_are_compared() -> None:
    assert plain("p. 1-3") != plain("p. 13")
    assert plain("p.45  Ex 3!") == plain("P. 45 ex. 3")
    assert plain("!!!") == "!!!"
