"""/broadcast: a message to everybody, a school or a class: shown before it goes, counted while it goes, stoppable."""

from __future__ import annotations

import asyncio
import json
import secrets
from html import escape

from telegram import Message, Update
from telegram.error import TelegramError

from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context, Deps, in_background
from bot.keyboards import Row as Buttons
from bot.keyboards import keyboard
from bot.screens import Asker, asker_of, say
from bot.screens.pick import named
from bot.store import broadcasts, outbox, schools
from bot.store.broadcasts import KIND, Progress
from bot.store.outbox import Content, Priority, Row
from bot.texts import Texts, mark

LONGEST = 3500  # characters; Telegram takes 4,096 with what is put around them
LASTS = 24 * 3600
LOOK_SECONDS = 2.0
LOOKS = 3600  # looks of the progress; a broadcast to 100,000 chats takes an hour


async def run(update: Update, context: Context) -> None:
    """`/broadcast TEXT`, `/broadcast @9a TEXT`: show it as people will see it, and ask to whom it goes."""
    asker = await asker_of(update, context.deps)
    deps, texts = context.deps, asker.texts
    message = update.effective_message
    parts = (message.text_html or "").split(None, 1) if message is not None else []
    text = parts[1].strip() if len(parts) > 1 else ""
    target = None
    if text.startswith("@"):
        name, _, text = text[1:].partition(" ")
        target, _ = await named(context, asker, name)
        if target is None:
            await say(update, context, texts("I do not know that class."))
            return
    if not text or len(text) > LONGEST:
        how = "<code>/broadcast …</code>, <code>/broadcast @9a …</code>"
        await say(update, context, texts("Write the message after the command: {how}").format(how=how))
        return
    key = secrets.token_hex(4)
    kept = json.dumps({"key": key, "text": text})
    await deps.db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_pending(asker), kept))
    rows = await _audiences(deps, texts, key, target.id if target else 0, target.name if target else "")
    await say(update, context, text)
    await say(update, context, texts("This is how it will look. Who should get it?"), *rows)


def _pending(asker: Asker) -> str:
    return f"broadcast:{asker.user_id}"


async def _audiences(deps: Deps, texts: Texts, key: str, target_id: int, name: str) -> list[Buttons]:
    """A button for every audience, with how many chats it is."""
    if target_id:
        count = len(await broadcasts.audience(deps.db, target_id=target_id))
        rows: list[Buttons] = [[(f"{name} ({count})", data("bcgo", key, "t", target_id))]]
    else:
        count = len(await broadcasts.audience(deps.db))
        rows = [[(f"{texts('Everybody')} ({count})", data("bcgo", key, "a", ""))]]
        found = await schools.all_schools(deps.db)
        for school in found if len(found) > 1 else []:
            count = len(await broadcasts.audience(deps.db, school_id=school.id))
            rows.append([(f"{school.name} ({count})", data("bcgo", key, "s", school.id))])
    return [*rows, [(texts("Nobody"), data("bcno", key))]]


async def going(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """Put it into the outbox, once, and follow it."""
    asker = await asker_of(update, context.deps)
    deps = context.deps
    kept = json.loads(await deps.db.value("SELECT value FROM meta WHERE key = ?", (_pending(asker),)) or "{}")
    key, kind, whom = args
    if kept.get("key") != key or kind not in {"a", "s", "t"}:
        raise ValueError("sent already, or another one was written since")
    chats = await broadcasts.audience(
        deps.db, school_id=whom if kind == "s" else "", target_id=int(whom) if kind == "t" else 0
    )
    content = Content(kept["text"])
    until = deps.now() + LASTS
    today = deps.clock.now().astimezone(deps.config.timezone).date()
    rows = [
        Row(chat, KIND, today, key, content, Priority.BROADCAST, thread_id=thread, expires_at=until)
        for chat, thread in chats
    ]
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, rows, deps.now())
        await transaction.execute("DELETE FROM meta WHERE key = ?", (_pending(asker),))
    deps.courier.wake()
    query = update.callback_query
    if query is not None and isinstance(query.message, Message):
        in_background(context, _follow(context, asker.texts, query.message, key), update)


async def _follow(context: Context, texts: Texts, message: Message, key: str) -> None:
    """Edit the progress in place until all is said, or nobody wants to know any more."""
    shown: Progress | None = None
    for _ in range(LOOKS):
        now = await broadcasts.progress(context.deps.db, key)
        if now != shown:
            await _show(message, texts, now, key)
            shown = now
        if not now.waiting:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _show(message: Message, texts: Texts, now: Progress, key: str) -> None:
    rows: list[Buttons] = [[(texts("Stop"), data("bcstop", key)), ("↻", data("bcsee", key))]] if now.waiting else []
    try:
        await message.edit_text(_report(texts, now), reply_markup=keyboard(*rows))
    except TelegramError:  # not modified, deleted by hand, an outage: the broadcast goes on, the next look shows it
        return


def _report(texts: Texts, now: Progress) -> str:
    head = texts("Broadcast: {sent} of {total} sent").format(sent=now.sent, total=now.total)
    lines = [head if now.waiting else f"✓ {head}"]
    if now.failed:
        lines.append(texts("Not reached: {count}").format(count=now.failed))
    if now.stopped:
        lines.append(texts("Stopped before: {count}").format(count=now.stopped))
    return escape("\n".join(lines))


async def stopped(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The Stop button: nobody else is told."""
    async with context.deps.db.transaction() as transaction:
        await broadcasts.stop(transaction, args[0], context.deps.now())
    await seen(update, context, args)


async def seen(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """How far it is; also after a restart, when nobody edits the message by itself any more."""
    asker = await asker_of(update, context.deps)
    query = update.callback_query
    if query is not None and isinstance(query.message, Message):
        now = await broadcasts.progress(context.deps.db, args[0])
        await _show(query.message, asker.texts, now, args[0])


async def dropped(update: Update, context: Context, _args: tuple[str, ...]) -> None:
    """Nobody is told."""
    asker = await asker_of(update, context.deps)
    await context.deps.db.write("DELETE FROM meta WHERE key = ?", (_pending(asker),))
    await say(update, context, asker.texts("Nobody was told."))


COMMAND = Command(
    name="broadcast",
    summary=mark("a message to everybody"),
    run=run,
    presses={"bcgo": going, "bcno": dropped, "bcstop": stopped, "bcsee": seen},
    audience=Audience.ADMIN,
    in_groups=False,
    order=205,
)
