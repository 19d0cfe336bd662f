"""The transport beside python-telegram-bot's own: the same requests, the same answers, and errors that say more."""

from __future__ import annotations

import ast
import asyncio
import functools
import json
import logging
import re
import shutil
import socket
import ssl
import subprocess
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, HTTPXRequest

import bot as bot_package
from bot.request_body import CHUNK
from bot.transport import NEVER_LEFT, AiohttpRequest, AnswerLost, NotSent, ServerError

TOKEN = "123456:a-token-that-no-log-may-show"
PNG = b"\x89PNG\r\n\x1a\n picture"
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Tomorrow ▸", callback_data="1:d:+1")]])
CHAT = {"id": 7, "type": "private", "first_name": "Ona"}
MESSAGE = {"message_id": 5, "date": 0, "chat": CHAT, "text": "x"}
USER = {"id": 123456, "is_bot": True, "first_name": "Bell", "username": "bell_bot"}
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
RESULTS: dict[str, Any] = {
    "getMe": USER,
    "getUpdates": [{"update_id": 3, "message": MESSAGE}],
    "getChatMember": {"status": "member", "user": {"id": 7, "is_bot": False, "first_name": "Ona"}},
    "getChatAdministrators": [],
    "getChatMemberCount": 31,
    "getChat": {
        **CHAT,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, True),
    },
    "getFile": {"file_id": "f", "file_unique_id": "u", "file_size": 4, "file_path": "documents/a.json"},
    "sendMediaGroup": [MESSAGE, MESSAGE],
}
TRUE = re.compile("answer|set|delete|pin|unpin|leave|sendChatAction")

Call = Callable[[Bot], Awaitable[Any]]
CALLS: dict[str, Call] = {
    "text": lambda bot: bot.send_message(7, "<b>9a</b> – ąčę & \U0001f600", parse_mode="HTML", reply_markup=KEYS),
    "text with options": lambda bot: bot.send_message(
        chat_id="@school",
        text="+ % = & ?\r\n\ttab",
        message_thread_id=4,
        disable_notification=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_parameters=ReplyParameters(9, allow_sending_without_reply=True),
    ),
    "photo by bytes": lambda bot: bot.send_photo(
        7, PNG, caption='say "ąč"\r\n', filename='9a "č"\r\n.png', reply_markup=KEYS
    ),
    "photo by file_id": lambda bot: bot.send_photo(-100, "AgAC-1", caption="<i>x</i>", parse_mode="HTML"),
    "document": lambda bot: bot.send_document(
        7, InputFile(b'{"a": 1}', "export.json"), disable_content_type_detection=True
    ),
    "document from a handle": lambda bot: bot.send_document(
        7, InputFile(BytesIO(b"x" * (3 * CHUNK + 1)), "backup.sqlite3", read_file_handle=False)
    ),
    "album": lambda bot: bot.send_media_group(
        7, [InputMediaPhoto(PNG, caption="1"), InputMediaPhoto("AgAC-2"), InputMediaPhoto(PNG + b"2", filename="w.png")]
    ),
    "edit media": lambda bot: bot.edit_message_media(InputMediaPhoto(PNG, caption="č"), 7, 5, reply_markup=KEYS),
    "edit media by file_id": lambda bot: bot.edit_message_media(InputMediaDocument("BQAC-1"), 7, 5),
    "edit text": lambda bot: bot.edit_message_text("new", 7, 5, parse_mode="HTML", reply_markup=KEYS),
    "edit inline text": lambda bot: bot.edit_message_text("new", inline_message_id="abc"),
    "edit caption": lambda bot: bot.edit_message_caption(7, 5, caption="new"),
    "edit keyboard": lambda bot: bot.edit_message_reply_markup(7, 5, reply_markup=None),
    "answer a press": lambda bot: bot.answer_callback_query("77", "done", show_alert=True, cache_time=5),
    "answer a query": lambda bot: bot.answer_inline_query(
        "88",
        [
            InlineQueryResultArticle("1", "9a", InputTextMessageContent("<b>9a</b>", parse_mode="HTML")),
            InlineQueryResultCachedPhoto("2", "AgAC-1", caption="9a"),
        ],
        cache_time=0,
        is_personal=True,
    ),
    "updates": lambda bot: bot.get_updates(offset=4, timeout=0, allowed_updates=["message", "callback_query"]),
    "commands": lambda bot: bot.set_my_commands(
        [BotCommand("today", "šiandien")], scope=BotCommandScopeAllGroupChats(), language_code="lt"
    ),
    "delete commands": lambda bot: bot.delete_my_commands(),
    "name": lambda bot: bot.set_my_description("Skambutis", language_code="lt"),
    "short": lambda bot: bot.set_my_short_description("Skambutis"),
    "delete": lambda bot: bot.delete_message(7, 5),
    "pin": lambda bot: bot.pin_chat_message(7, 5, disable_notification=True),
    "unpin": lambda bot: bot.unpin_chat_message(7, 5),
    "unpin all": lambda bot: bot.unpin_all_chat_messages(7),
    "member": lambda bot: bot.get_chat_member(-100, 7),
    "members": lambda bot: bot.get_chat_member_count(-100),
    "admins": lambda bot: bot.get_chat_administrators(-100),
    "chat": lambda bot: bot.get_chat(7),
    "me": lambda bot: bot.get_me(),
    "reaction": lambda bot: bot.set_message_reaction(7, 5, ReactionTypeEmoji("👍")),
    "no reaction": lambda bot: bot.set_message_reaction(7, 5),
    "file": lambda bot: bot.get_file("BQAC-1"),
    "action": lambda bot: bot.send_chat_action(7, "upload_photo", message_thread_id=3),
    "leave": lambda bot: bot.leave_chat(-100),
    "webhook": lambda bot: bot.delete_webhook(drop_pending_updates=False),
}


