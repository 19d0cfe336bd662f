"""The first days of replayed fortnights, message by message (`make replay` plays them whole)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.scraper.registry import all_sources
from tools.replay.__main__ import expected
from tools.replay.german_stories import davinci_alone, indiware_autumn, untis_alone, untis_and_sheet
from tools.replay.json_stories import edupage_weekly, webuntis_autumn
from tools.replay.runner import replay
from tools.replay.school import Story
from tools.replay.stories import STORIES, calendar_autumn, optivum_autumn, optivum_new_timetable


@pytest.mark.parametrize(
    ("make", "days"),
    [
        (optivum_autumn, 3),
        (optivum_new_timetable, 1),
        (untis_and_sheet, 2),
        (untis_alone, 3),
        (calendar_autumn, 2),
        (indiware_autumn, 2),
        (webuntis_autumn, 2),
        (edupage_weekly, 2),
        (davinci_alone, 3),
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


def test_every_system_with_a_timetable_has_two_stories() -> None:
    # The other systems of a maker: the same rows in another file.
    told_by = {"indiware": "indiware-mobil", "untis-info": "untis-monitor", "untis-grid": "untis-monitor"}
    count = Counter(source for make in STORIES for source, _ in make().feeds)
    wanted = {told_by.get(source.id, source.id) for source in all_sources().values() if source.id != "manodienynas"}
    assert {source: count[source] for source in wanted if count[source] < 2} == {}
