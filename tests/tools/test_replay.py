"""The first days of replayed fortnights, message by message (`make replay` plays them whole)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tools.replay.__main__ import expected
from tools.replay.runner import replay
from tools.replay.school import Story
from tools.replay.stories import (
    STORIES,
    calendar_autumn,
    indiware_autumn,
    optivum_autumn,
    optivum_new_timetable,
    untis_alone,
    untis_and_sheet,
)


@pytest.mark.parametrize(
    ("make", "days"),
    [
        (optivum_autumn, 3),
        (optivum_new_timetable, 1),
        (untis_and_sheet, 2),
        (untis_alone, 3),
        (calendar_autumn, 2),
        (indiware_autumn, 2),
    ],
)
async def test_the_first_days_of_a_story(make: Callable[[], Story], days: int) -> None:
    story = make()
    dates = {f"{story.first + timedelta(days=n):%d.%m}" for n in range(days)}
    wanted = [line for line in expected(story) if line.split()[1] in dates]
    assert wanted
    assert sorted(await replay(story, days=days)) == sorted(wanted)


def test_every_story_has_its_list() -> None:
    for make in STORIES:
        lines = expected(make())
        assert lines
        assert len(set(lines)) == len(lines)
