"""Bakaláři: the public web timetable of a class, a teacher or a room (Czechia)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import quote, unquote, urlsplit

from bot.errors import SourceChanged, TruncatedPage, UnknownTarget
from bot.model import FreeDays, Lesson, Notice, Plan, Status, Target, TargetKind, Was
from bot.names import match_name, nearest_names
from bot.scraper.bakalari_page import Day, Detail, Timetable, read_page
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import clock_time, lessons_with, nearest_date, squeeze, text_of, why_not

_PATHS = {TargetKind.CLASS: "Class", TargetKind.TEACHER: "Teacher", TargetKind.ROOM: "Room"}
_PUBLIC = re.compile(r"^(.*?/Timetable/Public)\b", re.I)
_ADDRESS = re.compile(r"/Timetable/Public/(Actual|Next|Permanent)/(Class|Teacher|Room)/([^/?#]+)", re.I)
# Two letters are enough, in Czech, Slovak and English, with and without accents.
_WEEKDAYS = {
    "po": 0,
    "mo": 0,
    "út": 1,
    "ut": 1,
    "tu": 1,
    "st": 2,
    "we": 2,
    "čt": 3,
    "ct": 3,
    "št": 3,
    "th": 3,
    "pá": 4,
    "pa": 4,
    "pi": 4,
    "fr": 4,
    "so": 5,
    "sa": 5,
    "ne": 6,
    "su": 6,
}
_DAY_MONTH = re.compile(r"(\d{1,2})\s*[./]\s*(\d{1,2})\b")  # "10.11."; "10/11" where the page is in English
# "Subject | po 10.11. | 2 (8:55 - 9:40)"; removed and absent lessons have no subject, a permanent plan no date.
_SUBJECT_TEXT = re.compile(
    r"^(?:(?P<subject>.*?)\s*\|)?\s*(?P<day>[^|]*?)\s*\|\s*(?P<period>[^|(]*?)\s*"
    r"\((?P<start>\d{1,2}[:.]\d{2})\s*[-–]\s*(?P<end>\d{1,2}[:.]\d{2})\)\s*$"
)
_BRACKET = re.compile(r"\(([^()]*)\)\s*$")
_MOVED_FROM = re.compile(r"přesun\w*\s+z\w*\s+(?:\w{2}\s+)?(\d{1,2})\.\s*(\d{1,2})\.,?\s*(\d{1,2})\.\s*hod", re.I)


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """The page with the lists when no name is asked for, else the named target's weeks that the days touch.

    The school publishes this week, the next one, and the permanent plan without dates for any other.
    Raises UnknownTarget when the lists have no such name.
    """
    first = await http.get(query.url)
    if not query.name:
        return (first,)
    text = text_of(first)
    targets = [target for target in read_page(text).targets if target.kind is query.kind]
    names = [target.name for target in targets]
    if not targets:
        raise why_not(text, "Bakaláři")
    name = match_name(query.name, names)
    if name is None:
        raise UnknownTarget(query.name, nearest_names(query.name, names))
    base = _PUBLIC.match(first.url) or _PUBLIC.match(query.url)
    if not base:
        raise SourceChanged("the address does not lead to /Timetable/Public")
    target = targets[names.index(name)]
    path = f"{_PATHS[query.kind]}/{quote(target.id, safe='')}"
    return tuple([await http.get(f"{base[1]}/{week}/{path}") for week in _weeks(query)])


def _weeks(query: Query) -> list[str]:
    monday = query.today - timedelta(days=query.today.weekday())
    first = query.start or query.today
    end = query.end or first + timedelta(days=1)
    weeks = []
    for name, start in (("Actual", monday), ("Next", monday + timedelta(days=7))):
        if first < start + timedelta(days=7) and end > start:
            weeks.append(name)
    return weeks or ["Permanent"]


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """Lessons of the days on the pages and the lists of targets that stand beside them.

    A group is as published, with the class before it where the page is a teacher's or a room's ("Z9.A celá"). Break
    duties are left out. A lesson whose `changeinfo` names three old values, "(subject, teacher, room)", has them in
    `was`; two are ambiguous and stay in the note only.

    Raises TruncatedPage for a page cut inside the plan, LoginRequired and its like for foreign pages, SourceChanged
    for a detail that is no JSON or a day that is none.
    """
    plan = Plan()
    for page in pages:
        found = read_page(text_of(page))
        if found.cut:
            raise TruncatedPage("the Bakaláři page ends inside the plan")
        if not found.days and not found.targets:
            raise why_not(text_of(page), "Bakaláři")
        plan = _with(plan, found, _owner(page, found), query)
    if query.name and plan.lessons and query.url.startswith("file:"):
        return replace(plan, lessons=lessons_with(plan.lessons, query.kind, query.name))
    return plan


def _owner(page: Page, found: Timetable) -> Target | None:
    """Whose plan it is: what is selected in the lists, else what the address names."""
    selected = next((target for target in found.targets if target in found.selected), None)
    if selected or not (address := _ADDRESS.search(urlsplit(page.url).path)):
        return selected
    kind = next(kind for kind, word in _PATHS.items() if word.casefold() == address[2].casefold())
    return next((one for one in found.targets if (one.kind, one.id) == (kind, unquote(address[3]))), None)


def _with(plan: Plan, found: Timetable, owner: Target | None, query: Query) -> Plan:
    lessons, notices, free, days = [], [], [], []
    for day in found.days:
        weekday = _WEEKDAYS.get(day.name.casefold()[:2])
        when = _date(day, weekday, query.today)
        if when is None and weekday is None:
            raise SourceChanged("a day of the Bakaláři plan has neither a date nor a known name")
        if when is not None:
            days.append(when)
            if day.text:
                notices.append(Notice(day.text, when))
                if not day.details:
                    free.append(FreeDays(when, when, day.text))
        weekday = when.weekday() if when else weekday
        lessons += [_owned(_lesson(one, when, weekday, query.today), owner, found) for one in day.details]
    return replace(
        plan,
        targets=tuple(dict.fromkeys(plan.targets + found.targets)),
        lessons=plan.lessons + tuple(lessons),
        notices=plan.notices + tuple(notices),
        free_days=plan.free_days + tuple(free),
        days=plan.days + tuple(days),
        bells=plan.bells or found.bells,
        shape=plan.shape or found.shape,
    )


def _date(day: Day, weekday: int | None, today: date) -> date | None:
    found = _DAY_MONTH.search(day.date)
    if not found:
        return None
    try:
        return nearest_date(int(found[1]), int(found[2]), today, weekday)
    except ValueError:
        raise SourceChanged(f"the Bakaláři plan has a day that is none: {day.date}") from None


@dataclass(frozen=True, slots=True)
class _When:
    """The parts of `subjecttext`."""

    subject: str
    period: str
    start: str
    end: str


def _when(text: str) -> _When:
    found = _SUBJECT_TEXT.match(text)
    if not found:
        return _When(text.split("|")[0].strip(), "", "", "")
    return _When(found["subject"] or "", found["period"], found["start"], found["end"])


def _lesson(detail: Detail, day: date | None, weekday: int | None, today: date) -> Lesson:
    when = _when(detail.subject_text)
    lesson = Lesson(
        subject=when.subject,
        date=day,
        weekday=weekday,
        week="" if day else detail.week,
        periods=(when.period,) if when.period else (),
        start=clock_time(when.start.replace(".", ":")),
        end=clock_time(when.end.replace(".", ":")),
        teachers=(detail.teacher,) if detail.teacher else (),
        rooms=(detail.room,) if detail.room else (),
        groups=tuple(group for part in detail.group.split(",") if (group := squeeze(part))),
        note="; ".join(part for part in (detail.theme, detail.notice, detail.change) if part),
    )
    if detail.type == "removed":
        subject, teacher = _removed(detail.removed)
        return replace(
            lesson,
            status=Status.CANCELLED,
            subject=lesson.subject or subject,
            teachers=lesson.teachers or ((teacher,) if teacher else ()),
            note=detail.removed or lesson.note,
        )
    if detail.type == "absent":
        subject = detail.absent_name or detail.absent
        more = (detail.absent if detail.absent != subject else "", detail.removed, lesson.note)
        note = "; ".join(part for part in more if part)
        return replace(lesson, status=Status.CHANGED, subject=lesson.subject or subject, note=note)
    if not detail.change:
        return lesson
    return replace(lesson, status=_status(detail.change), was=_was(detail.change, lesson, today))


def _removed(text: str) -> tuple[str, str]:
    """Subject and teacher of "Zrušeno (Český jazyk a literatura, Mádlo Josef)"."""
    found = _BRACKET.search(text)
    parts = [part.strip() for part in found[1].split(",")] if found else []
    return (parts[0], parts[1]) if len(parts) >= 2 else ("", "")


def _status(change: str) -> Status:
    word = change.casefold()
    if word.startswith(("přidán", "pridan")):
        return Status.ADDED
    if word.startswith("přesun"):
        return Status.MOVED
    return Status.CANCELLED if word.startswith(("zrušen", "odpad", "vyjmut")) else Status.CHANGED


def _was(change: str, lesson: Lesson, today: date) -> Was:
    was = Was()
    found = _BRACKET.search(change)
    parts = [part.strip() for part in found[1].split(",")] if found else []
    if len(parts) == 3:
        subject, teachers, rooms = parts[0], (parts[1],), (parts[2],)
        was = Was(
            subject=subject if subject and subject != lesson.subject else None,
            teachers=teachers if parts[1] and teachers != lesson.teachers else None,
            rooms=rooms if parts[2] and rooms != lesson.rooms else None,
        )
    if moved := _MOVED_FROM.search(change):
        try:
            day = nearest_date(int(moved[1]), int(moved[2]), lesson.date or today)
        except ValueError:
            return was
        was = replace(was, date=day if day != lesson.date else None, periods=(moved[3],))
    return was


def _owned(lesson: Lesson, owner: Target | None, found: Timetable) -> Lesson:
    """The lesson with the page's own class, teacher or room, which its details leave out."""
    if owner and owner.kind is TargetKind.CLASS:
        return replace(lesson, classes=(owner.name,))
    known = sorted((target.name for target in found.targets if target.kind is TargetKind.CLASS), key=len, reverse=True)
    named = [next((name for name in known if f"{group} ".startswith(f"{name} ")), "") for group in lesson.groups]
    lesson = replace(lesson, classes=tuple(dict.fromkeys(name for name in named if name)))
    if owner and owner.kind is TargetKind.TEACHER and not lesson.teachers:
        return replace(lesson, teachers=(owner.name,))
    if owner and owner.kind is TargetKind.ROOM and not lesson.rooms:
        return replace(lesson, rooms=(owner.name,))
    return lesson


def recognise(page: Page) -> float:
    """1.0 for the timetable's own class names, a strong hint for its address."""
    if b"bk-timetable" in page.body or re.search(rb"""id=["']selected(?:Class|Teacher|Room)["']""", page.body):
        return 1.0
    if re.search(rb"""href=["'][^"'<>]*/Timetable/Public/\w+/(?:Class|Teacher|Room)/""", page.body):
        return 0.9
    return 0.6 if not page.body and _PUBLIC.match(page.url) else 0.0


SOURCE = Source(
    id="bakalari",
    title="Bakaláři",
    country="CZ",
    example_url="https://school.example/bakaweb/Timetable/Public",
    scope="target",
    delivers=("lessons", "notices", "classes", "teachers", "rooms"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
)
