"""A Bot API on loopback: what the demo, the end-to-end tests and the fault runs talk to instead of Telegram.

It behaves as api.telegram.org does where the bot can notice: long polling, limits, refusals in the server's own words,
entity parsing, file ids, rights. Texts of refusals and limits are those of the Bot API documentation, of the open
telegram-bot-api server, and of what bots in production were answered.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.clock import Clock, SystemClock
from bot.demo.standin import account, people, sending
from bot.demo.standin.chats import Chat, Event, Message, Topic, User
from bot.demo.standin.faults import Fault, Faults, RateLimits
from bot.demo.standin.params import ApiError, Params, read_params
from bot.demo.standin.people import Person
from bot.demo.standin.polling import Polling
from bot.demo.standin.server import Server, answer, dropped
from bot.demo.standin.state import State

__all__ = ["BotApi", "Call", "Chat", "Event", "Fault", "Message", "Person"]

METHODS: Mapping[str, Callable[[State, Params], Any]] = {**sending.METHODS, **account.METHODS}
COUNTED = ("send", "copy", "forward")

Value = TypeVar("Value")
Check = Callable[[str, Params], list[str]]
"""Looks at a call's name and parameters and gives what is wrong with it (bot/demo/spec.py has one)."""


@dataclass(slots=True)
class Call:
    """One call as it came and how it ended. `status` is 0 as long as it is not answered."""

    number: int
    method: str
    params: Params
    at: float
    chat_id: int | None = None
    status: int = 0
    description: str = ""
    seconds: float = 0.0
    result: Any = field(default=None, repr=False)


