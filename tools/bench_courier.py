"""The courier and its outbox in figures: the pace that is held, what it costs, who is due, how memory grows.

    python -m tools.bench_courier [--seconds 30] [--fan-out 10000]

The far side is a process of its own: it answers after a set time and notes when each call came. Other work on the
machine makes every figure worse and none better.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import gc
import json
import multiprocessing
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

from bot.clock import SystemClock
from bot.deliver import Courier
from bot.pace import Pacer
from bot.slots import Span
from bot.store import due, outbox, pictures
from bot.store.database import Database, open_database
from bot.store.outbox import Content, Priority, Row
from bot.transport import AiohttpRequest

TOKEN = "123456789:of-nobody"  # noqa: S105  # of nobody
LATENCY = 0.15
RATE = 28.0
DAY = date(2026, 11, 24)
PICTURE = "a" * 64
CONTENT = Content(
    "<b>9a · Tuesday, 24 November</b>\n3 lessons changed · as of 14:05",
    picture=PICTURE,
    keyboard=tuple(tuple({"text": text, "callback_data": f"1:{text}"} for text in ("◂", "week", "▸")) for _ in "ab"),
)
FILE_ID = "AgACAgQAAxkAAIBmexample-of-the-usual-length-of-such-an-id-AAMCAAN5AAM2BA"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    got: str
    goal: str
    reached: bool


class Server(asyncio.Protocol):
    """Answers each request after `latency` seconds, and notes when it came."""

    latency = 0.0
    arrivals: list[float]

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
            self.arrivals.append(time.monotonic())
            asyncio.get_running_loop().call_later(self.latency, self.transport.write, ANSWER)


def _answer() -> bytes:
    photo = [{"file_id": FILE_ID, "file_unique_id": "u", "file_size": 9, "width": w, "height": w} for w in (90, 1280)]
    chat = {"id": 1001, "first_name": "Ona", "type": "private"}
    result = {"message_id": 4711, "chat": chat, "date": 1_795_000_000, "photo": photo, "caption": "9a"}
    body = json.dumps({"ok": True, "result": result}, separators=(",", ":")).encode()
    return f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


ANSWER = _answer()


def _serve(pipe: Connection, latency: float) -> None:
    async def run() -> None:
        Server.latency, Server.arrivals = latency, []
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        pipe.send(Server.arrivals)

    asyncio.run(run())


@contextmanager
def far_side(latency: float) -> Iterator[tuple[str, Connection]]:
    """The server's base URL, and the pipe that gives the arrivals when anything is sent into it."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, latency), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/bot{TOKEN}", here
    finally:
        process.kill()
        process.join()


def rows(count: int, fact: str) -> Iterator[Row]:
    """A fan-out of one content to so many private chats."""
    for chat in range(1, count + 1):
        yield Row(chat, "daily", DAY, fact, CONTENT, Priority.DIGEST, silent=True)


async def enqueue(db: Database, count: int, fact: str) -> float:
    """Put a fan-out into the outbox; seconds it took."""
    start = time.perf_counter()
    async with db.transaction() as transaction:
        await outbox.enqueue(transaction, rows(count, fact), int(time.time()))
    return time.perf_counter() - start


async def fan_out(db: Database, base: str, *, count: int, per_second: float) -> tuple[float, float, float]:
    """Send what is due until `count` are sent: wall seconds, CPU seconds, seconds from waking to the first call."""
    clock = SystemClock()
    first: list[float] = []
    async with AiohttpRequest() as request:

        async def call(method: str, parameters: dict[str, object]) -> object:
            if not first:
                first.append(time.perf_counter())
            return await request.call(f"{base}/{method}", parameters)

        await call("getMe", {})
        first.clear()
        courier = Courier(db, call, clock=clock, pacer=Pacer(clock, per_second=per_second), bot_id=1)
        run = asyncio.create_task(courier.run())
        cpu, wall = time.process_time(), time.perf_counter()
        await until(lambda: courier.statistics.sent >= count)
        cpu, wall_end = time.process_time() - cpu, time.perf_counter()
        await courier.stop()
        await run
    return wall_end - wall, cpu, first[0] - wall


async def until(condition: Callable[[], bool]) -> None:
    """Look twice a second: on some machines waking up costs as much as the work."""
    while not condition():  # noqa: ASYNC110 - the statistics are a plain count
        await asyncio.sleep(0.5)


def busiest(arrivals: list[float], window: float = 1.0) -> int:
    """The most arrivals in any window."""
    return max(bisect.bisect_left(arrivals, time + window) - index for index, time in enumerate(arrivals))


async def prepare(folder: Path) -> Path:
    """A database with one picture that has been uploaded."""
    async with open_database(folder / "bot.sqlite3") as db:
        async with db.transaction() as transaction:
            await pictures.put(transaction, PICTURE, b"png", int(time.time()))
        await pictures.set_file_id(db, PICTURE, FILE_ID, bot_id=1, now=int(time.time()))
    return folder / "bot.sqlite3"


