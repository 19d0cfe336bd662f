"""What a refresh believes: a plan that shrank is seen twice, a poll apart; what a plan does not speak of stays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from bot.clock import TurnableClock
from bot.config import Config
from bot.context import Deps
from bot.errors import SourceDown
from bot.model import Lesson, Notice, Plan, Target, TargetKind
from bot.pipeline import Refreshed, is_strange, layouts, refresh
from bot.scraper.contract import Page, Source
from bot.scraper.http import Round
from bot.store import schools
from bot.store.database import open_database
from bot.store.schools import School

NOON = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
POLL = 15
DAYS = tuple(date(2026, 11, 23) + timedelta(days=n) for n in range(3))


def plan(*counts: int, said: str = "") -> Plan:
    """A plan with so many lessons on each of the days."""
    lessons = [Lesson(f"S{n}", day, day.weekday(), periods=(str(n),))
               for day, count in zip(DAYS, counts, strict=True) for n in range(count)]  # fmt: skip
    return Plan(lessons=tuple(lessons), days=DAYS, notices=(Notice(said),) if said else ())


FULL, HALF = plan(6, 6, 6), plan(6, 6, 0)
Ask = Any  # a function of the plan and the minutes, with the database beside it


@pytest.fixture
async def ask(tmp_path: Path) -> AsyncIterator[Ask]:
    """Ask a played school, which answers with a plan (None = it is down), so many minutes after noon."""
    answers: list[Plan | None] = []

    async def fetch(_http: object, _query: object) -> tuple[Page, ...]:
        return (Page("https://school.example/", b""),)

    def parse(*_: object) -> Plan:
        if (answer := answers[-1]) is None:
            raise SourceDown("out of order (503)")
        return answer

    async def run(function: Callable[..., Any], *args: object) -> Any:
        return function(*args)

    source = Source(
        id="played", title="Played", country="", example_url="https://school.example/", scope="target",
        delivers=("lessons",), fetch=fetch, parse=parse, recognise=lambda _page: 0.0,
    )  # fmt: skip
    zone, clock = ZoneInfo("Europe/Vilnius"), TurnableClock(NOON)
    config = Config(data=tmp_path, timezone=zone, language="en", poll_minutes=POLL)
    async with open_database(config.database) as db:
        async with db.transaction() as transaction:
            school = School("saules", "Saulės", zone, {})
            await schools.put_school(transaction, school, 0)
            await schools.put_feed(transaction, "saules", 0, source="played", url="https://school.example/")
            await schools.put_targets(transaction, "saules", [Target(TargetKind.CLASS, "9a", "9a")], 0)
        (feed,), (target,) = await schools.feeds_of(db, "saules"), await schools.targets_of(db, "saules")
        parts = {"http": SimpleNamespace(visit=lambda _round: None), "worker": SimpleNamespace(run=run)}
        for rest in ("courier", "commands", "vault"):
            parts[rest] = SimpleNamespace()
        deps = Deps(config=config, clock=clock, db=db, sources={"played": source}, **cast(Any, parts))

        async def ask_(answer: Plan | None, minutes: int) -> Refreshed:
            answers.append(answer)
            clock.turn_to(NOON + timedelta(minutes=minutes))
            return await refresh(deps, school, feed, target, round_=Round())

        ask_.db = db  # type: ignore[attr-defined]
        yield ask_


async def test_a_plan_that_shrank_is_believed_when_it_is_seen_again_a_poll_later(ask: Ask) -> None:
    assert (await ask(FULL, 0)).first
    doubted = await ask(HALF, 15)
    assert (doubted.doubted, doubted.snapshot.plan) == (True, FULL)
    assert (await ask(HALF, 15 + POLL - 1)).doubted  # twice, and not a poll apart
    believed = await ask(HALF, 15 + POLL)
    assert (believed.changed, believed.snapshot.plan) == (True, HALF)


async def test_a_plan_that_flaps_is_never_believed(ask: Ask) -> None:
    await ask(FULL, 0)
    for step in range(1, 9):
        found = await ask(HALF if step % 2 else FULL, step * POLL)
        assert (found.changed, found.snapshot.plan) == (False, FULL)


async def test_a_failure_between_is_no_second_look(ask: Ask) -> None:
    await ask(FULL, 0)
    await ask(HALF, POLL)
    with pytest.raises(SourceDown):
        await ask(None, 2 * POLL)
    assert (await ask(HALF, 3 * POLL)).changed


async def test_another_small_plan_is_doubted_anew(ask: Ask) -> None:
    await ask(FULL, 0)
    await ask(HALF, POLL)
    assert (await ask(plan(6, 0, 0), 2 * POLL)).doubted
    assert (await ask(plan(6, 0, 0), 3 * POLL)).changed


async def test_messages_that_change_with_every_look_do_not_keep_a_doubt_alive(ask: Ask) -> None:
    await ask(FULL, 0)
    assert (await ask(replace(HALF, notices=(Notice("it is 12:15"),)), POLL)).doubted
    assert (await ask(replace(HALF, notices=(Notice("it is 12:30"),)), 2 * POLL)).changed


def test_a_table_that_a_quiet_day_lacks_is_no_other_layout() -> None:
    known = layouts(layouts("", "rows(class,period)|duties(time)"), "rows(class,period)")
    assert known == "duties(time)|rows(class,period)"
    assert not is_strange("", "rows(class,period)")  # the first look
    assert not is_strange(known, "duties(time)")
    assert not is_strange(known, "")
    assert is_strange(known, "rows(class,period,room)")
    assert not is_strange(layouts(known, "rows(class,period,room)"), "rows(class,period)|rows(class,period,room)")


async def test_a_list_of_a_part_of_the_classes_says_of_none_that_it_is_gone(ask: Ask) -> None:
    """A school with several buildings has a timetable for each; one of them does not name the classes of the others."""
    other = replace(FULL, targets=(Target(TargetKind.CLASS, "1a", "1a"),), whole_list=False)
    await ask(other, 0)
    assert [target.name for target in await schools.targets_of(ask.db, "saules")] == ["9a", "1a"]
    await ask(replace(other, whole_list=True, notices=(Notice("new"),)), POLL)
    assert [target.name for target in await schools.targets_of(ask.db, "saules")] == ["1a"]
