"""What the bot sends is right by the descriptions of the Bot API, and the check sees every way of being wrong."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.demo.spec import Spec, load, problems
from bot.demo.standin.params import Params, Upload
from tests.demo.specs import MISSING, spec_files
from tests.test_transport import CALLS

FILES = spec_files()
needs_specs = pytest.mark.skipif(not FILES, reason=MISSING)
every_spec = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


@cache
def spec_at(path: Path) -> Spec:
    return load(path)


class Recording(BaseRequest):
    """Writes requests down, answers none."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Params]] = []

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        assert request_data is not None
        files = {name: Upload(part[0], part[2], b"") for name, part in request_data.multipart_data.items()}
        encoding = "multipart/form-data" if files else "application/x-www-form-urlencoded"
        self.seen.append((url.rpartition("/")[2], Params(request_data.json_parameters, files, encoding)))
        raise NetworkError("recorded")


@needs_specs
@every_spec
@pytest.mark.parametrize("name", CALLS)
async def test_requests_are_right_by_the_description(name: str, path: Path) -> None:
    request = Recording()
    with pytest.raises(NetworkError, match="recorded"):
        await CALLS[name](Bot("1:x", request=request, get_updates_request=request))
    [(method, params)] = request.seen
    assert problems(spec_at(path), method, params) == []


