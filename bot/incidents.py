"""What the courier and the polls report, gathered and told to the admins: a trouble once, not once a message."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import datetime
from html import escape

from telegram import Bot
from telegram.error import TelegramError

from bot import notify, upkeep
from bot.clock import Clock
from bot.context import Deps
from bot.deliver import Event
from bot.ledger import NOT_WRITTEN
from bot.store import live
from bot.store.database import FULL
from bot.texts import Texts, texts_in

log = logging.getLogger(__name__)

GATHER = 5.0
"""Seconds in which more of the same joins a notice."""
QUIET = 3600.0
"""Seconds between two notices of one kind; what comes meanwhile is in the figures of /status and in the next one."""
OUTAGE = 300
"""Seconds that Telegram was away, from which on the admins hear of it, when it is back."""
TOLD = ("dead", "uncertain", "disk", "conflict")
"""Told with their number and the last reason, one notice an hour each. Chats that are gone are only counted."""


class Incidents:
    """`note` and `conflict` take reports from anywhere in the loop; `run` turns them into notices."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wake = asyncio.Event()
        self._counts: Counter[str] = Counter()
        self._last: dict[str, Event] = {}
        self._told_at: dict[str, float] = {}
        self._once: list[Event] = []
        self._out_since: datetime | None = None
        self._outages: list[tuple[datetime, datetime]] = []

    def note(self, event: Event) -> None:
        """For `Courier(on_event=…)`."""
        match event.kind:
            case "outage":
                self._out_since = self._clock.now()
                return
            case "back":
                if self._out_since is None:
                    return
                self._outages.append((self._out_since, self._clock.now()))
                self._out_since = None
            case "topic" | "replaced" | "room" | "alone":
                self._once.append(event)
            case kind if kind in TOLD:
                self._counts[kind] += 1
                self._last[kind] = event
            case _:
                return
        self._wake.set()

    def conflict(self) -> None:
        """For `Liveness(on_conflict=…)`."""
        self.note(Event("conflict"))

    def alone(self) -> None:
        """For `Liveness(on_alone=…)`."""
        self.note(Event("alone"))

    async def run(self, deps: Deps, bot: Bot) -> None:
        """Tell, until cancelled."""
        while True:
            await self._wake.wait()
            await self._clock.sleep(GATHER)
            self._wake.clear()
            await self.tell(deps, bot)

    async def tell(self, deps: Deps, bot: Bot) -> None:
        """Put what has been reported since the last time into notices."""
        texts = texts_in(deps.config.language)
        if self._counts["disk"] and self._last["disk"].detail == FULL and (gone := upkeep.make_room(deps.config.data)):
            log.warning("the disk is full: %d old copies of the database were deleted", gone)
        once, self._once = self._once, []
        outages, self._outages = self._outages, []
        for kind in TOLD:
            if self._counts[kind] and self._may(kind):
                count = self._counts.pop(kind)
                fact = f"{kind} {deps.now() // int(QUIET)}"  # the same after a restart within the hour
                await _notice(deps, bot, _words(texts, kind, count, self._last[kind].detail), fact)
        for since, until in outages:
            if (until - since).total_seconds() >= OUTAGE:
                await _notice(deps, bot, _outage(texts, deps, since, until), f"outage {since:%Y%m%d%H%M}")
        for event in once:
            if event.kind == "topic":
                fact = f"topic {event.chat_id} {event.thread_id}"
                await _notice(deps, bot, _topic(texts, event), fact)
            elif event.kind == "replaced":
                await _pin_again(deps, bot, event)
            elif event.kind == "alone":
                text = texts("No other process polls with this bot's token any more: I hear everything again.")
                await _notice(deps, bot, text, f"alone {deps.now()}")
            elif "disk" in self._told_at:
                text = texts("There is room on the disk again; everything that was sent meanwhile is recorded.")
                await _notice(deps, bot, text, f"room {deps.now()}")

    def _may(self, kind: str) -> bool:
        now = self._clock.monotonic()
        if now - self._told_at.get(kind, -QUIET) < QUIET:
            return False
        self._told_at[kind] = now
        return True


def _words(texts: Texts, kind: str, count: int, reason: str) -> str:
    if kind == "conflict":
        return texts(
            "Another process polls with this bot's token, so I hear only part of what people say. Stop one of us."
        )
    if kind == "disk":
        return texts("Nothing can be written to the disk: {reason}. Sending goes on; please make room.").format(
            reason=escape(reason)
        )
    if kind == "dead":
        first = texts.plural("{count} message was given up.", "{count} messages were given up.", count)
        return first + " " + texts("The last reason: {reason}").format(reason=escape(reason))
    return texts.plural(
        "{count} message may not have arrived: Telegram's answer was lost. It is not sent twice.",
        "{count} messages may not have arrived: Telegram's answers were lost. They are not sent twice.",
        count,
    )


def _outage(texts: Texts, deps: Deps, since: datetime, until: datetime) -> str:
    zone = deps.config.timezone
    return texts("Telegram could not be reached from {since} to {until}. What was due meanwhile goes out now.").format(
        since=f"{since.astimezone(zone):%H:%M}", until=f"{until.astimezone(zone):%H:%M}"
    )


def _topic(texts: Texts, event: Event) -> str:
    return texts(
        "A topic of the group {chat} is closed or deleted ({reason}). Its messages go to General from now on."
    ).format(chat=f"<code>{event.chat_id}</code>", reason=escape(event.detail))


async def _notice(deps: Deps, bot: Bot, text: str, fact: str) -> None:
    """Through the outbox; past it when nothing can be written, which is when an admin is needed most."""
    try:
        await notify.tell_admins(deps, text, fact)
    except NOT_WRITTEN as error:
        log.warning("a notice goes past the outbox: %s", error)
        for admin in await notify.admins(deps):
            try:
                await bot.send_message(admin, text)
            except TelegramError as refused:
                log.warning("admin %d could not be told: %s", admin, refused.message)


async def _pin_again(deps: Deps, bot: Bot, event: Event) -> None:
    """A live message that stood pinned was gone and was sent anew: the new one is pinned, silently."""
    message = int(event.detail)
    if not await live.is_pinned(deps.db, event.chat_id, message):
        return
    try:
        await bot.pin_chat_message(event.chat_id, message, disable_notification=True)
    except TelegramError as error:
        log.info("message %d of %d could not be pinned: %s", message, event.chat_id, error.message)
        await live.unpinned(deps.db, event.chat_id, message)
