"""From stored plans to what is shown: a target's days, and the content (words, picture) made of them once for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from urllib.parse import urlsplit

from bot import dates, memory, render
from bot.buttons import data
from bot.context import Deps
from bot.drawn import words_of
from bot.errors import UnknownTarget
from bot.keyboards import Row, buttons_of
from bot.model import Exam, FreeDays, Homework, Lesson, Plan
from bot.render import view
from bot.scraper.contract import Source
from bot.select import belonging_to
from bot.store import feed_health, homework, pictures, schools, snapshots
from bot.store.chats import Chat
from bot.store.homework import EVERYBODY, Viewer
from bot.store.outbox import Content
from bot.store.schools import Feed, School, StoredTarget
from bot.term import pause_factor
from bot.texts import Texts, texts_in
from bot.texts import day as day_texts
from bot.timetable import Day, days_of, in_groups

STALE_POLLS = 2  # an answer says how old it is when its data is older than so many poll intervals


@dataclass(frozen=True, slots=True)
class Look:
    """How a chat wants to see things."""

    language: str
    theme: str = "light"
    format: str = "image"


def look_of(chat: Chat) -> Look:
    """How a chat wants to see things."""
    return Look(chat.language, chat.theme, chat.format)


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
    feed, source = await _first_feed(deps, target)
    if feed is None or source is None or source.scope == "school" or await schools.is_followed(deps.db, target.id):
        return False
    usual = max(deps.config.poll_minutes * 60, source.min_interval) * STALE_POLLS
    limit = usual if within is None else within.total_seconds()
    return deps.now() - read_at > limit and not (await feed_health.health_of(deps.db, feed.id)).failures


async def _first_feed(deps: Deps, target: StoredTarget) -> tuple[Feed | None, Source | None]:
    feeds = await schools.feeds_of(deps.db, target.school_id)
    return (feeds[0], deps.sources.get(feeds[0].source)) if feeds else (None, None)


async def _read_at(deps: Deps, target: StoredTarget) -> int | None:
    """When the school last confirmed the target's plan; None = there is none."""
    feed, source = await _first_feed(deps, target)
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
    plans: list[Plan] = []
    checked: list[int] = []
    changed: list[int] = []
    revisions: list[str] = []
    failing: list[int] = []
    host = ""
    rows_only = False
    pauses: list[int] = []
    for feed in await schools.feeds_of(deps.db, school.id):
        if feed.source in deps.sources:
            pauses.append(deps.sources[feed.source].min_interval)
        if feed.position == 0:
            rows_only = feed.source in deps.sources and "lessons" not in deps.sources[feed.source].delivers
        scope = deps.sources[feed.source].scope if feed.source in deps.sources else "target"
        snapshot = await snapshots.newest(deps.db, feed.id, 0 if scope == "school" else target.id)
        host = host or urlsplit(feed.url).hostname or ""
        if snapshot is None:
            if feed.position == 0:
                break  # substitutions without the plan that they change are not a timetable
            continue
        plans.append(_part_of(snapshot.plan, target) if scope == "school" else snapshot.plan)
        health = await feed_health.health_of(deps.db, feed.id)
        failing += [health.failing_since] if health.failing_since else []
        checked.append(snapshot.checked_at)
        changed.append(snapshot.changed_at)
        revisions.append(f"{feed.id}.{snapshot.revision}")
    base, *extra = plans or [Plan()]
    last = first + timedelta(days=count - 1)
    tasks = await homework.visible(deps.db, target, viewer, first=first, last=last, undated=False)
    return Timetable(
        school=school,
        target=target,
        days=days_of(base, extra=extra, first=first, count=count, calendar=school.calendar) if plans else (),
        homework=tuple(task.homework for task in tasks if task.kind == "homework"),
        exams=tuple(task.exam for task in tasks if task.kind == "exam"),
        checked_at=datetime.fromtimestamp(min(checked), UTC) if checked else None,
        changed_at=datetime.fromtimestamp(max(changed), UTC) if changed else None,
        host=host,
        revision="+".join(revisions),
        failing_since=datetime.fromtimestamp(min(failing), UTC) if failing else None,
        rows_only=rows_only,
        free=(*school.calendar.holidays, *(free for plan in plans for free in plan.free_days)),
        pause=max([deps.config.poll_minutes * 60, *pauses]),
    )


def _part_of(plan: Plan, target: StoredTarget) -> Plan:
    """A target's part of a whole school's plan. A substitution plan lists only those who have changes today.

    Of a class that the school does not list any more nothing is known: one follower of it stops nobody else's plan.
    """
    try:
        return belonging_to(plan if plan.lessons else replace(plan, targets=()), target.kind, target.name)
    except UnknownTarget:
        return Plan(school=plan.school, free_days=plan.free_days, bells=plan.bells)


