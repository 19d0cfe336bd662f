"""/mute: no notices to this admin for a while. What people are told is not touched."""

from __future__ import annotations

from datetime import UTC, datetime

from telegram import Update

from bot import notify
from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, show
from bot.texts import mark

HOURS = (1, 12, 72, 0)


async def run(update: Update, context: Context) -> None:
    """How it is, and the buttons that change it."""
    asker = await asker_of(update, context.deps)
    deps, texts = context.deps, asker.texts
    until = await notify.muted_until(deps.db, asker.user_id)
    if until > deps.now():
        at = datetime.fromtimestamp(until, UTC).astimezone(deps.config.timezone)
        text = texts("No notices to you until {when}.").format(when=f"{at:%Y-%m-%d %H:%M}")
    else:
        text = texts("You get a notice when a school's page breaks, and when it is back.")
    cells = [(texts.plural("{count} hour", "{count} hours", hours), data("mute", hours)) for hours in HOURS if hours]
    await show(update, context, text, cells, [(texts("Notices on"), data("mute", 0))])


async def pressed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """Mute for as many hours; 0 ends it."""
    hours = int(args[0])
    if hours not in HOURS:
        raise ValueError("no such time")
    asker = await asker_of(update, context.deps)
    await notify.mute(context.deps.db, asker.user_id, context.deps.now() + hours * 3600)
    await run(update, context)


COMMAND = Command(
    name="mute",
    summary=mark("pause the notices to admins"),
    run=run,
    presses={"mute": pressed},
    audience=Audience.ADMIN,
    order=207,
)
