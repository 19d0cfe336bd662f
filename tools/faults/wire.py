"""What goes over the wire: requests against the published descriptions, hostile texts through the official parser."""

from __future__ import annotations

import os
import random
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from bot.clock import SystemClock
from bot.demo.botapi import BotApi, Fault
from bot.demo.spec import checker, load, problems
from bot.demo.standin.entities import EntityError, parse_html
from bot.demo.standin.params import Params
from bot.model import Lesson, Status, Was
from bot.scraper.page import squeeze
from bot.store import outbox, pictures
from bot.store.outbox import Content, Priority
from bot.store.outbox import Row as Push
from bot.texts import texts_in
from bot.texts.day import folded, lesson_line, visible_length
from tests.demo.test_spec import RIGHT, WRONG
from tools.faults.network import FAST
from tools.faults.row import Row, Scale
from tools.faults.stage import DAY, FIRST_CHAT, courier, database, drained, folder, service

KEYS = (({"text": "◂", "callback_data": "v1|d|1"}, {"text": "url", "url": "https://example.org/"}),)
# The smallest PNG that is one: 1 × 1, grey.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63680000008200815c40"
    "9c3c0000000049454e44ae426082"
)
PIECES = (
    "<b>", "</b>", "<", ">", "&", "&amp;", "&lt;", "&#0;", "&#x110000;", "\"", "'", "<a href='x'>", "<script>", "]]>",
    "<!--", "\x00", "\u202e", "\u200f", "\ud800", "\udfff", "\u0301" * 40, "\U0001f600", "👨‍👩‍👧", "ąčę", "Фізика",
    "ß", "数学", "\n", "\t", " ", "\u00a0", "9a", "3.", "*_`[](", "x" * 300,
)  # fmt: skip


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """Requests, texts."""
    yield await requests()
    yield mutants()
    yield parsed(scale.of(100_000, 5_000))


def spec_files() -> list[Path]:
    """The descriptions of the Bot API: in the folder that BOTAPI_SPECS names, or beside the repository."""
    named = os.environ.get("BOTAPI_SPECS")
    root = Path(__file__).resolve().parents[2]
    folders = [Path(named)] if named else [parent / "shared" / "botapi" for parent in root.parents]
    return next((found for place in folders if (found := sorted(place.glob("*.json")))), [])


async def requests() -> Row:
    """Every form of a push, every fallback, and a person's commands to the real service."""
    name, goal = "requests against the descriptions", "100 % clean"
    files = spec_files()
    if not files:
        return Row(name, "the descriptions are not here (BOTAPI_SPECS)", goal, False)
    async with BotApi(check=checker(*(load(file) for file in files))) as api:
        for number in range(20):
            api.user(FIRST_CHAT + number, f"Person {number}")
        with folder() as data:
            await pushes(api, data)
            count = await commands(api, data)
        calls = len(api.calls)
        for problem in sorted(set(api.violations))[:5]:
            print(f"    {problem}")
    versions = len(files)
    ok = not api.violations and calls > 20 and count > 3
    return Row(name, f"{len(api.violations)} problems in {calls} calls, {versions} files", goal, ok)


def mutants() -> Row:
    """Requests with one thing wrong each: how many does the check by each description catch?"""
    caught: list[int] = []
    refused = 0
    for spec in map(load, spec_files()):
        caught.append(sum(bool(problems(spec, name, Params(given, parts))) for name, given, parts, _ in WRONG.values()))
        refused += sum(bool(problems(spec, name, Params(given, parts))) for name, given, parts in RIGHT.values())
    got = ", ".join(f"{number} of {len(WRONG)}" for number in caught) + f"; {refused} right ones refused"
    ok = bool(caught) and set(caught) == {len(WRONG)} and len(WRONG) >= 15 and refused == 0
    return Row("mutants of requests, by each description", got, "every mutant caught", ok)


async def pushes(api: BotApi, data: Path) -> None:
    """All that the courier can send."""
    plain = Content("<b>text</b> &amp;", keyboard=KEYS)
    picture = Content("<b>caption</b>", picture="p", keyboard=KEYS)
    forms = [plain, picture, picture, replace(picture, as_document=True), replace(picture, text="", keyboard=())]
    async with database(data) as db:
        now = int(time.time())
        async with db.transaction() as transaction:
            await pictures.put(transaction, "p", PNG, now)
            rows = [
                Push(
                    FIRST_CHAT + n,
                    "daily",
                    DAY,
                    "f",
                    content,
                    Priority.DIGEST,
                    silent=n % 2 == 0,
                    reply_to=77 * (n % 3),
                )
                for n, content in enumerate(forms)
            ]
            await outbox.enqueue(transaction, rows, now)
        async with courier(db, api, SystemClock(), per_second=FAST) as sender:
            await drained(db, 20)
            first = {number: api.messages(FIRST_CHAT + number) for number in (0, 1)}
            async with db.transaction() as transaction:
                edits = [
                    Push(
                        FIRST_CHAT + n,
                        "live",
                        DAY,
                        "e",
                        content,
                        Priority.LIVE,
                        edits=first[n][0].id if first[n] else 1,
                    )
                    for n, content in ((0, replace(plain, text="new")), (1, replace(picture, text="new")))
                ]
                edits.append(Push(FIRST_CHAT + 3, "live", DAY, "gone", picture, Priority.LIVE, edits=999_999))
                await outbox.enqueue(transaction, edits, now)
            api.faults.add(Fault("editMessageMedia", FIRST_CHAT + 1, 1, status=400,
                                 description="Bad Request: wrong file identifier/HTTP URL specified"))  # fmt: skip
            sender.wake()
            await drained(db, 20)


async def commands(api: BotApi, data: Path) -> int:
    """A person types every command of the menu; how many were answered."""
    person = api.user(FIRST_CHAT + 15, "Asker", "lt")
    async with service(api, data) as process:
        await process.says("running as", 30)
        menu = (
            "start",
            "help",
            "today",
            "tomorrow",
            "week",
            "homework",
            "settings",
            "privacy",
            "status",
            "stop",
            "school",
        )
        for number, command in enumerate(menu):
            await person.say(f"/{command}")
            with_answer = api.delivered.get(person.id, 0)
            try:
                await api.wait_for(lambda: api.delivered.get(person.id, 0) > with_answer, seconds=3)  # noqa: B023
            except TimeoutError:
                continue
            finally:
                del number
    return api.delivered.get(person.id, 0)


def parsed(count: int) -> Row:
    """Hostile cells in lesson lines: through the official parser, and its length against ours."""
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret
    texts = texts_in("en")
    refused = wrong = 0
    for _ in range(count):
        cells = [squeeze("".join(chance.choices(PIECES, k=chance.randint(0, 6)))) for _ in range(5)]
        lesson = Lesson(
            cells[0],
            periods=("3",),
            rooms=(cells[1],) if cells[1] else (),
            teachers=(cells[2],) if cells[2] else (),
            note=cells[3],
            status=chance.choice(list(Status)),
            was=Was(rooms=(cells[4],)) if cells[4] else Was(),
        )
        line = lesson_line(texts, lesson)
        whole = folded("<b>9a</b>", line) or line
        try:
            seen = parse_html(whole)
        except EntityError as error:
            refused += 1
            if refused <= 3:
                print(f"    {error}: {whole!r:.200}")
        else:
            wrong += len(seen.text.encode("utf-16-le")) // 2 > visible_length(whole)
    got = f"{refused} refused, {wrong} longer than counted"
    return Row(f"{count} texts through the official parser", got, "0 refused, 0 over-long", refused == wrong == 0)
