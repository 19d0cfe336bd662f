"""The demo while it runs: a stage that can be set anew, the people in it, and the stream that tells the page of it."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self

from bot.demo import view
from bot.demo.botapi import Chat, Event, Person
from bot.demo.desk import next_school_days
from bot.demo.sample_school import CLASSES, HOLIDAYS, NAME, holiday
from bot.demo.site import ZONE
from bot.demo.stage import SYSTEMS, Stage, set_stage
from bot.demo.stream import Stream

ONA, JONAS, ULA = 1001, 1002, 1003
GROUP, FORUM = -1009000001, -1009000002
ROLES = {ONA: "parent", JONAS: "parent", ULA: "admin"}
DAYS_SHOWN = 3
OPENING = time(16, 40)
TELEGRAM_UP = "up"


def opening_time(now: datetime) -> datetime:
    """When the demo begins: 16:40 on a school day that is followed by one, today or soon."""
    day = now.astimezone(ZONE).date()
    while next_school_days(day, 2) != [day, day + timedelta(days=1)]:
        day += timedelta(days=1)
    return datetime.combine(day, OPENING, ZONE)


def first_holiday(today: date) -> date:
    """The first day of the next holidays."""
    for step in range(1, 366):
        day = today + timedelta(days=step)
        if holiday(day) and not holiday(day - timedelta(days=1)):
            return day
    raise AssertionError(f"no year is without {HOLIDAYS[0][-1]}")


class Play:
    """One demo. `async with Play(start) as play:`; `begin` sets the stage anew, with another system if wanted."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.system = SYSTEMS[0]
        self.telegram = TELEGRAM_UP
        self.class_ = "9a"
        self.stream = Stream(self.whole)
        self.people: dict[int, Person] = {}
        self._stage: Stage | None = None
        self._scene = AsyncExitStack()
        self._changing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self.begin(self.system)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stream.close()
        await self._scene.aclose()

    @property
    def stage(self) -> Stage:
        assert self._stage is not None  # set by `begin`
        return self._stage

    async def begin(self, system: str) -> None:
        """Clear the stage and set it anew: new chats, a new database, the school in this system."""
        async with self._changing:
            await self._scene.aclose()
            self._scene = AsyncExitStack()
            self.system, self.telegram = system, TELEGRAM_UP
            folder = self._scene.enter_context(tempfile.TemporaryDirectory(prefix="schoolbell-demo-"))
            self._stage = await self._scene.enter_async_context(
                set_stage(
                    Path(folder), start=self.start, system=system, lang="en", admins=[ULA], paced=False, furnished=True
                )
            )
            self._cast()
            self.stage.api.state.listeners.append(self._happened)
            self.stream.tell_all_anew()

    def _cast(self) -> None:
        api = self.stage.api
        ona = api.user(ONA, "Ona", "en", started=False)
        jonas = api.user(JONAS, "Jonas", "lt", started=False)
        ula = api.user(ULA, "Ūla", "en")
        self.people = {person.id: person for person in (ona, jonas, ula)}
        api.group(GROUP, "9a tėvai", members=[ona, jonas], admins=[ona], bot="left")
        forum = api.group(FORUM, "Gimnazijos tėvai", members=[ona, jonas], admins=[ona], forum=True)
        api.topics(forum, "9a klasė", "9b klasė")

    # --- what the page is told ------------------------------------------------------------------------------------

    def whole(self) -> list[tuple[str, Any]]:
        """Everything that a new page must know."""
        state = self.stage.api.state
        people = [
            {"id": one.id, "name": one.user.first_name, "role": ROLES[one.id], "language": one.user.language}
            for one in self.people.values()
        ]
        scene = {
            "bot": {"id": state.bot.id, "name": state.bot.first_name, "username": state.bot.username},
            "school": NAME,
            "people": people,
            "classes": list(CLASSES),
            "systems": list(SYSTEMS),
        }
        told: list[tuple[str, Any]] = [("scene", scene)]
        for chat in state.chats.values():
            told.append(("chat", view.chat_view(state, chat)))
            told += [("message", view.message_view(one)) for one in chat.messages.values() if not one.deleted]
        shown = [call for call in self.stage.api.calls if call.method not in view.HIDDEN_METHODS]
        told += [("call", view.call_view(call, state)) for call in shown[-100:]]
        return [*told, ("commands", self._commands()), ("desk", self.desk()), ("ready", {})]

    def _commands(self) -> list[dict[str, Any]]:
        sets = self.stage.api.state.commands.items()
        return [{"scope": scope, "language": language, "commands": found} for (scope, language), found in sets]

    def desk(self) -> dict[str, Any]:
        """The control desk as it stands."""
        stage = self.stage
        now = stage.clock.now().astimezone(ZONE)
        days = next_school_days(now.date(), DAYS_SHOWN)
        return {
            "now": now.isoformat(timespec="seconds"),
            "zone": ZONE.key,
            "holiday": holiday(now.date()),
            "site": stage.desk.site.value,
            "telegram": self.telegram,
            "system": self.system,
            "class": self.class_,
            "days": view.desk_view(stage.desk, self.class_, days),
        }

    def tell_desk(self) -> None:
        """Tell the pages how the desk stands now."""
        self.stream.tell("desk", self.desk())

    def tell_chat(self, chat: Chat) -> None:
        """Tell the pages who is in a chat as what, and what is pinned there."""
        self.stream.tell("chat", view.chat_view(self.stage.api.state, chat))

    def _happened(self, event: Event) -> None:
        state = self.stage.api.state
        data = event.data
        if event.kind in {"message", "edited", "reaction"}:
            self.stream.tell("message", view.message_view(data["message"]))
        elif event.kind == "deleted":
            self.stream.tell("deleted", {"chat": event.chat_id, "id": data["message"].id})
        elif event.kind == "pinned":
            self.tell_chat(state.chats[data["message"].chat_id])
        elif event.kind == "action":
            self.stream.tell("typing", {"chat": event.chat_id, "action": data["action"]})
        elif event.kind == "commands":
            self.stream.tell("commands", self._commands())
        elif event.kind == "answer":
            self.stream.tell("answer", self._answer(data))
        elif event.kind in {"asked", "call"} and data["call"].method not in view.HIDDEN_METHODS:
            self.stream.tell("call", view.call_view(data["call"], state))

    def _answer(self, data: dict[str, Any]) -> dict[str, Any]:
        """The answer to a press, or to an inline query: its results as the page shows them."""
        told = {"person": data["user_id"], "query": data["query_id"], "text": data.get("text", "")}
        told |= {"alert": data.get("show_alert", False), "url": data.get("url", "")}
        if "results" in data:
            told["results"] = [self._result(one) for one in data["results"]]
        return told

    def _result(self, result: dict[str, Any]) -> dict[str, Any]:
        file = self.stage.api.state.files.get(result.get("photo_file_id", ""))
        return {
            "id": result["id"],
            "title": result.get("title") or result.get("caption", "").partition("\n")[0],
            "about": result.get("description", ""),
            "picture": view.file_view(file)["url"] if file is not None else "",
        }
