"""Which task is which: what a school says of homework and tests now, against what is known of them. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

from bot.model import Exam, Homework, Plan
from bot.names import class_key

EDITED = 0.6
"""How alike two texts for one subject and day must be (0 to 1) to be one task that was edited."""
COMPARED = 400  # characters of a text that are compared: the work grows with their square


@dataclass(frozen=True, slots=True)
class Fact:
    """Homework or a test as a school publishes it. `classes` are keys (bot/names.py), () = everybody's.

    `due` is None when the school's date cannot be read. `source_id` is the system's own key, "" when it has none.
    """

    kind: Literal["homework", "exam"]
    subject: str
    text: str
    due: date | None = None
    assigned: date | None = None
    links: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    source_id: str = ""

    @property
    def content(self) -> tuple[str, ...]:
        """What makes two entries without a key of the system's one and the same."""
        due = "" if self.due is None else self.due.isoformat()
        return (self.kind, " ".join(self.classes), plain(self.subject), due, plain(self.text))

    @property
    def key(self) -> str:
        """The identity in one short string: the system's key, else the content's hash. Never a guessed date."""
        if self.source_id:
            return f"id:{self.kind}:{self.source_id}"
        return "is:" + hashlib.sha256("\x1f".join(self.content).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that was taken over before, with its number."""

    id: int
    fact: Fact
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done: facts to add, numbers whose fact is another one now (or is back), numbers that are gone."""

    new: tuple[Fact, ...] = ()
    changed: tuple[tuple[int, Fact], ...] = ()
    withdrawn: tuple[int, ...] = ()


def plain(text: str) -> str:
    """A text as it is compared: case, accents' encoding, punctuation and spaces do not count. Digits stay apart."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", " ", folded).strip() or folded.strip()


def facts_of(plan: Plan) -> tuple[Fact, ...]:
    """The homework and tests of a plan, each once. A key of the system's that two different ones share is no key."""
    found = [_of_homework(task) for task in plan.homework] + [_of_exam(exam) for exam in plan.exams]
    distinct: dict[tuple[str, ...], Fact] = {}
    for fact in found:
        distinct.setdefault(fact.content, fact)
    owners = Counter((fact.kind, fact.source_id) for fact in distinct.values())
    return tuple(
        replace(fact, source_id="") if owners[fact.kind, fact.source_id] > 1 else fact for fact in distinct.values()
    )


def _of_homework(task: Homework) -> Fact:
    return Fact(
        "homework", task.subject, task.text, task.due, task.assigned, task.links, _keys(task.classes), task.id
    )  # fmt: skip


def _of_exam(exam: Exam) -> Fact:
    return Fact("exam", exam.subject, exam.text, exam.date, classes=_keys(exam.classes), source_id=exam.id)


def _keys(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({class_key(name) for name in names} - {""}))


def reconcile(known: Sequence[Known], found: Sequence[Fact], today: date, *, oldest: date | None = None) -> Changes:
    """What the facts of now mean for the known ones. `found` holds each fact once (`facts_of`).

    A fact is a known one when the system's key says so; else when its content is equal; else when only the date became
    readable or unreadable; else, for what has not been withdrawn, when an alike text stands for the same subject and
    day, or the same text for another day to come. What is past is never withdrawn, nor what was assigned before
    `oldest`: the school was not asked for it any more.
    """
    state = _Matching(list(known), list(found))
    # What is there goes before what was withdrawn once: a task that is back finds its ticks again.
    for among in (state.active, state.every):
        state.pair(among, _same_key)
        state.pair(among, lambda old, new: old.content == new.content)
        state.pair(among, _date_read_or_lost)
    state.pair_alike()
    state.pair(state.active, lambda old, new: _moved(old, new, today))
    changed = [(old.id, state.found[at]) for old, at in state.pairs if old.withdrawn or old.fact != state.found[at]]
    gone = [
        old.id
        for old in state.left(state.active)
        if (old.fact.due is None or old.fact.due >= today)
        and not (oldest is not None and old.fact.assigned is not None and old.fact.assigned < oldest)
    ]
    taken = {at for _, at in state.pairs}
    new = [fact for at, fact in enumerate(found) if at not in taken]
    return Changes(tuple(new), tuple(sorted(changed, key=lambda one: one[0])), tuple(gone))


class _Matching:
    """Pairs of a known fact and a place in `found`, each in one pair at most."""

    def __init__(self, known: list[Known], found: list[Fact]) -> None:
        self.every = sorted(known, key=lambda old: old.id)
        self.active = [old for old in self.every if not old.withdrawn]
        self.found = found
        self.pairs: list[tuple[Known, int]] = []
        self._known: set[int] = set()
        self._found: set[int] = set()

    def left(self, among: Iterable[Known]) -> Iterator[Known]:
        return (old for old in among if old.id not in self._known)

    def pair(self, among: Sequence[Known], same: Callable[[Fact, Fact], bool]) -> None:
        """Pair what is left, in the order of the numbers, where `same` says so."""
        for old in list(self.left(among)):
            for at, new in enumerate(self.found):
                if at not in self._found and same(old.fact, new):
                    self._take(old, at)
                    break

    def pair_alike(self) -> None:
        """Pair edited texts of one subject and day, the most alike first."""
        scores = [
            (-_likeness(old.fact.text, new.text), old.id, at, old)
            for old in self.left(self.active)
            for at, new in enumerate(self.found)
            if at not in self._found and _same_place(old.fact, new) and old.fact.due == new.due
        ]
        for score, number, at, old in sorted(scores, key=lambda one: one[:3]):
            if -score >= EDITED and number not in self._known and at not in self._found:
                self._take(old, at)

    def _take(self, old: Known, at: int) -> None:
        self.pairs.append((old, at))
        self._known.add(old.id)
        self._found.add(at)


def _same_key(old: Fact, new: Fact) -> bool:
    return bool(old.source_id) and (old.kind, old.source_id) == (new.kind, new.source_id)


def _same_place(old: Fact, new: Fact) -> bool:
    """The same subject of the same classes, and no two keys of the system's that say otherwise."""
    apart = bool(old.source_id and new.source_id)
    return old.content[:3] == new.content[:3] and not apart


def _same_text(old: Fact, new: Fact) -> bool:
    return _same_place(old, new) and old.content[4] == new.content[4]


def _date_read_or_lost(old: Fact, new: Fact) -> bool:
    return _same_text(old, new) and (old.due is None) != (new.due is None)


def _moved(old: Fact, new: Fact, today: date) -> bool:
    return _same_text(old, new) and old.due is not None and new.due is not None and old.due >= today


def _likeness(one: str, other: str) -> float:
    """From 0 to 1. A text that goes on where the other ended is the same one, added to."""
    shorter, longer = sorted((plain(one)[:COMPARED], plain(other)[:COMPARED]), key=len)
    if shorter and longer.startswith(f"{shorter} "):
        return 1.0
    return SequenceMatcher(None, shorter, longer, autojunk=False).ratio()
