"""EduPage's dated items as lessons of a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from bot.errors import SourceChanged
from bot.model import FreeDays, Lesson, Notice, Status
from bot.scraper.edupage_tables import Row, Tables, hours, said
from bot.scraper.page import squeeze


def dated_of(items: object, names: Tables) -> tuple[tuple[Lesson, ...], tuple[Notice, ...], tuple[FreeDays, ...]]:
    """Lessons, messages and free days of `ttitems`, by date and hour; they come unsorted.

    Ids are named by the main database. An item of type "card" is a lesson (`removed`: cancelled, `changed`: changed),
    any other an event with a name; a `main` one for the whole day, on a day without a lesson, says why it is free.
    """
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise SourceChanged("the EduPage answer has no list of dated lessons")
    lessons, notices = [], []
    whole: dict[date, str] = {}
    for item in items:
        day = _day(item)
        if said(item, "type") in ("", "card"):
            lessons.append(_dated(item, day, names))
        elif text := said(item, "name"):
            notices.append(Notice(text, day))
            if item.get("main") and said(item, "starttime") == "00:00" and said(item, "endtime") == "24:00":
                whole.setdefault(day, text)
    if lessons and not any(lesson.subject for lesson in lessons):
        raise SourceChanged("the dated lessons of EduPage have subjects that no table names")
    lessons.sort(key=lambda lesson: (lesson.date or date.min, lesson.start or time.min, lesson.periods))
    held = {lesson.date for lesson in lessons}
    free = tuple(FreeDays(day, day, text) for day, text in sorted(whole.items()) if day not in held)
    return tuple(lessons), tuple(dict.fromkeys(notices)), free


def _day(item: Row) -> date:
    try:
        return date.fromisoformat(said(item, "date"))
    except ValueError:
        raise SourceChanged("a dated lesson of EduPage without a date") from None


def _dated(item: Row, day: date, names: Tables) -> Lesson:
    start, end = hours(item)
    first, length = said(item, "uniperiod") or said(item, "period"), item.get("durationperiods")
    periods: tuple[str, ...] = (first,) if first else ()
    if first.isdecimal() and isinstance(length, int) and 1 < length < 20:
        periods = tuple(str(int(first) + step) for step in range(length))
    groups = item.get("groupnames")
    status = Status.CANCELLED if item.get("removed") else Status.CHANGED if item.get("changed") else Status.PLANNED
    subject = said(item, "subjectid")
    return Lesson(
        subject=names.name("subjects", subject) or said(item, "name"),
        date=day,
        weekday=day.weekday(),
        periods=periods,
        start=start,
        end=end,
        teachers=names.names("teachers", item.get("teacherids")),
        rooms=names.names("classrooms", item.get("classroomids")),
        classes=names.names("classes", item.get("classids")),
        groups=tuple(dict.fromkeys(squeeze(str(group)) for group in groups if group))
        if isinstance(groups, list)
        else (),
        status=status,
    )
