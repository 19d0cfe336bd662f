"""A school on loopback for the tests of the HTTP client: fixed answers, faults, a canary that must not be called."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from aiohttp.test_utils import TestServer

PUBLIC = "127.0.0.2"
"""Stands for an address of the open internet: the tests' guard lets it through, and no other loopback address."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class StridingClock:
    """Sleeping takes no time and moves the clock; what was slept is kept."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.elapsed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 6, 0, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.elapsed += seconds


class Names(AbstractResolver):
    """Resolves names from a list of answers (the last one stands); numbers in odd notations go to the real resolver."""

    def __init__(self, *answers: Iterable[str]) -> None:
        self.answers = [list(answer) for answer in answers] or [["127.0.0.1"]]
        self.asked: list[str] = []
        self._real = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if set(host) <= set("0123456789abcdefx.:") and host[0].isdigit():
            return await self._real.resolve(host, port, family)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=ip,
                port=port,
                family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for ip in answer
        ]

    async def close(self) -> None:
        await self._real.close()


class Canary:
    """Listens on 127.0.0.1 and, where there is one, on ::1; `hits` counts every connection."""

    def __init__(self) -> None:
        self.hits = 0
        self.port = 0

    async def _hit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.hits += 1
        writer.close()


@contextlib.asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    found = Canary()
    server = await asyncio.start_server(found._hit, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    servers = [server]
    with contextlib.suppress(OSError):
        servers.append(await asyncio.start_server(found._hit, "::1", found.port))
    try:
        yield found
    finally:
        for each in servers:
            each.close()
            await each.wait_closed()


@contextlib.asynccontextmanager
async def school(*, port: int | None = None, **pages: Handler) -> AsyncIterator[str]:
    """A web server with a page per name; gives its base address, without the last slash."""
    app = web.Application()
    for name, handler in pages.items():
        app.router.add_route("*", f"/{name}", handler)
    async with TestServer(app, host=PUBLIC, port=port) as server:
        yield f"http://{PUBLIC}:{server.port}"


@contextlib.asynccontextmanager
async def raw(answer: bytes, *, hold: bool = False) -> AsyncIterator[str]:
    """A server that sends these bytes to whoever connects, and then closes, or holds the line."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if hold:
            await over.wait()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, PUBLIC, 0)
    try:
        yield f"http://{PUBLIC}:{server.sockets[0].getsockname()[1]}"
    finally:
        over.set()
        server.close()
        await server.wait_closed()


def text(body: str | bytes, **headers: str) -> Handler:
    """A page that always says the same."""

    async def handler(request: web.Request) -> web.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body.encode() if isinstance(body, str) else body, headers=names)

    return handler


def status(code: int, **headers: str) -> Handler:
    """A page that always answers with a status and nothing else of use."""

    async def handler(request: web.Request) -> web.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=code, text="<h1>no plan here</h1>", headers=names)

    return handler


async def redirect(request: web.Request) -> web.Response:
    """Leads wherever `?to=` says, with the status of `?status=`."""
    return web.Response(status=int(request.query.get("status", "302")), headers={"Location": request.query["to"]})