def keys(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


TEXT = {"chat_id": 7, "text": "x"}
PHOTO = {"type": "photo", "media": "attach://p"}
ARTICLE = {"type": "article", "id": "1", "title": "9a", "input_message_content": {"message_text": "9a"}}
PART = {"p": Upload("p.png", "image/png", b"")}
RIGHT: dict[str, tuple[str, dict[str, Any], dict[str, Upload]]] = {
    "text": ("sendMessage", TEXT, {}),
    "keyboard": ("sendMessage", TEXT | {"reply_markup": keys(text="x", callback_data="1:a")}, {}),
    "keyboard in a string": ("sendMessage", TEXT | {"reply_markup": json.dumps(keys(text="x", url="https://x.y"))}, {}),
    "photo": ("sendPhoto", {"chat_id": "@school"}, {"photo": PART["p"]}),
    "photo by id": ("sendPhoto", {"chat_id": 7, "photo": "AgAC", "caption": "č" * 1024}, {}),
    "photo attached": ("sendPhoto", {"chat_id": 7, "photo": "attach://p"}, PART),
    "album": ("sendMediaGroup", {"chat_id": 7, "media": [PHOTO, {"type": "photo", "media": "AgAC"}]}, PART),
    "mixed album": ("sendMediaGroup", {"chat_id": 7, "media": [PHOTO, {"type": "video", "media": "BAAC"}]}, PART),
    "edit": ("editMessageMedia", {"chat_id": 7, "message_id": 5, "media": PHOTO}, PART),
    "edit inline": ("editMessageText", {"inline_message_id": "a", "text": "x"}, {}),
    "length after parsing": ("sendMessage", TEXT | {"text": "<b>" + "&lt;" * 4096 + "</b>", "parse_mode": "HTML"}, {}),
    "commands": (
        "setMyCommands",
        {"commands": [{"command": "today_1", "description": "x"}], "language_code": "lt"},
        {},
    ),
    "scope": (
        "setMyCommands",
        {"commands": [], "scope": {"type": "chat_member", "chat_id": 7, "user_id": 7}},
        {},
    ),
    "reaction": (
        "setMessageReaction",
        {"chat_id": 7, "message_id": 5, "reaction": [{"type": "emoji", "emoji": "👍"}]},
        {},
    ),
    "inline": ("answerInlineQuery", {"inline_query_id": "5", "results": [ARTICLE]}, {}),
    "updates": ("getUpdates", {"offset": -1, "limit": 100, "timeout": 50, "allowed_updates": ["message"]}, {}),
}
WRONG: dict[str, tuple[str, dict[str, Any], dict[str, Upload], str]] = {
    "unknown method": ("sendMesage", TEXT, {}, "no method"),
    "unknown parameter": ("sendMessage", TEXT | {"caption": "x"}, {}, "no parameter caption"),
    "missing parameter": ("sendMessage", {"chat_id": 7}, {}, "text is missing"),
    "missing file": ("sendPhoto", {"chat_id": 7}, {}, "photo is missing"),
    "string for a number": ("editMessageText", TEXT | {"message_id": "five"}, {}, "message_id is no Integer"),
    "number for a string": ("sendMessage", {"chat_id": 7, "text": 5}, {}, "text is no String"),
    "word for a boolean": ("sendMessage", TEXT | {"protect_content": "please"}, {}, "protect_content is no Boolean"),
    "boolean for a number": ("deleteMessage", {"chat_id": 7, "message_id": True}, {}, "message_id is no Integer"),
    "list for a chat": ("sendMessage", {"chat_id": [7], "text": "x"}, {}, "chat_id is no"),
    "object for an array": ("setMyCommands", {"commands": {"command": "a"}}, {}, "commands is no array"),
    "array for an object": ("sendMessage", TEXT | {"reply_parameters": []}, {}, "reply_parameters is no"),
    "broken JSON": ("sendMessage", TEXT | {"reply_markup": '{"inline_keyboard": ['}, {}, "reply_markup"),
    "flat keyboard": (
        "sendMessage",
        TEXT | {"reply_markup": {"inline_keyboard": [{"text": "x", "callback_data": "a"}]}},
        {},
        "no array",
    ),
    "unknown field": ("sendMessage", TEXT | {"reply_markup": keys(text="x", data="a")}, {}, "no field"),
    "missing field": ("sendMessage", TEXT | {"reply_markup": keys(callback_data="a")}, {}, "text is missing"),
    "button without action": ("sendMessage", TEXT | {"reply_markup": keys(text="x")}, {}, "does nothing"),
    "no such member": (
        "sendMediaGroup",
        {"chat_id": 7, "media": [PHOTO | {"type": "gif"}] * 2},
        PART,
        "its type is that of none",
    ),
    "member of another": (
        "setMessageReaction",
        {"chat_id": 7, "message_id": 5, "reaction": [{"type": "custom_emoji", "emoji": "👍"}]},
        {},
        "reaction[0]",
    ),
    "wrong scope": ("setMyCommands", {"commands": [], "scope": {"type": "chat"}}, {}, "chat_id is missing"),
    "attach without part": ("sendPhoto", {"chat_id": 7, "photo": "attach://p"}, {}, "has no part"),
    "attach without part, deep": ("editMessageMedia", {"chat_id": 7, "message_id": 5, "media": PHOTO}, {}, "no part"),
    "part without reference": ("sendPhoto", {"chat_id": 7, "photo": "AgAC"}, PART, "is not referred to"),
    "part under no name": ("sendMessage", TEXT, PART, "is not referred to"),
    "long caption": ("sendPhoto", {"chat_id": 7, "photo": "AgAC", "caption": "č" * 1025}, {}, "caption has 1025"),
    "long caption, deep": (
        "editMessageMedia",
        {"chat_id": 7, "message_id": 5, "media": PHOTO | {"caption": "č" * 1025}},
        PART,
        "caption has 1025",
    ),
    "long text": ("sendMessage", TEXT | {"text": "č" * 4097}, {}, "text has 4097"),
    "empty text": ("sendMessage", TEXT | {"text": ""}, {}, "text has 0"),
    "empty after parsing": ("sendMessage", TEXT | {"text": "<b></b>", "parse_mode": "HTML"}, {}, "text has 0"),
    "markup": ("sendMessage", TEXT | {"text": "<b>x", "parse_mode": "HTML"}, {}, "can't parse entities"),
    "parse mode": ("sendMessage", TEXT | {"parse_mode": "html5"}, {}, "parse_mode is"),
    "long data": ("sendMessage", TEXT | {"reply_markup": keys(text="x", callback_data="č" * 33)}, {}, "66 bytes"),
    "empty data": ("sendMessage", TEXT | {"reply_markup": keys(text="x", callback_data="")}, {}, "0 bytes"),
    "upper-case command": ("setMyCommands", {"commands": [{"command": "Today", "description": "x"}]}, {}, "lowercase"),
    "long command": ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}, {}, "has 33"),
    "long description": ("setMyCommands", {"commands": [{"command": "a", "description": "x" * 257}]}, {}, "has 257"),
    "too many commands": ("setMyCommands", {"commands": [{"command": "a", "description": "x"}] * 101}, {}, "101 items"),
    "language": ("setMyCommands", {"commands": [], "language_code": "lt-LT"}, {}, "is no language"),
    "large album": ("sendMediaGroup", {"chat_id": 7, "media": [PHOTO] * 11}, PART, "11 items"),
    "small album": ("sendMediaGroup", {"chat_id": 7, "media": [PHOTO]}, PART, "1 items"),
    "long answer": ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, {}, "has 201"),
    "result without content": (
        "answerInlineQuery",
        {"inline_query_id": "5", "results": [{k: v for k, v in ARTICLE.items() if k != "input_message_content"}]},
        {},
        "input_message_content is missing",
    ),
    "result with a long id": (
        "answerInlineQuery",
        {"inline_query_id": "5", "results": [ARTICLE | {"id": "x" * 65}]},
        {},
        "65",
    ),
    "edit of nothing": ("editMessageText", {"text": "x"}, {}, "is missing"),
    "many updates": ("getUpdates", {"limit": 101}, {}, "limit is 101"),
    "surrogate": ("sendMessage", TEXT | {"text": "\ud800"}, {}, "no Unicode"),
}


