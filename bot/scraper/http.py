"""The only socket to schools: address guard, limits, conditional requests, politeness.

The guard looks at the address that is dialled, at every hop, after name resolution: what the URL looks like does not
matter ("0x7f.1", a name that resolves elsewhere the second time, a redirect).

Conditional requests need no place in the store: the bodies that a "304 Not Modified" can stand for are kept here,
packed, up to `CACHE_BYTES` in all; a validator is only sent while its body is still there, so a 304 gives the same
page as a 200. Most schools send no validator: that a page says the same as before is found by the hash of its plan.
"""

from __future__ import annotations

import asyncio
import errno
import json as jsonlib
import logging
import socket
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot import __version__
from bot.clock import Clock
from bot.errors import (
    ForbiddenAddress,
    LoginRequired,
    NotReleased,
    SourceChanged,
    SourceDown,
    SourceError,
    TruncatedPage,
)
from bot.scraper.address import may_dial, next_hop, web_address
from bot.scraper.bodies import Bodies
from bot.scraper.contract import Page
from bot.scraper.request import Request, basic_login, retry_after
from bot.scraper.turns import Turns
from bot.scraper.unpack import ACCEPTED, CannotUnpack, TooLarge, Unpacker

log = logging.getLogger(__name__)

USER_AGENT = f"Schoolbell/{__version__} (self-hosted timetable bot)"
MAX_BYTES = 5_000_000
DEADLINE = 20.0
REDIRECTS = 5
SPACING = 0.5
SESSIONS_KEPT = 500  # accounts whose cookies are kept between rounds; in memory only
"""Seconds between two requests to one host."""
CACHE_BYTES = 4_000_000
ROUND_BYTES = 3_000_000
CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FORBIDDEN = "address not allowed"
_Key = tuple[object, ...]


@dataclass(slots=True)
class Round:
    """One scrape round: within it, equal GETs are asked once, whether they succeed or fail.

    Bodies of more than `ROUND_BYTES` in all are forgotten, what was asked for least lately first.
    """

    pages: OrderedDict[_Key, asyncio.Future[Page]] = field(default_factory=OrderedDict)

    def trim(self) -> None:
        """Forget the oldest bodies beyond what a round may hold."""
        sizes = {key: len(page.result().body) for key, page in self.pages.items() if page.done() and _has_page(page)}
        held = sum(sizes.values())
        for key, size in sizes.items():
            if held <= ROUND_BYTES:
                return
            del self.pages[key]
            held -= size


def _has_page(future: asyncio.Future[Page]) -> bool:
    return not future.cancelled() and future.exception() is None


