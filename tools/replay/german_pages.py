"""The pages of replayed schools with svPlan and DaVinci: two days, turned in the afternoon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tools.replay.pages import GERMAN, MONTHS
from tools.replay.school import PLAN, Answer, Row, planned

SVPLAN = ("Stunde", "Klasse", "Fach", "Lehrer", "Vertretung", "Raum", "Anmerkung")
DAVINCI = ("Klasse", "Pos", "Fach", "VFach", "Raum", "VRaum", "Lehrer", "VLehrer", "Mitteilung", "Art")


def days_shown(now: datetime) -> list[date]:
    """Today and the next school day; from 16:00 on the next two."""
    found: list[date] = []
    day = now.date() if now.hour < 16 else now.date() + timedelta(days=1)
    while len(found) < 2:
        found += [day] if day.weekday() < 5 else []
        day += timedelta(days=1)
    return found


def svplan_site(url: str, now: datetime, rows: Sequence[Row]) -> Answer:
    """`PH_heute.htm` and `PH_morgen.htm`."""
    first, second = days_shown(now)
    return _svplan(second if "morgen" in url else first, now, rows)


def _svplan(day: date, now: datetime, rows: Sequence[Row]) -> str:
    title = f"{GERMAN[day.weekday()]}, {day.day}. {MONTHS[day.month - 1]} {day.year}"
    lines = "".join(_svplan_row(row) for row in rows if row.day == day)
    head = "".join(f'<th class="{name}">{name}</th>' for name in SVPLAN)
    body = f"<table><tr>{head}</tr>{lines}</table>" if lines else "<p>Kein Vertretungsplan</p>"
    return (
        "<html><head><title>Vertretungsplan Lindenschule</title></head><body>"
        f'<p class="Titel">Vertretungsplan für {title}</p><p class="Stand"> Stand: {now:%d.%m.%Y %H:%M:%S}</p>'
        f'<hr class="Trennlinie">{body}</body></html>'
    )


def _svplan_row(row: Row) -> str:
    slot = planned(PLAN, row)
    substitute = "---" if row.cancelled else row.teacher or slot.teacher
    note = "fällt aus" if row.cancelled else "geänderter Raum" if row.room else ""
    room = "---" if row.cancelled else row.room or slot.room
    cells = (str(row.period), row.class_, slot.subject, slot.teacher, substitute, room, note)
    return (
        "<tr>" + "".join(f'<td class="{n} gerade">{c}<br></td>' for n, c in zip(SVPLAN, cells, strict=True)) + "</tr>"
    )


def davinci_site(url: str, now: datetime, rows: Sequence[Row]) -> Answer:
    """An index of two days, and their pages."""
    days = days_shown(now)
    for number, day in enumerate(days, 1):
        if url.endswith(f"V_DC_{number:03}.html"):
            return _davinci(day, now, rows)
    links = "".join(
        f'<li><a href="V_DC_{number:03}.html">{day:%d.%m.%Y} {GERMAN[day.weekday()]}</a></li>'
        for number, day in enumerate(days, 1)
    )
    return f'{_DAVINCI_HEAD}<h1>Übersicht</h1><ul class="day-index">{links}</ul></body></html>'


_DAVINCI_HEAD = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>DAVINCI</title>'
    '<meta name="GENERATOR" content="DAVINCI 6"></head><body>'
)


def _davinci(day: date, now: datetime, rows: Sequence[Row]) -> str:
    lines = "".join(_davinci_row(row) for row in rows if row.day == day)
    head = "".join(f"<th>{name}</th>" for name in DAVINCI)
    body = (
        f'<table class="list-table"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'
        if lines
        else '<div class="callout">Es liegen keine Vertretungen vor.</div>'
    )
    return (
        f'{_DAVINCI_HEAD}<div class="row"><h1 class="list-table-caption">{GERMAN[day.weekday()]} {day:%d.%m.%Y}</h1>'
        f'</div>{body}<div class="row copyright"><div>{now:%d-%m-%Y %H:%M} | CREATED BY DAVINCI</div></div>'
        "</body></html>"
    )


def _davinci_row(row: Row) -> str:
    slot = planned(PLAN, row)
    when = f"{row.day:%d.%m.} {GERMAN[row.day.weekday()][:2]}"
    if row.cancelled:
        kind, teacher, room = "Frei", "", ""
    elif row.moved_to:
        kind, teacher, room = f"Auf {when} {row.moved_to} verschoben", "", ""
    elif row.moved_from:
        kind, teacher, room = f"Von {when} {row.moved_from} verschoben", slot.teacher, slot.room
    else:
        kind = "Raumänderung" if row.room else "Vertretung"
        teacher, room = row.teacher, row.room
    cells = (row.class_, str(row.period), slot.subject, slot.subject, slot.room, room, slot.teacher, teacher, "", kind)
    return "<tr>" + "".join(f"<td> {cell} </td>" for cell in cells) + "</tr>"
