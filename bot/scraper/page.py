"""Pure helpers that sources share: text, small trees, periods, times, dates without a year, names, refusals."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, time
from functools import lru_cache, wraps
from typing import TypeVar

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from bs4.exceptions import ParserRejectedMarkup
from bs4.filter import SoupStrainer

from bot.errors import EmptyBody, LoginRequired, MaintenancePage, SourceChanged, SourceError, UnknownTarget, WrongPage
from bot.model import Lesson, Plan, TargetKind
from bot.names import class_key as class_key
from bot.names import match_name as match_name
from bot.names import nearest_names as nearest_names
from bot.scraper.charset import decoded
from bot.scraper.contract import Page, Query

PLACEHOLDERS = frozenset({"", "-", "--", "---", "–", "—", "+", "?", "???"})
_T = TypeVar("_T")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_PILED_UP = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def text_of(page: Page, *, fallback: str = "cp1252") -> str:
    """The page as text: BOM, then strict UTF-8, then the declared charset, then `fallback` (by country), then others.

    What is not UTF-8 must read well (bot/scraper/charset.py). Raises EmptyBody for a body without a visible byte,
    SourceChanged for bytes that no charset reads or that read as mojibake, WrongPage for binary data.
    """
    body = page.body
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            body = body[len(bom) :]
            if not body.strip():
                raise EmptyBody("the answer is empty")
            try:
                return body.decode(encoding)
            except UnicodeDecodeError:
                break
    if not body.strip():
        raise EmptyBody("the answer is empty")
    if wide := _wide(body):
        return body.decode(wide, "replace")
    if b"\x00" in body:
        raise WrongPage("the answer is binary data, not a page")
    text = decoded(body, declared=page.charset, fallback=fallback)
    if text is None:
        raise SourceChanged("the page's character set cannot be told")
    return text


def loose(page: Page) -> str:
    """The page's markup before its character set is told: for landmarks and addresses, which are ASCII."""
    return page.body.decode(_wide(page.body) or "latin-1", "replace")


_WIDE = {
    "utf-16-le": re.compile(rb"\xff\xfe|(?:\s\x00){0,99}<\x00"),
    "utf-16-be": re.compile(rb"\xfe\xff|(?:\x00\s){0,99}\x00<"),
}


def _wide(body: bytes) -> str | None:
    """The encoding of a page of two bytes a letter, by its mark or, where that is missing, by its first tag."""
    return next((encoding for encoding, begun in _WIDE.items() if begun.match(body)), None)


def soup_of(text: str, only: SoupStrainer) -> BeautifulSoup:
    """The page as a tree, strained to what is read of it: for small pages that hold no plan (menus, lists of weeks).

    A plan is too large for a tree: bot/scraper/markup.py, tables.py and rowstream.py read those. Raises SourceChanged
    for markup that nothing reads.
    """
    try:
        return BeautifulSoup(text, "html.parser", parse_only=only)
    except ParserRejectedMarkup as error:
        raise SourceChanged("the page's markup cannot be read") from error


def text_in(node: Tag | NavigableString | None, *, breaks: str = " ") -> str:
    """The visible text of a node, squeezed; `<br>` becomes `breaks`."""
    if node is None:
        return ""
    if isinstance(node, NavigableString):
        return squeeze(node)
    return squeeze("".join(_pieces(node, breaks)))


def _pieces(node: Tag, breaks: str) -> Iterator[str]:
    for child in node.descendants:
        if isinstance(child, Tag):
            if child.name == "br":
                yield breaks
        elif type(child) is NavigableString:  # not a comment, not a script
            yield str(child)


def remembered(read: Callable[[str], _T]) -> Callable[[str], _T]:
    """`read` with its answers kept: a plan says the same few hundred words in every row.

    For pure readers of a cell whose answer is frozen. What is longer than a name or a date is read anew each time, so
    that no page lives on in here.
    """
    kept = lru_cache(maxsize=2048)(read)

    @wraps(read)
    def known(text: str) -> _T:
        return kept(text) if len(text) <= 80 else read(text)

    return known


def squeeze(value: str) -> str:
    """Trimmed, NFC, every run of white space (no-break spaces included) as one space, nothing that cannot be shown.

    Dropped are control characters, lone surrogates, marks that turn the direction of writing, soft hyphens, and
    combining marks beyond three on one letter.
    """
    if value.isascii() and value.isprintable():
        return " ".join(value.split())
    return " ".join(seen(value).split())


def seen(value: str) -> str:
    """NFC, without what cannot be shown (as `squeeze` says); blanks and line ends are left as they are."""
    return _PILED_UP.sub(r"\1", unicodedata.normalize("NFC", _UNSEEN.sub("", value)))


def unless_placeholder(text: str) -> str:
    """The text, or "" for what stands for "nothing" in every system ("---", "+", "???")."""
    return "" if text in PLACEHOLDERS else text


