"""Finds the sources: every module of `bot.scraper.sources` that has a `SOURCE`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from bot.errors import UsageError
from bot.scraper import sources
from bot.scraper.contract import Source


@cache
def all_sources() -> dict[str, Source]:
    """The sources by id, sorted by id."""
    found: dict[str, Source] = {}
    for info in pkgutil.iter_modules(sources.__path__):
        source: Source = importlib.import_module(f"{sources.__name__}.{info.name}").SOURCE
        if source.id in found:
            raise ValueError(f"two sources with the id {source.id}")
        found[source.id] = source
    return dict(sorted(found.items()))


def source_named(source_id: str) -> Source:
    """The source with this id; raises UsageError that names them all."""
    try:
        return all_sources()[source_id]
    except KeyError:
        raise UsageError(f"unknown system {source_id!r}; known: {', '.join(all_sources())}") from None
