"""Which local times of day have come since the last look, and when quiet hours end: instants in, local times out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CATCH_UP = timedelta(hours=3)
"""How late a time of day is still served after sleep, a stop or a stall."""
CLOCK_WAS_WRONG = timedelta(hours=26)
"""A last look so far in the future was made by a wrong clock: it is not waited for."""
NIGHT = ("21:00", "08:00")
"""When nobody is told of what can as well be read in the morning."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Times of day of one local date: from `first` up to but not including `end`, "HH:MM"; `end` may be "24:00"."""

    day: date
    first: str
    end: str


def slots(zone: ZoneInfo, last: datetime, now: datetime, *, catch_up: timedelta = CATCH_UP) -> tuple[Span, ...]:
    """The local minutes that have come after `last`, up to and including `now`, by date.

    Over any series of looks each minute of each local date comes exactly once: one that a clock change skips comes
    at the change, one that it repeats comes the first time. A clock set back brings nothing until it is past `last`.
    At most `catch_up` of the past is covered.
    """
    if last - now > CLOCK_WAS_WRONG:
        last = now
    after = reached(zone, max(last, now - catch_up)) + _MINUTE
    until = reached(zone, now) + _MINUTE
    spans: list[Span] = []
    while after < until:
        midnight = datetime.combine(after.date() + timedelta(days=1), time())
        end = min(midnight, until)
        spans.append(Span(after.date(), f"{after:%H:%M}", "24:00" if end == midnight else f"{end:%H:%M}"))
        after = end
    return tuple(spans)


def reached(zone: ZoneInfo, instant: datetime) -> datetime:
    """The latest local minute that a clock on the wall has shown by `instant`, without a zone.

    In an hour that is shown a second time that is the last minute of its first time.
    """
    local = instant.astimezone(zone)
    if local.fold:
        local = _end_of_first_pass(zone, instant).astimezone(zone)
    return local.replace(second=0, microsecond=0, tzinfo=None, fold=0)


def instant_of(zone: ZoneInfo, day: date, at: str) -> datetime:
    """When a local time of day comes: the first time if it comes twice, the clock change if that skips it.

    "24:00" is the end of the day.
    """
    hours, minutes = int(at[:2]), int(at[3:])
    wall = datetime.combine(day, time()) + timedelta(hours=hours, minutes=minutes)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    # Skipped: `first` is as far behind the change as `wall` is behind the last minute that was shown.
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change_between(zone, early, first)


def after_quiet(zone: ZoneInfo, instant: datetime, quiet: tuple[str, str] | None) -> datetime:
    """`instant`, or the end of the quiet hours that it lies in. `quiet` is from and to, "HH:MM", over midnight too."""
    if quiet is None or quiet[0] == quiet[1]:
        return instant
    begin, end = quiet
    local = instant.astimezone(zone)
    clock = f"{local:%H:%M}"
    if begin < end:
        within, day = begin <= clock < end, local.date()
    else:
        within = clock >= begin or clock < end
        day = local.date() + timedelta(days=1) if clock >= begin else local.date()
    return max(instant, instant_of(zone, day, end)) if within else instant


def by_day(zone: ZoneInfo, instant: datetime, quiet: tuple[str, str] | None) -> datetime:
    """`instant`, or when the night and the chat's quiet hours are over."""
    return after_quiet(zone, after_quiet(zone, instant, NIGHT), quiet)


def _end_of_first_pass(zone: ZoneInfo, instant: datetime) -> datetime:
    """The last minute before the clock was set back, for an instant in the repeated hour."""
    local = instant.astimezone(zone)
    before = local.replace(fold=0).utcoffset()
    after = local.utcoffset()
    assert before is not None
    assert after is not None
    return _change_between(zone, instant - (before - after), instant) - _MINUTE


def _change_between(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first second with the offset of `late`; the offset changes once between the two."""
    wanted = late.astimezone(zone).utcoffset()
    low, high = int(early.timestamp()), int(late.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == wanted:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)
