"""What EduPage writes of a changed lesson: "(history) ➔ biology - Substitution: (Kain) ➔ Abel, in the lab"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model import UNCHANGED, Was
from bot.scraper.page import squeeze

# The words for a lesson that does not take place, in the languages of the schools seen; the viewer has them all.
_GONE = re.compile(
    r"cancel|odwoł|anulow|zruš|odpad|nevyk|neįvyk|atcel|tühist|jääb ära|скас|відмін|отмен|entfall|entfällt|elmarad",
    re.I,
)
_ROOM = re.compile(r"room|\bsal[aęei]\b|učeb|kabinet|ruum|telp|auditor|кабінет|raum|terem", re.I)
_REPLACED = re.compile(r"^\((?P<old>[^()]*(?:\([^()]*\)[^()]*)*)\)\s*(?:➔|→|->)\s*(?P<new>.*)$")
_LABELLED = re.compile(r"^(?P<label>[^:()]{2,40}):\s*(?P<value>\(.*)$")
_PLACED = re.compile(r"^(?P<label>[^:()]{2,40}):\s*(?P<value>[^()]+)$")
_GROUP = re.compile(r"^(?P<group>[^:()➔]{1,60}):\s+(?P<rest>\S.*)$")


@dataclass(frozen=True, slots=True)
class Remark:
    """The parts of a remark; what does not follow its grammar is the note."""

    subject: str = ""
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    label: str = ""
    was: Was = UNCHANGED
    note: str = ""


def remark_of(text: str, *, cancelled: bool) -> Remark:
    """`[group: ][(old subject) ➔ ]subject - details`, the details divided by commas.

    Details of a changed lesson: `label: (old) ➔ new` of the teacher, or of the room where the label says so. Of a
    cancelled one: its teachers, the word for "cancelled". All that follows is a note. A text of another form is a
    note as a whole.
    """
    first, comma, more = text.partition(", ")
    head, dash, tail = (squeeze(part) for part in first.rpartition(" - "))
    if not dash or not head or not tail:
        return Remark(note=text)
    groups: tuple[str, ...] = ()
    if named := _GROUP.match(head):
        groups, head = (named["group"],), named["rest"]
    subject, before = _replaced(head)
    details = [part for part in map(squeeze, f"{tail}{comma}{more}".split(", ")) if part]
    read = _cancelled(details) if cancelled else _changed(details)
    was = Was(subject=before or None, teachers=read.was.teachers, rooms=read.was.rooms)
    return Remark(subject, read.teachers, read.rooms, groups, read.label, was, read.note)


def _replaced(text: str) -> tuple[str, str]:
    """What it is now and what it was: "(history) ➔ biology"; the old one is "" when nothing is replaced."""
    found = _REPLACED.match(text)
    return (squeeze(found["new"]), squeeze(found["old"])) if found else (text, "")


def _cancelled(details: list[str]) -> Remark:
    at = next((index for index, part in enumerate(details) if _GONE.search(part)), None)
    if at is None:
        return Remark(note=", ".join(details))
    away = tuple(details[:at])
    return Remark(label=details[at], was=Was(teachers=away) if away else UNCHANGED, note=", ".join(details[at + 1 :]))


def _changed(details: list[str]) -> Remark:
    teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    was, label, notes = UNCHANGED, "", []
    for part in details:
        found = _LABELLED.match(part)
        now, before = _replaced(found["value"]) if found else ("", "")
        placed = _PLACED.match(part)
        if found and before and _ROOM.search(found["label"]):
            rooms, was = (now,) if now else (), Was(teachers=was.teachers, rooms=(before,))
        elif found and before and not teachers:
            teachers, was, label = (now,) if now else (), Was(teachers=(before,), rooms=was.rooms), found["label"]
        elif placed and _ROOM.search(placed["label"]) and not rooms:
            rooms = (placed["value"],)
        else:
            notes.append(part)
    return Remark(teachers=teachers, rooms=rooms, label=label, was=was, note=", ".join(notes))
