"""The remarks that Indiware writes beside a changed lesson ("für ETH Meh", "DE fällt aus"), and what they mean.

The grammar is read from recorded plans; a remark that no rule fits stays a note, whole. Nothing is dropped but the
words that became a field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bot.model import Kind
from bot.scraper.german import date_in, kind_in
from bot.scraper.page import period_labels

# A teacher: "Frau Meh", "Herrn Dr. Meh", or a short form; several are separated by commas without a blank.
_TITLE = r"(?:(?:Herrn?|Frau|Fr\.|Hr\.)\s+)"
_NAME = r"(?:(?:Dr\.|Prof\.|von|van|de)\s+)*[^\s,;]+"
_TEACHER = rf"(?:{_TITLE}{_NAME}|{_NAME})(?:,(?:{_TITLE}{_NAME}|{_NAME}))*"
# What stands after "für" and is no subject.
_NOT_A_SUBJECT = r"(?!(?:alle|die|das|den|der|Kl\.?|Klassen?|Gruppen?|Sch(?:ü|ue)ler\w*|Jungen|Mädchen)\b)"
_INSTEAD_OF = re.compile(rf"^für\s+{_NOT_A_SUBJECT}([^\s,;]+)(?:\s+({_TEACHER}))?\s*(?:[,;]\s*)?(.*)$")
_CANCELLED = re.compile(
    rf"^(?!verlegt\b|statt\b|für\b)([^\s,;]+)(?:\s+({_TEACHER}))?\s+((?:fällt|fallen)(?:\s+leider)?\s+aus)\b\s*[,;]?\s*(.*)$"
)
_ONLY_CANCELLED = re.compile(
    r"^((?:fällt|fallen)(?:\s+leider)?\s+aus|entf(?:ällt|all)|Ausfall)\b\s*[,;]?\s*(.*)$", re.I
)
_SOMETHING_CANCELLED = re.compile(r"^(?!verlegt\b|statt\b)[^;]*\b((?:fällt|fallen)(?:\s+leider)?\s+aus)\.?$")
# "INF Kno verlegt nach St.8", "verlegt nach St.5", "gehalten am Mo (05.01.) St.5"
_MOVED_AWAY = re.compile(
    rf"^(?:(?!verlegt\b|statt\b|für\b)([^\s,;]+)(?:\s+({_TEACHER}))?\s+)?"
    r"((verlegt|vorgezogen|gehalten)\s+(?:nach|auf|am)\b.*)$"
)
_MOVED_IN = re.compile(r"^(verlegt\s+von|statt)\s+(?=.*(?:St\.|Std|\(\d))(.*)$")
_SELF = re.compile(r"^(selbst\.)\s*[,/]?\s*(.*)$", re.I)
_EXAM = re.compile(r"^((?:Prüfung|Klausur|Klassenarbeit)!?|Aufg\.)\s*(?:[,;:]\s*(.*))?$")
_TAKES_OVER = re.compile(rf"^({_TITLE}?{_NAME})\s+übernimmt\s+mit\b")
_NEW = re.compile(r"^neu\b\s*,?\s*")
_PERIODS = re.compile(r"\bSt(?:d|unde)?\.?\s*(\d{1,2}(?:\s*[-–/]\s*\d{1,2})?)")


@dataclass(frozen=True, slots=True)
class Remark:
    """What a remark says: `kind` None = nothing about the lesson itself; the rest of the text is `note`.

    `subject` and `teachers` are those that the lesson had before, `from_date` and `from_periods` where a lesson that
    was moved in comes from, `now` the teachers who take it over, `away` a lesson that was moved to another place.
    """

    kind: Kind | None = None
    label: str = ""
    subject: str = ""
    teachers: tuple[str, ...] = ()
    from_date: date | None = None
    from_periods: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    away: bool = False
    note: str = ""


@lru_cache(maxsize=512)
def read_remark(text: str, day: date | None = None) -> Remark:
    """The meaning of a squeezed remark; `day` is the plan's date, the anchor of dates without a year."""
    if len(text) > 500:  # an essay, not a remark
        return Remark(note=text)
    label = ""
    if match := _NEW.match(text):
        label, text = "neu", text[match.end() :]
    found = _read(text, day)
    return found if found.label or not label else replace(found, label=label)


def _read(text: str, day: date | None) -> Remark:
    if match := _EXAM.match(text):
        kind = Kind.OTHER if match[1] == "Aufg." else Kind.EVENT
        return Remark(kind, match[1], note=match[2] or "")
    if match := _MOVED_IN.match(text):
        return _moved_in(text, match, day)
    if match := _TAKES_OVER.match(text):
        return Remark(Kind.SUBSTITUTION, now=(match[1],), note=text)
    if match := _INSTEAD_OF.match(text):
        return _taking_over(Remark(Kind.SUBSTITUTION, "", match[1], _teachers(match[2]), note=match[3]))
    if match := _ONLY_CANCELLED.match(text):
        return Remark(Kind.CANCELLED, match[1], note=match[2])
    if match := _CANCELLED.match(text):
        return Remark(Kind.CANCELLED, match[3], match[1], _teachers(match[2]), note=match[4])
    if match := _MOVED_AWAY.match(text):
        return Remark(Kind.MOVED, match[4], match[1] or "", _teachers(match[2]), away=True, note=match[3])
    if match := _SOMETHING_CANCELLED.match(text):
        return Remark(Kind.CANCELLED, match[1], note=text)
    if match := _SELF.match(text):
        return Remark(Kind.OTHER, match[1], note=match[2])
    head, separator, tail = text.partition(";")
    if separator and (match := _CANCELLED.match(tail.strip())):
        # Something else takes place, and the lesson that stood here does not.
        kind = Kind.EVENT if kind_in(head) is Kind.EVENT else Kind.SUBSTITUTION
        return Remark(kind, head.strip(), match[1], _teachers(match[2]), note=match[4])
    return Remark(note=text)


def _moved_in(text: str, match: re.Match[str], day: date | None) -> Remark:
    """ "verlegt von St.7-8; EN X fällt aus": this lesson comes from there, and what stood here (EN) makes room.

    "statt Fr (06.12.) St.5; EN X verlegt nach …" is an exchange of two lessons, no plain move.
    """
    origin = match[2].partition(";")[0]
    periods = _PERIODS.search(origin)
    label = match[1].split()[0]
    exchange = label == "statt" and " verlegt nach " in match[2]
    return Remark(
        Kind.SUBSTITUTION if exchange else Kind.MOVED,
        label,
        from_date=date_in(origin, near=day) if day else None,
        from_periods=period_labels(re.sub(r"\s*[–/]\s*", "-", periods[1])) if periods else (),
        note=text,
    )


def _taking_over(remark: Remark) -> Remark:
    match = _TAKES_OVER.match(remark.note)
    return replace(remark, now=(match[1],)) if match else remark


def _teachers(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
