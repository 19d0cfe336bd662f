"""Homework in the chat: lists, ticks, writing by hand, rights in groups, reminders, news; each once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot import compose, plans
from bot.context import Deps
from bot.demo.botapi import Chat, Message, Person
from bot.demo.stage import Stage
from bot.render import DayView, HomeworkView, WeekView
from bot.rounds import scrape_round
from bot.store import chats, homework, schools, subscriptions
from bot.store.chats import Chat as StoredChat
from bot.store.subscriptions import Subscription
from bot.tasks import Fact
from tests.conftest import MONDAY_AFTERNOON
from tests.picture import tiny_png

ONA, GROUP = 1001, -1001234567890
TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 27)


async def nine(stage: Stage) -> int:
    while not (found := await schools.targets_of(stage.service.deps.db, "saules")):
        await scrape_round(stage.service.deps)
        await asyncio.sleep(0.01)  # the timed round may still be at it
    return next(one.id for one in found if one.name == "9a")


async def follow(
    stage: Stage, chat_id: int, *, kind: str = "private", hour: str | None = "17:30", **settings: object
) -> None:
    """A chat that follows 9a and reads words, to compare them."""
    deps = stage.service.deps
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, StoredChat(chat_id, type=kind, format="text", settings=settings), 1)
        await subscriptions.put(transaction, Subscription(0, chat_id, 0, await nine(stage), homework=hour), 1)
    target = await schools.target_by_id(deps.db, await nine(stage))
    assert target is not None
    async with asyncio.timeout(10):
        while not await plans.was_read(deps, target):
            await scrape_round(deps)
            await asyncio.sleep(0.01)  # the timed job may be at it


async def publish(stage: Stage, *facts: Fact, first: bool = False) -> None:
    """What the school's substitution feed is played to say of homework."""
    deps = stage.service.deps
    feed = (await schools.feeds_of(deps.db, "saules"))[1]
    today = deps.clock.now().date()
    async with deps.db.transaction() as transaction:
        await homework.sync(transaction, feed, None, facts, today=today, now=deps.now(), first=first)


def task(text: str, subject: str = "Matematika", due: date | None = TUESDAY) -> Fact:
    return Fact("homework", subject, text, due)


async def newest(stage: Stage, chat: Chat, *, after: int) -> Message:
    """The bot's next message in a chat that has so many of its already."""

    def look() -> Message | None:
        sent = [message for message in stage.api.messages(chat) if message.from_bot]
        return sent[-1] if len(sent) > after else None

    found = await stage.api.wait_for(look, seconds=15)
    assert found is not None
    return found


async def said(stage: Stage, person: Person, text: str, chat: Chat | None = None, **rest: int) -> Message:
    """Write something; the bot's answer."""
    place = chat or person.chat
    count = sum(message.from_bot for message in stage.api.messages(place))
    await person.send(place, text, **rest)
    return await newest(stage, place, after=count)


async def pressed(stage: Stage, person: Person, message: Message, label: str) -> None:
    """Press a button of an answer and wait for the message to change."""
    versions = len(message.versions)
    await person.press(message, label)
    await stage.api.wait_for(lambda: len(message.versions) > versions, seconds=15)


def label(message: Message, part: str) -> str:
    return next(str(button["text"]) for row in message.buttons for button in row if part in button["text"])


@pytest.fixture
def ona(stage: Stage) -> Person:
    return stage.api.user(ONA, "Ona", "en")


