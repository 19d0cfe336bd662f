"""Who may see a school: all, who came by its invite link, or those whom its admins listed: it holds teachers' names.

A school's setting `access` is "open" (also when it is absent), "invite" (with the setting `invite`, a secret word that
the link carries) or "allow" (people with the role "allowed").
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from bot.context import Deps
from bot.errors import SchoolbellError
from bot.screens import Asker, is_bot_admin
from bot.store import chats, people, schools, subscriptions
from bot.store.schools import School, StoredTarget
from bot.texts import mark

INVITED = "invited"


class Denied(SchoolbellError):
    """The asker may not do this; the message is a message id of the catalogue."""


async def may_see(deps: Deps, asker: Asker, school: School) -> bool:
    """Whether a school is open to the asker: by its setting, by an invitation, or because the chat follows it."""
    mode = school.settings.get("access", "open")
    if mode == "open" or await is_bot_admin(deps, asker.user_id):
        return True
    if mode == "invite" and school.id in asker.chat.settings.get(INVITED, ()):
        return True
    if mode == "allow" and await people.role_of(deps.db, asker.user_id) == people.ALLOWED:
        return True
    return await _follows(deps, asker, school)


async def open_schools(deps: Deps, asker: Asker) -> list[School]:
    """The schools that the asker may see, by name."""
    return [school for school in await schools.all_schools(deps.db) if await may_see(deps, asker, school)]


async def target_for(deps: Deps, asker: Asker, number: str) -> StoredTarget:
    """The target that a button or a link names. Raises ValueError when it is gone, Denied when it is not for them."""
    target = await schools.target_by_id(deps.db, int(number)) if number.isascii() and number.isdigit() else None
    school = None if target is None else await schools.school_by_id(deps.db, target.school_id)
    if target is None or school is None:
        raise ValueError("the target is gone")
    if not await may_see(deps, asker, school):
        raise Denied(mark("This school is not open to everybody. Ask its admin for the invite link."))
    return target


async def school_for(deps: Deps, asker: Asker, school_id: str) -> School:
    """The school that a button names. Raises ValueError when it is gone, Denied when it is not for them."""
    school = await schools.school_by_id(deps.db, school_id)
    if school is None:
        raise ValueError("the school is gone")
    if not await may_see(deps, asker, school):
        raise Denied(mark("This school is not open to everybody. Ask its admin for the invite link."))
    return school


async def accept_invitation(deps: Deps, asker: Asker, word: str) -> Asker:
    """Remember for the chat the schools whose secret word this is; returns the asker with them."""
    found = [
        school.id
        for school in await schools.all_schools(deps.db)
        if school.settings.get("invite") and hmac.compare_digest(str(school.settings["invite"]), word)
    ]
    known = list(asker.chat.settings.get(INVITED, ()))
    if not set(found) - set(known):
        return asker
    chat = replace(asker.chat, settings={**asker.chat.settings, INVITED: sorted({*known, *found})})
    async with deps.db.transaction() as transaction:
        await chats.put(transaction, chat, deps.now())
    return replace(asker, chat=chat)


async def _follows(deps: Deps, asker: Asker, school: School) -> bool:
    for subscription in await subscriptions.of_chat(deps.db, asker.chat.chat_id, asker.chat.thread_id):
        target = await schools.target_by_id(deps.db, subscription.target_id)
        if target is not None and target.school_id == school.id:
            return True
    return False
