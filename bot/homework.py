"""Homework as it is shown: one page of what is to be done, the tests, in words and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from itertools import groupby

from bot import compose, dates, plans
from bot.buttons import data
from bot.compose import Look
from bot.context import Deps
from bot.drawn import words_of
from bot.keyboards import Row, buttons_of
from bot.model import Plan
from bot.render import HomeworkView, view
from bot.store import homework, schools, ticks
from bot.store.homework import Task, Viewer
from bot.store.outbox import Content
from bot.store.schools import School, StoredTarget
from bot.texts import Texts, texts_in
from bot.texts import day as day_texts
from bot.texts import homework as words
from bot.timetable import days_of

PER_PAGE = 8
LABEL = 34  # characters of a tick button
AHEAD = 14  # days in which a test is shown beside the homework


@dataclass(frozen=True, slots=True)
class Ticks:
    """What is ticked: by the one person whose list it is, or, in a group, by how many of how many."""

    mine: frozenset[int] = frozenset()
    counts: Mapping[int, int] | None = None
    members: int = 0


async def ticks_of(deps: Deps, tasks: Sequence[Task], user_id: int, *, members: int | None) -> Ticks:
    """The ticks to show; `members` None = a private chat, else how many people the group has (0 = unknown)."""
    numbers = [task.id for task in tasks]
    if members is None:
        return Ticks(frozenset(await ticks.ticked_by(deps.db, numbers, user_id)))
    return Ticks(counts=await ticks.tick_counts(deps.db, numbers), members=members)


async def homework_content(
    deps: Deps,
    target: StoredTarget,
    look: Look,
    *,
    viewer: Viewer,
    user_id: int,
    members: int | None,
    first: date,
    page: int = 0,
) -> Content:
    """What is to be done from `first` on, by day, a page of it, with a button to tick each task.

    In a private chat the ticks are the person's; in a group (`members`) the list says how many have done it.
    """
    texts = texts_in(look.language)
    school = await _school(deps, target)
    today = school.today(deps.clock.now())
    found = await homework.visible(deps.db, target, viewer, first=first)
    tasks = [task for task in found if task.kind == "homework"]
    last_page = max(0, (len(tasks) - 1) // PER_PAGE)
    page = min(page, last_page)
    shown = tasks[page * PER_PAGE : (page + 1) * PER_PAGE]
    ticks = await ticks_of(deps, shown, user_id, members=members)
    head = f"<b>{escape(texts('Homework'))}</b> · {escape(f'{target.name} · {school.name}')}"
    if last_page:
        head += f" · {page + 1}/{last_page + 1}"
    lines = _lines(texts, shown, ticks, today)
    exams = [task for task in found if task.kind == "exam" and task.due and task.due <= today + timedelta(days=AHEAD)]
    if exams and not page:
        lines += ["", f"<b>{escape(texts('Tests'))}</b>", *(words.exam_line(texts, task.exam) for task in exams)]
    if not tasks:
        lines = [escape(texts("Nothing to do.")), *lines]
    picture = None
    if shown and look.format != "text":
        drawn = await _view(deps, school, target, texts, shown, ticks=ticks, exams=[] if page else exams)
        picture = await compose.picture_of(deps, drawn, look)
    rows = [_task_row(task, ticks, target, first, page) for task in shown]
    rows += _navigation(texts, target, first, page, last_page)
    return _content(head, lines, texts, picture, look, rows)


async def exams_content(deps: Deps, target: StoredTarget, look: Look, *, viewer: Viewer) -> Content:
    """The tests to come."""
    texts = texts_in(look.language)
    school = await _school(deps, target)
    today = school.today(deps.clock.now())
    exams = [task for task in await homework.visible(deps.db, target, viewer, first=today) if task.kind == "exam"]
    head = f"<b>{escape(texts('Tests'))}</b> · {escape(f'{target.name} · {school.name}')}"
    lines = [words.exam_line(texts, task.exam) for task in exams] or [escape(texts("No tests are announced."))]
    picture = None
    if exams and look.format != "text":
        drawn = await _view(deps, school, target, texts, [], ticks=Ticks(), exams=exams)
        picture = await compose.picture_of(deps, drawn, look)
    rows: list[Row] = [[(texts("Homework"), data("h", target.id, f"{today:%Y%m%d}"))]]
    return _content(head, lines, texts, picture, look, rows)


async def school_days(deps: Deps, target: StoredTarget, first: date, count: int) -> list[date]:
    """Those of `count` days from `first` that have school. Of a day that nobody has published: Monday to Friday."""
    table = await plans.timetable_of(deps, target, first, count)
    days = table.days or days_of(Plan(), extra=(), first=first, count=count, calendar=table.school.calendar)
    return [day.date for day in days if table.may_have_school(day)]


async def _school(deps: Deps, target: StoredTarget) -> School:
    school = await schools.school_by_id(deps.db, target.school_id)
    assert school is not None  # targets hang on schools in the database
    return school


def _lines(texts: Texts, tasks: Sequence[Task], ticks: Ticks, today: date) -> list[str]:
    lines: list[str] = []
    for due, of_day in groupby(tasks, key=lambda task: task.due):
        lines += ["", f"<b>{escape(words.due_title(texts, due, today))}</b>"]
        for task in of_day:
            mark = words.DONE if task.id in ticks.mine else words.OPEN
            tail = "📷" if task.photo else ""
            if ticks.counts is not None:
                tail = f"{tail} · {_done(texts, ticks, task)}".strip()
            lines.append(words.task_line(texts, task.homework, mark=mark, tail=tail))
    return lines[1:]


def _done(texts: Texts, ticks: Ticks, task: Task) -> str:
    """«3 of 24 done»."""
    count = (ticks.counts or {}).get(task.id, 0)
    if not ticks.members:
        return texts.plural("{count} done", "{count} done", count)
    return texts("{done} of {all} done").format(done=count, all=max(ticks.members, count))


def _task_row(task: Task, ticks: Ticks, target: StoredTarget, first: date, page: int) -> Row:
    mark = "☑" if task.id in ticks.mine else "☐"
    text = "" if task.text == task.subject else task.text
    name = " ".join(f"{task.subject}: {text}".strip(" :").split())
    label = name if len(name) <= LABEL else name[: LABEL - 1].rstrip() + "…"
    row = [(f"{mark} {label}", data("ht", target.id, f"{first:%Y%m%d}", page, task.id))]
    if task.photo:
        row.append(("📷", data("hf", task.id)))
    if task.feed_id is None:
        row.append(("✏️", data("hm", task.id)))
    return row


def _navigation(texts: Texts, target: StoredTarget, first: date, page: int, last_page: int) -> list[Row]:
    day = f"{first:%Y%m%d}"
    rows: list[Row] = []
    if last_page:
        rows.append(
            [
                ("◀", data("h", target.id, day, (page - 1) % (last_page + 1))),
                ("▶", data("h", target.id, day, (page + 1) % (last_page + 1))),
            ]
        )
    rows.append(
        [
            (texts("+ Add"), data("hn", target.id)),
            (texts("Tests"), data("he", target.id)),
            ("⚙", data("hs", target.id)),
        ]
    )
    return rows


async def _view(
    deps: Deps,
    school: School,
    target: StoredTarget,
    texts: Texts,
    tasks: Sequence[Task],
    *,
    ticks: Ticks,
    exams: Sequence[Task],
) -> HomeworkView:
    slots = await compose.slots_of(deps, school, [task.homework for task in (*tasks, *exams)])
    days = [
        view.DueDay(
            dates.day_title(texts.language, due) if due else texts("No date"),  # tomorrow the picture is looked at too
            tuple(view.Task(task.homework, task.id in ticks.mine) for task in of_day),
        )
        for due, of_day in groupby(tasks, key=lambda task: task.due)
    ]
    return HomeworkView(
        frame=view.Frame(
            title=texts("Homework") if tasks else texts("Tests"),
            subtitle=f"{target.name} · {school.name}",
            signature=deps.signature(),
        ),
        days=tuple(days),
        words=words_of(texts),
        slots={task.subject: slots[task.subject] for task in (*tasks, *exams) if task.subject in slots},
        exams=tuple((dates.short_date(texts.language, task.due) if task.due else "", task.exam) for task in exams),
        lang=texts.language,
    )


def _content(
    head: str, lines: Sequence[str], texts: Texts, picture: str | None, look: Look, rows: Sequence[Row]
) -> Content:
    """Words below the picture are folded, and left out where they do not fit: the picture and the buttons say them."""
    text: str | None
    if picture is None:
        text = words.fitting(head, lines, texts)
    else:
        text = day_texts.folded(head, "\n".join(lines), day_texts.CAPTION_LIMIT) or words.fitting(
            head, lines, texts, day_texts.CAPTION_LIMIT
        )
    return Content(text, picture=picture, keyboard=buttons_of(*rows), as_document=look.format == "file")