class Recorder:
    """A Bot API that writes down what it is asked, in one form whatever the encoding, and answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.answer: tuple[int, bytes] | None = None
        self.headers: list[dict[str, str]] = []

    async def handle(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        if request.method == "GET":
            return web.Response(body=b"file")
        fields: dict[str, Any] = {}
        if request.content_type == "application/json":
            fields = await request.json()
        else:
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    fields[name] = (value.filename, value.content_type, value.file.read())
                else:
                    fields[name] = value
        self.requests.append((method, _one_form(fields)))
        self.headers.append(dict(request.headers))
        if self.answer is not None:
            return web.Response(status=self.answer[0], body=self.answer[1])
        result = RESULTS.get(method, bool(TRUE.match(method)) or MESSAGE)
        return web.json_response({"ok": True, "result": result})


def _one_form(fields: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON where they are JSON, and the made-up names of attachments numbered."""
    attached = re.findall(r"attach://(\w+)", json.dumps({k: v for k, v in fields.items() if not isinstance(v, tuple)}))
    names = {name: f"file{number}" for number, name in enumerate(attached)}

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"attach://(\w+)", lambda found: f"attach://{names[found[1]]}", value)
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value if isinstance(value, tuple) else plain(json.dumps(value))

    return {names.get(name, name): plain(value) for name, value in fields.items()}


@pytest.fixture
async def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def address(recorder: Recorder) -> AsyncIterator[str]:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", recorder.handle)
    async with TestServer(app) as server:
        yield f"http://127.0.0.1:{server.port}"


@asynccontextmanager
async def bot_at(address: str, request: BaseRequest) -> AsyncIterator[Bot]:
    async with request:
        yield Bot(TOKEN, f"{address}/bot", f"{address}/file/bot", request=request, get_updates_request=request)


async def outcome_of(call: Awaitable[Any]) -> Any:
    """What a call gave or raised, in a form that two transports can be compared by."""
    try:
        result = await call
    except TelegramError as error:
        return type(error), str(error)
    return result if isinstance(result, (bool, bytes)) else str(result)


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_is_the_same_on_the_wire_as_with_httpx(name: str, recorder: Recorder, address: str) -> None:
    async with bot_at(address, HTTPXRequest()) as bot:
        theirs = await outcome_of(CALLS[name](bot))
    async with bot_at(address, AiohttpRequest()) as bot:
        ours = await outcome_of(CALLS[name](bot))
    first, second = recorder.requests
    assert first == second
    assert ours == theirs


