"""An owner who talks to the bot, for the tests of admin commands."""

from __future__ import annotations

from collections.abc import Callable

from bot.demo.botapi import Message, Person
from bot.demo.stage import Stage
from bot.store import people


async def owner_of(stage: Stage, user_id: int = 1001) -> Person:
    """A person who owns the bot."""
    deps = stage.service.deps
    async with deps.db.transaction() as transaction:
        await people.give_role(transaction, user_id, people.OWNER, deps.now())
    return stage.api.user(user_id, "Ona", "en")


async def hears(stage: Stage, person: Person, what: str | Callable[[Message], bool]) -> Message:
    """The newest message of the bot in the person's chat that holds some words, waited for."""

    def look() -> Message | None:
        for message in reversed(person.messages):
            if message.from_bot and (what in message.text if isinstance(what, str) else what(message)):
                return message
        return None

    found = await stage.api.wait_for(look, seconds=15)
    assert found is not None
    return found
