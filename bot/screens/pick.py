"""Picking a class: school, then grade, then letter; typed names are matched at any step."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot.buttons import data
from bot.context import Context
from bot.grades import FLAT, by_grade
from bot.keyboards import in_rows
from bot.model import TargetKind
from bot.names import match_name, nearest_names
from bot.screens import Asker, show
from bot.store import schools
from bot.store.schools import School, StoredTarget


async def ask_school(update: Update, context: Context, asker: Asker) -> None:
    """Ask for the school, or go on at once where there is only one."""
    found = await schools.all_schools(context.deps.db)
    if not found:
        await show(update, context, asker.texts("No school is set up yet. The bot's admin adds one."))
    elif len(found) == 1:
        await ask_grade(update, context, asker, found[0])
    else:
        rows = in_rows([(school.name, data("school", school.id)) for school in found], 1)
        await show(update, context, asker.texts("Which school?"), *rows)


async def ask_grade(update: Update, context: Context, asker: Asker, school: School) -> None:
    """Ask for the grade, or for the class at once where there are few."""
    classes = await schools.targets_of(context.deps.db, school.id, TargetKind.CLASS)
    if not classes:
        await show(
            update, context, asker.texts("The school's list of classes has not been read yet. Try again in a minute.")
        )
        return
    if len(classes) <= FLAT:
        await _ask_class(update, context, asker, school, classes, back=False)
        return
    grades = by_grade([target.name for target in classes])
    cells = [(grade or "…", data("grade", school.id, grade)) for grade in grades]
    await show(update, context, asker.texts("Which grade?"), *in_rows(cells, 4))


async def ask_letter(update: Update, context: Context, asker: Asker, school: School, grade: str) -> None:
    """Ask for the class of a grade."""
    classes = await schools.targets_of(context.deps.db, school.id, TargetKind.CLASS)
    names = set(by_grade([target.name for target in classes]).get(grade, ()))
    wanted = [target for target in classes if target.name in names]
    await _ask_class(update, context, asker, school, wanted, back=True)


async def _ask_class(
    update: Update, context: Context, asker: Asker, school: School, classes: list[StoredTarget], *, back: bool
) -> None:
    rows = in_rows([(target.name, data("class", target.id)) for target in classes], 4)
    if back:
        rows.append([("◀", data("school", school.id))])
    await show(update, context, asker.texts("Which class?"), *rows)


async def named(context: Context, text: str) -> tuple[StoredTarget | None, list[StoredTarget]]:
    """The class that a person's spelling means in any school, or None; and those whose names look most like it."""
    near: list[StoredTarget] = []
    for school in await schools.all_schools(context.deps.db):
        listed = await schools.targets_of(context.deps.db, school.id, TargetKind.CLASS)
        targets = {target.name: target for target in listed}
        found = match_name(text, list(targets))
        if found is not None:
            return targets[found], []
        near += [targets[name] for name in nearest_names(text, list(targets))]
    return None, near


async def ask_when(update: Update, context: Context, asker: Asker, target: StoredTarget) -> None:
    """The last question: when the timetable should come."""
    texts = asker.texts
    await show(
        update,
        context,
        texts("When should the timetable of {name} come?").format(name=escape(target.name)),
        [(texts("The evening before, 18:00"), data("when", target.id, "e"))],
        [(texts("In the morning, 07:00"), data("when", target.id, "m"))],
        [(texts("Only when something changes"), data("when", target.id, "c"))],
    )
