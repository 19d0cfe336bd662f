"""/holiday: the days without school that the admin sets."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot import dates
from bot.buttons import data
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import Asker, asker_of, show
from bot.screens.school_edit import with_holiday, without_holiday
from bot.store import schools
from bot.store.schools import School
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """`/holiday`, `/holiday [ID] 2026-12-23..2027-01-06 Christmas`."""
    asker = await asker_of(update, context.deps)
    deps = context.deps
    words = list(context.args or [])
    found = await schools.all_schools(deps.db)
    school = next((school for school in found if words and school.id == words[0]), None)
    if school is not None:
        del words[0]
    elif len(found) == 1:
        school = found[0]
    if school is None:
        ids = "\n".join(f"<code>/holiday {escape(each.id)}</code> {escape(each.name)}" for each in found)
        await show(update, context, asker.texts("Which school?") + f"\n{ids}")
        return
    if words:
        school = with_holiday(school, " ".join(words))
        async with deps.db.transaction() as transaction:
            await schools.put_school(transaction, school, deps.now())
    await _show(update, context, asker, school)


async def _show(update: Update, context: Context, asker: Asker, school: School) -> None:
    texts = asker.texts
    lines = [f"<b>{escape(school.name)}</b>"]
    rows = []
    for free in school.calendar.holidays:
        ends = dict.fromkeys(dates.short_date(texts.language, day) for day in (free.first, free.last))
        span = " – ".join(ends)
        lines.append(f"{span} {free.last.year} {escape(free.name)}".rstrip())
        rows.append([(f"✕ {span}", data("hol", school.id, free.first.isoformat()))])
    if not rows:
        lines.append(texts("No holidays are set."))
    example = f"<code>/holiday {escape(school.id)} 2026-12-23..2027-01-06 {escape(texts('Christmas'))}</code>"
    lines.append(texts("To add: {example}").format(example=example))
    await show(update, context, "\n".join(lines), *rows)


async def removed(update: Update, context: Context, args: tuple[str, ...]) -> None:
    """The button of one span."""
    asker = await asker_of(update, context.deps)
    deps = context.deps
    school = await schools.school_by_id(deps.db, args[0])
    if school is None:
        raise ValueError("the school is gone")
    school = without_holiday(school, args[1])
    async with deps.db.transaction() as transaction:
        await schools.put_school(transaction, school, deps.now())
    await _show(update, context, asker, school)


COMMAND = Command(
    name="holiday",
    summary=mark("days without school"),
    run=run,
    presses={"hol": removed},
    audience=Audience.ADMIN,
    order=202,
)
