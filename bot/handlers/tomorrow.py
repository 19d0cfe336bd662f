"""/tomorrow: the next school day; on a Friday that is Monday, and it says so."""

from __future__ import annotations

from datetime import timedelta

from telegram import Update

from bot import plans
from bot.commands import Command
from bot.context import Context
from bot.screens.day import asked_day, each_followed, next_school_day, no_school, show_day
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Every followed target's next school day."""
    if await asked_day(update, context):
        return
    async for asker, target, school in each_followed(update, context):
        tomorrow = school.today(context.deps.clock.now()) + timedelta(days=1)
        table = await plans.timetable_of(context.deps, target, tomorrow, 14)
        later = next_school_day(table, table.days)
        day = tomorrow if later is None else later.date
        lead = ""
        if day != tomorrow:
            lead = no_school(asker.texts, asker.texts("There is no school tomorrow."), day)
        await show_day(update, context, target, day, lead=lead)


COMMAND = Command(name="tomorrow", summary=mark("the next school day"), run=run, order=21)
