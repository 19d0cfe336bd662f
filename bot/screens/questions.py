"""Questions that are answered by typing: which one is open in a chat, asked of whom, and for how long."""

from __future__ import annotations

from dataclasses import replace

from telegram import ForceReply, Update
from telegram.error import TelegramError

from bot.context import Context, Deps
from bot.screens import Asker, put_off, thread_of
from bot.store import chats
from bot.store.outbox import Content

LIFETIME = 900  # seconds that an answer is waited for
KEY = "question"


async def ask(update: Update, context: Context, asker: Asker, text: str, verb: str, *args: object) -> None:
    """Ask the asker for a typed answer; it goes to the `answers` of the command that has this verb. HTML."""
    deps = context.deps
    question = {"verb": verb, "args": [str(arg) for arg in args], "of": asker.user_id, "until": deps.now() + LIFETIME}
    async with deps.db.transaction() as transaction:
        settings = {**asker.chat.settings, KEY: question}
        await chats.put(transaction, replace(asker.chat, settings=settings), deps.now())
    if not asker.private:  # a bot in a group reads what answers it; who does not answer it is not to be disturbed
        text = f"{text}\n{asker.texts('Reply to this message.')}"
    assert update.effective_chat is not None
    try:
        await context.bot.send_message(
            update.effective_chat.id,
            text,
            message_thread_id=thread_of(update),
            reply_markup=ForceReply() if asker.private else None,
        )
    except TelegramError as error:
        await put_off(update, context, error, Content(text))


def open_question(asker: Asker, now: int) -> tuple[str, tuple[str, ...]] | None:
    """The verb and arguments of the question that this person was asked here, None when there is none any more."""
    found = asker.chat.settings.get(KEY)
    if not found or found["of"] != asker.user_id or found["until"] < now:
        return None
    return found["verb"], tuple(found["args"])


async def close(deps: Deps, asker: Asker) -> Asker:
    """The question is answered, or another command came; returns the asker without it."""
    if KEY not in asker.chat.settings:
        return asker
    settings = {key: value for key, value in asker.chat.settings.items() if key != KEY}
    chat = replace(asker.chat, settings=settings)
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, chat, deps.now())
    return replace(asker, chat=chat)
