"""The methods about the bot itself, chats and their members, files, and the answers to presses and inline queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.demo.standin.chats import Chat, User
from bot.demo.standin.content import caption_content, formatted
from bot.demo.standin.params import Json, Params, bad
from bot.demo.standin.state import State

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
COMMANDS = 100
INLINE_RESULTS = 50
DOWNLOAD_BYTES = 20 * 1024 * 1024
SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
PROFILE = {"Name": ("name", 64), "Description": ("description", 512), "ShortDescription": ("short_description", 120)}


def get_me(state: State, _: Params) -> Json:
    inline = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True}
    return state.bot.json() | inline | {"can_connect_to_business": False, "has_main_web_app": False}


def nothing_to_do(state: State, params: Params) -> bool:
    """deleteWebhook, logOut and the like: True, and nothing is kept."""
    if params.flag("drop_pending_updates"):
        state.updates.clear()
    return True


def get_webhook_info(state: State, _: Params) -> Json:
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(state.updates)}


# --- commands and profile -------------------------------------------------------------------------------------------


def _scope(params: Params) -> str:
    scope = params.structure("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    return ":".join([str(scope["type"]), *(str(scope.get(name, "")) for name in SCOPES[scope["type"]])])


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad("LANG_CODE_INVALID")
    return language


def set_my_commands(state: State, params: Params) -> bool:
    commands = params.items("commands")
    if len(commands) > COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not isinstance(command, dict):
            raise bad("can't parse BotCommand: expected an Object")
        if not COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    state.commands[_scope(params), _language(params)] = commands
    state.emit("commands", None, scope=_scope(params), language=_language(params), commands=commands)
    return True


def get_my_commands(state: State, params: Params) -> list[Json]:
    return state.commands.get((_scope(params), _language(params)), [])


def delete_my_commands(state: State, params: Params) -> bool:
    state.commands.pop((_scope(params), _language(params)), None)
    state.emit("commands", None, scope=_scope(params), language=_language(params), commands=[])
    return True


def _profile_methods() -> dict[str, Callable[[State, Params], Any]]:
    methods: dict[str, Callable[[State, Params], Any]] = {}
    for title, (field, limit) in PROFILE.items():

        def put(state: State, params: Params, field: str = field, limit: int = limit) -> bool:
            if len(params.text(field)) > limit:
                raise bad(f"{field.upper()}_TOO_LONG")
            state.profile[field, _language(params)] = params.text(field)
            return True

        def get(state: State, params: Params, field: str = field) -> Json:
            fallback = state.profile.get((field, ""), state.bot.first_name if field == "name" else "")
            return {field: state.profile.get((field, _language(params)), fallback)}

        methods |= {f"setMy{title}": put, f"getMy{title}": get}
    return methods


def set_chat_menu_button(state: State, params: Params) -> bool:
    state.menu_buttons[params.integer("chat_id")] = params.structure("menu_button") or {"type": "default"}
    return True


def get_chat_menu_button(state: State, params: Params) -> Json:
    return state.menu_buttons.get(params.integer("chat_id"), {"type": "commands"})


# --- chats ----------------------------------------------------------------------------------------------------------


def get_chat(state: State, params: Params) -> Json:
    chat = state.reachable(params)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    data = chat.json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, True),
    }
    if chat.pinned:
        data["pinned_message"] = chat.messages[chat.pinned[-1]].data
    return data


def member_json(chat: Chat, user: User) -> Json:
    """The ChatMember of a person in a chat."""
    status = chat.members.get(user.id, "left")
    data: Json = {"status": status, "user": user.json()}
    if status == "creator":
        data["is_anonymous"] = False
    if status == "administrator":
        rights = ("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
                  "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
                  "can_delete_stories", "can_pin_messages", "can_manage_topics")  # fmt: skip
        data |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(rights, True)
        if chat.type == "channel":
            data |= {"can_post_messages": True, "can_edit_messages": True}
    if status == "kicked":
        data["until_date"] = 0
    return data


def get_chat_member(state: State, params: Params) -> Json:
    chat = state.reachable(params)
    user = state.users.get(params.integer("user_id"))
    if user is None:
        raise bad("PARTICIPANT_ID_INVALID")
    if chat.type == "private":
        return {"status": "member", "user": user.json()}
    return member_json(chat, user)


def get_chat_administrators(state: State, params: Params) -> list[Json]:
    chat = state.reachable(params)
    if chat.type == "private":
        raise bad("there are no administrators in the private chat")
    admins = [number for number, status in chat.members.items() if status in {"creator", "administrator"}]
    return [member_json(chat, state.users[number]) for number in admins if number != state.bot.id]


def get_chat_member_count(state: State, params: Params) -> int:
    chat = state.reachable(params)
    return 2 if chat.type == "private" else sum(s not in {"left", "kicked"} for s in chat.members.values())


def leave_chat(state: State, params: Params) -> bool:
    chat = state.reachable(params)
    if chat.type == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.members[state.bot.id] = "left"
    return True


# --- files, presses, inline queries ---------------------------------------------------------------------------------


def get_file(state: State, params: Params) -> Json:
    file = state.files.get(params.text("file_id"))
    if file is None:
        raise bad("invalid file_id")
    if len(file.content) > DOWNLOAD_BYTES:
        raise bad("file is too big")
    described = next(one for one in _sizes(file.json) if one["file_id"] == params.text("file_id"))
    path = f"{file.kind}s/{described['file_unique_id']}"
    return {key: described[key] for key in ("file_id", "file_unique_id", "file_size")} | {"file_path": path}


def _sizes(described: Any) -> list[Json]:
    return described if isinstance(described, list) else [described]


def file_at(state: State, path: str) -> bytes | None:
    """The content behind a `file_path`, or None."""
    unique = path.rpartition("/")[2]
    found = (file for file in state.files.values() for one in _sizes(file.json) if one["file_unique_id"] == unique)
    file = next(found, None)
    return None if file is None else file.content


def answer_callback_query(state: State, params: Params) -> bool:
    query = state.open_query(params.text("callback_query_id"))
    if len(params.text("text")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    query.answer = {
        "text": params.text("text"),
        "show_alert": params.flag("show_alert"),
        "url": params.text("url"),
    }
    state.emit("answer", None, query_id=query.id, user_id=query.user_id, **query.answer)
    return True


def answer_inline_query(state: State, params: Params) -> bool:
    query = state.open_query(params.text("inline_query_id"))
    results = params.items("results")
    if len(results) > INLINE_RESULTS:
        raise bad("RESULTS_TOO_MUCH")
    ids = [str(result.get("id", "")) for result in results if isinstance(result, dict)]
    if len(ids) != len(results) or any(not 1 <= len(one.encode()) <= 64 for one in ids):
        raise bad("RESULT_ID_INVALID")
    if len(set(ids)) != len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    for result in results:
        _check_result(state, result)
    query.answer = {"results": results, "next_offset": params.text("next_offset"), "button": params.structure("button")}
    state.emit("answer", None, query_id=query.id, user_id=query.user_id, **query.answer)
    return True


def _check_result(state: State, result: Json) -> None:
    photo = result.get("photo_file_id")
    if photo is not None and photo not in state.files:
        raise bad("wrong file identifier/HTTP URL specified")
    if result.get("type") == "article":
        if not result.get("title"):
            raise bad("ARTICLE_TITLE_EMPTY")
        content = result.get("input_message_content")
        if not isinstance(content, dict) or not content.get("message_text"):
            raise bad("message text is empty")
        formatted(str(content["message_text"]), str(content.get("parse_mode", "")), None)
    caption_content(str(result.get("caption", "")), str(result.get("parse_mode", "")), None)


METHODS: Mapping[str, Callable[[State, Params], Any]] = {
    "getMe": get_me,
    "deleteWebhook": nothing_to_do,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    **_profile_methods(),
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "getFile": get_file,
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
}
