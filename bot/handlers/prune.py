"""/prune: what the nightly job does, now."""

from __future__ import annotations

from telegram import Update

from bot import upkeep
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, say
from bot.texts import mark

WORDS = {
    "sent rows": mark("sent messages"),
    "snapshots": mark("old timetables"),
    "pictures": mark("pictures"),
    "announcements": mark("announcements"),
    "tasks": mark("old homework"),
}


async def run(update: Update, context: Context) -> None:
    """Delete what is older than a week, and say how much that was."""
    asker = await asker_of(update, context.deps)
    gone = await upkeep.prune(context.deps.db, context.deps.clock.now())
    figures = ", ".join(f"{asker.texts(WORDS.get(what, what))}: {count}" for what, count in gone.items())
    await say(update, context, asker.texts("Deleted: {figures}").format(figures=figures))


COMMAND = Command(name="prune", summary=mark("delete what is a week old"), run=run, audience=Audience.ADMIN, order=207)