def test_every_method_that_the_bot_calls_is_compared() -> None:
    used: set[str] = set()
    package = Path(bot_package.__file__).parent
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == "bot":
                used.add(node.attr)
    calls = {name for name in used if callable(getattr(Bot, name, None))}
    assert len(calls) >= 10
    assert calls - {name for call in CALLS.values() for name in call.__code__.co_names} == set()


async def test_a_file_is_downloaded(address: str) -> None:
    async with bot_at(address, AiohttpRequest()) as bot:
        file = await bot.get_file("BQAC-1")
        assert bytes(await file.download_as_bytearray()) == b"file"


def _refusal(code: int, description: str, **parameters: int) -> tuple[int, bytes]:
    answer = {"ok": False, "error_code": code, "description": description}
    return code, json.dumps({**answer, "parameters": parameters} if parameters else answer).encode()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_refusal(400, "Bad Request: chat not found"), BadRequest),
        (_refusal(401, "Unauthorized"), InvalidToken),
        (_refusal(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (_refusal(404, "Not Found"), InvalidToken),
        (_refusal(409, "Conflict: terminated by other getUpdates request"), Conflict),
        (_refusal(429, "Too Many Requests: retry after 7", retry_after=7), RetryAfter),
        (_refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007), ChatMigrated),
    ],
)
async def test_a_refusal_is_the_same_error_as_with_httpx(
    answer: tuple[int, bytes], kind: type[TelegramError], recorder: Recorder, address: str
) -> None:
    recorder.answer = answer
    async with bot_at(address, HTTPXRequest()) as bot:
        theirs = await outcome_of(bot.send_message(7, "x"))
    async with bot_at(address, AiohttpRequest()) as bot:
        ours = await outcome_of(bot.send_message(7, "x"))
    assert ours == theirs
    assert ours[0] is kind


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 407, 409, 429])
async def test_a_page_of_a_proxy_is_no_verdict(status: int, recorder: Recorder, address: str) -> None:
    seen: list[int] = []
    recorder.answer = (status, f"<html>/bot{TOKEN}/sendMessage was blocked by the filter</html>".encode())
    request = AiohttpRequest(on_answer=lambda _, status: seen.append(status))
    async with bot_at(address, request) as bot:
        with pytest.raises(NotSent) as caught:
            await bot.send_message(7, "x")
        with pytest.raises(NotSent):
            await bot.get_updates()
    assert TOKEN not in str(caught.value)
    assert seen == [0, 0]


async def test_a_captive_portal_is_no_good_poll(recorder: Recorder, address: str) -> None:
    seen: list[int] = []
    recorder.answer = (200, b"<html>Log in to the wi-fi</html>")
    async with bot_at(address, AiohttpRequest(on_answer=lambda _, status: seen.append(status))) as bot:
        with pytest.raises(NetworkError):
            await bot.get_updates()
    assert seen == [0]


async def test_parameters_of_a_refusal_are_kept(recorder: Recorder, address: str) -> None:
    async with bot_at(address, AiohttpRequest()) as bot:
        recorder.answer = _refusal(429, "Too Many Requests: retry after 7", retry_after=7)
        with pytest.raises(RetryAfter) as flood:
            await bot.send_message(7, "x")
        recorder.answer = _refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1007)
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(7, "x")
    assert flood.value._retry_after.total_seconds() == 7
    assert moved.value.new_chat_id == -1007


@pytest.mark.parametrize(
    ("status", "page"),
    [
        *((status, page) for status in (413, 500, 502, 503, 504, 599) for page in (b"<html><h1>No</h1></html>", b"")),
        *((status, b'{"ok":false,"description":"Internal"}') for status in (413, 429, 500, 504)),
    ],
)
async def test_a_status_that_decides_nothing_is_a_server_error(
    status: int, page: bytes, recorder: Recorder, address: str
) -> None:
    recorder.answer = (status, page)
    async with bot_at(address, AiohttpRequest()) as bot:
        with pytest.raises(ServerError) as caught:
            await bot.send_message(7, "x")
    assert caught.value.status == status
    assert str(status) in str(caught.value)
    assert "<h1>" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 404])
async def test_a_refused_poll_is_asked_again_instead_of_ending_the_polling(
    status: int, recorder: Recorder, address: str
) -> None:
    recorder.answer = _refusal(status, "Unauthorized")
    async with bot_at(address, AiohttpRequest()) as bot:
        with pytest.raises(ServerError):
            await bot.get_updates()
        with pytest.raises(InvalidToken):
            await bot.get_me()


