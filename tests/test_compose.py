"""What is shown of a target where the school publishes changes and no plan."""

from __future__ import annotations

from pathlib import Path

from bot import compose
from bot.compose import Look
from bot.demo.stage import SCHOOL, set_stage
from bot.store import schools
from tests.conftest import MONDAY_AFTERNOON


async def test_a_school_without_a_plan_is_never_said_to_have_no_lessons(tmp_path: Path) -> None:
    day, look = MONDAY_AFTERNOON.date(), Look("en", format="text")
    async with set_stage(tmp_path, start=MONDAY_AFTERNOON, system="untis-monitor", lang="en", paced=False) as stage:
        deps = stage.service.deps
        target = (await schools.targets_of(deps.db, SCHOOL))[0]
        shown = [
            (await compose.day_content(deps, target, day, look)).text,
            (await compose.week_content(deps, target, day, look)).text,
            *await compose.words_in_parts(deps, target, day, look, week=False),
            *await compose.words_in_parts(deps, target, day, look, week=True),
        ]
        assert [("No changes." in text, "No lessons." in text) for text in shown] == [(True, False)] * 4
