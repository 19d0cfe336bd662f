"""/logout: remove the account of an e-diary, and what only it said."""

from __future__ import annotations

from telegram import Update

from bot.buttons import data
from bot.commands import Command
from bot.context import Context
from bot.screens import Asker, asker_of, is_bot_admin, show
from bot.store import accounts, schools
from bot.store.schools import Feed
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """The accounts that the asker may remove."""
    asker = await asker_of(update, context.deps)
    if not asker.private:
        await show(update, context, asker.texts("Only in a private chat with me."))
        return
    rows = [
        [(asker.texts("Forget {account}").format(account=label)[:60], data("fg", feed.id))]
        for label, feed in await _removable(context, asker)
    ]
    words = asker.texts("Which account shall I forget?") if rows else asker.texts("No account of yours is kept here.")
    await show(update, context, words, *rows)


async def _removable(context: Context, asker: Asker) -> list[tuple[str, Feed]]:
    """A person's own accounts; for the bot's admins those of the schools too."""
    deps = context.deps
    found = [(_label(context, feed), feed) for feed in await accounts.feeds_of_owner(deps.db, asker.chat.chat_id)]
    if await is_bot_admin(deps, asker.user_id):
        for school in await schools.all_schools(deps.db):
            feeds = await schools.feeds_of(deps.db, school.id)
            found += [
                (f"{school.name}: {_label(context, feed)}", feed) for feed in feeds if feed.sealed_password is not None
            ]
    return found


def _label(context: Context, feed: Feed) -> str:
    source = context.deps.sources.get(feed.source)
    title = source.title if source is not None else feed.source
    return f"{title} ({feed.username})" if feed.username else title


async def forgotten(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The account's button."""
    asker = await asker_of(update, context.deps)
    if not asker.private:
        raise ValueError("accounts are kept for private chats")
    for _, feed in await _removable(context, asker):
        if str(feed.id) == args[0]:
            async with context.deps.db.transaction() as transaction:
                await accounts.forget(transaction, feed)
            await show(
                update,
                context,
                asker.texts("Forgotten: the user name, the password and everything that came only from them."),
            )
            return
    raise ValueError("no such account")


COMMAND = Command(
    name="logout",
    summary=mark("remove the account of an e-diary"),
    run=run,
    presses={"fg": forgotten},
    in_groups=False,
    order=71,
)
