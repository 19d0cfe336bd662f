"""Mutates the sample pages of every school system and has every source read them: only SourceErrors may come out.

python -m tools.fuzz [--count N] [--seconds S] [--seed N] [--workers N]   `make fuzz`: 100,000 pages
python -m tools.fuzz --seed N --only I                                    one page again, with its traceback
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice

from bot.errors import NotReleased, SourceError
from bot.model import Plan
from bot.scraper.contract import Page
from bot.scraper.reading import foreseen, read
from bot.scraper.registry import all_sources
from bot.scraper.report import report
from tests.scraper.samples import Sample, samples

CHUNK = 250
MOST_REQUESTS = 300
"""A fetch that asks for more pages than this does not end."""
SLOW = 5.0
"""Seconds of CPU that one page may take."""
_TAG = re.compile(rb"<[^<>]{0,200}>")
_NUMBER = re.compile(rb"\d+")
_WORD = re.compile(rb"[A-Za-z]{2,}")
_JSON_VALUE = re.compile(rb':\s*("[^"]{0,80}"|-?\d+|true|false|null|\[\]|\{\})')
_LINE = re.compile(rb"[^\n]*\n")
_ODD = (
    *(b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"&#0;", b"&#xD800;", b"&#1114112;", b"&nbsp;", b"&"),
    *(b"\xe2\x80\xae", b"\xcc\x81" * 200, b"<!--", b"-->", b"<script>", b"</table>", b"<table>", b"<tr>", b"<td>"),
    *(b"<td rowspan=0>", b"<td colspan=99999>", b"]]>", b"\\ud800", b"\\", b'"', b"'", b"[", b"]", b"{", b"}", b"---"),
    *(b"99999999999999999999", b"-1", b"0", b"1e999", b"NaN", b"32.13.2026", b"2026-02-30", b"25:61", b"\r", b"\n\n"),
    *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"RRULE:FREQ=SECONDLY\r\n", b"DTSTART:00000000T000000\r\n", b";" * 50),
)
_VALUES = (b"null", b"0", b"-1", b'""', b'"0"', b"[]", b"{}", b"[[]]", b"true", b"1e400", b'"\\ud800"', b"[null]")

Mutation = Callable[[bytes, random.Random], bytes]


def flip_bytes(body: bytes, dice: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(dice.randint(1, 8)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def cut_out(body: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(body))
    return body[:start] + body[start + _length(dice) :]


def repeat(body: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(body))
    return body[:start] + body[start : start + _length(dice)] * dice.randint(2, 4) + body[start:]


def move(body: bytes, dice: random.Random) -> bytes:
    start, length = dice.randrange(len(body)), _length(dice)
    piece, rest = body[start : start + length], body[:start] + body[start + length :]
    target = dice.randint(0, len(rest))
    return rest[:target] + piece + rest[target:]


def insert_odd(body: bytes, dice: random.Random) -> bytes:
    at = dice.randint(0, len(body))
    return body[:at] + dice.choice(_ODD) + body[at:]


def truncate(body: bytes, dice: random.Random) -> bytes:
    return body[: dice.randrange(len(body))]


def recode(body: bytes, dice: random.Random) -> bytes:
    encoding = dice.choice(["utf-16", "iso-8859-2", "cp1251", "utf-8"])
    return body.decode(dice.choice(["utf-8", "latin-1"]), "replace").encode(encoding, "replace")


def splice(body: bytes, dice: random.Random) -> bytes:
    """A piece of another system's page."""
    other = dice.choice(dice.choice(samples()).pages).body
    start, at = dice.randrange(max(len(other), 1)), dice.randint(0, len(body))
    return body[:at] + other[start : start + _length(dice)] + body[at:]


def _length(dice: random.Random) -> int:
    return dice.choice([1, 3, 10, 40, 200, 1000])


