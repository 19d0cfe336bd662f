"""EduPage's list of timetables: which of them is valid on which day, and what a page says of that in its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.errors import SourceChanged
from bot.model import Lesson, Plan
from bot.scraper.contract import Page, Query
from bot.scraper.edupage_tables import Row, said


def timetables_on(answer: Row, day: date) -> list[str]:
    """The numbers of the visible timetables valid on a day, the likeliest first.

    The list is not sorted. A timetable is valid from its `datefrom` on: the latest comes first, among equals the
    school's default. Before the first of them the default is all there is.
    """
    visible, default = _visible(answer)
    begun = [row for row in visible if said(row, "datefrom") <= day.isoformat()]
    order = sorted(begun, key=lambda row: (said(row, "datefrom"), said(row, "tt_num") == default), reverse=True)
    if not order:
        order = sorted(visible, key=lambda row: (said(row, "tt_num") != default, said(row, "datefrom")))[:1]
    return [said(row, "tt_num") for row in order]


def begins(answer: Row, first: date, end: date) -> list[date]:
    """The first day, and each one before `end` on which another timetable begins."""
    later = {day for row in _visible(answer)[0] if (day := _begin(row)) and first < day < end}
    return [first, *sorted(later)]


def begin_of(answer: Row, number: str) -> date | None:
    """The day from which a timetable is valid, if it says so."""
    return next((_begin(row) for row in _visible(answer)[0] if said(row, "tt_num") == number), None)


def is_one_of_several(answer: Row, number: str, day: date) -> bool:
    """Whether the school has other timetables of that school year: those of other buildings, or earlier ones."""
    years = {said(row, "tt_num"): said(row, "year") for row in _visible(answer)[0]}
    return any(years[one] == years[number] for one in timetables_on(answer, day) if one != number)


def _visible(answer: Row) -> tuple[list[Row], str]:
    regular = answer.get("regular")
    listed = regular.get("timetables") if isinstance(regular, Mapping) else None
    if not isinstance(regular, Mapping) or not isinstance(listed, list):
        raise SourceChanged("the EduPage answer has no list of timetables")
    visible = [row for row in listed if isinstance(row, Mapping) and not row.get("hidden") and said(row, "tt_num")]
    return visible, said(regular, "default_num")


def _begin(row: Row) -> date | None:
    try:
        return date.fromisoformat(said(row, "datefrom"))
    except ValueError:
        return None


def pivot(query: Query) -> date:
    """The day that counts most among the asked ones: today, else the first."""
    first = query.start or query.today
    return query.today if first <= query.today < (query.end or first) else first


@dataclass(frozen=True, slots=True)
class Mark:
    """What the list says of a timetable: the day from which it is read, and whether others stand beside it."""

    begin: date | None = None
    partial: bool = False


def marked(page: Page, mark: Mark) -> Page:
    """The page with the mark in its address (`#from=2026-11-25&part=1`): the answer itself does not know it."""
    values = {"from": mark.begin.isoformat()} if mark.begin else {}
    fragment = urlencode(values | ({"part": "1"} if mark.partial else {}))
    return replace(page, url=f"{page.url}#{fragment}") if fragment else page


def mark_of(page: Page) -> Mark:
    """What `marked` wrote."""
    values = dict(parse_qsl(urlsplit(page.url).fragment))
    return Mark(date.fromisoformat(values["from"]) if "from" in values else None, "part" in values)


def joined(plan: Plan, parts: Sequence[tuple[date | None, tuple[Lesson, ...]]], query: Query) -> Plan:
    """The plan with the weekly lessons of timetables that follow each other.

    The last is a weekly plan that is valid from its first day on. Those before it are laid onto their days, which the
    plan then speaks for. Where they have week types nobody knows which of them a day has: then the timetable of
    today, or of the first day asked for, stands for all.
    """
    if any(lesson.week for _, lessons in parts[:-1] for lesson in lessons):
        day = pivot(query)
        held = [lessons for begin, lessons in parts if begin is None or begin <= day]
        return replace(plan, lessons=(held or [parts[0][1]])[-1])
    dated: list[Lesson] = []
    days: list[date] = []
    for (begin, lessons), (end, _) in pairwise(parts):
        if begin is None or end is None:
            raise SourceChanged("EduPage timetables whose first days are not known")
        span = [begin + timedelta(days=step) for step in range((end - begin).days)]
        dated += [replace(one, date=day) for day in span for one in lessons if one.weekday == day.weekday()]
        days += span
    begin, lessons = parts[-1]
    return replace(plan, lessons=(*dated, *lessons), days=(*plan.days, *days), valid_from=begin)
