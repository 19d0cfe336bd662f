"""What the people on the page do: write, press, open links, ask inline, add the bot, block it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.demo.asked import BadAction, number_of, text_of
from bot.demo.botapi import Chat, Message, Person
from bot.demo.play import Play
from bot.demo.standin.params import ApiError

Asked = Mapping[str, Any]
Act = Callable[[Play, Asked], Awaitable[Mapping[str, Any]]]

ACTIVE = frozenset({"creator", "administrator", "member"})
PAYLOAD = 64
CAPTION = 1024
PICTURE = 1_500_000  # characters of base64: a megabyte
NOTHING: Mapping[str, Any] = {}


def _person(play: Play, asked: Asked) -> Person:
    person = play.people.get(number_of(asked, "person"))
    if person is None:
        raise BadAction("person: nobody has this number")
    return person


def _chat(play: Play, person: Person, asked: Asked) -> Chat:
    """The chat that is meant, if the person is in it."""
    chat = play.stage.api.state.chats.get(number_of(asked, "chat"))
    if chat is None or (chat.id != person.id and chat.members.get(person.id) not in ACTIVE):
        raise BadAction("chat: this person is not in a chat with this number")
    return chat


def _message(chat: Chat, asked: Asked) -> Message:
    message = chat.messages.get(number_of(asked, "message"))
    if message is None or message.deleted:
        raise BadAction("message: there is none with this number")
    return message


async def say(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Write into a chat; the first message into a private one starts the bot."""
    person = _person(play, asked)
    chat = _chat(play, person, asked)
    thread = number_of(asked, "thread", 0)
    if thread and thread not in chat.topics:
        raise BadAction("thread: there is no such topic")
    reply_to = number_of(asked, "reply_to", 0)
    if reply_to and reply_to not in chat.messages:
        raise BadAction("reply_to: there is no such message")
    text = text_of(asked, "text")
    if chat.type == "private":
        if person.user.blocked:
            await person.unblock()
        chat.started = True
        play.tell_chat(chat)
    await person.send(chat, text, thread=thread, reply_to=reply_to)
    return NOTHING


async def start(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Open the bot, by a deep link when there is a payload; in a group, add it there first."""
    person = _person(play, asked)
    chat = _chat(play, person, asked)
    payload = text_of(asked, "payload", limit=PAYLOAD, empty=True)
    if chat.type == "private":
        if person.user.blocked:
            await person.unblock()
        await person.start(payload)
    else:
        if chat.members[person.id] == "member" and play.stage.api.state.bot_status(chat) == "left":
            raise BadAction("In this group only admins add bots.")
        await person.start(payload, chat=chat)
    play.tell_chat(chat)
    return NOTHING


async def press(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Press a button, named by its callback data."""
    person = _person(play, asked)
    message = _message(_chat(play, person, asked), asked)
    data = text_of(asked, "data", limit=PAYLOAD)
    try:
        query = await person.press(message, data)
    except LookupError:
        raise BadAction("data: the message has no such button any more") from None
    return {"query": query.id}


async def inline(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Type `@bot words` in a chat; the results come as an event."""
    person = _person(play, asked)
    chat = _chat(play, person, asked)
    kind = "sender" if chat.type == "private" else chat.type
    query = await person.ask_inline(text_of(asked, "text", limit=256, empty=True), chat_type=kind)
    return {"query": query.id}


async def choose(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Send one of the results of an inline query into a chat."""
    person = _person(play, asked)
    chat = _chat(play, person, asked)
    query = play.stage.api.state.queries.get(text_of(asked, "query", limit=32))
    result = text_of(asked, "result", limit=64)
    if query is None or query.user_id != person.id or query.answer is None:
        raise BadAction("query: there is none with this number")
    if result not in [one["id"] for one in query.answer.get("results", [])]:
        raise BadAction("result: there is none with this number")
    await person.choose(query, result, chat)
    return NOTHING


async def block(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Block the bot, or let it in again."""
    person = _person(play, asked)
    await (person.unblock() if person.user.blocked else person.block())
    play.tell_chat(person.chat)
    return NOTHING


async def upload(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Send the bot a small picture, base64 as the page reads it, with words below it."""
    person = _person(play, asked)
    name, caption = text_of(asked, "name", limit=80), text_of(asked, "text", limit=CAPTION, empty=True)
    try:
        content = base64.b64decode(text_of(asked, "content", limit=PICTURE), validate=True)
        await person.upload(name, content, caption=caption, photo=True)
    except ApiError as refusal:
        raise BadAction(refusal.description) from None
    except binascii.Error:
        raise BadAction("content: it is not base64") from None
    return NOTHING


ACTS: Mapping[str, Act] = {
    "say": say,
    "start": start,
    "press": press,
    "inline": inline,
    "choose": choose,
    "block": block,
    "upload": upload,
}
