"""Inline mode: `@bot 9a` in any chat gives the class's day. Telegram takes only pictures that it has already, so a day
that nobody was sent yet is offered in words."""

from __future__ import annotations

from telegram import (
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot import compose, plans
from bot.context import Context
from bot.dates import day_title
from bot.screens import Asker
from bot.screens.day import followed, next_school_day, today_of
from bot.screens.pick import named
from bot.store import chats, pictures
from bot.store.chats import Chat
from bot.store.schools import StoredTarget
from bot.texts import texts_in

FOUND = 3  # classes that one query is answered with, two days each
KEEP_SECONDS = 60
LONGEST_QUERY = 64


async def asked(update: Update, context: Context) -> None:
    """Answer with today and the next school day of the class that was typed, or of those that the asker follows.

    Only what a person may see is offered: schools that are open, or open to them.
    """
    query = update.inline_query
    assert query is not None
    asker = await _asker(update, context)
    if query.query.strip():
        target, near = await named(context, asker, query.query.strip()[:LONGEST_QUERY])
        targets = [target] if target is not None else near
    else:
        targets = await followed(context, asker)
    results = [result for target in targets[:FOUND] for result in await _days(context, asker, target)]
    try:
        await query.answer(results, cache_time=KEEP_SECONDS, is_personal=True)
    except BadRequest:  # too old: the person has typed on
        return


async def _asker(update: Update, context: Context) -> Asker:
    query = update.inline_query
    assert query is not None
    user = query.from_user
    chat = await chats.get(context.deps.db, user.id)
    if chat is None:
        language = texts_in(user.language_code or context.deps.config.language).language
        chat = Chat(user.id, language=language)
    return Asker(user.id, chat, private=True, texts=texts_in(chat.language))


async def _days(context: Context, asker: Asker, target: StoredTarget) -> list[InlineQueryResult]:
    """Today, and the next day of school."""
    today = await today_of(context, target)
    if await plans.worth_reading(context.deps, target):
        context.deps.wanted.add(target.id)  # Telegram waits for nothing: the next letter that is typed finds it
    table = await plans.timetable_of(context.deps, target, today, 8)
    later = next_school_day(table, [day for day in table.days if day.date > today])
    days = [today] if later is None else [today, later.date]
    if not table.days:
        return []
    look = compose.look_of(asker.chat)
    results: list[InlineQueryResult] = []
    for day in days:
        content = await compose.day_content(context.deps, target, day, look, table=table)
        title = f"{target.name} · {day_title(look.language, day)}"
        name = f"{target.id}-{day:%Y%m%d}"
        file_id = None
        if content.picture is not None:
            file_id = await pictures.file_id(context.deps.db, content.picture, bot_id=context.bot.id)
        if file_id is not None:
            results.append(
                InlineQueryResultCachedPhoto(
                    name, file_id, title=title, caption=content.text, parse_mode=ParseMode.HTML
                )
            )
        else:
            words = InputTextMessageContent(content.text, parse_mode=ParseMode.HTML)
            results.append(InlineQueryResultArticle(name, title, words, description=table.school.name))
    return results