def nearest_date(day: int, month: int, near: date, weekday: int | None = None) -> date:
    """The date with this day and month that lies nearest to `near`. Raises ValueError if there is none.

    A `weekday` (0 = Monday) that the page prints beside it settles the year of an old page: every date falls on it
    within six years.
    """
    candidates = []
    for year in range(near.year - 6, near.year + 7):
        try:
            candidates.append(date(year, month, day))
        except ValueError:
            continue
    if not candidates:
        raise ValueError(f"no such date: {day}.{month}.")
    agreeing = [candidate for candidate in candidates if weekday in (None, candidate.weekday())]
    return min(agreeing or candidates, key=lambda candidate: abs((candidate - near).days))


_CLOCK = re.compile(r"^\s*(\d{1,2})[:.h]?(\d{2})\s*$")


@remembered
def clock_time(text: str) -> time | None:
    """ "8:00", "08.00" or "0800" as a time; None for anything else."""
    match = _CLOCK.match(text)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return time(int(match[1]), int(match[2]))


_SPAN = re.compile(r"^(\d{1,2})\.?\s*(?:-|–|—|bis)\s*(\d{1,2})\.?$")


@remembered
def period_labels(text: str) -> tuple[str, ...]:
    """The periods a cell names: "3", "3 - 5" (a span), "1, 2" (a list), "4/5" (a break: one label), "" (none)."""
    labels: list[str] = []
    for part in re.split(r"\s*[,;]\s*", squeeze(text)):
        span = _SPAN.match(part)
        if span and int(span[1]) <= int(span[2]):
            labels.extend(str(number) for number in range(int(span[1]), int(span[2]) + 1))
        elif part:
            labels.append(part.removesuffix("."))
    return tuple(dict.fromkeys(labels))


# Words of maintenance pages in the languages of the supported systems: in a heading, or in a short page's text.
_MAINTENANCE = re.compile(
    r"maintenance|under construction|temporarily (?:unavailable|closed)|service unavailable|wartung|wartungsarbeiten|"
    r"przerwa techniczna|prace (?:konserwacyjne|techniczne)|aktualizacja bazy|czasowo (?:wyłączon|niedostępn)|"
    r"údržb|odstávka|dočasně nedostupn|priežiūros darbai|laikinai nepasiekiam|atnaujinimo darbai|profilaktik|"
    r"технічн\w+ (?:роботи|перерва)|тимчасово недоступн|ведутся технические|bad gateway|gateway time-?out|"
    r"internal server error|error 50\d|just a moment",
    re.I,
)
_LOGIN = re.compile(
    r"""<input\b[^<>]{0,500}\btype\s*=\s*["']?password"""
    r"""|<title>[^<]*(?:log ?in|sign ?in|anmelden|anmeldung|prisijung|zaloguj|logowanie|přihlá|вхід)""",
    re.I,
)


def why_not(text: str, system: str) -> SourceError:
    """The error for a page that lacks the system's landmarks: maintenance, login, or simply another page.

    Call it only when the landmark is missing: a plan may quote any of these words.
    """
    head = text[:200_000]
    # Each pattern is linear on noise: no tag spans another, what is never closed is passed over once.
    visible = squeeze(re.sub(r"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", " ", head))
    title = re.search(r"(?is)<title[^<>]{0,200}>([^<]{0,500})</title", head)
    headings = " ".join([title[1] if title else "", *re.findall(r"(?is)<h[12]\b[^<>]{0,500}>(.{0,500}?)</h[12]", head)])
    if not visible:
        return EmptyBody(f"the page is blank: it holds no {system} plan")
    if _MAINTENANCE.search(headings) or (len(visible) < 2000 and _MAINTENANCE.search(visible)):
        return MaintenancePage("the school's page says that it is under maintenance")
    if _LOGIN.search(head):
        return LoginRequired("the school's page asks for a login")
    return WrongPage(f"the page holds no {system} plan")


def of_file(plan: Plan, query: Query) -> Plan:
    """What a file holds of the target that is asked for. Raises UnknownTarget when neither lessons nor list name it.

    An address has led to the page of whoever is asked for; of a file nobody has looked yet whose page it is.
    """
    if not query.name or not query.url.startswith("file:"):
        return plan
    if plan.lessons:
        return replace(plan, lessons=_lessons_with(plan.lessons, query.kind, query.name))
    listed = [target.name for target in plan.targets if target.kind is query.kind]
    short = [part for name in listed for part in re.split(r"[\s()]+", name)]  # "I.Ochocki (Io)" is "Io" as well
    if plan.targets and match_name(query.name, [*listed, *short]) is None:
        raise UnknownTarget(query.name, nearest_names(query.name, listed))
    return plan


def _lessons_with(lessons: Sequence[Lesson], kind: TargetKind, name: str) -> tuple[Lesson, ...]:
    sides = {TargetKind.CLASS: "classes", TargetKind.TEACHER: "teachers", TargetKind.ROOM: "rooms"}
    named: dict[str, None] = dict.fromkeys(one for lesson in lessons for one in getattr(lesson, sides[kind]))
    found = match_name(name, list(named)) or next(
        (one for one in named if class_key(one.partition(" ")[0]) == class_key(name)), None
    )
    if found is None:
        raise UnknownTarget(name, nearest_names(name, list(named)))
    return tuple(lesson for lesson in lessons if found in getattr(lesson, sides[kind]))
