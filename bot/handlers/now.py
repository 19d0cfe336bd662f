"""/now: the lesson that is on, how long it goes on, the next one, and the bells of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from html import escape

from telegram import Update

from bot import compose, dates, plans
from bot.commands import Command
from bot.context import Context
from bot.model import Lesson
from bot.screens import show
from bot.screens.day import each_followed, groups_of, next_day_with_lessons
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
        await show(update, context, "\n".join([head, *_lines(asker.texts, days, now)]))


def _lines(texts: Texts, days: Sequence[Day], now: datetime) -> list[str]:
    today, clock = days[0], now.time().replace(tzinfo=None)
    lines: list[str] = []
    on = [one for one in today.taking_place if one.start and one.end and one.start <= clock < one.end]
    for lesson in on:
        assert lesson.end is not None
        left = texts.plural("{count} minute left", "{count} minutes left", _minutes(clock, lesson.end))
        lines.append(f"▶ {day_texts.lesson_line(texts, lesson)} · <b>{escape(left)}</b>")
    later = [one for one in today.taking_place if one.start and one.start > clock]
    first = min((one.start for one in later if one.start), default=None)
    for lesson in later:
        if lesson.start == first and first is not None:
            until = texts.plural("in {count} minute", "in {count} minutes", _minutes(clock, first))
            lines.append(f"⏭ {day_texts.lesson_line(texts, lesson)} · {escape(until)}")
    if not lines:
        lines += _no_more(texts, days, now.date())
    bells = _bells(today)
    if bells:
        lines += ["", escape(texts("Bells: {times}").format(times=" · ".join(bells)))]
    return lines


def _no_more(texts: Texts, days: Sequence[Day], today: date) -> list[str]:
    if not days[0].known:
        return [escape(texts("The school has not published this day."))]
    text = texts("Today's lessons are over.") if days[0].taking_place else texts("There is no school today.")
    later = next_day_with_lessons([day for day in days if day.date > today])
    if later is None:
        return [escape(text)]
    starts = [lesson for lesson in later.taking_place if lesson.start == _first(later.taking_place)]
    title = dates.day_title(texts.language, later.date)
    return [escape(text), f"⏭ {escape(title)}", *(day_texts.lesson_line(texts, lesson) for lesson in starts)]


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
