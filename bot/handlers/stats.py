"""/stats: how many chats, what they follow, what was sent. No names, no ids."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, say
from bot.texts import mark

TOP = 10


async def run(update: Update, context: Context) -> None:
    """Counts only."""
    asker = await asker_of(update, context.deps)
    db, texts = context.deps.db, asker.texts
    chats = await db.one("SELECT count(*), count(*) FILTER (WHERE active = 1) FROM chats")
    sent = await db.one(
        "SELECT count(*) FILTER (WHERE done_at > ?), count(*) FROM outbox WHERE state = 'sent'",
        (context.deps.now() - 86400,),
    )
    top = await db.all(
        "SELECT targets.name, schools.name AS school, count(*) AS followers FROM subscriptions"
        " JOIN targets ON targets.id = target_id JOIN schools ON schools.id = school_id"
        " GROUP BY target_id ORDER BY followers DESC, targets.name LIMIT ?",
        (TOP,),
    )
    assert chats is not None  # aggregates always have a row
    assert sent is not None
    lines = [
        texts("Chats: {all}, active: {active}").format(all=chats[0], active=chats[1]),
        texts("Sent in a day: {day}, in a week: {week}").format(day=sent[0], week=sent[1]),
        "",
        *(f"{row['followers']} × {escape(row['name'])} · {escape(row['school'])}" for row in top),
    ]
    await say(update, context, "\n".join(lines))


COMMAND = Command(
    name="stats", summary=mark("chats and pushes in figures"), run=run, audience=Audience.ADMIN, order=203
)
