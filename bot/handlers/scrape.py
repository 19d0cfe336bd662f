"""/scrape: ask every school now."""

from __future__ import annotations

from telegram import Update

from bot.commands import Audience, Command
from bot.context import Context
from bot.rounds import ask_now
from bot.screens import asker_of, say
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Make every feed due; the next tick of the scrape job asks them."""
    asker = await asker_of(update, context.deps)
    count = await ask_now(context.deps)
    text = asker.texts.plural("{count} address is asked now.", "{count} addresses are asked now.", count)
    await say(update, context, text)


COMMAND = Command(name="scrape", summary=mark("ask the schools now"), run=run, audience=Audience.ADMIN, order=201)
