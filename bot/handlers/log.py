"""/log: the last warnings."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.commands import Audience, Command
from bot.context import Context
from bot.journal import kept_lines
from bot.screens import asker_of, say
from bot.texts import mark

LIMIT = 3500


async def run(update: Update, context: Context) -> None:
    """The newest last, as much as one message takes."""
    asker = await asker_of(update, context.deps)
    text = "\n".join(line[:400] for line in kept_lines())[-LIMIT:]
    await say(update, context, f"<pre>{escape(text)}</pre>" if text else asker.texts("No warnings since the start."))


COMMAND = Command(name="log", summary=mark("the last warnings"), run=run, audience=Audience.ADMIN, order=205)
