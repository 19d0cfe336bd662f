"""What the page shows of the stand-in's chats, messages and calls. Pure: from state to JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.demo.botapi import Call
from bot.demo.desk import Desk
from bot.demo.standin.chats import Chat, File, Message
from bot.demo.standin.params import Params
from bot.demo.standin.state import State

Json = dict[str, Any]

SHOWN = 120
"""Characters of a parameter in the log of calls."""
ACTIONS = ("url", "switch_inline_query", "switch_inline_query_current_chat", "callback_data")
HIDDEN_METHODS = frozenset({"getUpdates"})
"""Methods that the log leaves out: a poll every few seconds tells nothing."""


def chat_view(state: State, chat: Chat) -> Json:
    """A chat: who is in it as what, its topics, what is pinned."""
    statuses = {str(number): status for number, status in chat.members.items()}
    if chat.type == "private":
        person = state.users[chat.id]
        statuses = {str(chat.id): "kicked" if person.blocked else "member"}
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title or state.bot.first_name,
        "forum": chat.is_forum,
        "statuses": statuses,
        "bot": state.bot_status(chat) if chat.type != "private" else "member",
        "topics": [{"id": topic.id, "name": topic.name} for topic in chat.topics.values()],
        "pinned": list(chat.pinned),
    }


def message_view(message: Message) -> Json:
    """A message as it stands. Entity offsets count UTF-16 units, which are JavaScript's too."""
    data = message.data
    sender = data.get("from") or {}
    view: Json = {
        "id": message.id,
        "chat": message.chat_id,
        "thread": message.thread_id or 0,
        "from": sender.get("id", 0),
        "name": sender.get("first_name", ""),
        "bot": message.from_bot,
        "date": data["date"],
        "edited": "edit_date" in data,
        "text": message.text,
        "entities": data.get("entities") or data.get("caption_entities") or [],
        "buttons": [[_button(one) for one in row] for row in message.buttons],
        "album": data.get("media_group_id", ""),
        "via": bool(data.get("via_bot")),
        "reactions": [one.get("emoji", "") for given in message.reactions.values() for one in given],
        "service": _service(data),
    }
    if message.file is not None:
        view["file"] = file_view(message.file)
    if "reply_to_message" in data:
        replied = data["reply_to_message"]
        words = str(replied.get("text", replied.get("caption", ""))) or "Picture"
        view["reply"] = {"id": replied["message_id"], "name": replied["from"]["first_name"], "text": words[:80]}
    return view


def file_view(file: File) -> Json:
    """A picture or a document: where the page finds it and how large it is."""
    described = file.json[-1] if file.kind == "photo" else file.json
    view = {"kind": file.kind, "name": file.name, "url": f"file/{described['file_unique_id']}"}
    sizes = {"width": described.get("width", 0), "height": described.get("height", 0)}
    return view | sizes | {"bytes": len(file.content)}


def _button(button: Mapping[str, Any]) -> Json:
    kind = next((name for name in ACTIONS if name in button), "callback_data")
    return {"text": button["text"], "kind": kind, "data": button.get(kind, ""), "style": button.get("style", "")}


def _service(data: Mapping[str, Any]) -> str:
    """The grey line in the middle of a chat; "" for what somebody wrote."""
    if "new_chat_members" in data:
        names = ", ".join(one["first_name"] for one in data["new_chat_members"])
        return f"{data['from']['first_name']} added {names}"
    if "forum_topic_created" in data:
        return f"Topic “{data['forum_topic_created']['name']}” was created"
    if "migrate_to_chat_id" in data or "migrate_from_chat_id" in data:
        return "The group became a supergroup"
    return ""


def call_view(call: Call, state: State) -> Json:
    """A line of the log. The token is no parameter; file contents are told by their size only."""
    chat = state.chats.get(call.chat_id) if call.chat_id is not None else None
    name = (chat.title or chat.first_name) if chat is not None else ""
    return {
        "number": call.number,
        "method": call.method,
        "chat": name,
        "status": call.status,
        "description": call.description,
        "ms": round(call.seconds * 1000),
        "params": shown_params(call.params),
    }


def shown_params(params: Params) -> str:
    """The parameters of a call in one line, long ones cut."""
    parts = []
    for name, value in params.values.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        text = " ".join(text.split())
        parts.append(f"{name}={text[:SHOWN]}{'…' if len(text) > SHOWN else ''}")
    parts += [f"{name}=({len(file.content):,} bytes)" for name, file in params.files.items()]
    return " · ".join(parts)


def desk_view(desk: Desk, class_: str, days: list[Any]) -> list[Json]:
    """The days of a class as the school's own timetable has them, changes and homework with them."""
    return [
        {
            "date": day.isoformat(),
            "tasks": [
                {"subject": task.subject, "text": task.text}
                for task in desk.tasks
                if task.class_ == class_ and task.due == day
            ],
            "lessons": [
                {
                    "period": held.slot.period + 1,
                    "group": held.slot.group,
                    "subject": held.slot.subject.name,
                    "room": held.slot.room,
                    "teacher": held.slot.teacher,
                    "cancelled": held.change is not None and held.change.cancelled,
                    "new_room": held.change.room if held.change else "",
                    "new_teacher": held.change.teacher if held.change else "",
                }
                for held in desk.lessons(class_, day)
            ],
        }
        for day in days
    ]
