"""/helper, as the answer to somebody's message: let them add homework in this group, or take that back."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, show
from bot.store import chats
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Only the numeric id of a helper is kept."""
    deps = context.deps
    asker = await asker_of(update, deps)
    answered = update.effective_message.reply_to_message if update.effective_message else None
    person = answered.from_user if answered is not None else None
    if asker.private or person is None or person.is_bot:
        await show(update, context, asker.texts("In a group, reply with /helper to a message of that person."))
        return
    helpers = set(asker.chat.settings.get("helpers", ()))
    chosen = person.id not in helpers
    helpers ^= {person.id}
    settings = {**asker.chat.settings, "helpers": sorted(helpers)}
    if chosen and settings.get("writers", "everyone") != "helpers":
        settings["writers"] = "helpers"
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, replace(asker.chat, settings=settings), deps.now())
    if chosen:
        text = asker.texts("They may add homework here now, as the admins may.")
    else:
        text = asker.texts("They may not add homework as a helper any more.")
    await show(update, context, text)


COMMAND = Command(
    name="helper",
    summary=mark("who may add homework in a group"),
    run=run,
    audience=Audience.CHAT_ADMIN,
    in_private=False,
    order=60,
)
