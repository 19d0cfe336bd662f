"""A change in words: "Tuesday 24.11, lesson 3: English in 112 instead of 205 · lesson 4: Physics is cancelled"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from bot import dates
from bot.diff import Edit, name_of
from bot.model import Lesson, Status
from bot.news import State, Told, What
from bot.texts import Texts
from bot.texts.day import periods_text, times_text

IN_A_LINE = 3
"""So many changes are read in one line; more of them stand below each other."""


@dataclass(slots=True)
class _Line:
    periods: tuple[str, ...]
    where: str
    words: str


def day_name(texts: Texts, day: date) -> str:
    """ "Tuesday 24.11", as it begins a sentence. HTML."""
    name = _inside(texts, day)
    return f"{name[:1].upper()}{name[1:]}"


def _inside(texts: Texts, day: date) -> str:
    """ "wtorek 24.11", as it stands inside a sentence. HTML."""
    return escape(f"{dates.weekday(texts.language, day.weekday())} {dates.short_date(texts.language, day)}")


def changes_text(
    texts: Texts,
    day: date,
    items: Sequence[Told],
    *,
    before: State,
    after: State,
    weekly: bool = False,
    last: date | None = None,
) -> str:
    """The lead of a message about one day, and with `weekly` about the same weekday later on; where there is school no
    more, or again, about all days up to `last`. HTML."""
    name = day_name(texts, day)
    if bool(after.free) != bool(before.free) and last is not None and last > day:
        name = f"{name} – {_inside(texts, last)}"
    if after.free and not before.free:
        return _with_note(texts("{day}: no school").format(day=name), "" if after.free == "-" else after.free)
    if before.free and not after.free:
        return texts("{day}: there is school after all").format(day=name)
    if note := _all_cancelled(items, before, after):
        return _with_note(texts("{day}: all lessons are cancelled").format(day=name), note[0])
    more = [texts("also in the weeks after")] if weekly else []
    return _listed(name, lines_of(texts, items) + more)


def published_text(texts: Texts, days: Sequence[date], items: Sequence[Told] = ()) -> str:
    """The lead of a message about days that are out now. HTML."""
    if len(days) > 1:
        words = texts("The plan from {first} to {last} is out").format(
            first=_inside(texts, days[0]), last=_inside(texts, days[-1])
        )
    else:
        words = texts("The plan for {day} is out").format(day=_inside(texts, days[0]))
    return " · ".join([words, *lines_of(texts, items)])


def rebuilt_text(texts: Texts, day: date) -> str:
    """The lead of the message about a new timetable. HTML."""
    return texts("The timetable was rebuilt, from {day} on").format(day=_inside(texts, day))


def _listed(name: str, lines: Sequence[str]) -> str:
    if len(lines) <= IN_A_LINE:
        return f"{name}, {' · '.join(lines)}"
    return "\n".join([f"{name}:", *(f"• {line}" for line in lines)])


def _all_cancelled(items: Sequence[Told], before: State, after: State) -> tuple[str] | None:
    """The note that all share ("" = none), when everything that would have taken place is cancelled."""
    held = [lesson for lesson in before.lessons if lesson.status is not Status.CANCELLED]
    left = [lesson for lesson in after.lessons if lesson.status is not Status.CANCELLED]
    if after.rows_only or left or len(held) < IN_A_LINE or any(item.what is not What.CANCELLED for item in items):
        return None
    if len(items) < len(held):  # the others do not concern the reader's groups
        return None
    notes = {item.edit.lesson.note for item in items}
    return (notes.pop() if len(notes) == 1 else "",)


def lines_of(texts: Texts, items: Sequence[Told]) -> list[str]:
    """One line a change; the same change in periods that follow each other is one. HTML."""
    lines: list[_Line] = []
    for item in _double(items):
        at = item.edit.before if item.what is What.MOVED and item.edit.before is not None else item.edit.lesson
        words = _words(texts, item)
        last = lines[-1] if lines else None
        if last is not None and last.words == words and _follows(last.periods, at.periods):
            last.periods += at.periods
            last.where = texts("lessons {numbers}").format(numbers=escape(periods_text(last.periods)))
        else:
            lines.append(_Line(at.periods, _where(texts, at), words))
    return [f"{line.where}: {line.words}" if line.where else line.words for line in lines]


def _double(items: Sequence[Told]) -> list[Told]:
    """The two lessons of a double one that moves, as one."""
    found: list[Told] = []
    for item in items:
        last = found[-1] if found else None
        if last is None or item.what is not What.MOVED or last.what is not What.MOVED:
            found.append(item)
            continue
        edit = Edit(_both(last.edit.before, item.edit.before), _both(last.edit.after, item.edit.after))
        if edit.before is None or edit.after is None:
            found.append(item)
        else:
            found[-1] = Told(What.MOVED, edit)
    return found


def _both(first: Lesson | None, second: Lesson | None) -> Lesson | None:
    """One lesson over the periods of both; None when they are not one."""
    if first is None or second is None or not _follows(first.periods, second.periods):
        return None
    alike = replace(first, periods=(), start=None, end=None) == replace(second, periods=(), start=None, end=None)
    return replace(first, periods=first.periods + second.periods, end=second.end) if alike else None


def _follows(first: Sequence[str], second: Sequence[str]) -> bool:
    return bool(
        first and second and first[-1].isdecimal() and second[0].isdecimal() and int(second[0]) == int(first[-1]) + 1
    )


def _where(texts: Texts, lesson: Lesson) -> str:
    if len(lesson.periods) > 1:
        return texts("lessons {numbers}").format(numbers=escape(periods_text(lesson.periods)))
    if lesson.periods:
        return texts("lesson {number}").format(number=escape(lesson.periods[0]))
    return f"{lesson.start:%H:%M}" if lesson.start else ""


def _words(texts: Texts, item: Told) -> str:
    before, after = item.edit.before, item.edit.after
    lesson = item.edit.lesson
    name = _name(texts, lesson)
    match item.what:
        case What.CANCELLED:
            words = texts("{subject} is cancelled").format(subject=name)
            # A lesson that simply vanished has no word of why; its planned note does not say it either.
            return _with_note(words, after.note if after is not None else "")
        case What.RETURNED:
            words = texts("{subject} takes place after all").format(subject=name)
            return ", ".join([words, *_otherwise(texts, before, lesson)]) if after is not None else words
        case What.AS_PLANNED:
            return texts("{subject} as planned again").format(subject=name)
        case What.ADDED:
            words = texts("{subject} is added").format(subject=name)
            return _with_note(_in_room(texts, words, lesson), lesson.note)
        case What.MOVED:
            words = texts("{subject} moves to {where}").format(subject=name, where=_where(texts, lesson))
            return ", ".join([words, *_otherwise(texts, before, lesson)])
        case What.NOTED:
            return f"{name}: {escape(lesson.note)}"
        case _:
            new = before is None or before.note != lesson.note
            return _with_note(_changed(texts, before, lesson), lesson.note if new else "")


def _changed(texts: Texts, before: Lesson | None, now: Lesson) -> str:
    """ "English in 112 instead of 205, with R. Rasa instead of L. Rasa"."""
    old_name, old_rooms, old_teachers = _former(before, now)
    name = _name(texts, now)
    parts = []
    head = name
    if old_name and old_name.casefold() != name_of(now).casefold():
        head = texts("{new} instead of {old}").format(new=name, old=escape(old_name))
    if now.rooms and old_rooms and old_rooms != now.rooms:
        parts.append(texts("in {new} instead of {old}").format(new=_joined(now.rooms), old=_joined(old_rooms)))
    elif now.rooms and old_rooms != now.rooms:
        parts.append(texts("in {room}").format(room=_joined(now.rooms)))
    if now.teachers and old_teachers and old_teachers != now.teachers:
        parts.append(texts("with {new} instead of {old}").format(new=_joined(now.teachers), old=_joined(old_teachers)))
    elif now.teachers and old_teachers != now.teachers:
        parts.append(texts("with {teacher}").format(teacher=_joined(now.teachers)))
    if before is not None and before.start and now.start and (before.start, before.end) != (now.start, now.end):
        new, old = times_text(now.start, now.end), times_text(before.start, before.end)
        parts.append(texts("at {new} instead of {old}").format(new=new, old=old))
    if head != name:
        return ", ".join([head, *parts])
    if before is None and now.was == Lesson("").was:
        return " ".join([head, *parts])  # a row that does not say what was there before
    return ", ".join([" ".join([head, *parts[:1]]), *parts[1:]])


def _otherwise(texts: Texts, before: Lesson | None, now: Lesson) -> list[str]:
    """The room and the teacher of a lesson where they are not those that it had."""
    parts = []
    if before is not None and now.rooms and now.rooms != before.rooms:
        parts.append(texts("in {room}").format(room=_joined(now.rooms)))
    if before is not None and now.teachers and now.teachers != before.teachers:
        parts.append(texts("with {teacher}").format(teacher=_joined(now.teachers)))
    return parts


def _former(before: Lesson | None, now: Lesson) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Subject, rooms and teachers as they were: by the message before, else by what the school says of it."""
    if before is not None:
        return name_of(before), before.rooms, before.teachers
    rows = now.was
    if not rows:
        return "", (), ()
    return (
        rows.subject or "",
        now.rooms if rows.rooms is None else rows.rooms,
        now.teachers if rows.teachers is None else rows.teachers,
    )


def _in_room(texts: Texts, words: str, lesson: Lesson) -> str:
    if not lesson.rooms:
        return words
    return f"{words}, {texts('in {room}').format(room=_joined(lesson.rooms))}"


def _name(texts: Texts, lesson: Lesson) -> str:
    name = escape(name_of(lesson))
    if not name and lesson.teachers:
        return texts("the lesson with {teacher}").format(teacher=_joined(lesson.teachers))
    name = name or escape(texts("the lesson"))
    return f"{name} ({_joined(lesson.groups)})" if lesson.groups else name


def _joined(values: Sequence[str]) -> str:
    return escape(", ".join(values))


def _with_note(words: str, note: str) -> str:
    return f"{words} ({escape(note)})" if note else words
