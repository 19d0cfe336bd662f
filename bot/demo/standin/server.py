"""A server on loopback that can refuse connections, take them and say nothing, and drop what it was asked."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from bot.demo.standin.params import ApiError, Json


class Server:
    """Serves an application until `stop`; between `refuse` and `resume`, nobody is there."""

    def __init__(self) -> None:
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._silent: asyncio.Event | None = None

    async def start(self, app: web.Application, port: int) -> None:
        """Listen on loopback, on a free port for 0."""
        # No access log: it would hold the token.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        await self._runner.setup()
        self.port = port
        await self.resume()

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def refuse(self) -> None:
        """Refuse connections and drop the open ones."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        if self._runner is not None and self._runner.server is not None:
            for connection in self._runner.server.connections:
                if connection.transport is not None:
                    connection.transport.abort()

    async def resume(self) -> None:
        """Listen again, on the same port."""
        if self._site is None and self._runner is not None:
            self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
            await self._site.start()
            self.port = self._runner.addresses[0][1]

    def blackhole(self, *, on: bool) -> None:
        """Take connections and bytes and answer nothing. Switched off, what hung is dropped."""
        if on and self._silent is None:
            self._silent = asyncio.Event()
        elif not on and self._silent is not None:
            self._silent.set()
            self._silent = None

    async def swallowed(self) -> bool:
        """Whether the network is a black hole now; if so, come back when it is none any more."""
        silent = self._silent
        if silent is not None:
            await silent.wait()
        return silent is not None


def answer(outcome: Any) -> web.Response:
    """A result or a refusal in the form of the Bot API."""
    if isinstance(outcome, ApiError):
        body: Json = {"ok": False, "error_code": outcome.status, "description": outcome.description}
        if outcome.parameters:
            body["parameters"] = outcome.parameters
        status = outcome.status
    else:
        body, status = {"ok": True, "result": outcome}, 200
    packed = json.dumps(body, separators=(",", ":")).encode()
    return web.Response(status=status, body=packed, content_type="application/json")


def dropped(request: web.Request, *, reset: bool = True) -> web.Response:
    """No answer: the connection ends, by a reset or in good order."""
    if request.transport is not None:
        if reset:
            request.transport.abort()
        else:
            request.transport.close()
    return web.Response()
