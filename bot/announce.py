"""What subscribers are told when a plan changes: the pointer of what they were last told of each day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from html import escape

from bot import __version__, compose, dates
from bot.compose import Look, Timetable
from bot.context import Deps
from bot.diff import State, Told, What, is_rebuilt, marked, same_but_date, state_of, told
from bot.reach import Reach, due_at, still_ahead
from bot.screens.day import day_buttons, week_buttons
from bot.store import announced, outbox, snapshots
from bot.store.announced import KIND, Key, OnTheWay, Pointer, Subscriber
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import School, StoredTarget
from bot.term import first_school_day, summer_break
from bot.texts import texts_in
from bot.texts.changes import changes_text, published_text, rebuilt_text
from bot.timetable import Day, in_groups

WINDOW = 14
"""Days from today that are followed."""
AGAIN = timedelta(days=7)
PLAN_KIND, SEASON_KIND = "plan", "season"
ABSENCE = 48 * 3600
"""After so long without a round (a restored backup, a long stop) changes begin anew: nobody wants last week's."""
_TRIES = 5
_URGENT = frozenset({What.CANCELLED, What.RETURNED, What.MOVED})


@dataclass(frozen=True, slots=True)
class _Change:
    """A day whose state is not the one that was last told."""

    day: Day
    pointer: Pointer
    state: State


@dataclass(slots=True)
class _Job:
    """All that is composed about one target in one go: each content and each list of changes once."""

    deps: Deps
    school: School
    target: StoredTarget
    table: Timetable
    now: datetime
    reach: Reach
    occasion: str
    """When and at which revisions: A → B → A → B is four facts."""
    repeated: frozenset[date] = frozenset()
    bases: dict[tuple[date, str], State] = field(default_factory=dict)
    contents: dict[tuple[object, ...], Content] = field(default_factory=dict)
    items: dict[tuple[object, ...], tuple[Told, ...]] = field(default_factory=dict)


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
    fresh = await announced.never_looked_at(deps.db, [target.id for target in targets])
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
    table = await compose.timetable_of(deps, target, now.date(), WINDOW)
    if not table.days:
        return  # never read
    states = {day.date: _state(table, day) for day in table.days}
    pointers = {} if seen is None else await announced.pointers(deps.db, target.id, now.date())
    changes: list[_Change] = []
    for day in table.days:
        pointer, state = pointers.get(day.date), states[day.date]
        if pointer is None:
            continue  # the first that is heard of it is no change
        if pointer.state.known and not state.known:
            states[day.date] = pointer.state  # no data is not "no lessons"
        elif pointer.hash != announced.state_hash(state):
            changes.append(_Change(day, pointer, state))
    occasion = f"{deps.now()}-{revision}"
    job = _Job(deps, school, target, table, now, Reach(school.timezone, now, table.days), occasion)
    if seen is not None:
        await _see_you(job)
    await _tell(job, changes, states, (seen, revision))


async def _see_you(job: _Job) -> None:
    """One message in the first week of the long break, to everybody who follows the target: nothing comes in it."""
    away = summer_break(job.now.date(), job.table.free)
    if away is None:
        return
    day = first_school_day(away.last, job.table.free)
    everybody = await announced.subscribers(job.deps.db, job.target.id, all_of_them=True)
    contents = {one.language: Content(_farewell(job, one.language, day)) for one in everybody}
    rows = [
        replace(_plain_row(job, one, SEASON_KIND, away.first, contents[one.language]), fact=job.school.id)
        for one in everybody
    ]
    rows = [replace(row, expires_at=None) for row in rows]
    async with job.deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, rows, job.deps.now())
    job.deps.courier.wake()


def _farewell(job: _Job, language: str, day: date) -> str:
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
    job: _Job, changes: Sequence[_Change], states: Mapping[date, State], revisions: tuple[str | None, str]
) -> None:
    """Compose what is to be said, and write it down together with the new pointers. `revisions`: told of, and now."""
    db, now = job.deps.db, job.deps.now()
    days = [change.day.date for change in changes]
    subscribers = await announced.subscribers(db, job.target.id) if changes else []
    job.bases = await announced.bases(db, job.target.id, days) if changes else {}
    for _ in range(_TRIES):
        way = await announced.on_the_way(db, job.target.id, days) if changes else OnTheWay()
        rows, overtaken = await _rows(job, changes, subscribers, way)
        async with db.transaction() as transaction:
            if await announced.looked_at(transaction, job.target.id) != revisions[0]:
                return  # another round told of it
            if changes and await announced.on_the_way(transaction, job.target.id, days) != way:
                continue  # the courier took one of them meanwhile
            await announced.withdraw(transaction, overtaken, now)
            await outbox.enqueue(transaction, rows, now)
            kept = {change.day.date: [change.pointer.state] for change in changes}
            await announced.keep(transaction, job.target.id, kept)
            await announced.put(transaction, job.target.id, states, revisions[1], now)
        break
    if rows:
        job.deps.courier.wake()


