"""The day and the week of a target on the screen: picture, words, and the buttons to go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from html import escape

from telegram import Update

from bot import compose, dates, plans
from bot.buttons import data
from bot.context import Context, in_background
from bot.dates import read_day
from bot.keyboards import Row
from bot.model import TargetKind
from bot.plans import Timetable
from bot.screens import Asker, asker_of, present, say, show
from bot.screens.access import target_for
from bot.screens.pick import named
from bot.store import schools, subscriptions
from bot.store.homework import Viewer
from bot.store.schools import StoredTarget
from bot.store.subscriptions import Subscription
from bot.texts import Texts, mark
from bot.timetable import Day

READ_SECONDS = 25
NOTHING_FOLLOWED = mark("You do not follow a class yet. /start takes three taps.")
HOMEWORK = "h"  # the verb of the button to a day's homework
LATER = "answer when it was read"


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
    subscription = await _followed_as(context, asker, target)
    return subscription.groups if subscription else ()


async def _label_of(context: Context, asker: Asker, target: StoredTarget) -> str:
    subscription = await _followed_as(context, asker, target)
    return subscription.label if subscription else ""


async def _followed_as(context: Context, asker: Asker, target: StoredTarget) -> Subscription | None:
    found = await subscriptions.of_chat(context.deps.db, asker.chat.chat_id, asker.chat.thread_id)
    return next((each for each in found if each.target_id == target.id), None)


async def show_day(
    update: Update, context: Context, target: StoredTarget, day: date, *, lead: str = "", extra: Sequence[Row] = ()
) -> None:
    """Show one day of a target, in place where a button was pressed. `extra` rows of buttons stand below the others."""
    asker = await asker_of(update, context.deps)

    async def draw() -> None:
        content = await compose.day_content(
            context.deps,
            target,
            day,
            compose.look_of(asker.chat),
            groups=await groups_of(context, asker, target),
            label=await _label_of(context, asker, target),
            lead=lead,
            viewer=Viewer(asker.chat.chat_id, asker.chat.thread_id),
            buttons=[*day_buttons(asker.texts, target, day), *extra],
        )
        await present(update, context, content)

    await when_read(update, context, asker, [target], draw)


async def show_week(update: Update, context: Context, target: StoredTarget, monday: date) -> None:
    """Show the week that begins on `monday`, in place where a button was pressed."""
    asker = await asker_of(update, context.deps)

    async def draw() -> None:
        content = await compose.week_content(
            context.deps,
            target,
            monday,
            compose.look_of(asker.chat),
            groups=await groups_of(context, asker, target),
            label=await _label_of(context, asker, target),
            viewer=Viewer(asker.chat.chat_id, asker.chat.thread_id),
            buttons=week_buttons(asker.texts, target, monday),
        )
        await present(update, context, content)

    await when_read(update, context, asker, [target], draw)


async def when_read(
    update: Update,
    context: Context,
    asker: Asker,
    targets: Sequence[StoredTarget],
    then: Callable[[], Awaitable[None]],
    *,
    within: timedelta | None = None,
) -> None:
    """Go on at once with targets that the rounds keep read; have the others read first, and go on when they were. The
    handler itself waits for nothing. `within` is how old what nobody follows may be."""
    deps = context.deps
    wanted = {target.id for target in targets if await plans.worth_reading(deps, target, within=within)}
    if not wanted:
        await then()
        return
    unread = [target for target in targets if not await plans.was_read(deps, target)]
    again = wanted - {target.id for target in unread}
    if unread:
        await say(update, context, asker.texts("One moment: the school's page is being read."))
    deps.wanted.update(wanted)

    async def go_on() -> None:
        for _ in range((READ_SECONDS + len(wanted)) * 10):
            await asyncio.sleep(0.1)
            while unread and await plans.was_read(deps, unread[-1]):
                unread.pop()
            if not again & deps.wanted and (not unread or not wanted & deps.wanted):
                break
        deps.wanted.difference_update(wanted)
        if not unread:
            await then()
        else:
            await say(update, context, asker.texts("The school's page does not answer now. Ask me again in a while."))

    in_background(context, go_on(), update, name=f"{LATER} {min(wanted)}")


def day_buttons(texts: Texts, target: StoredTarget, day: date) -> list[Row]:
    """`[← Mon][Today][Wed →]` and `[Week][Homework]`."""
    before, after = school_day(day, -1), school_day(day, 1)
    language = texts.language
    of_class = target.kind is TargetKind.CLASS  # nobody gives a teacher or a room homework
    return [
        [
            (f"← {dates.short_weekday(language, before.weekday())}", data("d", target.id, f"{before:%Y%m%d}")),
            (texts("Today"), data("d", target.id, "now")),
            (f"{dates.short_weekday(language, after.weekday())} →", data("d", target.id, f"{after:%Y%m%d}")),
        ],
        [
            (texts("Week"), data("w", target.id, f"{day - timedelta(days=day.weekday()):%Y%m%d}")),
            *([(texts("Homework"), data(HOMEWORK, target.id, f"{day:%Y%m%d}"))] if of_class else []),
        ],
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


async def target_pressed(update: Update, context: Context, number: str) -> StoredTarget:
    """The target that a button names. Raises ValueError when it is gone, Denied when it is not for the asker."""
    return await target_for(context.deps, await asker_of(update, context.deps), number)


async def day_pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A button to a day: target, then the date or `now`."""
    target = await target_pressed(update, context, args[0])
    day = await today_of(context, target) if args[1] == "now" else compact_date(args[1])
    await show_day(update, context, target, day)


