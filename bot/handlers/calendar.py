"""/calendar: the next weeks of a class as an .ics file; imported again, it updates what was imported before."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from html import escape

from telegram import InputFile, Update

from bot import compose, plans
from bot.commands import Command
from bot.context import Context
from bot.model import Lesson, Status
from bot.names import class_key
from bot.plans import Timetable
from bot.screens import show, thread_of
from bot.screens.day import each_followed, groups_of
from bot.texts import mark

WEEKS = 4


async def run(update: Update, context: Context) -> None:
    """One file for everything that is followed."""
    async for asker, target, school in each_followed(update, context):
        today = school.today(context.deps.clock.now())
        monday = today - timedelta(days=today.weekday())
        table = await plans.timetable_of(context.deps, target, monday, WEEKS * 7)
        groups = await groups_of(context, asker, target)
        days = [compose.of_groups(day, groups) for day in table.days]
        lessons = [lesson for day in days if not day.free for lesson in day.lessons if lesson.start and lesson.end]
        if not lessons:
            await show(update, context, asker.texts("There are no lessons with times to put into a calendar."))
            continue
        content = await context.deps.worker.run(calendar_of, table, lessons)
        assert update.effective_chat is not None
        await context.bot.send_document(
            update.effective_chat.id,
            InputFile(content, filename=f"{class_key(target.name).replace('/', '-') or 'timetable'}.ics"),
            caption=asker.texts(
                "The next weeks of {name} for your calendar. Import it again later: what changed is changed there too."
            ).format(name=f"<b>{escape(target.name)}</b>"),
            message_thread_id=thread_of(update),
        )


def calendar_of(table: Timetable, lessons: list[Lesson]) -> bytes:
    """The lessons as an iCalendar file (RFC 5545), each with a UID that stays the same when its room or teacher
    changes: it names the class, the date, the period (or the start) and the groups."""
    import icalendar  # only who exports needs it

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Schoolbell//timetable//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{table.target.name} · {table.school.name}")
    stamp = table.changed_at or datetime(2000, 1, 1, tzinfo=UTC)
    seen: dict[str, int] = {}
    for lesson in lessons:
        assert lesson.date is not None  # laid onto days
        assert lesson.start is not None
        assert lesson.end is not None
        event = icalendar.Event()
        key = "|".join((str(table.target.id), lesson.date.isoformat(), _place(lesson), *lesson.groups))
        seen[key] = seen.get(key, 0) + 1
        uid = hashlib.blake2s(f"{key}|{seen[key]}".encode(), digest_size=12).hexdigest()
        event.add("uid", f"{uid}@schoolbell")
        event.add("dtstamp", stamp)
        event.add("sequence", int(stamp.timestamp()) // 60)
        event.add("summary", " · ".join([lesson.subject, *lesson.groups]))
        event.add("dtstart", datetime.combine(lesson.date, lesson.start, table.school.timezone))
        event.add("dtend", datetime.combine(lesson.date, lesson.end, table.school.timezone))
        event.add("location", ", ".join(lesson.rooms))
        event.add("description", "\n".join(filter(None, [", ".join(lesson.teachers), lesson.note])))
        event.add("status", "CANCELLED" if lesson.status is Status.CANCELLED else "CONFIRMED")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _place(lesson: Lesson) -> str:
    return lesson.periods[0] if lesson.periods else f"{lesson.start:%H:%M}"


COMMAND = Command(name="calendar", summary=mark("an .ics file for your calendar"), run=run, order=37)
