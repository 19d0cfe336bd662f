"""Holidays, the end of the year, and data that is old: the whole product on loopback."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot import compose, plans
from bot.backup import copy_of, put_back
from bot.demo.desk import Site
from bot.demo.stage import SCHOOL, Stage, set_stage
from bot.model import Lesson, Plan, TargetKind
from bot.rounds import ask_now
from bot.store import announced, schools, snapshots, subscriptions
from bot.store.database import open_database
from bot.store.snapshots import Snapshot
from tests.conftest import MONDAY_AFTERNOON
from tests.test_announce import look, settled
from tests.test_app import follow_9a

SUMMER = {"first": "2027-06-20", "last": "2027-08-31", "name": "Vasara"}


async def with_holidays(stage: Stage, *spans: dict[str, str]) -> None:
    db = stage.service.deps.db
    school = await schools.school_by_id(db, SCHOOL)
    assert school is not None
    async with db.transaction() as transaction:
        await schools.put_school(transaction, replace(school, settings={"holidays": list(spans)}), 0)


async def test_a_holiday_that_is_set_is_told_and_ends_the_digests(stage: Stage) -> None:
    person = await follow_9a(stage)
    await with_holidays(stage, {"first": "2026-11-24", "last": "2026-11-27", "name": "Flood"})
    await look(stage)
    await stage.api.wait_for(lambda: "no school" in person.messages[-1].text, seconds=10)
    assert person.messages[-1].text.startswith("Tuesday 24/11 – Friday 27/11: no school (Flood)")
    await settled(stage)
    before = len(person.messages)
    stage.clock.turn_to(datetime(2026, 11, 24, 16, 0, 5, tzinfo=UTC))  # 18:00
    await stage.service.run_job("digests")
    await settled(stage)
    assert len(person.messages) == before


async def test_see_you_in_september_is_said_once(tmp_path: Path) -> None:
    june = datetime(2027, 6, 18, 9, 0, tzinfo=UTC)
    async with set_stage(tmp_path / "data", start=june, lang="en", paced=False) as stage:
        person = await follow_9a(stage)
        await with_holidays(stage, SUMMER)
        for day in (1, 2, 3, 9):
            stage.clock.turn_to(june + timedelta(days=day))
            await look(stage)
            await settled(stage)
        said = [message.text for message in person.messages if "See you" in message.text]
        assert said == ["Saulės gimnazija: the school year is over. See you on 1 September."]


async def test_nobody_is_woken_by_the_end_of_the_year(tmp_path: Path) -> None:
    friday = datetime(2027, 6, 18, 9, 0, tzinfo=UTC)
    async with set_stage(tmp_path / "data", start=friday, lang="en", paced=False) as stage:
        person = await follow_9a(stage)
        await with_holidays(stage, {**SUMMER, "first": "2027-06-19"})
        await look(stage)
        for hour, told in ((21, 0), (28, 0), (29, 1)):  # 00:00, 07:00, 08:00 in Vilnius
            stage.clock.turn_to(datetime(2027, 6, 18, tzinfo=UTC) + timedelta(hours=hour, minutes=1))
            await look(stage)
            await settled(stage)
            assert sum("See you" in message.text for message in person.messages) == told


async def test_old_data_says_how_old_it_is_while_the_page_cannot_be_read(stage: Stage) -> None:
    person = await follow_9a(stage)
    deps = stage.service.deps
    (one,) = await subscriptions.of_chat(deps.db, person.id)
    target = await schools.target_by_id(deps.db, one.target_id)
    assert target is not None
    stage.desk.site = Site.MAINTENANCE
    stage.clock.turn_by(timedelta(minutes=40))
    await look(stage)
    table = await plans.timetable_of(deps, target, MONDAY_AFTERNOON.date(), 1)
    assert table.failing_since is not None
    content = await compose.day_content(deps, target, MONDAY_AFTERNOON.date(), compose.Look("en", format="text"))
    assert "page said 40 minutes ago; since then it could not be read" in content.text
    stage.desk.site = Site.UP
    await look(stage)
    content = await compose.day_content(deps, target, MONDAY_AFTERNOON.date(), compose.Look("en", format="text"))
    assert "this is what" not in content.text.lower()


async def test_old_data_says_how_old_it_is_though_nothing_is_known_to_be_broken(stage: Stage) -> None:
    person = await follow_9a(stage)
    deps = stage.service.deps
    (one,) = await subscriptions.of_chat(deps.db, person.id)
    target = await schools.target_by_id(deps.db, one.target_id)
    assert target is not None

    async def words(hours: float) -> str:
        stage.clock.turn_to(MONDAY_AFTERNOON + timedelta(hours=hours))
        day = MONDAY_AFTERNOON.date()
        found = await compose.day_content(deps, target, day, compose.Look("en", format="text"))
        return found.text or ""

    async with deps.asking:  # nobody asks meanwhile, as after a stop
        assert "ago" not in await words(1.5 * deps.config.poll_minutes / 60)
        assert "page said 3 hours ago" in await words(3.1)


async def test_a_broken_site_is_no_change(stage: Stage) -> None:
    person = await follow_9a(stage)
    before = len(person.messages)
    for state in (Site.MAINTENANCE, Site.LOGIN, Site.EMPTY, Site.DOWN):
        for site in (state, Site.UP):
            stage.desk.site = site
            await look(stage)
    await settled(stage)
    assert len(person.messages) == before


async def test_asking_now_makes_every_feed_due(stage: Stage) -> None:
    assert await ask_now(stage.service.deps, "another school") == 0
    assert await ask_now(stage.service.deps, SCHOOL) == 2


async def test_a_restored_backup_knows_nothing_of_what_was_told(tmp_path: Path) -> None:
    file, restored = tmp_path / "copy.sqlite3", tmp_path / "there" / "bot.sqlite3"
    async with set_stage(tmp_path / "data", start=MONDAY_AFTERNOON, lang="en", paced=False) as stage:
        person = await follow_9a(stage)
        await look(stage)
        (one,) = await subscriptions.of_chat(stage.service.deps.db, person.id)
        assert await announced.looked_at(stage.service.deps.db, one.target_id) is not None
        copy_of(stage.service.deps.db.path, file)
    put_back(file, restored)
    async with open_database(restored) as db:
        assert await announced.looked_at(db, one.target_id) is None


async def test_a_class_that_is_gone_is_unknown_and_stops_nobody(tmp_path: Path) -> None:
    async with set_stage(
        tmp_path / "data", start=MONDAY_AFTERNOON, system="untis-monitor", lang="en", paced=False
    ) as stage:
        deps = stage.service.deps
        feed = (await schools.feeds_of(deps.db, SCHOOL))[0]
        day = date(2026, 11, 24)
        plan = Plan(lessons=(Lesson("Maths", date=day, periods=("1",), classes=("9b",)),), days=(day,))
        async with deps.db.transaction() as transaction:
            await snapshots.add(transaction, Snapshot(feed.id, 0, 99, "x", plan, deps.now(), deps.now()))
            target = await schools.put_target(transaction, SCHOOL, TargetKind.CLASS, "9a")
        followed = await schools.target_by_id(deps.db, target)
        assert followed is not None
        (shown,) = (await plans.timetable_of(deps, followed, day, 1)).days
        assert not shown.known
