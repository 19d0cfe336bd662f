"""The other side of a chat: people who write, press, block, join; groups that change. Each act becomes an update."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.demo.standin.account import member_json
from bot.demo.standin.chats import Chat, File, Message, Query, Topic, User
from bot.demo.standin.content import caption_content, picture_size, text_content
from bot.demo.standin.params import Json, Upload
from bot.demo.standin.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable

COMMAND_OR_MENTION = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?|(?<!\w)@\w{4,32}")


@dataclass(frozen=True, slots=True)
class Person:
    """A person, acting. Made by `BotApi.user`."""

    state: State
    user: User

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def chat(self) -> Chat:
        """The private chat with the bot."""
        return self.state.chats[self.user.id]

    @property
    def messages(self) -> list[Message]:
        """What stands in the private chat now."""
        return standing(self.chat)

    async def say(self, text: str, *, reply_to: int = 0) -> Message:
        """Write to the bot."""
        return await self.send(self.chat, text, reply_to=reply_to)

    async def send(self, chat: Chat | int, text: str, *, thread: int = 0, reply_to: int = 0) -> Message:
        """Write into a chat. In a group, a bot that is no admin gets commands, mentions and replies to it only."""
        place = self._place(chat)
        entities = [_entity(found, text) for found in COMMAND_OR_MENTION.finditer(text)]
        content = text_content(text, "", entities) | self._reply(place, reply_to)
        message = self.state.add_message(place, self.user, content, thread=thread)
        if self._bot_reads(place, message):
            self.state.update("channel_post" if place.type == "channel" else "message", message.data)
        return message

    async def start(self, payload: str = "", *, chat: Chat | None = None) -> Message:
        """Open the bot, by a deep link when there is a payload; in a group, add it there first."""
        if chat is not None:
            await set_bot_status(self.state, chat, "member", by=self.user)
            return await self.send(chat, f"/start@{self.state.bot.username} {payload}".rstrip())
        self.chat.started = True
        return await self.say(f"/start {payload}".rstrip())

    async def upload(
        self, name: str, content: bytes, *, caption: str = "", mime_type: str = "", photo: bool = False
    ) -> Message:
        """Send the bot a file."""
        kept: File
        upload = Upload(name, mime_type or "application/octet-stream", content)
        if photo:
            width, height = picture_size(content)
            kept = self.state.keep_file(upload, "photo", width=width, height=height)
        else:
            kept = self.state.keep_file(upload, "document")
        body = {kept.kind: kept.json} | caption_content(caption, "", None)
        message = self.state.add_message(self.chat, self.user, body, file=kept)
        self.state.update("message", message.data)
        return message

    async def press(self, message: Message, button: str, *, forged: bool = False) -> Query:
        """Press a button, named by its callback data or its label. `forged`: send data that no button has."""
        buttons = [one for row in message.buttons for one in row]
        found = [one for one in buttons if button in (one.get("callback_data"), one["text"])]
        if not found and not forged:
            raise LookupError(f"no button {button!r} among {[one['text'] for one in buttons]}")
        data = found[0].get("callback_data") if found else button
        if data is None:
            raise LookupError(f"the button {button!r} opens a link")
        query = self.state.ask(self.user)
        chat_instance = str(message.chat_id * 7919)
        content = {"id": query.id, "from": self.user.json(), "chat_instance": chat_instance, "data": data}
        self.state.update("callback_query", content | {"message": message.data})
        return query

    async def ask_inline(self, query: str, *, offset: str = "", chat_type: str = "sender") -> Query:
        """Type `@bot query` somewhere; the answer's results come into the query's `answer`."""
        asked = self.state.ask(self.user)
        content = {"id": asked.id, "from": self.user.json(), "query": query, "offset": offset, "chat_type": chat_type}
        self.state.update("inline_query", content)
        return asked

    async def choose(self, query: Query, result_id: str, chat: Chat | int, *, text: str = "") -> Message:
        """Send one of an inline query's results into a chat."""
        result = next(one for one in (query.answer or {}).get("results", []) if one["id"] == result_id)
        written = result.get("input_message_content") or {}
        if "message_text" in written:
            content = text_content(written["message_text"], written.get("parse_mode", ""), None)
            file = None
        else:
            file = self.state.files[result["photo_file_id"]]
            content = {file.kind: file.json} | caption_content(
                result.get("caption", ""), result.get("parse_mode", ""), None
            )
        content |= {"via_bot": self.state.bot.json()}
        message = self.state.add_message(self._place(chat), self.user, content, file=file)
        self.state.update("chosen_inline_result", {"result_id": result_id, "from": self.user.json(), "query": text})
        return message

    async def react(self, message: Message, emoji: str) -> None:
        """React to a message; "" takes the reaction back."""
        old = message.reactions.pop(self.id, [])
        new = [{"type": "emoji", "emoji": emoji}] if emoji else []
        if new:
            message.reactions[self.id] = new
        self.state.emit("reaction", message.chat_id, message=message)
        chat = self.state.chats[message.chat_id]
        content = {"chat": chat.json(), "message_id": message.id, "user": self.user.json(), "date": self.state.now()}
        self.state.update("message_reaction", content | {"old_reaction": old, "new_reaction": new})

    async def block(self) -> None:
        """Stop and block the bot."""
        self._blocked(True)

    async def unblock(self) -> None:
        """Let the bot in again."""
        self._blocked(False)

    def _blocked(self, blocked: bool) -> None:
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        self.user.blocked = blocked
        bot = self.state.bot.json()
        content = {"chat": self.chat.json(), "from": self.user.json(), "date": self.state.now()}
        until = {"until_date": 0}
        content["old_chat_member"] = {"status": old, "user": bot} | (until if old == "kicked" else {})
        content["new_chat_member"] = {"status": new, "user": bot} | (until if new == "kicked" else {})
        self.state.update("my_chat_member", content)

    def _place(self, chat: Chat | int) -> Chat:
        return self.state.chats[chat] if isinstance(chat, int) else chat

    def _reply(self, chat: Chat, message_id: int) -> Json:
        return {"reply_to_message": chat.messages[message_id].data} if message_id else {}

    def _bot_reads(self, chat: Chat, message: Message) -> bool:
        if chat.type == "private":
            return not self.user.blocked
        status = self.state.bot_status(chat)
        if status in {"left", "kicked"} or chat.migrated_to:
            return False
        if chat.type == "channel" or status in {"administrator", "creator"}:
            return True
        name = self.state.bot.username.lower()
        words = message.text.lower()
        commands = [one for one in COMMAND_OR_MENTION.findall(words) if one.startswith("/")]
        to_bot = message.data.get("reply_to_message", {}).get("from", {}).get("id") == self.state.bot.id
        return to_bot or f"@{name}" in words or any("@" not in one for one in commands)


