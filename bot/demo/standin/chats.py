"""People, chats, messages with every version of them, and files, as the stand-in keeps them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from bot.demo.standin.params import Json


@dataclass(slots=True)
class User:
    """A person (or the bot): the fields of the Bot API's User, and what the person did to the bot."""

    id: int
    first_name: str
    language: str = ""
    username: str = ""
    is_bot: bool = False
    blocked: bool = False
    deactivated: bool = False

    def json(self) -> Json:
        data: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            data["username"] = self.username
        if self.language:
            data["language_code"] = self.language
        return data


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is the thread id of its messages."""

    id: int
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """The content behind file ids. `kind` is "photo" or "document"; `json` is that field of a message."""

    kind: str
    name: str
    mime_type: str
    content: bytes
    json: Any


@dataclass(slots=True)
class Message:
    """A message as it is now (`data`, the Bot API's Message), and as it was after every change (`versions`)."""

    data: Json
    file: File | None = None
    versions: list[Json] = field(default_factory=list)
    deleted: bool = False
    reactions: dict[int, list[Json]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.data["message_id"])

    @property
    def chat_id(self) -> int:
        return int(self.data["chat"]["id"])

    @property
    def thread_id(self) -> int | None:
        return self.data.get("message_thread_id")

    @property
    def from_bot(self) -> bool:
        return bool(self.data.get("from", {}).get("is_bot"))

    @property
    def text(self) -> str:
        """The text or the caption, after parsing."""
        return str(self.data.get("text", self.data.get("caption", "")))

    @property
    def buttons(self) -> list[list[Json]]:
        """The inline keyboard, row by row."""
        rows: list[list[Json]] = self.data.get("reply_markup", {}).get("inline_keyboard", [])
        return rows

    def note_version(self) -> None:
        """Keep the present state as a version."""
        self.versions.append(copy.deepcopy(self.data))


@dataclass(slots=True)
class Chat:
    """A chat. `members` gives the status of everyone in it, the bot included (private chats have none)."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    first_name: str = ""
    is_forum: bool = False
    started: bool = True
    deleted: bool = False
    migrated_to: int = 0
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    general_closed: bool = False
    forbidden: set[str] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)

    def json(self) -> Json:
        data: Json = {"id": self.id, "type": self.type}
        named = {"title": self.title, "username": self.username, "first_name": self.first_name}
        data.update({name: value for name, value in named.items() if value})
        if self.is_forum:
            data["is_forum"] = True
        return data


@dataclass(slots=True)
class Query:
    """A press of a button or an inline query, waiting for its one answer."""

    id: str
    user_id: int
    asked: float
    answer: Json | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `kind`: "asked" and "call" (a call came, and ended), "message", "edited", "deleted",
    "pinned", "reaction", "action", "answer", "commands", "update"."""

    kind: str
    chat_id: int | None
    data: Json
