"""Inline mode: a class's days in any chat, pictures that Telegram has, words for those it has not."""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.demo.botapi import Person
from bot.demo.stage import Stage
from tests.test_app import follow_9a


async def results(stage: Stage, person: Person, text: str) -> list[dict[str, Any]]:
    """What the bot answers to an inline query."""
    query = await person.ask_inline(text)
    await stage.api.wait_for(partial(getattr, query, "answer"), seconds=15)
    assert query.answer is not None
    found: list[dict[str, Any]] = query.answer["results"]
    return found


async def test_the_days_of_the_followed_class_and_of_a_typed_one(stage: Stage) -> None:
    person = await follow_9a(stage)
    followed = await results(stage, person, "")
    assert [(one["type"], one["title"]) for one in followed] == [
        ("photo", "9a · Monday, 23 November"),  # it was sent, so Telegram has it
        ("article", "9a · Tuesday, 24 November"),
    ]
    assert await results(stage, person, "9 A") == followed
    assert await results(stage, person, "zzz" * 40) == []


async def test_a_stranger_is_offered_open_classes_only(stage: Stage) -> None:
    await follow_9a(stage)
    stranger = stage.api.user(1002, "Jonas", "en")
    assert len(await results(stage, stranger, "9a")) == 2
    await stage.service.deps.db.write('UPDATE schools SET settings = \'{"access": "allow"}\'')
    assert await results(stage, stranger, "9a") == []
