"""/export: everything that is stored about this chat, as the JSON file that `schoolbell import` reads."""

from __future__ import annotations

import json

from telegram import InputFile, Update

from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, thread_of
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """The file, to where it was asked for."""
    from bot import exchange  # only who exports needs it

    asker = await asker_of(update, context.deps)
    content = await exchange.hand_out(context.deps.db, asker.chat.chat_id)
    packed = json.dumps(content, ensure_ascii=False, indent=2).encode()
    await context.bot.send_document(
        asker.chat.chat_id,
        InputFile(packed, filename="schoolbell.json"),
        caption=asker.texts("This is what is stored about this chat. /privacy explains it, /forget deletes it."),
        message_thread_id=thread_of(update),
    )


COMMAND = Command(
    name="export", summary=mark("your data as a file"), run=run, audience=Audience.CHAT_ADMIN, order=92, own_data=True
)
