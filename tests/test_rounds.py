"""A round asks for what somebody waits for once, whatever comes of it."""

from __future__ import annotations

import pytest

from bot.demo.desk import Site
from bot.demo.stage import SCHOOL, Stage
from bot.errors import NotReleased, SourceError, UnknownTarget
from bot.model import TargetKind
from bot.rounds import scrape_round
from bot.store import people, schools
from tests.conversation import settled
from tests.test_announce import look


@pytest.mark.parametrize("error", [NotReleased("not yet"), UnknownTarget("9a", ()), SourceError("odd")])
async def test_what_cannot_be_read_is_not_asked_for_every_second(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: SourceError
) -> None:
    deps = stage.service.deps
    for job in stage.service.application.job_queue.jobs():  # type: ignore[union-attr]  # built with a queue
        job.enabled = False
    asked = []

    async def refused(*args: object, **_: object) -> None:
        asked.append(args)
        raise error

    monkeypatch.setattr("bot.rounds.refresh", refused)
    deps.wanted.update(target.id for target in (await schools.targets_of(deps.db, SCHOOL, TargetKind.CLASS))[:2])
    await scrape_round(deps)
    assert asked
    assert deps.wanted == set()


async def down(stage: Stage) -> list[int]:
    """A school that is away, of which an admin was told; its feeds."""
    stage.service.timers.on = False
    deps = stage.service.deps
    stage.api.user(1001, "Ona", "en")
    async with deps.db.transaction() as transaction:
        await people.give_role(transaction, 1001, people.OWNER, deps.now())
    stage.desk.site = Site.DOWN
    for _ in range(4):
        await look(stage)
    return [feed.id for feed in await schools.feeds_of(deps.db, SCHOOL)]


async def notices(stage: Stage) -> list[str]:
    await settled(stage)
    told = [message.text.split(" since ")[0] for message in stage.api.messages(1001) if "the page (" in message.text]
    return [text.split(".")[0].removeprefix("Saulės gimnazija: the page ") for text in told]


@pytest.mark.parametrize("first", [0, 1])
async def test_what_was_said_to_be_broken_is_said_to_be_back(stage: Stage, first: int) -> None:
    feeds = await down(stage)
    assert await notices(stage) == ["(optivum) could not be read"]
    stage.desk.site = Site.UP
    for feed in (feeds[first], feeds[1 - first]):
        await stage.service.deps.db.write("UPDATE feed_health SET next_at = 0 WHERE feed_id = ?", (feed,))
        await scrape_round(stage.service.deps)
    assert await notices(stage) == ["(optivum) could not be read", "(optivum) can be read again"]


async def test_what_stays_broken_when_the_other_is_back_is_said(stage: Stage) -> None:
    _, changes = await down(stage)
    await stage.service.deps.db.write(
        "UPDATE feeds SET url = ? WHERE id = ?", (f"{stage.school_url}/homework.csv", changes)
    )
    stage.desk.site = Site.UP
    for _ in range(4):
        await look(stage)
    assert await notices(stage) == [
        "(optivum) could not be read",
        "(optivum) can be read again",
        "(optivum-zastepstwa) could not be read",
    ]
