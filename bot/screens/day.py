"""The day and the week of a target on the screen: picture, words, and the buttons to go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from telegram import Update

from bot import compose, dates
from bot.buttons import data
from bot.context import Context
from bot.keyboards import Row
from bot.screens import Asker, asker_of, present, say, show
from bot.store import schools, subscriptions
from bot.store.schools import StoredTarget
from bot.texts import Texts
from bot.timetable import Day

READ_SECONDS = 25


async def followed(context: Context, asker: Asker) -> list[StoredTarget]:
    """What the chat follows, in the order it was picked."""
    found = []
    for subscription in await subscriptions.of_chat(context.deps.db, asker.chat.chat_id, asker.chat.thread_id):
        target = await schools.target_by_id(context.deps.db, subscription.target_id)
        if target is not None:
            found.append(target)
    return found


async def groups_of(context: Context, asker: Asker, target: StoredTarget) -> tuple[str, ...]:
    """The groups that the chat picked for a target."""
    for subscription in await subscriptions.of_chat(context.deps.db, asker.chat.chat_id, asker.chat.thread_id):
        if subscription.target_id == target.id:
            return subscription.groups
    return ()


async def show_day(update: Update, context: Context, target: StoredTarget, day: date, *, lead: str = "") -> None:
    """Show one day of a target, in place where a button was pressed."""
    asker = await asker_of(update, context.deps)
    if not await compose.was_read(context.deps, target):
        await _read_first(update, context, asker, target, lambda: show_day(update, context, target, day, lead=lead))
        return
    groups = await groups_of(context, asker, target)
    content = await compose.day_content(
        context.deps,
        target,
        day,
        compose.look_of(asker.chat),
        groups=groups,
        lead=lead,
        buttons=day_buttons(asker.texts, target, day),
    )
    await present(update, context, content)


async def show_week(update: Update, context: Context, target: StoredTarget, monday: date) -> None:
    """Show the week that begins on `monday`, in place where a button was pressed."""
    asker = await asker_of(update, context.deps)
    if not await compose.was_read(context.deps, target):
        await _read_first(update, context, asker, target, lambda: show_week(update, context, target, monday))
        return
    groups = await groups_of(context, asker, target)
    content = await compose.week_content(
        context.deps,
        target,
        monday,
        compose.look_of(asker.chat),
        groups=groups,
        buttons=week_buttons(asker.texts, target, monday),
    )
    await present(update, context, content)


async def _read_first(
    update: Update, context: Context, asker: Asker, target: StoredTarget, then: Callable[[], Awaitable[None]]
) -> None:
    """Have a target read that nobody has read yet, and go on when it is there. The handler itself waits for nothing."""
    deps = context.deps
    await say(update, context, asker.texts("One moment: the school's page is being read."))
    deps.wanted.add(target.id)

    async def go_on() -> None:
        for _ in range(READ_SECONDS * 4):
            await asyncio.sleep(0.25)
            if await compose.was_read(deps, target):
                await then()
                return
        deps.wanted.discard(target.id)
        await say(update, context, asker.texts("The school's page does not answer now. Ask me again in a while."))

    context.application.create_task(go_on(), update)


def day_buttons(texts: Texts, target: StoredTarget, day: date) -> list[Row]:
    """`[← Mon][Today][Wed →]` and `[Week]`."""
    before, after = school_day(day, -1), school_day(day, 1)
    language = texts.language
    return [
        [
            (f"← {dates.short_weekday(language, before.weekday())}", data("d", target.id, f"{before:%Y%m%d}")),
            (texts("Today"), data("d", target.id, "now")),
            (f"{dates.short_weekday(language, after.weekday())} →", data("d", target.id, f"{after:%Y%m%d}")),
        ],
        [(texts("Week"), data("w", target.id, f"{day - timedelta(days=day.weekday()):%Y%m%d}"))],
    ]


def week_buttons(texts: Texts, target: StoredTarget, monday: date) -> list[Row]:
    """The week before and after, and back to today."""
    return [
        [
            ("←", data("w", target.id, f"{monday - timedelta(weeks=1):%Y%m%d}")),
            (texts("Today"), data("d", target.id, "now")),
            ("→", data("w", target.id, f"{monday + timedelta(weeks=1):%Y%m%d}")),
        ]
    ]


def school_day(day: date, step: int) -> date:
    """The next (or, with step -1, the last) day that is not a Sunday or a Saturday."""
    day += timedelta(days=step)
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


async def target_in(context: Context, number: str) -> StoredTarget:
    """The target that a button names. Raises ValueError when it is gone."""
    target = await schools.target_by_id(context.deps.db, int(number))
    if target is None:
        raise ValueError("the target is gone")
    return target


async def day_pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A button to a day: target, then the date or `now`."""
    target = await target_in(context, args[0])
    if args[1] == "now":
        school = await schools.school_by_id(context.deps.db, target.school_id)
        assert school is not None
        day = school.today(context.deps.clock.now())
    else:
        day = compact_date(args[1])
    await show_day(update, context, target, day)


async def week_pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A button to a week: target, then its Monday."""
    target = await target_in(context, args[0])
    day = compact_date(args[1])
    await show_week(update, context, target, day - timedelta(days=day.weekday()))


def compact_date(text: str) -> date:
    """ "20261124" as a date. Raises ValueError for anything else, and for what lies outside 2000 to 2100."""
    if len(text) != 8 or not text.isdigit() or not 2000 <= int(text[:4]) <= 2100:
        raise ValueError("no date")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


async def each_followed(update: Update, context: Context) -> AsyncIterator[tuple[Asker, StoredTarget, schools.School]]:
    """Every target that the chat follows, with its school; a chat that follows nothing is told how to begin."""
    asker = await asker_of(update, context.deps)
    targets = await followed(context, asker)
    if not targets:
        await show(update, context, asker.texts("You do not follow a class yet. /start takes three taps."))
    for target in targets:
        school = await schools.school_by_id(context.deps.db, target.school_id)
        assert school is not None  # targets hang on schools in the database
        yield asker, target, school


def is_over(day: Day, now: datetime) -> bool:
    """Whether the day's last lesson has ended, by the clock of the school. Unknown times end with the day."""
    ends = [lesson.end for lesson in day.taking_place if lesson.end is not None]
    if not day.taking_place:
        return now.hour >= 12
    return bool(ends) and max(ends) < now.time()


def next_day_with_lessons(days: Sequence[Day]) -> Day | None:
    """The first of the days on which something takes place."""
    return next((day for day in days if day.taking_place), None)
