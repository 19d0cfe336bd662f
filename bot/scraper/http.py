"""The only socket to schools: address guard, limits, conditional requests, politeness.

The address guard looks at the address that is dialled, at every hop, after name resolution: what the URL looks like
does not matter ("0x7f.1", a name that resolves elsewhere the second time, a redirect).
"""

from __future__ import annotations

import asyncio
import email.utils
import errno
import ipaddress
import json as jsonlib
import logging
import socket
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any

import aiohttp
from yarl import URL

from bot import __version__
from bot.clock import Clock
from bot.errors import ForbiddenAddress, LoginRequired, NotReleased, SourceChanged, SourceDown, TruncatedPage
from bot.scraper.contract import Page

log = logging.getLogger(__name__)

USER_AGENT = f"Schoolbell/{__version__} (self-hosted timetable bot)"
MAX_BYTES = 5_000_000
DEADLINE = 20.0
REDIRECTS = 5
SPACING = 0.5
"""Seconds between two requests to one host."""
CACHE_BYTES = 4_000_000
CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FORBIDDEN = "address not allowed"
_SCHEMES = {"webcal": "http", "webcals": "https"}
# Ways to write a v4 address inside a v6 one, beside the mapped form that `ipv4_mapped` knows.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SHARED = ipaddress.ip_network("100.64.0.0/10")


def is_public(address: str) -> bool:
    """Whether an address is one that the open internet has, v4 inside v6 looked through."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and (ip in _NAT64 or int(ip) >> 32 == 0):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    if ip.version == 4 and ip in _SHARED:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local)


@dataclass(slots=True)
class Round:
    """One scrape round: within it, equal GETs are asked once."""

    pages: dict[tuple[object, ...], asyncio.Future[Page]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A body that a "304 not modified" can stand for, compressed."""

    page: Page
    packed: bytes
    etag: str
    last_modified: str


