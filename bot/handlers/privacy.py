"""/privacy: what is stored, read from the schema itself, and for how long."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.commands import Command
from bot.context import Context
from bot.screens import asker_of, show
from bot.store import privacy
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """The policy, with the columns of every table that names a chat or a person."""
    asker = await asker_of(update, context.deps)
    texts = asker.texts
    lines = [
        f"<b>{escape(texts('What is stored about you'))}</b>",
        escape(texts("The number of this chat, what it follows and its settings.")),
        escape(texts("What you write down here: labels, homework and ticks; an e-diary's account, encrypted.")),
        escape(texts("No names or phone numbers from Telegram, and no other messages.")),
        "",
    ]
    for table, columns in (await privacy.personal_columns(context.deps.db)).items():
        lines.append(f"<b>{escape(table)}</b>: {escape(', '.join(columns))}")
    lines += [
        "",
        escape(texts("What was sent is deleted after 7 days, backups after 7 days.")),
        escape(texts("/stop deletes everything at once. Whoever runs this bot can see the database.")),
    ]
    await show(update, context, "\n".join(lines))


COMMAND = Command(name="privacy", summary=mark("what is stored about you"), run=run, order=91, own_data=True)
