"""/week: this week's lessons, the next week's from Saturday on."""

from __future__ import annotations

from datetime import timedelta

from telegram import Update

from bot.commands import Command
from bot.context import Context
from bot.screens.day import asked_day, each_followed, show_week
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Every followed target's week."""
    if await asked_day(update, context, week=True):
        return
    async for _asker, target, school in each_followed(update, context):
        today = school.today(context.deps.clock.now())
        monday = today - timedelta(days=today.weekday())
        if today.weekday() >= 5:
            monday += timedelta(weeks=1)
        await show_week(update, context, target, monday)


COMMAND = Command(name="week", summary=mark("the week at a glance"), run=run, order=22)
