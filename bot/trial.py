"""A first look at an address before it becomes a school's: which system it is, what it publishes. Stores nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from zoneinfo import ZoneInfo

from bot import dates, render
from bot.context import Deps
from bot.drawn import words_of
from bot.errors import SourceChanged
from bot.model import Calendar, Plan, TargetKind
from bot.render import view
from bot.scraper.contract import Http, Query, Source
from bot.scraper.detect import detect_at
from bot.scraper.reading import foreseen, parsed
from bot.select import belonging_to
from bot.texts import Texts
from bot.texts import day as day_texts
from bot.timetable import Day, days_of

WEEKS = 2
NAMES = 12  # classes that are named in the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What an address turned out to be. `sample` is the class of `day`, the first day with lessons, if there is one."""

    source: Source
    plan: Plan
    classes: tuple[str, ...]
    sample: str = ""
    day: Day | None = None


async def recognised(deps: Deps, url: str) -> Source:
    """The system of an address. Raises SourceError."""
    return await detect_at(deps.http.visit(), url, deps.sources.values())


async def try_out(deps: Deps, source: Source, url: str, zone: ZoneInfo) -> Trial:
    """Ask an address as `source` does, its first class where it has classes. Raises SourceError."""
    today = deps.clock.now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    query = Query(url=url, timezone=zone, today=today, start=monday, end=monday + timedelta(weeks=WEEKS))
    http = deps.http.visit()
    plan = await _read(deps, http, source, query)
    classes = tuple(target.name for target in plan.targets if target.kind is TargetKind.CLASS)
    sample = classes[0] if classes else ""
    if sample and source.scope == "target" and not plan.lessons:
        plan = replace(await _read(deps, http, source, replace(query, name=sample)), targets=plan.targets)
    elif sample and plan.lessons:
        plan = belonging_to(plan, TargetKind.CLASS, sample)
    days = days_of(plan, extra=(), first=monday, count=7 * WEEKS, calendar=Calendar())
    held = [day for day in days if day.lessons]
    day = next((day for day in held if day.date >= today), held[0] if held else None)
    return Trial(source=source, plan=plan, classes=classes, sample=sample, day=day if plan.lessons else None)


async def _read(deps: Deps, http: Http, source: Source, query: Query) -> Plan:
    with foreseen(source):
        pages = await source.fetch(http, query)
    try:
        return await deps.worker.run(parsed, source, pages, query)
    except TimeoutError:
        raise SourceChanged("the page took too long to be read") from None


def told(texts: Texts, trial: Trial) -> str:
    """What was found, in words. HTML."""
    lines = [texts("This is {system}.").format(system=f"<b>{escape(trial.source.title)}</b>")]
    if trial.plan.school:
        lines.append(escape(trial.plan.school))
    if trial.classes:
        names = ", ".join(trial.classes[:NAMES]) + (", …" if len(trial.classes) > NAMES else "")
        lines.append(texts("Classes: {count} ({names})").format(count=len(trial.classes), names=escape(names)))
    counts = texts("Lessons: {lessons}, substitutions: {substitutions}, homework: {homework}").format(
        lessons=len(trial.plan.lessons),
        substitutions=len(trial.plan.substitutions),
        homework=len(trial.plan.homework),
    )
    lines.append(f"{escape(trial.sample)}: {counts}" if trial.sample else counts)
    if trial.source.experimental:
        lines.append("⚠ " + texts("This system is supported on trial: compare a few days with the school's own page."))
    if trial.day is not None:
        lines.append(day_texts.headline(texts, trial.day, trial.sample))
    return "\n".join(lines)


async def picture(deps: Deps, texts: Texts, trial: Trial) -> bytes | None:
    """The sample day as a picture, None when there is no day with lessons."""
    if trial.day is None:
        return None
    title = dates.day_title(texts.language, trial.day.date)
    card = view.day_view(
        trial.day.lessons,
        frame=view.Frame(title=title, subtitle=trial.sample or trial.plan.school, week="", foot=""),
        words=words_of(texts),
        slots=render.assign_slots([lesson.subject for lesson in trial.day.lessons], {}),
        lang=texts.language,
        bells=trial.day.bells,
        whose=TargetKind.CLASS,
    )
    return await deps.worker.run(render.draw_day, card, render.THEMES["light"])
