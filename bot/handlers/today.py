"""/today: today's lessons, and tomorrow's once the day is over."""

from __future__ import annotations

from telegram import Update

from bot import plans
from bot.commands import Command
from bot.context import Context
from bot.screens.day import asked_day, each_followed, is_over, next_school_day, no_school, show_day
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Every followed target's day."""
    if await asked_day(update, context):
        return
    async for asker, target, school in each_followed(update, context):
        now = context.deps.clock.now()
        today = school.today(now)
        table = await plans.timetable_of(context.deps, target, today, 8)
        lead = ""
        day = today
        if table.days and is_over(table, now.astimezone(school.timezone)):
            later = next_school_day(table, table.days[1:])
            if later is not None:
                day = later.date
                lead = asker.texts("Today's lessons are over.")
                if not table.may_have_school(table.days[0]):
                    lead = no_school(asker.texts, asker.texts("There is no school today."), day)
        await show_day(update, context, target, day, lead=lead)


COMMAND = Command(name="today", summary=mark("today's lessons"), run=run, order=20)
