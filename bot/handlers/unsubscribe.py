"""/unsubscribe: stop following a class."""

from __future__ import annotations

from telegram import Update

from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, show
from bot.screens.subscription import named
from bot.store import subscriptions
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Ask which one, or end the only one."""
    asker = await asker_of(update, context.deps)
    found = await subscriptions.of_chat(context.deps.db, asker.chat.chat_id, asker.chat.thread_id)
    if not found:
        await show(update, context, asker.texts("You do not follow anything. /subscribe changes that."))
        return
    names = await named(context, found)
    rows = [[(name, data("unsub", one.id))] for one, name in zip(found, names, strict=True)]
    await show(update, context, asker.texts("What do you want to stop following?"), *rows)


async def picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The button of one of them."""
    asker = await asker_of(update, context.deps)
    subscription = await subscriptions.by_id(context.deps.db, int(args[0]))
    place = (asker.chat.chat_id, asker.chat.thread_id)
    if subscription is not None and (subscription.chat_id, subscription.thread_id) == place:
        async with context.deps.db.transaction() as transaction:
            await subscriptions.remove(transaction, subscription.id)
    await show(update, context, asker.texts("Done. It is not followed any more."))


COMMAND = Command(
    name="unsubscribe",
    summary=mark("stop following a class"),
    run=run,
    presses={"unsub": picked},
    audience=Audience.CHAT_ADMIN,
    order=31,
)
