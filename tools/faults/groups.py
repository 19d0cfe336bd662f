"""Groups: one becomes a supergroup in a fan-out, a topic is closed or deleted; presses that nobody may make."""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from telegram import Update

from bot.clock import SystemClock
from bot.demo.botapi import BotApi, Fault
from bot.store import chats, outbox
from bot.store.chats import Chat
from bot.store.database import Database
from bot.store.outbox import Content, Priority
from bot.store.outbox import Row as Push
from tools.faults.network import FAST
from tools.faults.product import TUESDAY, world
from tools.faults.row import Row, Scale
from tools.faults.stage import DAY, FIRST_CHAT, courier, database, drained, folder, stand_in, states

OLD, NEW = -4001, -1_004_001
FORUM = -1_005_001
STRANGER = 700_000
TOPIC_WORDS = (
    "Bad Request: message thread not found",
    "Bad Request: TOPIC_CLOSED",
    "Bad Request: TOPIC_DELETED",
    "Bad Request: MESSAGE_THREAD_NOT_FOUND",
)


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """Moves, topics, forged presses."""
    yield await moved()
    yield await topics()
    yield await forged(scale.of(10_000, 500))


async def moved() -> Row:
    """A group among a fan-out's chats moves: the 400, then both service updates, twice; all through the app."""
    async with world(20, daily=None) as here:
        api = here.api
        owner = api.user(5001, "Owner", "en")
        group = api.group(OLD, "9a", kind="group", members=[owner], admins=[owner])
        async with here.bot() as service:
            deps = service.deps
            async with deps.db.transaction() as transaction:
                await chats.put(transaction, Chat(OLD, type="group", language="en"), deps.now())
                await transaction.execute(
                    "INSERT INTO subscriptions (chat_id, target_id, daily, created_at)"
                    " SELECT ?, id, '07:00', 0 FROM targets WHERE name = '9a'",
                    (OLD,),
                )
                day = TUESDAY.date()
                ids = [*(FIRST_CHAT + number for number in range(20)), OLD, OLD]
                pushes = [
                    Push(chat, "daily", day, f"fact {n}", Content(f"fact {n}"), Priority.DIGEST)
                    for n, chat in enumerate(ids)
                ]
                await outbox.enqueue(transaction, pushes, deps.now())
            await api.migrate(group, NEW, by=owner, announce=False)
            deps.courier.wake()
            done = await drained(deps.db, 30)
            for _ in range(2):  # the service messages come late, and come again
                await announce_move(api, owner.id)
            await owner.send(NEW, "/help@schoolbell_bot")
            await api.wait_for(lambda: api.delivered.get(NEW, 0) >= 3, seconds=20)
            left = await deps.db.value("SELECT count(*) FROM chats WHERE chat_id = ?", (OLD,))
            follows = await deps.db.value("SELECT count(*) FROM subscriptions WHERE chat_id = ?", (NEW,))
        texts = [message.text for message in api.messages(NEW)]
        people = sum(1 for count in here.reads().values() if count)
    twice = sum(texts.count(f"fact {n}") != 1 for n in (20, 21))
    ok = done and not left and follows == 1 and not twice and people >= 20
    got = f"{twice} of 2 lost or twice, {left} old ids left, {follows} subscription"
    return Row("group moves mid-fan-out, then says so twice", got, "ids swapped, each sent once", ok)


async def announce_move(api: BotApi, user_id: int) -> None:
    """Both service messages of a move."""
    person = {"id": user_id, "is_bot": False, "first_name": "Owner"}
    old = {"id": OLD, "type": "group", "title": "9a"}
    new = {"id": NEW, "type": "supergroup", "title": "9a"}
    common = {"date": api.state.now(), "from": person}
    api.state.update("message", {**common, "message_id": 901, "chat": old, "migrate_to_chat_id": NEW})
    api.state.update("message", {**common, "message_id": 902, "chat": new, "migrate_from_chat_id": OLD})


async def topics() -> Row:
    """Each of Telegram's words for a topic that is closed or gone."""
    lost: list[str] = []
    async with stand_in(0) as api:
        for number, words in enumerate(TOPIC_WORDS):
            chat = FORUM - number
            api.group(chat, "9a", forum=True)
            with folder() as data:
                async with database(data) as db:
                    if await one_topic(db, api, chat, words) != "sent in General once, still followed":
                        lost.append(words)
    got = f"{len(TOPIC_WORDS) - len(lost)} of {len(TOPIC_WORDS)} go to General once"
    return Row("topic closed or deleted", got, "to General once, none unsubscribed", not lost)


