"""iCalendar: any calendar by its address, and what the producers that schools use put into its fields."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from urllib.parse import urlsplit

from bot.model import FreeDays, Homework, Lesson, Notice, Plan, Status
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.ics import feed_of
from bot.scraper.ics_events import Occurrence, Span
from bot.scraper.page import PLACEHOLDERS, seen, unless_placeholder

_ADDRESS = re.compile(
    r"\.(?:ics|ical|ifb)$|/ical(?:endar)?\b|/ical\.do$|export_execute\.php$|/calendarfeed/|/feeds/calendars/", re.I
)
_BEGIN = re.compile(rb"^(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR\b", re.I)
_BEGIN_UTF16 = ("BEGIN:VCALENDAR".encode("utf-16-le"), "BEGIN:VCALENDAR".encode("utf-16-be"))

# Words with which producers, in the languages of the schools, mark deadlines, cancellations and days without school.
_DEADLINE = re.compile(
    r"^(?:home ?work|assignments?|deadlines?|due|devoirs?|travail à faire|hausaufgaben?|abgabe|frist|namų darbai|"
    r"atsiskaitym\w*|zadani\w+ domow\w+|praca domowa|domácí úkol\w*|úkol\w*|домашн\w+ завдання)$",
    re.I,
)
_CANCELLED = re.compile(
    r"^(?:cancell?ed|cours annulé|annulé\w*|entfall\w*|entfällt|ausfall|fällt aus|atšaukt\w*|nevyksta|odwołan\w*|"
    r"zrušen\w*|odpadá|скасован\w*)$",
    re.I,
)
_FREE = re.compile(
    r"\b(?:(?:public|bank|school) holidays?|holidays|vacations?|half[- ]term|(?:winter|spring|autumn|summer|christmas|"
    r"easter|fall|mid-?term) break|no school|school (?:is )?closed|atostog\w*|šventin\w+|šventė\w*|nedarbo dien\w*|"
    r"ferie|wakacje|przerwa świąteczna|dni wolne|dzień wolny|święto|\w*ferien|\w*feiertage?|schulfrei\w*|"
    r"unterrichtsfrei\w*|prázdnin\w*|státní svátek|ředitelské volno|volno|канікул\w*|свят\w*|вихідн\w+|vacances|"
    r"jours? férié\w*)\b|^holiday$",
    re.I,
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a producer's fields say, in the words of the model. `course` is "" when no course is marked."""

    subject: str
    course: str = ""
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    note: str = ""


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """One GET; `webcal:` is https."""
    return (await http.get(re.sub(r"(?i)^webcals?:", "https:", query.url)),)


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """One object an occurrence: lesson, homework (a deadline) or notice (all day). To-dos are not read.

    `days` are the dates from the first to the last occurrence: what a calendar says of later ones is not known.
    Raises EmptyBody, LoginRequired, MaintenancePage, WrongPage, TruncatedPage, SourceChanged (see `bot.scraper.ics`).
    """
    days = Span(query.start, query.end) if query.start and query.end else None
    feed = feed_of(pages[0], query.timezone, days)
    producer = _producer(f"{feed.producer} {pages[0].url}", feed.occurrences)
    lessons, homework, notices, free = [], [], [], []
    named_free = bool(_FREE.search(feed.name))
    for item in feed.occurrences:
        facts = _facts(producer, item)
        if item.status == "CANCELLED" or any(map(_CANCELLED.match, item.categories)):
            lessons.append(replace(_lesson(item, facts), status=Status.CANCELLED))
        elif _is_deadline(item):
            homework.append(_homework(item, facts))
        elif item.all_day:
            notices.append(Notice(_title_and_note(facts), item.start.date()))
            if named_free or _is_free(item):
                free.append(FreeDays(item.start.date(), _last_day(item), facts.subject))
        else:
            lessons.append(_lesson(item, facts))
    return Plan(
        school=_clean(feed.name),
        lessons=tuple(lessons),
        homework=tuple(homework),
        notices=tuple(notices),
        free_days=tuple(free),
        days=_covered([item.start.date() for item in feed.occurrences]),
        shape=f"ical {producer} {feed.producer}",
    )


