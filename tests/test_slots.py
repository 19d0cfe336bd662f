"""Local times of day over clock changes: each comes once per local date, whatever the clock does."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.slots import after_quiet, instant_of, reached, slots

NAMES = (
    "Europe/Vilnius",
    "Europe/Warsaw",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # changes by half an hour
    "America/Havana",  # changes at midnight
)


def changes(zone: ZoneInfo, count: int = 8) -> list[datetime]:
    """The first instants after the next clock changes, to the hour."""
    found: list[datetime] = []
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    while len(found) < count:
        later = instant + timedelta(minutes=30)
        if later.astimezone(zone).utcoffset() != instant.astimezone(zone).utcoffset():
            found.append(later)
        instant = later
    return found


def minutes(zone: ZoneInfo, looks: list[datetime]) -> Counter[tuple[date, str]]:
    """How often each minute came over a series of looks."""
    seen: Counter[tuple[date, str]] = Counter()
    for last, now in itertools.pairwise(looks):
        for span in slots(zone, last, now):
            at = datetime.combine(span.day, datetime.min.time())
            begin = at + timedelta(hours=int(span.first[:2]), minutes=int(span.first[3:]))
            end = at + timedelta(hours=int(span.end[:2]), minutes=int(span.end[3:]))
            assert begin < end
            while begin < end:
                seen[begin.date(), f"{begin:%H:%M}"] += 1
                begin += timedelta(minutes=1)
    return seen


@pytest.mark.parametrize("name", NAMES)
def test_every_minute_of_every_date_comes_once(name: str) -> None:
    zone = ZoneInfo(name)
    for change in changes(zone):
        start, end = change - timedelta(hours=30), change + timedelta(hours=30)
        looks = [start]
        chance = random.Random(name)
        while looks[-1] < end:
            looks.append(looks[-1] + timedelta(seconds=chance.choice((20, 60, 61, 600, 3600, 7000))))
        seen = minutes(zone, looks)
        assert set(seen.values()) == {1}
        whole = Counter(day for day, _ in seen)
        assert whole[change.astimezone(zone).date()] == 1440, "a skipped minute comes too, a repeated one once"


@pytest.mark.parametrize("name", NAMES)
def test_a_clock_that_jumps_brings_nothing_twice_and_loses_nothing(name: str) -> None:
    zone = ZoneInfo(name)
    for change in changes(zone):
        chance = random.Random(str(change))
        last = true = change - timedelta(hours=14)
        seen: Counter[tuple[date, str]] = Counter()
        while true < change + timedelta(hours=14):
            true += timedelta(minutes=chance.choice((1, 5, 30)))
            wrong = timedelta(hours=chance.choice((0, 0, 0, 2, -2)))
            shown = true + wrong
            seen += minutes(zone, [last, shown])
            last = max(last, shown)
        assert set(seen.values()) == {1}


def test_only_so_much_is_caught_up_with() -> None:
    zone = ZoneInfo("Europe/Vilnius")
    now = datetime(2026, 11, 24, 5, 20, tzinfo=UTC)
    spans = slots(zone, now - timedelta(days=3), now)
    assert [(span.day, span.first, span.end) for span in spans] == [(date(2026, 11, 24), "04:21", "07:21")]


def test_a_stop_over_push_time_is_caught_up_with() -> None:
    zone = ZoneInfo("Europe/Vilnius")
    stopped = datetime(2026, 11, 24, 4, 50, tzinfo=UTC)
    (span,) = slots(zone, stopped, stopped + timedelta(minutes=30))
    assert span.first <= "07:00" < span.end


def test_midnight_ends_a_span() -> None:
    zone = ZoneInfo("Europe/Vilnius")
    now = datetime(2026, 11, 23, 22, 10, tzinfo=UTC)
    spans = slots(zone, now - timedelta(minutes=20), now)
    assert [(span.day.day, span.first, span.end) for span in spans] == [(23, "23:51", "24:00"), (24, "00:00", "00:11")]


def test_no_time_no_slots_and_a_clock_from_the_future_is_not_waited_for() -> None:
    zone = ZoneInfo("Europe/Vilnius")
    now = datetime(2026, 11, 24, 5, 0, 30, tzinfo=UTC)
    assert slots(zone, now, now + timedelta(seconds=20)) == ()
    assert slots(zone, now + timedelta(hours=2), now) == ()
    assert slots(zone, now + timedelta(days=400), now) == ()
    assert slots(zone, now + timedelta(days=400), now) == slots(zone, now, now)


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        (date(2026, 11, 24), "07:00", "2026-11-24T05:00:00"),
        (date(2026, 3, 29), "03:30", "2026-03-29T01:00:00"),  # skipped: comes at the change
        (date(2026, 3, 29), "04:00", "2026-03-29T01:00:00"),
        (date(2026, 10, 25), "03:30", "2026-10-25T00:30:00"),  # shown twice: the first time
        (date(2026, 10, 25), "24:00", "2026-10-25T22:00:00"),
    ],
)
def test_when_a_time_of_day_comes(day: date, at: str, expected: str) -> None:
    zone = ZoneInfo("Europe/Vilnius")
    instant = instant_of(zone, day, at)
    assert instant == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    if at != "24:00":
        assert reached(zone, instant - timedelta(seconds=1)) < datetime.combine(day, datetime.min.time()) + timedelta(
            hours=int(at[:2]), minutes=int(at[3:])
        )


@pytest.mark.parametrize(
    ("utc", "quiet", "expected"),
    [
        ("2026-11-24T12:00:00", ("21:30", "06:30"), "2026-11-24T12:00:00"),
        ("2026-11-24T20:00:00", ("21:30", "06:30"), "2026-11-25T04:30:00"),
        ("2026-11-24T03:00:00", ("21:30", "06:30"), "2026-11-24T04:30:00"),
        ("2026-11-24T04:30:00", ("21:30", "06:30"), "2026-11-24T04:30:00"),
        ("2026-11-24T11:00:00", ("12:00", "14:00"), "2026-11-24T12:00:00"),
        ("2026-11-24T11:00:00", ("12:00", "12:00"), "2026-11-24T11:00:00"),
        ("2026-11-24T11:00:00", None, "2026-11-24T11:00:00"),
        ("2026-03-28T22:00:00", ("21:30", "03:30"), "2026-03-29T01:00:00"),
        ("2026-10-25T01:10:00", ("21:30", "03:30"), "2026-10-25T01:10:00"),  # over the first time it was 03:30
    ],
)
def test_quiet_hours_postpone(utc: str, quiet: tuple[str, str] | None, expected: str) -> None:
    zone = ZoneInfo("Europe/Vilnius")
    instant = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert after_quiet(zone, instant, quiet) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
