"""Starting the world and the driven service, filling the database, and sampling a process each second from outside."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo import publish
from bot.demo.sample_school import CLASSES
from bot.model import Target, TargetKind
from bot.store import chats, schools, subscriptions
from bot.store.chats import Chat
from bot.store.database import open_database
from bot.store.schools import School
from bot.store.subscriptions import Subscription
from tools.memory.driven import START

ROOT = Path(__file__).resolve().parent.parent.parent
# What deploy/schoolbell.service sets.
DEPLOYED = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "PYTHONOPTIMIZE": "2",
}
BARE = (
    "import telegram.ext, aiohttp, bs4, PIL.Image, PIL.ImageDraw, PIL.ImageFont, aiosqlite\n"
    "print(open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"
)


class Talk:
    """A child process that answers a line with a line."""

    def __init__(self, words: list[str], environ: dict[str, str]) -> None:
        self.process = Popen(words, stdin=PIPE, stdout=PIPE, env=environ, cwd=ROOT, text=True)

    def hear(self) -> str:
        """The next line. Raises RuntimeError when the process has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a child ended with {self.process.wait()}")
        return line.strip()

    def ask(self, line: str) -> dict[str, Any]:
        """Send a line, and read the answer's JSON."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.hear())
        return answer

    def end(self) -> None:
        """Close its input, which ends it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except TimeoutError:
            self.process.kill()


@dataclass
class Samples:
    """RSS and PSS in MiB, one a second; `peak` is what the kernel saw."""

    rss: list[float] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)
    peak: float = 0.0

    def take(self, pid: int) -> None:
        """One sample of a process."""
        try:
            status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            return
        self.rss.append(_mib(status, "VmRSS:"))
        self.pss.append(_mib(rollup, "Pss:"))
        self.peak = _mib(status, "VmHWM:")

    @property
    def median(self) -> float:
        """The median RSS."""
        return statistics.median(self.rss)

    def slope(self) -> float:
        """What the median RSS of the last fifth has over that of the second fifth, MiB."""
        fifth = max(len(self.rss) // 5, 1)
        return statistics.median(self.rss[-fifth:]) - statistics.median(self.rss[fifth : 2 * fifth] or self.rss)


def _mib(text: str, name: str) -> float:
    return int(text.split(name, 1)[1].split()[0]) / 1024


@contextmanager
def sampling(pid: int, every: float = 1.0) -> Iterator[Samples]:
    """Sample a process while the block runs."""
    samples, over = Samples(), threading.Event()

    def look() -> None:
        while not over.wait(every):
            samples.take(pid)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()
        samples.take(pid)


@contextmanager
def world(chats_count: int, page_bytes: int) -> Iterator[tuple[Talk, dict[str, str]]]:
    """The far side, and the environment of a service that lives in it."""
    talk = Talk([sys.executable, "-m", "tools.memory.world", str(chats_count), str(page_bytes)], dict(os.environ))
    try:
        where = json.loads(talk.hear())
        environ = {key: value for key, value in os.environ.items() if not key.startswith(("SCHOOLBELL", "PYTHON"))}
        environ |= DEPLOYED | {
            "BOT_TOKEN": where["token"],
            "SCHOOLBELL_API_URL": where["api"],
            "SCHOOLBELL_ALLOW_PRIVATE": "1",
            "SCHOOLBELL_LOG": "warning",
            "SCHOOLBELL_ADMINS": "10000",
            "PYTHONPATH": str(ROOT),
            "WORLD_SCHOOL": where["school"],
        }
        yield talk, environ
    finally:
        talk.end()


@contextmanager
def driven(python: str, environ: dict[str, str], data: Path) -> Iterator[Talk]:
    """The service under a clock that is turned from here."""
    talk = Talk([python, "-m", "tools.memory.driven"], environ | {"SCHOOLBELL_DATA": str(data)})
    try:
        while talk.hear() != "ready":
            pass
        yield talk
    finally:
        talk.end()


def bare_imports(python: str) -> float:
    """RSS in MiB of the libraries alone, in the same environment."""
    talk = Talk([python, "-c", BARE], dict(os.environ) | DEPLOYED)
    kib = talk.hear()
    talk.end()
    return int(kib) / 1024


def fill(data: Path, url: str, *, targets: int, count: int) -> None:
    """Write a school and `count` chats that follow `targets` of its classes, teachers and rooms."""
    names = [(TargetKind.CLASS, name) for name in CLASSES]
    names += [(TargetKind.TEACHER, name) for name in publish.teachers()]
    names += [(TargetKind.ROOM, name) for name in publish.rooms()]
    now = int(START.timestamp())

    async def write() -> None:
        async with open_database(data / "bot.sqlite3") as db, db.transaction() as transaction:
            await schools.put_school(transaction, School("saules", "Saulės gimnazija", ZoneInfo("Europe/Vilnius")), now)
            await schools.put_feed(transaction, "saules", 0, source="optivum", url=url)
            listed = [Target(kind, name, name) for kind, name in names[:targets]]
            await schools.put_targets(transaction, "saules", listed, now)
            rows = await transaction.all("SELECT id FROM targets ORDER BY id")
            ids = [row["id"] for row in rows]
            for number in range(count):
                theme, lang = ("light", "dark")[number // targets % 2], ("lt", "en")[number // targets // 2 % 2]
                await chats.put(transaction, Chat(10_000 + number, theme=theme, language=lang), now)
                wanted = Subscription(0, 10_000 + number, 0, ids[number % targets], daily="07:00")
                await subscriptions.put(transaction, wanted, now)

    asyncio.run(write())


def settled(talk: Talk, seconds: float = 300) -> dict[str, Any]:
    """Wait until nothing is left to be sent. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        figures = talk.ask("figures")
        if not figures["waiting"]:
            return figures
        time.sleep(0.5)
    raise TimeoutError("messages are still waiting")
