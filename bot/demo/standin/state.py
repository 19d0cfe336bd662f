"""What the stand-in remembers, and the rules that several methods share."""

from __future__ import annotations

import base64
import copy
import hashlib
import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

from bot.clock import Clock
from bot.demo.standin.chats import Chat, Event, File, Message, Query, User
from bot.demo.standin.params import ApiError, Json, Params, Upload, bad

PHOTO_BOXES = (90, 320, 800, 1280, 2560)
"""Sides of the boxes that Telegram scales a photo into; a photo keeps those below its own size and one of its size."""

CHAT_WORDS = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}


class State:
    """Everything that the stand-in knows, and the rules that several methods share."""

    def __init__(self, *, bot: User, token: str, clock: Clock, query_lifetime: float) -> None:
        self.bot = bot
        self.token = token
        self.clock = clock
        self.query_lifetime = query_lifetime
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int, Json] = {}
        self.delivered: Counter[int] = Counter()
        self.updates: list[Json] = []
        self.allowed_updates: list[str] = []
        self.listeners: list[Callable[[Event], None]] = []
        self.on_update: Callable[[], None] = lambda: None
        self._private_ids = itertools.count(1)
        self._own_ids: dict[int, itertools.count[int]] = {}
        self._update_ids = itertools.count(100_000_001)
        self._query_ids = itertools.count(4_000_000_000_001)

    # --- what is told to others -----------------------------------------------------------------------------------

    def emit(self, kind: str, chat_id: int | None, **data: Any) -> None:
        """Tell every listener."""
        event = Event(kind, chat_id, data)
        for listener in tuple(self.listeners):
            listener(event)

    def update(self, kind: str, content: Json) -> None:
        """Queue an update for the bot, unless its `allowed_updates` leave the kind out.

        Without a list the server sends all but chat_member, message_reaction and message_reaction_count.
        """
        unusual = {"chat_member", "message_reaction", "message_reaction_count"}
        if (kind in self.allowed_updates) if self.allowed_updates else kind not in unusual:
            self.updates.append({"update_id": next(self._update_ids), kind: copy.deepcopy(content)})
            self.on_update()
        self.emit("update", None, update=kind)

    # --- looking up -----------------------------------------------------------------------------------------------

    def now(self) -> int:
        """Unix time on the stand-in's clock."""
        return int(self.clock.now().timestamp())

    def chat_of(self, params: Params, name: str = "chat_id") -> Chat:
        """The chat that a call names, by id or @username."""
        value = params.text(name).strip()
        if not value:
            raise bad("chat_id is empty")
        if value.startswith("@"):
            named = (chat for chat in self.chats.values() if chat.username.lower() == value[1:].lower())
            chat = next(named, None)
        else:
            number = value.removeprefix("-")
            chat = self.chats.get(int(value)) if number.isascii() and number.isdigit() else None
        if chat is None:
            raise bad("chat not found")
        return chat

    def bot_status(self, chat: Chat) -> str:
        """The bot's status in a group or channel."""
        return chat.members.get(self.bot.id, "left")

    def reachable(self, params: Params) -> Chat:
        """The chat that a call names, if the bot may look into it; else the server's refusal."""
        chat = self.chat_of(params)
        if chat.migrated_to:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.type == "private":
            user = self.users[chat.id]
            if user.deactivated:
                raise ApiError(403, "Forbidden: user is deactivated")
            if user.blocked:
                raise ApiError(403, "Forbidden: bot was blocked by the user")
            if not chat.started:
                raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
            return chat
        if chat.deleted:
            raise ApiError(403, "Forbidden: the group chat was deleted")
        words = CHAT_WORDS[chat.type]
        if self.bot_status(chat) == "kicked":
            raise ApiError(403, f"Forbidden: bot was kicked from the {words}")
        if self.bot_status(chat) == "left":
            raise ApiError(403, f"Forbidden: bot is not a member of the {words}")
        return chat

    def writable(self, params: Params, what: str) -> tuple[Chat, int]:
        """The chat and thread of a call that sends `what` ("text messages", "photos", "documents")."""
        chat = self.reachable(params)
        admin = self.bot_status(chat) in {"administrator", "creator"}
        if chat.type == "channel" and not admin:
            raise bad("need administrator rights in the channel chat")
        if what in chat.forbidden and not admin:
            raise bad(f"not enough rights to send {what} to the chat")
        thread = params.integer("message_thread_id")
        if thread:
            topic = chat.topics.get(thread) if chat.is_forum else None
            if topic is None:
                raise bad("message thread not found")
            if topic.closed and not admin:
                raise bad("TOPIC_CLOSED")
        elif chat.general_closed and not admin:
            raise bad("TOPIC_CLOSED")
        return chat, thread

    def message_of(self, chat: Chat, message_id: int, missing: str) -> Message:
        """A message that is still there; `missing` is the server's text for one that is not."""
        message = chat.messages.get(message_id)
        if message is None or message.deleted:
            raise bad(missing)
        return message

    # --- storing --------------------------------------------------------------------------------------------------

    def add_message(
        self, chat: Chat, sender: User, content: Json, *, thread: int = 0, file: File | None = None
    ) -> Message:
        """Store a message; ids grow per supergroup and channel, and over all private chats and basic groups."""
        shared = chat.type in {"private", "group"}
        first = 2 if chat.is_forum else 1  # in a forum, 1 is the topic that is always there
        ids = self._private_ids if shared else self._own_ids.setdefault(chat.id, itertools.count(first))
        data: Json = {"message_id": next(ids), "date": self.now(), "chat": chat.json()}
        if chat.type == "channel":
            data["sender_chat"] = chat.json()
        else:
            data["from"] = sender.json()
        if thread:
            data |= {"message_thread_id": thread, "is_topic_message": True}
        message = Message(data | content, file)
        message.note_version()
        chat.messages[message.id] = message
        if sender is self.bot:
            self.delivered[chat.id] += 1
        self.emit("message", chat.id, message=message)
        return message

    def keep_file(self, upload: Upload, kind: str, *, width: int = 0, height: int = 0) -> File:
        """Store an upload and issue its ids: the same content from the same name has the same ones."""
        digest = hashlib.sha256(f"{kind}/{upload.name}/".encode() + upload.content).digest()
        if kind == "photo":
            sizes = _scaled(width, height)
            described: Any = [
                self._ids(kind, digest, place, len(upload.content)) | {"width": wide, "height": high}
                for place, (wide, high) in enumerate(sizes)
            ]
        else:
            described = self._ids(kind, digest, 0, len(upload.content))
            described |= {"file_name": upload.name, "mime_type": upload.mime_type}
        file = File(kind, upload.name, upload.mime_type, upload.content, described)
        for one in described if kind == "photo" else [described]:
            self.files[one["file_id"]] = file
        return file

    def _ids(self, kind: str, digest: bytes, place: int, size: int) -> Json:
        """An id for this bot (another token has others for the same file) and one that all bots share."""
        own = hashlib.sha256(self.token.encode() + digest + bytes([place])).digest()
        shared = hashlib.sha256(digest + bytes([place])).digest()[:12]
        prefix = "AgACAgQAAxk" if kind == "photo" else "BQACAgQAAxk"
        return {
            "file_id": prefix + base64.urlsafe_b64encode(own).decode().rstrip("="),
            "file_unique_id": base64.urlsafe_b64encode(shared).decode(),
            "file_size": size,
        }

    # --- queries --------------------------------------------------------------------------------------------------

    def ask(self, user: User) -> Query:
        """Open a query of a person."""
        query = Query(str(next(self._query_ids)), user.id, self.clock.monotonic())
        self.queries[query.id] = query
        return query

    def open_query(self, query_id: str) -> Query:
        """A query that may still be answered: answered once, and within its lifetime."""
        query = self.queries.get(query_id)
        late = query is not None and self.clock.monotonic() - query.asked > self.query_lifetime
        if query is None or late or query.answer is not None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return query


def _scaled(width: int, height: int) -> list[tuple[int, int]]:
    """Width and height of every size that a photo is kept in, smallest first."""
    longest = max(width, height)
    boxes = [box for box in PHOTO_BOXES if box < longest]
    if longest <= PHOTO_BOXES[-1]:
        boxes.append(longest)
    return [(max(1, round(width * box / longest)), max(1, round(height * box / longest))) for box in boxes]
