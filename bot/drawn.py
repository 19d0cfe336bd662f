"""A plan as one picture without a database: what `inspect --png` and the preview of a new school show; and the words
that stand in and around every picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import dates, render
from bot.errors import SourceError
from bot.model import Calendar, Lesson, Plan, TargetKind
from bot.render import view
from bot.texts import Texts, texts_in
from bot.texts import day as day_texts
from bot.timetable import days_of


class NothingToDraw(SourceError):
    """The plan has no lesson and no substitution in the days that were asked for."""

    advice = "choose another --date, or read it with --text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the picture shows. `day` None = the week of `first`; `first` None = the first week that has anything.

    `name` "": whoever's page it is; `kind` None: a whole school's.
    """

    name: str
    kind: TargetKind | None
    timezone: ZoneInfo
    source: str
    first: date | None = None
    day: date | None = None
    language: str = "en"
    theme: str = "light"


def draw(plan: Plan, sheet: Sheet) -> bytes:
    """The picture as PNG. Raises NothingToDraw."""
    if not sheet.name:
        name, kind = _owner(plan)
        sheet = replace(sheet, name=name, kind=kind)
    if sheet.day is not None:
        return _day(plan, sheet, sheet.day)
    dated = sorted(
        {lesson.date for lesson in plan.lessons if lesson.date} | {row.date for row in plan.substitutions if row.date}
    )
    if sheet.first is None and not dated:
        return _weekly(plan, sheet)
    first = sheet.first or dated[0]
    return _week(plan, sheet, first - timedelta(days=first.weekday()))


def _owner(plan: Plan) -> tuple[str, TargetKind | None]:
    """Whose page it is, as far as its lessons say: what all of them have in common. "" and None: a whole school's."""
    if len(plan.targets) == 1:
        return plan.targets[0].name, plan.targets[0].kind
    classes = {lesson.classes for lesson in plan.lessons}
    if len(classes) == 1:
        return ", ".join(classes.pop()), TargetKind.CLASS
    for kind, seen in (
        (TargetKind.TEACHER, {lesson.teachers for lesson in plan.lessons}),
        (TargetKind.ROOM, {lesson.rooms for lesson in plan.lessons}),
    ):
        if len(seen) == 1 and (name := ", ".join(seen.pop())):
            return name, kind
    return "", None


def _day(plan: Plan, sheet: Sheet, day: date) -> bytes:
    (shown,) = days_of(plan, extra=(), first=day, count=1, calendar=Calendar())
    _refuse_empty(shown.lessons, "on", day)
    made = view.day_view(
        shown.lessons,
        frame=_frame(plan, sheet, dates.day_title(sheet.language, day), shown.week, whose=sheet.name),
        words=words_of(texts_in(sheet.language)),
        slots=_slots(shown.lessons),
        lang=sheet.language,
        homework=[task for task in plan.homework if task.due == day],
        exams=[exam for exam in plan.exams if exam.date == day],
        bells=plan.bells,
        whose=sheet.kind,
    )
    return render.draw_day(made, render.THEMES[sheet.theme])


def _week(plan: Plan, sheet: Sheet, monday: date) -> bytes:
    days = days_of(plan, extra=(), first=monday, count=7, calendar=Calendar())
    days = tuple(day for day in days if day.date.weekday() < 5 or day.lessons)
    lessons = [lesson for day in days for lesson in day.lessons]
    _refuse_empty(lessons, "in the week of", monday)
    title = dates.week_range(sheet.language, monday, days[-1].date)
    why = [day_texts.why_empty(texts_in(sheet.language), day, rows_only=not plan.lessons) for day in days]
    heads = view.day_heads(sheet.language, [day.date for day in days], why)
    return _grid(plan, sheet, lessons, title, heads, days[0].week)


def _weekly(plan: Plan, sheet: Sheet) -> bytes:
    """A plan without dates: its weekdays are the columns."""
    lessons = plan.lessons
    if not lessons:
        raise NothingToDraw("the plan has no lessons to draw")
    last = max(4, *(lesson.weekday or 0 for lesson in lessons))
    return _grid(plan, sheet, lessons, "", view.weekday_heads(sheet.language, range(last + 1)), "")


def _grid(
    plan: Plan, sheet: Sheet, lessons: Sequence[Lesson], title: str, heads: tuple[view.DayHead, ...], week: str
) -> bytes:
    title = " · ".join(filter(None, (sheet.name, title)))
    made = view.week_view(
        lessons,
        days=heads,
        frame=_frame(plan, sheet, title or plan.school or sheet.source, week),
        words=words_of(texts_in(sheet.language)),
        slots=_slots(lessons),
        lang=sheet.language,
        homework=plan.homework,
        exams=plan.exams,
        bells=plan.bells,
        whose=sheet.kind,
    )
    return render.draw_week(made, render.THEMES[sheet.theme])


def words_of(texts: Texts) -> view.Words:
    """The words that stand in pictures."""
    return view.Words(
        cancelled=texts("cancelled"),
        changed=texts("changed"),
        added=texts("added"),
        moved=texts("moved"),
        exam=texts("test"),
        homework=texts("homework"),
        free=texts("free period"),
        week=texts("week {name}"),
    )


def _frame(plan: Plan, sheet: Sheet, title: str, week: str, *, whose: str = "") -> view.Frame:
    texts = texts_in(sheet.language)
    updated = plan.updated.astimezone(sheet.timezone) if plan.updated else None
    below = " · ".join(name for name in (whose, plan.school) if name and name != title)
    return frame_of(texts, title, below=below, week=week, changed=updated, host=sheet.source)


def frame_of(texts: Texts, title: str, *, below: str, week: str, changed: datetime | None, host: str) -> view.Frame:
    """What stands around a picture. `changed` is shown as it is: in the school's time."""
    foot = [
        texts("Changed {when}").format(when=_instant(texts.language, changed)) if changed else "",
        texts("source: {host}").format(host=host) if host else "",
    ]
    return view.Frame(
        title=title,
        subtitle=below,
        week=texts("week {name}").format(name=week) if week else "",
        foot=" · ".join(filter(None, foot)),
    )


def _instant(language: str, instant: datetime) -> str:
    """The date, and the time where the page prints one."""
    day = dates.short_date(language, instant.date())
    return day if instant.time() == time() else f"{day} {instant:%H:%M}"


def _slots(lessons: Sequence[Lesson]) -> dict[str, int]:
    return render.assign_slots([lesson.subject for lesson in lessons], {})


def _refuse_empty(lessons: Sequence[Lesson], when: str, day: date) -> None:
    if not lessons:
        raise NothingToDraw(f"the plan has no lessons to draw {when} {day:%Y-%m-%d}")
