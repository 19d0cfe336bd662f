"""One upload for each picture: who sends it first gets Telegram's name for it, everyone else waits and uses that."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.ledger import NOT_WRITTEN
from bot.store import pictures
from bot.store.database import Database

log = logging.getLogger(__name__)

REMEMBERED = 64
"""Names kept in memory; all are in the database."""

Key = tuple[str, bool]
"""The picture's hash, and whether it goes as a document."""


class Uploads:
    """The `file_id`s of one bot."""

    def __init__(self, db: Database, clock: Clock, bot_id: int) -> None:
        self._db = db
        self._clock = clock
        self._bot_id = bot_id
        self._names: OrderedDict[Key, str] = OrderedDict()
        self._locks: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    def turn(self, key: Key) -> asyncio.Lock:
        """Held by the one that uploads; the others wait for it and then ask for the name again."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock

    async def name(self, key: Key) -> str | None:
        """What Telegram calls the picture, None = it has to be uploaded."""
        name = self._names.get(key)
        if name is None:
            name = await pictures.file_id(self._db, key[0], bot_id=self._bot_id, document=key[1])
            if name is not None:
                self._remember(key, name)
        else:
            self._names.move_to_end(key)
        return name

    async def png(self, key: Key) -> bytes | None:
        """The picture itself, None when it was pruned."""
        return await pictures.png(self._db, key[0])

    async def keep(self, key: Key, name: str) -> None:
        """The upload was taken; Telegram calls it `name`."""
        self._remember(key, name)
        await self._write(key, name)

    async def drop(self, key: Key, name: str) -> None:
        """Telegram does not take `name` any more. A newer name, that another message got meanwhile, stays."""
        if await self.name(key) == name:
            del self._names[key]
            await self._write(key, None)

    async def _write(self, key: Key, name: str | None) -> None:
        now = int(self._clock.now().timestamp())
        try:
            await pictures.set_file_id(self._db, key[0], name, bot_id=self._bot_id, now=now, document=key[1])
        except NOT_WRITTEN as error:
            log.warning("the name of an upload could not be kept: %s", error)

    def _remember(self, key: Key, name: str) -> None:
        self._names[key] = name
        self._names.move_to_end(key)
        if len(self._names) > REMEMBERED:
            self._names.popitem(last=False)
