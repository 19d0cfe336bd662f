"""What subscribers are told when a plan changes: the pointer of what they were last told of each day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import escape

from bot import __version__, dates, plans
from bot.context import Deps
from bot.news import State, state_of
from bot.plans import Timetable
from bot.reach import Reach
from bot.slots import by_day
from bot.store import announced, homework, outbox, snapshots
from bot.store.announced import OnTheWay
from bot.store.outbox import Content
from bot.store.schools import School, StoredTarget
from bot.telling import Change, Job, plain_row, rows_of
from bot.term import first_school_day, summer_break
from bot.texts import texts_in
from bot.timetable import Day

WINDOW = 14
"""Days from today that are followed."""
SEASON_KIND = "season"
ABSENCE = 48 * 3600
"""After so long without a round (a restored backup, a long stop) changes begin anew: nobody wants last week's."""
_TRIES = 5


async def settle(deps: Deps) -> None:
    """Before a round: after a long absence, a restored backup or with another version, changes begin anew."""
    last = await announced.last_round(deps.db)
    now = deps.now()
    async with deps.db.transaction() as transaction:
        if last is not None and (last[1] != __version__ or not -ABSENCE < now - last[0] < ABSENCE):
            await announced.forget_all(transaction)
        await announced.put_round(transaction, now, __version__)
        await announced.prune(transaction, deps.clock.now().date() - timedelta(days=2))
    await announced.forget_unfollowed(deps.db)


async def begin(deps: Deps, school: School, targets: Sequence[StoredTarget]) -> None:
    """Before the school is asked: what is known of newly followed targets is where their changes begin."""
    fresh = await announced.never_looked_at(deps.db, [target.id for target in targets], deps.now() - ABSENCE)
    for target in targets:
        if target.id in fresh:
            await _look(deps, school, target)


async def announce(deps: Deps, school: School, targets: Sequence[StoredTarget]) -> None:
    """Tell the subscribers of `targets` what changed since they were last told."""
    for target in targets:
        await _look(deps, school, target)


async def _look(deps: Deps, school: School, target: StoredTarget) -> None:
    seen = await announced.looked_at(deps.db, target.id)
    revision = await _revision(deps, school, target)
    if seen == revision:
        return
    now = deps.clock.now().astimezone(school.timezone)
    table = await plans.timetable_of(deps, target, now.date(), WINDOW)
    if not table.days:
        return  # never read
    states = {day.date: _state(table, day) for day in table.days}
    pointers = {} if seen is None else await announced.pointers(deps.db, target.id, now.date())
    changes: list[Change] = []
    for day in table.days:
        pointer, state = pointers.get(day.date), states[day.date]
        if pointer is None:
            continue  # the first that is heard of it is no change
        if pointer.state.known and not state.known:
            states[day.date] = pointer.state  # no data is not "no lessons"
        elif pointer.hash != announced.state_hash(state):
            changes.append(Change(day, pointer, state))
    occasion = f"{deps.now()}-{revision}"
    job = Job(deps, school, target, table, now, Reach(school.timezone, now, table.days), occasion)
    if seen is not None:
        await _see_you(job)
    await _tell(job, changes, states, (seen, revision))


async def _see_you(job: Job) -> None:
    """One message in the first week of the long break, to everybody who follows the target: nothing comes in it."""
    away = summer_break(job.now.date(), job.table.free)
    if away is None:
        return
    day = first_school_day(away.last, job.table.free)
    everybody = await announced.subscribers(job.deps.db, job.target.id, all_of_them=True)
    contents = {one.language: Content(_farewell(job, one.language, day)) for one in everybody}
    rows = [
        replace(plain_row(job, one, SEASON_KIND, away.first, contents[one.language]), fact=job.school.id)
        for one in everybody
    ]
    zone = job.school.timezone
    rows = [
        replace(row, expires_at=None, not_before=int(by_day(zone, job.now, one.quiet).timestamp()))
        for row, one in zip(rows, everybody, strict=True)
    ]
    async with job.deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, rows, job.deps.now())
    job.deps.courier.wake()


def _farewell(job: Job, language: str, day: date) -> str:
    texts = texts_in(language)
    words = texts("{school}: the school year is over. See you on {day}.")
    return words.format(school=f"<b>{escape(job.school.name)}</b>", day=escape(dates.day_and_month(language, day)))


def _state(table: Timetable, day: Day) -> State:
    return state_of(day, rows_only=table.rows_only, of_class=table.target.kind == "class")


async def _revision(deps: Deps, school: School, target: StoredTarget) -> str:
    """What a look depends on: the plans' revisions, the day, the school's settings."""
    known = await snapshots.revisions_of(deps.db, school.id, target.id)
    day = school.today(deps.clock.now())
    parts = json.dumps([known, day.isoformat(), dict(school.settings)], sort_keys=True, default=str)
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


async def _tell(
    job: Job, changes: Sequence[Change], states: Mapping[date, State], revisions: tuple[str | None, str]
) -> None:
    """Compose what is to be said, and write it down together with the new pointers. `revisions`: told of, and now."""
    db, now = job.deps.db, job.deps.now()
    days = [change.day.date for change in changes]
    followed = [day.date for day in job.table.days]
    subscribers = await announced.subscribers(db, job.target.id) if changes else []
    job.bases = await announced.bases(db, job.target.id, days) if changes else {}
    job.own = await homework.chats_with_own(db, {one.chat_id for one in subscribers})
    for _ in range(_TRIES):
        way = await announced.on_the_way(db, job.target.id, followed) if changes else OnTheWay()
        rows, overtaken = await rows_of(job, changes, subscribers, way)
        async with db.transaction() as transaction:
            if await announced.looked_at(transaction, job.target.id) != revisions[0]:
                return  # another round told of it
            if changes and await announced.on_the_way(transaction, job.target.id, followed) != way:
                continue  # the courier took one of them meanwhile
            await announced.withdraw(transaction, overtaken, now)
            await outbox.enqueue(transaction, rows, now)
            kept = {change.day.date: [change.pointer.state] for change in changes}
            await announced.keep(transaction, job.target.id, kept)
            await announced.put(transaction, job.target.id, states, revisions[1], now)
        break
    if rows:
        job.deps.courier.wake()
