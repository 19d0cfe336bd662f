"""EduPage's tables as lessons: cards joined with lessons, bit strings, bells, names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from bot.errors import NotReleased, SourceChanged
from bot.model import Bell, Lesson, Target, TargetKind
from bot.names import match_name
from bot.scraper.page import clock_time, squeeze

Row = Mapping[str, object]
KINDS = {"classes": TargetKind.CLASS, "teachers": TargetKind.TEACHER, "classrooms": TargetKind.ROOM}
# What a timetable shows of each: subjects and classes by name, teachers and rooms by their short name.
_SHOWN = {
    "subjects": ("name", "short"),
    "classes": ("name", "short"),
    "teachers": ("short", "name", "lastname"),
    "classrooms": ("short", "name"),
    "groups": ("name", "short"),
    "periods": ("short", "name", "period", "id"),
    "weeks": ("short", "name"),
    "terms": ("name", "short"),
}
_ROW = (
    "id",
    "name",
    "short",
    "lastname",
    "period",
    "starttime",
    "endtime",
    "daydata",
    "perioddata",
    "bell",
    "entireclass",
    "classid",
)
_JOIN = (
    "subjectid",
    "teacherids",
    "groupids",
    "classids",
    "classroomids",
    "durationperiods",
    "lessonid",
    "days",
    "weeks",
    "terms",
    "data_rows",
    "tables",
)
_COLUMNS = frozenset((*_ROW, *_JOIN))
_NOTHING = frozenset({"", "-", "--", "---", "+", "???"})


def slim(values: dict[str, object]) -> dict[str, object]:
    """A row of a table without the columns that no lesson needs: most of an answer's weight (a hook of `json`)."""
    if "id" not in values:
        return values
    return {column: value for column, value in values.items() if column in _COLUMNS}


@dataclass(slots=True)
class Tables:
    """The tables of one answer by their id, their rows by id, in the answer's order."""

    rows: dict[str, dict[str, Row]]
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def name(self, table: str, key: str) -> str:
        """What the school calls the thing with this id; "" for an id that no table knows."""
        place = (table, key)
        if place not in self._names:
            row = self.rows.get(table, {}).get(key, {})
            shown = (said(row, column) for column in _SHOWN[table])
            self._names[place] = next((text for text in shown if text not in _NOTHING), "")
        return self._names[place]

    def names(self, table: str, keys: object) -> tuple[str, ...]:
        """The names behind a list of ids, without the unknown, in order, each once."""
        found = (self.name(table, key) for key in ids(keys))
        return tuple(dict.fromkeys(name for name in found if name))


