"""Long polling as the server does it: one poll at a time, held open until there is something new."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bot.demo.standin.params import ApiError, Json, Params
from bot.demo.standin.state import State

LONGEST = 50
"""Seconds that the server holds a poll at most, whatever the bot asks for."""
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Polling:
    """`get_updates` is the method of the Bot API; `count` says how many polls were answered."""

    def __init__(self, state: State) -> None:
        self.count = 0
        self._state = state
        self._open: asyncio.Future[None] | None = None
        self._stopped = False
        state.on_update = self.wake

    def wake(self) -> None:
        """There is something new."""
        if self._open is not None and not self._open.done():
            self._open.set_result(None)

    def stop(self) -> None:
        """End the open poll, and hold none any more."""
        self._stopped = True
        self.wake()

    async def get_updates(self, params: Params) -> list[Json]:
        """What is new from `offset` on. A second poll ends the first with a conflict."""
        if params.structure("allowed_updates") is not None:
            self._state.allowed_updates = [str(kind) for kind in params.items("allowed_updates")]
        offset = params.integer("offset")
        queue = self._state.updates
        if offset > 0:
            queue[:] = [update for update in queue if update["update_id"] >= offset]
        elif offset < 0:
            queue[:] = queue[offset:]
        if self._open is not None and not self._open.done():
            self._open.set_exception(ApiError(409, CONFLICT))
        timeout = min(params.integer("timeout"), LONGEST)
        if not queue and timeout > 0 and not self._stopped:
            self._open = poll = asyncio.get_running_loop().create_future()
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await poll
        self.count += 1
        return queue[: min(params.integer("limit", 100) or 100, 100)]
