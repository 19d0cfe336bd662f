"""A round asks for what somebody waits for once, whatever comes of it."""

from __future__ import annotations

import pytest

from bot.demo.stage import SCHOOL, Stage
from bot.errors import NotReleased, SourceError, UnknownTarget
from bot.model import TargetKind
from bot.rounds import scrape_round
from bot.store import schools


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
