"""What a source's author reads: `Source`, `Query`, `Page`, `Http`.

A source is one file in `bot/scraper/sources/` that ends in `SOURCE = Source(...)`:

* `fetch(http, query)` asks the school and returns the pages that answer the query. It only uses `http`.
* `parse(pages, query)` is pure. It takes the pages of a fetch, or one page alone (a file of `inspect`: an index, a
  list of classes, a plan), and returns a `Plan`, or raises a `SourceError` of `bot.errors`. It returns an empty plan
  only for the system's own mark of an empty day. It must refuse, with a named error: an empty body, a page cut inside
  the plan (`TruncatedPage`), a login page (`LoginRequired`), a maintenance page (`MaintenancePage`), a page of another
  kind (`WrongPage`), and a layout it does not know (`SourceChanged`).
* `recognise(page)` says how sure it is, 0.0 to 1.0, that an address or a page belongs to this system: 1.0 for an
  unmistakable landmark, about 0.5 for a hint, 0.0 for no. It is pure and never raises. `page.body` is empty when only
  the address is known.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bot.model import Plan, TargetKind


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a school: the final `url` after redirects, the decoded (unzipped) bytes, and what the headers said.

    `charset` is the one the `Content-Type` header declares ("" = none); what the page itself declares, and which of
    them is true, is found by `bot.scraper.page.text_of`.
    """

    url: str
    body: bytes
    content_type: str = ""
    charset: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: the school's address, whose plan, which days.

    `kind`/`name`: the class, teacher or room that is wanted, as a person typed it; `name` "" = the list of targets, or
    all that the page holds. The days are `start` up to but not including `end`; both `None` = all that there is (a
    file). `today` is the school's local date, the anchor for dates without a year; for a file it is the date of the
    inspection. `username`/`password`/`options` come from the school's settings.
    """

    url: str
    timezone: ZoneInfo
    today: date
    kind: TargetKind = TargetKind.CLASS
    name: str = ""
    start: date | None = None
    end: date | None = None
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)


class Http(Protocol):
    """The only way to a school. One instance serves one fetch: it keeps that school's cookies for its length.

    Every request is checked (address, size, time, redirects), polite, conditional, and within one scrape round equal
    GETs are asked once. Raises `SourceDown` (no answer, 5xx, 429), `LoginRequired` (401, 403), `ForbiddenAddress`,
    `SourceChanged` (over-long body). 404 and 410 raise `NotReleased`; `get_or_none` returns None for them.
    """

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Page: ...

    async def get_or_none(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Page | None: ...

    async def post(
        self,
        url: str,
        *,
        data: Mapping[str, str] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Page: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A school system.

    `scope`: "school" when one fetch holds every target (a substitution plan: the query's name does not change what is
    fetched, the pipeline selects), "target" when each class is asked by itself.
    `delivers`: of "lessons", "substitutions", "homework", "exams", "notices", "classes", "teachers", "rooms".
    `needs`: what the operator must have, in words ("the address", "the school's shared password"); "" = nothing
    but the address. `experimental`: no real recording stands behind it, and what.
    `min_interval`: seconds between two rounds that the school should be spared at least.
    `homework_days`: homework is asked for by the day it was given on, so many days back from the query's `start`;
    what is older is missing from the answer and yet not withdrawn. 0 = the answer holds all there is.
    """

    id: str
    title: str
    country: str
    example_url: str
    scope: Literal["school", "target"]
    delivers: tuple[str, ...]
    fetch: Callable[[Http, Query], Awaitable[tuple[Page, ...]]]
    parse: Callable[[Sequence[Page], Query], Plan]
    recognise: Callable[[Page], float]
    needs: str = ""
    experimental: str = ""
    min_interval: int = 0
    homework_days: int = 0
