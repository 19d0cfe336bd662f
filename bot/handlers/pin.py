"""/pin: one message that always shows the current plan; its picture is exchanged in place."""

from __future__ import annotations

from telegram import InputFile, Message, Update
from telegram.error import BadRequest, Forbidden

from bot.commands import Audience, Command
from bot.context import Context
from bot.keyboards import keyboard
from bot.live import content_of, plan_to_show
from bot.push import FILE_NAME
from bot.screens import Asker, asker_of, say, show, thread_of
from bot.screens.day import NOTHING_FOLLOWED, followed
from bot.store import live, pictures
from bot.store.homework import Viewer
from bot.store.live import Live
from bot.store.outbox import Content
from bot.store.schools import StoredTarget
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """A live message for what the chat follows first, or for the class that is named; `/pin off` ends it."""
    asker = await asker_of(update, context.deps)
    words = " ".join(context.args or ()).strip()
    if words.casefold() in {"off", "stop", "-"}:
        await _end(context, asker)
        await show(update, context, asker.texts("The message stays as it is and is not kept up to date any more."))
        return
    targets = await followed(context, asker)
    if not targets:
        await show(update, context, asker.texts(NOTHING_FOLLOWED))
        return
    await _pin(update, context, asker, next((t for t in targets if t.name.casefold() == words.casefold()), targets[0]))


async def _pin(update: Update, context: Context, asker: Asker, target: StoredTarget) -> None:
    deps, texts = context.deps, asker.texts
    found = await plan_to_show(deps, target, Viewer(asker.chat.chat_id, asker.chat.thread_id))
    if found is None:
        await show(update, context, texts("The school's page has not been read yet. Try again in a minute."))
        return
    table, day = found
    content, shown = await content_of(deps, asker.chat, table, day)
    message = await _send(update, context, content)
    pinned = True
    try:
        await context.bot.pin_chat_message(message.chat_id, message.message_id, disable_notification=True)
    except (BadRequest, Forbidden):
        pinned = False
    kept = Live(asker.chat.chat_id, asker.chat.thread_id, target.id, message.message_id, shown, pinned=pinned)
    async with deps.db.transaction() as transaction:
        await live.put(transaction, kept)
    if not pinned:
        await say(
            update,
            context,
            texts(
                "I keep this message up to date, but I may not pin messages here. Pin it yourself, or give me that "
                "right and send /pin again."
            ),
        )


async def _end(context: Context, asker: Asker) -> None:
    deps = context.deps
    for each in await live.of_chat(deps.db, asker.chat.chat_id, asker.chat.thread_id):
        async with deps.db.transaction() as transaction:
            await live.remove(transaction, each)
        try:
            await context.bot.unpin_chat_message(each.chat_id, each.message_id)
        except (BadRequest, Forbidden):
            continue  # unpinned by hand, deleted, or the right is gone


async def _send(update: Update, context: Context, content: Content) -> Message:
    """A new message, whatever was pressed or asked before."""
    deps = context.deps
    assert update.effective_chat is not None
    chat, thread = update.effective_chat.id, thread_of(update)
    markup = keyboard(*[[(b["text"], b.get("callback_data") or b["url"]) for b in row] for row in content.keyboard])
    png = await pictures.png(deps.db, content.picture) if content.picture else None
    if png is None:
        return await context.bot.send_message(chat, content.text, message_thread_id=thread, reply_markup=markup)
    file = InputFile(png, filename=FILE_NAME)
    if content.as_document:
        return await context.bot.send_document(
            chat, file, caption=content.text, message_thread_id=thread, reply_markup=markup
        )
    return await context.bot.send_photo(chat, file, caption=content.text, message_thread_id=thread, reply_markup=markup)


COMMAND = Command(
    name="pin",
    summary=mark("one message that is kept up to date"),
    run=run,
    audience=Audience.CHAT_ADMIN,
    order=36,
)
