"""What is said of a target's changes, and to whom: the rows of a look, each content composed once for all chats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot import compose, plans
from bot.breaks import Break, breaks_of, free_changed, last_free
from bot.compose import Look
from bot.context import Deps
from bot.model import Status
from bot.news import State, Told, What, is_rebuilt, marked, same_but_date, told
from bot.plans import Timetable
from bot.reach import Reach, concerns, due_at, still_ahead
from bot.screens.day import day_buttons, week_buttons
from bot.store import announced
from bot.store.announced import KIND, Key, OnTheWay, Pointer, Subscriber
from bot.store.homework import EVERYBODY, Viewer
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import School, StoredTarget
from bot.texts import texts_in
from bot.texts.changes import changes_text, published_text, rebuilt_text
from bot.timetable import Day, in_groups

AGAIN = timedelta(days=7)
PLAN_KIND = "plan"
BEFORE_IT = "-"
"""In place of a state's hash: nobody was told of one."""
_URGENT = frozenset({What.CANCELLED, What.RETURNED, What.MOVED})


@dataclass(frozen=True, slots=True)
class Change:
    """A day whose state is not the one that was last told."""

    day: Day
    pointer: Pointer
    state: State


@dataclass(slots=True)
class Job:
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
    breaks: Mapping[date, Break] = field(default_factory=dict)
    own: Set[tuple[int, int]] = frozenset()
    """Chats (with their topics) that have tasks of their own: their cards are others than everybody's."""
    bases: dict[tuple[date, str], State] = field(default_factory=dict)
    contents: dict[tuple[object, ...], Content] = field(default_factory=dict)
    items: dict[tuple[object, ...], tuple[Told, ...]] = field(default_factory=dict)


async def rows_of(
    job: Job, changes: Sequence[Change], subscribers: Sequence[Subscriber], way: OnTheWay
) -> tuple[list[Row], list[int]]:
    """The rows to enqueue, and the numbers of those that they overtake."""
    if is_rebuilt([(change.pointer.state, change.state) for change in changes]):
        overtaken = [number for waiting in way.waiting.values() for number in waiting.ids]
        first = _first_ahead(job, changes)
        return [await _rebuilt(job, one, first) for one in subscribers if one.changes], overtaken
    rows: list[Row] = []
    gone: list[int] = []
    job.repeated = _repeated(changes)
    job.breaks = breaks_of(job.table.days, {c.day.date: (c.pointer.state, c.state) for c in changes}, job.table.free)
    published = [change for change in changes if not change.pointer.state.known and change.state.lessons]
    for one in subscribers:
        near = any(job.reach.covers(one.horizon, change.day.date) for change in published)
        out = published if near and _wants_plans(one) else []
        if out and (len(out) > 1 or not one.changes or not _items(job, out[0], out[0].pointer.hash, one.groups)):
            rows.append(await _published(job, one, out))
        if one.changes:
            mine, overtaken = await _days(job, changes, one, way)
            rows += mine
            gone += overtaken
    return rows, gone


async def _days(job: Job, changes: Sequence[Change], one: Subscriber, way: OnTheWay) -> tuple[list[Row], list[int]]:
    """The rows of one subscriber, one a day or a break, and the numbers of those that they overtake."""
    rows: list[Row] = []
    gone: list[int] = []
    heard: set[date] = set()
    begun: set[Break] = set()
    for change in changes:
        day = change.day.date
        key: Key = (one.chat_id, one.thread_id, day)
        waiting = way.waiting.get(key)
        if waiting and not _knows(job, change, waiting.base):
            waiting = None  # it goes out as it is
        gone += waiting.ids if waiting else ()
        away = job.breaks.get(day)
        if away in begun and _is_plain(change):
            continue
        if not waiting and day in job.repeated and day - AGAIN in heard:
            continue
        row = await _row(job, one, change, base=waiting.base if waiting else "", reply_to=way.messages.get(key))
        heard |= {day} if row is not None else set()
        # A daily plan tells in time of every day but one without school.
        in_time = one.daily and not change.state.free and not _is_now(job, one, change)
        told_now = row is not None and (waiting or not row.not_before or not in_time)
        rows += [row] if row is not None and told_now else []
        if away is not None and (waiting or told_now):
            begun.add(away)
        if waiting and row is None:
            rest = _rest(job, change)
            again = None if rest is None or way.knows(one, rest.day.date) else await _row(job, one, rest)
            rows += [again] if again is not None else []
    return rows, gone


def _is_plain(change: Change) -> bool:
    """Whether nothing is to be said of a day but that it has school, or none."""
    return all(lesson.status is Status.PLANNED for lesson in change.state.lessons)


def _rest(job: Job, change: Change) -> Change | None:
    """What is left of a break that begins later than in the message that was to say so; None = nothing."""
    name = change.pointer.state.free
    if not name or change.state.free:
        return None
    later = next((day for day in job.table.days if day.date > change.day.date and (day.free or day.lessons)), None)
    if later is None or later.free != name:
        return None
    job.breaks = {**job.breaks, later.date: Break(later.date, last_free(later, job.table.free))}
    free = replace(change.state, lessons=(), free=name)
    return Change(later, Pointer(BEFORE_IT, replace(change.state, free="")), free)


def _first_ahead(job: Job, changes: Sequence[Change]) -> date:
    """The first day of a new timetable that has lessons left: a message about one that is over would expire unread."""
    for change in changes:
        day = change.day.date
        items = told(change.pointer.state, change.state)
        if day > job.now.date() or any(still_ahead(item, day, job.now) for item in items):
            return day
    return changes[-1].day.date


