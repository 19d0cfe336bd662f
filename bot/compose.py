"""What is shown of a target: the content (words, picture) of its days, made once for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape

from bot import dates, memory, render
from bot.buttons import data
from bot.context import Deps
from bot.drawn import frame_of, words_of
from bot.keyboards import Row, buttons_of
from bot.model import Exam, Homework, Lesson
from bot.plans import STALE_POLLS, Timetable, timetable_of
from bot.render import view
from bot.store import pictures, schools
from bot.store.chats import Chat
from bot.store.homework import EVERYBODY, Viewer
from bot.store.outbox import Content
from bot.store.schools import School, StoredTarget
from bot.term import pause_factor
from bot.texts import Texts, texts_in
from bot.texts import day as day_texts
from bot.timetable import Day, in_groups


@dataclass(frozen=True, slots=True)
class Look:
    """How a chat wants to see things."""

    language: str
    theme: str = "light"
    format: str = "image"


def look_of(chat: Chat) -> Look:
    """How a chat wants to see things."""
    return Look(chat.language, chat.theme, chat.format)


async def day_content(
    deps: Deps,
    target: StoredTarget,
    day: date,
    look: Look,
    *,
    groups: Sequence[str] = (),
    label: str = "",
    lead: str = "",
    buttons: Sequence[Row] = (),
    table: Timetable | None = None,
    viewer: Viewer = EVERYBODY,
) -> Content:
    """One day in words and, when it has lessons, as a picture. `lead` is HTML that stands above everything, `label` the
    chat's own name for the target; it stands in the words alone, for all see the same picture."""
    table = table or await timetable_of(deps, target, day, 1, viewer=viewer)
    texts = texts_in(look.language)
    if not table.days:
        return Content(_never_read(texts), keyboard=buttons_of(*buttons))
    shown = of_groups(table.day(day), groups)
    due = [task for task in table.homework if task.due == day]
    exams = [exam for exam in table.exams if exam.date == day]
    head = day_texts.headline(texts, shown, _whose(table, label), rows_only=table.rows_only)
    words = [lead, head, _freshness(deps, texts, table)]
    twin = day_texts.twin(texts, shown, due, exams, whose=target.kind)
    picture = None
    if shown.lessons and look.format != "text":
        slots = await slots_of(deps, table.school, [*shown.lessons, *due])
        card = view.day_view(
            shown.lessons,
            frame=_frame(deps, texts, table, dates.day_title(look.language, day), shown.week, below=_whose(table)),
            words=words_of(texts),
            slots=slots,
            lang=look.language,
            homework=due,
            exams=exams,
            bells=shown.bells,
            whose=target.kind,
        )
        picture = await picture_of(deps, card, look)
    more = (texts("Text"), data("t", target.id, "d", f"{day:%Y%m%d}"))
    return _content("\n".join(filter(None, words)), twin, picture, look, [*buttons], more)


async def week_content(
    deps: Deps,
    target: StoredTarget,
    monday: date,
    look: Look,
    *,
    groups: Sequence[str] = (),
    label: str = "",
    lead: str = "",
    buttons: Sequence[Row] = (),
    viewer: Viewer = EVERYBODY,
) -> Content:
    """A week in words and as a picture: Monday to Friday, to Saturday when there are lessons then."""
    table = await timetable_of(deps, target, monday, 7, viewer=viewer)
    texts = texts_in(look.language)
    if not table.days:
        return Content(_never_read(texts), keyboard=buttons_of(*buttons))
    days = [of_groups(day, groups) for day in table.days]
    days = [day for day in days if day.date.weekday() < 5 or day.lessons]
    last = days[-1].date
    title = f"{target.name} · {dates.week_range(look.language, monday, last)}"
    due = [task for task in table.homework if task.due and monday <= task.due <= last]
    exams = [exam for exam in table.exams if exam.date and monday <= exam.date <= last]
    lessons = [lesson for day in days for lesson in day.lessons]
    head = f"<b>{escape(f'{label}, {title}' if label else title)}</b> · {escape(table.school.name)}"
    words = [lead, head, _freshness(deps, texts, table)]
    picture = None
    if lessons and look.format != "text":
        slots = await slots_of(deps, table.school, [*lessons, *due])
        grid = view.week_view(
            lessons,
            days=view.day_heads(
                look.language,
                [day.date for day in days],
                [day_texts.why_empty(texts, day, rows_only=table.rows_only) for day in days],
            ),
            frame=_frame(deps, texts, table, title, days[0].week, below=table.school.name),
            words=words_of(texts),
            slots=slots,
            lang=look.language,
            homework=due,
            exams=exams,
            bells=days[0].bells,
            whose=target.kind,
        )
        picture = await picture_of(deps, grid, look)
    more = (texts("Text"), data("t", target.id, "w", f"{monday:%Y%m%d}"))
    return _content(
        "\n".join(filter(None, words)),
        day_texts.week_twin(texts, days, rows_only=table.rows_only, whose=target.kind),
        picture,
        look,
        [*buttons],
        more,
    )