@needs_specs
@every_spec
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_call_passes(name: str, path: Path) -> None:
    method, values, files = RIGHT[name]
    assert problems(spec_at(path), method, Params(values, files)) == []


@needs_specs
@every_spec
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_call_is_caught(name: str, path: Path) -> None:
    method, values, files, words = WRONG[name]
    found = problems(spec_at(path), method, Params(values, files))
    assert any(words in problem for problem in found), found


@needs_specs
@every_spec
def test_a_form_is_read_as_the_server_reads_it(path: Path) -> None:
    form = "application/x-www-form-urlencoded"
    right = {
        "chat_id": "7",
        "text": "5",
        "protect_content": "true",
        "reply_markup": json.dumps(keys(text="x", url="h")),
    }
    assert problems(spec_at(path), "sendMessage", Params(right, {}, form)) == []
    for wrong in ({"protect_content": "please"}, {"message_thread_id": "five"}, {"reply_markup": "keys"}):
        assert problems(spec_at(path), "sendMessage", Params(right | wrong, {}, form)) != []


def test_both_layouts_are_read(tmp_path: Path) -> None:
    a = {
        "version": "A",
        "methods": {"go": {"fields": [{"name": "to", "types": ["U"], "required": True, "description": ""}]}},
        "types": {
            "U": {"description": ["One of", "- T"], "subtypes": ["T"]},
            "T": {
                "fields": [{"name": "n", "types": ["Array of Integer", "String"], "required": True, "description": ""}]
            },
        },
    }
    b = {
        "version": "B",
        "methods": {"go": {"fields": [{"name": "to", "type": "U", "required": True, "description": ""}]}},
        "types": {
            "U": {"description": "One of\n - T", "fields": []},
            "T": {"fields": [{"name": "n", "type": "Array of Integer or Float", "required": True, "description": ""}]},
        },
    }
    for number, described in enumerate((a, b)):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(described))
        spec = load(path)
        assert problems(spec, "go", Params({"to": {"n": [1]}})) == []
        assert problems(spec, "go", Params({"to": {"n": [True]}})) != []
        assert problems(spec, "go", Params({})) == ["to is missing"]
