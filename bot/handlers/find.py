"""/find: a teacher's or a room's day and week; accents and case do not matter."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.buttons import data
from bot.commands import Command
from bot.context import Context
from bot.keyboards import in_rows
from bot.model import TargetKind
from bot.names import like
from bot.screens import Asker, asker_of, show
from bot.screens.access import open_schools, target_for
from bot.screens.day import show_day, today_of
from bot.screens.pick import shortened
from bot.screens.questions import ask
from bot.screens.rooms import findable
from bot.store.schools import StoredTarget
from bot.texts import mark

SIGNS = {TargetKind.TEACHER: "👤", TargetKind.ROOM: "🚪", TargetKind.CLASS: "👥"}


async def run(update: Update, context: Context) -> None:
    """Ask for the name, or take the one behind the command."""
    asker = await asker_of(update, context.deps)
    words = " ".join(context.args or ())[:64].strip()
    if not words:
        await ask(update, context, asker, asker.texts("Write a teacher's name or a room."), "find")
        return
    await _search(update, context, asker, words)


async def named(update: Update, context: Context, _args: tuple[str, ...]) -> None:
    """The name was typed."""
    message = update.effective_message
    words = (message.text or "" if message else "")[:64].strip()
    await _search(update, context, await asker_of(update, context.deps), words)


async def _search(update: Update, context: Context, asker: Asker, words: str) -> None:
    targets: list[StoredTarget] = []
    for school in await open_schools(context.deps, asker):
        targets += await findable(context.deps, school)
    if not targets:
        await show(update, context, asker.texts("The school publishes no timetables of teachers or rooms."))
        return
    names = like(words, list(dict.fromkeys(target.name for target in targets)))
    found = [target for name in names for target in targets if target.name == name][:8]
    if not found:
        text = asker.texts("I know nobody and nothing by the name of {name}.")
        await show(update, context, text.format(name=f"<b>{escape(words)}</b>"))
    elif len(found) == 1:
        await show_day(update, context, found[0], await today_of(context, found[0]))
    else:
        cells = [(f"{SIGNS[one.kind]} {shortened(one.name, 30)}", data("find", one.id)) for one in found]
        await show(update, context, asker.texts("Whose timetable?"), *in_rows(cells, 2))


async def picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """One of several."""
    target = await target_for(context.deps, await asker_of(update, context.deps), args[0])
    await show_day(update, context, target, await today_of(context, target))


COMMAND = Command(
    name="find",
    summary=mark("a teacher or a room"),
    run=run,
    presses={"find": picked},
    answers={"find": named},
    order=25,
)
