"""The schools on the screen: the list, and one school with everything that can be changed about it."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.buttons import data
from bot.context import Context
from bot.keyboards import in_rows
from bot.screens import Asker, show
from bot.store import schools
from bot.store.schools import Feed, School
from bot.texts import Texts


async def show_schools(update: Update, context: Context, asker: Asker) -> None:
    """Every school as a button, and how to add one."""
    texts = asker.texts
    found = await schools.all_schools(context.deps.db)
    head = texts("Schools: {count}").format(count=len(found))
    how = texts("To add one: {command}").format(command=f"<code>/school add {escape(texts('ADDRESS'))}</code>")
    rows = in_rows([(school.name, data("sc", school.id)) for school in found], 1)
    await show(update, context, f"{head}\n{how}", *rows)


async def show_school(update: Update, context: Context, asker: Asker, school: School, *, lead: str = "") -> None:
    """One school: its feeds, its settings, and the commands that change them, ready to be copied."""
    texts = asker.texts
    feeds = await schools.feeds_of(context.deps.db, school.id)
    lines = [lead] if lead else []
    lines += [f"<b>{escape(school.name)}</b> · <code>{escape(school.id)}</code>"]
    lines += [_feed_line(number, feed) for number, feed in enumerate(feeds)]
    lines += [
        texts("Time zone: {zone}").format(zone=escape(school.timezone.key)),
        texts("Holidays: {count}").format(count=len(school.calendar.holidays)),
        texts("Week types: {weeks}").format(weeks=escape(_weeks(texts, school))),
        "",
        *(f"<code>/school {escape(school.id)} {escape(words)}</code>" for words in _ways(texts)),
        f"<code>/holiday {escape(school.id)} 2026-12-23..2027-01-06 …</code>",
    ]
    rows = [
        [(texts("Remove this school …"), data("scdel", school.id))],
        [("◀", data("scl"))],
    ]
    await show(update, context, "\n".join(lines), *rows)


def _feed_line(number: int, feed: Feed) -> str:
    key = " 🔑" if feed.sealed_password is not None else ""
    return f"{number + 1}. {escape(feed.source)}{key}: {escape(feed.url)}"


def _weeks(texts: Texts, school: School) -> str:
    calendar = school.calendar
    if calendar.anchor is None or not calendar.weeks:
        return texts("none")
    return f"{' '.join(calendar.weeks)} {calendar.anchor.isoformat()}"


def _ways(texts: Texts) -> tuple[str, ...]:
    return (
        f"name {texts('NEW NAME')}",
        "zone Europe/Vilnius",
        f"url {texts('ADDRESS')}",
        f"also {texts('ADDRESS OF THE SUBSTITUTIONS')}",
        "weeks A B 2026-08-31",
        f"account {texts('USER')} {texts('PASSWORD')}",
    )
