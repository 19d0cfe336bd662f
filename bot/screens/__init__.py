"""How an answer is shown: who asks, a text, a picture with its twin, in place where a button was pressed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from telegram import ChatMember, InputFile, InputMediaDocument, InputMediaPhoto, Message, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.attempts import answer_of
from bot.commands import Audience
from bot.context import Context, Deps
from bot.keyboards import Row, buttons_of, keyboard
from bot.outcome import Outcome, classify
from bot.push import FILE_NAME, GENERAL
from bot.store import chats, live, outbox, people, pictures
from bot.store.chats import Chat
from bot.store.outbox import Content, Priority
from bot.texts import Texts, texts_in

GONE_WORDS = ("message to edit not found", "message can't be edited", "message_id_invalid")
ADMIN_SECONDS = 60.0  # how long it is believed that somebody is an admin of a group, or is none
ADMINS_KEPT = 2000
ADMIN_STATES = frozenset({ChatMember.ADMINISTRATOR, ChatMember.OWNER})
LATE = "answer"  # the kind of an outbox row that holds an answer which Telegram did not take at once
LATE_SECONDS = 120  # after which nobody waits for an answer any more


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where. `chat` holds the chat's settings, its defaults when it is new."""

    user_id: int
    chat: Chat
    private: bool
    texts: Texts


async def asker_of(update: Update, deps: Deps) -> Asker:
    """Who is behind an update."""
    chat, user = update.effective_chat, update.effective_user
    assert chat is not None
    thread = thread_of(update)
    language = (user.language_code if user else None) or deps.config.language
    stored = await chats.get(deps.db, chat.id, thread or 0)
    if stored is None:
        stored = Chat(chat_id=chat.id, thread_id=thread or 0, type=chat.type, language=texts_in(language).language)
    return Asker(user.id if user else 0, stored, chat.type == ChatType.PRIVATE, texts_in(stored.language))


def thread_of(update: Update) -> int | None:
    """The forum topic that an update came from; None for General, which Telegram names and does not take."""
    message = update.effective_message
    if message is None or not message.is_topic_message or message.message_thread_id == GENERAL:
        return None
    return message.message_thread_id


async def may(update: Update, context: Context, asker: Asker, audience: Audience) -> bool:
    """Whether the asker may use a command for this audience, from their numeric id and the state of now."""
    if await people.role_of(context.deps.db, asker.user_id) == people.BANNED:
        return False
    if asker.private and asker.user_id != asker.chat.chat_id:
        return False  # Telegram never says so: a private chat has its person's number
    if asker.chat.type == ChatType.CHANNEL and audience is not Audience.CHAT_ADMIN:
        return False  # what stands there is read by all: no reader turns its pages
    if audience is Audience.EVERYONE or (audience is Audience.CHAT_ADMIN and asker.private):
        return True
    if audience is Audience.CHAT_ADMIN:
        return await is_chat_admin(update, context, asker)
    return await is_bot_admin(context.deps, asker.user_id, owner=audience is Audience.OWNER)


async def is_bot_admin(deps: Deps, user_id: int, *, owner: bool = False) -> bool:
    """Whether a person is one of the bot's admins, or its owner: by configuration or by role."""
    if user_id in deps.config.admins:
        return True
    role = await people.role_of(deps.db, user_id)
    return role == people.OWNER or (role == people.ADMIN and not owner)


async def is_chat_admin(update: Update, context: Context, asker: Asker) -> bool:
    """Whether the asker is an admin of the group, as Telegram says it."""
    message = update.effective_message
    written = update.callback_query is None  # a press stands on the bot's message, in a channel in the channel's name
    sender = message.sender_chat if message is not None and written else None
    if sender is not None and sender.id == asker.chat.chat_id:
        return True  # an anonymous admin writes in the group's own name
    known, now, place = context.deps.chat_admins, context.deps.clock.monotonic(), (asker.chat.chat_id, asker.user_id)
    until, is_admin = known.get(place, (0.0, False))
    if until > now:
        return is_admin
    try:
        member = await context.bot.get_chat_member(asker.chat.chat_id, asker.user_id)
    except TelegramError:
        return False
    if len(known) >= ADMINS_KEPT:
        known.clear()
    known[place] = (now + ADMIN_SECONDS, member.status in ADMIN_STATES)
    return known[place][1]


async def toast(update: Update, context: Context, text: str) -> None:
    """Answer a press, once; a query that cannot be answered (too old, Telegram away) is let be."""
    query = update.callback_query
    if query is None or context.answered:
        return
    context.answered = True
    try:
        await query.answer(text[:200] or None)
    except TelegramError:
        return


async def say(update: Update, context: Context, text: str, *rows: Row) -> None:
    """Send a text to where the update came from. HTML."""
    assert update.effective_chat is not None
    try:
        await context.bot.send_message(
            update.effective_chat.id,
            text,
            message_thread_id=thread_of(update),
            reply_markup=keyboard(*rows),
        )
    except TelegramError as error:
        await put_off(update, context, error, Content(text, keyboard=buttons_of(*rows)))


