"""/access: which schools are open to whom, who may and who may not; by numeric id, since names can be taken over."""

from __future__ import annotations

import secrets
from dataclasses import replace
from html import escape

from telegram import Update

from bot.commands import Audience, Command
from bot.context import Context
from bot.exchange import ACCESS
from bot.screens import asker_of, is_bot_admin, say
from bot.store import chats, people, schools
from bot.texts import Texts, mark

ROLES = {"allow": people.ALLOWED, "ban": people.BANNED, "clear": ""}


async def run(update: Update, context: Context) -> None:
    """`/access`, `/access SCHOOL open|invite|allow`, `/access allow|ban|clear 123`."""
    asker = await asker_of(update, context.deps)
    deps, texts = context.deps, asker.texts
    words = context.args or []
    user = people.id_of(words[1]) if len(words) == 2 and words[0] in ROLES else None
    if user is not None:
        if await is_bot_admin(deps, user):
            await say(update, context, texts("The bot's admins are let in anyway."))
            return
        async with deps.db.transaction() as transaction:
            await people.give_role(transaction, user, ROLES[words[0]], deps.now())
        if words[0] == "ban":
            await chats.deactivate(deps.db, user, "banned", deps.now())
    elif len(words) == 2 and words[1] in ACCESS:
        school = await schools.school_by_id(deps.db, words[0])
        if school is None:
            await say(update, context, texts("There is no school {id}.").format(id=escape(words[0])))
            return
        settings = {**school.settings, "access": words[1]}
        if words[1] == "invite":  # a new word each time: links that went too far are worth nothing then
            settings["invite"] = secrets.token_hex(8)
        async with deps.db.transaction() as transaction:
            await schools.put_school(transaction, replace(school, settings=settings), deps.now())
    elif words:
        await say(update, context, _usage(texts))
        return
    await say(update, context, await _state(context, texts))


async def _state(context: Context, texts: Texts) -> str:
    deps = context.deps
    names = {"open": texts("open to all"), "invite": texts("by invite link"), "allow": texts("by the list")}
    lines = []
    for school in await schools.all_schools(deps.db):
        mode = school.settings.get("access", "open")
        lines.append(f"<b>{escape(school.name)}</b> ({escape(school.id)}): {escape(names.get(mode, str(mode)))}")
        if mode == "invite":
            lines.append(
                f"https://t.me/{context.bot.username}?start=i-{escape(str(school.settings.get('invite', '')))}"
            )
    for role, words in ((people.ALLOWED, texts("On the list")), (people.BANNED, texts("Banned"))):
        found = await people.with_role(deps.db, role)
        if found:
            lines.append(f"{escape(words)}: {', '.join(str(user) for user in found)}")
    return "\n".join([*lines, "", _usage(texts)])


def _usage(texts: Texts) -> str:
    return escape(
        texts("To change: /access SCHOOL open, invite or allow; /access allow, ban or clear and a numeric user id.")
    )


COMMAND = Command(
    name="access",
    summary=mark("who may see which school"),
    run=run,
    audience=Audience.ADMIN,
    in_groups=False,
    order=208,
)
