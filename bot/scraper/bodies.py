"""The bodies that a "304 Not Modified" can stand for, packed and bounded. Pure."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from bot.scraper.contract import Page


@dataclass(frozen=True, slots=True)
class Kept:
    """A page without its body, the body packed, and the headers that ask whether it is still the newest."""

    page: Page
    packed: bytes
    conditions: Mapping[str, str]

    def unpacked(self) -> Page:
        """The page as it was read."""
        return replace(self.page, body=zlib.decompress(self.packed))


class Bodies:
    """Pages by what was asked, up to `limit` packed bytes, the ones used longest ago making room."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, key: Hashable) -> Kept | None:
        """The page that was last kept under a key, if it is still there."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, page: Page) -> None:
        """Keep a page that has a validator (ETag, Last-Modified); one without is forgotten."""
        self._kept.pop(key, None)
        given = {"If-None-Match": page.headers.get("ETag"), "If-Modified-Since": page.headers.get("Last-Modified")}
        conditions = {name: value for name, value in given.items() if value}
        packed = zlib.compress(page.body, 1) if conditions else b""
        if not conditions or len(packed) > self._limit // 2:
            return
        self._kept[key] = Kept(replace(page, body=b""), packed, conditions)
        held = sum(len(kept.packed) for kept in self._kept.values())
        while held > self._limit:
            held -= len(self._kept.popitem(last=False)[1].packed)
