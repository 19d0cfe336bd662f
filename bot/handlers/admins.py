"""/admins: who may run the bot; the owner adds and removes by numeric id."""

from __future__ import annotations

from telegram import Update

from bot import claim
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, say
from bot.store import people
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """`/admins`, `/admins add 123`, `/admins remove 123`."""
    asker = await asker_of(update, context.deps)
    deps, texts = context.deps, asker.texts
    words = context.args or []
    user_id = people.id_of(words[1]) if len(words) == 2 and words[0] in {"add", "remove"} else None
    if user_id is not None:
        if await people.role_of(deps.db, user_id) == people.OWNER:
            await say(update, context, texts("The owner stays the owner."))
            return
        if words[0] == "add" or await people.role_of(deps.db, user_id) == people.ADMIN:
            async with deps.db.transaction() as transaction:
                await people.give_role(transaction, user_id, people.ADMIN if words[0] == "add" else "", deps.now())
    lines = [
        *(f"{user} · {texts('by configuration')}" for user in sorted(deps.config.admins)),
        *(f"{user} · {texts('owner')}" for user in await people.with_role(deps.db, people.OWNER)),
        *(f"{user} · {texts('admin')}" for user in await people.with_role(deps.db, people.ADMIN)),
        "",
        texts("To change: /admins add 123456, /admins remove 123456 (the numeric user id)."),
    ]
    await say(update, context, "\n".join(lines))


async def claimed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The link of the first run: its token makes the asker the owner."""
    asker = await asker_of(update, context.deps)
    if asker.private and await claim.take(context.deps, asker.user_id, args[0]):
        text = asker.texts("This bot is yours now. /school add brings in a school, /help shows everything.")
    else:
        text = asker.texts("This link is not good any more.")
    await say(update, context, text)


COMMAND = Command(
    name="admins",
    summary=mark("who may run the bot"),
    run=run,
    links={"claim": claimed},
    audience=Audience.OWNER,
    order=210,
)
