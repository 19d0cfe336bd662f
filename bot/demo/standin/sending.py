"""The methods that put messages into chats, change them and take them away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.demo.standin.chats import Chat, File, Message
from bot.demo.standin.content import Media, caption_content, keyboard, media_content, text_content
from bot.demo.standin.params import Json, Params, bad
from bot.demo.standin.state import State

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
CONTENT_FIELDS = ("text", "entities", "caption", "caption_entities", "photo", "document", "reply_markup")
DELETABLE_SECONDS = 48 * 3600


def _reply(chat: Chat, params: Params) -> Json:
    asked = params.structure("reply_parameters")
    if not isinstance(asked, dict) or not asked.get("message_id"):
        return {}
    original = chat.messages.get(int(asked["message_id"]))
    if original is None or original.deleted:
        if asked.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in original.data.items() if k != "reply_to_message"}}


def send_message(state: State, params: Params) -> Json:
    chat, thread = state.writable(params, "text messages")
    content = text_content(params.text("text"), params.text("parse_mode"), params.items("entities"))
    content |= keyboard(params, chat) | _reply(chat, params)
    return state.add_message(chat, state.bot, content, thread=thread).data


def send_photo(state: State, params: Params) -> Json:
    return _send_media(state, params, "photo")


def send_document(state: State, params: Params) -> Json:
    return _send_media(state, params, "document")


def _send_media(state: State, params: Params, kind: str) -> Json:
    chat, thread = state.writable(params, f"{kind}s")
    media = media_content(state, params, kind)
    content = media.content | keyboard(params, chat) | _reply(chat, params)
    return state.add_message(chat, state.bot, content, thread=thread, file=media.file).data


def send_media_group(state: State, params: Params) -> list[Json]:
    chat, thread = state.writable(params, "photos")
    items = params.items("media")
    if not items:
        raise bad("there are no messages to send")
    if len(items) > 10:
        raise bad("too many messages to send as an album")
    kinds = {item.get("type") for item in items if isinstance(item, dict)}
    if not kinds <= {"photo", "document"}:
        raise bad("can't parse InputMedia: type must be specified")
    if len(kinds) > 1:
        raise bad("documents can't be mixed with other media types")
    parsed: list[Media] = [media_content(state, params, item["type"], item) for item in items]
    album = {"media_group_id": str(state.now() * 1000 + len(chat.messages))} if len(items) > 1 else {}
    reply = _reply(chat, params)
    return [
        state.add_message(chat, state.bot, media.content | album | reply, thread=thread, file=media.file).data
        for media in parsed
    ]


def copy_message(state: State, params: Params) -> Json:
    return {"message_id": _resend(state, params, {})["message_id"]}


def forward_message(state: State, params: Params) -> Json:
    origin = {"type": "hidden_user", "sender_user_name": "…", "date": state.now()}
    return _resend(state, params, {"forward_origin": origin})


def _resend(state: State, params: Params, extra: Json) -> Json:
    chat, thread = state.writable(params, "text messages")
    source = state.chat_of(params, "from_chat_id")
    original = state.message_of(source, params.integer("message_id"), "message to copy not found")
    content = {name: original.data[name] for name in CONTENT_FIELDS[:-1] if name in original.data}
    if params.text("caption"):
        content |= caption_content(params.text("caption"), params.text("parse_mode"), params.items("caption_entities"))
    content |= keyboard(params, chat) | extra
    return state.add_message(chat, state.bot, content, thread=thread, file=original.file).data


def send_chat_action(state: State, params: Params) -> bool:
    chat, _ = state.writable(params, "text messages")
    actions = {"typing", "upload_photo", "upload_document", "choose_sticker", "find_location", "record_voice"}
    if params.text("action") not in actions:
        raise bad("wrong parameter action in request")
    state.emit("action", chat.id, action=params.text("action"))
    return True


# --- changing -------------------------------------------------------------------------------------------------------


def _editable(state: State, params: Params) -> tuple[Chat, Message]:
    if params.text("inline_message_id"):
        raise bad("MESSAGE_ID_INVALID")
    chat = state.reachable(params)
    if not params.integer("message_id"):
        raise bad("message identifier is not specified")
    message = state.message_of(chat, params.integer("message_id"), "message to edit not found")
    if message.data.get("from", {}).get("id") != state.bot.id and chat.type != "channel":
        raise bad("message can't be edited")
    return chat, message


def _changed(
    state: State, message: Message, content: Json, *, replaced: tuple[str, ...], file: File | None = None
) -> Json:
    """Put new content, with the file that it names, into a message, or refuse because nothing would change."""
    before = {name: message.data[name] for name in CONTENT_FIELDS if name in message.data}
    after = {name: value for name, value in before.items() if name not in replaced} | content
    if _comparable(after) == _comparable(before):
        raise bad(NOT_MODIFIED)
    for name in CONTENT_FIELDS:
        message.data.pop(name, None)
    message.data |= after | {"edit_date": state.now()}
    message.file = file or message.file
    message.note_version()
    state.emit("edited", message.chat_id, message=message)
    return message.data


def _comparable(content: Json) -> Json:
    """Content as the server compares it: a picture is the same when its largest size is."""
    photo = content.get("photo")
    return content | ({"photo": photo[-1]["file_unique_id"]} if photo else {})


def edit_message_text(state: State, params: Params) -> Json:
    chat, message = _editable(state, params)
    content = text_content(params.text("text"), params.text("parse_mode"), params.items("entities"))
    if "text" not in message.data:
        raise bad("there is no text in the message to edit")
    content |= keyboard(params, chat)
    return _changed(state, message, content, replaced=("text", "entities", "reply_markup"))


def edit_message_caption(state: State, params: Params) -> Json:
    chat, message = _editable(state, params)
    content = caption_content(params.text("caption"), params.text("parse_mode"), params.items("caption_entities"))
    if "text" in message.data:
        raise bad("there is no caption in the message to edit")
    content |= keyboard(params, chat)
    return _changed(state, message, content, replaced=("caption", "caption_entities", "reply_markup"))


def edit_message_media(state: State, params: Params) -> Json:
    chat, message = _editable(state, params)
    media = params.structure("media")
    if not isinstance(media, dict) or media.get("type") not in {"photo", "document"}:
        raise bad("can't parse InputMedia: type must be specified")
    parsed = media_content(state, params, str(media["type"]), media)
    content = parsed.content | keyboard(params, chat)
    return _changed(state, message, content, replaced=CONTENT_FIELDS, file=parsed.file)


def edit_message_reply_markup(state: State, params: Params) -> Json:
    chat, message = _editable(state, params)
    return _changed(state, message, keyboard(params, chat), replaced=("reply_markup",))


def delete_message(state: State, params: Params) -> bool:
    chat = state.reachable(params)
    message = state.message_of(chat, params.integer("message_id"), "message to delete not found")
    own = message.data.get("from", {}).get("id") == state.bot.id
    admin = state.bot_status(chat) in {"administrator", "creator"}
    if not own and not admin and chat.type != "private":
        raise bad("message can't be deleted")
    if state.now() - message.data["date"] > DELETABLE_SECONDS and not (admin and chat.type != "private"):
        raise bad("message can't be deleted for everyone")
    _remove(state, chat, message)
    return True


def delete_messages(state: State, params: Params) -> bool:
    chat = state.reachable(params)
    for number in params.items("message_ids"):
        message = chat.messages.get(int(number))
        if message is not None and not message.deleted:
            _remove(state, chat, message)
    return True


def _remove(state: State, chat: Chat, message: Message) -> None:
    message.deleted = True
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    state.emit("deleted", chat.id, message=message)


def _may_pin(state: State, chat: Chat) -> None:
    if chat.type != "private" and state.bot_status(chat) not in {"administrator", "creator"}:
        raise bad("not enough rights to manage pinned messages in the chat")


def pin_chat_message(state: State, params: Params) -> bool:
    chat = state.reachable(params)
    message = state.message_of(chat, params.integer("message_id"), "message to pin not found")
    _may_pin(state, chat)
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    state.emit("pinned", chat.id, message=message, pinned=True)
    return True


def unpin_chat_message(state: State, params: Params) -> bool:
    chat = state.reachable(params)
    _may_pin(state, chat)
    number = params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    state.emit("pinned", chat.id, message=chat.messages[number], pinned=False)
    return True


def unpin_all_chat_messages(state: State, params: Params) -> bool:
    chat = state.reachable(params)
    _may_pin(state, chat)
    for number in chat.pinned:
        state.emit("pinned", chat.id, message=chat.messages[number], pinned=False)
    chat.pinned.clear()
    return True


def set_message_reaction(state: State, params: Params) -> bool:
    chat = state.reachable(params)
    message = state.message_of(chat, params.integer("message_id"), "message to react not found")
    wanted = params.items("reaction")
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if any(not isinstance(one, dict) or one.get("type") != "emoji" for one in wanted):
        raise bad("REACTION_INVALID")
    if wanted:
        message.reactions[state.bot.id] = wanted
    else:
        message.reactions.pop(state.bot.id, None)
    state.emit("reaction", chat.id, message=message)
    return True


METHODS: Mapping[str, Callable[[State, Params], Any]] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    "sendChatAction": send_chat_action,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "setMessageReaction": set_message_reaction,
}
