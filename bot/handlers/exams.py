"""/exams: the tests to come."""

from __future__ import annotations

from telegram import Update

from bot import compose
from bot.commands import Command
from bot.context import Context
from bot.homework import exams_content
from bot.screens import asker_of, present
from bot.screens.access import target_for
from bot.screens.day import each_followed
from bot.screens.homework import viewer_of
from bot.store.schools import StoredTarget
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Every followed target's tests."""
    async for _asker, target, _school in each_followed(update, context):
        await _show(update, context, target)


async def opened(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """A button to the tests of a target."""
    await _show(update, context, await target_for(context.deps, await asker_of(update, context.deps), args[0]))


async def _show(update: Update, context: Context, target: StoredTarget) -> None:
    asker = await asker_of(update, context.deps)
    look = compose.look_of(asker.chat)
    await present(update, context, await exams_content(context.deps, target, look, viewer=viewer_of(asker)))


COMMAND = Command(name="exams", summary=mark("the tests to come"), run=run, presses={"he": opened}, order=25)