async def words_in_parts(
    deps: Deps,
    target: StoredTarget,
    first: date,
    look: Look,
    *,
    groups: Sequence[str] = (),
    week: bool,
    viewer: Viewer = EVERYBODY,
) -> list[str]:
    """Every word of a day or of a week, in messages that Telegram takes. HTML."""
    table = await timetable_of(deps, target, first, 7 if week else 1, viewer=viewer)
    texts = texts_in(look.language)
    if not table.days:
        return [_never_read(texts)]
    days = [of_groups(day, groups) for day in table.days]
    if week:
        shown = [day for day in days if day.date.weekday() < 5 or day.lessons]
        body = day_texts.week_twin(texts, shown, rows_only=table.rows_only, whose=target.kind)
        return day_texts.parts(f"<b>{escape(_whose(table))}</b>\n\n{body}")
    due = [task for task in table.homework if task.due == first]
    exams = [exam for exam in table.exams if exam.date == first]
    head = day_texts.headline(texts, days[0], _whose(table), rows_only=table.rows_only)
    return day_texts.parts(f"{head}\n\n{day_texts.twin(texts, days[0], due, exams, whose=target.kind)}")


def of_groups(day: Day, groups: Sequence[str]) -> Day:
    """The day with the lessons that concern somebody who picked these groups."""
    return replace(day, lessons=tuple(lesson for lesson in day.lessons if in_groups(lesson, groups)))


def _content(
    head: str, twin: str, picture: str | None, look: Look, buttons: list[Row], more: tuple[str, str]
) -> Content:
    """Head and twin as they fit: folded below a picture, in the open where words are wanted, else behind a button."""
    whole: str | None
    if picture is None or look.format == "both":
        whole = f"{head}\n\n{twin}" if twin else head
        if day_texts.visible_length(whole) > (day_texts.TEXT_LIMIT if picture is None else day_texts.CAPTION_LIMIT):
            whole = None
    else:
        whole = day_texts.folded(head, twin, day_texts.CAPTION_LIMIT)
    if whole is None:
        buttons = [*buttons[:1], [*(buttons[1] if len(buttons) > 1 else ()), more], *buttons[2:]]
    return Content(whole or head, picture=picture, keyboard=buttons_of(*buttons), as_document=look.format == "file")


async def slots_of(deps: Deps, school: School, shown: Iterable[Lesson | Homework | Exam]) -> dict[str, int]:
    """The colour slots of the subjects, kept per school so that a subject never changes its colour."""
    known = await schools.slots_of(deps.db, school.id)
    slots = render.assign_slots([item.subject for item in shown], known)
    new = {subject: slot for subject, slot in slots.items() if subject not in known}
    if new:
        async with deps.db.transaction() as transaction:
            await schools.put_slots(transaction, school.id, new)
    return slots


async def picture_of(deps: Deps, shown: render.DayView | render.WeekView | render.HomeworkView, look: Look) -> str:
    """The hash of the drawn picture; it is drawn only when nobody has needed it before."""
    theme = render.THEMES.get(look.theme, render.THEMES["light"])
    key = render.content_hash(shown, theme)
    if await pictures.has(deps.db, key):
        return key
    if isinstance(shown, render.DayView):
        png = await deps.worker.run(render.draw_day, shown, theme)
    elif isinstance(shown, render.WeekView):
        png = await deps.worker.run(render.draw_week, shown, theme)
    else:
        png = await deps.worker.run(render.draw_homework, shown, theme)
    async with deps.db.transaction() as transaction:
        await pictures.put(transaction, key, png, deps.now())
    return key


def _frame(deps: Deps, texts: Texts, table: Timetable, title: str, week: str, *, below: str) -> view.Frame:
    changed = table.changed_at.astimezone(table.school.timezone) if table.changed_at else None
    frame = frame_of(texts, title, below=below, week=week, changed=changed, host=table.host)
    return replace(frame, signature=deps.signature())


def _whose(table: Timetable, label: str = "") -> str:
    name = f"{label}, {table.target.name}" if label else table.target.name
    return f"{name} · {table.school.name}"


def _freshness(deps: Deps, texts: Texts, table: Timetable) -> str:
    """The line that says how old the data is, when it is older than two poll intervals; these are longer at night, at
    weekends and in holidays, unless the page cannot be read."""
    now = deps.clock.now()
    if table.checked_at is None:
        return ""
    if table.failing_since is not None:
        limit = timedelta(minutes=deps.config.poll_minutes * STALE_POLLS)
        return day_texts.stale(texts, table.checked_at, now) if now - table.checked_at > limit else ""
    moments = (moment.astimezone(table.school.timezone) for moment in (table.checked_at, now))
    factor = max(pause_factor(moment, table.free) for moment in moments)
    limit = timedelta(seconds=table.pause * factor * STALE_POLLS)
    return day_texts.aged(texts, table.checked_at, now) if now - table.checked_at > limit else ""


def _never_read(texts: Texts) -> str:
    return texts("The school's page has not been read yet. As soon as it answers, the timetable is here.")


async def put_away(deps: Deps) -> None:
    """After a round or the digests: forget what drawing keeps, and give what was freed back to the system."""
    with suppress(TimeoutError):  # the thread has much to do: next time
        await deps.worker.run(render.forget)
    memory.give_back()
