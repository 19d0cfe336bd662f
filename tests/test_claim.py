"""The first run: one link, one owner; admin commands for admins only."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot import claim
from bot.demo.botapi import Fault, Message, Person
from bot.demo.stage import Stage
from bot.store import people
from tests.handlers.owner import hears, owner_of


async def answered(stage: Stage, person: Person, text: str) -> Message:
    """What the bot says to a text."""
    before = sum(message.from_bot for message in person.messages)
    await person.say(text)
    await stage.api.wait_for(lambda: sum(message.from_bot for message in person.messages) > before, seconds=15)
    return [message for message in person.messages if message.from_bot][-1]


def claim_payload(caplog: pytest.LogCaptureFixture) -> str:
    """What stands behind `?start=` in the link that the start of the service logged."""
    lines = " ".join(record.getMessage() for record in caplog.get_records("setup"))
    link = re.search(r"https://t\.me/schoolbell_bot\?start=(claim-\S+) once", lines)
    assert link is not None
    return link[1]


async def test_the_claim_link_works_once(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    payload = claim_payload(caplog)
    ona, jonas = stage.api.user(1001, "Ona", "en"), stage.api.user(1002, "Jonas", "en")
    assert "Only the bot's admins" in (await answered(stage, ona, "/status")).text
    assert "not good any more" in (await answered(stage, ona, "/start claim-wrong")).text
    assert "yours now" in (await answered(stage, ona, f"/start {payload}")).text
    assert "not good any more" in (await answered(stage, jonas, f"/start {payload}")).text
    assert "Saulės gimnazija" in (await answered(stage, ona, "/status")).text
    assert "Only the bot's admins" in (await answered(stage, jonas, "/stats")).text


async def test_the_owner_makes_and_unmakes_admins(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    payload = claim_payload(caplog)
    ona, jonas = stage.api.user(1001, "Ona", "en"), stage.api.user(1002, "Jonas", "en")
    await answered(stage, ona, f"/start {payload}")
    assert "1002 · admin" in (await answered(stage, ona, "/admins add 1002")).text
    assert "Chats:" in (await answered(stage, jonas, "/stats")).text
    assert "Only the bot's admins" in (await answered(stage, jonas, "/admins remove 1001")).text
    assert "1002" not in (await answered(stage, ona, "/admins remove 1002")).text.split("\n\n")[0]
    assert "Only the bot's admins" in (await answered(stage, jonas, "/stats")).text


async def test_a_link_of_before_is_worth_nothing_once_there_is_an_admin(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """The log of a first start without SCHOOLBELL_ADMINS stays readable."""
    payload = claim_payload(caplog)
    deps = replace(stage.service.deps, config=replace(stage.service.deps.config, admins=frozenset({7})))
    await claim.offer(deps, "schoolbell_bot")
    assert "not good any more" in (await answered(stage, stage.api.user(1002, "Jonas", "en"), f"/start {payload}")).text


@pytest.mark.parametrize("number", ["²", "9223372036854775808", "0", "-5", "@jonas", "1" * 400])
async def test_what_is_no_user_id_changes_nothing(stage: Stage, number: str) -> None:
    owner = await owner_of(stage)
    for command in ("admins add", "access ban"):
        assert "/" in (await answered(stage, owner, f"/{command} {number}")).text
    assert await people.with_role(stage.service.deps.db, people.ADMIN, people.BANNED) == []


async def test_removing_an_admin_lets_no_banned_person_in(stage: Stage) -> None:
    owner = await owner_of(stage)
    await answered(stage, owner, "/access ban 1002")
    await answered(stage, owner, "/admins remove 1002")
    assert await people.role_of(stage.service.deps.db, 1002) == people.BANNED


async def test_the_backup_is_sent_and_nothing_stays(stage: Stage) -> None:
    owner = await owner_of(stage)
    told = "Too Many Requests: retry after 1"
    stage.api.faults.add(Fault("sendDocument", times=1, status=429, description=told, parameters={"retry_after": 1}))
    await owner.say("/backup")
    message = await hears(stage, owner, lambda message: "document" in message.data)
    # Read anew for the second try, not from where the first one ended.
    assert message.data["document"]["file_size"] >= 100_000
    assert not list(stage.service.deps.config.data.glob("backup*"))
