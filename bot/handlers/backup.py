"""/backup: a copy of the database, to the owner in private."""

from __future__ import annotations

import tempfile
from pathlib import Path

from telegram import Update

from bot.backup import copy_of
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, say
from bot.texts import mark

LARGEST = 45_000_000  # what the Bot API takes is 50 MB


async def run(update: Update, context: Context) -> None:
    """Made in the worker thread, sent as a file, removed at once."""
    asker = await asker_of(update, context.deps)
    deps = context.deps
    if not asker.private:
        await say(update, context, asker.texts("Only in a private chat: the file holds everybody's data."))
        return
    name = f"schoolbell-{deps.clock.now():%Y%m%d-%H%M}.sqlite3"
    with tempfile.TemporaryDirectory(dir=deps.config.data) as folder:
        file = Path(folder) / name
        await deps.worker.run(copy_of, deps.config.database, file)
        content = await deps.worker.run(file.read_bytes)
    if len(content) > LARGEST:
        await say(update, context, asker.texts("The database is too large for Telegram: run schoolbell backup FILE."))
        return
    await context.bot.send_document(asker.chat.chat_id, content, filename=name)


COMMAND = Command(
    name="backup", summary=mark("a copy of the database"), run=run, audience=Audience.OWNER, in_groups=False, order=206
)