@pytest.mark.parametrize(
    "page", [b"<html>Log in to the wi-fi</html>", b"", b"[]", b"{}", b'{"ok":true}', b'{"ok":true,"resu']
)
async def test_an_answer_that_is_none_of_the_bot_api_leaves_a_message_uncertain(
    page: bytes, recorder: Recorder, address: str
) -> None:
    recorder.answer = (200, page)
    async with bot_at(address, AiohttpRequest()) as bot:
        with pytest.raises(AnswerLost):
            await bot.send_message(7, "x")
        with pytest.raises(NetworkError) as poll:
            await bot.get_updates()
    assert not isinstance(poll.value, TimedOut), "the polling loop repeats a TimedOut without a pause"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
async def test_text_that_is_no_unicode_is_refused_for_good(text: str, recorder: Recorder, address: str) -> None:
    async with bot_at(address, AiohttpRequest()) as bot:
        for call in (bot.send_message(7, text), bot.send_photo(7, PNG, caption=text)):
            with pytest.raises(BadRequest):
                await call
    assert recorder.requests == []


async def test_raw_call_gives_the_result_and_the_same_errors(recorder: Recorder, address: str) -> None:
    async with AiohttpRequest() as request:
        url = f"{address}/bot{TOKEN}/sendPhoto"
        result = await request.call(url, {"chat_id": 7, "photo": "AgAC-1", "reply_markup": KEYS, "caption": None})
        assert result == MESSAGE
        await request.call(url, {"chat_id": 7, "photo": InputFile(PNG, "9a.png")})
        recorder.answer = _refusal(403, "Forbidden: bot was kicked from the group chat")
        with pytest.raises(Forbidden, match="kicked"):
            await request.call(url, {"chat_id": 7, "photo": "AgAC-1"})
    by_id, by_bytes, _ = (fields for _, fields in recorder.requests)
    assert by_id == {"chat_id": 7, "photo": "AgAC-1", "reply_markup": KEYS.to_dict()}
    assert by_bytes == {"chat_id": 7, "photo": ("9a.png", "image/png", PNG)}


async def test_ends_of_calls_are_observed(recorder: Recorder, address: str) -> None:
    seen: list[tuple[str, int]] = []

    def note(method: str, status: int) -> None:
        seen.append((method, status))

    async with bot_at(address, AiohttpRequest(on_answer=note)) as bot:
        await bot.get_updates()
        await (await bot.get_file("f")).download_as_bytearray()
        recorder.answer = _refusal(409, "Conflict")
        with pytest.raises(Conflict):
            await bot.get_updates()
    async with bot_at(f"http://127.0.0.1:{_closed_port()}", AiohttpRequest(on_answer=note)) as bot:
        with pytest.raises(NotSent):
            await bot.get_updates()
    assert seen == [("getUpdates", 200), ("getFile", 200), ("download", 200), ("getUpdates", 409), ("getUpdates", 0)]


async def test_connections_are_kept_and_nothing_of_the_environment_is_used(
    recorder: Recorder, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{_closed_port()}")
    async with bot_at(address, AiohttpRequest(pool_size=1)) as bot:
        await asyncio.gather(*(bot.send_message(7, str(number)) for number in range(20)))
    assert len(recorder.requests) == 20
    assert all(headers["User-Agent"] == BaseRequest.USER_AGENT for headers in recorder.headers)


async def test_a_closed_pool_sends_nothing_and_opens_again(recorder: Recorder, address: str) -> None:
    request = AiohttpRequest()
    async with bot_at(address, request) as bot:
        await request.initialize()
        await request.shutdown()
        await request.shutdown()
        with pytest.raises(NotSent):
            await bot.get_me()
        await request.initialize()
        await bot.get_me()
    assert len(recorder.requests) == 1


# --- what the network does ---


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def _whole_request(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    assert length is not None
    await reader.readexactly(int(length[1]))


Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, asyncio.Event], Awaitable[None]]


async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    await _whole_request(reader)
    await done.wait()


async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    await _whole_request(reader)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    await _whole_request(reader)
    writer.transport.abort()


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    await _whole_request(reader)
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok":true,"result":{"message_id"')