async def day_content(
    deps: Deps,
    target: StoredTarget,
    day: date,
    look: Look,
    *,
    groups: Sequence[str] = (),
    label: str = "",
    lead: str = "",
    buttons: Sequence[Row] = (),
    table: Timetable | None = None,
    viewer: Viewer = EVERYBODY,
) -> Content:
    """One day in words and, when it has lessons, as a picture. `lead` is HTML that stands above everything, `label` the
    chat's own name for the target; it stands in the words alone, for all see the same picture."""
    table = table or await timetable_of(deps, target, day, 1, viewer=viewer)
    texts = texts_in(look.language)
    if not table.days:
        return Content(_never_read(texts), keyboard=buttons_of(*buttons))
    shown = of_groups(table.day(day), groups)
    due = [task for task in table.homework if task.due == day]
    exams = [exam for exam in table.exams if exam.date == day]
    head = day_texts.headline(texts, shown, _whose(table, label), rows_only=table.rows_only)
    words = [lead, head, _freshness(deps, texts, table)]
    twin = day_texts.twin(texts, shown, due, exams, whose=target.kind)
    picture = None
    if shown.lessons and look.format != "text":
        slots = await slots_of(deps, table.school, [*shown.lessons, *due])
        card = view.day_view(
            shown.lessons,
            frame=_frame(deps, texts, table, dates.day_title(look.language, day), shown.week, below=_whose(table)),
            words=words_of(texts),
            slots=slots,
            lang=look.language,
            homework=due,
            exams=exams,
            bells=shown.bells,
            whose=target.kind,
        )
        picture = await picture_of(deps, card, look)
    more = (texts("Text"), data("t", target.id, "d", f"{day:%Y%m%d}"))
    return _content("\n".join(filter(None, words)), twin, picture, look, [*buttons], more)


async def week_content(
    deps: Deps,
    target: StoredTarget,
    monday: date,
    look: Look,
    *,
    groups: Sequence[str] = (),
    label: str = "",
    lead: str = "",
    buttons: Sequence[Row] = (),
    viewer: Viewer = EVERYBODY,
) -> Content:
    """A week in words and as a picture: Monday to Friday, to Saturday when there are lessons then."""
    table = await timetable_of(deps, target, monday, 7, viewer=viewer)
    texts = texts_in(look.language)
    if not table.days:
        return Content(_never_read(texts), keyboard=buttons_of(*buttons))
    days = [of_groups(day, groups) for day in table.days]
    days = [day for day in days if day.date.weekday() < 5 or day.lessons]
    last = days[-1].date
    title = f"{target.name} · {dates.week_range(look.language, monday, last)}"
    due = [task for task in table.homework if task.due and monday <= task.due <= last]
    exams = [exam for exam in table.exams if exam.date and monday <= exam.date <= last]
    lessons = [lesson for day in days for lesson in day.lessons]
    head = f"<b>{escape(f'{label}, {title}' if label else title)}</b> · {escape(table.school.name)}"
    words = [lead, head, _freshness(deps, texts, table)]
    picture = None
    if lessons and look.format != "text":
        slots = await slots_of(deps, table.school, [*lessons, *due])
        grid = view.week_view(
            lessons,
            days=view.day_heads(
                look.language,
                [day.date for day in days],
                [day_texts.why_empty(texts, day, rows_only=table.rows_only) for day in days],
            ),
            frame=_frame(deps, texts, table, title, days[0].week, below=table.school.name),
            words=words_of(texts),
            slots=slots,
            lang=look.language,
            homework=due,
            exams=exams,
            bells=days[0].bells,
            whose=target.kind,
        )
        picture = await picture_of(deps, grid, look)
    more = (texts("Text"), data("t", target.id, "w", f"{monday:%Y%m%d}"))
    return _content(
        "\n".join(filter(None, words)),
        day_texts.week_twin(texts, days, rows_only=table.rows_only, whose=target.kind),
        picture,
        look,
        [*buttons],
        more,
    )


async def words_in_parts(
    deps: Deps,
    target: StoredTarget,
    first: date,
    look: Look,
    *,
    groups: Sequence[str] = (),
    week: bool,
    viewer: Viewer = EVERYBODY,
) -> list[str]:
    """Every word of a day or of a week, in messages that Telegram takes. HTML."""
    table = await timetable_of(deps, target, first, 7 if week else 1, viewer=viewer)
    texts = texts_in(look.language)
    if not table.days:
        return [_never_read(texts)]
    days = [of_groups(day, groups) for day in table.days]
    if week:
        shown = [day for day in days if day.date.weekday() < 5 or day.lessons]
        body = day_texts.week_twin(texts, shown, whose=target.kind)
        return day_texts.parts(f"<b>{escape(_whose(table))}</b>\n\n{body}")
    due = [task for task in table.homework if task.due == first]
    exams = [exam for exam in table.exams if exam.date == first]
    head = day_texts.headline(texts, days[0], _whose(table))
    return day_texts.parts(f"{head}\n\n{day_texts.twin(texts, days[0], due, exams, whose=target.kind)}")


