"""The stable projection of a plan to JSON values: what `inspect --json` prints and what the tests compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, time
from zoneinfo import ZoneInfo

from bot.model import Exam, Homework, Lesson, Notice, Plan, Substitution, Target, Was

Values = dict[str, object]


def report(plan: Plan, *, source: str, timezone: ZoneInfo, fetched: Sequence[str] = ()) -> Values:
    """The plan as the object that the stable interface describes: every key, always in this order."""
    return {
        "source": source,
        "school": plan.school,
        "fetched": list(fetched),
        "updated": plan.updated.astimezone(timezone).isoformat() if plan.updated else None,
        "targets": [target_values(target) for target in plan.targets],
        "lessons": [lesson_values(lesson) for lesson in plan.lessons],
        "substitutions": [substitution_values(row) for row in plan.substitutions],
        "homework": [homework_values(task) for task in plan.homework],
        "exams": [exam_values(exam) for exam in plan.exams],
        "notices": [notice_values(notice) for notice in plan.notices],
    }


def target_values(target: Target) -> Values:
    return {"kind": str(target.kind), "id": target.id, "name": target.name}


def lesson_values(lesson: Lesson) -> Values:
    """A lesson; times are "HH:MM", `week` is "" where there are no week types."""
    return {
        "date": _day(lesson.date),
        "weekday": lesson.weekday if lesson.date is None else lesson.date.weekday(),
        "week": lesson.week,
        "periods": list(lesson.periods),
        "start": _clock(lesson.start),
        "end": _clock(lesson.end),
        "subject": lesson.subject,
        "teachers": list(lesson.teachers),
        "rooms": list(lesson.rooms),
        "classes": list(lesson.classes),
        "groups": list(lesson.groups),
        "status": str(lesson.status),
        "was": was_values(lesson.was),
        "note": lesson.note,
    }


def substitution_values(row: Substitution) -> Values:
    return {
        "date": _day(row.date),
        "periods": list(row.periods),
        "classes": list(row.classes),
        "subject": row.subject,
        "teachers": list(row.teachers),
        "rooms": list(row.rooms),
        "groups": list(row.groups),
        "kind": str(row.kind),
        "label": row.label,
        "was": was_values(row.was),
        "note": row.note,
    }


def homework_values(task: Homework) -> Values:
    return {
        "subject": task.subject,
        "text": task.text,
        "assigned": _day(task.assigned),
        "due": _day(task.due),
        "links": list(task.links),
    }


def exam_values(exam: Exam) -> Values:
    return {"subject": exam.subject, "date": _day(exam.date), "text": exam.text}


def notice_values(notice: Notice) -> Values:
    return {"date": _day(notice.date), "text": notice.text}


def was_values(was: Was) -> Values:
    """Only the fields that changed."""
    values: Values = {}
    for field in fields(was):
        value = getattr(was, field.name)
        if value is None:
            continue
        if isinstance(value, tuple):
            values[field.name] = list(value)
        elif isinstance(value, time):
            values[field.name] = _clock(value)
        else:
            values[field.name] = value.isoformat() if isinstance(value, date) else value
    return values


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _clock(value: time | None) -> str | None:
    return value.strftime("%H:%M") if value else None
