"""What chats are told of homework by themselves: reminders at their hour, and what was newly given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.buttons import data
from bot.context import Deps
from bot.homework import school_days
from bot.keyboards import buttons_of
from bot.slots import after_quiet, instant_of, slots
from bot.store import due, homework, outbox, schools, ticks
from bot.store.due import Due
from bot.store.homework import Task, Viewer
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import School, StoredTarget
from bot.texts import homework as words
from bot.texts import texts_in

WEEK = timedelta(days=7)
WEEKEND = timedelta(days=3)  # from a Friday to its Monday
AHEAD = 8  # days in which the next school day is looked for, from the weekend before on
REMINDER, NEWS = "homework", "news"
LOOK = "homework:"  # before the zone's name: up to when reminders were looked for


@dataclass(frozen=True, slots=True)
class _Place:
    """A target on a day: what its reminder is about, up to `day`. `since`: only what is newer, None = everything."""

    school: School
    target: StoredTarget
    today: date
    day: date
    since: int | None


async def work(deps: Deps) -> None:
    """The timed job: announce what is new, remind whoever is due."""
    await tell_news(deps)
    await remind(deps)


async def remind(deps: Deps) -> int:
    """Enqueue the reminders whose hour has come, zone by zone; returns how many rows are new."""
    by_zone: dict[str, list[School]] = {}
    for school in await schools.all_schools(deps.db):
        by_zone.setdefault(school.timezone.key, []).append(school)
    return sum([await _remind_zone(deps, zone, found) for zone, found in by_zone.items()])


async def _remind_zone(deps: Deps, key: str, found: Sequence[School]) -> int:
    now = deps.clock.now()
    last = await due.last_look(deps.db, LOOK + key) or now
    rows: list[Row] = []
    for span in slots(found[0].timezone, last, now):
        wanted = await due.due(deps.db, "homework", span, [school.id for school in found])
        rows += await _reminders(deps, wanted, span.day)
    async with deps.db.transaction() as transaction:
        added = await outbox.enqueue(transaction, rows, deps.now())
        await due.looked(transaction, LOOK + key, now)
    if added:
        deps.courier.wake()
    return added


async def _reminders(deps: Deps, wanted: Sequence[Due], today: date) -> list[Row]:
    """One row a subscription that has something open. Statements go by target and by chats with tasks of their own."""
    own = await homework.chats_with_own(deps.db, {one.chat_id for one in wanted})
    places: dict[tuple[int, str], _Place | None] = {}
    seen: dict[tuple[object, ...], list[Task]] = {}
    asked: list[tuple[Due, _Place, list[Task]]] = []
    for one in wanted:
        if (one.target_id, one.at) not in places:
            places[one.target_id, one.at] = await _place(deps, one, today)
        place = places[one.target_id, one.at]
        if place is None:
            continue
        viewer = Viewer(one.chat_id, one.thread_id) if (one.chat_id, one.thread_id) in own else homework.EVERYBODY
        key = (one.target_id, one.at, viewer)
        if key not in seen:
            seen[key] = await _concerning(deps, place, viewer)
        if seen[key]:
            asked.append((one, place, seen[key]))
    ticked = await ticks.ticks_by(
        deps.db, {task.id for _, _, tasks in asked for task in tasks}, {one.chat_id for one, _, _ in asked}
    )
    contents: dict[tuple[object, ...], Content] = {}
    rows: list[Row] = []
    for one, place, tasks in asked:
        # A private chat's id is its person's: what they ticked is done. A group is told the whole list.
        left = tuple(task for task in tasks if task.kind == "exam" or (task.id, one.chat_id) not in ticked)
        if left:
            said = (place.target.id, one.language, left)
            if said not in contents:
                contents[said] = _reminder(place, one.language, left)
            rows.append(_row(deps, one, place, REMINDER, contents[said], fact=str(place.target.id)))
    return rows


async def _place(deps: Deps, one: Due, today: date) -> _Place | None:
    target = await schools.target_by_id(deps.db, one.target_id)
    school = None if target is None else await schools.school_by_id(deps.db, target.school_id)
    if target is None or school is None:
        return None
    held = await school_days(deps, target, today - WEEKEND, AHEAD)
    day, all_of_it = _reminded_of(held, today)
    yesterday = today - timedelta(days=1)
    since = None if all_of_it else int(instant_of(school.timezone, yesterday, one.at).timestamp())
    return _Place(school, target, today, day, since)


def _reminded_of(held: Sequence[date], today: date) -> tuple[date, bool]:
    """Up to which day today's reminder reaches, and whether it says everything or only what is new since yesterday's.

    A school day reaches over a weekend to the next one; the days between repeat nothing of it. Over a longer break
    nobody remembers: what is due in it or behind it is said the day before.
    """
    tomorrow = today + timedelta(days=1)
    day = next((one for one in held if one > today), tomorrow)
    if day - today > WEEKEND:
        return tomorrow, True
    if today in held:
        return day, True
    said = any(day - WEEKEND <= one < today for one in held)
    return (day, False) if said else (tomorrow, True)


async def _concerning(deps: Deps, place: _Place, viewer: Viewer) -> list[Task]:
    """What is due up to the reminder's day, and the tests until then and in a week."""
    found = await homework.visible(
        deps.db, place.target, viewer, first=place.today + timedelta(days=1), last=place.today + WEEK, undated=False
    )
    return [task for task in found if _is_near(task, place) or _is_in_a_week(task, place)]


