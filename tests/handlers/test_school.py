"""/school and /holiday: an address is shown before it is kept, all can be changed, a password leaves no trace."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.demo.stage import Stage
from bot.errors import ConfigError, UsageError
from bot.handlers.school import free_id
from bot.screens.school_edit import EDITS, with_holiday
from bot.store import schools
from bot.store.schools import School
from tests.handlers.owner import hears, owner_of

VILNIUS = School("saules", "Saulės gimnazija", ZoneInfo("Europe/Vilnius"))


async def test_an_address_is_shown_then_taken(stage: Stage) -> None:
    owner = await owner_of(stage)
    await owner.say(f"/school add {stage.school_url}/plan/")
    shown = await hears(stage, owner, lambda message: message.file is not None)
    assert "Optivum" in shown.text
    assert "Classes: 12 (5a, 5b, 6a" in shown.text
    assert len(await schools.all_schools(stage.service.deps.db)) == 1
    await owner.press(shown, "Yes, take it")
    await hears(stage, owner, "Taken. I read it now.")
    new = [school for school in await schools.all_schools(stage.service.deps.db) if school.id != "saules"]
    assert len(new) == 1
    (feed,) = await schools.feeds_of(stage.service.deps.db, new[0].id)
    assert (feed.source, feed.url) == ("optivum", f"{stage.school_url}/plan/")
    await owner.press(shown, "Yes, take it")  # a second press takes nothing
    assert len(await schools.all_schools(stage.service.deps.db)) == 2


async def test_a_second_feed_goes_to_the_school(stage: Stage) -> None:
    owner = await owner_of(stage)
    await owner.say(f"/school saules also {stage.school_url}/untis/subst_001.htm")
    shown = await hears(stage, owner, "Untis")
    assert "substitutions" in shown.text
    await owner.press(shown, "Yes, take it")
    await hears(stage, owner, "3. untis-monitor")
    feeds = await schools.feeds_of(stage.service.deps.db, "saules")
    assert [feed.source for feed in feeds] == ["optivum", "optivum-zastepstwa", "untis-monitor"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "https://169.254.169.254/"])
async def test_what_cannot_be_read_is_told_and_not_kept(stage: Stage, address: str) -> None:
    owner = await owner_of(stage)
    await owner.say(f"/school add {address}")
    await hears(stage, owner, "cannot be read")
    assert len(await schools.all_schools(stage.service.deps.db)) == 1


async def test_words_change_a_school(stage: Stage) -> None:
    owner = await owner_of(stage)
    await owner.say("/school saules name Saulės <i>licėjus</i>")
    assert "<i>" in (await hears(stage, owner, "Changed.")).text
    await owner.say("/school saules zone Europe/Warsaw")
    await hears(stage, owner, "Time zone: Europe/Warsaw")
    await owner.say("/school saules zone Europe/Nowhere")
    await hears(stage, owner, "Europe/Nowhere is not a time zone")
    await owner.say("/school saules weeks A B 2026-08-31")
    await hears(stage, owner, "Week types: A B 2026-08-31")
    school = await schools.school_by_id(stage.service.deps.db, "saules")
    assert school is not None
    assert (school.timezone.key, school.calendar.week_of(date(2026, 9, 9))) == ("Europe/Warsaw", "B")


async def test_one_free_day_is_no_span(stage: Stage) -> None:
    owner = await owner_of(stage)
    await owner.say("/holiday 2026-12-23 Fair")
    message = await hears(stage, owner, "23/12 2026 Fair")
    assert message.buttons[0][0]["text"] == "✕ 23/12"


async def test_holidays_come_and_go(stage: Stage) -> None:
    owner = await owner_of(stage)
    await owner.say("/holiday 2026-12-23..2027-01-06 Kalėdos & kt.")
    shown = await hears(stage, owner, "Kalėdos & kt.")
    school = await schools.school_by_id(stage.service.deps.db, "saules")
    assert school is not None
    assert [(free.first, free.last) for free in school.calendar.holidays] == [(date(2026, 12, 23), date(2027, 1, 6))]
    await owner.press(shown, shown.buttons[0][0]["text"])
    await hears(stage, owner, "No holidays are set.")
    await owner.say("/holiday 2027-01-06..2026-12-23")
    await hears(stage, owner, "The last day comes before the first")


async def test_a_password_is_sealed_and_its_message_deleted(
    stage: Stage, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    owner = await owner_of(stage)
    deps = stage.service.deps
    async with deps.db.transaction() as transaction:
        await schools.put_feed(
            transaction, "saules", 2, source="indiware-mobil", url=f"{stage.school_url}/mobil/mobdaten/"
        )
    said = await owner.say("/school saules account schueler s3cret-word")
    await hears(stage, owner, "Kept, encrypted")
    assert said.id not in [message.id for message in owner.messages]
    feed = (await schools.feeds_of(deps.db, "saules"))[2]
    assert (feed.username, deps.vault.opened(feed.sealed_password)) == ("schueler", "s3cret-word")
    assert "s3cret" not in caplog.text
    await deps.db.checkpoint()
    assert not holding(tmp_path, b"s3cret-word")


def holding(folder: Path, what: bytes) -> list[Path]:
    """The files that hold some bytes."""
    return [file for file in folder.rglob("*") if file.is_file() and what in file.read_bytes()]


async def test_a_school_is_removed_only_when_confirmed(stage: Stage) -> None:
    owner = await owner_of(stage)
    await owner.say("/school")
    listed = await hears(stage, owner, "Schools: 1")
    await owner.press(listed, "Saulės gimnazija")
    card = await hears(stage, owner, "Time zone:")
    await owner.press(card, "Remove this school …")
    asked = await hears(stage, owner, "There is no way back.")
    assert len(await schools.all_schools(stage.service.deps.db)) == 1
    await owner.press(asked, "Remove it")
    await hears(stage, owner, "Schools: 0")
    assert await schools.all_schools(stage.service.deps.db) == []


async def test_nobody_else_may(stage: Stage) -> None:
    other = stage.api.user(1002, "Jonas", "en")
    await other.say(f"/school add {stage.school_url}/plan/")
    await hears(stage, other, "Only the bot's admins")


@pytest.mark.parametrize(
    ("what", "words"),
    [("name", " "), ("name", "x" * 81), ("weeks", "A"), ("weeks", "A A 2026-08-31"), ("weeks", "A B 2026-02-30")],
)
def test_edits_refuse_what_makes_no_sense(what: str, words: str) -> None:
    with pytest.raises((UsageError, ConfigError)):
        EDITS[what](VILNIUS, words)


def test_the_same_span_is_kept_once() -> None:
    school = with_holiday(with_holiday(VILNIUS, "2026-11-02 Vėlinės"), "2026-11-02..2026-11-02 Rudens atostogos")
    assert [free.name for free in school.calendar.holidays] == ["Rudens atostogos"]


@pytest.mark.parametrize(
    ("name", "taken", "wanted"),
    [
        ("Saulės gimnazija", set(), "saules-gimnazija"),
        ("Saulės gimnazija", {"saules-gimnazija"}, "saules-gimnazija-2"),
        ("Школа", set(), "school"),
        ("add", set(), "add-2"),
        ("x" * 90, set(), "x" * 24),
    ],
)
def test_ids_are_short_plain_and_free(name: str, taken: set[str], wanted: str) -> None:
    assert free_id(name, taken) == wanted


async def test_who_followed_a_school_is_told_that_it_is_removed(stage: Stage) -> None:
    follower = stage.api.user(1002, "Jonas", "lt")
    for class_ in ("9a", "9b"):
        await follower.say(f"/subscribe {class_}")
        await hears(stage, follower, f"{class_} tvarkaraštį")
        await follower.press(follower.messages[-1], "Ryte, 07:00")
        await hears(stage, follower, f"Gausite {class_}")
    owner = await owner_of(stage)
    await owner.say("/school saules")
    shown = await hears(stage, owner, "Time zone")
    await owner.press(shown, "Remove this school …")
    shown = await hears(stage, owner, "2 subscriptions go with it")
    await owner.press(shown, "Remove it")
    await hears(stage, follower, "pašalino mokyklą Saulės gimnazija")
    await hears(stage, owner, "Schools: 0")
    assert sum("pašalino" in message.text for message in follower.messages) == 1
    assert not any("removed" in message.text for message in owner.messages)