def recognise(page: Page) -> float:
    """Certain when the page is a calendar; a hint when only the address looks like one."""
    head = page.body[:4096]
    if _BEGIN.match(head) or any(mark in head for mark in _BEGIN_UTF16):
        return 1.0
    if head.lstrip().upper().startswith(b"BEGIN:VEVENT"):
        return 0.8
    address = urlsplit(page.url)
    if address.scheme.lower().startswith("webcal"):
        return 0.4 if page.body else 1.0
    if _ADDRESS.search(address.path):
        return 0.4 if page.body else 0.9
    return 0.0


def _is_deadline(item: Occurrence) -> bool:
    if item.id.startswith("event-assignment-"):  # Canvas: an assignment, with a time or for a whole day
        return True
    if any(map(_DEADLINE.match, item.categories)):
        return True
    return not item.all_day and item.end == item.start


def _is_free(item: Occurrence) -> bool:
    return any(_FREE.search(text) for text in (item.summary, *item.categories))


def _last_day(item: Occurrence) -> date:
    """DTEND of an all-day event is the day after."""
    last = (item.end or item.start).date() - timedelta(days=1)
    return max(last, item.start.date())


def _covered(days: Sequence[date]) -> tuple[date, ...]:
    if not days:
        return ()
    first, last = min(days), max(days)
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _lesson(item: Occurrence, facts: _Facts) -> Lesson:
    start: time | None = None if item.all_day else item.start.time()
    end: time | None = None if item.all_day or item.end is None else item.end.time()
    return Lesson(
        subject=facts.course or facts.subject,
        date=item.start.date(),
        weekday=item.start.weekday(),
        start=start,
        end=end,
        teachers=facts.teachers,
        rooms=facts.rooms,
        classes=facts.classes,
        groups=facts.groups,
        note=_title_and_note(facts) if facts.course and facts.course != facts.subject else facts.note,
    )


def _homework(item: Occurrence, facts: _Facts) -> Homework:
    """Where the course is marked, the title is the task; elsewhere the title is all that names the subject."""
    text = _title_and_note(facts) if facts.course else facts.note or facts.subject
    found = [item.url, *_LINK.findall(item.description)] if item.url else _LINK.findall(item.description)
    return Homework(
        subject=facts.course or facts.subject,
        text=text,
        due=item.start.date(),
        links=tuple(dict.fromkeys(html.unescape(link) for link in found)),
        classes=facts.classes,
        id=item.id,
    )


def _title_and_note(facts: _Facts) -> str:
    return "\n".join(filter(None, (facts.subject, facts.note)))