async def one_topic(db: Database, api: BotApi, chat: int, words: str) -> str:
    """What becomes of two messages to a topic when Telegram answers with these words."""
    async with db.transaction() as transaction:
        await transaction.execute("INSERT INTO schools VALUES ('s', 'S', 'Europe/Vilnius', '{}', 0)")
        await transaction.execute("INSERT INTO targets (id, school_id, kind, name) VALUES (1, 's', 'class', '9a')")
        await chats.put(transaction, Chat(chat, 7, type="supergroup", language="en"), 0)
        await transaction.execute(
            "INSERT INTO subscriptions (chat_id, thread_id, target_id, created_at) VALUES (?, 7, 1, 0)", (chat,)
        )
        pushes = [
            Push(chat, "daily", DAY, fact, Content(fact), Priority.DIGEST, thread_id=7) for fact in ("one", "two")
        ]
        await outbox.enqueue(transaction, pushes, 0)
    api.faults.add(Fault("send*", chat, 1, status=400, description=words))
    async with courier(db, api, SystemClock(), per_second=FAST):
        await drained(db, 20)
    follows = await db.value("SELECT count(*) FROM subscriptions WHERE chat_id = ? AND thread_id = 0", (chat,))
    seen = sorted(message.text for message in api.messages(chat))
    good = seen == ["one", "two"] and follows == 1 and (await states(db))["sent"] == 2
    return "sent in General once, still followed" if good else f"{seen}, {follows}, {await states(db)}"


async def forged(presses: int) -> Row:
    """Callback data that no button has, by strangers: in a group as mere members, in their own chats, in others'."""
    chance = random.Random(11)  # noqa: S311 - repeatable, not secret
    count = presses // 5  # few presses a person and chat: none is dropped as a flood
    async with world(count) as here:
        owner = here.api.user(6002, "Owner", "en")
        for number in range(count):
            stranger = here.api.user(STRANGER + number, "Stranger", "en")
            here.api.group(FORUM - number, "9a", admins=[owner], members=[stranger])
        async with here.bot() as service:
            async with service.deps.db.transaction() as transaction:
                for number in range(count):
                    place = Chat(FORUM - number, type="supergroup", language="en")
                    await chats.put(transaction, place, service.deps.now())
            verbs = sorted({verb for command in service.deps.commands.values() for verb in command.presses})
            before = await guarded_state(service.deps.db)
            with errors() as lines:
                for number in range(presses):
                    one = number % count
                    chat = (FORUM - one, STRANGER + one, FIRST_CHAT + one)[number // count % 3]
                    content = press(STRANGER + one, chat, data_of(chance, verbs), number)
                    update = Update.de_json({"update_id": number, "callback_query": content}, service.application.bot)
                    await service.application.process_update(update)
            after = await guarded_state(service.deps.db)
    changed = [key for key in before if before[key] != after[key]]
    for line in [*sorted(set(lines))[:5], *changed]:
        print(f"    {line}")
    got = f"{len(changed)} wrong authorisations, {len(lines)} exceptions"
    return Row(f"{presses} forged presses of {len(verbs)} verbs", got, "0, 0", not changed and not lines)


def press(user: int, chat: int, data: str, number: int) -> dict[str, object]:
    """A callback query as Telegram sends it."""
    place = {"id": chat, "type": "supergroup" if chat < 0 else "private", "title": "9a", "first_name": "x"}
    sender = {"id": 123456789, "is_bot": True, "first_name": "Schoolbell"}
    message = {"message_id": 1 + number % 50, "date": 1_795_000_000, "chat": place, "from": sender, "text": "x"}
    person = {"id": user, "is_bot": False, "first_name": "Stranger", "language_code": "en"}
    return {"id": str(number), "from": person, "chat_instance": "1", "message": message, "data": data}


def data_of(chance: random.Random, verbs: list[str]) -> str:
    """Callback data: a real verb with likely and unlikely arguments, now and then anything at all."""
    pool = (
        "1", "2", "0", "-1", "99999999999999999999", "9a", "saules", "now", "on", "off", "yes", "07:00", "20261124",
        "daily", "changes", "en", "lt", "light", "text", "x", "", "'; DROP TABLE chats; --", "\u202e", "٣", "１",
        str(FORUM), str(FIRST_CHAT), "admin", "owner", "go", "del", "all",
    )  # fmt: skip
    if chance.random() < 0.1:
        return "".join(chr(chance.randrange(1, 0x2FF)) for _ in range(chance.randrange(0, 64)))
    arguments = chance.choices(pool, k=chance.randrange(0, 5))
    return "|".join([chance.choice(("v1", "v1", "v1", "v1", "v0", "v2")), chance.choice(verbs), *arguments])


async def guarded_state(db: Database) -> dict[str, str]:
    """What no stranger may change: schools, roles, the settings of others, what is sent to them."""
    mine = f"chat_id < {STRANGER}"
    queries = {
        "schools": "SELECT * FROM schools ORDER BY id",
        "feeds": "SELECT * FROM feeds ORDER BY id",
        "people": "SELECT * FROM people ORDER BY user_id",
        "chats": f"SELECT * FROM chats WHERE {mine} ORDER BY chat_id",  # noqa: S608
        "subscriptions": f"SELECT * FROM subscriptions WHERE {mine} ORDER BY id",  # noqa: S608
        "pushes": f"SELECT count(*) FROM outbox WHERE {mine}",  # noqa: S608
    }
    return {
        name: hashlib.sha256(repr([tuple(row) for row in await db.all(sql)]).encode()).hexdigest()
        for name, sql in queries.items()
    }


class Lines(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(f"{record.getMessage()}: {record.exc_info[1]!r}" if record.exc_info else record.getMessage())


@contextmanager
def errors() -> Iterator[list[str]]:
    """What is logged as an error within the block."""
    lines: list[str] = []
    root = logging.getLogger()
    level, handlers = root.level, root.handlers
    root.setLevel(logging.ERROR)
    root.handlers = [Lines(lines)]
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.handlers = handlers
