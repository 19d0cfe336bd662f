"""The table of homework against the real database: identity, who sees what, ticks, accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.model import TargetKind
from bot.store import accounts, chats, homework, schools, ticks
from bot.store.chats import Chat
from bot.store.database import Database, open_database
from bot.store.homework import Viewer
from bot.store.schools import Feed, School, StoredTarget
from bot.tasks import Fact

TODAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
ONA, GROUP = 1001, -1005


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "bot.sqlite3") as db:
        async with db.transaction() as transaction:
            await schools.put_school(transaction, School("saules", "Saulės", ZoneInfo("Europe/Vilnius")), 1)
            await schools.put_feed(transaction, "saules", 0, source="sheet", url="https://school.example/a.csv")
            for name in ("9a", "9b"):
                await schools.put_target(transaction, "saules", TargetKind.CLASS, name)
            for chat_id in (ONA, GROUP):
                await chats.put(transaction, Chat(chat_id), 1)
        yield db


async def feed_of(db: Database) -> Feed:
    return (await schools.feeds_of(db, "saules"))[0]


async def target(db: Database, name: str = "9a") -> StoredTarget:
    return next(one for one in await schools.targets_of(db, "saules") if one.name == name)


def task(text: str, *, own: str = "", due: date | None = FRIDAY, classes: tuple[str, ...] = ()) -> Fact:
    return Fact("homework", "Matematika", text, due, classes=classes, source_id=own)


async def take(db: Database, *facts: Fact, feed: Feed | None = None, target_id: int | None = None, now: int = 5) -> int:
    async with db.transaction() as transaction:
        return await homework.sync(
            transaction, feed or await feed_of(db), target_id, facts, today=TODAY, now=now, first=now == 1
        )


async def texts(db: Database, name: str = "9a", viewer: Viewer = homework.EVERYBODY) -> list[str]:
    return [one.text for one in await homework.visible(db, await target(db, name), viewer)]


async def test_a_tick_stays_over_edits_withdrawal_and_return(db: Database) -> None:
    assert await take(db, task("p. 45", own="7"), task("essay")) == 2
    (one, two) = await homework.visible(db, await target(db))
    async with db.transaction() as transaction:
        assert await ticks.toggle(transaction, one.id, ONA, 2)
    assert await take(db, task("p. 45 ex. 3", own="7"), task("essay")) == 0
    assert await texts(db) == ["p. 45 ex. 3", "essay"]
    assert await take(db, task("essay")) == 0
    assert await texts(db) == ["essay"]
    assert await homework.by_id(db, one.id) is None
    assert await take(db, task("essay"), task("p. 45 ex. 3", own="7")) == 0
    assert await ticks.ticked_by(db, [one.id, two.id], ONA) == {one.id}
    assert await ticks.tick_counts(db, [one.id, two.id]) == {one.id: 1}
    async with db.transaction() as transaction:
        assert not await ticks.toggle(transaction, one.id, ONA, 3)
    assert await ticks.tick_counts(db, [one.id]) == {}


async def test_keys_may_change_places(db: Database) -> None:
    a, b = task("aaa", own="1"), task("bbb", own="2")
    await take(db, a, b)
    assert await take(db, replace(a, source_id="2"), replace(b, source_id="1")) == 0
    assert sorted(await texts(db)) == ["aaa", "bbb"]


async def test_a_class_sees_its_own_and_what_is_everybodys(db: Database) -> None:
    await take(db, task("for all"), task("for 9a", classes=("9a",)), task("for both", classes=("9a", "9b")))
    assert await texts(db) == ["for all", "for 9a", "for both"]
    assert await texts(db, "9b") == ["for all", "for both"]
    async with db.transaction() as transaction:
        room = await schools.put_target(transaction, "saules", TargetKind.ROOM, "9a")
    found = await schools.target_by_id(db, room)
    assert found is not None
    assert await homework.visible(db, found) == []


async def test_a_feed_that_speaks_for_one_class(db: Database) -> None:
    await take(db, task("p. 45"), target_id=(await target(db)).id)
    assert await texts(db) == ["p. 45"]
    assert await texts(db, "9b") == []


async def test_what_a_chat_wrote_is_for_that_chat(db: Database) -> None:
    async with db.transaction() as transaction:
        number = await homework.write_down(
            transaction, Viewer(GROUP), await target(db), subject="Istorija", text="map", due=None, author=7,
            photo="file", now=3,
        )  # fmt: skip
    assert await texts(db) == []
    assert await texts(db, viewer=Viewer(GROUP)) == ["map"]
    assert await texts(db, viewer=Viewer(GROUP, 12)) == []
    assert await texts(db, "9b", Viewer(GROUP)) == []
    assert await homework.chats_with_own(db, [ONA, GROUP]) == {(GROUP, 0)}
    written = await homework.by_id(db, number)
    assert written is not None
    async with db.transaction() as transaction:
        await homework.edit(transaction, replace(written, text="the map", due=FRIDAY), 4)
    changed = await homework.by_id(db, number)
    assert changed is not None
    assert (changed.text, changed.due, changed.author, changed.photo) == ("the map", FRIDAY, 7, "file")
    async with db.transaction() as transaction:
        await homework.delete(transaction, number)
    assert await texts(db, viewer=Viewer(GROUP)) == []


async def test_the_school_and_an_own_account_saying_the_same_is_one(db: Database) -> None:
    nine = await target(db)
    async with db.transaction() as transaction:
        own = await accounts.put_own(
            transaction, "saules", ONA, source="manodienynas", url="https://diary.example", target_id=nine.id
        )
    feed = await accounts.feed_by_id(db, own)
    assert feed is not None
    await take(db, task("p. 45"))
    await take(db, task("P.45", own="3"), task("mine alone", own="4"), feed=feed, target_id=nine.id)
    assert await texts(db) == ["p. 45"]
    assert await texts(db, viewer=Viewer(ONA)) == ["p. 45", "mine alone"]


async def test_own_accounts_are_no_feeds_of_the_school_and_go_with_their_owner(db: Database) -> None:
    nine = await target(db)
    for _ in range(2):
        async with db.transaction() as transaction:
            own = await accounts.put_own(
                transaction, "saules", ONA, source="manodienynas", url="https://diary.example", target_id=nine.id
            )
            await accounts.set_password(transaction, own, "ona", b"sealed")
    assert [feed.source for feed in await schools.feeds_of(db, "saules")] == ["sheet"]
    assert [feed.id for feed in await accounts.own_feeds(db, "saules")] == [own]
    feed = await accounts.feed_by_id(db, own)
    assert feed is not None
    assert (feed.username, feed.sealed_password, feed.owner_chat) == ("ona", b"sealed", ONA)
    await take(db, task("mine"), feed=feed, target_id=nine.id)
    await chats.forget(db, ONA)
    assert await accounts.own_feeds(db, "saules") == []
    assert await db.value("SELECT count(*) FROM homework") == 0


async def test_news_are_told_once_and_a_first_reading_is_none(db: Database) -> None:
    await take(db, task("old"), now=1)
    assert await homework.schools_to_tell(db) == []
    await take(db, task("old"), task("new"), now=2)
    assert await homework.schools_to_tell(db) == ["saules"]
    news = await homework.untold(db, "saules")
    assert len(news) == 1
    async with db.transaction() as transaction:
        await homework.told(transaction, news, 3)
    await take(db, task("old"), task("new, longer"), now=4)
    assert await homework.untold(db, "saules") == set()


async def test_seeing_and_counting_take_one_statement_each(db: Database) -> None:
    await take(db, *(task(f"task {number}") for number in range(40)))
    nine = await target(db)
    before = db.statements
    found = await homework.visible(db, nine, Viewer(ONA))
    await ticks.tick_counts(db, [one.id for one in found])
    await ticks.ticked_by(db, [one.id for one in found], ONA)
    assert len(found) == 40
    assert db.statements - before == 3


async def test_old_tasks_are_pruned(db: Database) -> None:
    await take(db, task("old", due=date(2026, 9, 1)), task("undated", due=None), task("next"), now=1)
    async with db.transaction() as transaction:
        assert await homework.prune(transaction, date(2026, 10, 1), 100) == 1
    assert sorted(await texts(db)) == ["next", "undated"]


async def test_a_password_does_not_follow_a_feed_to_another_host(db: Database) -> None:
    for url, kept in (("https://school.example/b.csv", b"sealed"), ("https://elsewhere.example/a.csv", None)):
        async with db.transaction() as transaction:
            await accounts.set_password(transaction, (await feed_of(db)).id, "u", b"sealed")
            await schools.put_feed(transaction, "saules", 0, source="sheet", url=url, username="u")
        assert (await feed_of(db)).sealed_password == kept
