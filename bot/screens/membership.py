"""The bot's own place in chats: blocked, kicked, let in again, a group that moves, a channel that wants it."""

from __future__ import annotations

from html import escape

from telegram import ChatMember, ChatMemberUpdated, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.buttons import data
from bot.context import Context
from bot.keyboards import keyboard
from bot.store import chats, people
from bot.texts import texts_in

OUT = frozenset({ChatMember.LEFT, ChatMember.BANNED})


async def membership_changed(update: Update, context: Context) -> None:
    """The bot was blocked, kicked, let in or made an admin."""
    change = update.my_chat_member
    assert change is not None
    deps = context.deps
    deps.chat_admins.clear()
    if change.new_chat_member.status in OUT:
        private = change.chat.type == ChatType.PRIVATE
        await chats.deactivate(deps.db, change.chat.id, "blocked" if private else "kicked", deps.now())
        return
    if await people.role_of(deps.db, change.chat.id) != people.BANNED:  # a private chat has its person's number
        await chats.reactivate(deps.db, change.chat.id)
    if change.chat.type == ChatType.CHANNEL and change.new_chat_member.status == ChatMember.ADMINISTRATOR:
        await _offer_channel(change, context)


async def _offer_channel(change: ChatMemberUpdated, context: Context) -> None:
    """Nobody can give commands in a channel: whoever made the bot its admin picks the class in private."""
    texts = texts_in(change.from_user.language_code or context.deps.config.language)
    text = texts("I may write into the channel {name} now. Which class should I post there?").format(
        name=f"<b>{escape(change.chat.title or '')}</b>"
    )
    row = [(texts("Choose a class"), data("channel", change.chat.id))]
    try:
        await context.bot.send_message(change.from_user.id, text, reply_markup=keyboard(row))
    except TelegramError:
        return  # they never opened the bot: it may not write first


async def group_moved(update: Update, context: Context) -> None:
    """A group became a supergroup: both service messages say it, either one is enough."""
    message = update.effective_message
    assert message is not None
    if message.migrate_to_chat_id:
        await chats.migrate(context.deps.db, message.chat_id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id:
        await chats.migrate(context.deps.db, message.migrate_from_chat_id, message.chat_id)
