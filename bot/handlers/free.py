"""/free: the rooms that nobody uses now, or in a period."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial
from html import escape

from telegram import Update

from bot.commands import Command
from bot.context import Context
from bot.screens import Asker, say
from bot.screens.day import each_followed, when_read
from bot.screens.rooms import Whole, free_rooms, to_be_read, whole_day
from bot.store.schools import School
from bot.texts import Texts, mark
from bot.texts import day as day_texts

WIDTH = 60  # rooms that one answer names
OLD = timedelta(hours=12)  # a plan's age from which on it is read again for this, or said to be old


async def run(update: Update, context: Context) -> None:
    """`/free` is about now, `/free 3` about the third period of today."""
    wanted = (context.args or [""])[0][:8]
    seen: set[str] = set()
    async for asker, _, school in each_followed(update, context):
        if school.id in seen:
            continue
        seen.add(school.id)
        pages = await to_be_read(context.deps, school)
        then = partial(_tell, update, context, asker, school, wanted)
        await when_read(update, context, asker, pages, then, within=OLD)


async def _tell(update: Update, context: Context, asker: Asker, school: School, wanted: str) -> None:
    now = context.deps.clock.now().astimezone(school.timezone)
    whole = await whole_day(context.deps, school, now.date())
    if whole is None:
        text = asker.texts("I cannot say: not every timetable of the school is known to me.")
    else:
        text = _answer(asker.texts, whole, wanted, now.time(), school)
        checked = datetime.fromtimestamp(whole.checked_at, UTC)
        if now - checked > OLD:
            text += "\n" + day_texts.aged(asker.texts, checked, now)
    await say(update, context, text)


def _answer(texts: Texts, whole: Whole, wanted: str, now: time, school: School) -> str:
    start = end = now.replace(second=0, microsecond=0, tzinfo=None)
    when = f"{start:%H:%M}"
    if wanted:
        times = [
            (lesson.start, lesson.end)
            for lesson in whole.lessons
            if wanted in lesson.periods and len(lesson.periods) == 1 and lesson.start and lesson.end
        ]
        if not times:
            return escape(texts("There is no period {name} today.").format(name=wanted))
        start, end = min(pair[0] for pair in times), max(pair[1] for pair in times)
        when = f"{wanted}. {day_texts.times_text(start, end)}"
    else:
        end = time(start.hour, start.minute, 59)
    rooms = free_rooms(whole, start, end)
    head = texts("Free rooms · {when} · {school}").format(when=escape(when), school=escape(school.name))
    more = len(rooms) - WIDTH
    body = escape(", ".join(rooms[:WIDTH])) + (f" +{more}" if more > 0 else "")
    return f"<b>{head}</b>\n{body or escape(texts('None.'))}"


COMMAND = Command(name="free", summary=mark("rooms that are free now"), run=run, order=26)
