"""A scrape round: every feed that is due, once for all the chats that follow something of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from bot import announce, compose, notify
from bot.context import Deps
from bot.errors import LoginRequired, NotReleased, PasswordLost, SourceError, UnknownTarget
from bot.model import FreeDays
from bot.pipeline import Refreshed, failing, healthy, is_strange, refresh
from bot.scraper.http import Round
from bot.store import accounts, feed_health, schools
from bot.store.feed_health import Health, Said
from bot.store.schools import Feed, School, StoredTarget
from bot.term import pause_factor

log = logging.getLogger(__name__)

SCHOOLS_AT_ONCE = 4
SAME_TROUBLE = 900  # seconds between the failures of two feeds that are one trouble of their school
TELL_AFTER = 3  # equal failures in a row before an admin is told


async def scrape_when_due(deps: Deps) -> None:
    """Have a round when a feed is due or somebody waits for a target: one cheap question otherwise."""
    if deps.wanted or await schools.any_due(deps.db, deps.now()):
        await scrape_round(deps)


async def scrape_round(deps: Deps) -> int:
    """Refresh what is due, one round at a time; returns how many feeds were asked."""
    async with deps.asking:
        return await _round(deps)


async def _round(deps: Deps) -> int:
    await announce.settle(deps)
    followed: dict[str, list[StoredTarget]] = {}
    for target in await schools.wanted_targets(deps.db, deps.wanted):
        followed.setdefault(target.school_id, []).append(target)
    gate = asyncio.Semaphore(SCHOOLS_AT_ONCE)

    async def one(school: School) -> int:
        if school.id in deps.being_read:  # another round is at it
            return 0
        deps.being_read.add(school.id)
        try:
            async with gate:
                return await _refresh_school(deps, school, followed.get(school.id, []))
        finally:
            deps.being_read.discard(school.id)

    asked = sum(await asyncio.gather(*(one(school) for school in await schools.all_schools(deps.db))))
    if asked:
        await compose.put_away(deps)  # parse trees hold cycles: collected now, they go back to the system at once
    return asked


async def ask_now(deps: Deps, school_id: str | None = None) -> int:
    """Have a school (None = every one) asked at the next tick instead of at its time; returns how many feeds.

    An account that the school refused is left alone: it would be locked.
    """
    # A moment of its own in the past: a round that is asking just now sees that it was asked again meanwhile.
    return await deps.db.write(
        "UPDATE feed_health SET next_at = ?3 WHERE next_at < ?2"
        " AND feed_id IN (SELECT id FROM feeds WHERE ?1 IS NULL OR school_id = ?1)",
        (school_id, accounts.PAUSED, -int(deps.clock.monotonic() * 1000)),
    )


async def _refresh_school(deps: Deps, school: School, followed: Sequence[StoredTarget]) -> int:
    asked = 0
    await announce.begin(deps, school, followed)
    for feed in await schools.feeds_of(deps.db, school.id):
        health = await feed_health.health_of(deps.db, feed.id)
        targets = await _due_targets(deps, feed, followed, health)
        if not targets:
            continue
        asked += 1
        await refresh_feed(deps, school, feed, targets)
    if asked:
        # All that is followed, not only what changed just now: a round that was cut off is made up for.
        await announce.announce(deps, school, followed)
    for feed in await accounts.own_feeds(deps.db, school.id):  # what they say is for their owners alone
        if (await feed_health.health_of(deps.db, feed.id)).next_at <= deps.now() and feed.source in deps.sources:
            asked += 1
            await refresh_feed(deps, school, feed, [None])
    return asked


async def _due_targets(
    deps: Deps, feed: Feed, followed: Sequence[StoredTarget], health: Health
) -> list[StoredTarget | None]:
    """What of a feed is to be asked now: all of it when it is due, else what was never read, or is waited for."""
    source = deps.sources.get(feed.source)
    if source is None:
        return []
    due = health.next_at <= deps.now()
    if source.scope == "school":
        return [None] if due else []
    if due:
        listed = await schools.targets_of(deps.db, feed.school_id)
        return [*followed] if followed and listed else [None]
    if health.failures:  # it is tried again at its time
        return []
    waiting = deps.wanted | await schools.never_read(deps.db, feed.id, [target.id for target in followed])
    return [target for target in followed if target.id in waiting]


async def refresh_feed(
    deps: Deps, school: School, feed: Feed, targets: Sequence[StoredTarget | None]
) -> list[StoredTarget | None]:
    """Ask one feed for some targets (None = the whole feed or its list); returns those whose plan changed."""
    changed: list[StoredTarget | None] = []
    free = list(school.calendar.holidays)
    health = await feed_health.health_of(deps.db, feed.id)
    shape = ""
    is_back = False
    try:
        round_ = Round()
        for target in targets:
            try:
                found: Refreshed = await refresh(deps, school, feed, target, round_=round_)
            except UnknownTarget as error:
                if target is None or len(targets) == 1:
                    raise
                log.info("%s: %s", school.id, error)  # this class is gone: the others are not
                continue
            if target is not None or deps.sources[feed.source].scope == "school":  # a list has a shape of its own
                shape = found.snapshot.plan.shape
            free += found.snapshot.plan.free_days
            if found.changed:
                changed.append(target)
    except NotReleased as error:  # the school has not published it yet: nothing is broken
        log.info("%s: %s", school.id, error)
        pause = _pause(deps, school, feed, free)
        after = replace(
            healthy(health, deps.now(), pause, shape),
            last_success=health.last_success,
            # Who was told that it broke is told when it can be read again, which is not yet.
            told_admin=health.told_admin,
            failing_since=health.failing_since if health.told_admin else None,
        )
    except SourceError as error:
        pause = _pause(deps, school, feed, free)
        after = await _after_failure(deps, school, feed, failing(health, error, deps.now(), pause), error)
    else:
        pause = _pause(deps, school, feed, free)
        after = healthy(health, deps.now(), pause, shape)
        if health.failures:
            log.info("%s (%s) is back", school.id, feed.source)
        is_back = health.told_admin is Said.ITSELF and feed.owner_chat is None
        if is_back:
            await notify.source_is_back(deps, school, feed, health)
        if feed.owner_chat is None and is_strange(health.shape, shape):
            await notify.shape_changed(deps, school, feed)
    finally:  # asked is asked, whatever came of it: what is wanted is asked every second
        deps.wanted.difference_update(target.id for target in targets if target is not None)
    async with deps.db.transaction() as transaction:
        now = await accounts.feed_by_id(transaction, feed.id)
        if now is not None and now.sealed_password == feed.sealed_password:  # else this is about an account of before
            wanted = (await feed_health.health_of(transaction, feed.id)).next_at
            asked_again = wanted < 0 and wanted != health.next_at
            await feed_health.put_health(transaction, replace(after, next_at=0) if asked_again else after)
        if is_back:
            await feed_health.says_for_itself(transaction, feed)
    return changed


def _pause(deps: Deps, school: School, feed: Feed, free: Sequence[FreeDays]) -> int:
    """Seconds until a feed is asked again: more of them at night, at weekends and in holidays."""
    usual = max(deps.config.poll_minutes * 60, deps.sources[feed.source].min_interval)
    return usual * pause_factor(deps.clock.now().astimezone(school.timezone), free)


async def _after_failure(deps: Deps, school: School, feed: Feed, after: Health, error: SourceError) -> Health:
    """Say what is to be said of a failure. An account that was refused is not tried again: schools lock it."""
    if after.failures == 1:
        log.warning("%s (%s): %s: %s", school.id, feed.source, after.error_kind, error)
    if feed.sealed_password is not None and isinstance(error, LoginRequired):
        if error.refused or after.failures >= TELL_AFTER:
            await notify.account_refused(deps, school, feed, after, lost=isinstance(error, PasswordLost))
            return replace(after, next_at=accounts.PAUSED, told_admin=Said.ITSELF)
        return after
    if after.failures >= TELL_AFTER and not after.told_admin and feed.owner_chat is None:
        if await feed_health.told_with(deps.db, feed, after.failing_since or deps.now(), SAME_TROUBLE):
            return replace(after, told_admin=Said.WITH_ANOTHER)  # it is the school that is away
        await notify.source_broke(deps, school, feed, after)
        return replace(after, told_admin=Said.ITSELF)
    return after
