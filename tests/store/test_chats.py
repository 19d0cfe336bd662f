"""Chats that move, lose topics, refuse, come back and are forgotten."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.store import chats, outbox
from bot.store.chats import Chat
from bot.store.database import Database, open_database
from bot.store.outbox import Content, Priority, Row

NOW = 1_795_000_000
CHAT_TABLES = ("chats", "subscriptions", "live_messages", "homework", "outbox")


async def school(db: Database) -> None:
    """One school with two classes."""
    async with db.transaction() as transaction:
        await transaction.execute("INSERT INTO schools VALUES ('s', 'School', 'Europe/Vilnius', '{}', 0)")
        for target, name in ((1, "9a"), (2, "9b")):
            await transaction.execute(
                "INSERT INTO targets (id, school_id, kind, name) VALUES (?, 's', 'class', ?)", (target, name)
            )


async def settle(db: Database, chat: int, *targets: int, thread: int = 0, theme: str = "light") -> None:
    """A chat with everything that a chat can have, once for each target."""
    async with db.transaction() as transaction:
        await chats.put(transaction, Chat(chat, thread, type="group", theme=theme), NOW)
        for target in targets:
            await transaction.execute(
                "INSERT INTO subscriptions (chat_id, thread_id, target_id, created_at) VALUES (?, ?, ?, 0)",
                (chat, thread, target),
            )
            await transaction.execute(
                "INSERT INTO live_messages VALUES (?, ?, ?, ?, 'p', 1)", (chat, thread, target, abs(chat) + target)
            )
            await transaction.execute(
                "INSERT INTO homework (chat_id, thread_id, key, subject, text, created_at, updated_at)"
                " VALUES (?, ?, ?, 'S', 'T', 0, 0)",
                (chat, thread, f"{chat}:{target}"),
            )
            pushed = Row(
                chat_id=chat,
                thread_id=thread,
                kind="daily",
                local_date=date(2026, 11, 24),
                fact=str(target),
                content=Content("t"),
                priority=Priority.DIGEST,
            )
            await outbox.enqueue(transaction, [pushed], NOW)


async def count(db: Database, table: str, chat: int, thread: int = 0) -> int:
    where = "chat_id = ? AND thread_id = ?"
    return int(await db.value(f"SELECT count(*) FROM {table} WHERE {where}", (chat, thread)))


async def test_a_group_moves_with_everything_it_has(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await school(db)
        await settle(db, -5, 1, 2, theme="dark")
        assert await chats.migrate(db, -5, -1005)
        assert [await count(db, table, -5) for table in CHAT_TABLES] == [0, 0, 0, 0, 0]
        assert [await count(db, table, -1005) for table in CHAT_TABLES] == [1, 2, 2, 2, 2]
        moved = await chats.get(db, -1005)
        assert moved is not None
        assert (moved.theme, moved.type) == ("dark", "supergroup")
        assert not await chats.migrate(db, -5, -1005), "the second of two service messages changes nothing"


async def test_a_group_that_was_left_behind_is_not_silent_where_it_went(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await school(db)
        await settle(db, -5, 1)
        await chats.deactivate(db, -5, "kicked", NOW)  # the old group's own farewell may come first
        assert await chats.migrate(db, -5, -1005)
        moved = await chats.get(db, -1005)
        assert moved is not None
        assert (moved.active, moved.inactive_reason) == (True, "")


async def test_two_ids_of_one_group_are_merged(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await school(db)
        await settle(db, -5, 1, 2, theme="dark")
        await settle(db, -1005, 2, theme="light")
        assert await chats.migrate(db, -5, -1005)
        assert [await count(db, table, -5) for table in CHAT_TABLES] == [0, 0, 0, 0, 0]
        # The push of class 2 waited under both ids: it is sent once. Notes are all kept.
        assert [await count(db, table, -1005) for table in CHAT_TABLES] == [1, 2, 2, 3, 2]
        kept = await chats.get(db, -1005)
        assert kept is not None
        assert kept.theme == "light"


async def test_a_lost_topic_goes_to_general(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await school(db)
        await settle(db, -5, 1, 2, thread=44)
        await settle(db, -5, 2)
        await settle(db, -5, 1, thread=45)
        await chats.drop_thread(db, -5, 44)
        assert [await count(db, table, -5, 44) for table in CHAT_TABLES] == [0, 0, 0, 0, 0]
        assert [await count(db, table, -5) for table in CHAT_TABLES] == [1, 2, 2, 3, 2]
        assert [await count(db, table, -5, 45) for table in CHAT_TABLES] == [1, 1, 1, 1, 1]


async def test_forgetting_leaves_no_row(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        await school(db)
        await settle(db, 77, 1, 2)
        await settle(db, -5, 1)
        await db.write("UPDATE homework SET author = 77")
        await db.write("INSERT INTO ticks SELECT id, 77, 0 FROM homework")
        await chats.forget(db, 77)
        await db.checkpoint()
        dump = [str(tuple(row)) for table in (*CHAT_TABLES, "ticks") for row in await db.all(f"SELECT * FROM {table}")]
        assert dump
        assert not any("77" in line for line in dump)
        await chats.forget(db, -5, thread_id=0)
        assert [await count(db, table, -5) for table in CHAT_TABLES] == [0, 0, 0, 0, 0]


async def test_settings_change_and_what_telegram_said_stays(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        chat = Chat(4, language="lt", theme="dark", quiet_from="21:30", quiet_to="06:30", settings={"b": 1, "a": [2]})
        async with db.transaction() as transaction:
            await chats.put(transaction, chat, NOW)
        assert await chats.get(db, 4) == chat
        await chats.deactivate(db, 4, "blocked", NOW)
        async with db.transaction() as transaction:
            await chats.put(transaction, Chat(4, language="pl"), NOW)
        changed = await chats.get(db, 4)
        assert changed is not None
        assert (changed.language, changed.active, changed.inactive_reason) == ("pl", False, "blocked")
        assert await chats.reactivate(db, 4)
        assert not await chats.reactivate(db, 4)
        assert await chats.get(db, 5) is None


async def test_refusals_are_counted_over_a_day(tmp_path: Path) -> None:
    async with open_database(tmp_path / "db") as db:
        async with db.transaction() as transaction:
            await chats.put(transaction, Chat(4), NOW)
        hour = 3600
        assert not any([await chats.count_refusal(db, 4, NOW + n) for n in range(20)]), "many at once are one trouble"
        assert await chats.refusing(db) == {4}
        assert await chats.count_refusal(db, 4, NOW + 24 * hour)
        assert await db.value("SELECT active FROM chats") == 0