def _repeated(changes: Sequence[Change]) -> frozenset[date]:
    """Days that changed just as the same weekday a week before: a weekly plan was edited, which is told once."""
    found = {c.day.date: told(c.pointer.state, c.state) for c in changes if c.pointer.state.known}
    return frozenset(
        day
        for day, items in found.items()
        if items and day - AGAIN in found and same_but_date(items, found[day - AGAIN])
    )


def _wants_plans(one: Subscriber) -> bool:
    return bool(one.settings.get("published"))


def _is_now(job: Job, one: Subscriber, change: Change) -> bool:
    """Whether the day concerns the chat already; else its daily plan tells of it in time."""
    return job.reach.covers(one.horizon, change.day.date)


def _items(job: Job, change: Change, base: str, groups: Sequence[str]) -> tuple[Told, ...]:
    """What is worth telling somebody of these groups who believes in the state `base`."""
    day = change.day.date
    key = (day, base, tuple(groups))
    if key not in job.items:
        every = told(_base(job, change, base), change.state)
        every = tuple(item for item in every if still_ahead(item, day, job.now))
        job.items[key] = tuple(item for item in every if concerns(item, groups))
    return job.items[key]


def _knows(job: Job, change: Change, base: str) -> bool:
    return base == change.pointer.hash or (change.day.date, base) in job.bases


def _base(job: Job, change: Change, base: str) -> State:
    if not base or base == change.pointer.hash:
        return change.pointer.state
    return job.bases.get((change.day.date, base), change.pointer.state)


async def _row(job: Job, one: Subscriber, change: Change, *, base: str = "", reply_to: int | None = None) -> Row | None:
    """What one subscriber is told of one day, None = nothing."""
    day = change.day.date
    base = base or change.pointer.hash
    before = _base(job, change, base)
    items = _items(job, change, base, one.groups)
    free = free_changed(before, change.state)
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
    job: Job, one: Subscriber, change: Change, *, before: State, items: tuple[Told, ...], published: bool
) -> Content:
    look = Look(one.language, one.theme, one.format)
    day = change.day.date
    viewer = Viewer(one.chat_id, one.thread_id) if (one.chat_id, one.thread_id) in job.own else EVERYBODY
    key = (day, announced.state_hash(before), look, one.groups, one.label, published, viewer)
    if key not in job.contents:
        table = job.table
        if viewer != EVERYBODY:
            table = await plans.timetable_of(job.deps, job.target, day, 1, viewer=viewer)
        texts = texts_in(one.language)
        if published:
            lead = published_text(texts, [day], items)
        else:
            mine = _of_groups(before, one.groups), _of_groups(change.state, one.groups)
            weekly = day + AGAIN in job.repeated
            last = job.breaks[day].last if day in job.breaks else day
            lead = changes_text(texts, day, items, before=mine[0], after=mine[1], weekly=weekly, last=last)
        # A day that has school again has its usual lessons; of several free days one day's lessons say nothing.
        several = day in job.breaks and job.breaks[day].last != day
        as_it_is = (before.free and not change.state.free) or (change.state.free and several)
        shown = change.day if as_it_is else replace(change.day, lessons=marked(change.day.lessons, items))
        job.contents[key] = await compose.day_content(
            job.deps,
            job.target,
            day,
            look,
            groups=one.groups,
            label=one.label,
            lead=lead,
            buttons=day_buttons(texts, job.target, day),
            table=replace(table, days=(shown,)),
        )
    return job.contents[key]


def _of_groups(state: State, groups: Sequence[str]) -> State:
    return replace(state, lessons=tuple(lesson for lesson in state.lessons if in_groups(lesson, groups)))


async def _published(job: Job, one: Subscriber, out: Sequence[Change]) -> Row:
    """ "The plan for Monday is out", to those who want to hear it."""
    days = [change.day.date for change in out]
    look = Look(one.language, one.theme, one.format)
    key = (tuple(days), look, one.groups, one.label, PLAN_KIND)
    if key not in job.contents:
        texts = texts_in(one.language)
        lead = published_text(texts, days)
        if len(days) == 1:
            buttons = day_buttons(texts, job.target, days[0])
            job.contents[key] = await compose.day_content(
                job.deps, job.target, days[0], look,
                groups=one.groups, label=one.label, lead=lead, buttons=buttons, table=job.table,
            )  # fmt: skip
        else:
            job.contents[key] = await _week(job, one, days[0], lead)
    return plain_row(job, one, PLAN_KIND, days[0], job.contents[key])


async def _rebuilt(job: Job, one: Subscriber, first: date) -> Row:
    """One message with the week in place of thirty lines."""
    key = ("rebuilt", Look(one.language, one.theme, one.format), one.groups, one.label)
    if key not in job.contents:
        job.contents[key] = await _week(job, one, first, rebuilt_text(texts_in(one.language), first))
    return plain_row(job, one, KIND, first, job.contents[key])


async def _week(job: Job, one: Subscriber, day: date, lead: str) -> Content:
    monday = day - timedelta(days=day.weekday())
    look = Look(one.language, one.theme, one.format)
    buttons = week_buttons(texts_in(one.language), job.target, monday)
    return await compose.week_content(
        job.deps, job.target, monday, look, groups=one.groups, label=one.label, lead=lead, buttons=buttons
    )


def plain_row(job: Job, one: Subscriber, kind: str, day: date, content: Content) -> Row:
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