async def noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    await _whole_request(reader)
    writer.write(b"220 mail.example.org ESMTP\r\n\r\n")


async def read_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    await done.wait()


async def reset_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


@asynccontextmanager
async def network(behaviour: Behaviour) -> AsyncIterator[str]:
    """A server that does one thing to every connection."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await behaviour(reader, writer, done)
        finally:
            writer.close()

    listener = socket.socket()
    # A small window, so that an unread upload stands still early.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.start_server(serve, sock=listener, limit=CHUNK)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        server.close()
        await asyncio.sleep(0)


LARGE = bytes(12 * 1024 * 1024)


@pytest.mark.parametrize("behaviour", [stall, close, reset, half_an_answer, noise])
async def test_a_call_that_went_out_whole_is_uncertain(behaviour: Behaviour) -> None:
    async with network(behaviour) as address, bot_at(address, AiohttpRequest(read_timeout=0.1)) as bot:
        with pytest.raises(AnswerLost):
            await bot.send_message(7, "x")
        with pytest.raises(AnswerLost):
            await bot.send_photo(7, PNG * CHUNK)


@pytest.mark.parametrize(("behaviour", "large", "noted"), [(read_nothing, True, True), (stall, False, False)])
async def test_a_call_that_is_cut_off_tells_whether_it_had_left(
    behaviour: Behaviour, *, large: bool, noted: bool
) -> None:
    async with network(behaviour) as address, bot_at(address, AiohttpRequest()) as bot:
        task = asyncio.create_task(bot.send_document(7, LARGE) if large else bot.send_message(7, "x"))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert (NEVER_LEFT in getattr(caught.value, "__notes__", ())) is noted


async def test_a_connection_that_was_closed_while_idle_costs_no_message() -> None:
    count = 0

    async def answer_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: asyncio.Event) -> None:
        nonlocal count
        await _whole_request(reader)
        count += 1
        body = json.dumps({"ok": True, "result": MESSAGE}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async with network(answer_and_close) as address, bot_at(address, AiohttpRequest()) as bot:
        for _ in range(3):
            await bot.send_message(7, "x")
            await asyncio.sleep(0.05)
    assert count == 3


async def test_a_connection_that_closes_just_as_it_is_used_again_leaves_a_message_uncertain() -> None:
    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: asyncio.Event) -> None:
        await _whole_request(reader)
        body = json.dumps({"ok": True, "result": MESSAGE}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        await _whole_request(reader)  # it came whole: who closes now may have read it

    async with network(answer_once) as address, bot_at(address, AiohttpRequest()) as bot:
        await bot.send_message(7, "x")
        with pytest.raises(AnswerLost):
            await bot.send_message(7, "x")


@pytest.mark.parametrize("behaviour", [read_nothing, reset_early])
async def test_an_upload_that_did_not_go_out_whole_was_not_sent(behaviour: Behaviour) -> None:
    async with network(behaviour) as address, bot_at(address, AiohttpRequest(media_write_timeout=0.2)) as bot:
        with pytest.raises(NotSent):
            await bot.send_document(7, LARGE)


@pytest.mark.parametrize("behaviour", [close, reset, half_an_answer, noise])
async def test_a_poll_that_broke_off_does_not_repeat_without_a_pause(behaviour: Behaviour) -> None:
    async with network(behaviour) as address, bot_at(address, AiohttpRequest(read_timeout=0.1)) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.get_updates()
    assert not isinstance(caught.value, TimedOut)


async def test_a_poll_without_an_answer_timed_out() -> None:
    async with network(stall) as address, bot_at(address, AiohttpRequest(read_timeout=0.1)) as bot:
        with pytest.raises(TimedOut):
            await bot.get_updates()


async def test_a_long_poll_is_waited_for_as_long_as_it_lasts() -> None:
    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, done: asyncio.Event) -> None:
        await _whole_request(reader)
        await asyncio.sleep(0.15)
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{"ok":true,"result":[]}')

    async with network(late) as address, bot_at(address, AiohttpRequest(read_timeout=0.05)) as bot:
        assert await bot.get_updates(timeout=1) == ()


async def test_nobody_there_means_not_sent() -> None:
    for address in (f"http://127.0.0.1:{_closed_port()}", "http://school.invalid", "http://[", "nonsense://x"):
        async with bot_at(address, AiohttpRequest()) as bot:
            with pytest.raises(NotSent):
                await bot.send_message(7, "x")


@asynccontextmanager
async def tls_server(app: web.Application, context: ssl.SSLContext) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, made for this test."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command = ["openssl", *kind, "-keyout", str(key), "-out", str(chain), *names]
    subprocess.run(command, check=True, capture_output=True)
    return chain, key


async def test_uploads_of_every_size_go_out_over_tls(
    certificate: tuple[Path, Path], recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(*certificate)
    ours = ssl.create_default_context(cafile=str(certificate[0]))
    connector = functools.partial(aiohttp.TCPConnector, ssl=ours)
    monkeypatch.setattr("bot.transport.aiohttp.TCPConnector", connector)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/{path:.*}", recorder.handle)
    async with tls_server(app, theirs) as address, bot_at(address, AiohttpRequest(read_timeout=2)) as bot:
        for size in (10, CHUNK - 200, CHUNK + 1, 40 * CHUNK):
            await bot.send_document(7, bytes(size))
    assert [len(fields["document"][2]) for _, fields in recorder.requests] == [10, CHUNK - 200, CHUNK + 1, 40 * CHUNK]


async def test_a_stranger_over_tls_gets_nothing(certificate: tuple[Path, Path], recorder: Recorder) -> None:
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(*certificate)
    app = web.Application()
    app.router.add_post("/{path:.*}", recorder.handle)
    async with tls_server(app, theirs) as address, bot_at(address, AiohttpRequest()) as bot:
        with pytest.raises(NotSent):
            await bot.send_message(7, "x")
    assert recorder.requests == []


async def test_no_tls_means_not_sent() -> None:
    async with (
        network(noise) as address,
        bot_at(address.replace("http", "https"), AiohttpRequest(connect_timeout=0.1)) as bot,
    ):
        with pytest.raises(NotSent):
            await bot.send_message(7, "x")


async def test_no_connection_in_time_means_not_sent() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        place = listener.getsockname()
        crowd = [socket.socket() for _ in range(4)]
        try:
            for waiting in crowd:  # fill the queue of a server that accepts nobody
                waiting.setblocking(False)
                waiting.connect_ex(place)
            async with bot_at(f"http://127.0.0.1:{place[1]}", AiohttpRequest(connect_timeout=0.1)) as bot:
                with pytest.raises(NotSent):
                    await bot.send_message(7, "x")
        finally:
            for waiting in crowd:
                waiting.close()


async def test_no_free_connection_means_not_sent() -> None:
    request = AiohttpRequest(pool_size=1, pool_timeout=0.05, read_timeout=5)
    async with network(stall) as address, bot_at(address, request) as bot:
        first = asyncio.create_task(bot.send_message(7, "x"))
        await asyncio.sleep(0)
        with pytest.raises(NotSent, match="busy"):
            await bot.send_message(7, "y")
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first


@pytest.mark.parametrize("behaviour", [stall, close, reset, half_an_answer, noise, reset_early, read_nothing])
async def test_the_token_is_in_no_error_and_no_log(behaviour: Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    said = []
    async with network(behaviour) as address:
        places = (address, address.replace("http", "https"), f"http://127.0.0.1:{_closed_port()}", "http://[", "x://y")
        for place in places:
            request = AiohttpRequest(read_timeout=0.05, connect_timeout=0.05, media_write_timeout=0.05, on_answer=None)
            async with bot_at(place, request) as bot:
                for call in (bot.get_updates(), bot.send_message(7, "x"), bot.send_document(7, LARGE)):
                    try:
                        await call
                    except NetworkError as error:
                        said += [
                            str(error),
                            repr(error),
                            traceback.format_exc(),
                            repr(error.__context__),
                            repr(request),
                        ]
                    else:
                        pytest.fail("this network answers nobody")
    # telegram.Bot itself writes its address down at DEBUG when it is made; the log's redacting filter is for that.
    logged = [logging.Formatter().format(record) for record in caplog.records if record.name != "telegram.Bot"]
    assert said
    assert logged
    assert TOKEN not in "".join(said + logged)
