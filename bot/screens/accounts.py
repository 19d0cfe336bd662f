"""Accounts of e-diaries on the screen: which ones a person may enter, and a message that must not stay."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Update
from telegram.error import TelegramError

from bot.context import Context, Deps
from bot.scraper.contract import Source
from bot.screens import Asker, is_bot_admin
from bot.screens.day import followed
from bot.store import accounts, schools
from bot.store.schools import Feed, StoredTarget


@dataclass(frozen=True, slots=True)
class Entry:
    """An account that may be entered: a school's feed (for the bot's admins), or a person's own for a class."""

    label: str
    source: Source
    feed: Feed | None = None
    target: StoredTarget | None = None

    @property
    def args(self) -> tuple[str, str]:
        """What a button carries of it."""
        return ("f", str(self.feed.id)) if self.feed is not None else (self.source.id, str(_number(self.target)))


def _number(target: StoredTarget | None) -> int:
    return 0 if target is None else target.id


async def entries_of(context: Context, asker: Asker) -> list[Entry]:
    """The accounts that the asker may enter: of their own for each class that they follow, then the schools' feeds."""
    deps = context.deps
    personal = [source for source in deps.sources.values() if source.needs.startswith("an account of your own")]
    found = [
        Entry(f"{source.title} · {target.name}", source, target=target)
        for source in personal
        for target in await followed(context, asker)
    ]
    if await is_bot_admin(deps, asker.user_id):
        for school in await schools.all_schools(deps.db):
            for feed in await schools.feeds_of(deps.db, school.id):
                source = deps.sources.get(feed.source)
                if source is not None and "password" in source.needs:
                    found.append(Entry(f"{school.name}: {source.title}", source, feed=feed))
    return found


async def keep(deps: Deps, asker: Asker, entry: Entry, username: str, password: str) -> None:
    """Seal the password and keep it; the account is read at the next round."""
    sealed = await deps.worker.run(deps.vault.sealed, password)
    async with deps.db.transaction() as transaction:
        if entry.feed is not None:
            feed_id = entry.feed.id
        else:
            assert entry.target is not None
            feeds = await schools.feeds_of(transaction, entry.target.school_id)
            same = [feed.url for feed in feeds if feed.source == entry.source.id]
            feed_id = await accounts.put_own(
                transaction,
                entry.target.school_id,
                asker.chat.chat_id,
                source=entry.source.id,
                url=same[0] if same else entry.source.example_url,
                target_id=entry.target.id,
            )
        await accounts.set_password(transaction, feed_id, username, sealed)


async def deleted_at_once(update: Update, context: Context) -> bool:
    """Delete the message that holds a password, before anything else; False when Telegram does not."""
    message = update.effective_message
    assert message is not None
    try:
        return await context.bot.delete_message(message.chat_id, message.message_id)
    except TelegramError:
        return False
