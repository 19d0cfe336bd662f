"""What the control desk on the page does: publish changes, break the school's site or Telegram, turn the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.context import Deps
from bot.demo.asked import BadAction, choice_of, day_of, number_of, text_of
from bot.demo.botapi import Fault
from bot.demo.chat_acts import NOTHING, Act, Asked
from bot.demo.desk import Change, Site, Task
from bot.demo.play import TELEGRAM_UP, Play, first_holiday
from bot.demo.sample_school import BELLS, CLASSES, SUBJECTS
from bot.demo.site import ZONE
from bot.demo.stage import SYSTEMS
from bot.jobs import JOBS
from bot.rounds import ask_now, scrape_when_due

EVENING, MORNING, AFTERNOON = time(18, 0), time(7, 0), time(14, 0)
WANTED = ("send*", "edit*")
SUBJECT_NAMES = tuple(subject.name for subject in SUBJECTS)
RESTORE = "restore"


def _faults(**fault: Any) -> list[Fault]:
    return [Fault(method=method, **fault) for method in WANTED]


TELEGRAM: Mapping[str, Callable[[], list[Fault]]] = {
    TELEGRAM_UP: list,
    "slow": lambda: _faults(delay=2.0),
    "busy": lambda: _faults(
        status=429, description="Too Many Requests: retry after 3", parameters={"retry_after": 3}, times=2
    ),
    "failing": lambda: _faults(status=502, body=b"<html><h1>502 Bad Gateway</h1></html>"),
}


def _now(play: Play) -> datetime:
    return play.stage.clock.now().astimezone(ZONE)


def _class(asked: Asked) -> str:
    return choice_of(asked, "class", CLASSES)


def _period(asked: Asked) -> int:
    """The period's number on the page, from 1, as the school counts it, from 0."""
    number = number_of(asked, "period")
    if not 1 <= number <= len(BELLS):
        raise BadAction(f"period: 1 to {len(BELLS)} is wanted")
    return number - 1


async def _published(play: Play) -> Mapping[str, Any]:
    """Have the bot look at once instead of in a minute, and show what the desk has now."""
    play.tell_desk()
    await look(play)
    return NOTHING


async def look(play: Play) -> None:
    """Have the bot read the school now; returns when it has. A round under way may have seen the pages of before."""
    deps = play.stage.service.deps
    await _no_round(deps)
    await ask_now(deps)
    await scrape_when_due(deps)
    await _no_round(deps)  # the timer may have been faster


async def _no_round(deps: Deps) -> None:
    while deps.being_read:  # noqa: ASYNC110 - a round sets no event when it ends
        await asyncio.sleep(0.02)