class SchoolHttp:
    """Built once. `async with` opens and closes its connections; `visit` gives the `Http` of one fetch."""

    def __init__(
        self, *, clock: Clock, allow_private: bool = False, deadline: float = DEADLINE, spacing: float = SPACING
    ) -> None:
        self._clock = clock
        self._allow_private = allow_private
        self._deadline = deadline
        self._spacing = spacing
        self._connector: aiohttp.TCPConnector | None = None
        self._hosts: dict[str, asyncio.Lock] = {}
        self._asked: dict[str, float] = {}
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def __aenter__(self) -> SchoolHttp:
        self._connector = aiohttp.TCPConnector(
            limit=8, limit_per_host=2, keepalive_timeout=15, socket_factory=self._socket
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connector is not None:
            await self._connector.close()

    def visit(self, round_: Round | None = None) -> Visit:
        """The `Http` of one fetch, with a cookie jar of its own."""
        return Visit(self, round_ or Round())

    def _socket(self, info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        if not self._allow_private and not is_public(str(address[0])):
            raise PermissionError(errno.EACCES, _FORBIDDEN)
        return socket.socket(family, kind, proto)

    def session(self, jar: aiohttp.CookieJar) -> aiohttp.ClientSession:
        """A session over the shared connections. Its owner closes it."""
        return aiohttp.ClientSession(
            connector=self._connector,
            connector_owner=False,
            cookie_jar=jar,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=self._deadline, sock_connect=10),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", "Accept": "*/*"},
            trust_env=False,
        )

    async def polite(self, host: str) -> asyncio.Lock:
        """The lock of a host, after the pause that it is owed; at most one request at a time and one in `SPACING`."""
        lock = self._hosts.setdefault(host, asyncio.Lock())
        await lock.acquire()
        wait = self._asked.get(host, float("-inf")) + self._spacing - self._clock.monotonic()
        if wait > 0:
            await self._clock.sleep(wait)
        self._asked[host] = self._clock.monotonic()
        return lock

    def kept(self, url: str) -> _Kept | None:
        """The body that was last read from a URL, if it is still there."""
        found = self._kept.get(url)
        if found is not None:
            self._kept.move_to_end(url)
        return found

    def keep(self, url: str, page: Page) -> None:
        """Keep a body that has a validator, the oldest ones making room."""
        etag, modified = page.headers.get("ETag", ""), page.headers.get("Last-Modified", "")
        if not etag and not modified:
            return
        self._kept[url] = _Kept(replace(page, body=b""), zlib.compress(page.body, 1), etag, modified)
        while sum(len(kept.packed) for kept in self._kept.values()) > CACHE_BYTES:
            self._kept.popitem(last=False)

    @property
    def deadline(self) -> float:
        """Seconds that one request may take with everything: redirects, waiting, reading."""
        return self._deadline

    def now(self) -> datetime:
        """The clock's instant, for `Retry-After` dates."""
        return self._clock.now()


class Visit:
    """One fetch's way to a school: see the `Http` protocol (bot/scraper/contract.py) for what it promises."""

    def __init__(self, http: SchoolHttp, round_: Round) -> None:
        self._http = http
        self._round = round_
        self._jar = aiohttp.CookieJar(unsafe=True)  # a school on a bare address keeps its session too

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Page:
        target = str(_checked(URL(url).update_query(params or {}), url))
        key = (target, tuple(sorted((headers or {}).items())), auth, tuple(sorted(str(c) for c in self._jar)))
        known = self._round.pages.get(key)
        if known is not None:
            return await asyncio.shield(known)
        future: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._round.pages[key] = future
        try:
            page = await self._ask("GET", target, headers=headers, auth=auth, max_bytes=max_bytes)
        except BaseException as error:
            del self._round.pages[key]
            if isinstance(error, Exception):
                future.set_exception(error)
                future.exception()  # nobody may be waiting for it
            else:
                future.cancel()
            raise
        future.set_result(page)
        return page

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
        target = str(_checked(URL(url), url))
        body: bytes | aiohttp.FormData = aiohttp.FormData(dict(data or {}))
        extra = dict(headers or {})
        if json is not None:
            body = jsonlib.dumps(json).encode()
            extra.setdefault("Content-Type", "application/json")
        return await self._ask("POST", target, headers=extra, auth=auth, max_bytes=max_bytes, body=body)

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        auth: tuple[str, str] | None,
        max_bytes: int | None,
        body: bytes | aiohttp.FormData | None = None,
    ) -> Page:
        host = URL(url).host or ""
        try:
            async with asyncio.timeout(self._http.deadline), self._http.session(self._jar) as session:
                return await self._follow(
                    session, method, url, headers=headers, auth=auth, max_bytes=max_bytes or MAX_BYTES, body=body
                )
        except TimeoutError:
            raise SourceDown(f"{host} did not answer within {self._http.deadline:.0f} s") from None
        except (aiohttp.ClientPayloadError, zlib.error):
            raise TruncatedPage(f"{host} broke off in the middle of the page") from None
        except aiohttp.ClientConnectorError as error:
            if _FORBIDDEN in str(error):
                raise ForbiddenAddress(f"{host} is a private or reserved address") from None
            raise SourceDown(f"{host} cannot be reached ({_reason(error)})") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise SourceDown(f"{host} cannot be read ({type(error).__name__})") from None

    async def _follow(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        auth: tuple[str, str] | None,
        max_bytes: int,
        body: bytes | aiohttp.FormData | None,
    ) -> Page:
        target = URL(url)
        login = aiohttp.BasicAuth(*auth) if auth else None
        for _ in range(REDIRECTS + 1):
            host = target.host or ""
            kept = self._http.kept(str(target)) if method == "GET" and login is None else None
            lock = await self._http.polite(host)
            try:
                async with session.request(
                    method,
                    target,
                    headers={**(headers or {}), **_conditions(kept)},
                    auth=login,
                    data=body,
                    allow_redirects=False,
                ) as answer:
                    if answer.status not in _REDIRECTS:
                        return await self._page(answer, target, kept, max_bytes)
                    following = _next_hop(target, answer.headers.get("Location", ""))
            finally:
                lock.release()
            if following.host != target.host:
                login = None
            if answer.status == 303 or (answer.status in {301, 302} and method == "POST"):
                method, body = "GET", None
            target = following
        raise SourceChanged(f"{target.host} redirects in a circle")

    async def _page(self, answer: aiohttp.ClientResponse, url: URL, kept: _Kept | None, max_bytes: int) -> Page:
        host = url.host or ""
        if answer.status == 304 and kept is not None:
            return replace(kept.page, body=zlib.decompress(kept.packed))
        _refuse_status(answer, host, self._http.now())
        page = Page(
            str(url),
            await _body(answer, max_bytes, host),
            answer.content_type,
            answer.charset or "",
            {name: answer.headers[name] for name in ("ETag", "Last-Modified") if name in answer.headers},
        )
        log.debug("%s answered %d bytes", host, len(page.body))
        if answer.method == "GET":
            self._http.keep(str(url), page)
        return page


def _checked(url: URL, given: str) -> URL:
    scheme = _SCHEMES.get(url.scheme, url.scheme)
    if scheme not in {"http", "https"} or not url.host:
        raise ForbiddenAddress(f"{given.split(':')[0][:20]}: only http and https addresses are read")
    try:
        return url if scheme == url.scheme else URL(scheme + str(url)[len(url.scheme) :])
    except ValueError:
        raise ForbiddenAddress("the address cannot be read") from None


def _next_hop(now: URL, location: str) -> URL:
    if not location:
        raise SourceChanged(f"{now.host} redirects nowhere")
    following = _checked(now.join(URL(location)), location)
    if now.scheme == "https" and following.scheme == "http":
        raise ForbiddenAddress(f"{now.host} redirects to an unprotected address")
    return following.with_fragment(None)


def _conditions(kept: _Kept | None) -> dict[str, str]:
    if kept is None:
        return {}
    wanted = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified}
    return {name: value for name, value in wanted.items() if value}


def _refuse_status(answer: aiohttp.ClientResponse, host: str, now: datetime) -> None:
    status = answer.status
    if status in {401, 403, 407}:
        raise LoginRequired(f"{host} asks for a password, or refused the one it was given ({status})")
    if status in {404, 410}:
        raise NotReleased(f"{host} has no such page ({status})")
    if status == 429 or status >= 500:
        raise SourceDown(f"{host} is out of order ({status})", retry_after=_retry_after(answer, now))
    if status != 200:
        raise SourceChanged(f"{host} answered {status}")


def _retry_after(answer: aiohttp.ClientResponse, now: datetime) -> float | None:
    given = answer.headers.get("Retry-After", "").strip()
    if given.isdigit():
        return float(given[:9])
    try:
        moment = email.utils.parsedate_to_datetime(given)
        return max((moment - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


async def _body(answer: aiohttp.ClientResponse, max_bytes: int, host: str) -> bytes:
    """The decoded body, read in pieces: what a bomb unpacks to is never in memory, only what is allowed of it."""
    encoding = answer.headers.get("Content-Encoding", "identity").lower().strip()
    unpack = None
    if encoding in {"gzip", "x-gzip", "deflate"}:
        unpack = zlib.decompressobj(47)
    elif encoding not in {"identity", ""}:
        raise SourceChanged(f"{host} packs its pages in a way that was not asked for ({encoding[:20]})")
    body = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        piece = chunk
        while piece:
            if unpack is None:
                body += piece
                piece = b""
            else:
                try:
                    body += unpack.decompress(piece, max_bytes + 1 - len(body))
                except zlib.error:
                    if body or encoding != "deflate":
                        raise
                    unpack = zlib.decompressobj(-15)  # "deflate" without its header, as some servers send it
                    continue
                piece = unpack.unconsumed_tail
            if len(body) > max_bytes:
                raise SourceChanged(f"{host} answers more than {max_bytes // 1_000_000} MB: no timetable is so large")
    if unpack is not None and not unpack.eof:
        raise TruncatedPage(f"{host} broke off in the middle of the page")
    return bytes(body)


def _reason(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "no such name"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return "its certificate is not valid"
    return "no connection"
