"""How calls reach Telegram: python-telegram-bot's requests on aiohttp, with errors that say what may have arrived.

A sender has to know one thing that a plain "network error" hides: can the message be in the chat already? So a failed
call is `NotSent` (Telegram never had the whole request: repeating it is safe), `AnswerLost` (it had, and its answer was
not read: the message may be there) or `ServerError` (the server answered, with a status that is no verdict on the
message). Every other answer keeps the class that python-telegram-bot gives it. No error, log line or repr holds the
URL, since the token is a part of it.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter
from yarl import URL

from bot.request_body import Body, body_of

KEEP_ALIVE = 50.0
"""Seconds that an idle connection is kept: below the 75 s of nginx, so that a call rarely meets one that is closing."""

NEVER_LEFT = "the request did not leave whole"
"""The note on a CancelledError when a call was cut off so early that nothing can have come of it."""

USUAL_START = b'{"ok":true,"result":'
"""How the Bot API begins every good answer; one that begins so is not parsed twice."""

VERDICTS = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    }
)
"""Statuses that python-telegram-bot has an error class for."""

type_of_default = type(BaseRequest.DEFAULT_NONE)


class NotSent(NetworkError):
    """The request did not reach Telegram: no name, refused, no connection in time, no TLS, broken off while writing, or
    refused by something in between."""


class AnswerLost(TimedOut):
    """The request left complete and no whole answer came back: what it asked for may have happened."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class ServerError(NetworkError):
    """The server answered with a status that decides nothing about the call: 5xx, 413, a bare 429.

    500, 502 and 503 may be repeated; after 504 the call may have happened.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[type, tuple[str, int]]:  # type: ignore[override]  # the base keeps the message alone
        return self.__class__, (self.message, self.status)


class OnAnswer(Protocol):
    """Told of the end of every call: the method's name and the HTTP status, 0 when no answer of Telegram came."""

    def __call__(self, method: str, status: int) -> None: ...


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API. Polling and calls each have their own.

    Timeouts are in seconds, None waits for ever: `pool_timeout` for a free connection, `connect_timeout` for name,
    connection and TLS together, `write_timeout` (`media_write_timeout` when files go along) for each 64 KB,
    `read_timeout` for each silence of the server. Proxies of the environment are not used, redirects are not followed.
    """

    __slots__ = (
        "_connect_timeout",
        "_free",
        "_media_write_timeout",
        "_on_answer",
        "_pool_size",
        "_pool_timeout",
        "_read_timeout",
        "_session",
        "_write_timeout",
    )

    def __init__(
        self,
        *,
        pool_size: int = 16,
        connect_timeout: float | None = 10.0,
        read_timeout: float | None = 25.0,
        write_timeout: float | None = 10.0,
        media_write_timeout: float | None = 30.0,
        pool_timeout: float | None = 30.0,
        on_answer: OnAnswer | None = None,
    ) -> None:
        self._pool_size = pool_size
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._media_write_timeout = media_write_timeout
        self._pool_timeout = pool_timeout
        self._on_answer = on_answer
        self._session: aiohttp.ClientSession | None = None
        self._free = asyncio.Semaphore(pool_size)

    @property
    def read_timeout(self) -> float | None:
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the pool; nothing is connected yet. Twice is once."""
        if self._session is None:
            self._free = asyncio.Semaphore(self._pool_size)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool_size, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT, "Accept-Encoding": "identity"},
                timeout=aiohttp.ClientTimeout(total=None),
            )

    async def shutdown(self) -> None:
        """Close every connection. Twice is once."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dict; `AnswerLost` when it is none. It is not logged: it may be a page of anything."""
        try:
            data = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise AnswerLost("the server's answer is not one of the Bot API")
        return data

    async def call(self, url: str, parameters: dict[str, object]) -> Any:
        """Make one call of the Bot API and give its `result` as plain JSON, without building objects from it.

        `url` is the bot's base URL with the method; the values are anything that `telegram.Bot` takes, files included;
        None is left out. Errors are those of `telegram.Bot`. For a fan-out, where the objects cost more than the call.
        """
        data = RequestData([RequestParameter.from_input(k, v) for k, v in parameters.items() if v is not None])
        return await self.post(url, data)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One exchange: the status and the body, or one of this module's errors. Called by `post` and `retrieve`."""
        uploads = request_data is not None and request_data.contains_files
        writing = self._media_write_timeout if uploads else self._write_timeout
        body = body_of(request_data, _chosen(write_timeout, writing)) if method == "POST" else None
        limits = aiohttp.ClientTimeout(
            total=None,
            connect=_chosen(connect_timeout, self._connect_timeout),
            sock_read=_chosen(read_timeout, self._read_timeout),
        )
        api_method = url.rpartition("/")[2] if method == "POST" else "download"
        await self._take_a_connection(_chosen(pool_timeout, self._pool_timeout))
        try:
            if self._session is None:
                raise NotSent("the connection to Telegram is closed")
            outcome = await _exchange(self._session, method, url=url, body=body, limits=limits)
        except asyncio.CancelledError as error:
            if body is not None and not body.handed_over:
                error.add_note(NEVER_LEFT)
            raise
        finally:
            self._free.release()
        if self._on_answer is not None:
            self._on_answer(api_method, _status_of_telegram(outcome, api_method))
        # Raised here and not where it was caught: the error of the HTTP library names the URL, and with it the token.
        if isinstance(outcome, Exception):
            raise _named(outcome, api_method, complete=body is None or body.handed_over)
        return _checked(*outcome, api_method=api_method)

    async def _take_a_connection(self, patience: float | None) -> None:
        late = False
        try:
            async with asyncio.timeout(patience if self._free.locked() else None):
                await self._free.acquire()
        except asyncio.CancelledError as error:
            error.add_note(NEVER_LEFT)
            raise
        except TimeoutError:
            late = True
        if late:
            raise NotSent("all connections to Telegram are busy")


