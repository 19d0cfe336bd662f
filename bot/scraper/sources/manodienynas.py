"""Mano dienynas: the homework, the announced tests, the timetable and the holidays of one account."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import urljoin, urlsplit

from bot.errors import LoginRequired, NotReleased, SourceChanged, SourceError, TruncatedPage, WrongPage
from bot.model import Exam, FreeDays, Homework, Lesson, Plan
from bot.scraper.contract import Http, Page, Query, Source
from bot.scraper.page import clock_time, nearest_date, text_of, why_not
from bot.scraper.rowstream import Cell, End, Row, TableStart, attributes_in, must_end, stream, visible

_LOGIN_PAGE = "/1/lt/public/public/login"
_LOGIN = "/1/lt/ajax/user/login"
_HOMEWORK = "/1/lt/page/classhomework/home_work"
_EXAMS = "/1/lt/page/control_work/dates_pupil"
_SCHEDULE = "/1/lt/page/schedule/view"
_HOLIDAYS = "/1/lt/page/atostogos/atostogu_rodymas"
_MOST_PAGES = 10
_DAYS_BACK = 14
# What was asked in this visit already is asked once more: the first answer was that of a session that had ended.
_ANEW = {"Cache-Control": "no-cache"}
_SIGNED_IN = "act-user-info-text"

# The months as a date names them ("rugsėjo 30 d."), and as a heading does.
MONTHS = (
    ("sausio", "sausis"),
    ("vasario", "vasaris"),
    ("kovo", "kovas"),
    ("balandžio", "balandis"),
    ("gegužės", "gegužė"),
    ("birželio", "birželis"),
    ("liepos", "liepa"),
    ("rugpjūčio", "rugpjūtis"),
    ("rugsėjo", "rugsėjis"),
    ("spalio", "spalis"),
    ("lapkričio", "lapkritis"),
    ("gruodžio", "gruodis"),
)
# Letters of another alphabet that look like ours and get into typed tables.
_LOOK_ALIKE = str.maketrans("аеорсухіјѕкАЕОРСУХІЈЅКВМТ", "aeopcyxijskAEOPCYXIJSKBMT")
_ISO = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_TIMES = re.compile(r"(\d{1,2}[:.]\d{2})\D+(\d{1,2}[:.]\d{2})")
_NONE = re.compile(r"\b(?:nėra|nerasta|įrašų nėra|duomenų nėra|tuščia)\b", re.I)
_OWN_ID = re.compile(r"home_work_show/(\d+)")
_TABLES = re.compile(r"classhomework_table|cWorksListTable|sheduleContTable|schedule_day_table")


async def fetch(http: Http, query: Query) -> tuple[Page, ...]:
    """Signs in once, then asks for the homework (all of its pages), the tests, the timetable and the holidays.

    Raises LoginRequired for a missing or refused user name or password: the caller must not try again with the same.
    A session that ends on the way is opened once more.
    """
    if not query.username or not query.password:
        raise LoginRequired("Mano dienynas needs the user name and the password of an account")
    base = _base(query.url)
    await _sign_in(http, base, query)
    pages = [await _ask(http, base, query, _HOMEWORK)]
    start = query.start or query.today
    form = {
        "datepickerFrom": f"{start - timedelta(days=_DAYS_BACK):%Y-%m-%d}",
        "datepickerTo": f"{(query.end or start + timedelta(days=60)):%Y-%m-%d}",
        "changeDate": "1",
        "orderBy": "2",
        "lessonSelect": "0",
    }
    seen = {pages[0].body}
    for number in range(_MOST_PAGES):
        page = await _ask(http, base, query, f"{_HOMEWORK}/0/{number}", form)
        if page.body in seen:
            break
        seen.add(page.body)
        pages.append(page)
        if f"home_work/0/{number + 1}".encode() not in page.body:
            break
    others = [await _ask(http, base, query, path) for path in (_EXAMS, _SCHEDULE, _HOLIDAYS)]
    return (*pages, *others)


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _sign_in(http: Http, base: str, query: Query, *, anew: bool = False) -> None:
    """Sign in, unless the session of the last visit still stands; `anew` = it is known not to."""
    page = await http.get(base + _LOGIN_PAGE, headers=_ANEW if anew else None)
    if _SIGNED_IN.encode() in page.body and not anew:
        return
    form = {"username": query.username, "password": query.password, "dienynas_remember_me": "1"}
    _check_answer(text_of(await http.post(base + _LOGIN, data=form)))


async def _ask(http: Http, base: str, query: Query, path: str, form: Mapping[str, str] | None = None) -> Page:
    """One page of the account. A session that has ended is opened once more; what comes then is the answer."""
    page = await _once(http, base + path, form)
    if _SIGNED_IN.encode() in page.body or _has_tables(page, page.body.decode("latin-1")):
        return page
    await _sign_in(http, base, query, anew=True)
    return await _once(http, base + path, form, headers=_ANEW)


async def _once(
    http: Http, url: str, form: Mapping[str, str] | None, *, headers: Mapping[str, str] | None = None
) -> Page:
    return await http.get(url, headers=headers) if form is None else await http.post(url, data=form, headers=headers)


def _check_answer(text: str) -> None:
    """The answer to a sign-in: `url` leads on when it worked, `message` says why it did not."""
    try:
        answer = json.loads(text)
    except ValueError:
        raise why_not(text, "Mano dienynas") from None
    if not isinstance(answer, dict) or "url" not in answer:
        raise WrongPage("the answer to the sign-in is not one of Mano dienynas")
    if not answer["url"]:
        raise LoginRequired("Mano dienynas refused the user name or the password", refused=True)


@dataclass(slots=True)
class _Found:
    """What the pages said so far; `says_none` when one of them said in words that it has no entries."""

    homework: list[Homework] = field(default_factory=list)
    exams: list[Exam] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    free: list[FreeDays] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    says_none: bool = False


def parse(pages: Sequence[Page], query: Query) -> Plan:
    """What the account's pages hold, each told by its table. Errors as in the contract.

    Pages whose tables are all empty and say nothing are NotReleased: that there is no homework must be written.
    """
    found = _Found()
    for page in pages:
        text = text_of(page)
        if text.lstrip().startswith("{"):
            _check_answer(text)
            raise WrongPage("the answer to a sign-in holds no homework")
        if not _has_tables(page, text):
            if _SIGNED_IN in text and len(pages) > 1 and _HOMEWORK not in page.url:
                continue  # not every school uses the tests, the timetable or the holidays
            raise _refused(text)
        _read(text, page, query, found)
    homework = tuple(dict.fromkeys(_with_ids(found.homework)))
    if not (homework or found.exams or found.lessons or found.free or found.says_none):
        raise NotReleased("the tables of Mano dienynas are empty and do not say that there is nothing")
    return Plan(
        homework=homework,
        exams=tuple(dict.fromkeys(found.exams)),
        lessons=tuple(found.lessons),
        free_days=tuple(dict.fromkeys(found.free)),
        shape="|".join(sorted(set(found.shapes))),
    )


def _has_tables(page: Page, text: str) -> bool:
    return bool(_TABLES.search(text)) or ("atostog" in page.url and "tableBack" in text)


def _refused(text: str) -> SourceError:
    """A page without a table: somebody who is not signed in, or a page that changed."""
    if _SIGNED_IN in text:
        return SourceChanged("the page of Mano dienynas has none of the known tables")
    if re.search(r"name=[\"']?(?:username|login_submit)|public/public/login", text):
        return LoginRequired("Mano dienynas asks for a sign-in: the session has ended")
    return why_not(text, "Mano dienynas")


def _read(text: str, page: Page, query: Query, found: _Found) -> None:
    reader = _Reader(page, query, found)
    for item in stream(text):
        if isinstance(item, TableStart):
            reader.open_table(item)
        elif isinstance(item, Row):
            reader.row(item)
        elif isinstance(item, End) and item.open_tables:
            raise TruncatedPage("the page ends inside a table")
    must_end(text)
    reader.finish()


class _Reader:
    """Which table we are in, its columns, and for the timetable the times and the number of the day."""

    def __init__(self, page: Page, query: Query, found: _Found) -> None:
        self.page = page
        self.query = query
        self.found = found
        self.kinds: dict[int, str] = {}
        self.columns: dict[int, tuple[str, ...]] = {}
        self.times: list[str] = []
        self.days: dict[int, int] = {}
        self.counts: Counter[int] = Counter()

    def open_table(self, table: TableStart) -> None:
        classes, name = table.classes, attributes_in(table.attributes).get("id", "")
        if "classhomework_table" in classes:
            self.kinds[table.table] = "homework"
        elif name == "cWorksListTable":
            self.kinds[table.table] = "exams"
        elif "schedule_time_table" in classes:
            self.kinds[table.table] = "times"
        elif "schedule_day_table" in classes:
            self.kinds[table.table] = "day"
            self.days[table.table] = len(self.days)
        elif "tableBack" in classes and "atostog" in self.page.url:
            self.kinds[table.table] = "free"

    def row(self, row: Row) -> None:
        kind = self.kinds.get(row.table, "")
        if not kind or "adnet_main" in row.classes:  # an advertisement
            return
        if kind == "times":
            self.times.append(" ".join(cell.text for cell in row.cells))
        elif kind == "day":
            self._lesson(row)
        elif all(cell.header for cell in row.cells):
            self.columns[row.table] = tuple(_column(cell.text) for cell in row.cells)
            self.found.shapes.append(f"{kind}({','.join(self.columns[row.table])})")
        elif len(row.cells) == 1:
            self.found.says_none = self.found.says_none or bool(_NONE.search(row.cells[0].text))
        elif kind == "free":
            self._free(row)
        else:
            self._entry(kind, row)

    def _entry(self, kind: str, row: Row) -> None:
        columns = self.columns.get(row.table)
        wanted = {"subject", "text", "due"} if kind == "homework" else {"date", "group"}
        if columns is None or not wanted <= set(columns):
            raise SourceChanged(f"the columns of the table of {kind} are not the known ones")
        if len(row.cells) < len(columns):
            raise SourceChanged(f"a row of the table of {kind} has {len(row.cells)} cells for {len(columns)} columns")
        cells = dict(zip(columns, row.cells, strict=False))
        if kind == "homework":
            self.found.homework.append(self._task(cells, row))
        else:
            self.found.exams.append(_exam(cells))

    def _task(self, cells: dict[str, Cell], row: Row) -> Homework:
        due, entered = iso_date(cells["due"].text), iso_date(_text(cells.get("entered")))
        taught = lesson_date(_text(cells.get("lesson date")), entered or due or self.query.today)
        links = [href for cell in row.cells for href in re.findall(r"<a\b([^<>]*)>", cell.raw, re.I)]
        own = _OWN_ID.search(" ".join(cell.raw for cell in row.cells))
        lesson = attributes_in(cells["subject"].attributes).get("data-lesson-id", "")
        return Homework(
            subject=cells["subject"].text,
            text=visible(cells["text"].raw, breaks="\n"),
            assigned=taught or entered,
            due=due,
            links=self._links(links),
            id=own[1] if own else f"{lesson}/{taught}" if lesson and taught else "",
        )

    def _links(self, tags: list[str]) -> tuple[str, ...]:
        hrefs = (attributes_in(tag).get("href", "").strip() for tag in tags)
        kept = [href for href in hrefs if href and not href.startswith(("#", "javascript:", "mailto:"))]
        kept = [href for href in kept if "home_work_show" not in href]
        if self.page.url.startswith("http"):
            kept = [urljoin(self.page.url, href) for href in kept]
        return tuple(dict.fromkeys(kept))

    def _lesson(self, row: Row) -> None:
        place = self.counts[row.table]
        self.counts[row.table] += 1
        slot = self.times[place] if place < len(self.times) else ""
        times = _TIMES.search(slot)
        number = re.match(r"\s*(\d{1,2})\s*(?:[.)]|pam|\s)", slot if not times else slot[: times.start()] + " ")
        if number is None and row.cells[0].text.rstrip(".").isdecimal():
            number = re.match(r"(\d{1,2})", row.cells[0].text)
        for raw in re.findall(r"(?is)<a\b[^<>]*>(.*?)</a>", " ".join(cell.raw for cell in row.cells)):
            if subject := visible(raw):
                self.found.lessons.append(
                    Lesson(
                        subject=subject,
                        weekday=self.days[row.table],
                        periods=(number[1],) if number else (),
                        start=clock_time(times[1]) if times else None,
                        end=clock_time(times[2]) if times else None,
                    )
                )

    def _free(self, row: Row) -> None:
        dates = [day for cell in row.cells if (day := iso_date(cell.text))]
        if len(dates) >= 2 and dates[0] <= dates[1]:
            self.found.free.append(FreeDays(dates[0], dates[1], row.cells[0].text))

    def finish(self) -> None:
        if not self.kinds:
            raise SourceChanged("the page of Mano dienynas has none of the known tables")
        if "day" in self.kinds.values():
            if len(self.days) > 7:
                raise SourceChanged("the timetable has more than seven days")
            self.found.shapes.append(f"schedule({len(self.days)})")
            self.found.says_none = True  # a timetable without a lesson is the timetable of a holiday


def _with_ids(tasks: list[Homework]) -> list[Homework]:
    """The tasks; a key that two different ones share (two tasks of one lesson) is no key."""
    owners = Counter(task.id for task in set(tasks))
    return [replace(task, id="") if owners[task.id] > 1 else task for task in tasks]


def _exam(cells: dict[str, Cell]) -> Exam:
    kind, theme = _text(cells.get("kind")), _text(cells.get("theme"))
    return Exam(
        subject=cells["group"].text,
        date=iso_date(cells["date"].text),
        text=": ".join(part for part in (kind, theme) if part),
    )


def _text(cell: Cell | None) -> str:
    return cell.text if cell is not None else ""


# The first word that fits decides: "Pamokos data" before "Pamoka".
_COLUMN_WORDS = (
    ("pamokos data", "lesson date"),
    ("pamoka", "subject"),
    ("dalykas", "subject"),
    ("mokytoj", "teacher"),
    ("namų darb", "text"),
    ("atlikti iki", "due"),
    ("įvest", "entered"),
    ("prikabint", "files"),
    ("darbo tipas", "kind"),
    ("darbo tema", "theme"),
    ("tipas", "kind"),
    ("tema", "theme"),
    ("grupė", "group"),
    ("data", "date"),
)


def _column(header: str) -> str:
    folded = header.lower()
    return next((name for word, name in _COLUMN_WORDS if word in folded), "")


def iso_date(text: str) -> date | None:
    """The date in "2025-10-03" or "2025-10-03 00:00:00"; None for what is no date ("0000-00-00", "-")."""
    match = _ISO.search(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def lesson_date(text: str, near: date) -> date | None:
    """The date in "Rugsėjo 30 Antradienis", which has no year: the one nearest to `near`; None for no such date."""
    words = text.split()
    month = next((number for word in words if (number := month_number(word))), None)
    day = next((int(word) for word in words if word.isdecimal() and len(word) <= 2), None)
    if month is None or day is None:
        return iso_date(text)
    try:
        return nearest_date(day, month, near)
    except ValueError:
        return None


def month_number(word: str) -> int | None:
    """1 to 12 for the name of a month, whatever the case, accents or look-alike letters; None for another word."""
    return _MONTH_NUMBER.get(_folded(word))


def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.translate(_LOOK_ALIKE).casefold())
    return "".join(letter for letter in decomposed if letter.isalpha() and not unicodedata.combining(letter))


_MONTH_NUMBER = {_folded(name): number for number, names in enumerate(MONTHS, 1) for name in names}


def recognise(page: Page) -> float:
    """By the host, or by the tables."""
    if (urlsplit(page.url).hostname or "").endswith("manodienynas.lt"):
        return 1.0
    marks = (b"classhomework_table", b"cWorksListTable", b"sheduleContTable", b"act-user-info-text")
    return 1.0 if any(mark in page.body for mark in marks) else 0.0


SOURCE = Source(
    id="manodienynas",
    title="Mano dienynas",
    country="LT",
    example_url="https://www.manodienynas.lt/",
    scope="school",
    delivers=("homework", "exams", "lessons"),
    needs="an account of your own (user name and password); read the terms of Mano dienynas first",
    experimental="the tests, the timetable and the holidays: only their structure is known",
    min_interval=1800,
    homework_days=_DAYS_BACK,
    fetch=fetch,
    parse=parse,
    recognise=recognise,
)
