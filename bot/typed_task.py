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
ALIKE = 0.75
PREFIX = 3  # letters that a short name must share with the subject's beginning ("maths", "Matematika") …
OF_TYPED = 0.6  # … and which part of what was typed they must be

# Before a day: en, lt, pl, de, cs, uk; without accents and case.
_FOR = frozenset(
    (
        *("for", "by", "until", "till", "due", "on", "iki", "i", "ant", "na", "do", "w", "we", "bis", "fur", "am"),
        *("zum", "auf", "ve", "v", "pro", "у", "в", "до", "на", "к", "ко"),
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
    if words and words[0] in _FOR:
        words = words[1:]
    return _day(words, today, lang, sure=True)


def match_subject(typed: str, subjects: Sequence[str]) -> str | None:
    """The subject that is meant: its name, its beginning, or what looks most like it; None when that is not clear."""
    scores = [(_score(folded(typed), folded(subject)), subject) for subject in subjects]
    best = max((score for score, _ in scores), default=0.0)
    found = {subject for score, subject in scores if score == best}
    return found.pop() if best > 0 and len(found) == 1 else None


def _score(typed: str, subject: str) -> float:
    """From 0 (another) to 3 (its name)."""
    if typed == subject:
        return 3.0
    if len(typed) >= 2 and any(word.startswith(typed) for word in (subject, subject.split()[0] if subject else "")):
        return 2.0
    first = subject.split()[0] if subject.split() else ""
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
    found = match_subject(text[slice(*words[0])].rstrip(":,;"), subjects)
    if found is None:
        return None, 0
    # The words behind it that still belong to the name: "liet. kalba".
    used, parts = 1, [folded(part) for part in found.split()[1:]]
    while parts and used < len(words) and parts[0].startswith(folded(text[slice(*words[used])]).rstrip(".:,;")):
        parts.pop(0)
        used += 1
    return found, used


def _day_at_end(
    text: str, words: list[tuple[int, int]], today: date, lang: str
) -> tuple[date, list[tuple[int, int]]] | None:
    plain = [folded(text[slice(*word)]).strip(",;!()") for word in words]
    for count in range(min(LONGEST_DAY, len(words)), 0, -1):
        start = len(words) - count
        introduced = start > 0 and plain[start - 1] in _FOR
        day = _day(plain[start:], today, lang, sure=introduced)
        if day is not None:
            return day, words[: start - 1 if introduced else start]
    return None


def _day_at_start(
    text: str, words: list[tuple[int, int]], today: date, lang: str
) -> tuple[date, list[tuple[int, int]]] | None:
    plain = [folded(text[slice(*word)]).strip(",;:!()") for word in words]
    introduced = bool(plain) and plain[0] in _FOR
    begin = 1 if introduced else 0
    for count in range(min(LONGEST_DAY, len(words) - begin), 0, -1):
        day = _day(plain[begin : begin + count], today, lang, sure=introduced)
        if day is not None and (introduced or count == 1):
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
        return _weekday(words, today, lang)
    named = any(len(re.sub(r"\W", "", word)) >= 3 and word[0].isalpha() for word in words)
    if not sure and not named and not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.(\d{4})?", phrase):
        return None
    day = dates.read_day(phrase, today, lang)
    return day if day is not None and day >= today else None


def _weekday(words: list[str], today: date, lang: str) -> date | None:
    """The next such weekday after today."""
    if len(words) != 1 or len(words[0]) < 2:
        return None
    word = words[0].rstrip(".")
    for number, stems in enumerate(_STEMS):
        if any(word.startswith(folded(stem)) and len(word) - len(stem) <= _ENDING for stem in stems.split()):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    found = dates.read_day(word, today, lang)
    if found is None:
        return None
    return found if found > today else found + timedelta(days=7)