async def _rows(
    job: _Job, changes: Sequence[_Change], subscribers: Sequence[Subscriber], way: OnTheWay
) -> tuple[list[Row], list[int]]:
    """The rows to enqueue, and the numbers of those that they overtake."""
    if is_rebuilt([(change.pointer.state, change.state) for change in changes]):
        overtaken = [number for waiting in way.waiting.values() for number in waiting.ids]
        first = changes[0].day.date
        return [await _rebuilt(job, one, first) for one in subscribers if one.changes], overtaken
    rows: list[Row] = []
    gone: list[int] = []
    job.repeated = _repeated(changes)
    published = [change for change in changes if not change.pointer.state.known and change.state.lessons]
    for one in subscribers:
        near = any(job.reach.covers(one.horizon, change.day.date) for change in published)
        out = published if near and _wants_plans(one) else []
        if out and (len(out) > 1 or not one.changes or not _items(job, out[0], out[0].pointer.hash, one.groups)):
            rows.append(await _published(job, one, out))
        heard: set[date] = set()
        for change in changes if one.changes else ():
            key: Key = (one.chat_id, one.thread_id, change.day.date)
            waiting = way.waiting.get(key)
            gone += waiting.ids if waiting else ()
            if not waiting and change.day.date in job.repeated and change.day.date - AGAIN in heard:
                continue
            row = await _row(job, one, change, base=waiting.base if waiting else "", reply_to=way.messages.get(key))
            heard |= {change.day.date} if row is not None else set()
            if row is not None and (waiting or not row.not_before or not one.daily or _is_now(job, one, change)):
                rows.append(row)
    return rows, gone


def _repeated(changes: Sequence[_Change]) -> frozenset[date]:
    """Days that changed just as the same weekday a week before: a weekly plan was edited, which is told once."""
    found = {c.day.date: told(c.pointer.state, c.state) for c in changes if c.pointer.state.known}
    return frozenset(
        day
        for day, items in found.items()
        if items and day - AGAIN in found and same_but_date(items, found[day - AGAIN])
    )


def _wants_plans(one: Subscriber) -> bool:
    return bool(one.settings.get("published"))


def _is_now(job: _Job, one: Subscriber, change: _Change) -> bool:
    """Whether the day concerns the chat already; else its daily plan tells of it in time."""
    return job.reach.covers(one.horizon, change.day.date)


def _items(job: _Job, change: _Change, base: str, groups: Sequence[str]) -> tuple[Told, ...]:
    """What is worth telling somebody of these groups who believes in the state `base`."""
    day = change.day.date
    key = (day, base, tuple(groups))
    if key not in job.items:
        every = told(_base(job, change, base), change.state)
        every = tuple(item for item in every if still_ahead(item, day, job.now))
        job.items[key] = tuple(item for item in every if _concerns(item, groups))
    return job.items[key]


def _base(job: _Job, change: _Change, base: str) -> State:
    if not base or base == change.pointer.hash:
        return change.pointer.state
    return job.bases.get((change.day.date, base), change.pointer.state)


def _concerns(item: Told, groups: Sequence[str]) -> bool:
    sides = (item.edit.before, item.edit.after)
    return any(side is not None and in_groups(side, groups) for side in sides)


def _free_changed(before: State, after: State) -> bool:
    """Whether a day of school became a free one, or the other way round."""
    if not before.known or bool(before.free) == bool(after.free):
        return False
    return bool(before.lessons) if after.free else bool(after.lessons)