def _is_near(task: Task, place: _Place) -> bool:
    return (
        task.due is not None
        and task.due <= place.day
        and (place.since is None or task.created_at > place.since)
        and not (_is_in_a_week(task, place))
    )


def _is_in_a_week(task: Task, place: _Place) -> bool:
    return task.kind == "exam" and task.due == place.today + WEEK


def _reminder(place: _Place, language: str, tasks: Iterable[Task]) -> Content:
    texts = texts_in(language)
    near = [task for task in tasks if not _is_in_a_week(task, place)]
    text = words.reminder(
        texts,
        place.target.name,
        place.day,
        [task.homework for task in near if task.kind == "homework"],
        [task.exam for task in near if task.kind == "exam"],
        [task.exam for task in tasks if _is_in_a_week(task, place)],
    )
    button = (texts("Homework"), data("h", place.target.id, f"{place.today:%Y%m%d}"))
    return Content(text, keyboard=buttons_of([button]))


def _row(deps: Deps, one: Due, place: _Place, kind: str, content: Content, *, fact: str) -> Row:
    zone = place.school.timezone
    quiet = (one.quiet_from, one.quiet_to) if one.quiet_from and one.quiet_to else None
    return Row(
        one.chat_id,
        kind,
        place.today,
        fact,
        content,
        Priority.REMINDER,
        thread_id=one.thread_id,
        not_before=int(after_quiet(zone, deps.clock.now(), quiet).timestamp()),
        expires_at=int(instant_of(zone, place.day, "24:00").timestamp()),
        silent=one.silent,
    )


async def tell_news(deps: Deps) -> int:
    """Announce what schools have newly given to the chats that want it at once; returns how many rows are new.

    Told or not, a task is new once: its mark and the rows are one transaction. The other chats find it in their digest.
    """
    added = 0
    for school_id in await homework.schools_to_tell(deps.db):
        school = await schools.school_by_id(deps.db, school_id)
        fresh = await homework.untold(deps.db, school_id)
        rows = [] if school is None else await _news(deps, school, fresh)
        async with deps.db.transaction() as transaction:
            added += await outbox.enqueue(transaction, rows, deps.now())
            await homework.told(transaction, fresh, deps.now())
    if added:
        deps.courier.wake()
    return added


async def _news(deps: Deps, school: School, fresh: set[int]) -> list[Row]:
    today = school.today(deps.clock.now())
    wanted = await homework.to_tell_at_once(deps.db, school.id)
    own = await homework.chats_with_own(deps.db, {one.chat_id for one in wanted})
    seen: dict[tuple[object, ...], list[Task]] = {}
    targets = {one.id: one for one in await schools.targets_of(deps.db, school.id)}
    contents: dict[tuple[object, ...], Content] = {}
    rows: list[Row] = []
    for one in wanted:
        target = targets.get(one.target_id)
        if target is None:  # the school publishes it no more
            continue
        viewer = Viewer(one.chat_id, one.thread_id) if (one.chat_id, one.thread_id) in own else homework.EVERYBODY
        key = (one.target_id, viewer)
        if key not in seen:
            found = await homework.visible(deps.db, target, viewer, first=today)
            seen[key] = [task for task in found if task.id in fresh]
        tasks = seen[key]
        if not tasks:
            continue
        place = _Place(school, target, today, today + timedelta(days=1), None)
        if (key, one.language) not in contents:
            contents[key, one.language] = _news_content(place, one.language, tasks)
        numbers = ",".join(str(task.id) for task in tasks)
        fact = f"{one.target_id} {hashlib.sha256(numbers.encode()).hexdigest()[:16]}"
        rows.append(_row(deps, one, place, NEWS, contents[key, one.language], fact=fact))
    return rows


def _news_content(place: _Place, language: str, tasks: Sequence[Task]) -> Content:
    texts = texts_in(language)
    text = words.news(
        texts,
        place.target.name,
        [task.homework for task in tasks if task.kind == "homework"],
        [task.exam for task in tasks if task.kind == "exam"],
    )
    button = (texts("Homework"), data("h", place.target.id, f"{place.today:%Y%m%d}"))
    return Content(text, keyboard=buttons_of([button]))