async def week_pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A button to a week: target, then its Monday."""
    target = await target_pressed(update, context, args[0])
    day = compact_date(args[1])
    await show_week(update, context, target, day - timedelta(days=day.weekday()))


async def text_pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The button below a picture whose words did not fit: all of them, in as many messages as it takes."""
    target = await target_pressed(update, context, args[0])
    asker = await asker_of(update, context.deps)
    groups = await groups_of(context, asker, target)
    day = compact_date(args[2])
    look = compose.look_of(asker.chat)
    viewer = Viewer(asker.chat.chat_id, asker.chat.thread_id)
    for part in await compose.words_in_parts(
        context.deps, target, day, look, groups=groups, week=args[1] == "w", viewer=viewer
    ):
        await say(update, context, part)


async def redraw_today(update: Update, context: Context) -> None:
    """What stands in place of a screen that is out of date: today's card of what the chat follows first."""
    asker = await asker_of(update, context.deps)
    targets = await followed(context, asker)
    if targets:
        await show_day(update, context, targets[0], await today_of(context, targets[0]))


async def today_of(context: Context, target: StoredTarget) -> date:
    """The local date of a target's school."""
    school = await schools.school_by_id(context.deps.db, target.school_id)
    assert school is not None  # targets hang on schools in the database
    return school.today(context.deps.clock.now())


async def asked_day(update: Update, context: Context, *, week: bool = False) -> bool:
    """Show what stands behind a command: "/today fri", "/week 24.11", "/today 9b". False when nothing does."""
    words = " ".join(context.args or ())[:64].strip()
    if not words:
        return False
    asker = await asker_of(update, context.deps)
    today = context.deps.clock.now().astimezone(context.deps.config.timezone).date()
    targets = await followed(context, asker)
    day = read_day(words, today, asker.texts.language)
    if day is None:
        found, _ = await named(context, asker, words)
        if found is None:
            example = escape(
                f"{dates.short_weekday(asker.texts.language, 4)}, {dates.short_date(asker.texts.language, today)}, 9a"
            )
            hint = asker.texts("I do not know that day or class. I understand, for example: {examples}")
            await show(update, context, hint.format(examples=example))
            return True
        day, targets = today, [found]
    if not targets:
        await show(update, context, asker.texts(NOTHING_FOLLOWED))
    for target in targets:
        if week:
            await show_week(update, context, target, day - timedelta(days=day.weekday()))
        else:
            await show_day(update, context, target, day)
    return True


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
        await show(update, context, asker.texts(NOTHING_FOLLOWED))
    for target in targets:
        school = await schools.school_by_id(context.deps.db, target.school_id)
        assert school is not None  # targets hang on schools in the database
        yield asker, target, school


def is_over(table: Timetable, now: datetime) -> bool:
    """Whether the last lesson of the first day has ended, by the clock of the school. Unknown times end with the day,
    and so does a day of which only the changes are known."""
    day = table.days[0]
    if not table.may_have_school(day):
        return day.known
    ends = [lesson.end for lesson in day.taking_place if lesson.end is not None]
    return not table.rows_only and bool(ends) and max(ends) < now.time()


def next_school_day(table: Timetable, days: Sequence[Day]) -> Day | None:
    """The first of the days that has school; None when there is none, or one comes before it that nobody knows."""
    day = next((day for day in days if table.may_have_school(day)), None)
    return day if day is not None and day.known else None


def no_school(texts: Texts, first: str, day: date) -> str:
    """Why another day is shown than was asked for. HTML."""
    weekday = dates.weekday(texts.language, day.weekday())
    return escape(first + " " + texts("The next school day is {weekday}.").format(weekday=weekday))
