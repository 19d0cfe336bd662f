"""Time: clock changes, jumps, stalls, stops, over the slots that digests are computed from."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.slots import slots
from tools.faults.row import Row, Scale

ZONES = (
    "Europe/Vilnius",
    "Europe/Warsaw",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
)
TIMES = ("00:00", "00:30", "01:45", "02:15", "02:30", "03:00", "03:30", "07:00", "18:00", "23:59")


async def rows(scale: Scale) -> AsyncIterator[Row]:  # noqa: ARG001 - it is whole in seconds
    """Exactly once, whatever the clock does."""
    for name, jump, pause in (
        ("8 clock changes × 6 zones", 0.0, 1),
        ("the same with jumps of ± 2 h", 2.0, 1),
        ("the same with stops of up to 2 h 30 min", 0.0, 150),
    ):
        missed = twice = checked = 0
        for zone in ZONES:
            for seen in (over(ZoneInfo(zone), change, jump=jump, pause=pause) for change in changes(ZoneInfo(zone))):
                checked += len(seen)
                missed += sum(1 for times in seen.values() if times == 0)
                twice += sum(1 for times in seen.values() if times > 1)
        yield Row(name, f"{missed} missed, {twice} twice of {checked}", "0 missed, 0 twice", missed == twice == 0)


def changes(zone: ZoneInfo) -> list[datetime]:
    """The next eight clock changes, to half an hour."""
    found: list[datetime] = []
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    while len(found) < 8:
        later = instant + timedelta(minutes=30)
        if later.astimezone(zone).utcoffset() != instant.astimezone(zone).utcoffset():
            found.append(later)
        instant = later
    return found


def over(zone: ZoneInfo, change: datetime, *, jump: float, pause: int) -> Counter[tuple[str, str]]:
    """How often each time of day came on the day of the change, looked for as the service does."""
    chance = random.Random(f"{zone}{change}")  # noqa: S311 - repeatable, not secret
    day = change.astimezone(zone).date()
    true = last = change - timedelta(hours=36)
    seen: Counter[tuple[str, str]] = Counter({(str(day), at): 0 for at in TIMES})
    while true < change + timedelta(hours=36):
        true += timedelta(minutes=chance.choice((1, 1, 1, pause)))
        shown = true + timedelta(hours=chance.choice((0.0, 0.0, 0.0, jump, -jump)))
        for span in slots(zone, last, shown):
            if span.day == day:
                seen.update((str(day), at) for at in TIMES if span.first <= at < span.end)
        last = max(last, shown)
    return seen