def _entity(found: re.Match[str], text: str) -> Json:
    units = len(text[: found.start()].encode("utf-16-le")) // 2
    kind = "bot_command" if found[0].startswith("/") else "mention"
    return {"type": kind, "offset": units, "length": len(found[0])}


def standing(chat: Chat) -> list[Message]:
    """The messages of a chat that nobody deleted, oldest first."""
    return [message for message in chat.messages.values() if not message.deleted]


async def set_status(state: State, chat: Chat, user: User, status: str, *, by: User | None = None) -> None:
    """Change what a person is in a chat: creator, administrator, member, left, kicked."""
    old = member_json(chat, user)
    chat.members[user.id] = status
    content = {"chat": chat.json(), "from": (by or user).json(), "date": state.now()}
    content |= {"old_chat_member": old, "new_chat_member": member_json(chat, user)}
    state.update("my_chat_member" if user is state.bot else "chat_member", content)


async def set_bot_status(state: State, chat: Chat, status: str, *, by: User | None = None) -> None:
    """Add the bot to a group, make it an admin, kick it. Joining also leaves a service message."""
    joins = state.bot_status(chat) in {"left", "kicked"} and status not in {"left", "kicked"}
    await set_status(state, chat, state.bot, status, by=by)
    if joins and chat.type != "channel":
        members = {"new_chat_members": [state.bot.json()]}
        state.update("message", state.add_message(chat, by or state.bot, members).data)


async def migrate(state: State, chat: Chat, new_id: int, *, by: User, announce: bool = True) -> Chat:
    """Turn a group into a supergroup: the old id answers with the new one from now on."""
    members = dict(chat.members)
    moved = Chat(new_id, "supergroup", title=chat.title, members=members)
    state.chats[new_id] = moved
    old = state.add_message(chat, by, {"migrate_to_chat_id": new_id})
    new = state.add_message(moved, by, {"migrate_from_chat_id": chat.id})
    chat.migrated_to = new_id
    if announce:
        state.update("message", old.data)
        state.update("message", new.data)
    return moved


def add_topics(state: State, chat: Chat, names: Iterable[str]) -> list[Topic]:
    """Open topics in a forum."""
    topics = []
    for name in names:
        message = state.add_message(chat, state.bot, {"forum_topic_created": {"name": name, "icon_color": 7322096}})
        state.delivered[chat.id] -= 1
        topics.append(Topic(message.id, name))
        chat.topics[message.id] = topics[-1]
    return topics
