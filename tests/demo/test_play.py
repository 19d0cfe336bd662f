"""The demo's clock and desk: when it opens, where the clock goes, what a published change does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

import pytest

from bot.demo import view
from bot.demo.asked import BadAction
from bot.demo.botapi import Message
from bot.demo.chat_acts import block, choose, press, say, start
from bot.demo.play import GROUP, JONAS, ONA, ULA, Play, first_holiday, opening_time
from bot.demo.sample_school import holiday
from bot.demo.school_acts import change, clock, ill, move, site, task, turned
from bot.demo.site import ZONE
from bot.demo.stage import SYSTEMS
from tests.conftest import MONDAY_AFTERNOON


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), "2026-11-23 16:40"),  # a Monday
        (datetime(2026, 11, 27, 9, tzinfo=UTC), "2026-11-30 16:40"),  # a Friday: the day after is free
        (datetime(2026, 11, 22, 23, tzinfo=UTC), "2026-11-23 16:40"),  # Sunday in UTC, Monday at the school
        (datetime(2026, 12, 24, 9, tzinfo=UTC), "2027-01-07 16:40"),
        (datetime(2026, 7, 1, 9, tzinfo=UTC), "2026-09-01 16:40"),
    ],
)
def test_the_demo_opens_on_a_school_day_before_a_school_day(now: datetime, opens: str) -> None:
    opening = opening_time(now)
    assert f"{opening:%Y-%m-%d %H:%M}" == opens
    assert opening.tzinfo is ZONE


@pytest.mark.parametrize(
    ("to", "there"),
    [
        ("hour", "2026-11-24 17:40"),
        ("evening", "2026-11-24 18:00"),
        ("morning", "2026-11-25 07:00"),
        ("friday", "2026-11-27 14:00"),
        ("holidays", "2026-12-23 09:00"),
    ],
)
def test_the_clock_goes_forward(to: str, there: str) -> None:
    assert f"{turned(datetime(2026, 11, 24, 16, 40, tzinfo=ZONE), to):%Y-%m-%d %H:%M}" == there


@pytest.mark.parametrize("to", ["evening", "morning", "friday", "holidays"])
def test_turning_it_twice_goes_further(to: str) -> None:
    once = turned(datetime(2026, 11, 24, 16, 40, tzinfo=ZONE), to)
    assert turned(once, to) > once


def test_every_day_has_holidays_ahead() -> None:
    for day in (date(2026, 9, 1), date(2026, 10, 26), date(2026, 12, 31), date(2027, 6, 19), date(2028, 2, 29)):
        assert first_holiday(day) > day
        assert holiday(first_holiday(day))


async def test_a_change_is_published_and_the_bot_looks_at_once() -> None:
    async with Play(MONDAY_AFTERNOON) as play:
        asked = {"class": "9a", "day": "2026-11-24", "what": "cancel", "period": 5}
        polls = play.stage.desk.polls
        await change(play, asked)
        assert play.stage.desk.polls > polls
        [lesson] = [one for one in play.desk()["days"][1]["lessons"] if one["period"] == 5]
        assert lesson["cancelled"]
        await change(play, asked | {"what": "restore"})
        assert not any(one["cancelled"] and one["period"] == 5 for one in play.desk()["days"][1]["lessons"])


async def test_english_moves_and_a_teacher_falls_ill() -> None:
    async with Play(MONDAY_AFTERNOON) as play:
        days = play.desk()["days"]
        day = next(one for one in days if any(lesson["subject"] == "Anglų kalba" for lesson in one["lessons"]))
        await move(play, {"class": "9a", "day": day["date"], "subject": "Anglų kalba", "room": "310"})
        after = next(one for one in play.desk()["days"] if one["date"] == day["date"])
        assert [one["new_room"] for one in after["lessons"] if one["subject"] == "Anglų kalba"].count("310") == 1
        teacher = day["lessons"][-1]["teacher"]
        asked = {"day": day["date"], "teacher": teacher, "period": 1}
        before = [one for one in play.stage.desk.changes if one.cancelled]
        said = await ill(play, asked)
        count = sum(one.cancelled for one in play.stage.desk.changes) - len(before)
        assert said["said"] == f"{teacher} is ill: {count} {'lesson' if count == 1 else 'lessons'} cancelled."
        with pytest.raises(BadAction, match="no lessons to lose"):
            await ill(play, asked)


@pytest.mark.parametrize("system", SYSTEMS)
async def test_homework_reaches_the_chat_in_every_system(system: str) -> None:
    async with Play(MONDAY_AFTERNOON) as play:
        await play.begin(system)
        asked = {"class": "9a", "day": "2026-11-24", "subject": "Fizika", "text": "Page 42, both exercises"}
        assert "/homework" in str((await task(play, asked))["said"])
        person = play.people[ONA]
        await say(play, {"person": ONA, "chat": ONA, "text": "/subscribe 9a"})
        await play.stage.api.wait_for(lambda: any(one.buttons for one in person.messages), seconds=15)
        await person.press(person.messages[-1], "Only when something changes")
        await say(play, {"person": ONA, "chat": ONA, "text": "/homework"})
        await play.stage.api.wait_for(lambda: any("Page 42" in one.text for one in person.messages), seconds=15)


def no_button(message: Message, label: str) -> bool:
    return all(button["text"] != label for row in message.buttons for button in row)


async def test_the_evening_brings_the_plan_and_a_dead_site_takes_nothing_away() -> None:
    async with Play(MONDAY_AFTERNOON) as play:
        person = play.people[ONA]
        api = play.stage.api
        await start(play, {"person": ONA, "chat": ONA})
        asking = await api.wait_for(lambda: next((one for one in person.messages if one.buttons), None), seconds=15)
        assert asking is not None
        for wanted in ("9a", "evening"):
            labels = [button["text"] for row in asking.buttons for button in row]
            label = next(one for one in labels if wanted in one)
            data = next(b["callback_data"] for row in asking.buttons for b in row if b["text"] == label)
            await press(play, {"person": ONA, "chat": ONA, "message": asking.id, "data": data})
            await api.wait_for(partial(no_button, asking, label), seconds=15)
        await api.wait_for(lambda: any(one.file for one in person.messages), seconds=15)
        assert play.people[ULA].messages == []  # nothing is wrong that an admin should hear of
        await clock(play, {"to": "evening"})
        await api.wait_for(lambda: sum(one.file is not None for one in person.messages) == 2, seconds=15)
        await site(play, {"state": "down"})
        await say(play, {"person": ONA, "chat": ONA, "text": "/tomorrow"})
        await api.wait_for(lambda: sum(one.file is not None for one in person.messages) == 3, seconds=15)


async def test_nobody_is_sent_to_school_in_the_holidays() -> None:
    async with Play(MONDAY_AFTERNOON) as play:
        person = play.people[ONA]
        await say(play, {"person": ONA, "chat": ONA, "text": "/subscribe 9a"})
        await play.stage.api.wait_for(lambda: any(one.buttons for one in person.messages), seconds=15)
        await person.press(person.messages[-1], "In the morning, 07:00")
        await play.stage.api.wait_for(lambda: any(one.file for one in person.messages), seconds=15)
        await clock(play, {"to": "holidays"})
        count = len(person.messages)
        await say(play, {"person": ONA, "chat": ONA, "text": "/week"})
        await play.stage.api.wait_for(lambda: len(person.messages) == count + 2, seconds=15)
        await say(play, {"person": ONA, "chat": ONA, "text": "/today 23.12"})
        await play.stage.api.wait_for(lambda: "Kalėdų atostogos" in person.messages[-1].text, seconds=15)


async def test_a_result_of_inline_mode_is_sent_by_the_person() -> None:
    async with Play(MONDAY_AFTERNOON) as play:
        state = play.stage.api.state
        query = state.ask(play.people[ONA].user)
        query.answer = {"results": [{"id": "9a", "title": "9a", "input_message_content": {"message_text": "9a today"}}]}
        asked = {"person": ONA, "chat": GROUP, "query": query.id, "result": "9a"}
        with pytest.raises(BadAction, match="result"):
            await choose(play, asked | {"result": "9b"})
        with pytest.raises(BadAction, match="query"):
            await choose(play, asked | {"person": JONAS})
        await choose(play, asked)
        [sent] = [one for one in play.stage.api.messages(GROUP) if one.text]
        assert (sent.text, sent.data["from"]["first_name"]) == ("9a today", "Ona")
        assert view.message_view(sent)["via"]


async def test_a_blocked_bot_is_told_so_and_let_in_again_by_writing() -> None:
    async with Play(MONDAY_AFTERNOON) as play:
        chat = play.people[ONA].chat
        await start(play, {"person": ONA, "chat": ONA})
        await block(play, {"person": ONA})
        assert view.chat_view(play.stage.api.state, chat)["statuses"] == {str(ONA): "kicked"}
        await say(play, {"person": ONA, "chat": ONA, "text": "/help"})
        assert view.chat_view(play.stage.api.state, chat)["statuses"] == {str(ONA): "member"}
        await play.stage.api.wait_for(lambda: any(one.from_bot for one in play.people[ONA].messages), seconds=15)
