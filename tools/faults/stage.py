"""What the fault runs share: a stand-in with people, an outbox full of pushes, the bot's process, the count."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.clock import Clock
from bot.deliver import Courier
from bot.demo.botapi import BotApi
from bot.pace import Pacer
from bot.store import outbox
from bot.store.database import Database, open_database
from bot.store.outbox import Content, Priority, Row
from bot.transport import AiohttpRequest

DAY = date(2026, 11, 24)
FIRST_CHAT = 1001
DONE = ("sent", "uncertain", "gone", "dead", "expired")


@contextmanager
def folder() -> Iterator[Path]:
    """A data folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="faults-") as path:
        yield Path(path)


@asynccontextmanager
async def stand_in(people: int) -> AsyncIterator[BotApi]:
    """A Telegram with so many people who have started the bot."""
    async with BotApi(keep_calls=200_000) as api:
        for number in range(people):
            api.user(FIRST_CHAT + number, f"Person {number}")
        yield api


async def put(db: Database, people: int, fact: str, now: int | None = None) -> None:
    """One push to each person; the fact stands in the text."""
    content = Content(f"<b>News</b> {fact}")
    rows = (Row(FIRST_CHAT + n, "daily", DAY, fact, content, Priority.DIGEST) for n in range(people))
    async with db.transaction() as transaction:
        await outbox.enqueue(transaction, rows, int(time.time()) if now is None else now)


async def open_rows(db: Database) -> int:
    """Rows that are still to be sent."""
    return int(await db.value("SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed')"))


async def states(db: Database) -> Counter[str]:
    """How many rows are in which state."""
    return Counter({row[0]: row[1] for row in await db.all("SELECT state, count(*) FROM outbox GROUP BY state")})


@dataclass(frozen=True, slots=True)
class Tally:
    """What arrived against what was to arrive."""

    lost: int
    duplicates: int

    def __str__(self) -> str:
        return f"{self.lost} lost, {self.duplicates} duplicates"


def tally(api: BotApi, people: int, facts: list[str]) -> Tally:
    """Count per person and fact."""
    lost = duplicates = 0
    for number in range(people):
        seen = Counter(message.text for message in api.messages(FIRST_CHAT + number))
        for fact in facts:
            times = seen[f"News {fact}"]
            lost += times == 0
            duplicates += max(0, times - 1)
    return Tally(lost, duplicates)


@asynccontextmanager
async def courier(
    db: Database, api: BotApi, clock: Clock, *, per_second: float = 28.0, request: AiohttpRequest | None = None
) -> AsyncIterator[Courier]:
    """The real courier on the real transport, running."""
    async with request or AiohttpRequest() as calls:
        base = f"{api.base_url}{api.token}"
        sender = Courier(
            db,
            lambda method, parameters: calls.call(f"{base}/{method}", parameters),
            clock=clock,
            pacer=Pacer(clock, per_second=per_second),
            bot_id=int(api.token.partition(":")[0]),
        )
        run = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            await sender.stop()
            await run


async def drained(db: Database, seconds: float, *, left: int = 0) -> bool:
    """Wait until at most `left` rows are open; False when that takes too long."""
    deadline = time.monotonic() + seconds
    while await open_rows(db) > left:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True


@dataclass(slots=True)
class Process:
    """A started process, its log in a file."""

    process: asyncio.subprocess.Process
    log: Path

    def kill(self) -> None:
        """SIGKILL."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)

    async def wait(self, seconds: float) -> int | None:
        """The exit code, None when it does not end in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self.process.wait()
        return None

    async def says(self, words: str, seconds: float) -> bool:
        """Whether these words come in the log in time."""
        deadline = time.monotonic() + seconds
        while words not in self.text():
            if time.monotonic() > deadline or self.process.returncode is not None:
                return words in self.text()
            await asyncio.sleep(0.02)
        return True

    def text(self) -> str:
        """The log so far."""
        return self.log.read_text("utf-8", "replace")


@asynccontextmanager
async def python(log: Path, *arguments: str, **environment: str) -> AsyncIterator[Process]:
    """`python -m …` in a clean environment; killed at the end if it still runs."""
    clean = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR")}
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, stdout=out, stderr=out, env={**clean, **environment}
        )
    started = Process(process, log)
    try:
        yield started
    finally:
        started.kill()
        await process.wait()


@asynccontextmanager
async def service(api: BotApi, data: Path, level: str = "info") -> AsyncIterator[Process]:
    """The real `schoolbell run` on a data folder."""
    async with python(data / "log", "bot", "run", **environment_of(api, data, level)) as process:
        yield process


def environment_of(api: BotApi, data: Path, level: str = "info") -> dict[str, str]:
    """What the service is told by its environment."""
    return {
        "BOT_TOKEN": api.token,
        "SCHOOLBELL_DATA": str(data),
        "SCHOOLBELL_API_URL": api.base_url,
        "SCHOOLBELL_ADMINS": "1",
        "SCHOOLBELL_LOG": level,
        "SCHOOLBELL_ALLOW_PRIVATE": "1",
    }


@asynccontextmanager
async def database(data: Path) -> AsyncIterator[Database]:
    """The data folder's database."""
    async with open_database(data / "bot.sqlite3") as db:
        yield db