def on(pattern: re.Pattern[bytes], change: Callable[[bytes, random.Random], bytes]) -> Mutation:
    """Changes a few of the pieces that a pattern finds: tags, numbers, words, values, lines."""

    def mutation(body: bytes, dice: random.Random) -> bytes:
        found = list(pattern.finditer(body))
        for match in sorted(dice.sample(found, min(len(found), dice.randint(1, 4))), key=lambda m: -m.start()):
            body = body[: match.start()] + change(match[0], dice) + body[match.end() :]
        return body

    return mutation


def swap_alike(pattern: re.Pattern[bytes]) -> Mutation:
    """Swaps two pieces of a kind: two tags, two numbers, two lines."""

    def mutation(body: bytes, dice: random.Random) -> bytes:
        found = list(pattern.finditer(body))
        if len(found) < 2:
            return body
        one, two = sorted(dice.sample(found, 2), key=lambda m: m.start())
        return body[: one.start()] + two[0] + body[one.end() : two.start()] + one[0] + body[two.end() :]

    return mutation


MUTATIONS: tuple[Mutation, ...] = (
    *(flip_bytes, cut_out, repeat, move, insert_odd, truncate, recode, splice),
    *(swap_alike(pattern) for pattern in (_TAG, _NUMBER, _WORD, _JSON_VALUE, _LINE)),
    *(on(pattern, lambda _, __: b"") for pattern in (_TAG, _NUMBER, _WORD, _LINE)),
    *(on(pattern, lambda piece, _: piece * 2) for pattern in (_TAG, _NUMBER, _LINE)),
    *(on(pattern, lambda _, dice: dice.choice(_ODD)) for pattern in (_TAG, _NUMBER, _WORD)),
    on(_NUMBER, lambda _, dice: str(dice.choice([0, 1, 13, 99, 10**9, 10**30])).encode()),
    on(_JSON_VALUE, lambda _, dice: b":" + dice.choice(_VALUES)),
)


def mutated(seed: int, index: int) -> tuple[str, Sample]:
    """The system that reads, and the pages that it reads: the same for the same numbers."""
    dice = random.Random(f"{seed}/{index}")  # noqa: S311 - the same pages for the same numbers
    sample = dice.choice(samples())
    at = dice.randrange(len(sample.pages)) if sample.pages else 0
    body = sample.pages[at].body
    for _ in range(dice.choice([1, 1, 1, 2, 3, 6])):
        body = dice.choice(MUTATIONS)(body, dice) if body else b"x"
    pages = tuple(replace(page, body=body) if n == at else page for n, page in enumerate(sample.pages))
    if dice.random() < 0.2:
        pages = (Page(url=sample.query.url, body=body, charset=dice.choice(["", "utf-8", "cp1251", "none"])),)
    query = replace(sample.query, name=dice.choice([sample.query.name, "", "9a", "\ud800"]))
    system = sample.system if dice.random() < 0.85 else dice.choice(sorted(all_sources()))
    return system, replace(sample, pages=pages, query=query)


class Babel:
    """An `Http` that answers every request with some page of the system, often mutated, and now and then with none."""

    def __init__(self, system: str, dice: random.Random) -> None:
        self._pages = [page for sample in samples() if sample.system == system for page in sample.pages]
        self._dice = dice
        self.asked = 0

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        self.asked += 1
        if self.asked > MOST_REQUESTS:
            raise TooManyRequests
        if self._dice.random() < 0.15:
            return None
        page = self._dice.choice(self._pages)
        if page.body and self._dice.random() < 0.6:
            page = replace(page, body=self._dice.choice(MUTATIONS)(page.body, self._dice))
        return replace(page, url=url if self._dice.random() < 0.7 else page.url)

    async def get(self, url: str, **_: object) -> Page:
        page = await self.get_or_none(url)
        if page is None:
            raise NotReleased("404")
        return page

    async def post(self, url: str, **_: object) -> Page:
        return await self.get(url)


class TooManyRequests(Exception):
    """A fetch that does not end."""


def visited(system: str, sample: Sample, dice: random.Random) -> Plan:
    """What a source makes of a school that answers anything to every request."""
    source, query = all_sources()[system], sample.query
    if not query.url.startswith("http"):
        query = replace(query, url=source.example_url)
    days = timedelta(days=dice.choice([7, 14]))
    query = replace(query, start=query.today, end=query.today + days, username="pupil", password="word")  # noqa: S106

    async def fetched() -> tuple[Page, ...]:
        with foreseen(source):
            return await source.fetch(Babel(system, dice), query)

    return read(source, asyncio.run(fetched()), query)