async def _exchange(
    session: aiohttp.ClientSession, method: str, *, url: str, body: Body | None, limits: aiohttp.ClientTimeout
) -> tuple[int, bytes] | Exception:
    """The answer's status and body, or what the HTTP library raised."""
    try:
        async with session.request(
            method, URL(url, encoded=True), data=body, timeout=limits, allow_redirects=False
        ) as response:
            return response.status, await response.read()
    except (
        aiohttp.ClientError,
        OSError,
        ValueError,
    ) as error:  # TimeoutError is an OSError, a bad address a ValueError
        return error


def _named(error: Exception, api_method: str, *, complete: bool) -> NetworkError:
    """What a failure means for the caller, in words without the URL."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else ""
    words = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
    if not complete:
        return NotSent(f"{api_method} was not sent ({words})")
    if api_method == "getUpdates" and not isinstance(error, TimeoutError):
        # A poll may be repeated, and the polling loop repeats a TimedOut at once: a server that drops every
        # connection would be asked without a pause.
        return NetworkError(f"{api_method} broke off ({words})")
    return AnswerLost(f"{api_method} was sent, its answer was lost ({words})")


def _status_of_telegram(outcome: tuple[int, bytes] | Exception, api_method: str) -> int:
    """The status of an answer, 0 when there is none or a page of something in between."""
    if isinstance(outcome, Exception):
        return 0
    status, payload = outcome
    usual = payload.startswith(USUAL_START) or api_method == "download"
    return status if usual or status >= 500 or "ok" in _json(payload) else 0


def _checked(status: int, payload: bytes, *, api_method: str) -> tuple[int, bytes]:
    """The answer, if it is one of the Bot API that python-telegram-bot has a class for; raise ours if not."""
    if 200 <= status <= 299:
        if api_method == "download" or (payload.startswith(USUAL_START) and payload.endswith(b"}")):
            return status, payload
        answer = _json(payload)
        if answer.get("ok") is True and "result" in answer:
            return status, payload
        if api_method == "getUpdates":
            raise NetworkError(f"{api_method} was answered by something that is not the Bot API")
        raise AnswerLost(f"{api_method} was answered by something that is not the Bot API")
    answer = _json(payload)
    if "ok" not in answer and status < 500 and status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        # A page of a proxy is no word of Telegram about a chat. It is not quoted: it may hold the URL.
        raise NotSent(f"{api_method} was refused by something that is not the Bot API ({status})")
    refused_poll = api_method == "getUpdates" and status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
    if answer.get("parameters") or (status in VERDICTS and not refused_poll):
        return status, payload
    # python-telegram-bot gives up polling for good after one 401 or 404, which a proxy in between can say as well. As
    # a ServerError the poll is repeated, later and later; whether the token is still good, getMe tells.
    description = answer.get("description")
    words = description if isinstance(description, str) else _phrase(status)
    raise ServerError(f"{words} ({status})", status)


def _json(payload: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(payload)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown status"


def _chosen(given: Any, default: float | None) -> float | None:
    """The timeout that a call asks for, else the pool's own. PTB marks "not given" with a DefaultValue."""
    return default if isinstance(given, type_of_default) else given
