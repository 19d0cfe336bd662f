"""/school: the bot's schools: add (what an address publishes is shown before anything is kept), change, remove."""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from html import escape
from urllib.parse import urlsplit

from telegram import Update
from telegram.error import TelegramError

from bot import notify, trial
from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context, Deps, in_background
from bot.errors import LoginRequired, SourceError, UsageError
from bot.keyboards import keyboard
from bot.scraper.contract import Source
from bot.screens import Asker, asker_of, say, show
from bot.screens.school import show_school, show_schools
from bot.screens.school_edit import EDITS
from bot.store import accounts, outbox, schools
from bot.store.schools import School
from bot.texts import errors, mark

ADDRESS = re.compile(r"(?i)(https?|webcals?)://[^\s/]+\S*")
ID_LENGTH = 24


async def run(update: Update, context: Context) -> None:
    """`/school`, `/school add ADDRESS [SYSTEM]`, `/school ID [WHAT …]`."""
    asker = await asker_of(update, context.deps)
    words = context.args or []
    if not words:
        await show_schools(update, context, asker)
    elif words[0] == "add":
        await _add(update, context, asker, words[1:], school=None, position=0)
    else:
        await _edit(update, context, asker, words)


async def _edit(update: Update, context: Context, asker: Asker, words: list[str]) -> None:
    deps, texts = context.deps, asker.texts
    school = await schools.school_by_id(deps.db, words[0])
    what = words[1] if len(words) > 1 else ""
    if school is None:
        await show_schools(update, context, asker)
    elif what in EDITS:
        school = EDITS[what](school, " ".join(words[2:]))
        async with deps.db.transaction() as transaction:
            await schools.put_school(transaction, school, deps.now())
        await show_school(update, context, asker, school, lead="✓ " + texts("Changed."))
    elif what == "url":
        await _add(update, context, asker, words[2:], school=school, position=0)
    elif what == "also":
        feeds = await schools.feeds_of(deps.db, school.id)
        await _add(update, context, asker, words[2:], school=school, position=len(feeds))
    elif what in {"account", "password"}:
        await _account(update, context, asker, school, words[2:])
    else:
        await show_school(update, context, asker, school)


async def _account(update: Update, context: Context, asker: Asker, school: School, words: list[str]) -> None:
    """Keep the school's own account, sealed; the message that held it is deleted at once."""
    deps, texts = context.deps, asker.texts
    message = update.effective_message
    assert message is not None
    try:
        await context.bot.delete_message(asker.chat.chat_id, message.message_id)
        gone = True
    except TelegramError:
        gone = False
    lead = "" if gone else texts("I could not delete your message with the password: please do it yourself.") + "\n"
    if not asker.private:
        await say(update, context, lead + texts("Only in a private chat with me. Change the password: others saw it."))
        return
    feeds = [feed for feed in await schools.feeds_of(deps.db, school.id) if _takes_password(deps, feed.source)]
    if not words or not feeds:
        await say(update, context, lead + texts("No page of this school asks for a password."))
        return
    username = words[0] if len(words) > 1 else ""
    sealed = await deps.worker.run(deps.vault.sealed, " ".join(words[1:] or words))
    async with deps.db.transaction() as transaction:
        for feed in feeds:
            await accounts.set_password(transaction, feed.id, username, sealed)
    await show_school(update, context, asker, school, lead=lead + "✓ " + texts("Kept, encrypted. I read it now."))


def _takes_password(deps: Deps, system: str) -> bool:
    return system in deps.sources and "password" in deps.sources[system].needs


async def _add(
    update: Update, context: Context, asker: Asker, words: list[str], *, school: School | None, position: int
) -> None:
    """Look at an address in the background, and show what it publishes; nothing is kept before it is confirmed."""
    deps, texts = context.deps, asker.texts
    if not words or not ADDRESS.fullmatch(words[0]):
        example = "<code>/school add https://…</code>"
        await say(
            update, context, texts("The address of the school's plan is missing: {example}").format(example=example)
        )
        return
    source = deps.sources.get(words[1]) if len(words) > 1 else None
    if len(words) > 1 and source is None:
        raise UsageError(
            mark("{name} is not a system that I know. I know: {names}"),
            name=words[1],
            names=", ".join(sorted(deps.sources)),
        )
    await say(update, context, texts("One moment: the school's page is being read."))
    in_background(context, _look(update, context, asker, words[0], source, school, position), update)


