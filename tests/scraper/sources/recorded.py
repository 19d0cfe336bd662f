"""A school that answers from the files of a recorded visit (`site/<visit>/visit.json`), and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.errors import NotReleased
from bot.model import TargetKind
from bot.scraper.contract import Page, Query


def query_of(values: Mapping[str, Any]) -> Query:
    """The query of an expectation or a visit, with the defaults of `tests/samples/README.md`."""
    return Query(
        url=values.get("url", "file:///page.html"),
        timezone=ZoneInfo(values.get("timezone", "Europe/Vilnius")),
        today=date.fromisoformat(values.get("today", "2026-11-23")),
        kind=TargetKind(values.get("kind", "class")),
        name=values.get("name", ""),
        start=date.fromisoformat(values["start"]) if values.get("start") else None,
        end=date.fromisoformat(values["end"]) if values.get("end") else None,
        options=values.get("options", {}),
    )


class RecordedHttp:
    """An `Http` that knows the requests of one visit. `left` are those that were not made yet."""

    def __init__(self, folder: Path, requests: list[dict[str, Any]]) -> None:
        self.folder = folder
        self.left = list(requests)

    def _answer(self, method: str, url: str, body: object = None) -> Page | None:
        for request in self.left:
            if (request.get("method", "GET"), request["url"], request.get("json")) == (method, url, body):
                self.left.remove(request)
                if request.get("status", 200) in (404, 410):
                    return None
                content = (self.folder / request["file"]).read_bytes()
                return Page(url, content, content_type=request.get("content_type", ""))
        raise AssertionError(f"unexpected request: {method} {url} {body}")

    async def get(self, url: str, **_: object) -> Page:
        page = self._answer("GET", url)
        if page is None:
            raise NotReleased("404")
        return page

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        return self._answer("GET", url)

    async def post(self, url: str, *, json: object = None, **_: object) -> Page:
        page = self._answer("POST", url, json)
        if page is None:
            raise NotReleased("404")
        return page
