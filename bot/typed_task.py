"""A task as a person types it: "maths p. 45 ex. 3 for friday" into subject, text and day, in six languages. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from bot import dates

LONGEST_SUBJECT = 5  # words
LONGEST_DAY = 3
INTRODUCED = 2  # words that may introduce a day: "bis zum 27.11"
SURE_LETTERS = 3  # of a weekday that nothing introduces: "so" and "ne" are words before they are Sundays
ALIKE = 0.75
INNER = 4  # letters of a later word of a subject that may stand for it
PREFIX = 3  # letters that a short name must share with the subject's beginning ("maths", "Matematika") …
OF_TYPED = 0.6  # … and which part of what was typed they must be

# Before a day: en, lt, pl, de, cs, uk; without accents and case.
_FOR = frozenset(
    (
        *("for", "by", "until", "till", "due", "on", "iki", "i", "ant", "na", "do", "w", "we", "bis", "fur", "am"),
        *("zum", "auf", "ve", "v", "pro", "у", "в", "до", "на", "к", "ко"),
    )
)
_ARTICLES = frozenset({"the", "den", "dem"})
# Beginnings of what makes a weekday the next week's ("kitam antradieniui"), and what leaves it the coming one; folded.
_NEXT_WEEKS = ("next", "kita", "kito", "przyszł", "nastepn", "nachst", "pristi", "dalsi", "наступн")
_COMING = frozenset(
    (
        *("this", "coming", "si", "ateinanti", "ten", "te", "tego", "najblizszy", "najblizsza", "diesen", "dieser"),
        *("kommenden", "tento", "tuto", "цю", "цеи", "наиближчу"),
    )
)
_RELATIVE = {
    0: "today siandien dzis dzisiaj heute dnes сьогодні",
    1: "tomorrow tmrw rytoj rytojui jutro morgen zitra завтра",
    2: "overmorrow poryt pojutrze ubermorgen pozitri pozitrku післязавтра",
}
# Beginnings of weekdays in languages that inflect them; Monday first.
_STEMS = (
    "pirmadien poniedział pondel понеділ",
    "antradien wtor uter вівтор",
    "treciadien srod stred серед",
    "ketvirtadien czwart ctvrt четвер",
    "penktadien piat patek patk п'ятниц",
    "sestadien sobot субот",
    "sekmadien niedziel nedel неділ",
)
_ENDING = 4  # letters that an inflected form may have behind its beginning
_APOSTROPHES = str.maketrans("’ʼ`", "'''")


@dataclass(frozen=True, slots=True)
class TypedTask:
    """What was understood. `subject` None = none of the known ones; `due` None = no day was named."""

    subject: str | None
    text: str
    due: date | None = None


def folded(text: str) -> str:
    """Without accents and case."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def read_task(text: str, subjects: Sequence[str], today: date, lang: str) -> TypedTask:
    """The subject is what the text begins with; the day stands behind it or at the end, "for friday" or "tomorrow"."""
    words = [found.span() for found in re.finditer(r"\S+", text)]
    subject, used = _leading_subject(text, words, subjects)
    words = words[used:]
    due: date | None = None
    if found := _day_at_end(text, words, today, lang) or _day_at_start(text, words, today, lang):
        due, words = found
    rest = text[words[0][0] : words[-1][1]].strip(" ,;:–-") if words else ""
    return TypedTask(subject, rest, due)


def read_due(text: str, today: date, lang: str) -> date | None:
    """The day that a whole text names ("friday", "for 27.11", "rytoj"), from today on; None when it names none."""
    words = folded(text).split()
    while len(words) > 1 and words[0] in _FOR | _ARTICLES:
        words = words[1:]
    return _day(words, today, lang, sure=True)


def match_subject(typed: str, subjects: Sequence[str]) -> str | None:
    """The subject that is meant: its name, its beginning, or what looks most like it; None when that is not clear."""
    named = [one for one in subjects if _initials(one) == folded(typed)] if typed.isupper() else []
    if len(named) == 1:
        return named[0]
    scores = [(_score(folded(typed), folded(subject)), subject) for subject in subjects]
    best = max((score for score, _ in scores), default=0.0)
    found = {subject for score, subject in scores if score == best}
    return found.pop() if best > 0 and len(found) == 1 else None


def _initials(subject: str) -> str:
    """What a school writes for a long name: "ČJ"."""
    parts = folded(subject).split()
    return "".join(part[0] for part in parts) if len(parts) > 1 else ""


def _score(typed: str, subject: str) -> float:
    """From 0 (another) to 3 (its name)."""
    if typed == subject:
        return 3.0
    if len(typed) >= 2 and any(word.startswith(typed) for word in (subject, subject.split()[0] if subject else "")):
        return 2.0
    parts = subject.split()
    first = parts[0] if parts else ""
    if len(typed) >= INNER and any(part.startswith(typed) for part in parts[1:]):  # "polski", of "Język polski"
        return 1.8
    alike = max(SequenceMatcher(None, typed, each, autojunk=False).ratio() for each in (subject, first))
    if alike >= ALIKE:
        return 1.0 + alike / 2
    shared = next(
        (n for n, (a, b) in enumerate(zip(typed, first, strict=False)) if a != b), min(len(typed), len(first))
    )
    return shared / len(typed) if shared >= PREFIX and shared >= OF_TYPED * len(typed) else 0.0