async def test_a_picture_says_which_bot_drew_it_and_not_what_day_it_is_today(
    stage: Stage, ona: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, DayView | WeekView | HomeworkView] = {}
    picture_of = compose.picture_of

    async def noted(deps: Deps, view: DayView | WeekView | HomeworkView, look: compose.Look) -> str:
        drawn[type(view).__name__] = view
        return await picture_of(deps, view, look)

    monkeypatch.setattr(compose, "picture_of", noted)
    await follow(stage, ONA)
    async with stage.service.deps.db.transaction() as transaction:
        await chats.put(transaction, StoredChat(ONA, type="private", format="image"), 1)
    await publish(stage, task("p. 45"))
    for command in ("/homework", "/today", "/week"):
        await said(stage, ona, command)
    assert {view.frame.signature for view in drawn.values()} == {f"@{stage.api.state.bot.username}"}
    assert sorted(drawn) == ["DayView", "HomeworkView", "WeekView"]
    card, week = drawn["HomeworkView"], drawn["WeekView"]
    assert isinstance(card, HomeworkView)
    assert [day.title for day in card.days] == ["Tuesday, 24 November"]
    assert isinstance(week, WeekView)
    assert {head.empty for head in week.days} == {""}
    assert (week.frame.title, week.frame.subtitle) == ("9a · 23–27 November", "Saulės gimnazija")