async def _row(job: _Job, one: Subscriber, change: _Change, *, base: str, reply_to: int | None) -> Row | None:
    """What one subscriber is told of one day, None = nothing."""
    day = change.day.date
    base = base or change.pointer.hash
    before = _base(job, change, base)
    items = _items(job, change, base, one.groups)
    free = _free_changed(before, change.state)
    if not free and (not items or change.state.free):
        return None
    at = due_at(job.reach, items, day=day, horizon=one.horizon, quiet=one.quiet)
    if at.expires <= job.now:
        return None
    urgent = at.when.date() == day and (free or any(item.what in _URGENT for item in items))
    single = _wants_plans(one) and not before.known and job.reach.covers(one.horizon, day)
    return Row(
        one.chat_id,
        KIND,
        day,
        f"{job.target.id} {base} {announced.state_hash(change.state)} {job.occasion}",
        await _content(job, one, change, before=before, items=items, published=single),
        Priority.CANCELLATION if urgent else Priority.CHANGE,
        thread_id=one.thread_id,
        not_before=int(at.when.timestamp()) if at.when > job.now else 0,
        expires_at=int(at.expires.timestamp()),
        silent=one.silent and not urgent,
        reply_to=reply_to,
    )


async def _content(
    job: _Job, one: Subscriber, change: _Change, *, before: State, items: tuple[Told, ...], published: bool
) -> Content:
    look = Look(one.language, one.theme, one.format)
    day = change.day.date
    key = (day, announced.state_hash(before), look, one.groups, published)
    if key not in job.contents:
        texts = texts_in(one.language)
        if published:
            lead = published_text(texts, [day], items)
        else:
            mine = _of_groups(before, one.groups), _of_groups(change.state, one.groups)
            weekly = day + AGAIN in job.repeated
            lead = changes_text(texts, day, items, before=mine[0], after=mine[1], weekly=weekly)
        shown = replace(change.day, lessons=marked(change.day.lessons, items))
        job.contents[key] = await compose.day_content(
            job.deps,
            job.target,
            day,
            look,
            groups=one.groups,
            lead=lead,
            buttons=day_buttons(texts, job.target, day),
            table=replace(job.table, days=(shown,)),
        )
    return job.contents[key]


def _of_groups(state: State, groups: Sequence[str]) -> State:
    return replace(state, lessons=tuple(lesson for lesson in state.lessons if in_groups(lesson, groups)))


async def _published(job: _Job, one: Subscriber, out: Sequence[_Change]) -> Row:
    """ "The plan for Monday is out", to those who want to hear it."""
    days = [change.day.date for change in out]
    look = Look(one.language, one.theme, one.format)
    key = (tuple(days), look, one.groups, PLAN_KIND)
    if key not in job.contents:
        texts = texts_in(one.language)
        lead = published_text(texts, days)
        if len(days) == 1:
            buttons = day_buttons(texts, job.target, days[0])
            job.contents[key] = await compose.day_content(
                job.deps, job.target, days[0], look, groups=one.groups, lead=lead, buttons=buttons, table=job.table
            )
        else:
            job.contents[key] = await _week(job, one, days[0], lead)
    return _plain_row(job, one, PLAN_KIND, days[0], job.contents[key])


async def _rebuilt(job: _Job, one: Subscriber, first: date) -> Row:
    """One message with the week in place of thirty lines."""
    key = ("rebuilt", Look(one.language, one.theme, one.format), one.groups)
    if key not in job.contents:
        job.contents[key] = await _week(job, one, first, rebuilt_text(texts_in(one.language), first))
    return _plain_row(job, one, KIND, first, job.contents[key])


async def _week(job: _Job, one: Subscriber, day: date, lead: str) -> Content:
    monday = day - timedelta(days=day.weekday())
    look = Look(one.language, one.theme, one.format)
    buttons = week_buttons(texts_in(one.language), job.target, monday)
    return await compose.week_content(job.deps, job.target, monday, look, groups=one.groups, lead=lead, buttons=buttons)


def _plain_row(job: _Job, one: Subscriber, kind: str, day: date, content: Content) -> Row:
    at = due_at(job.reach, (), day=day, horizon="all", quiet=one.quiet)
    return Row(
        one.chat_id,
        kind,
        day,
        f"{job.target.id} - - {job.occasion}",
        content,
        Priority.CHANGE,
        thread_id=one.thread_id,
        not_before=int(at.when.timestamp()) if at.when > job.now else 0,
        expires_at=int(at.expires.timestamp()),
        silent=one.silent,
    )
