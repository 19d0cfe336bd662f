"""Finds the samples of every school system and what each must give (see tests/samples/README.md)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.scraper.contract import Page, Query
from bot.scraper.registry import all_sources
from tests.scraper.sources.recorded import RecordedHttp, query_of

FOLDER = Path(__file__).parents[1] / "samples"
EXPECTED = ".expected.json"


@dataclass(frozen=True)
class Sample:
    """The pages of one file or one visit, the query, and what is expected of them (None = a page to be refused)."""

    system: str
    name: str
    pages: tuple[Page, ...]
    query: Query
    plan: dict[str, Any] | None
    error: str = ""

    def __str__(self) -> str:
        return f"{self.system}/{self.name}"


def systems() -> list[str]:
    """The systems that have a folder of samples."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("_"))


def files(system: str) -> list[Path]:
    """The samples of a system, without their expectations and visits."""
    return sorted(
        path for path in (FOLDER / system).iterdir() if path.is_file() and not path.name.endswith((EXPECTED, ".md"))
    )


@cache
def samples() -> tuple[Sample, ...]:
    """Every sample that has an expectation, of every system whose source is there."""
    known = all_sources()
    return tuple(sample for system in systems() if system in known for sample in (*_alone(system), *_visits(system)))


def _alone(system: str) -> Iterator[Sample]:
    for path in files(system):
        expectation = path.with_name(path.name + EXPECTED)
        if not expectation.exists():
            continue
        expected = json.loads(expectation.read_text(encoding="utf-8"))
        values = expected.get("query", {})
        query = query_of({"url": f"file:///{path.name}", **values})
        page = Page(url=query.url, body=path.read_bytes(), charset=values.get("charset", ""))
        yield Sample(system, path.name, (page,), query, expected.get("plan"), expected.get("error", ""))


def _visits(system: str) -> Iterator[Sample]:
    for path in sorted((FOLDER / system).glob("site/**/visit.json")):
        visit = json.loads(path.read_text(encoding="utf-8"))
        query = query_of(visit["query"])
        http = RecordedHttp(path.parent, visit["requests"])
        pages = asyncio.run(_fetched(system, http, query))
        assert http.left == [], f"{path}: requests that were not made"
        yield Sample(
            system,
            str(path.parent.relative_to(FOLDER / system)),
            pages,
            query,
            visit.get("plan"),
            visit.get("error", ""),
        )


async def _fetched(system: str, http: RecordedHttp, query: Query) -> tuple[Page, ...]:
    return await all_sources()[system].fetch(http, query)


def cut(pages: Sequence[Page], at: int, length: int) -> tuple[Page, ...]:
    """The pages with one of them cut off."""
    return tuple(replace(page, body=page.body[:length]) if index == at else page for index, page in enumerate(pages))