class BotApi:
    """The stand-in. `async with BotApi() as api:` and a bot with `api.token`, `api.base_url`, `api.base_file_url`.

    People come from `user`, chats from `group` and `channel`; `faults` and `limits` make life hard; `calls`,
    `messages`, `delivered` and `subscribe` tell what happened. `check` sees every call; what it finds is kept in
    `violations`.
    """

    def __init__(
        self,
        *,
        token: str = "123456789:stand-in-token-of-no-bot-anywhere00",  # noqa: S107  # of nobody
        name: str = "Schoolbell",
        username: str = "schoolbell_bot",
        clock: Clock | None = None,
        check: Check | None = None,
        seed: int = 0,
        keep_calls: int | None = None,
        query_lifetime: float = 60.0,
    ) -> None:
        self.clock = clock or SystemClock()
        bot = User(int(token.partition(":")[0]), name, username=username, is_bot=True)
        self.state = State(bot=bot, token=token, clock=self.clock, query_lifetime=query_lifetime)
        self.faults = Faults(seed)
        self.limits = RateLimits(self.clock)
        self.calls: deque[Call] = deque(maxlen=keep_calls)
        self.violations: list[str] = []
        self._check = check
        self._server = Server()
        self._polling = Polling(self.state)
        self._numbers = 0
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[web.StreamResponse]] = set()

    # --- the server -----------------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        """Listen on loopback, on a free port unless one is given."""
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        await self._server.start(app, port)

    async def stop(self) -> None:
        """End every open call and stop listening."""
        self._stopping.set()
        self.blackhole(on=False)
        self._polling.stop()
        await self._server.stop()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def token(self) -> str:
        return self.state.token

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def base_url(self) -> str:
        """For python-telegram-bot's `base_url`: it appends the token."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file/bot"

    async def refuse(self) -> None:
        """Refuse connections and drop the open ones, as when Telegram or the network is down; until `resume`."""
        await self._server.refuse()

    async def resume(self) -> None:
        """Listen again, on the same port."""
        await self._server.resume()

    def blackhole(self, *, on: bool) -> None:
        """Take connections and bytes and answer nothing, as a dead route does. Switched off, what hung is dropped."""
        self._server.blackhole(on=on)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            malformed = ":" not in request.match_info["token"]
            return answer(ApiError(404, "Not Found") if malformed else ApiError(401, "Unauthorized"))
        method = _known(request.match_info["method"])
        if self.faults.hit(method, None, read=False) is not None:
            return dropped(request)
        try:
            params = await read_params(request)
        except ApiError as refusal:
            return answer(refusal)
        self._numbers += 1
        call = Call(self._numbers, method, params, self.clock.monotonic())
        with suppress(ValueError):
            call.chat_id = int(params.text("chat_id"))
        self.calls.append(call)
        self.state.emit("asked", call.chat_id, call=call)
        if method == "getUpdates":
            return await self._timed(request, call)
        # What has come whole is carried out, even when the caller dies meanwhile; only a poll ends with its connection.
        task = asyncio.create_task(self._timed(request, call))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _timed(self, request: web.Request, call: Call) -> web.StreamResponse:
        started = time.perf_counter()
        try:
            return await self._carry_out(request, call)
        finally:
            call.seconds = time.perf_counter() - started
            self.state.emit("call", call.chat_id, call=call)

    async def _carry_out(self, request: web.Request, call: Call) -> web.StreamResponse:
        """One call through silence, fault, method and answer."""
        if await self._server.swallowed():
            return dropped(request)
        fault = self.faults.hit(call.method, call.chat_id, read=True) or Fault()
        await _wait(fault.delay)
        outcome: Any = ApiError(fault.status, fault.description, **fault.parameters)
        if fault.delivers:
            done = await self._do(call)
            outcome = outcome if fault.status else done
        await _wait(fault.delay_answer)
        if await self._server.swallowed():
            return dropped(request)
        if fault.ending == "stall":
            await self._stopping.wait()
        if fault.ending != "answer":
            return dropped(request, reset=fault.ending == "reset")
        if isinstance(outcome, ApiError):
            call.status, call.description = outcome.status, outcome.description
        else:
            call.status, call.result = 200, outcome
        if fault.body is not None:
            call.status = fault.status or 200
            return web.Response(status=call.status, body=fault.body, content_type="text/html")
        return answer(outcome)

    async def _do(self, call: Call) -> Any:
        """The result of a call, or the ApiError that refuses it."""
        if self._check is not None:
            self.violations += [f"{call.method}: {problem}" for problem in self._check(call.method, call.params)]
        try:
            if call.method == "getUpdates":
                return await self._polling.get_updates(call.params)
            method = METHODS.get(call.method)
            if method is None:
                return ApiError(404, "Not Found: method not found")
            if call.method.startswith(COUNTED) and call.method != "sendChatAction" and call.chat_id is not None:
                self.limits.count(call.chat_id)
            return method(self.state, call.params)
        except ApiError as refusal:
            return refusal

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return answer(ApiError(401, "Unauthorized"))
        content = account.file_at(self.state, request.match_info["path"])
        return answer(ApiError(404, "Not Found")) if content is None else web.Response(body=content)

    # --- people and chats -----------------------------------------------------------------------------------------

    def user(self, user_id: int, name: str, language: str = "", *, username: str = "", started: bool = True) -> Person:
        """A person with a private chat; `started=False` when the bot may not write first."""
        user = User(user_id, name, language, username)
        self.state.users[user_id] = user
        self.state.chats[user_id] = Chat(user_id, "private", first_name=name, username=username, started=started)
        return Person(self.state, user)

    def group(
        self,
        chat_id: int,
        title: str,
        *,
        kind: str = "supergroup",
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        forum: bool = False,
        bot: str = "member",
    ) -> Chat:
        """A group, supergroup or channel with its people; `bot` is the bot's status. The first admin created it."""
        chat = Chat(chat_id, kind, title=title, is_forum=forum, members={self.state.bot.id: bot})
        chat.members |= {person.id: "member" for person in members}
        chat.members |= {person.id: "creator" if place == 0 else "administrator" for place, person in enumerate(admins)}
        self.state.chats[chat_id] = chat
        return chat

    def channel(self, chat_id: int, title: str, *, admins: Iterable[Person] = (), bot: str = "administrator") -> Chat:
        """A channel that the bot may write into."""
        return self.group(chat_id, title, kind="channel", admins=admins, bot=bot)

    def topics(self, chat: Chat, *names: str) -> list[Topic]:
        """Open topics in a forum; close one by its `closed`, delete one from `chat.topics`."""
        return people.add_topics(self.state, chat, names)

    async def set_status(self, chat: Chat, who: Person | None, status: str, *, by: Person | None = None) -> None:
        """Make somebody (None: the bot) administrator, member, left or kicked in a chat."""
        actor = by.user if by is not None else None
        if who is None:
            await people.set_bot_status(self.state, chat, status, by=actor)
        else:
            await people.set_status(self.state, chat, who.user, status, by=actor)

    async def migrate(self, chat: Chat, new_id: int, *, by: Person, announce: bool = True) -> Chat:
        """Turn a group into a supergroup with another id; `announce` sends the two service messages."""
        return await people.migrate(self.state, chat, new_id, by=by.user, announce=announce)

    # --- looking --------------------------------------------------------------------------------------------------

    def chat(self, chat_id: int) -> Chat:
        return self.state.chats[chat_id]

    def messages(self, chat: Chat | Person | int) -> list[Message]:
        """The messages that stand in a chat, oldest first; each knows its `versions`."""
        if isinstance(chat, Person):
            chat = chat.chat
        return people.standing(self.state.chats[chat] if isinstance(chat, int) else chat)

    @property
    def polls(self) -> int:
        """The polls that were answered."""
        return self._polling.count

    @property
    def delivered(self) -> Mapping[int, int]:
        """Messages that the bot put into each chat, deleted ones included."""
        return self.state.delivered

    def calls_of(self, method: str) -> list[Call]:
        """The calls of a method, oldest first."""
        return [call for call in self.calls if call.method == method]

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[Event]]:
        """Everything that happens from now on, as it happens."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self.state.listeners.append(queue.put_nowait)
        try:
            yield queue
        finally:
            self.state.listeners.remove(queue.put_nowait)

    async def wait_for(self, look: Callable[[], Value], *, seconds: float = 5.0) -> Value:
        """Look again after everything that happens until something is seen; TimeoutError when nothing is."""
        async with self.subscribe() as events, asyncio.timeout(seconds):
            while not (seen := look()):
                await events.get()
            return seen


def _known(method: str) -> str:
    """The method's usual spelling: the server does not mind the case."""
    lower = method.lower()
    return next((name for name in (*METHODS, "getUpdates") if name.lower() == lower), method)


async def _wait(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)
