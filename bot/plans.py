"""What is known of a target: its days out of the newest good plans, and whether these are to be read first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from bot.context import Deps
from bot.errors import UnknownTarget
from bot.model import Exam, FreeDays, Homework, Plan
from bot.scraper.contract import Source
from bot.select import belonging_to
from bot.store import feed_health, homework, schools, snapshots
from bot.store.homework import EVERYBODY, Viewer
from bot.store.schools import Feed, School, StoredTarget
from bot.store.snapshots import Snapshot
from bot.timetable import Day, days_of

STALE_POLLS = 2  # an answer says how old it is when its data is older than so many poll intervals


@dataclass(frozen=True, slots=True)
class Timetable:
    """A target's days with what hangs on them. `checked_at`: when the school last confirmed it; None = never read.

    `failing_since`: since when a feed cannot be read, None = all can. `rows_only`: there are changes and no plan.
    `pause`: the usual pause between two questions, in seconds.
    """

    school: School
    target: StoredTarget
    days: tuple[Day, ...]
    homework: tuple[Homework, ...] = ()
    exams: tuple[Exam, ...] = ()
    checked_at: datetime | None = None
    changed_at: datetime | None = None
    host: str = ""
    revision: str = ""
    failing_since: datetime | None = None
    rows_only: bool = False
    pause: int = 0
    free: tuple[FreeDays, ...] = ()

    def day(self, wanted: date) -> Day:
        """One of the days. Raises KeyError."""
        for day in self.days:
            if day.date == wanted:
                return day
        raise KeyError(wanted)

    def may_have_school(self, day: Day) -> bool:
        """Whether there is school on a day, as far as is known. Where nobody has published it: Monday to Friday."""
        unknown = self.rows_only or not day.known
        return not day.free and (bool(day.taking_place) or (unknown and day.date.weekday() < 5))


async def was_read(deps: Deps, target: StoredTarget) -> bool:
    """Whether there is a good plan of the target at all."""
    return await _read_at(deps, target) is not None


async def worth_reading(deps: Deps, target: StoredTarget, *, within: timedelta | None = None) -> bool:
    """Whether a target is to be read before it is shown: it never was, or nobody follows it, so that no round has read
    it for two poll intervals (or `within`). Where the page fails, the rounds try it again, and what is known is shown.
    """
    read_at = await _read_at(deps, target)
    if read_at is None:
        return True
    feed, source = await plan_feed(deps, target.school_id)
    if feed is None or source is None or source.scope == "school" or await schools.is_followed(deps.db, target.id):
        return False
    usual = max(deps.config.poll_minutes * 60, source.min_interval) * STALE_POLLS
    limit = usual if within is None else within.total_seconds()
    return deps.now() - read_at > limit and not (await feed_health.health_of(deps.db, feed.id)).failures


async def plan_feed(deps: Deps, school_id: str) -> tuple[Feed | None, Source | None]:
    """The feed with a school's plan, and its system."""
    feeds = await schools.feeds_of(deps.db, school_id)
    return (feeds[0], deps.sources.get(feeds[0].source)) if feeds else (None, None)


async def _read_at(deps: Deps, target: StoredTarget) -> int | None:
    """When the school last confirmed the target's plan; None = there is none."""
    feed, source = await plan_feed(deps, target.school_id)
    if feed is None:
        return None
    whole = source is not None and source.scope == "school"
    snapshot = await snapshots.newest(deps.db, feed.id, 0 if whole else target.id)
    return None if snapshot is None else snapshot.checked_at


async def timetable_of(
    deps: Deps, target: StoredTarget, first: date, count: int, *, viewer: Viewer = EVERYBODY
) -> Timetable:
    """`count` days of a target from `first`, out of the newest good plans of all the school's feeds, with the homework
    and tests of those days that the viewer may see."""
    school = await schools.school_by_id(deps.db, target.school_id)
    assert school is not None  # targets hang on schools in the database
    feeds = await schools.feeds_of(deps.db, school.id)
    plan_source = deps.sources.get(feeds[0].source) if feeds else None
    pauses = [deps.sources[feed.source].min_interval for feed in feeds if feed.source in deps.sources]
    found = await _newest(deps, feeds, target)
    base, *extra = [part.plan for part in found] or [Plan()]
    last = first + timedelta(days=count - 1)
    tasks = await homework.visible(deps.db, target, viewer, first=first, last=last, undated=False)
    return Timetable(
        school=school,
        target=target,
        days=days_of(base, extra=extra, first=first, count=count, calendar=school.calendar) if found else (),
        homework=tuple(task.homework for task in tasks if task.kind == "homework"),
        exams=tuple(task.exam for task in tasks if task.kind == "exam"),
        checked_at=_instant(min((part.checked_at for part in found), default=None)),
        changed_at=_instant(max((part.changed_at for part in found), default=None)),
        host=next(filter(None, (urlsplit(feed.url).hostname for feed in feeds)), ""),
        revision="+".join(f"{part.feed_id}.{part.revision}" for part in found),
        failing_since=_instant(await _failing_since(deps, found)),
        rows_only=plan_source is not None and "lessons" not in plan_source.delivers,
        free=(*school.calendar.holidays, *(free for part in found for free in part.plan.free_days)),
        pause=max([deps.config.poll_minutes * 60, *pauses]),
    )


async def _newest(deps: Deps, feeds: Sequence[Feed], target: StoredTarget) -> list[Snapshot]:
    """What the feeds say of a target. Substitutions without the plan that they change are not a timetable."""
    found = []
    for feed in feeds:
        source = deps.sources.get(feed.source)
        whole = source is not None and source.scope == "school"
        snapshot = await snapshots.newest(deps.db, feed.id, 0 if whole else target.id)
        if snapshot is not None:
            found.append(replace(snapshot, plan=_part_of(snapshot.plan, target)) if whole else snapshot)
        elif feed is feeds[0]:
            return []
    return found


async def _failing_since(deps: Deps, found: Sequence[Snapshot]) -> int | None:
    """Since when one of the feeds cannot be read."""
    since = [(await feed_health.health_of(deps.db, part.feed_id)).failing_since for part in found]
    return min(filter(None, since), default=None)


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _part_of(plan: Plan, target: StoredTarget) -> Plan:
    """A target's part of a whole school's plan. A substitution plan lists only those who have changes today.

    Of a class that the school does not list any more nothing is known: one follower of it stops nobody else's plan.
    """
    try:
        return belonging_to(plan if plan.lessons else replace(plan, targets=()), target.kind, target.name)
    except UnknownTarget:
        return Plan(school=plan.school, free_days=plan.free_days, bells=plan.bells)