def _leading_subject(text: str, words: list[tuple[int, int]], subjects: Sequence[str]) -> tuple[str | None, int]:
    """The subject and how many words it took: the longest name that is written out, else what the first word means."""
    by_name = {folded(subject): subject for subject in subjects}
    for count in range(min(LONGEST_SUBJECT, len(words)), 0, -1):
        named = by_name.get(folded(text[words[0][0] : words[count - 1][1]]).rstrip(":,;"))
        if named is not None:
            return named, count
    if not words:
        return None, 0
    typed = [folded(text[slice(*word)]).rstrip(".:,;") for word in words[:LONGEST_SUBJECT]]
    short = {subject for subject in subjects if _is_short_for(typed, folded(subject).split())}
    if len(short) == 1:
        found = short.pop()
        return found, len(found.split())
    named_one = match_subject(text[slice(*words[0])].rstrip(".:,;"), subjects)
    if named_one is None:
        return None, 0
    # The words behind it that still belong to the name: "liet. kalba".
    used, parts = 1, [folded(part) for part in named_one.split()]
    begun = parts.pop(0).startswith(typed[0])
    while begun and parts and used < len(typed) and parts[0].startswith(typed[used]):
        parts.pop(0)
        used += 1
    return named_one, used


def _is_short_for(typed: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether each word of a name is there in short: "j. polski", "jęz. pol."."""
    return (
        1 < len(parts) <= len(typed)
        and all(short and part.startswith(short) for short, part in zip(typed, parts, strict=False))
        and any(len(short) >= PREFIX for short in typed[1 : len(parts)])
    )


def _day_at_end(
    text: str, words: list[tuple[int, int]], today: date, lang: str
) -> tuple[date, list[tuple[int, int]]] | None:
    plain = [folded(text[slice(*word)]).strip(",;!()") for word in words]
    for count in range(min(LONGEST_DAY, len(words)), 0, -1):
        start = len(words) - count
        begin = _introduction(plain, start)
        day = _day(plain[start:], today, lang, sure=begin < start)
        if day is not None:
            return day, words[:begin]
    return None


def _introduction(plain: Sequence[str], start: int) -> int:
    """Where the words begin that introduce the one at `start`: "for", "bis zum", "by the"."""
    begin = start
    if begin > 1 and plain[begin - 1] in _ARTICLES and plain[begin - 2] in _FOR:
        begin -= 1
    while begin > 0 and start - begin < INTRODUCED and plain[begin - 1] in _FOR:
        begin -= 1
    return begin


def _day_at_start(
    text: str, words: list[tuple[int, int]], today: date, lang: str
) -> tuple[date, list[tuple[int, int]]] | None:
    plain = [folded(text[slice(*word)]).strip(",;:!()") for word in words]
    begin = 0
    while begin < min(INTRODUCED, len(plain)) and (plain[begin] in _FOR or (begin and plain[begin] in _ARTICLES)):
        begin += 1
    for count in range(min(LONGEST_DAY, len(words) - begin), 0, -1):
        day = _day(plain[begin : begin + count], today, lang, sure=begin > 0)
        if day is not None and (begin or count == 1 or _qualified(plain[begin])):
            return day, words[begin + count :]
    return None


def _day(words: list[str], today: date, lang: str, *, sure: bool) -> date | None:
    """The day from `today` on that these words alone name. Not `sure`: bare figures ("3.11") may be an exercise."""
    phrase = " ".join(words).rstrip()
    if not phrase:
        return None
    for step, names in _RELATIVE.items():
        if phrase in names.split():
            return today + timedelta(days=step)
    if not any(c.isdigit() for c in phrase):
        return _weekday(words, today, lang, sure=sure)
    if sure and (ordinal := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", phrase)):
        return _day_of_month(int(ordinal[1]), today)
    named = any(len(re.sub(r"\W", "", word)) >= 3 and word[0].isalpha() for word in words)
    if not sure and not named and not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.(\d{4})?", phrase):
        return None
    day = dates.read_day(phrase, today, lang)
    return day if day is not None and day >= today else None


def _day_of_month(number: int, today: date) -> date | None:
    """The next day with this number, within two months."""
    ahead = (today + timedelta(days=step) for step in range(62))
    return next((day for day in ahead if day.day == number), None)


def _qualified(word: str) -> bool:
    return word.startswith(_NEXT_WEEKS) or word in _COMING


def _weekday(words: list[str], today: date, lang: str, *, sure: bool) -> date | None:
    """The next such weekday after today; "next friday" is the one of the next week."""
    if len(words) == 2 and _qualified(words[0]):
        coming = _weekday(words[1:], today, lang, sure=True)
        if coming is None or not words[0].startswith(_NEXT_WEEKS):
            return coming
        return today + timedelta(days=7 - today.weekday() + coming.weekday())
    if len(words) != 1 or len(words[0]) < 2:
        return None
    word = words[0].rstrip(".")
    for number, stems in enumerate(_STEMS):
        if any(word.startswith(folded(stem)) and len(word) - len(stem) <= _ENDING for stem in stems.split()):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    found = dates.read_day(word, today, lang)
    # Unasked, "so" is no Sunday, nor is "the sun".
    if found is None or (not sure and (len(words[0]) < SURE_LETTERS or (len(word) <= 3 and found.weekday() > 4))):
        return None
    return found if found > today else found + timedelta(days=7)
