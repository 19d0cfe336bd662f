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
    before, after = _weight(old, today), _weight(new, today)
    return before >= 4 and after < before * SHRUNK


def _weight(plan: Plan, today: date) -> int:
    lessons = sum(lesson.date is None or lesson.date >= today for lesson in plan.lessons)
    changes = sum(row.date is None or row.date >= today for row in plan.substitutions)
    return lessons + changes
