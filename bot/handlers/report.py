"""/report: "this is wrong", told to the bot's admins with what the picture was made of; who told it is not."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

from telegram import Update

from bot import buttons, notify, plans
from bot.commands import Command
from bot.context import Context
from bot.dates import day_title, whole_day
from bot.screens import asker_of, show
from bot.screens.access import target_for
from bot.screens.day import compact_date, each_followed, school_day
from bot.store.schools import StoredTarget
from bot.texts import day as day_texts
from bot.texts import mark, texts_in

WORDS = 500


async def run(update: Update, context: Context) -> None:
    """About the picture that is answered, else about today's plan of what the chat follows first."""
    asker = await asker_of(update, context.deps)
    about = await _answered(update, context)
    if about is None:
        async for _, target, school in each_followed(update, context):
            about = target, school.today(context.deps.clock.now())
            break
    if about is None:
        return
    target, day = about
    await _tell(context, target, day, " ".join(context.args or ())[:WORDS])
    text = asker.texts("Thank you. The bot's admins have it with the data of {day}.")
    await show(update, context, text.format(day=escape(whole_day(asker.texts.language, day))))


async def _answered(update: Update, context: Context) -> tuple[StoredTarget, date] | None:
    """Target and day of the picture that the command answers: its buttons say it."""
    message = update.effective_message
    markup = message.reply_to_message.reply_markup if message and message.reply_to_message else None
    if markup is None or not markup.inline_keyboard:
        return None
    first = markup.inline_keyboard[0][0]
    read = buttons.read(first.callback_data if isinstance(first.callback_data, str) else None)
    if read is None or read[0] not in {"d", "w"} or len(read[1]) != 2:
        return None
    target = await target_for(context.deps, await asker_of(update, context.deps), read[1][0])
    before = compact_date(read[1][1])  # the first button goes back a day, or a week
    return target, school_day(before, 1) if read[0] == "d" else before + timedelta(weeks=1)


async def _tell(context: Context, target: StoredTarget, day: date, words: str) -> None:
    deps = context.deps
    table = await plans.timetable_of(deps, target, day, 1)
    texts = texts_in(deps.config.language)
    lines = [
        texts("Somebody says that this is wrong:"),
        f"<b>{escape(target.name)}</b> · {escape(table.school.name)} · {escape(day_title(texts.language, day))}",
        escape(f"{table.host} · {table.revision} · {table.checked_at:%Y-%m-%d %H:%M} UTC" if table.checked_at else ""),
    ]
    if words:
        lines.append(f"“{escape(words)}”")
    if table.days:
        lines += ["", day_texts.twin(texts, table.days[0], whose=target.kind)]
    text = day_texts.parts("\n".join(lines), 3500)[0]
    await notify.tell_admins(deps, text, f"report {target.id} {day} {table.revision} {words}")


COMMAND = Command(name="report", summary=mark("tell the admins that a plan is wrong"), run=run, order=80)
