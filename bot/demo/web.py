"""The demo's page on loopback: files, events, actions. Nobody without the token in the address gets anything."""

from __future__ import annotations

import errno
import json
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.demo import chat_acts, school_acts
from bot.demo.asked import BadAction
from bot.demo.play import Play
from bot.demo.standin import account
from bot.errors import SchoolbellError

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 8765
TRIES = 20
"""Ports after the usual one that are tried while others are taken."""
BODY = 2 * 1024 * 1024
ACTS = {**chat_acts.ACTS, **school_acts.ACTS}
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page_app(play: Play, token: str) -> web.Application:
    """`/TOKEN/` is the page, `/TOKEN/events` its events, `/TOKEN/act/NAME` takes what people do on it."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only this machine, under its own name (a foreign name that leads here is an attack), only with the token."""
        own = request.url.port
        port = request.transport.get_extra_info("sockname")[1] if request.transport else own
        hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
        if request.host not in hosts:
            return _refused(421, "This page answers to 127.0.0.1 and localhost only.")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            return _refused(403, "Another page may not do this.")
        given = request.match_info.get("token", "")
        if not secrets.compare_digest(given.encode(), token.encode()):
            return _refused(404, "Open the address that `schoolbell demo` printed; it holds a token.")
        try:
            response = await handler(request)
        except web.HTTPException as refusal:
            return _refused(refusal.status, refusal.reason)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    async def asset(request: web.Request) -> web.Response:
        name = request.match_info.get("name", "index.html")
        page = files("bot.demo") / "page"
        if name not in {one.name for one in page.iterdir()}:
            raise web.HTTPNotFound
        kind = TYPES[name.rpartition(".")[2]]
        return web.Response(body=(page / name).read_bytes(), content_type=kind, charset="utf-8")

    async def picture(request: web.Request) -> web.Response:
        state = play.stage.api.state
        unique = request.match_info["unique"]
        content = account.file_at(state, unique)
        if content is None:
            raise web.HTTPNotFound
        is_picture = content.startswith((b"\x89PNG", b"\xff\xd8"))
        response = web.Response(body=content, content_type="image/png" if is_picture else "application/octet-stream")
        if not is_picture:
            response.headers["Content-Disposition"] = "attachment"
        return response

    async def events(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Last-Event-ID", "")
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        async for event in play.stream.follow(int(given) if given.isascii() and given.isdigit() else None):
            try:
                await response.write(event)
            except ConnectionError:
                break
        return response

    async def acted(request: web.Request) -> web.Response:
        return await _act(play, request)

    app = web.Application(middlewares=[guard], client_max_size=BODY)
    app.router.add_get("/{token}/", asset)
    app.router.add_get("/{token}/events", events)
    app.router.add_get("/{token}/file/{unique}", picture)
    app.router.add_post("/{token}/act/{act}", acted)
    app.router.add_get(r"/{token}/{name:[a-z_]+\.[a-z]+}", asset)
    return app


async def _act(play: Play, request: web.Request) -> web.Response:
    act = ACTS.get(request.match_info["act"])
    if act is None:
        raise web.HTTPNotFound
    if request.content_type != "application/json":
        return _refused(415, "JSON is wanted.")
    try:
        asked = json.loads(await request.read())
    except (ValueError, RecursionError):
        return _refused(400, "This is no JSON.")
    if not isinstance(asked, Mapping):
        return _refused(400, "A JSON object is wanted.")
    try:
        return web.json_response({"ok": True, **await act(play, asked)})
    except BadAction as problem:
        return _refused(400, str(problem))
    except SchoolbellError as problem:
        log.warning("%s: %s", request.match_info["act"], problem)
        return _refused(500, str(problem))


def _refused(status: int, words: str) -> web.Response:
    return web.json_response({"ok": False, "error": words}, status=status, headers=HEADERS)


@asynccontextmanager
async def serving(play: Play, token: str, port: int | None) -> AsyncIterator[str]:
    """Serve the page and give its address. `port` None: the usual one or, where it is taken, one of the next.

    Raises SchoolbellError when the port that was asked for is taken.
    """
    runner = web.AppRunner(page_app(play, token), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        wanted = [port] if port is not None else [*range(PORT, PORT + TRIES), 0]
        for candidate in wanted:
            try:
                await web.TCPSite(runner, HOST, candidate).start()
            except OSError as error:
                if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                    raise
            else:
                break
        else:
            raise SchoolbellError(f"port {port} is taken; choose another, or none to have one chosen")
        yield f"http://{HOST}:{runner.addresses[0][1]}/{token}/"
    finally:
        play.stream.close()
        await runner.cleanup()


def new_token() -> str:
    """A token for one demo."""
    return secrets.token_urlsafe(16)