def said(row: Row, column: str) -> str:
    """A value as trimmed text; numbers as digits, everything else "" (also `false`, which stands for "none")."""
    value = row.get(column)
    if isinstance(value, str):
        return squeeze(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def ids(values: object) -> list[str]:
    """The ids of a list; `[""]` is how EduPage writes none."""
    if not isinstance(values, list):
        return []
    return [key for value in values if (key := str(value).strip()) and value not in (None, False)]


def tables_of(listed: object) -> Tables:
    """The tables of `dbiAccessorRes.tables` or of the main database. Raises SourceChanged for anything else."""
    if not isinstance(listed, list):
        raise SourceChanged("the EduPage answer has no tables")
    rows: dict[str, dict[str, Row]] = {}
    for table in listed:
        if not isinstance(table, Mapping) or not isinstance(table.get("data_rows"), list):
            raise SourceChanged("an EduPage table without rows")
        rows[str(table.get("id", ""))] = {
            str(row.get("id", number)): row for number, row in enumerate(table["data_rows"]) if isinstance(row, Mapping)
        }
    return Tables(rows)


def targets_of(tables: Tables) -> tuple[Target, ...]:
    """Classes, teachers and rooms, as the plan calls them."""
    return tuple(
        Target(kind, key, name)
        for table, kind in KINDS.items()
        for key in tables.rows.get(table, {})
        if (name := tables.name(table, key))
    )


def target_named(tables: Tables, kind: TargetKind, name: str) -> Target | None:
    """The class, teacher or room that is called so, by the name that is shown or the other one."""
    targets = [target for target in targets_of(tables) if target.kind is kind]
    rows = tables.rows.get(next(table for table, one in KINDS.items() if one is kind), {})
    for names in (
        [target.name for target in targets],
        [said(rows[target.id], "short") for target in targets],
        [said(rows[target.id], "name") for target in targets],
    ):
        if found := match_name(name, names):
            return targets[names.index(found)]
    return None


def bells_of(tables: Tables) -> tuple[Bell, ...]:
    """The school's periods that have hours."""
    found = []
    for key, row in tables.rows.get("periods", {}).items():
        start, end = hours(row)
        if start and end:
            found.append(Bell(tables.name("periods", key), start, end))
    return tuple(found)


def lessons_of(tables: Tables, target: Target | None = None) -> tuple[Lesson, ...]:
    """The weekly lessons, or those of one target: every placed card with its lesson, by weekday and period.

    A target is told by its id: two teachers of a school may have one short name.
    A card that is not placed (no day or no period) is no lesson. A card that is set in some of the weeks gives one
    lesson for each of them. Raises SourceChanged when cards and lessons do not belong together, NotReleased when no
    card is placed.
    """
    for table in ("cards", "lessons", "periods"):
        if table not in tables.rows:
            raise SourceChanged(f"the EduPage answer has no table of {table}")
    cards, lessons = tables.rows["cards"], tables.rows["lessons"]
    joined = [(card, lessons[key]) for card in cards.values() if (key := said(card, "lessonid")) in lessons]
    if not joined and cards:
        raise SourceChanged("the EduPage answer has cards of lessons that it does not hold")
    order = _period_order(tables)
    class_id = target.id if target and target.kind is TargetKind.CLASS else ""
    if target:
        joined = [(card, row) for card, row in joined if _is_of(target, card, row)]
    found = [
        (weekday, order.index(period), lesson)
        for card, row in joined
        if (period := _period(tables, said(card, "period"))) is not None
        for weekday in _days(said(card, "days"))
        for lesson in _of_card(
            tables, card, row, weekday=weekday, periods=order[order.index(period) :], class_id=class_id
        )
    ]
    if not found:
        raise NotReleased(
            f"the EduPage timetable has no lesson {f'of {target.name}' if target else 'in any place'} yet"
        )
    return tuple(lesson for _, _, lesson in sorted(found, key=lambda item: item[:2]))


def has_lessons(tables: Tables, target: Target) -> bool:
    """Whether a card of the target is placed. Raises what `lessons_of` raises for tables that are none."""
    try:
        return bool(lessons_of(tables, target))
    except NotReleased:
        return False


def _is_of(target: Target, card: Row, row: Row) -> bool:
    match target.kind:
        case TargetKind.CLASS:
            return target.id in ids(row.get("classids"))
        case TargetKind.TEACHER:
            return target.id in ids(row.get("teacherids"))
        case TargetKind.ROOM:
            return target.id in ids(card.get("classroomids"))


def _period_order(tables: Tables) -> list[str]:
    """The ids of the periods in the order of the day; they are numbers written as text, and may start at "0"."""

    def number(key: str) -> tuple[int, int]:
        label = said(tables.rows["periods"][key], "period") or key
        return (int(label), 0) if label.lstrip("-").isdecimal() else (0, 1)

    return sorted(tables.rows["periods"], key=number)


def _period(tables: Tables, published: str) -> str | None:
    """The id of a card's period; a card names it by id or by number. None for a card that is not placed."""
    periods = tables.rows["periods"]
    if not published:
        return None
    if published in periods:
        return published
    found = next((key for key, row in periods.items() if said(row, "period") == published), None)
    if found is None:
        raise SourceChanged(f"an EduPage card lies in a period that is none: {published}")
    return found


def _days(bits: str) -> list[int]:
    """The weekdays of "01000"; a string per week, one place a day from Monday."""
    if len(bits) > 7:
        raise SourceChanged("the EduPage plan goes in cycles that are no weeks")
    return [index for index, bit in enumerate(bits) if bit == "1"]


def _of_card(
    tables: Tables, card: Row, row: Row, *, weekday: int, periods: Sequence[str], class_id: str
) -> Iterator[Lesson]:
    """A lesson for each week type. `class_id`: whose plan it is; the groups of other classes are not of it."""
    length = row.get("durationperiods")
    covered = periods[: length if isinstance(length, int) and length > 0 else 1]
    classes = ids(row.get("classids"))
    bell = next((found for key in classes if (found := _bell(tables, key))), None)
    start, _ = _hours_of(tables, covered[0], bell, weekday)
    _, end = _hours_of(tables, covered[-1], bell, weekday)
    if start and end and end <= start:
        start = end = None
    known = tables.rows.get("groups", {})
    groups = [key for key in ids(row.get("groupids")) if _is_group(known.get(key, {}), class_id)]
    lesson = Lesson(
        subject=tables.name("subjects", said(row, "subjectid")),
        weekday=weekday,
        periods=tuple(tables.name("periods", key) for key in covered),
        start=start,
        end=end,
        teachers=tables.names("teachers", row.get("teacherids")),
        rooms=tables.names("classrooms", card.get("classroomids")),
        classes=tables.names("classes", classes),
        groups=tables.names("groups", groups),
        note=_terms(tables, said(card, "terms")),
    )
    for week in _weeks(tables, said(card, "weeks")):
        yield replace(lesson, week=week) if week else lesson


def _is_group(group: Row, class_id: str) -> bool:
    """Whether it is a part of the class, or of any class: the whole class counts as no group."""
    return group.get("entireclass") is not True and not (class_id and said(group, "classid") not in ("", class_id))


def _weeks(tables: Tables, bits: str) -> list[str]:
    """The week types of "10"; "" alone when the card is set in all of them."""
    if "0" not in bits or "1" not in bits:
        return [""]
    return _set_names(tables, "weeks", bits)


def _terms(tables: Tables, bits: str) -> str:
    """The terms of the year in which the card is set, when it is not all of them."""
    return ", ".join(_set_names(tables, "terms", bits)) if "0" in bits and "1" in bits else ""


def _set_names(tables: Tables, table: str, bits: str) -> list[str]:
    keys = list(tables.rows.get(table, {}))
    names = [tables.name(table, keys[index]) if index < len(keys) else "" for index in range(len(bits))]
    return [names[index] or chr(ord("A") + index % 26) for index, bit in enumerate(bits) if bit == "1"]


def _bell(tables: Tables, class_id: str) -> Row | None:
    """The bell schedule that a class has of its own."""
    own = said(tables.rows.get("classes", {}).get(class_id, {}), "bell")
    bell = tables.rows.get("bells", {}).get(own) if own else None
    return bell if bell and bell.get("perioddata") else None


def _hours_of(tables: Tables, period: str, bell: Row | None, weekday: int) -> tuple[time | None, time | None]:
    row = tables.rows["periods"][period]
    if bell is not None:
        number = said(row, "period") or period
        own = _entry(bell["perioddata"], period) or _entry(bell["perioddata"], number)
        start, end = hours(_entry(own.get("daydata"), str(weekday)) or own) if own else (None, None)
        if start and end:
            return start, end
    return hours(_entry(row.get("daydata"), str(weekday)) or row)


def _entry(values: object, key: str) -> Row | None:
    """An entry of an object, or of a list of rows that name their period; PHP writes an empty object as a list."""
    found: object = None
    if isinstance(values, Mapping):
        found = values.get(key)
    elif isinstance(values, list):
        rows = (row for row in values if isinstance(row, Mapping))
        found = next((row for row in rows if key in (said(row, "period"), said(row, "id"))), None)
    return found if isinstance(found, Mapping) and said(found, "starttime") else None


def hours(row: Row) -> tuple[time | None, time | None]:
    """Start and end; 00:00 to 00:00 is how a school without bells is written, 24:00 is no time of a lesson."""
    start, end = clock_time(said(row, "starttime")), clock_time(said(row, "endtime"))
    return (start, end) if start != end else (None, None)
