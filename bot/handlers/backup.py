"""/backup: a copy of the database, to the owner in private."""

from __future__ import annotations

from typing import IO

from telegram import InputFile, Update

from bot.backup import copy_of
from bot.commands import Audience, Command
from bot.context import Context, Deps, in_background
from bot.screens import asker_of, say
from bot.texts import mark

LARGEST = 45_000_000  # what the Bot API takes is 50 MB


async def run(update: Update, context: Context) -> None:
    """Made in the worker thread; sent in the background, since a large one takes a while."""
    asker = await asker_of(update, context.deps)
    deps = context.deps
    if not asker.private:
        await say(update, context, asker.texts("Only in a private chat: the file holds everybody's data."))
        return
    content = await deps.worker.run(_copied, deps)
    if content is None:
        await say(update, context, asker.texts("The database is too large for Telegram: run schoolbell backup FILE."))
        return
    in_background(context, _send(update, context, content), update)


def _copied(deps: Deps) -> IO[bytes] | None:
    """An open copy without a name: nothing is left of it after a crash. None when Telegram would not take it."""
    file = deps.config.data / "backup-to-send.sqlite3"
    copy_of(deps.config.database, file)
    try:
        return file.open("rb") if file.stat().st_size <= LARGEST else None
    finally:
        file.unlink()


async def _send(update: Update, context: Context, content: IO[bytes]) -> None:
    """Read as it goes out: memory never holds the whole."""
    assert update.effective_chat is not None
    name = f"schoolbell-{context.deps.clock.now():%Y%m%d-%H%M}.sqlite3"
    with content:
        file = InputFile(content, filename=name, read_file_handle=False)
        await context.bot.send_document(update.effective_chat.id, file)


COMMAND = Command(
    name="backup", summary=mark("a copy of the database"), run=run, audience=Audience.OWNER, in_groups=False, order=206
)
