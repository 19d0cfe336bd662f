"""What hostile answers cost: a gzip bomb, a page of 500 MB, one byte a second. Time and growth of memory of the asker.

    python -m tools.bench_http [--deadline S]     `make bench-http`

The school is a process of its own on loopback, so that what it takes does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import resource
import sys
import time
import zlib
from multiprocessing.connection import Connection
from pathlib import Path

from bot.clock import SystemClock
from bot.errors import SourceError
from bot.scraper.http import DEADLINE, SchoolHttp

GOAL_MIB = 20.0
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
_PAGE = b"<table>" + b"<tr><td>Physics</td><td>204</td></tr>" * 5000 + b"</table>"


def bomb(size: int) -> bytes:
    """A gzip answer that unpacks to `size` zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"\0" * 1_000_000
    return b"".join([*(packer.compress(block) for _ in range(size // len(block))), packer.flush()])


def serve(found: Connection) -> None:
    """The school: `/page`, `/bomb`, `/long` (500 MB), `/endless`, `/drip` (1 B/s)."""
    packed = bomb(600_000_000)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        try:
            await _answer(path, writer, packed)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        found.send(server.sockets[0].getsockname()[1])
        async with server:
            await server.serve_forever()

    asyncio.run(run())


async def _answer(path: str, writer: asyncio.StreamWriter, packed: bytes) -> None:
    if path == "/page":
        writer.write(_HEAD + b"Content-Length: %d\r\n\r\n" % len(_PAGE) + _PAGE)
    elif path == "/bomb":
        writer.write(_HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
    elif path == "/long":
        writer.write(_HEAD + b"Content-Length: 500000000\r\n\r\n")
    else:
        writer.write(_HEAD + b"\r\n")
    piece, pause, times = (b"x", 1.0, 10_000) if path == "/drip" else (_PAGE, 0.0, 2700)
    for _ in range(times if path in ("/long", "/endless", "/drip") else 0):
        writer.write(piece)
        await writer.drain()
        if pause:
            await asyncio.sleep(pause)
    await writer.drain()


def rss() -> float:
    """MiB that the process holds now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 2**20


def peak() -> float:
    """MiB that the process held at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def ask(port: int, path: str, deadline: float) -> tuple[float, str]:
    """Seconds that a page took, and how it ended."""
    async with SchoolHttp(clock=SystemClock(), allow_private=True, deadline=deadline) as http:
        started = time.monotonic()
        try:
            page = await http.visit().get(f"http://127.0.0.1:{port}{path}")
        except SourceError as error:
            return time.monotonic() - started, f"{type(error).__name__}: {error}"
        return time.monotonic() - started, f"{len(page.body)} bytes"


def measure(port: int, path: str, deadline: float, result: Connection) -> None:
    """One page in a process of its own, after an ordinary one: seconds, MiB at most, MiB kept, and how it ended."""
    asyncio.run(ask(port, "/page", deadline))
    gc.collect()
    before, highest = rss(), peak()
    seconds, end = asyncio.run(ask(port, path, deadline))
    gc.collect()
    grown = max(peak() - max(before, highest), rss() - before, 0.0)
    result.send((seconds, grown, rss() - before, end))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deadline", type=float, default=DEADLINE, help="seconds (default: the product's)")
    args = parser.parse_args(arguments)
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    school = context.Process(target=serve, args=(far,), daemon=True)
    school.start()
    port = near.recv()
    reached = True
    print(f"goals: {args.deadline:g} s, +{GOAL_MIB:g} MiB")
    for path in ("/page", "/bomb", "/long", "/endless", "/drip"):
        near, far = context.Pipe()
        asker = context.Process(target=measure, args=(port, path, args.deadline, far))
        asker.start()
        seconds, grown, kept, end = near.recv()
        asker.join()
        good = seconds <= args.deadline + 1 and grown <= GOAL_MIB
        reached &= good
        print(f"{path:10} {seconds:6.2f} s  +{grown:5.1f} MiB at most, {kept:+5.1f} kept  {' ' if good else '!'} {end}")
    school.terminate()
    school.join()
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
