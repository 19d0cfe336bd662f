"""/stop: unsubscribe from everything and delete what is stored, after a second press."""

from __future__ import annotations

from telegram import Update

from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, show
from bot.store import chats
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Ask once."""
    asker = await asker_of(update, context.deps)
    await show(
        update,
        context,
        asker.texts("Stop all messages and delete everything that is stored about this chat?"),
        [(asker.texts("Yes, delete"), data("stop", "yes")), (asker.texts("No"), data("stop", "no"))],
    )


async def answered(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The second press."""
    asker = await asker_of(update, context.deps)
    if args[0] != "yes":
        await show(update, context, asker.texts("Nothing was changed."))
        return
    thread = None if asker.private else asker.chat.thread_id
    await chats.forget(context.deps.db, asker.chat.chat_id, thread)
    await show(update, context, asker.texts("Everything is deleted. /start begins anew."))


COMMAND = Command(
    name="stop",
    summary=mark("stop and delete everything"),
    run=run,
    presses={"stop": answered},
    aliases=("forget",),
    audience=Audience.CHAT_ADMIN,
    order=95,
    own_data=True,
)