def _clean(text: str) -> str:
    """As published: line ends kept, tags stripped, entities decoded, trimmed line by line; "" for a placeholder."""
    plain = _TAG.sub("", re.sub(r"(?i)<br\s*/?>|</p>|</div>|</li>", "\n", text)) if _TAG.search(text) else text
    lines = [line.strip() for line in seen(html.unescape(plain)).replace("\xa0", " ").splitlines()]
    return unless_placeholder(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def _producer(marks: str, occurrences: Sequence[Occurrence]) -> str:
    """Which producer's habits hold: by PRODID, by the host, or by what only it writes."""
    marks = marks.casefold()
    if "moodle" in marks:
        return "moodle"
    if "timeedit" in marks:
        return "timeedit"
    if "somtoday" in marks or "topicus" in marks:
        return "somtoday"
    if "index-education" in marks or "index education" in marks or "hyperplanning" in marks or "pronote" in marks:
        return "index"
    if "canvas" in marks or "instructure" in marks:
        return "canvas"
    for item in occurrences[:50]:
        if item.id.startswith(("event-assignment-", "event-calendar-event-")):
            return "canvas"
        if item.id.endswith("Index-Education") or "HYPERPLANNING" in item.categories:
            return "index"
    return "webuntis" if "untis" in marks else ""


def _facts(producer: str, item: Occurrence) -> _Facts:
    rooms = tuple(filter(None, [_clean(item.location)]))
    plain = _Facts(subject=" ".join(_clean(item.summary).splitlines()), rooms=rooms, note=_clean(item.description))
    match producer:
        case "moodle":
            return replace(plain, course=_clean(item.categories[0]) if item.categories else "")
        case "canvas":
            return _canvas(plain)
        case "timeedit":
            return _timeedit(plain, item)
        case "somtoday":
            return _somtoday(plain)
        case "index":
            return _index_education(plain)
        case "webuntis":
            return replace(plain, rooms=_several(plain.rooms))
    return plain


def _several(values: Sequence[str]) -> tuple[str, ...]:
    parts = [part.strip() for value in values for part in re.split(r"[,;]|\n", value)]
    return tuple(dict.fromkeys(part for part in parts if part not in PLACEHOLDERS))


def _canvas(plain: _Facts) -> _Facts:
    """ "Essay [BIO 101]", in older feeds "[BIO 101] Essay"."""
    title = plain.subject
    match = re.fullmatch(r"(?s)(.+?)\s*\[([^\[\]]+)\]", title) or re.fullmatch(r"(?s)\[([^\[\]]+)\]\s*(.+)", title)
    if match is None:
        return plain
    name, course = (match[2], match[1]) if title.startswith("[") else (match[1], match[2])
    return replace(plain, subject=name.strip(), course=course.strip())


def _somtoday(plain: _Facts) -> _Facts:
    """ "room - group - teacher"; the group's name is all that names the subject."""
    parts = [part.strip() for part in plain.subject.split(" - ")]
    if len(parts) != 3 or not parts[1]:
        return plain
    room, group, teacher = parts
    return replace(
        plain,
        subject=group,
        groups=(group,),
        rooms=_several((room,)) or plain.rooms,
        teachers=_several((teacher,)),
    )


_INDEX_LINE = re.compile(
    r"^(matière|enseignants?|professeurs?|salles?|promotions?|classes?|groupes?|td|mémo)\s*(?:\(s\))?\s*:\s*(.*)$", re.I
)


def _index_education(plain: _Facts) -> _Facts:
    """Hyperplanning and PRONOTE write labelled lines into DESCRIPTION: "Matière : …", "Salle(s) : …"."""
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    for line in plain.note.splitlines():
        match = _INDEX_LINE.match(line)
        if match:
            found.setdefault(match[1].casefold().rstrip("s"), []).append(match[2].strip())
        elif line:
            rest.append(line)
    if "matière" not in found:
        return replace(plain, rooms=_several(plain.rooms))
    return replace(
        plain,
        subject=found["matière"][0] or plain.subject,
        teachers=_several([*found.get("enseignant", []), *found.get("professeur", [])]),
        rooms=_several(found.get("salle", [])) or _several(plain.rooms),
        classes=_several([*found.get("promotion", []), *found.get("classe", [])]),
        groups=_several([*found.get("groupe", []), *found.get("td", [])]),
        note="\n".join([*rest, *filter(None, found.get("mémo", []))]),
    )


_TIMEEDIT_NAME = r"(?:kurs ?namn|course name|kursbenämning)"
_TIMEEDIT_CODE = r"(?:kurs ?kod|course code|kurs)"
_TIMEEDIT_CLASS = r"(?:klass ?kod|class code|klass|class|program ?kod)"
_TIMEEDIT_TEACHER = r"(?:lärare|teacher|personal|staff|signatur)"
_TIMEEDIT_ROOM = r"(?:lokal ?namn|lokal|room(?: name)?|sal)"


def _timeedit(plain: _Facts, item: Occurrence) -> _Facts:
    """Labelled values: "Kurs kod: X. Kurs namn: Y, Klass kod: Z", LOCATION "Lokalnamn: K1. Campus: J"."""
    text = plain.subject

    def labelled(label: str, where: str) -> tuple[str, ...]:
        values = re.findall(rf"(?i)(?:^|[,.\n]\s*){label}:\s*(.*?)\s*(?=[,.]\s*[^\W\d][\w ]*:|\n|$)", where)
        return tuple(dict.fromkeys(value for value in values if value))

    names = labelled(_TIMEEDIT_NAME, text) or labelled(_TIMEEDIT_CODE, text)
    rooms = labelled(_TIMEEDIT_ROOM, _clean(item.location)) or _several(plain.rooms)
    return replace(
        plain,
        subject=", ".join(names) or plain.subject,
        classes=labelled(_TIMEEDIT_CLASS, text),
        teachers=labelled(_TIMEEDIT_TEACHER, text),
        rooms=rooms,
        note="\n".join(filter(None, [plain.subject if names else "", plain.note])),
    )


SOURCE = Source(
    id="ical",
    title="iCalendar (WebUntis, Moodle, Canvas, PRONOTE, TimeEdit, Somtoday, any calendar)",
    country="",
    example_url="https://school.example/calendar/9a.ics",
    scope="school",
    delivers=("lessons", "homework", "notices"),
    fetch=fetch,
    parse=parse,
    recognise=recognise,
    needs="the calendar's address (often a secret one)",
)