def of_groups(day: Day, groups: Sequence[str]) -> Day:
    """The day with the lessons that concern somebody who picked these groups."""
    return replace(day, lessons=tuple(lesson for lesson in day.lessons if in_groups(lesson, groups)))


def _content(
    head: str, twin: str, picture: str | None, look: Look, buttons: list[Row], more: tuple[str, str]
) -> Content:
    """Head and twin as they fit: folded below a picture, in the open where words are wanted, else behind a button."""
    whole: str | None
    if picture is None or look.format == "both":
        whole = f"{head}\n\n{twin}" if twin else head
        if day_texts.visible_length(whole) > (day_texts.TEXT_LIMIT if picture is None else day_texts.CAPTION_LIMIT):
            whole = None
    else:
        whole = day_texts.folded(head, twin, day_texts.CAPTION_LIMIT)
    if whole is None:
        buttons = [*buttons[:1], [*(buttons[1] if len(buttons) > 1 else ()), more], *buttons[2:]]
    return Content(whole or head, picture=picture, keyboard=buttons_of(*buttons), as_document=look.format == "file")


async def slots_of(deps: Deps, school: School, shown: Iterable[Lesson | Homework | Exam]) -> dict[str, int]:
    """The colour slots of the subjects, kept per school so that a subject never changes its colour."""
    known = await schools.slots_of(deps.db, school.id)
    slots = render.assign_slots([item.subject for item in shown], known)
    new = {subject: slot for subject, slot in slots.items() if subject not in known}
    if new:
        async with deps.db.transaction() as transaction:
            await schools.put_slots(transaction, school.id, new)
    return slots


async def picture_of(deps: Deps, shown: render.DayView | render.WeekView | render.HomeworkView, look: Look) -> str:
    """The hash of the drawn picture; it is drawn only when nobody has needed it before."""
    theme = render.THEMES.get(look.theme, render.THEMES["light"])
    key = render.content_hash(shown, theme)
    if await pictures.has(deps.db, key):
        return key
    if isinstance(shown, render.DayView):
        png = await deps.worker.run(render.draw_day, shown, theme)
    elif isinstance(shown, render.WeekView):
        png = await deps.worker.run(render.draw_week, shown, theme)
    else:
        png = await deps.worker.run(render.draw_homework, shown, theme)
    async with deps.db.transaction() as transaction:
        await pictures.put(transaction, key, png, deps.now())
    return key


def _frame(deps: Deps, texts: Texts, table: Timetable, title: str, week: str, *, below: str) -> view.Frame:
    changed = table.changed_at.astimezone(table.school.timezone) if table.changed_at else None
    foot = [
        texts("Changed {when}").format(when=f"{dates.short_date(texts.language, changed.date())} {changed:%H:%M}")
        if changed
        else "",
        texts("source: {host}").format(host=table.host) if table.host else "",
    ]
    return view.Frame(
        title=title,
        subtitle=below,
        week=texts("week {name}").format(name=week) if week else "",
        foot=" · ".join(filter(None, foot)),
        signature=deps.signature(),
    )


def _whose(table: Timetable, label: str = "") -> str:
    name = f"{label}, {table.target.name}" if label else table.target.name
    return f"{name} · {table.school.name}"


def _freshness(deps: Deps, texts: Texts, table: Timetable) -> str:
    """The line that says how old the data is, when it is older than two poll intervals; these are longer at night, at
    weekends and in holidays, unless the page cannot be read."""
    now = deps.clock.now()
    if table.checked_at is None:
        return ""
    if table.failing_since is not None:
        limit = timedelta(minutes=deps.config.poll_minutes * STALE_POLLS)
        return day_texts.stale(texts, table.checked_at, now) if now - table.checked_at > limit else ""
    moments = (moment.astimezone(table.school.timezone) for moment in (table.checked_at, now))
    factor = max(pause_factor(moment, table.free) for moment in moments)
    limit = timedelta(seconds=table.pause * factor * STALE_POLLS)
    return day_texts.aged(texts, table.checked_at, now) if now - table.checked_at > limit else ""


def _never_read(texts: Texts) -> str:
    return texts("The school's page has not been read yet. As soon as it answers, the timetable is here.")


async def put_away(deps: Deps) -> None:
    """After a round or the digests: forget what drawing keeps, and give what was freed back to the system."""
    with suppress(TimeoutError):  # the thread has much to do: next time
        await deps.worker.run(render.forget)
    memory.give_back()
