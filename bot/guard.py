"""When a good-looking page is not believed at once: a plan that suddenly shrank or emptied. Pure."""

from __future__ import annotations

from datetime import date

from bot.model import Plan

SHRUNK = 0.5  # a plan that lost half of what it said of the days to come must be seen twice


def is_doubtful(old: Plan, new: Plan, today: date) -> bool:
    """Whether `new` must be seen a second time before it replaces `old`.

    Only what both plans could say is compared: dated rows from `today` on, weekly rows as they are.
    """
    if new == old:
        return False
    pairs = ((_weight(old, today), _weight(new, today)), (_tasks(old, today), _tasks(new, today)))
    return any(before >= 4 and after < before * SHRUNK for before, after in pairs)


def _weight(plan: Plan, today: date) -> int:
    lessons = sum(lesson.date is None or lesson.date >= today for lesson in plan.lessons)
    changes = sum(row.date is None or row.date >= today for row in plan.substitutions)
    return lessons + changes


def _tasks(plan: Plan, today: date) -> int:
    """Homework and tests, whose lessons may stand in another plan."""
    days = [task.due for task in plan.homework] + [exam.date for exam in plan.exams]
    return sum(day is None or day >= today for day in days)
