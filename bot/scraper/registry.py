"""Finds the sources: every module of `bot.scraper.sources` has one, `SOURCE`, whose id is the file's name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache

from bot.errors import UsageError
from bot.scraper import sources
from bot.scraper.contract import Source


class _Sources(Mapping[str, Source]):
    """The sources by id, sorted. Each is imported when it is first asked for: a school has one or two of the systems,
    and all of them together weigh 3 MiB."""

    def __init__(self) -> None:
        names = sorted(info.name for info in pkgutil.iter_modules(sources.__path__))
        self._modules = {name.replace("_", "-"): f"{sources.__name__}.{name}" for name in names}

    def __getitem__(self, source_id: str) -> Source:
        source: Source = importlib.import_module(self._modules[source_id]).SOURCE
        if source.id != source_id:
            raise ValueError(f"the file of {source_id} has the source {source.id}")
        return source

    def __contains__(self, source_id: object) -> bool:
        return source_id in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


@cache
def all_sources() -> Mapping[str, Source]:
    """The sources by id, sorted by id."""
    return _Sources()


def source_named(source_id: str) -> Source:
    """The source with this id; raises UsageError that names them all."""
    try:
        return all_sources()[source_id]
    except KeyError:
        raise UsageError(f"unknown system {source_id!r}; known: {', '.join(all_sources())}") from None