@dataclass
class Outcome:
    """What became of some pages: how many ended how, what the net in `reading` caught, what must not have happened."""

    pages: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    netted: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def add(self, other: Outcome) -> None:
        """Take over another outcome."""
        self.pages += other.pages
        self.ends += other.ends
        self.netted += other.netted
        self.unexpected += other.unexpected
        self.slowest = max(self.slowest, other.slowest)


def reading(seed: int, index: int, *, system: str, sample: Sample) -> Plan:
    """Read the pages; every fourth time visit a school that answers anything instead."""
    if index % 4 == 3:
        return visited(system, sample, random.Random(f"{seed}/{index}/visit"))  # noqa: S311 - the same visit again
    return read(all_sources()[system], sample.pages, sample.query)


def try_one(seed: int, index: int, outcome: Outcome) -> None:
    """Read one mutated page and note what became of it."""
    system, sample = mutated(seed, index)
    name = f"--seed {seed} --only {index}: {system} reads {sample}"
    started = time.process_time()
    outcome.pages += 1
    try:
        plan = reading(seed, index, system=system, sample=sample)
        json.dumps(report(plan, source=system, timezone=sample.query.timezone), ensure_ascii=False).encode()
        outcome.ends["a plan"] += 1
    except SourceError as error:
        outcome.ends[type(error).__name__] += 1
        if error.__cause__ is not None and "laid out in a way" in str(error):
            outcome.netted[f"{system}: {_where(error.__cause__)}"] += 1
    except Exception as error:  # noqa: BLE001 - finding any other is what this program is for
        outcome.unexpected.append(f"{name}: {_where(error)}: {error}"[:300])
    spent = time.process_time() - started
    outcome.slowest = max(outcome.slowest, (spent, name))
    if spent > SLOW:
        outcome.unexpected.append(f"{name}: took {spent:.1f} s of CPU")


def _where(error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/bot/" in frame.filename]
    place = f"{frames[-1].filename.rpartition('/bot/')[2]}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {place}"


def try_many(job: tuple[int, int, int]) -> Outcome:
    """Read a chunk of mutated pages."""
    seed, start, end = job
    outcome = Outcome()
    for index in range(start, end):
        try_one(seed, index, outcome)
    return outcome


def fuzz(*, seed: int, count: int, seconds: float, workers: int) -> Outcome:
    """Read up to `count` pages, for `seconds` at most."""
    jobs = ((seed, start, min(start + CHUNK, count)) for start in range(0, count, CHUNK))
    deadline = time.monotonic() + seconds
    total = Outcome()
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        pending: list[multiprocessing.pool.AsyncResult[Outcome]] = []
        feed: Iterator[tuple[int, int, int]] = iter(jobs)
        while True:
            if time.monotonic() < deadline:
                pending += [pool.apply_async(try_many, (job,)) for job in islice(feed, 2 * workers - len(pending))]
            if not pending:
                return total
            total.add(pending.pop(0).get())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", type=int, help="read the one page with this number, and show how it fails")
    args = parser.parse_args(arguments)
    if args.only is not None:
        system, sample = mutated(args.seed, args.only)
        print(f"{system} reads {sample}")
        print(reading(args.seed, args.only, system=system, sample=sample))
        return 0
    found = fuzz(seed=args.seed, count=args.count, seconds=args.seconds, workers=args.workers)
    for line in found.unexpected[:20]:
        print(line)
    for place, times in found.netted.most_common(20):
        print(f"told as a change of layout, {times} times: {place}")
    print(", ".join(f"{times} {end}" for end, times in found.ends.most_common()))
    print(f"slowest: {found.slowest[0]:.2f} s of CPU, {found.slowest[1]}")
    print(f"{found.pages} pages, {len(found.unexpected)} unexpected")
    return 1 if found.unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
