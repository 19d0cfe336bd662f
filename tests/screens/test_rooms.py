"""Free rooms: named by the plan and in no lesson at the time; unknown unless every class's plan is known."""

from __future__ import annotations

from datetime import date, time

from bot.demo.stage import SCHOOL, Stage
from bot.model import Lesson, TargetKind
from bot.rounds import scrape_when_due
from bot.screens.rooms import Whole, free_rooms, whole_day
from bot.store import schools

DAY = date(2026, 11, 24)
WHOLE = Whole(
    (
        Lesson("Fizika", start=time(8), end=time(8, 45), rooms=("302",)),
        Lesson("Chemija", start=time(8, 55), end=time(9, 40), rooms=("305",)),
        Lesson("Klasės valandėlė", rooms=("214",)),
    ),
    ("214", "302", "305"),
    0,
)


def test_a_room_is_free_when_no_lesson_is_in_it() -> None:
    assert free_rooms(WHOLE, time(8), time(8, 45)) == ["214", "305"]
    assert free_rooms(WHOLE, time(8, 45), time(8, 55)) == ["214", "302", "305"]
    assert free_rooms(WHOLE, time(8, 30), time(9)) == ["214"]


async def test_no_room_is_called_free_before_every_plan_is_known(stage: Stage) -> None:
    deps = stage.service.deps
    school = await schools.school_by_id(deps.db, SCHOOL)
    assert school is not None
    assert await whole_day(deps, school, DAY) is None
    deps.wanted.update(target.id for target in await schools.targets_of(deps.db, SCHOOL, TargetKind.ROOM))
    while deps.wanted:
        await scrape_when_due(deps)
    whole = await whole_day(deps, school, DAY)
    assert whole is not None
    used = {room for lesson in whole.lessons if lesson.start == time(8) for room in lesson.rooms}
    assert used
    assert used.isdisjoint(free_rooms(whole, time(8), time(8, 45)))
    assert set(free_rooms(whole, time(8), time(8, 45))) | used == set(whole.rooms)