async def _look(
    update: Update,
    context: Context,
    asker: Asker,
    url: str,
    source: Source | None,
    school: School | None,
    position: int,
) -> None:
    deps, texts = context.deps, asker.texts
    zone = school.timezone if school else deps.config.timezone
    picture, name = None, ""
    try:
        source = source or await trial.recognised(deps, url)
        found = await trial.try_out(deps, source, url, zone)
    except LoginRequired:
        if source is None or not _takes_password(deps, source.id):
            await say(update, context, texts("The school asks for a login, which this system's source does not take."))
            return
        text = texts("This is {system}.").format(system=f"<b>{escape(source.title)}</b>")
        text += "\n" + texts("It asks for a password: add it now, then send the password in a private chat.")
    except SourceError as error:
        why = f"{errors.reason(texts, type(error).__name__)} ({error})"
        await say(update, context, texts("This cannot be read: {error}").format(error=escape(why)))
        return
    else:
        text, name = trial.told(texts, found), found.plan.school
        picture = await trial.picture(deps, texts, found)
    key = secrets.token_hex(4)
    kept = {"key": key, "url": url, "source": source.id, "name": name, "position": position}
    kept["school"] = school.id if school else ""
    await deps.db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_pending(asker), json.dumps(kept)))
    rows = [[(texts("Yes, take it"), data("scadd", key)), (texts("No"), data("scno", key))]]
    chat = asker.chat
    if picture is None:
        await say(update, context, text, *rows)
    else:
        thread = chat.thread_id or None
        await context.bot.send_photo(
            chat.chat_id, picture, text[:1024], message_thread_id=thread, reply_markup=keyboard(*rows)
        )


def _pending(asker: Asker) -> str:
    return f"adding:{asker.user_id}"


async def confirmed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The school, or the further address of one, is taken; it is read within a second."""
    asker = await asker_of(update, context.deps)
    deps, texts = context.deps, asker.texts
    kept = json.loads(await deps.db.value("SELECT value FROM meta WHERE key = ?", (_pending(asker),)) or "{}")
    if kept.get("key") != args[0]:
        raise ValueError("another address was looked at since")
    async with deps.db.transaction() as transaction:
        school = await schools.school_by_id(transaction, kept["school"])
        if school is None:
            name = " ".join(kept["name"].split())[:80] or urlsplit(kept["url"]).hostname or kept["source"]
            taken = {row["id"] for row in await transaction.all("SELECT id FROM schools")}
            school = School(free_id(name, taken), name, deps.config.timezone)
            await schools.put_school(transaction, school, deps.now())
        await schools.put_feed(transaction, school.id, kept["position"], source=kept["source"], url=kept["url"])
        await transaction.execute("DELETE FROM meta WHERE key = ?", (_pending(asker),))
    await show_school(update, context, asker, school, lead="✓ " + texts("Taken. I read it now."))


async def refused(update: Update, context: Context, _args: tuple[str, ...]) -> None:
    """Nothing is kept."""
    asker = await asker_of(update, context.deps)
    await context.deps.db.write("DELETE FROM meta WHERE key = ?", (_pending(asker),))
    await say(update, context, asker.texts("Nothing was kept."))


def free_id(name: str, taken: set[str]) -> str:
    """A school's id out of its name: a-z, 0-9 and hyphens; a number where it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain)[:ID_LENGTH].strip("-") or "school"
    if base not in taken and base != "add":
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


async def _school(context: Context, school_id: str) -> School:
    school = await schools.school_by_id(context.deps.db, school_id)
    if school is None:
        raise ValueError("the school is gone")
    return school


async def listed(update: Update, context: Context, _args: tuple[str, ...]) -> None:
    """Back to the list."""
    await show_schools(update, context, await asker_of(update, context.deps))


async def picked(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """One school."""
    await show_school(update, context, await asker_of(update, context.deps), await _school(context, args[0]))


async def removing(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """Say what would go, and ask."""
    asker = await asker_of(update, context.deps)
    school = await _school(context, args[0])
    followers = await context.deps.db.value(
        "SELECT count(*) FROM subscriptions JOIN targets ON targets.id = target_id WHERE school_id = ?", (school.id,)
    )
    text = asker.texts.plural(
        "{count} subscription goes with it. There is no way back.",
        "{count} subscriptions go with it. There is no way back.",
        followers,
    )
    rows = [[(asker.texts("Remove it"), data("scgone", school.id)), ("◀", data("sc", school.id))]]
    await show(update, context, f"<b>{escape(school.name)}</b>\n{text}", *rows)


async def removed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """Gone, with everything that hangs on it; who followed it is told why nothing comes any more."""
    asker = await asker_of(update, context.deps)
    deps = context.deps
    school = await _school(context, args[0])
    farewell = await notify.school_removed(deps, school)
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, farewell, deps.now())
        await schools.remove_school(transaction, school.id)
    deps.courier.wake()
    await show_schools(update, context, asker)


COMMAND = Command(
    name="school",
    summary=mark("add, change, remove schools"),
    run=run,
    presses={
        "scl": listed,
        "sc": picked,
        "scdel": removing,
        "scgone": removed,
        "scadd": confirmed,
        "scno": refused,
    },
    audience=Audience.ADMIN,
    order=201,
)
