"""Which day is shown: none is said to be without school that nobody has published, or whose changes alone are known."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.demo.stage import SCHOOL, set_stage
from bot.model import Lesson, TargetKind
from bot.plans import Timetable
from bot.screens.day import is_over, next_school_day
from bot.store import chats, schools, subscriptions
from bot.store.chats import Chat
from bot.store.schools import School, StoredTarget
from bot.store.subscriptions import Subscription
from bot.timetable import Day
from tests.conftest import MONDAY_AFTERNOON

FRIDAY = date(2026, 11, 27)
SCHOOL_OF_TABLE = School("saules", "Saulės", ZoneInfo("Europe/Vilnius"))
CLASS = StoredTarget(1, "saules", TargetKind.CLASS, "9a")
LESSON = Lesson("Maths", start=time(8), end=time(8, 45))


def table(*days: str, rows_only: bool = False) -> Timetable:
    """Days from a Friday on: "l" has a lesson, "-" has none, "?" was not published, "f" is free."""
    made = [
        Day(FRIDAY + timedelta(n), lessons=(LESSON,) * (kind == "l"), known=kind != "?", free="x" * (kind == "f"))
        for n, kind in enumerate(days)
    ]
    return Timetable(SCHOOL_OF_TABLE, CLASS, tuple(made), rows_only=rows_only)


@pytest.mark.parametrize(
    ("days", "rows_only", "found"),
    [
        ("---l", False, 3),
        ("-??l", False, 3),  # nobody publishes weekends
        ("-???l", False, None),  # Monday may have school
        ("-fffl", False, 4),
        ("----l", True, 3),  # changes are published, and Monday has none
        ("-ff-", True, 3),
        ("-fff", True, None),
    ],
)
def test_the_next_school_day(days: str, *, rows_only: bool, found: int | None) -> None:
    made = table(*days, rows_only=rows_only)
    day = next_school_day(made, made.days[1:])
    assert (day.date if day else None) == (FRIDAY + timedelta(found) if found else None)


@pytest.mark.parametrize(
    ("day", "rows_only", "hour", "over"),
    [
        ("l", False, 8, False),
        ("l", False, 9, True),
        ("-", False, 8, True),
        ("?", False, 20, False),
        ("f", False, 8, True),
        ("-", True, 20, False),
        ("l", True, 20, False),  # of a day of which only changes are known nobody knows the end
        ("f", True, 8, True),
    ],
)
def test_when_a_day_is_over(day: str, *, rows_only: bool, hour: int, over: bool) -> None:
    now = datetime.combine(FRIDAY, time(hour), UTC)
    assert is_over(table(day, rows_only=rows_only), now) is over


@pytest.mark.parametrize("command", ["/today", "/tomorrow", "/now"])
async def test_a_school_that_publishes_changes_alone_is_never_said_to_be_closed(tmp_path: Path, command: str) -> None:
    async with set_stage(tmp_path, start=MONDAY_AFTERNOON, system="untis-monitor", lang="en", paced=False) as stage:
        deps = stage.service.deps
        target = (await schools.targets_of(deps.db, SCHOOL))[0]
        person = stage.api.user(1001, "Ona", "en")
        async with deps.db.transaction() as transaction:
            await chats.put(transaction, Chat(person.id, language="en", format="text"), deps.now())
            await subscriptions.put(transaction, Subscription(0, person.id, 0, target.id), deps.now())
        await person.say(command)
        told = await stage.api.wait_for(lambda: next((one for one in person.messages if one.from_bot), None))
        assert told is not None
        assert "No changes." in told.text
        assert "no school" not in told.text
        assert "over" not in told.text