async def change(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Publish a change for a lesson: cancelled, another room, another teacher; or take it back."""
    class_, day, period = _class(asked), day_of(asked, "day"), _period(asked)
    what = choice_of(asked, "what", ("cancel", "room", "teacher", RESTORE))
    desk = play.stage.desk
    group = text_of(asked, "group", limit=10, empty=True)
    held = [one for one in desk.lessons(class_, day) if one.slot.period == period and group in {"", one.slot.group}]
    if not held:
        raise BadAction("There is no such lesson.")
    now = play.stage.clock.now()
    if what == RESTORE:
        desk.withdraw(day, class_, period, now, group=group)
    elif what == "cancel":
        desk.publish(Change(day, class_, period, group, cancelled=True, note="Mokytojas serga"), now)
    else:
        value = text_of(asked, "value", limit=40)
        desk.publish(
            Change(day, class_, period, group, room=value)
            if what == "room"
            else Change(day, class_, period, group, teacher=value),
            now,
        )
    return await _published(play)


async def move(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Move the first lesson of a subject on a day into another room."""
    class_, day = _class(asked), day_of(asked, "day")
    subject, room = choice_of(asked, "subject", SUBJECT_NAMES), text_of(asked, "room", limit=40)
    lessons = [one for one in play.stage.desk.lessons(class_, day) if one.slot.subject.name == subject]
    held = next((one for one in lessons if one.slot.room != room and one.change is None), None)
    if held is None:
        raise BadAction(f"{class_} has no {subject} that day that could move to {room}.")
    group = held.slot.group
    play.stage.desk.publish(Change(day, class_, held.slot.period, group, room=room), play.stage.clock.now())
    return await _published(play)


async def ill(play: Play, asked: Asked) -> Mapping[str, Any]:
    """A teacher is ill from a period on: every lesson of theirs is cancelled, in every class."""
    day, period = day_of(asked, "day"), _period(asked)
    teacher = text_of(asked, "teacher", limit=40)
    count = play.stage.desk.teacher_ill(teacher, day, period, play.stage.clock.now())
    if not count:
        raise BadAction(f"{teacher} has no lessons to lose from period {period + 1} on that day.")
    await _published(play)
    return {"said": f"{teacher} is ill: {count} {'lesson' if count == 1 else 'lessons'} cancelled."}


async def task(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Publish homework: in the calendar, or in the sheet that the school keeps beside its timetable."""
    text = text_of(asked, "text", limit=200)
    found = Task(_class(asked), choice_of(asked, "subject", SUBJECT_NAMES), text, day_of(asked, "day"))
    play.stage.desk.tasks.append(found)
    await _published(play)
    return {"said": "Published. /homework shows it at once; by itself the bot tells it with the evening's plan."}


async def site(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Take the school's site down, show another page on it, bring it back."""
    play.stage.desk.site = Site(choice_of(asked, "state", [state.value for state in Site]))
    return await _published(play)


async def telegram(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Make Telegram slow, busy (429) or failing (502), or well again."""
    state = choice_of(asked, "state", tuple(TELEGRAM))
    play.stage.api.faults.clear()
    for fault in TELEGRAM[state]():
        play.stage.api.faults.add(fault)
    play.telegram = state
    play.tell_desk()
    return NOTHING


def turned(now: datetime, to: str) -> datetime:
    """Where the clock goes from `now` (the school's time), always forward."""
    today = now.date()
    if to == "hour":
        return now + timedelta(hours=1)
    if to == "evening":
        return _next(now, today, EVENING)
    if to == "morning":
        return _next(now, today, MORNING)
    if to == "friday":
        friday = today + timedelta(days=(4 - today.weekday()) % 7)
        found = datetime.combine(friday, AFTERNOON, ZONE)
        return found if found > now else found + timedelta(days=7)
    return datetime.combine(first_holiday(today), time(9, 0), ZONE)


def _next(now: datetime, today: date, at: time) -> datetime:
    found = datetime.combine(today, at, ZONE)
    return found if found > now else datetime.combine(today + timedelta(days=1), at, ZONE)


async def clock(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Turn the clock forward and fire what came due."""
    to = choice_of(asked, "to", ("hour", "evening", "morning", "friday", "holidays"))
    stage = play.stage
    stage.clock.turn_to(turned(_now(play), to))
    play.tell_desk()
    deps = stage.service.deps
    for job in JOBS:
        await stage.service.run_job(job.name)
        await _no_round(deps)
    deps.courier.wake()
    return NOTHING


async def poll(play: Play, _: Asked) -> Mapping[str, Any]:
    """Have the bot ask the school now."""
    await look(play)
    play.tell_desk()
    return NOTHING


async def class_shown(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Show another class on the desk."""
    play.class_ = _class(asked)
    play.tell_desk()
    return NOTHING


async def begin(play: Play, asked: Asked) -> Mapping[str, Any]:
    """Start over, with the school in another system if wanted."""
    await play.begin(choice_of(asked, "system", SYSTEMS))
    return NOTHING


ACTS: Mapping[str, Act] = {
    "change": change,
    "move": move,
    "ill": ill,
    "task": task,
    "site": site,
    "telegram": telegram,
    "clock": clock,
    "poll": poll,
    "class": class_shown,
    "begin": begin,
}
