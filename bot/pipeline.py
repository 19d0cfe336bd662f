"""Refresh one (feed, target): fetch → parse → guard → store. Only this file knows both a school and the store."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.context import Deps
from bot.errors import LoginRequired, NotReleased, SourceChanged, SourceDown, SourceError
from bot.guard import carried, is_doubtful
from bot.model import Plan
from bot.scraper.contract import Query, Source
from bot.scraper.http import Round, Visit
from bot.scraper.reading import foreseen, parsed
from bot.store import accounts, homework, schools, snapshots
from bot.store.database import Transaction
from bot.store.feed_health import Health, Said
from bot.store.schools import Feed, School, StoredTarget
from bot.store.snapshots import Snapshot, plan_hash
from bot.tasks import facts_of

log = logging.getLogger(__name__)

WHOLE = 0  # the target of a feed that is read as a whole
WEEKS_AHEAD = 2
LONGEST_PAUSE = 4 * 3600
MOST_PARTS = 40  # of a page's shape that are remembered


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found: the plan to believe now, and whether it differs from the one before."""

    snapshot: Snapshot
    changed: bool
    first: bool = False
    doubted: bool = False


async def refresh(deps: Deps, school: School, feed: Feed, target: StoredTarget | None, *, round_: Round) -> Refreshed:
    """Ask the school once and take over what it says.

    Raises SourceError when there is no plan to be had; the last good one stays untouched.
    """
    source = deps.sources[feed.source]
    # In the worker: the crypto library is imported there, and only where a password is kept.
    sealed = feed.sealed_password
    query = _query(deps, school, feed, target)
    if sealed is None:
        plan = await _read(deps, source, query, deps.http.visit(round_))
    else:
        account = (feed.id, sealed)  # another password is another session
        try:
            query = replace(query, password=await deps.worker.run(deps.vault.opened, sealed))
            plan = await _read(deps, source, query, deps.http.visit(round_, account=account))
        except LoginRequired:
            deps.http.end_session(account)
            raise
        except TimeoutError:
            raise SourceDown("the worker is busy: the password could not be opened") from None
    return await _take_over(deps, school, feed, target, plan)


def _query(deps: Deps, school: School, feed: Feed, target: StoredTarget | None) -> Query:
    today = school.today(deps.clock.now())
    monday = today - timedelta(days=today.weekday())
    query = Query(
        url=feed.url,
        timezone=school.timezone,
        today=today,
        start=monday,
        end=monday + timedelta(weeks=WEEKS_AHEAD),
        username=feed.username,
        options=feed.options,
    )
    return query if target is None else replace(query, kind=target.kind, name=target.name)


async def _read(deps: Deps, source: Source, query: Query, visit: Visit) -> Plan:
    with foreseen(source):
        pages = await source.fetch(visit, query)
    try:
        return await deps.worker.run(parsed, source, pages, query)
    except TimeoutError:
        raise SourceChanged("the page took too long to be read") from None


async def _take_over(deps: Deps, school: School, feed: Feed, target: StoredTarget | None, plan: Plan) -> Refreshed:
    target_id = WHOLE if target is None else target.id
    now = deps.now()
    hash_ = plan_hash(plan)
    doubted_as = plan_hash(replace(plan, notices=()))  # messages beside a plan may change with every look
    async with deps.db.transaction() as transaction:
        if await accounts.feed_by_id(transaction, feed.id) is None:
            raise NotReleased("its address was removed while it was read")
        if plan.targets and feed.position == 0:
            # A substitution plan names only those who have changes: whom it leaves out is not gone.
            whole = plan.whole_list and "lessons" in deps.sources[feed.source].delivers
            await schools.put_targets(transaction, school.id, plan.targets, now, whole=whole)
        old = await snapshots.newest(transaction, feed.id, target_id)
        if old is not None and old.hash == hash_:
            await snapshots.trust(transaction, feed.id, target_id)
            await snapshots.touch(transaction, old, now)
            return Refreshed(replace(old, checked_at=now), changed=False)
        today = school.today(deps.clock.now())
        if old is not None:
            plan = carried(old.plan, plan, today, school.calendar)
        if old is not None and is_doubtful(old.plan, plan, today):
            waiting = await snapshots.doubted(transaction, feed.id, target_id)
            if waiting is None or waiting[0] != doubted_as:
                await snapshots.doubt(transaction, feed.id, target_id, hash_=doubted_as, now=now)
            if waiting is None or waiting[0] != doubted_as or now - waiting[1] < deps.config.poll_minutes * 60:
                return Refreshed(old, changed=False, doubted=True)
        await snapshots.trust(transaction, feed.id, target_id)
        revision = 1 if old is None else old.revision + 1
        new = Snapshot(feed.id, target_id, revision, hash_, plan, now, now)
        await snapshots.add(transaction, new)
        await _take_tasks(transaction, deps, school, feed, target, new)
    return Refreshed(new, changed=True, first=old is None)


async def _take_tasks(
    transaction: Transaction, deps: Deps, school: School, feed: Feed, target: StoredTarget | None, new: Snapshot
) -> None:
    """Homework and tests of a plan that is believed, in the transaction that believes it."""
    today = school.today(deps.clock.now())
    back = deps.sources[feed.source].homework_days
    own = feed.options.get("target") if feed.owner_chat is not None else None
    await homework.sync(
        transaction,
        feed,
        int(own) if own else None if target is None else target.id,
        facts_of(new.plan),
        today=today,
        now=new.changed_at,
        first=new.revision == 1,
        oldest=today - timedelta(days=today.weekday() + back) if back else None,
    )


def healthy(health: Health, now: int, pause: int, shape: str) -> Health:
    """The health after a success."""
    return replace(
        health,
        last_attempt=now,
        last_success=now,
        failures=0,
        failing_since=None,
        error_kind="",
        error="",
        next_at=now + jittered(pause),
        told_admin=Said.NOT,
        shape=layouts(health.shape, shape),
    )


def layouts(known: str, shape: str) -> str:
    """The parts of a page's shape ("|" between them) that were ever seen, sorted.

    A table that only some days have is no other layout: a quiet day comes without it.
    """
    parts = {part.strip() for part in (*known.split("|"), *shape.split("|"))}
    return "|".join(sorted(parts - {""})[:MOST_PARTS])


def is_strange(known: str, shape: str) -> bool:
    """Whether a page shows a part that none of its earlier answers had."""
    return bool(known) and bool(shape) and layouts(known, "") != layouts(known, shape)


def failing(health: Health, error: SourceError, now: int, pause: int) -> Health:
    """The health after a failure: the pause doubles with each one, up to four hours, and heeds what the server asks."""
    kind = type(error).__name__
    same = kind == health.error_kind
    failures = health.failures + 1 if same else 1
    wait = min(pause * 2 ** min(failures - 1, 8), LONGEST_PAUSE)
    if isinstance(error, SourceDown) and error.retry_after:
        wait = max(wait, min(int(error.retry_after), 24 * 3600))
    return replace(
        health,
        last_attempt=now,
        failures=failures,
        failing_since=health.failing_since or now,
        error_kind=kind,
        error=str(error),
        next_at=now + jittered(wait),
    )


def jittered(seconds: float) -> int:
    """Up to a tenth more, so that schools are not asked on the minute; never less: two looks are a pause apart."""
    return int(seconds * random.uniform(1.0, 1.1))  # noqa: S311 - spreading load, not a secret
