"""The courier against a Telegram that answers as it is told to: what is sent, what is recorded, what is tried next."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot import deliver
from bot.deliver import Courier, Event
from bot.errors import StoreError
from bot.ledger import Ledger
from bot.pace import PER_SECOND, Pacer
from bot.push import Parameters
from bot.store import chats, claims, outbox, pictures
from bot.store.chats import Chat
from bot.store.claims import Mark
from bot.store.database import Database, open_database
from bot.store.outbox import Content, Priority, Row
from bot.transport import NEVER_LEFT, AnswerLost, NotSent, ServerError
from tests.clocks import JumpingClock

DAY = date(2026, 11, 24)
TEXT = Content("<b>Fizika</b> &amp; 2 &lt; 3")
Answer = Callable[[str, Parameters], TelegramError | None]


def fine(method: str, parameters: Parameters) -> TelegramError | None:
    return None


@dataclass
class Telegram:
    """Answers calls at once. `answer` may refuse one; what it lets pass has been delivered."""

    answer: Answer = fine
    calls: list[tuple[str, Parameters]] = field(default_factory=list)
    delivered: list[tuple[int, str]] = field(default_factory=list)
    next_id: int = 100
    latency: Callable[[], Awaitable[None]] | None = None
    in_flight: int = 0
    most_in_flight: int = 0

    async def call(self, method: str, parameters: Parameters) -> Any:
        self.calls.append((method, parameters))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.latency is not None:
                await self.latency()
            error = self.answer(method, parameters)
        finally:
            self.in_flight -= 1
        lost = isinstance(error, AnswerLost)
        if method != "getMe" and (error is None or lost):
            chat = parameters["chat_id"]
            assert isinstance(chat, int)
            self.delivered.append((chat, str(parameters.get("text", parameters.get("caption", "")))))
        if error is not None:
            raise error
        if method == "getMe":
            return {"id": 1}
        self.next_id += 1
        result: dict[str, Any] = {"message_id": self.next_id}
        if "photo" in parameters or "media" in parameters:
            result["photo"] = [{"file_id": "small"}, {"file_id": f"photo-{self.next_id}"}]
        if "document" in parameters:
            result["document"] = {"file_id": f"document-{self.next_id}"}
        return result

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls if method != "getMe"]


@dataclass
class Desk:
    db: Database
    clock: JumpingClock
    telegram: Telegram
    courier: Courier
    events: list[Event]
    pacer: Pacer

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    async def put(self, *rows: Row) -> int:
        async with self.db.transaction() as transaction:
            return await outbox.enqueue(transaction, rows, self.now())

    async def deliver(self, *, seconds: float = 36000.0) -> None:
        """Run a courier until nothing is open, or for so long on the test's clock."""
        end = self.clock.elapsed + seconds
        self.courier = Courier(
            self.db, self.telegram.call, clock=self.clock, pacer=self.pacer, bot_id=1, on_event=self.events.append
        )
        run = asyncio.create_task(self.courier.run())
        while self.clock.elapsed < end:
            if await self.db.value("SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed')") == 0:
                break
            await asyncio.sleep(0.002)
        await self.courier.stop()
        await run

    async def states(self) -> dict[str, int]:
        return dict(Counter(row[0] for row in await self.db.all("SELECT state FROM outbox")))


@asynccontextmanager
async def desk(path: Path, answer: Answer = fine, *, per_second: float = PER_SECOND) -> AsyncIterator[Desk]:
    clock = JumpingClock()
    telegram = Telegram(answer)
    events: list[Event] = []
    async with clock.running(), open_database(path / "bot.sqlite3") as db:
        pacer = Pacer(clock, per_second=per_second)
        courier = Courier(db, telegram.call, clock=clock, pacer=pacer, bot_id=1, on_event=events.append)
        yield Desk(db, clock, telegram, courier, events, pacer)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.0005)


def row(chat: int, fact: str = "1", content: Content = TEXT, **more: Any) -> Row:
    values: dict[str, Any] = {"kind": "daily", "local_date": DAY, "priority": Priority.DIGEST, **more}
    return Row(chat_id=chat, fact=fact, content=content, **values)