async def put_off(
    update: Update, context: Context, error: TelegramError, content: Content, *, edits: int | None = None
) -> None:
    """An answer that Telegram did not take now (429, 502) goes out of the outbox as soon as it does: the handler, and
    everybody behind it, waits for nothing. Raises the error when the answer may have arrived, or never will."""
    if classify(answer_of(error)).outcome is not Outcome.RETRY or update.effective_chat is None:
        raise error
    deps = context.deps
    row = outbox.Row(
        update.effective_chat.id,
        LATE,
        deps.clock.now().astimezone(deps.config.timezone).date(),
        f"{update.update_id} {hashlib.sha256(content.to_json().encode()).hexdigest()[:16]}",
        content,
        Priority.REMINDER,
        thread_id=thread_of(update) or 0,
        expires_at=deps.now() + LATE_SECONDS,
        edits=edits,
    )
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, [row], deps.now())
    deps.courier.wake()


async def show(update: Update, context: Context, text: str, *rows: Row) -> None:
    """Show a text in place of the message whose button was pressed, or as a new one."""
    query = update.callback_query
    if query is None or query.message is None or has_picture(update) or not await _in_place(update, context):
        await say(update, context, text, *rows)
        return
    try:
        await query.edit_message_text(text, reply_markup=keyboard(*rows))
    except BadRequest as error:
        if "not modified" in error.message:
            return
        await say(update, context, text, *rows)
    except TelegramError as error:
        content = Content(text, keyboard=buttons_of(*rows))
        await put_off(update, context, error, content, edits=query.message.message_id)


async def _in_place(update: Update, context: Context) -> bool:
    """Whether the answer takes the place of the message whose button was pressed; a live message stays what it is."""
    message = update.callback_query.message if update.callback_query is not None else None
    if message is None or not message.is_accessible:
        return False
    return not await live.is_live(context.deps.db, message.chat.id, message.message_id)


async def present(update: Update, context: Context, content: Content) -> None:
    """Show a content, in place where a button was pressed: the picture is exchanged, not sent anew."""
    if content.picture is None:
        await _present_text(update, context, content)
        return
    db, bot_id = context.deps.db, context.bot.id
    known = await pictures.file_id(db, content.picture, bot_id=bot_id, document=content.as_document)
    png = None if known else await pictures.png(db, content.picture)
    file = known or png
    if file is None:  # pruned between drawing and sending: the words say the same
        await _present_text(update, context, content)
        return
    try:
        sent = await _send_picture(update, context, content, file)
    except BadRequest as error:
        if not known or "file" not in error.message.lower():
            raise
        await pictures.set_file_id(db, content.picture, None, bot_id=bot_id, now=context.deps.now())
        png = await pictures.png(db, content.picture)
        if png is None:
            await _present_text(update, context, content)
            return
        sent = await _send_picture(update, context, content, png)
        known = None
    except TelegramError as error:
        message = update.effective_message
        edits = message.message_id if message and has_picture(update) and await _in_place(update, context) else None
        await put_off(update, context, error, content, edits=edits)
        return
    name = _file_id(sent, document=content.as_document)
    if name and not known:
        await pictures.set_file_id(
            db, content.picture, name, bot_id=bot_id, now=context.deps.now(), document=content.as_document
        )


async def _present_text(update: Update, context: Context, content: Content) -> None:
    await show(update, context, content.text, *_rows(content))


async def _send_picture(update: Update, context: Context, content: Content, file: str | bytes) -> Message | None:
    markup = keyboard(*_rows(content))
    assert update.effective_chat is not None
    if update.callback_query is not None and has_picture(update) and await _in_place(update, context):
        kind = InputMediaDocument if content.as_document else InputMediaPhoto
        try:
            edited = await update.callback_query.edit_message_media(
                kind(file, filename=FILE_NAME, caption=content.text, parse_mode=ParseMode.HTML), reply_markup=markup
            )
        except BadRequest as error:
            if "not modified" in error.message:
                return None
            if not any(word in error.message.lower() for word in GONE_WORDS):
                raise
        else:
            return edited if isinstance(edited, Message) else None
    send = context.bot.send_document if content.as_document else context.bot.send_photo
    photo = InputFile(file, filename=FILE_NAME) if isinstance(file, bytes) else file
    return await send(
        update.effective_chat.id, photo, caption=content.text, message_thread_id=thread_of(update), reply_markup=markup
    )


def _rows(content: Content) -> list[Row]:
    return [
        [(button["text"], button.get("callback_data") or button["url"]) for button in line] for line in content.keyboard
    ]


def _file_id(sent: Message | None, *, document: bool) -> str | None:
    if sent is None:
        return None
    if document:
        return sent.document.file_id if sent.document else None
    return sent.photo[-1].file_id if sent.photo else None


def has_picture(update: Update) -> bool:
    """Whether the message whose button was pressed is a picture (or a file)."""
    message = update.effective_message
    return message is not None and bool(message.photo or message.document)
