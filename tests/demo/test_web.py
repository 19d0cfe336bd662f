"""The demo's page server: only this machine, only with the token, and nothing that the page sends is believed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from bot.demo.play import GROUP, JONAS, ONA, ULA, Play
from bot.demo.web import serving
from bot.errors import SchoolbellError
from tests.conftest import MONDAY_AFTERNOON

TOKEN = "a-token-of-this-test"
NONSENSE: list[tuple[str, dict[str, Any], str]] = [
    ("say", {"person": 7, "chat": 7, "text": "hello"}, "person"),
    ("say", {"person": "1001", "chat": ONA, "text": "hello"}, "person"),
    ("say", {"person": True, "chat": ONA, "text": "hello"}, "person"),
    ("say", {"person": ONA, "chat": JONAS, "text": "hello"}, "chat"),
    ("say", {"person": ULA, "chat": GROUP, "text": "hello"}, "chat"),
    ("say", {"person": ONA, "chat": ONA, "text": "  "}, "text"),
    ("say", {"person": ONA, "chat": ONA, "text": "x" * 4097}, "text"),
    ("say", {"person": ONA, "chat": ONA, "text": "half a sign: \ud800"}, "text"),
    ("task", {"class": "9a", "subject": "Fizika", "text": "a\0b", "day": "2026-11-24"}, "text"),
    ("change", {"class": "9a", "day": "9999-12-31", "period": 1, "what": "cancel"}, "day"),
    ("change", {"class": "9a", "day": "0001-01-01", "period": 1, "what": "cancel"}, "day"),
    ("say", {"person": ONA, "chat": ONA, "text": "hello", "thread": 5}, "thread"),
    ("say", {"person": ONA, "chat": ONA, "text": "hello", "reply_to": 5}, "reply_to"),
    ("start", {"person": JONAS, "chat": GROUP, "payload": ""}, "admins"),
    ("start", {"person": ONA, "chat": ONA, "payload": "x" * 65}, "payload"),
    ("press", {"person": ONA, "chat": ONA, "message": 99, "data": "v1|d"}, "message"),
    ("choose", {"person": ONA, "chat": ONA, "query": "1", "result": "1"}, "query"),
    ("change", {"class": "12z", "day": "2026-11-24", "period": 1, "what": "cancel"}, "class"),
    ("change", {"class": "9a", "day": "tomorrow", "period": 1, "what": "cancel"}, "day"),
    ("change", {"class": "9a", "day": "2026-11-24", "period": 0, "what": "cancel"}, "period"),
    ("change", {"class": "9a", "day": "2026-11-28", "period": 1, "what": "cancel"}, "no such lesson"),
    ("change", {"class": "9a", "day": "2026-11-24", "period": 1, "what": "explode"}, "what"),
    ("ill", {"day": "2026-11-24", "teacher": "Nobody", "period": 1}, "no lessons"),
    ("task", {"class": "9a", "day": "2026-11-24", "subject": "Alchemy", "text": "x"}, "subject"),
    ("site", {"state": "on fire"}, "state"),
    ("telegram", {"state": "on fire"}, "state"),
    ("clock", {"to": "yesterday"}, "to"),
    ("begin", {"system": "paper"}, "system"),
]


@dataclass(frozen=True, slots=True)
class Browser:
    """A page on the running demo."""

    session: aiohttp.ClientSession
    address: str
    play: Play

    async def act(self, name: str, **asked: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.address}act/{name}", json=asked) as response:
            return response.status, await response.json()

    async def told(self, last: int | None = None) -> list[tuple[int | None, str, Any]]:
        """What a new page, or one that comes back, is told at once: number, kind and data of the events."""
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        text = b""
        async with self.session.get(f"{self.address}events", headers=headers) as response:
            assert response.content_type == "text/event-stream"
            while b"event: ready" not in text and b"/today" not in text:
                text += await response.content.readany()
        found = []
        for block in text.decode().strip().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines())
            number = int(fields["id"]) if "id" in fields else None
            found.append((number, fields["event"], json.loads(fields["data"])))
        return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    play = Play(MONDAY_AFTERNOON)
    async with serving(play, TOKEN, None) as address, play, aiohttp.ClientSession() as session:
        yield Browser(session, address, play)


async def test_everything_is_behind_the_token(browser: Browser) -> None:
    root = browser.address.removesuffix(f"{TOKEN}/")
    for path in ("", "wrong/", "wrong/events", "wrong/page.css", f"{TOKEN[:-1]}/", "ė/"):
        async with browser.session.get(root + path) as response:
            assert response.status == 404, path
            assert "Schoolbell demo" not in await response.text()
    async with browser.session.post(f"{root}wrong/act/say", json={}) as response:
        assert response.status == 404


async def test_a_foreign_name_that_leads_here_is_refused(browser: Browser) -> None:
    """DNS rebinding: the request comes from the own browser, under another host's name."""
    port = browser.address.split("/")[2].split(":")[1]
    for host in (f"evil.example:{port}", "evil.example", "127.0.0.1", "127.0.0.1:1"):
        async with browser.session.get(browser.address, headers={"Host": host}) as response:
            assert response.status == 421, host
    async with browser.session.get(browser.address, headers={"Host": f"localhost:{port}"}) as response:
        assert response.status == 200