async def test_a_push_goes_out_once_and_is_recorded(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        assert await d.put(row(7, silent=True)) == 1
        assert await d.put(row(7)) == 0, "the same fact is told once"
        await d.deliver()
        assert d.telegram.calls == [
            (
                "sendMessage",
                {
                    "chat_id": 7,
                    "text": TEXT.text,
                    "parse_mode": "HTML",
                    "disable_notification": True,
                    "link_preview_options": {"is_disabled": True},
                },
            )
        ]
        found = await d.db.one("SELECT state, message_id, attempts FROM outbox")
        assert found is not None
        assert tuple(found) == ("sent", 101, 1)


async def test_urgent_first_and_in_order_within_a_chat(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.put(
            row(1, "c", Content("broadcast"), priority=Priority.BROADCAST),
            row(1, "a", Content("digest")),
            row(1, "b", Content("digest 2")),
            row(1, "d", Content("cancelled"), priority=Priority.CANCELLATION),
        )
        await d.deliver()
        assert [text for _, text in d.telegram.delivered] == ["cancelled", "digest", "digest 2", "broadcast"]


async def test_what_is_tried_again_is_not_overtaken_in_its_chat(tmp_path: Path) -> None:
    failures = iter([ServerError("Bad Gateway (502)", 502), RetryAfter(3)])

    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        return next(failures, None) if parameters["chat_id"] == 1 else None

    async with desk(tmp_path, answer) as d:
        await d.put(row(1, "a", Content("first")), row(1, "b", Content("second")), row(2, "a", Content("other")))
        await d.deliver()
        assert [text for chat, text in d.telegram.delivered if chat == 1] == ["first", "second"]
        assert await d.states() == {"sent": 3}


async def test_a_chat_that_telegram_slows_down_holds_up_no_other(tmp_path: Path) -> None:
    told = iter([RetryAfter(35)])
    seen: dict[int, float] = {}

    async with desk(tmp_path) as d:

        def answer(method: str, parameters: Parameters) -> TelegramError | None:
            chat = parameters["chat_id"]
            assert isinstance(chat, int)
            error = next(told, None) if chat == 0 else None
            if error is None:
                seen[chat] = d.clock.elapsed
            return error

        d.telegram.answer = answer
        await d.put(*(row(chat) for chat in range(100)))
        await d.deliver()
        assert seen[0] >= 35
        assert max(when for chat, when in seen.items() if chat) <= 100 / 28 + 1
        assert await d.states() == {"sent": 100}


@pytest.mark.parametrize(
    ("name", "make", "lost"),
    [
        ("429", lambda: RetryAfter(1), 0),
        ("502", lambda: ServerError("Bad Gateway (502)", 502), 0),
        ("refused", lambda: NotSent("refused"), 0),
        ("lost answer", lambda: AnswerLost("timed out"), None),
    ],
)
async def test_nothing_is_lost_and_nothing_twice(
    tmp_path: Path, name: str, make: Callable[[], TelegramError], lost: int | None
) -> None:
    chance = random.Random(1)

    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        return make() if chance.random() < 0.1 else None

    async with desk(tmp_path, answer) as d:
        await d.put(*(row(chat) for chat in range(1, 151)))
        await d.deliver()
        assert sorted(chat for chat, _ in d.telegram.delivered) == list(range(1, 151))
        states = await d.states()
        if lost is None:
            assert states["uncertain"] == len([event for event in d.events if event.kind == "uncertain"]) > 5
        else:
            assert states == {"sent": 150}


async def test_an_outage_keeps_the_queue_and_risks_no_message(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:

        def answer(method: str, parameters: Parameters) -> TelegramError | None:
            return NotSent("no route") if d.clock.elapsed < 3600 else None

        d.telegram.answer = answer
        await d.put(*(row(chat) for chat in range(1, 201)))
        await d.deliver()
        assert sorted(chat for chat, _ in d.telegram.delivered) == list(range(1, 201))
        assert d.clock.elapsed < 3600 + 60 + 200 / 25
        assert len(d.telegram.calls) < 3600 / 15 + 200 + 20
        assert [event.kind for event in d.events] == ["outage", "back"]
        assert await d.db.value("SELECT max(attempts) FROM outbox") == 1


async def test_a_dead_line_costs_what_was_in_flight(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:

        def answer(method: str, parameters: Parameters) -> TelegramError | None:
            return AnswerLost("timed out") if d.clock.elapsed < 40 else None

        async def latency() -> None:
            await d.clock.sleep(25 if d.clock.elapsed < 40 else 0.15)

        d.telegram.answer, d.telegram.latency = answer, latency
        await d.put(*(row(chat) for chat in range(1, 101)))
        await d.deliver()
        assert (await d.states())["uncertain"] <= 10
        assert max(Counter(chat for chat, _ in d.telegram.delivered).values()) == 1


async def test_a_picture_is_uploaded_once_and_fanned_out_by_name(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        d.telegram.latency = lambda: d.clock.sleep(0.15)
        async with d.db.transaction() as transaction:
            await pictures.put(transaction, "day", b"png", d.now())
        await d.put(*(row(chat, content=Content("caption", picture="day")) for chat in range(1, 41)))
        await d.deliver()
        photos = [parameters["photo"] for _, parameters in d.telegram.calls]
        assert [isinstance(photo, str) for photo in photos].count(False) == 1
        assert {photo for photo in photos if isinstance(photo, str)} == {"photo-101"}
        assert await pictures.file_id(d.db, "day", bot_id=1) == "photo-101"
        assert await pictures.file_id(d.db, "day", bot_id=2) is None, "another bot uploads its own"
        assert d.telegram.most_in_flight <= 5


async def test_a_name_that_is_not_taken_is_uploaded_anew_once(tmp_path: Path) -> None:
    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        bad = parameters.get("photo") == "stale"
        return BadRequest("Bad Request: wrong file identifier/HTTP URL specified") if bad else None

    async with desk(tmp_path, answer) as d:
        async with d.db.transaction() as transaction:
            await pictures.put(transaction, "day", b"png", d.now())
        await pictures.set_file_id(d.db, "day", "stale", bot_id=1, now=d.now())
        await d.put(*(row(chat, content=Content("caption", picture="day")) for chat in range(1, 21)))
        d.telegram.latency = lambda: d.clock.sleep(0.15)
        await d.deliver()
        uploads = [parameters for _, parameters in d.telegram.calls if not isinstance(parameters["photo"], str)]
        assert len(uploads) == 1
        assert await d.states() == {"sent": 20}


@pytest.mark.parametrize(
    "error",
    [
        Forbidden("Forbidden: bot was blocked by the user"),
        Forbidden("Forbidden: user is deactivated"),
        Forbidden("Forbidden: bot was kicked from the supergroup chat"),
        BadRequest("Chat not found"),
    ],
    ids=str,
)
async def test_a_chat_that_is_gone_gets_nothing_more(tmp_path: Path, error: TelegramError) -> None:
    async with desk(tmp_path, lambda _, parameters: error if parameters["chat_id"] == 5 else None) as d:
        async with d.db.transaction() as transaction:
            await chats.put(transaction, Chat(5, theme="dark"), d.now())
        await d.put(*(row(5, str(n)) for n in range(4)), row(6))
        await d.deliver()
        assert [chat for _, p in d.telegram.calls if (chat := p["chat_id"]) == 5] == [5]
        assert await d.states() == {"gone": 4, "sent": 1}
        chat = await chats.get(d.db, 5)
        assert chat is not None
        assert not chat.active
        assert chat.theme == "dark"
        assert await chats.reactivate(d.db, 5)


async def test_an_unknown_refusal_is_counted_and_ends_after_a_day(tmp_path: Path) -> None:
    async with desk(tmp_path, lambda method, parameters: Forbidden("Forbidden: something new")) as d:
        async with d.db.transaction() as transaction:
            await chats.put(transaction, Chat(5), d.now())
        await d.put(row(5))
        for _ in range(4):
            await d.deliver(seconds=5)
            d.clock.elapsed += 5 * 3600
        assert await d.db.value("SELECT refusals FROM chats") == 4
        assert await d.states() == {"due": 1}
        assert await d.db.value("SELECT active FROM chats") == 1
        for _ in range(2):
            d.clock.elapsed += 6 * 3600
            await d.deliver(seconds=5)
        assert await d.states() == {"gone": 1}
        assert await d.db.value("SELECT active FROM chats") == 0


async def test_a_refusal_that_passes_is_forgotten(tmp_path: Path) -> None:
    refusals = iter([Forbidden("Forbidden: something new")] * 3)
    async with desk(tmp_path, lambda method, parameters: next(refusals, None)) as d:
        async with d.db.transaction() as transaction:
            await chats.put(transaction, Chat(5), d.now())
        await d.put(row(5))
        for _ in range(4):
            await d.deliver(seconds=5)
            d.clock.elapsed += 5 * 3600
        assert await d.states() == {"sent": 1}
        assert await d.db.value("SELECT refusals FROM chats") == 0


async def test_a_group_that_became_a_supergroup_is_told_once_there(tmp_path: Path) -> None:
    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        return ChatMigrated(-1009) if parameters["chat_id"] == -9 else None

    async with desk(tmp_path, answer) as d:
        async with d.db.transaction() as transaction:
            await chats.put(transaction, Chat(-9, type="group"), d.now())
        await d.put(row(-9), row(-9, "2"), row(4))
        await d.deliver()
        assert sorted(chat for chat, _ in d.telegram.delivered) == [-1009, -1009, 4]
        assert [chat for chat in (-9, -1009) if await chats.get(d.db, chat)] == [-1009]


@pytest.mark.parametrize("words", ["Bad Request: message thread not found", "Bad Request: TOPIC_CLOSED"])
async def test_a_lost_topic_goes_on_in_general(tmp_path: Path, words: str) -> None:
    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        return BadRequest(words) if "message_thread_id" in parameters else None

    async with desk(tmp_path, answer) as d:
        async with d.db.transaction() as transaction:
            await chats.put(transaction, Chat(-9, 44), d.now())
        await d.put(row(-9, thread_id=44), row(-9, "2", thread_id=44))
        await d.deliver()
        assert len(d.telegram.delivered) == 2
        assert len(d.telegram.calls) == 3
        assert [event.kind for event in d.events] == ["topic"]
        assert await chats.get(d.db, -9, 0) is not None


async def test_general_is_not_named(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.put(row(-9, thread_id=1))
        await d.deliver()
        assert "message_thread_id" not in d.telegram.calls[0][1]


async def test_markup_that_is_not_taken_goes_once_as_plain_text(tmp_path: Path) -> None:
    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        return BadRequest("Bad Request: can't parse entities: …") if "parse_mode" in parameters else None

    async with desk(tmp_path, answer) as d:
        await d.put(row(1))
        await d.deliver()
        assert d.telegram.delivered == [(1, "Fizika & 2 < 3")]
        assert len(d.telegram.calls) == 2


async def test_a_picture_that_is_no_photo_goes_as_a_file_then_as_text(tmp_path: Path) -> None:
    refused = {"sendPhoto": "Bad Request: PHOTO_INVALID_DIMENSIONS", "sendDocument": "Bad Request: file is too big"}

    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        return BadRequest(refused[method]) if method in refused else None

    async with desk(tmp_path, answer) as d:
        async with d.db.transaction() as transaction:
            await pictures.put(transaction, "day", b"png", d.now())
        await d.put(row(1, content=Content("caption", picture="day")))
        await d.deliver()
        assert d.telegram.methods() == ["sendPhoto", "sendDocument", "sendMessage"]
        assert await d.states() == {"sent": 1}


async def test_an_edit_that_changes_nothing_is_done_and_a_lost_message_is_sent_anew(tmp_path: Path) -> None:
    words = {8: "Bad Request: message is not modified: …", 9: "Bad Request: message to edit not found"}

    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        message = parameters.get("message_id")
        return BadRequest(words[message]) if isinstance(message, int) else None

    async with desk(tmp_path, answer) as d:
        await d.put(row(1, kind="live", edits=8), row(2, kind="live", edits=9))
        await d.deliver()
        assert d.telegram.methods().count("sendMessage") == 1
        assert await d.states() == {"sent": 2}
        assert [event.detail for event in d.events if event.kind == "replaced"] == ["101"]


async def test_an_edit_whose_answer_was_lost_is_made_again_and_a_message_in_its_place_is_not(tmp_path: Path) -> None:
    lost = iter([AnswerLost("timed out")])

    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        if parameters["chat_id"] == 1:
            return next(lost, None) or BadRequest("Bad Request: message is not modified")
        if method == "editMessageText":
            return BadRequest("Bad Request: message to edit not found")
        return AnswerLost("timed out")

    async with desk(tmp_path, answer) as d:
        await d.put(row(1, edits=9), row(2, edits=9))
        await d.deliver()
        assert sorted(d.telegram.methods()) == ["editMessageText"] * 3 + ["sendMessage"]
        found = await d.db.all("SELECT chat_id, state FROM outbox ORDER BY chat_id")
        assert [tuple(one) for one in found] == [(1, "sent"), (2, "uncertain")]


async def test_only_the_newest_edit_of_a_message_is_made(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.put(row(1, "1", Content("old"), kind="live", edits=8))
        await d.put(row(1, "2", Content("new"), kind="live", edits=8))
        await d.deliver()
        assert d.telegram.delivered == [(1, "new")]


async def test_one_poison_row_stops_nobody(tmp_path: Path) -> None:
    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        return BadRequest("Bad Request: something is wrong with it") if parameters["chat_id"] == 50 else None

    async with desk(tmp_path, answer) as d:
        await d.put(*(row(chat) for chat in range(1, 102)))
        await d.put(row(200, content=Content("unreadable")))
        await d.db.write("UPDATE contents SET payload = '[' WHERE payload LIKE '%unreadable%'")
        await d.deliver()
        assert await d.states() == {"sent": 100, "dead": 2}
        assert len([1 for _, parameters in d.telegram.calls if parameters["chat_id"] == 50]) == 1
        assert sorted(event.chat_id for event in d.events if event.kind == "dead") == [50, 200]


async def test_a_stop_lets_what_is_in_flight_end_and_keeps_the_rest(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        d.telegram.latency = lambda: d.clock.sleep(0.15)
        await d.put(*(row(chat) for chat in range(1, 101)))
        run = asyncio.create_task(d.courier.run())
        await until(lambda: len(d.telegram.delivered) >= 20)
        await d.courier.stop()
        await run
        states = await d.states()
        assert states["sent"] == len(d.telegram.delivered) == len(d.telegram.calls)
        assert states == {"sent": states["sent"], "due": 100 - states["sent"]}


async def test_what_another_process_died_with_is_sent(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.put(*(row(chat) for chat in range(1, 9)))
        await claims.claim(d.db, d.now(), limit=5, lease_seconds=300)
        await d.deliver()
        assert await d.states() == {"sent": 8}


async def test_a_fan_out_makes_no_statement_for_each_message_but_its_mark(tmp_path: Path) -> None:
    async with desk(tmp_path, per_second=1e6) as d:
        async with d.db.transaction() as transaction:
            await pictures.put(transaction, "day", b"png", d.now())
        before = d.db.statements
        await d.put(*(row(chat, content=Content("caption", picture="day")) for chat in range(1, 1001)))
        assert d.db.statements - before <= 3, "enqueuing is two statements however many rows there are"
        run = asyncio.create_task(d.courier.run())
        before = d.db.statements
        await until(lambda: d.courier.statistics.sent == 1000)
        per_message = (d.db.statements - before) / 1000
        await d.courier.stop()
        await run
        assert per_message < 1.3


async def test_a_stop_forgets_no_answer_that_is_being_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "STOP_SECONDS", 0.05)
    async with desk(tmp_path, lambda _, p: AnswerLost("late") if p["chat_id"] == 2 else None) as d:
        await d.put(row(1), row(2), row(3))
        answered = asyncio.Event()

        async def latency() -> None:
            await answered.wait()

        d.telegram.latency = latency
        run = asyncio.create_task(d.courier.run())
        await until(lambda: d.telegram.in_flight == 3)
        await d.db._writing.acquire()  # somebody else writes for long
        answered.set()
        await until(lambda: len(d.telegram.delivered) == 3)
        stop = asyncio.create_task(d.courier.stop())
        await asyncio.sleep(0.1)
        d.db._writing.release()
        await stop
        await run
        found = await d.db.all("SELECT chat_id, state FROM outbox ORDER BY chat_id")
        assert [tuple(one) for one in found] == [(1, "sent"), (2, "uncertain"), (3, "sent")]


@pytest.mark.parametrize("error", [StoreError("the disk is full"), RuntimeError("nobody thought of it")])
async def test_what_fails_after_a_message_was_sent_does_not_send_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_: object) -> bool:
        raise error

    monkeypatch.setattr(chats, "reactivate", fail)
    async with desk(tmp_path) as d:
        async with d.db.transaction() as transaction:
            await chats.put(transaction, Chat(5), d.now())
        await chats.count_refusal(d.db, 5, d.now())
        await d.put(row(5), row(6))
        await d.deliver(seconds=400)
        assert sorted(d.telegram.delivered) == [(5, TEXT.text), (6, TEXT.text)]
        assert await d.states() == {"sent": 2}


async def test_a_row_that_breaks_its_task_is_given_up_once(tmp_path: Path) -> None:
    def answer(method: str, parameters: Parameters) -> TelegramError | None:
        if parameters.get("chat_id") == 5:
            raise RuntimeError("nobody thought of it")
        return None

    async with desk(tmp_path, answer) as d:
        await d.put(row(5), row(6))
        await d.deliver(seconds=700)
        assert len([chat for _, p in d.telegram.calls if (chat := p["chat_id"]) == 5]) == 1, (
            "its lease is no second try"
        )
        assert await d.db.value("SELECT state FROM outbox WHERE chat_id = 6") == "sent"
        assert await d.db.value("SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed')") == 0


async def test_what_lost_its_sense_while_it_waited_is_not_sent(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        d.pacer.refused(None, 3600)
        await d.put(*(row(chat, expires_at=d.now() + 60) for chat in range(1, 13)), row(20))
        await d.deliver()
        assert [chat for chat, _ in d.telegram.delivered] == [20]
        assert await d.states() == {"sent": 1, "expired": 12}


async def test_a_429_without_its_parameters_holds_its_chat(tmp_path: Path) -> None:
    first = iter([ServerError("Too Many Requests (429)", 429)])
    async with desk(tmp_path, lambda _, p: next(first, None) if p["chat_id"] == 5 else None) as d:
        await d.put(row(5), row(6))
        run = asyncio.create_task(d.courier.run())
        await until(lambda: d.courier.statistics.limited == 1)
        assert d.pacer.wait_of(5) > 3
        await until(lambda: len(d.telegram.delivered) == 2)
        await d.courier.stop()
        await run
        assert d.events == []


async def test_rows_whose_marks_are_being_written_are_not_claimed(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        ledger = Ledger(d.db, d.clock, lambda _: None)
        await d.put(row(1), row(2))
        ledger._being_written[1] = Mark(1, "sent")
        assert [claim.id for claim in await ledger.claim(5, busy_chats=(), held=())] == [2]


async def test_a_clock_that_is_set_back_delays_nothing_but_quiet_hours(tmp_path: Path) -> None:
    first = iter([RetryAfter(3)])
    async with desk(tmp_path, lambda _, p: next(first, None) if p["chat_id"] == 5 else None) as d:
        await d.put(
            row(5),
            row(6, not_before=d.now()),  # as a digest is: from now on
            row(7, not_before=d.now() + 300),  # quiet hours
        )
        d.pacer.refused(6, 2)
        run = asyncio.create_task(d.courier.run())
        await until(lambda: d.courier.statistics.limited == 1)
        d.clock.turn_by(timedelta(hours=-2))
        begun = d.clock.elapsed
        await until(lambda: len(d.telegram.delivered) == 2)
        assert d.clock.elapsed - begun < 60
        await until(lambda: d.clock.elapsed - begun > 400)
        assert len(d.telegram.delivered) == 2
        await until(lambda: len(d.telegram.delivered) == 3)
        assert d.clock.elapsed - begun >= 7200
        await d.courier.stop()
        await run


@pytest.mark.parametrize(("left", "state"), [(False, "due"), (True, "uncertain")])
async def test_a_stop_cuts_off_what_hangs_and_knows_how_far_it_got(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, left: bool, state: str
) -> None:
    monkeypatch.setattr(deliver, "STOP_SECONDS", 0.05)

    async def hang() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError as error:
            if not left:
                error.add_note(NEVER_LEFT)
            raise

    async with desk(tmp_path) as d:
        d.telegram.latency = hang
        await d.put(row(1))
        run = asyncio.create_task(d.courier.run())
        await until(lambda: d.telegram.in_flight == 1)
        await d.courier.stop()
        await run
        assert await d.states() == {state: 1}
        assert await d.db.value("SELECT attempts FROM outbox") == int(left)
