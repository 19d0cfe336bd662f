"""Picking a class: language, school, grade, letter, when; typed names are matched at any step."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.buttons import data
from bot.context import Context
from bot.grades import FLAT, by_grade
from bot.keyboards import Row, in_rows
from bot.model import TargetKind
from bot.names import match_name, nearest_names
from bot.screens import Asker, show
from bot.screens.access import open_schools
from bot.store import schools, subscriptions
from bot.store.schools import School, StoredTarget
from bot.texts import languages

SUBSCRIPTIONS = 10  # that one chat may have
LABEL = 40  # characters of a button that people still read
LANGUAGE_NAMES = {
    "en": "English",
    "lt": "Lietuvių",
    "pl": "Polski",
    "de": "Deutsch",
    "cs": "Čeština",
    "uk": "Українська",
}


def shortened(name: str, limit: int = LABEL) -> str:
    """A name as it fits on a button."""
    return name if len(name) <= limit else name[: limit - 1].rstrip() + "…"


def language_row(asker: Asker) -> Row:
    """The language that was preselected, and the way to another: a tap only for those whom Telegram misread."""
    code = asker.texts.language
    return [(f"🌐 {LANGUAGE_NAMES.get(code, code)}", data("lang"))]


async def ask_language(update: Update, context: Context, asker: Asker) -> None:
    """Every language there is, each by its own name."""
    cells = [
        (("✅ " if code == asker.texts.language else "") + LANGUAGE_NAMES.get(code, code), data("lang", code))
        for code in languages()
    ]
    await show(update, context, asker.texts("Which language?"), *in_rows(cells, 2))


async def ask_school(update: Update, context: Context, asker: Asker, *, lead: str = "") -> None:
    """Ask for the school, or go on at once where there is only one. `lead` is HTML above the question."""
    found = await open_schools(context.deps, asker)
    if not found:
        known = await schools.all_schools(context.deps.db)
        text = (
            asker.texts("This school is not open to everybody. Ask its admin for the invite link.")
            if known
            else asker.texts("No school is set up yet. The bot's admin adds one.")
        )
        await show(update, context, text)
    elif len(found) == 1:
        await ask_grade(update, context, asker, found[0], lead=lead)
    else:
        rows = in_rows([(shortened(school.name), data("school", school.id)) for school in found[:90]], 1)
        await show(update, context, _under(lead, asker.texts("Which school?")), *rows, language_row(asker))


async def ask_grade(update: Update, context: Context, asker: Asker, school: School, *, lead: str = "") -> None:
    """Ask for the grade, or for the class at once where there are few."""
    classes = await schools.targets_of(context.deps.db, school.id, TargetKind.CLASS)
    if not classes:
        words = asker.texts("The school's list of classes has not been read yet. Try again in a minute.")
        await show(update, context, _under(lead, words))
        return
    lead = _under(lead, f"<b>{escape(school.name)}</b>")
    if len(classes) <= FLAT:
        await _ask_class(update, context, asker, classes, lead=lead)
        return
    grades = by_grade([target.name for target in classes])
    cells = [(grade or "…", data("grade", school.id, grade)) for grade in grades]
    await show(update, context, _under(lead, asker.texts("Which grade?")), *in_rows(cells, 4), language_row(asker))


async def ask_letter(update: Update, context: Context, asker: Asker, school: School, grade: str) -> None:
    """Ask for the class of a grade."""
    classes = await schools.targets_of(context.deps.db, school.id, TargetKind.CLASS)
    names = set(by_grade([target.name for target in classes]).get(grade, ()))
    wanted = [target for target in classes if target.name in names]
    await _ask_class(update, context, asker, wanted, lead=f"<b>{escape(school.name)}</b>", back=school)


async def _ask_class(
    update: Update,
    context: Context,
    asker: Asker,
    classes: list[StoredTarget],
    *,
    lead: str,
    back: School | None = None,
) -> None:
    width = 4 if all(len(target.name) <= 7 for target in classes) else 2
    rows = in_rows([(shortened(target.name), data("class", target.id)) for target in classes[:96]], width)
    rows.append(language_row(asker) if back is None else [("◀", data("school", back.id))])
    await show(update, context, _under(lead, asker.texts("Which class?")), *rows)


async def named(context: Context, asker: Asker, text: str) -> tuple[StoredTarget | None, list[StoredTarget]]:
    """The class that a person's spelling means in a school open to them, or None; and those that look most like it.

    What the chat follows wins where two schools have a class of that name.
    """
    deps = context.deps
    near: list[StoredTarget] = []
    followed = await subscriptions.of_chat(deps.db, asker.chat.chat_id, asker.chat.thread_id)
    for subscription in followed:
        target = await schools.target_by_id(deps.db, subscription.target_id)
        if target is not None and match_name(text, [target.name, subscription.label]) is not None:
            return target, []
    for school in await open_schools(deps, asker):
        listed = await schools.targets_of(deps.db, school.id, TargetKind.CLASS)
        targets = {target.name: target for target in listed}
        found = match_name(text, list(targets))
        if found is not None:
            return targets[found], []
        near += [targets[name] for name in nearest_names(text, list(targets))]
    return None, near


async def offer_near(update: Update, context: Context, asker: Asker, near: list[StoredTarget], verb: str) -> None:
    """The names that look most like what was typed, or that there are none. `verb` takes the target that is picked."""
    if not near:
        await show(update, context, asker.texts("I do not know that class."))
        return
    rows = in_rows([(shortened(item.name), data(verb, item.id)) for item in near[:8]], 4)
    await show(update, context, asker.texts("I do not know that class. Did you mean one of these?"), *rows)


async def ask_when(update: Update, context: Context, asker: Asker, target: StoredTarget) -> None:
    """The last question: when the timetable should come."""
    texts = asker.texts
    await show(
        update,
        context,
        texts("When should the timetable of {name} come?").format(name=f"<b>{escape(target.name)}</b>"),
        [(texts("The evening before, 18:00"), data("when", target.id, "e"))],
        [(texts("In the morning, 07:00"), data("when", target.id, "m"))],
        [(texts("Only when something changes"), data("when", target.id, "c"))],
    )


def _under(lead: str, text: str) -> str:
    return f"{lead}\n\n{text}" if lead else text