async def test_another_site_s_page_can_do_nothing(browser: Browser) -> None:
    for origin in ("https://evil.example", "null"):
        async with browser.session.post(
            f"{browser.address}act/clock", json={"to": "hour"}, headers={"Origin": origin}
        ) as response:
            assert response.status == 403
    plain = {"Content-Type": "text/plain"}
    async with browser.session.post(f"{browser.address}act/clock", data=b'{"to":"hour"}', headers=plain) as response:
        assert response.status == 415


async def test_the_page_and_its_parts_come_with_a_strict_policy(browser: Browser) -> None:
    for name, kind in (("", "text/html"), ("app.js", "text/javascript"), ("page.css", "text/css")):
        async with browser.session.get(browser.address + name) as response:
            assert response.status == 200
            assert response.content_type == kind
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("nothing.js", "..%2fplay.py", "file/none"):
        async with browser.session.get(browser.address + name) as response:
            assert response.status == 404, name


async def test_what_makes_no_sense_is_refused_in_words(browser: Browser) -> None:
    for act, asked, words in NONSENSE:
        status, answer = await browser.act(act, **asked)
        assert (status, answer["ok"]) == (400, False), (act, asked)
        assert words in answer["error"], (act, asked)


async def test_what_is_no_action_is_refused(browser: Browser) -> None:
    assert (await browser.act("explode"))[0] == 404
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"[]", b"\xff", b"[" * 100_000):
        async with browser.session.post(f"{browser.address}act/say", data=body, headers=headers) as response:
            assert response.status == 400, body[:5]
    async with browser.session.post(
        f"{browser.address}act/say", data=BytesIO(bytes(3_000_000)), headers=headers
    ) as response:
        assert response.status == 413


async def test_a_page_that_comes_back_is_told_what_it_missed(browser: Browser) -> None:
    everything = await browser.told()
    kinds = [kind for _, kind, _ in everything]
    everything = everything[: kinds.index("ready") + 1]  # a call of the bot may come while the page is told
    kinds = kinds[: len(everything)]
    assert (kinds[0], kinds[-2:]) == ("scene", ["desk", "ready"])
    last = everything[-1][0]
    assert last is not None
    assert all(number is None for number, _, _ in everything[:-1])
    assert (await browser.act("say", person=ONA, chat=ONA, text="/today"))[0] == 200
    missed = await browser.told(last)
    assert missed[0][0] == last + 1
    assert "scene" not in [kind for _, kind, _ in missed]
    assert any(kind == "message" and data["text"] == "/today" for _, kind, data in missed)


async def test_a_page_from_another_demo_is_told_everything(browser: Browser) -> None:
    assert (await browser.told(last=1_000_000))[0][1] == "scene"


async def test_starting_over_clears_the_chats(browser: Browser) -> None:
    await browser.act("say", person=ONA, chat=ONA, text="/help")
    status, _ = await browser.act("begin", system="ical")
    assert status == 200
    told = await browser.told()
    assert not [data for _, kind, data in told if kind == "message" and data["chat"] == ONA]
    assert next(data for _, kind, data in told if kind == "desk")["system"] == "ical"


async def test_the_log_does_not_hold_the_token_of_the_bot(browser: Browser) -> None:
    token = browser.play.stage.api.token
    calls = [data for _, kind, data in await browser.told() if kind == "call"]
    assert {"getMe", "deleteWebhook"} <= {call["method"] for call in calls}
    assert token not in json.dumps(calls)


async def test_a_taken_port_is_an_error_when_it_was_asked_for_and_another_one_otherwise(browser: Browser) -> None:
    port = int(browser.address.split("/")[2].split(":")[1])
    with pytest.raises(SchoolbellError, match=f"port {port} is taken"):
        async with serving(browser.play, TOKEN, port):
            pass
    async with serving(Play(MONDAY_AFTERNOON), TOKEN, None) as other:
        assert other.split("/")[2] != browser.address.split("/")[2]


async def test_stopping_ends_the_connections_of_pages(browser: Browser) -> None:
    async with browser.session.get(f"{browser.address}events") as response:
        browser.play.stream.close()
        async with asyncio.timeout(5):
            assert (await response.read()).startswith(b"event: scene")
