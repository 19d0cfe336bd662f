"""/help: what the bot can do, made from the commands that there are."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, may, show
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """The commands that the asker may use here."""
    asker = await asker_of(update, context.deps)
    lines = [asker.texts("I bring your school's timetable and say what changed."), ""]
    allowed: dict[Audience, bool] = {}
    for command in context.deps.commands.values():
        if not command.listed or not (command.in_private if asker.private else command.in_groups):
            continue
        if command.audience not in allowed:
            allowed[command.audience] = await may(update, context, asker, command.audience)
        if allowed[command.audience]:
            lines.append(f"/{command.name} – {escape(asker.texts(command.summary))}")
    if asker.private:
        lines += ["", asker.texts("You can also just write the name of a class.")]
    await show(update, context, "\n".join(lines))


COMMAND = Command(name="help", summary=mark("what I can do"), run=run, order=90)
