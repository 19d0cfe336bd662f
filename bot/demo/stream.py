"""What the page is told, as numbered server-sent events: a page that lost the connection gets what it missed."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

HEARTBEAT = 15.0  # seconds without an event until the connection is shown to be alive
KEPT = 2000
"""Events that are kept for pages that come back; one that missed more is told everything anew."""


class Stream:
    """Events in the order they happened. `whole` gives everything that a new page must know, as (kind, data) pairs."""

    def __init__(self, whole: Callable[[], list[tuple[str, Any]]]) -> None:
        self._whole = whole
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=KEPT)
        self._pages: set[asyncio.Queue[bytes]] = set()
        self._number = 0

    @property
    def pages(self) -> int:
        """How many pages are listening."""
        return len(self._pages)

    def tell(self, kind: str, data: Any) -> None:
        """Tell every page."""
        self._number += 1
        event = f"id: {self._number}\n".encode() + encoded(kind, data)
        self._kept.append((self._number, event))
        for page in self._pages:
            page.put_nowait(event)

    def tell_all_anew(self) -> None:
        """Have every page throw away what it knows: the scene has changed."""
        self._kept.clear()
        for kind, data in self._whole():
            self.tell(kind, data)

    def close(self) -> None:
        """End every page's connection."""
        for page in self._pages:
            page.put_nowait(b"")

    async def follow(self, last: int | None) -> AsyncIterator[bytes]:
        """The events after number `last`, then every new one, until `close`. None: a new page."""
        page: asyncio.Queue[bytes] = asyncio.Queue()
        for event in self._since(last):
            page.put_nowait(event)
        self._pages.add(page)
        try:
            while event := await _next(page):
                yield event
        finally:
            self._pages.discard(page)

    def _since(self, last: int | None) -> list[bytes]:
        first = self._kept[0][0] if self._kept else self._number + 1
        if last is not None and first - 1 <= last <= self._number:
            return [event for number, event in self._kept if number > last]
        # Only the last has a number: who loses the connection in the middle is told everything again.
        told = [encoded(kind, data) for kind, data in self._whole()]
        return [*told[:-1], f"id: {self._number}\n".encode() + told[-1]]


async def _next(page: asyncio.Queue[bytes]) -> bytes:
    """The next event, or a comment that keeps the connection open."""
    try:
        async with asyncio.timeout(HEARTBEAT):
            return await page.get()
    except TimeoutError:
        return b": still here\n\n"


def encoded(kind: str, data: Any) -> bytes:
    """One event as it goes over the wire, without its number."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {body}\n\n".encode()
