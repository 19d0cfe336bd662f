"""/now: the lesson that is on, how long it goes on, the next one, and the bells of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from html import escape

from telegram import Update

from bot import compose, dates, plans
from bot.commands import Command
from bot.context import Context
from bot.model import Lesson
from bot.plans import Timetable
from bot.screens import show
from bot.screens.day import each_followed, groups_of, next_school_day
from bot.texts import Texts, mark
from bot.texts import day as day_texts
from bot.timetable import Day


async def run(update: Update, context: Context) -> None:
    """For everything that the chat follows."""
    async for asker, target, school in each_followed(update, context):
        now = context.deps.clock.now().astimezone(school.timezone)
        table = await plans.timetable_of(context.deps, target, now.date(), 14)
        head = f"<b>{escape(target.name)}</b> · {now:%H:%M}"
        if not table.days:
            await show(update, context, f"{head}\n{escape(asker.texts('The plan has not been read yet.'))}")
            continue
        groups = await groups_of(context, asker, target)
        days = [compose.of_groups(day, groups) for day in table.days]
        await show(update, context, "\n".join([head, *_lines(asker.texts, replace(table, days=tuple(days)), now)]))


def _lines(texts: Texts, table: Timetable, now: datetime) -> list[str]:
    today, clock, whose = table.days[0], now.time().replace(tzinfo=None), table.target.kind
    lines: list[str] = []
    on = [one for one in today.taking_place if one.start and one.end and one.start <= clock < one.end]
    for lesson in on:
        assert lesson.end is not None
        left = texts.plural("{count} minute left", "{count} minutes left", _minutes(clock, lesson.end))
        lines.append(f"▶ {day_texts.lesson_line(texts, lesson, whose)} · <b>{escape(left)}</b>")
    later = [one for one in today.taking_place if one.start and one.start > clock]
    first = min((one.start for one in later if one.start), default=None)
    for lesson in later:
        if lesson.start == first and first is not None:
            until = texts.plural("in {count} minute", "in {count} minutes", _minutes(clock, first))
            lines.append(f"⏭ {day_texts.lesson_line(texts, lesson, whose)} · {escape(until)}")
    if not lines:
        lines += _no_more(texts, table)
    bells = _bells(today)
    if bells:
        lines += ["", escape(texts("Bells: {times}").format(times=" · ".join(bells)))]
    return lines


def _no_more(texts: Texts, table: Timetable) -> list[str]:
    today, *ahead = table.days
    timed = all(lesson.start and lesson.end for lesson in today.taking_place)
    if not today.known or (table.may_have_school(today) and (table.rows_only or not timed)):
        return [day_texts.summary(texts, today, rows_only=table.rows_only)]  # when it ends is not known
    text = texts("Today's lessons are over.") if table.may_have_school(today) else texts("There is no school today.")
    later = next_school_day(table, ahead)
    if later is None:
        return [escape(text)]
    starts = [lesson for lesson in later.taking_place if lesson.start == _first(later.taking_place)]
    title = dates.day_title(texts.language, later.date)
    return [
        escape(text),
        f"⏭ {escape(title)}",
        *(day_texts.lesson_line(texts, lesson, table.target.kind) for lesson in starts),
    ]


def _first(lessons: Sequence[Lesson]) -> time | None:
    return min((lesson.start for lesson in lessons if lesson.start), default=None)


def _minutes(now: time, then: time) -> int:
    """Whole minutes, a begun one counted: a lesson that ends in 30 seconds has one minute left."""
    seconds = (then.hour - now.hour) * 3600 + (then.minute - now.minute) * 60 + then.second - now.second
    return max(1, -(-seconds // 60))


def _bells(day: Day) -> list[str]:
    """Every period's times, as the school rings or as the lessons say."""
    known = {bell.period: (bell.start, bell.end) for bell in day.bells}
    for lesson in day.lessons:
        if len(lesson.periods) == 1 and lesson.start and lesson.end:
            known.setdefault(lesson.periods[0], (lesson.start, lesson.end))
    ordered = sorted(known.items(), key=lambda item: item[1])
    return [f"{period}. {day_texts.times_text(*times)}" for period, times in ordered]


COMMAND = Command(name="now", summary=mark("this lesson and the next"), run=run, order=24)
