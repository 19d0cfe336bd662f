"""/subscribe: follow one more class; a name may stand behind the command."""

from __future__ import annotations

from telegram import Update

from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context
from bot.keyboards import in_rows
from bot.screens import asker_of, show
from bot.screens.pick import ask_school, ask_when, named
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Ask for the class, or take the one that was named."""
    asker = await asker_of(update, context.deps)
    text = " ".join(context.args or ())[:64]
    if not text:
        await ask_school(update, context, asker)
        return
    target, near = await named(context, text)
    if target is not None:
        await ask_when(update, context, asker, target)
    elif near:
        rows = in_rows([(item.name, data("class", item.id)) for item in near[:8]], 4)
        await show(update, context, asker.texts("I do not know that class. Did you mean one of these?"), *rows)
    else:
        await show(update, context, asker.texts("I do not know that class."))


COMMAND = Command(name="subscribe", summary=mark("follow a class"), run=run, audience=Audience.CHAT_ADMIN, order=30)