async def paced(folder: Path, seconds: float) -> list[Figure]:
    """28 a second at 150 ms a call."""
    count = int(seconds * RATE)
    with far_side(LATENCY) as (base, pipe):
        async with open_database(await prepare(folder)) as db:
            await enqueue(db, count, "paced")
            _, cpu, first = await fan_out(db, base, count=count, per_second=RATE)
        pipe.send("done")
        arrivals: list[float] = pipe.recv()[1:]
    span = arrivals[-1] - arrivals[0]
    rate = (len(arrivals) - 1) / span
    return [
        Figure("pace at 150 ms a call", f"{rate:.2f}/s", f"≥ {0.97 * RATE:.2f}/s", rate >= 0.97 * RATE),
        Figure("most in any second", str(busiest(arrivals)), "≤ 30", busiest(arrivals) <= 30),
        Figure("CPU at that pace", f"{cpu / span:.1%} of a core", "≤ 3 %", cpu / span <= 0.03),
        Figure("enqueued to first call", f"{first * 1000:.0f} ms", "≤ 1 s", first <= 1.0),
    ]


async def unpaced(folder: Path, count: int) -> list[Figure]:
    """A whole fan-out with pacing off: what a message costs, and what stays in memory."""
    with far_side(0.0) as (base, _):
        async with open_database(await prepare(folder)) as db:
            await enqueue(db, 500, "warm")
            await fan_out(db, base, count=500, per_second=1e6)
            seconds = min([await enqueue(db, count, f"fan-out {turn}") for turn in range(1)])
            gc.collect()
            before = resident()
            wall, cpu, _ = await fan_out(db, base, count=count, per_second=1e6)
            gc.collect()
            growth = (resident() - before) / 2**20
    return [
        Figure(f"enqueue {count} rows", f"{seconds:.2f} s", "≤ 0.5 s", seconds <= 0.5),
        Figure("fan-out, pacing off", f"{count / wall:.0f}/s, {cpu / count * 1000:.2f} ms CPU", "–", True),
        Figure(f"memory over {count} messages", f"{growth:+.1f} MB", "≤ 5 MB", growth <= 5),
    ]


async def who_is_due(folder: Path) -> list[Figure]:
    """100,000 subscriptions of 400 classes over the day; 1,000 of them at 07:00."""
    async with open_database(folder / "due.sqlite3") as db:
        async with db.transaction() as transaction:
            await transaction.execute("INSERT INTO schools VALUES ('s', 'S', 'Europe/Vilnius', '{}', 0)")
            await transaction.execute_many(
                "INSERT INTO targets (id, school_id, kind, name) VALUES (?, 's', 'class', ?)",
                [(n + 1, str(n)) for n in range(400)],
            )
            await transaction.execute_many(
                "INSERT INTO chats (chat_id, language, created_at) VALUES (?, 'lt', 0)",
                [(n + 1,) for n in range(100_000)],
            )
            await transaction.execute_many(
                "INSERT INTO subscriptions (chat_id, target_id, daily, created_at) VALUES (?, ?, ?, 0)",
                [(n + 1, n % 400 + 1, daily(n)) for n in range(100_000)],
            )
        figures = []
        for span, goal in ((Span(DAY, "07:00", "07:01"), 0.02), (Span(DAY, "18:00", "18:01"), None)):
            times = []
            for _ in range(7):
                start = time.perf_counter()
                found = await due.due(db, "daily", span, ["s"])
                times.append(time.perf_counter() - start)
            best = min(times)
            name = f"{len(found)} due at {span.first} of 100,000"
            figures.append(
                Figure(name, f"{best * 1000:.1f} ms", "≤ 20 ms" if goal else "–", goal is None or best <= goal)
            )
        return figures


def daily(number: int) -> str:
    """Every fifth wants 18:00, one in twenty 07:00, the others any minute of the afternoon."""
    if number % 20 == 0:
        return "07:00"
    return "18:00" if number % 5 == 1 else f"{13 + number % 9:02}:{number % 60:02}"


def resident() -> int:
    """Bytes of memory this process has in use."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--fan-out", type=int, default=10_000)
    options = parser.parse_args()
    steps: list[Callable[[Path], Awaitable[list[Figure]]]] = [
        who_is_due,
        lambda folder: unpaced(folder, options.fan_out),
        lambda folder: paced(folder, options.seconds),
    ]
    reached = True
    print(f"{'figure':36} {'got':>28} {'goal':>12}")
    for step in steps:
        with tempfile.TemporaryDirectory() as folder:
            for figure in asyncio.run(_await(step(Path(folder)))):
                mark = "" if figure.reached else "  MISSED"
                print(f"{figure.name:36} {figure.got:>28} {figure.goal:>12}{mark}", flush=True)
                reached = reached and figure.reached
    return 0 if reached else 1


async def _await(step: Awaitable[list[Figure]]) -> list[Figure]:
    return await step


if __name__ == "__main__":
    raise SystemExit(main())
