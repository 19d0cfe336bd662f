"""How fast messages go out, and what each costs: this bot's transport beside python-telegram-bot's own, in one run.

    python -m tools.bench_delivery [--messages 2000] [--in-flight 16] [--rounds 3]

The far side is a process of its own that answers every call at once, so that what is measured is the near side. CPU is
this process's own, user and system. Of each way the best round is printed, since a busy machine only ever adds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import BaseRequest, HTTPXRequest

from bot.transport import AiohttpRequest

TOKEN = "123456789:of-nobody"  # noqa: S105  # of nobody
FILE_ID = "AgACAgQAAxkAAIBmexample-of-the-usual-length-of-such-an-id-AAMCAAN5AAM2BA"
CAPTION = "<b>9a · Tuesday, 24 November</b>\n3 lessons changed · as of 14:05"
KEYS = InlineKeyboardMarkup(
    [[InlineKeyboardButton(text, callback_data=f"1:{text}") for text in ("◂", "week", "▸")] for _ in range(2)]
)
GOAL_RATIO = 3.0
GOAL_CPU_MS = 0.5

Send = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way of sending reached."""

    name: str
    messages_per_second: float
    cpu_ms: float


def answer() -> bytes:
    """What Telegram answers to sendPhoto: a message with four sizes and its keyboard."""
    sizes = [
        {
            "file_id": FILE_ID + str(size),
            "file_unique_id": f"AQAD{size}",
            "file_size": size * 50,
            "width": size,
            "height": size,
        }
        for size in (90, 320, 800, 1280)
    ]
    message = {
        "message_id": 4711,
        "from": {"id": 123456789, "is_bot": True, "first_name": "Bell", "username": "bell_bot"},
        "chat": {"id": 1001, "first_name": "Ona", "type": "private"},
        "date": 1_795_000_000,
        "photo": sizes,
        "caption": "9a · Tuesday, 24 November\n3 lessons changed · as of 14:05",
        "caption_entities": [{"type": "bold", "offset": 0, "length": 25}],
        "reply_markup": KEYS.to_dict(),
    }
    body = json.dumps({"ok": True, "result": message}, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class InstantServer(asyncio.Protocol):
    """Reads requests by their Content-Length and answers each at once."""

    ANSWER = answer()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(self.ANSWER)


def _serve(pipe: Connection) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(InstantServer, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def instant_server() -> Iterator[str]:
    """The far side in its own process; gives its base URL for a bot."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/bot"
    finally:
        process.kill()
        process.join()


@asynccontextmanager
async def through_bot(base_url: str, request: BaseRequest) -> AsyncIterator[Send]:
    """python-telegram-bot's send_photo over a transport."""
    bot = Bot(TOKEN, base_url, request=request)
    async with request:
        yield lambda chat: bot.send_photo(chat, FILE_ID, CAPTION, parse_mode="HTML", reply_markup=KEYS)


@asynccontextmanager
async def through_limiter(base_url: str) -> AsyncIterator[Send]:
    """python-telegram-bot's own rate limiter with its pacing off: what its machinery costs alone."""
    request = HTTPXRequest()
    limiter = AIORateLimiter(overall_max_rate=0, group_max_rate=0, max_retries=3)
    bot = ExtBot(TOKEN, base_url, request=request, rate_limiter=limiter)
    await limiter.initialize()
    async with request:
        yield lambda chat: bot.send_photo(chat, FILE_ID, CAPTION, parse_mode="HTML", reply_markup=KEYS)
    await limiter.shutdown()


@asynccontextmanager
async def through_call(base_url: str) -> AsyncIterator[Send]:
    """The fan-out's way: parameters prepared once, the answer as plain JSON."""
    request = AiohttpRequest()
    prepared = {"photo": FILE_ID, "caption": CAPTION, "parse_mode": "HTML", "reply_markup": KEYS.to_dict()}
    url = f"{base_url}{TOKEN}/sendPhoto"
    async with request:
        yield lambda chat: request.call(url, {"chat_id": chat, **prepared})


async def measure(name: str, send: Send, *, messages: int, in_flight: int) -> Figures:
    """Send to so many chats, so many at a time."""
    chats = iter(range(1, messages + 1))

    async def worker() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(send(chat) for chat in range(in_flight)))  # connections are open before the clock starts
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Figures(name, messages / wall, cpu / messages * 1000)


async def compare_transports(base_url: str, *, messages: int, in_flight: int, rounds: int) -> list[Figures]:
    """Every way of sending, in turns, and of each its best round."""
    ways: dict[str, Callable[[], AbstractAsyncContextManager[Send]]] = {
        "python-telegram-bot on httpx": lambda: through_bot(base_url, HTTPXRequest()),
        "the same with AIORateLimiter": lambda: through_limiter(base_url),
        "python-telegram-bot on this transport": lambda: through_bot(base_url, AiohttpRequest()),
        "this transport's call()": lambda: through_call(base_url),
    }
    best: dict[str, Figures] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            async with way() as send:
                figures = await measure(name, send, messages=messages, in_flight=in_flight)
            if name not in best or figures.cpu_ms < best[name].cpu_ms:
                best[name] = figures
    return list(best.values())


def report(found: list[Figures]) -> bool:
    """Print the table; whether the fan-out's way reaches the goals."""
    default, fan_out = found[0], found[-1]
    print(f"{'way':40} {'messages/s':>10} {'CPU ms each':>12} {'× default':>10}")
    for one in found:
        ratio = one.messages_per_second / default.messages_per_second
        print(f"{one.name:40} {one.messages_per_second:10.0f} {one.cpu_ms:12.3f} {ratio:10.2f}")
    ratio = fan_out.messages_per_second / default.messages_per_second
    reached = ratio >= GOAL_RATIO and fan_out.cpu_ms <= GOAL_CPU_MS
    verdict = "reached" if reached else "MISSED"
    print(f"goal: fan-out at ≥ {GOAL_RATIO:g} × the default and ≤ {GOAL_CPU_MS:g} ms: {verdict}")
    return reached


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with instant_server() as base_url:
        found = asyncio.run(
            compare_transports(base_url, messages=options.messages, in_flight=options.in_flight, rounds=options.rounds)
        )
    return 0 if report(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
