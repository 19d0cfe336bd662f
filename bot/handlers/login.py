"""/login: enter the account of an e-diary, in a private chat only; the message with the password is deleted at once."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.buttons import data
from bot.commands import Command
from bot.context import Context
from bot.screens import Asker, asker_of, say, show
from bot.screens.accounts import Entry, deleted_at_once, entries_of, keep
from bot.screens.questions import ask
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Which account; `/login USER PASSWORD` where there is only one. In a group nothing is taken."""
    asker = await asker_of(update, context.deps)
    words = context.args or []
    gone = await deleted_at_once(update, context) if words else True
    if not asker.private:
        text = asker.texts("Only in a private chat with me. Change the password: others saw it.")
        await say(update, context, text if words else asker.texts("Only in a private chat with me."))
        return
    entries = await entries_of(context, asker)
    if not entries:
        await say(update, context, _stays(asker, gone) + asker.texts("There is nothing here that asks for an account."))
    elif len(entries) > 1:
        rows = [[(entry.label[:60], data("lg", *entry.args))] for entry in entries[:40]]
        await show(update, context, _stays(asker, gone) + asker.texts("Which account?"), *rows)
    elif len(words) > 1:
        await _keep(update, context, asker, entries[0], words[0], " ".join(words[1:]), gone=gone)
    else:
        await _ask(update, context, asker, entries[0])


async def picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The account's button."""
    asker = await asker_of(update, context.deps)
    await _ask(update, context, asker, await _entry(context, asker, args))


async def _entry(context: Context, asker: Asker, args: tuple[str, ...]) -> Entry:
    if not asker.private:
        raise ValueError("accounts are entered in private chats")
    for entry in await entries_of(context, asker):
        if entry.args == args:
            return entry
    raise ValueError("no such account")


async def _ask(update: Update, context: Context, asker: Asker, entry: Entry) -> None:
    texts = asker.texts
    lines = [
        texts("Send me the user name of {account} and, after it or below it, the password.").format(
            account=f"<b>{escape(entry.label)}</b>"
        ),
        texts(
            "I delete your message at once and keep the password encrypted. I sign in with it and read the homework, "
            "the tests, the timetable and the holidays, nothing else; I change nothing there."
        ),
        texts(
            "It is your own account and your own responsibility: read the terms of the system first. "
            "/logout removes it."
        ),
    ]
    await ask(update, context, asker, "\n\n".join(lines), "lg", *entry.args)


async def answered(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """User name and password: the message is deleted before anything else."""
    gone = await deleted_at_once(update, context)
    asker = await asker_of(update, context.deps)
    entry = await _entry(context, asker, args)
    message = update.effective_message
    words = ((message.text if message else "") or "").split(None, 1)
    if len(words) != 2:
        text = asker.texts("I need a user name and a password. Nothing was kept; try again: /login")
        await say(update, context, _stays(asker, gone) + text)
        return
    await _keep(update, context, asker, entry, words[0], words[1].strip(), gone=gone)


async def _keep(
    update: Update, context: Context, asker: Asker, entry: Entry, username: str, password: str, *, gone: bool
) -> None:
    await keep(context.deps, asker, entry, username, password)
    text = asker.texts("Kept, encrypted. I read it within a minute; what it says comes into /homework.")
    await say(update, context, _stays(asker, gone) + text)


def _stays(asker: Asker, gone: bool) -> str:
    if gone:
        return ""
    return asker.texts("I could not delete your message with the password: please do it yourself.") + "\n"


COMMAND = Command(
    name="login",
    summary=mark("enter the account of an e-diary"),
    run=run,
    presses={"lg": picked},
    answers={"lg": answered},
    in_groups=False,
    order=70,
)
