"""Homework and tests in words: a line a task, by day. HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from bot import dates
from bot.model import Exam, Homework
from bot.texts import Texts
from bot.texts.day import TEXT_LIMIT, visible_length

OPEN, DONE, TEST = "▫", "✅", "✎"
TEXT_SHOWN = 400  # characters of a task that a list shows


def due_title(texts: Texts, due: date | None, today: date) -> str:
    """What stands above the tasks of a day: «Today», «Tomorrow», the date, «No date». No HTML."""
    if due is None:
        return texts("No date")
    inside = dates.whole_day(texts.language, due)
    if due == today:
        return texts("Today, {date}").format(date=inside)
    if (due - today).days == 1:
        return texts("Tomorrow, {date}").format(date=inside)
    return dates.day_title(texts.language, due)


def task_line(texts: Texts, task: Homework, *, mark: str = OPEN, tail: str = "") -> str:
    """One task: its mark, subject, text, links; `tail` is HTML behind it."""
    subject = escape(task.subject) or escape(texts("homework"))
    text = "" if task.text == task.subject else _cut(task.text)  # some calendars have one field for both
    words = f"{mark} <b>{subject}</b>" + (f": {escape(text)}" if text else "")
    links = " ".join(_link(number, link) for number, link in enumerate(task.links[:5], 1))
    return " ".join(filter(None, (words, links, tail)))


def exam_line(texts: Texts, exam: Exam) -> str:
    """One test: when, subject, what it is about."""
    when = short_day(texts, exam.date)
    text = _cut(exam.text)
    subject = escape(exam.subject) or escape(texts("test"))
    return f"{TEST} {when} · <b>{subject}</b>" + (f": {escape(text)}" if text else "")


def short_day(texts: Texts, day: date | None) -> str:
    """«Fri 27.11», «no date»."""
    if day is None:
        return escape(texts("no date"))
    language = texts.language
    return escape(f"{dates.short_weekday(language, day.weekday())} {dates.short_date(language, day)}")


def fitting(head: str, lines: Sequence[str], texts: Texts, limit: int = TEXT_LIMIT) -> str:
    """The head and as many of the lines as Telegram takes; how many are left out stands below."""
    room = limit - visible_length(head) - 40
    kept: list[str] = []
    for line in lines:
        room -= visible_length(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    more = [texts.plural("… and {count} more", "… and {count} more", left)] if left else []
    return "\n".join([head, *kept, *more])


def reminder(
    texts: Texts, whose: str, day: date, tasks: Iterable[Homework], exams: Iterable[Exam], later: Iterable[Exam]
) -> str:
    """What is due on the next school day, the tests until then, and the tests of a week later."""
    title = texts("For {date}").format(date=dates.whole_day(texts.language, day))
    lines = [task_line(texts, task) for task in tasks]
    lines += [exam_line(texts, exam) for exam in exams]
    in_a_week = [exam_line(texts, exam) for exam in later]
    if in_a_week:
        lines += ["", f"<b>{escape(texts('In a week'))}</b>", *in_a_week]
    return fitting(f"⏰ <b>{escape(title)}</b> · {escape(whose)}", lines, texts)


def news(texts: Texts, whose: str, tasks: Iterable[Homework], exams: Iterable[Exam], *, limit: int = TEXT_LIMIT) -> str:
    """What was newly given, with the days that it is for."""
    lines = [task_line(texts, task, tail=f"→ {short_day(texts, task.due)}") for task in tasks]
    lines += [exam_line(texts, exam) for exam in exams]
    return fitting(f"🆕 <b>{escape(texts('New homework'))}</b> · {escape(whose)}", lines, texts, limit)


def _link(number: int, link: str) -> str:
    return f'<a href="{escape(link)}">🔗{number}</a>' if link.startswith(("http://", "https://")) else ""


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else text[: TEXT_SHOWN - 1].rstrip() + "…"