async def test_the_list_and_a_tick(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    await publish(stage, task("p. 45"), task("read", "Istorija", FRIDAY), task("herbarium", "Biologija", None))
    shown = await said(stage, ona, "/homework")
    assert shown.text.splitlines() == [
        "Homework · 9a · Saulės gimnazija",
        "Tomorrow, Tuesday, 24 November",
        "▫ Matematika: p. 45",
        "",
        "Friday, 27 November",
        "▫ Istorija: read",
        "",
        "No date",
        "▫ Biologija: herbarium",
    ]
    await pressed(stage, ona, shown, "☐ Matematika: p. 45")
    assert "✅ Matematika: p. 45" in shown.text
    assert label(shown, "Matematika") == "☑ Matematika: p. 45"
    await publish(stage, task("p. 45 and 46"))
    shown = await said(stage, ona, "/homework")
    assert "✅ Matematika: p. 45 and 46" in shown.text
    assert "Istorija" not in shown.text
    await pressed(stage, ona, shown, label(shown, "Matematika"))
    assert "▫ Matematika" in shown.text


async def test_a_picture_with_ticks_and_pages(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    deps = stage.service.deps
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, StoredChat(ONA, format="image"), 1)
    await publish(stage, *(task(f"exercise number {number}") for number in range(10, 22)))
    shown = await said(stage, ona, "/homework")
    assert shown.file is not None
    assert "1/2" in shown.text
    before = shown.file.content
    await pressed(stage, ona, shown, label(shown, "number 10"))
    assert shown.file.content != before
    await pressed(stage, ona, shown, "▶")
    assert "2/2" in shown.text
    assert sum("☐" in button["text"] for row in shown.buttons for button in row) == 4


async def test_tests_have_a_screen(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    shown = await said(stage, ona, "/exams")
    assert "No tests are announced." in shown.text
    await publish(stage, Fact("exam", "Fizika", "forces", FRIDAY))
    shown = await said(stage, ona, "/exams")
    assert shown.text.endswith("✎ Fri 27/11 · Fizika: forces")


async def test_the_day_card_shows_the_schools_and_the_own_tasks(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    await publish(stage, task("p. 45"))
    await said(stage, ona, "/hw istorija map for tuesday")
    shown = await said(stage, ona, "/tomorrow")
    assert "▸ Matematika: p. 45" in shown.text
    assert "▸ Istorija: map" in shown.text
    await pressed(stage, ona, shown, "Homework")
    assert "▫ Istorija: map" in shown.text


async def test_writing_in_one_line(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    shown = await said(stage, ona, "/hw maths p. 45 ex. 3 for friday")
    assert shown.text == "Written down:\n▫ Matematika: p. 45 ex. 3 → Fri 27/11"
    shown = await said(stage, ona, "/hw istorija <map>")  # history's next lesson
    assert shown.text.startswith("Written down, for the next lesson:\n▫ Istorija: <map> → Tue 24/11")
    await pressed(stage, ona, shown, "Change the day")
    await pressed(stage, ona, shown, "Fri 27/11")
    assert shown.text.endswith("→ Fri 27/11")
    await pressed(stage, ona, shown, "Delete")
    assert shown.text == "Deleted."
    shown = await said(stage, ona, "/homework")
    assert "Istorija" not in shown.text


async def test_three_taps_and_the_text(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    shown = await said(stage, ona, "/hw")
    await pressed(stage, ona, shown, "Fizika")
    assert label(shown, "Next lesson") == "Next lesson: Wed 25/11"
    count = sum(message.from_bot for message in ona.messages)
    await ona.press(shown, "Next lesson: Wed 25/11")
    asked = await newest(stage, ona.chat, after=count)
    assert "what is to be done" in asked.text
    shown = await said(stage, ona, "learn the formulas")
    assert shown.text == "Written down:\n▫ Fizika: learn the formulas → Wed 25/11"
    count = sum(message.from_bot for message in ona.messages)
    await ona.press(shown, "Change the text")
    await newest(stage, ona.chat, after=count)
    shown = await said(stage, ona, "learn all formulas")
    assert shown.text == "Changed:\n▫ Fizika: learn all formulas → Wed 25/11"
    for typed, line in (("learn them twice for friday", "learn them twice → Fri 27/11"),
                        ("26.11", "learn them twice → Thu 26/11")):  # fmt: skip
        count = sum(message.from_bot for message in ona.messages)
        await ona.press(shown, "Change the text")
        await newest(stage, ona.chat, after=count)
        shown = await said(stage, ona, typed)
        assert shown.text == f"Changed:\n▫ Fizika: {line}"


async def test_an_unknown_subject_is_asked_for_and_the_text_kept(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    shown = await said(stage, ona, "/hw xyz p. 45 for friday")
    assert shown.text == "Which subject?"
    await pressed(stage, ona, shown, "Fizika")
    assert shown.text == "Written down:\n▫ Fizika: xyz p. 45 → Fri 27/11"


async def test_an_answer_to_a_photo(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    photo = await ona.upload("board.png", tiny_png(), photo=True)
    shown = await said(stage, ona, "/hw fizika for friday", reply_to=photo.id)
    assert shown.text == "Written down:\n▫ Fizika → Fri 27/11 📷"
    count = sum(message.from_bot for message in ona.messages)
    await ona.upload("board.png", tiny_png(), photo=True, caption="/hw istorija map for friday")
    assert (await newest(stage, ona.chat, after=count)).text == "Written down:\n▫ Istorija: map → Fri 27/11 📷"
    shown = await said(stage, ona, "/homework")
    count = sum(message.from_bot for message in ona.messages)
    await ona.press(shown, "📷")
    sent = await newest(stage, ona.chat, after=count)
    assert sent.file is not None
    deps = stage.service.deps
    assert await deps.db.value("SELECT count(*) FROM pictures") == 0, "photos stay at Telegram"


async def test_in_a_group_everybody_ticks_for_themselves(stage: Stage, ona: Person) -> None:
    jonas = stage.api.user(1002, "Jonas", "en")
    group = stage.api.group(GROUP, "9a", members=[ona, jonas], admins=[stage.api.user(1003, "Mama", "en")])
    await follow(stage, GROUP, kind="supergroup")
    await publish(stage, task("p. 45"))
    shown = await said(stage, ona, "/homework", group)
    assert "▫ Matematika: p. 45 · 0 of 3 done" in shown.text
    await pressed(stage, ona, shown, label(shown, "Matematika"))
    assert "1 of 3 done" in shown.text
    await pressed(stage, jonas, shown, label(shown, "Matematika"))
    assert "2 of 3 done" in shown.text
    await pressed(stage, ona, shown, label(shown, "Matematika"))
    assert "1 of 3 done" in shown.text


async def test_who_may_write_and_change_in_a_group(stage: Stage, ona: Person) -> None:
    jonas, mama = stage.api.user(1002, "Jonas", "en"), stage.api.user(1003, "Mama", "en")
    group = stage.api.group(GROUP, "9a", members=[ona, jonas], admins=[mama])
    await follow(stage, GROUP, kind="supergroup")
    written = await said(stage, ona, "/hw fizika formulas for friday", group)
    assert written.text.startswith("Written down")
    query = await jonas.press(written, "Delete")
    await stage.api.wait_for(lambda: query.answer is not None)
    assert query.answer is not None
    assert "or an admin of the group" in query.answer["text"]
    await pressed(stage, mama, written, "Delete")
    assert written.text == "Deleted."
    shown = await said(stage, mama, "/homework", group)
    await pressed(stage, mama, shown, "⚙")
    query = await ona.press(shown, "Everybody may add homework")
    await stage.api.wait_for(lambda: query.answer is not None)
    await pressed(stage, mama, shown, "Everybody may add homework")
    assert label(shown, "may add") == "Admins and helpers may add homework"
    assert "only its admins" in (await said(stage, ona, "/hw fizika formulas for friday", group)).text
    note = await ona.send(group, "hello")
    await said(stage, mama, "/helper", group, reply_to=note.id)
    assert (await said(stage, ona, "/hw fizika formulas for friday", group)).text.startswith("Written down")
    assert "only its admins" in (await said(stage, jonas, "/hw fizika formulas for friday", group)).text


async def turn(stage: Stage, moment: datetime) -> None:
    """Turn the clock and run the job twice: the second time there must be nothing to say."""
    stage.clock.turn_to(moment)
    await stage.service.run_job("homework")
    await stage.service.run_job("homework")


async def outbox(stage: Stage) -> list[tuple[int, str, str]]:
    """Who was told what of homework: (chat, kind, text)."""
    rows = await stage.service.deps.db.all(
        "SELECT chat_id, kind, json_extract(payload, '$.text') AS text FROM outbox JOIN contents ON hash = content"
        " WHERE kind IN ('homework', 'news') ORDER BY outbox.id"
    )
    return [(row["chat_id"], row["kind"], row["text"]) for row in rows]


async def test_the_reminder_says_what_is_not_ticked_and_comes_once(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    await follow(stage, GROUP, kind="supergroup")
    stage.api.group(GROUP, "9a", members=[ona])
    await publish(
        stage, task("p. 45"), task("read", "Istorija"), task("later", due=FRIDAY), task("undated", due=None),
        Fact("exam", "Fizika", "forces", TUESDAY), Fact("exam", "Chemija", "salts", TUESDAY + timedelta(6)),
        first=True,
    )  # fmt: skip
    shown = await said(stage, ona, "/homework")
    await pressed(stage, ona, shown, label(shown, "p. 45"))
    await turn(stage, MONDAY_AFTERNOON)
    assert await outbox(stage) == []
    await turn(stage, MONDAY_AFTERNOON + timedelta(minutes=31))
    await turn(stage, MONDAY_AFTERNOON + timedelta(minutes=45))
    said_ = {chat: text.splitlines() for chat, _, text in await outbox(stage)}
    assert len(await outbox(stage)) == 2
    assert said_[ONA] == [
        "⏰ <b>For Tuesday, 24 November</b> · 9a",
        "▫ <b>Istorija</b>: read",
        "✎ Tue 24/11 · <b>Fizika</b>: forces",
        "",
        "<b>In a week</b>",
        "✎ Mon 30/11 · <b>Chemija</b>: salts",
    ]
    assert said_[GROUP][1:3] == ["▫ <b>Matematika</b>: p. 45", "▫ <b>Istorija</b>: read"]


async def test_over_holidays_what_is_due_is_said_the_day_before(stage: Stage, ona: Person) -> None:
    await follow(stage, ona.chat.id)
    holidays = [{"first": "2026-11-28", "last": "2026-12-06", "name": "Autumn"}]
    deps = stage.service.deps
    school = await schools.school_by_id(deps.db, "saules")
    assert school is not None
    async with deps.db.transaction() as transaction:
        await schools.put_school(transaction, replace(school, settings={"holidays": holidays}), 0)
    monday, wednesday = date(2026, 12, 7), date(2026, 12, 2)
    tasks = [task("after", due=monday), task("within", due=wednesday), task("now", due=FRIDAY)]
    told: dict[str, list[str]] = {}
    for step in range(16):
        count = len(await outbox(stage))
        await turn(stage, MONDAY_AFTERNOON + timedelta(days=step, minutes=29))
        await publish(stage, *tasks, first=True)  # the timed round may have read the real page meanwhile
        await turn(stage, MONDAY_AFTERNOON + timedelta(days=step, minutes=31))
        for _, _, text in (await outbox(stage))[count:]:
            told[f"{MONDAY_AFTERNOON + timedelta(days=step):%a %d.%m}"] = text.splitlines()
    assert told == {
        "Thu 26.11": ["⏰ <b>For Friday, 27 November</b> · 9a", "▫ <b>Matematika</b>: now"],
        "Tue 01.12": ["⏰ <b>For Wednesday, 2 December</b> · 9a", "▫ <b>Matematika</b>: within"],
        "Sun 06.12": ["⏰ <b>For Monday, 7 December</b> · 9a", "▫ <b>Matematika</b>: after"],
    }


async def test_over_a_weekend_only_what_is_new_is_added(stage: Stage, ona: Person) -> None:
    await follow(stage, ona.chat.id)
    friday = MONDAY_AFTERNOON + timedelta(days=4)
    monday = date(2026, 11, 30)
    await publish(stage, task("old", due=monday), first=True)
    await turn(stage, friday)
    await turn(stage, friday + timedelta(minutes=31))
    stage.clock.turn_to(friday + timedelta(hours=20))
    await publish(stage, task("old", due=monday), task("a late one", due=monday))
    for step in (1, 2):
        await turn(stage, friday + timedelta(days=step, minutes=29))
        await publish(stage, task("old", due=monday), task("a late one", due=monday))
        await turn(stage, friday + timedelta(days=step, minutes=31))
    assert [text.splitlines()[1:] for _, _, text in await outbox(stage)] == [
        ["▫ <b>Matematika</b>: old"],
        ["▫ <b>Matematika</b>: a late one"],
    ]


async def test_nothing_open_is_no_reminder(stage: Stage) -> None:
    await follow(stage, ONA)
    await publish(stage, task("later", due=FRIDAY), first=True)
    await turn(stage, MONDAY_AFTERNOON)
    await turn(stage, MONDAY_AFTERNOON + timedelta(minutes=31))
    assert await outbox(stage) == []


async def test_news_are_told_at_once_where_that_is_wanted_and_once(stage: Stage) -> None:
    await follow(stage, ONA, news="now")
    await follow(stage, 1002)
    await publish(stage, task("old"), first=True)
    await turn(stage, MONDAY_AFTERNOON)
    assert await outbox(stage) == []
    await publish(stage, task("old"), task("write an essay", "Istorija", FRIDAY))
    await turn(stage, MONDAY_AFTERNOON + timedelta(minutes=1))
    expected = "🆕 <b>New homework</b> · 9a\n▫ <b>Istorija</b>: write an essay → Fri 27/11"
    assert await outbox(stage) == [(ONA, "news", expected)]
    await publish(stage, task("old"))
    await publish(stage, task("old"), task("write an essay", "Istorija", FRIDAY))
    await turn(stage, MONDAY_AFTERNOON + timedelta(minutes=2))
    assert len(await outbox(stage)) == 1


async def test_the_digest_tells_the_others_what_is_new(stage: Stage, ona: Person) -> None:
    await follow(stage, ONA)
    deps = stage.service.deps
    async with deps.db.transaction() as transaction:
        await subscriptions.put(transaction, Subscription(0, ONA, 0, await nine(stage), daily="18:00"), 1)
    await publish(stage, task("essay", "Istorija", FRIDAY), task("p. 45"))
    await turn(stage, MONDAY_AFTERNOON + timedelta(seconds=5))
    await stage.service.run_job("digests")
    stage.clock.turn_to(MONDAY_AFTERNOON + timedelta(minutes=61))
    await stage.service.run_job("digests")
    digest = await newest(stage, ona.chat, after=0)
    assert digest.text.startswith("🆕 New homework · 9a\n▫ Istorija: essay → Fri 27/11\n")
    assert "▸ Matematika: p. 45" in digest.text
    stage.clock.turn_to(MONDAY_AFTERNOON + timedelta(days=1, minutes=61))
    await stage.service.run_job("digests")
    digest = await newest(stage, ona.chat, after=1)
    assert "essay" not in digest.text
