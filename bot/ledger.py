"""The courier's books: claims and marks in the outbox, kept straight while the disk has no room for them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection

from bot.clock import Clock, SetBack
from bot.errors import StoreError
from bot.store import claims
from bot.store.claims import Claim, Mark
from bot.store.database import Database

log = logging.getLogger(__name__)

LEASE = 300
"""Seconds after which a claim is taken back, should its task have died without a trace."""
AGAIN = 1.0
"""Seconds between two tries to write what is owed."""
SWEEP = 5.0
"""Seconds between two looks for rows that have expired."""

NOT_WRITTEN = (StoreError, sqlite3.OperationalError)
"""What a write raises when the disk is full, or another process held the file for too long."""


class Ledger:
    """Claims rows and marks them. A mark that cannot be written is owed, and its row is not sent again meanwhile.

    While marks are owed, rows are sent without a claim: a crash in that time repeats what was sent in it, which is
    the price of going on. `on_trouble` is told once when that begins, with the reason, and once with "" when it ends.
    """

    def __init__(self, db: Database, clock: Clock, on_trouble: Callable[[str], None]) -> None:
        self._db = db
        self._clock = clock
        self._on_trouble = on_trouble
        self._owed: dict[int, Mark] = {}
        self._being_written: dict[int, Mark] = {}
        self._in_trouble = False
        self._tried = 0.0
        self._swept = clock.monotonic()
        self._set_back = SetBack(clock)

    @property
    def owed(self) -> int:
        """Marks that could not be written yet."""
        return len(self._owed)

    async def begin(self) -> int:
        """At the start: take over what another process died with. Returns how many rows."""
        try:
            return await claims.reclaim(self._db)
        except NOT_WRITTEN as error:
            self._trouble(error)
            return 0

    async def claim(self, limit: int, *, busy_chats: Collection[int], held: Collection[int]) -> list[Claim]:
        """Up to `limit` rows to send, at most one a chat and none of `busy_chats`; `held` are this process's rows."""
        if self._owed:
            await self.mark()
        now = int(self._clock.now().timestamp())
        # What is being written now may yet be owed again: its rows stand open in the file and have been sent.
        leave = self._owed | self._being_written
        if not self._owed:
            try:
                if self._set_back.happened():
                    log.warning("the clock was set back: what waits for an instant of before is tried now")
                    await claims.do_not_wait(self._db, now)
                await self._sweep(now, [*held, *leave])
                return await claims.claim(
                    self._db, now, limit=limit, lease_seconds=LEASE, busy_chats=busy_chats, leave=leave
                )
            except NOT_WRITTEN as error:
                self._trouble(error)
                leave |= self._owed | self._being_written
        return await claims.sendable(self._db, now, limit=limit, busy_chats=busy_chats, leave=leave)

    async def mark(self, *marks: Mark) -> None:
        """Record what became of rows, together with what is owed."""
        batch = {**self._owed, **{mark.id: mark for mark in marks}}
        if not batch:
            return
        if self._in_trouble and self._clock.monotonic() - self._tried < AGAIN:
            self._owed = batch
            return
        self._tried = self._clock.monotonic()
        self._owed = {}
        self._being_written |= batch
        try:
            await claims.mark(self._db, list(batch.values()), int(self._clock.now().timestamp()))
        except NOT_WRITTEN as error:
            self._owed = batch | self._owed
            self._trouble(error)
            return
        finally:
            for key in batch:
                self._being_written.pop(key, None)
        if self._in_trouble:
            self._in_trouble = False
            log.warning("the database takes writes again; nothing that was sent is forgotten")
            self._on_trouble("")

    async def _sweep(self, now: int, held: Collection[int]) -> None:
        if self._clock.monotonic() - self._swept >= SWEEP:
            self._swept = self._clock.monotonic()
            await claims.sweep(self._db, now, held)

    def _trouble(self, error: Exception) -> None:
        if not self._in_trouble:
            self._in_trouble = True
            log.error("sending goes on, but nothing can be recorded: %s", error)
            self._on_trouble(str(error))