class SchoolHttp:
    """Built once. `async with` opens and closes its connections; `visit` gives the `Http` of one fetch.

    `guard(ip, port)` and `resolver` are there for tests: they say what may be dialled, and what names mean.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        allow_private: bool = False,
        user_agent: str = USER_AGENT,
        deadline: float = DEADLINE,
        spacing: float = SPACING,
        guard: Callable[[str, int], bool] | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._clock = clock
        self._guard = guard or (lambda address, _: may_dial(address, private=allow_private))
        self._resolver = resolver
        self._user_agent = user_agent
        self._connector: aiohttp.TCPConnector | None = None
        self._jars: dict[Hashable, aiohttp.CookieJar] = {}
        self.deadline = deadline
        self.turns = Turns(clock, spacing)
        self.bodies = Bodies(CACHE_BYTES)

    async def __aenter__(self) -> SchoolHttp:
        self._connector = aiohttp.TCPConnector(
            limit=8,
            limit_per_host=2,
            keepalive_timeout=15,
            use_dns_cache=False,  # a kept connection needs no name; a new one is worth asking
            socket_factory=self._socket,
            resolver=self._resolver,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connector is not None:
            await self._connector.close()
            self._connector = None

    def visit(self, round_: Round | None = None, *, account: Hashable | None = None) -> Visit:
        """The `Http` of one fetch, with a cookie jar of its own; visits of one `account` share theirs, so that a
        session is kept from round to round."""
        jar = aiohttp.CookieJar(unsafe=True)  # a school on a bare address keeps its session too
        if account is not None:
            jar = self._jars.pop(account, jar)
            self._jars[account] = jar
            while len(self._jars) > SESSIONS_KEPT:
                del self._jars[next(iter(self._jars))]
        return Visit(self, round_ or Round(), jar)

    def end_session(self, account: Hashable) -> None:
        """Forget an account's cookies: the next visit begins anew."""
        self._jars.pop(account, None)

    def _socket(self, info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        if not self._guard(str(address[0]), int(address[1])):
            raise PermissionError(errno.EACCES, _FORBIDDEN)
        return socket.socket(family, kind, proto)

    def session(self, jar: aiohttp.CookieJar) -> aiohttp.ClientSession:
        """A session over the shared connections. Its owner closes it."""
        if self._connector is None:  # a session would make itself an unguarded one
            raise RuntimeError("SchoolHttp is used outside its `async with`")
        return aiohttp.ClientSession(
            connector=self._connector,
            connector_owner=False,
            cookie_jar=jar,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": ACCEPTED, "Accept": "*/*"},
            trust_env=False,
        )

    def now(self) -> datetime:
        """The clock's instant, for `Retry-After` dates."""
        return self._clock.now()


class Visit:
    """One fetch's way to a school: see the `Http` protocol (bot/scraper/contract.py) for what it promises."""

    def __init__(self, http: SchoolHttp, round_: Round, jar: aiohttp.CookieJar) -> None:
        self._http = http
        self._round = round_
        self._jar = jar

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Page:
        target, login = web_address(url)
        request = Request(
            method="GET",
            url=target.update_query(params) if params else target,
            headers={**(headers or {}), **basic_login(auth or login)},
            max_bytes=max_bytes or MAX_BYTES,
        )
        key = (*request.key, request.max_bytes, *self._cookies(request.url))
        while (known := self._round.pages.get(key)) is not None:
            self._round.pages.move_to_end(key)
            await asyncio.wait([known])
            if not known.cancelled():
                return _result(known)
        future: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._round.pages[key] = future
        try:
            future.set_result(await self._ask(request))
        except SourceError as error:
            future.set_exception(error)
        except BaseException:
            # Whoever waits asks again: that this asker was stopped says nothing about the school.
            del self._round.pages[key]
            future.cancel()
            raise
        self._round.trim()
        return _result(future)

    async def get_or_none(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Page | None:
        try:
            return await self.get(url, params=params, headers=headers, auth=auth, max_bytes=max_bytes)
        except NotReleased:
            return None

    async def post(
        self,
        url: str,
        *,
        data: Mapping[str, str] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Page:
        target, login = web_address(url)
        kind = "application/x-www-form-urlencoded" if json is None else "application/json"
        return await self._ask(
            Request(
                method="POST",
                url=target,
                headers={"Content-Type": kind, **(headers or {}), **basic_login(auth or login)},
                max_bytes=max_bytes or MAX_BYTES,
                body=(urlencode(data or {}) if json is None else jsonlib.dumps(json)).encode(),
            )
        )

    def _cookies(self, url: URL) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((name, cookie.value) for name, cookie in self._jar.filter_cookies(url).items()))

    async def _ask(self, request: Request) -> Page:
        host = request.url.host or ""
        try:
            async with asyncio.timeout(self._http.deadline) as limit, self._http.session(self._jar) as session:
                return await self._follow(session, request, limit)
        except TimeoutError:
            raise SourceDown(f"{host} did not answer within {self._http.deadline:g} s") from None
        except TooLarge:
            megabytes = request.max_bytes / 1_000_000
            raise SourceChanged(f"{host} answers more than {megabytes:g} MB: no timetable is so large") from None
        except CannotUnpack as error:
            raise SourceChanged(f"{host} packs its pages in a way that was not asked for ({error})") from None
        except (aiohttp.ClientPayloadError, zlib.error):
            raise TruncatedPage(f"{host} broke off in the middle of the page") from None
        except aiohttp.ClientConnectorError as error:
            if _FORBIDDEN in str(error.os_error):
                raise ForbiddenAddress(f"{error.host} is a private or reserved address", private=True) from None
            raise SourceDown(f"{error.host} cannot be reached ({_reason(error)})") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise SourceDown(f"{host} cannot be read ({type(error).__name__})") from None

    async def _follow(self, session: aiohttp.ClientSession, request: Request, limit: asyncio.Timeout) -> Page:
        for _ in range(REDIRECTS + 1):
            anonymous = request.method == "GET" and not self._cookies(request.url)
            kept = self._http.bodies.get(request.key) if anonymous else None
            async with (
                self._http.turns.turn(request.url.host or "", limit),
                session.request(
                    request.method,
                    request.url,
                    headers={**request.headers, **(kept.conditions if kept else {})},
                    data=request.body,
                    allow_redirects=False,
                ) as answer,
            ):
                if answer.status == 304 and kept is not None:
                    return kept.unpacked()
                if answer.status not in _REDIRECTS:
                    self._refuse_status(answer)
                    page = await _page(answer, request)
                    if anonymous and _may_keep(answer):
                        self._http.bodies.put(request.key, page)
                    return page
                request = request.following(next_hop(request.url, answer.headers.get("Location", "")), answer.status)
        raise SourceChanged(f"{request.url.host} redirects in a circle")

    def _refuse_status(self, answer: aiohttp.ClientResponse) -> None:
        status, host = answer.status, answer.url.host or ""
        if status in {401, 403, 407}:
            raise LoginRequired(f"{host} asks for a password, or refused the one it was given ({status})")
        if status in {404, 410}:
            raise NotReleased(f"{host} has no such page ({status})")
        if status in {408, 425, 429} or status >= 500:
            pause = retry_after(answer.headers.get("Retry-After", ""), self._http.now())
            if pause:
                self._http.turns.rest(host, pause)
            raise SourceDown(f"{host} is out of order ({status})", retry_after=pause)
        if not 200 <= status < 300 or status == 206:
            raise SourceChanged(f"{host} answered {status}")


def _result(future: asyncio.Future[Page]) -> Page:
    error = future.exception()
    if error is not None:
        raise error.with_traceback(None)
    return future.result()


def _may_keep(answer: aiohttp.ClientResponse) -> bool:
    """A "304" repeats neither cookies nor what the server wants forgotten."""
    return "Set-Cookie" not in answer.headers and "no-store" not in answer.headers.get("Cache-Control", "").lower()


async def _page(answer: aiohttp.ClientResponse, request: Request) -> Page:
    """The answer with its body unpacked, read in pieces. Raises TooLarge as soon as it is."""
    unpacker = Unpacker(answer.headers.get("Content-Encoding", ""), request.max_bytes)
    if (answer.content_length or 0) > request.max_bytes:
        raise TooLarge
    async for chunk in answer.content.iter_chunked(CHUNK):
        unpacker.feed(chunk)
    if not unpacker.finished:
        raise aiohttp.ClientPayloadError
    log.debug("%s answered %d bytes", request.url.host, len(unpacker.body))
    return Page(
        url=str(request.url),
        body=bytes(unpacker.body),
        content_type=answer.content_type if "Content-Type" in answer.headers else "",
        charset=answer.charset or "",
        headers={name: answer.headers[name] for name in ("ETag", "Last-Modified") if name in answer.headers},
    )


def _reason(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "no such name"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return "its certificate is not valid"
    return "no connection"
