"""A day and a week in words: the caption's headline, and the full twin for whoever cannot see the picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from html import escape, unescape

from bot import dates
from bot.model import Exam, Homework, Lesson, Status, TargetKind
from bot.texts import Texts, mark
from bot.timetable import Day

CAPTION_LIMIT = 1024
TEXT_LIMIT = 4096
_STATUS_WORDS = {
    Status.CANCELLED: mark("cancelled"),
    Status.CHANGED: mark("changed"),
    Status.ADDED: mark("added"),
    Status.MOVED: mark("moved"),
}


def headline(texts: Texts, day: Day, who: str, *, rows_only: bool = False) -> str:
    """Two lines: the date and whose day it is, then what is special about it. HTML."""
    first = f"<b>{escape(dates.day_title(texts.language, day.date))}</b>" + (f" · {escape(who)}" if who else "")
    return f"{first}\n{summary(texts, day, rows_only=rows_only)}"


def summary(texts: Texts, day: Day, *, rows_only: bool = False) -> str:
    """One line: how many lessons, and how many of them changed or are cancelled. HTML.

    `rows_only`: the school publishes changes and no plan, so a day without any is not a day without lessons.
    """
    if said := why_empty(texts, day, rows_only=rows_only):
        return escape(said)
    parts = [] if rows_only else [texts.plural("{count} lesson", "{count} lessons", _slots_held(day))]
    cancelled = sum(lesson.status is Status.CANCELLED for lesson in day.lessons)
    changed = sum(lesson.status in {Status.CHANGED, Status.ADDED, Status.MOVED} for lesson in day.lessons)
    if changed:
        parts.append(texts.plural("{count} change", "{count} changes", changed))
    if cancelled:
        parts.append(texts.plural("{count} cancelled", "{count} cancelled", cancelled))
    return escape(" · ".join(parts))


def why_empty(texts: Texts, day: Day, *, rows_only: bool = False) -> str:
    """Why a day has no lessons to show: unknown, free, or just none; "" when it has some. No HTML."""
    if not day.known:
        return texts("The school has not published this day.")
    if day.free:
        return texts("No school: {name}").format(name=day.free) if day.free != "-" else texts("No school.")
    if not day.lessons:
        return texts("No changes.") if rows_only else texts("No lessons.")
    return ""


def _slots_held(day: Day) -> int:
    """Lessons as a pupil counts them: parallel groups are one."""
    return len({(lesson.start, lesson.periods) for lesson in day.taking_place})


def twin(
    texts: Texts,
    day: Day,
    homework: Sequence[Homework] = (),
    exams: Sequence[Exam] = (),
    *,
    whose: TargetKind = TargetKind.CLASS,
) -> str:
    """Every fact of the day card, a line a lesson. HTML."""
    lines = [lesson_line(texts, lesson, whose) for lesson in day.lessons]
    lines += [f"✎ {escape(exam.subject)}: {escape(exam.text or texts('test'))}" for exam in exams]
    lines += [f"▸ {escape(task.subject)}: {escape(task.text)}" for task in homework]
    lines += [f"ℹ {escape(notice.text)}" for notice in day.notices]
    return "\n".join(lines)


def lesson_line(texts: Texts, lesson: Lesson, whose: TargetKind = TargetKind.CLASS) -> str:
    """One lesson: number, times, subject, room, who else is there, group, state, note. HTML."""
    numbers = periods_text(lesson.periods)
    when = times_text(lesson.start, lesson.end)
    name = escape(lesson.subject) or escape(texts("lesson"))
    subject = f"<s>{name}</s>" if lesson.status is Status.CANCELLED else f"<b>{name}</b>"
    if lesson.was.subject:
        subject = f"<s>{escape(lesson.was.subject)}</s> {subject}"
    details = [
        "" if whose is TargetKind.ROOM and not lesson.was.rooms else _changed(lesson.rooms, lesson.was.rooms),
        "" if whose is TargetKind.CLASS else _changed(lesson.classes, lesson.was.classes),
        ""
        if whose is TargetKind.TEACHER and not lesson.was.teachers
        else _changed(lesson.teachers, lesson.was.teachers),
        escape(", ".join(lesson.groups)),
        escape(lesson.note),
    ]
    if lesson.status in _STATUS_WORDS:
        details.append(f"<i>{escape(texts(_STATUS_WORDS[lesson.status]))}</i>")
    head = " ".join(part for part in (f"{escape(numbers)}." if numbers else "", when, subject) if part)
    return " · ".join([head, *filter(None, details)])


def _changed(now: Iterable[str], before: Iterable[str] | None) -> str:
    current = escape(", ".join(now))
    if before is None:
        return current
    old = escape(", ".join(before))
    return " ".join(part for part in (f"<s>{old}</s>" if old else "", current) if part)


def periods_text(periods: Sequence[str]) -> str:
    """The periods of a lesson: "3", or "3–4" for a double one."""
    return periods[0] if len(periods) == 1 else f"{periods[0]}–{periods[-1]}" if periods else ""


def times_text(start: time | None, end: time | None) -> str:
    """ "08:00–08:45", or what of it is known."""
    return "–".join(f"{moment:%H:%M}" for moment in (start, end) if moment)


def week_twin(
    texts: Texts, days: Sequence[Day], *, rows_only: bool = False, whose: TargetKind = TargetKind.CLASS
) -> str:
    """Every day of a week with its lessons. HTML."""
    blocks = []
    for day in days:
        title = f"<b>{escape(dates.day_title(texts.language, day.date))}</b>"
        body = twin(texts, day, whose=whose) if day.lessons else summary(texts, day, rows_only=rows_only)
        blocks.append(f"{title}\n{body}")
    return "\n\n".join(blocks)


def folded(head: str, body: str, limit: int = CAPTION_LIMIT) -> str | None:
    """The headline with the twin folded below it, or None when Telegram would not take so much."""
    if not body:
        return head
    if visible_length(head) + visible_length(body) + 1 > limit:
        return None
    return f"{head}\n<blockquote expandable>{body}</blockquote>"


def parts(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """A text of many lines as messages that Telegram takes, cut between lines: no tag of ours spans two. HTML.

    A single line over the limit loses its markup and its end.
    """
    found: list[str] = []
    for line in text.split("\n"):
        if visible_length(line) > limit:
            plain = unescape(re.sub(r"<[^>]*>", "", line))
            line = escape(plain.encode("utf-16-le")[: (limit - 1) * 2].decode("utf-16-le", "ignore")) + "…"  # noqa: PLW2901
        if found and visible_length(found[-1]) + 1 + visible_length(line) <= limit:
            found[-1] += "\n" + line
        else:
            found.append(line)
    return [part.strip("\n") for part in found if part.strip("\n")]


def visible_length(text: str) -> int:
    """How many UTF-16 units Telegram counts: after its tags and entities are read."""
    return len(unescape(re.sub(r"<[^>]*>", "", text)).encode("utf-16-le")) // 2


def age(texts: Texts, checked: datetime, now: datetime) -> str:
    """How old the data is, in words."""
    gone = max(now - checked, timedelta())
    if gone < timedelta(hours=1):
        return texts.plural("{count} minute ago", "{count} minutes ago", gone.seconds // 60)
    if gone < timedelta(days=1):
        return texts.plural("{count} hour ago", "{count} hours ago", gone.seconds // 3600)
    return texts.plural("{count} day ago", "{count} days ago", gone.days)


def stale(texts: Texts, checked: datetime, now: datetime) -> str:
    """The line under an answer whose data is older than it should be. HTML."""
    return escape(
        texts("This is what the school's page said {age}; since then it could not be read.").format(
            age=age(texts, checked, now)
        )
    )


def aged(texts: Texts, checked: datetime, now: datetime) -> str:
    """The line under an answer that is old though nothing is known to be broken. HTML."""
    return escape(texts("This is what the school's page said {age}.").format(age=age(texts, checked, now)))


def next_school_day(days: Sequence[Day], after: date) -> Day | None:
    """The first day after `after` that has lessons which take place."""
    return next((day for day in days if day.date > after and day.taking_place), None)
