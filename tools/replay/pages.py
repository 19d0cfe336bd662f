"""The pages of the replayed schools, in the shapes of each system."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape

from tools.replay.school import BELLS, PLAN, Row, Slot, planned

POLISH = ("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz.")
GERMAN = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
          "Dezember")  # fmt: skip
NO_SUBSTITUTIONS = (
    '<html><head><meta charset="utf-8"><title>Zastępstwa</title></head><body><p>Brak zastępstw</p></body></html>'
)
MAINTENANCE = "<html><head><title>Przerwa techniczna</title></head><body><h1>Przerwa techniczna</h1></body></html>"
LOGIN = "<html><head><title>Anmeldung</title></head><body><form><input type='password'></form></body></html>"


def optivum_list(classes: Sequence[str]) -> str:
    """The list of classes."""
    items = "".join(f'<li><a href="plany/o{n}.html" target="plan">{c}</a></li>' for n, c in enumerate(classes, 1))
    return _optivum("Lista", f"<div id='lista'><h4>Oddziały</h4><ul>{items}</ul></div>")


def optivum_plan(name: str, plan: Sequence[Slot], valid_from: date) -> str:
    """The page of a class."""
    body = ""
    for period, (start, end) in BELLS.items():
        cells = "".join(f'<td class="l">{_optivum_cell(plan, day, period)}</td>' for day in range(5))
        clock = f"{start.hour}:{start:%M}-{end.hour:2}:{end:%M}"
        body += f'<tr><td class="nr">{period}</td><td class="g">{clock}</td>{cells}</tr>'
    days = "".join(f"<th>{day}</th>" for day in ("Poniedziałek", "Wtorek", "Środa", "Czwartek", "Piątek"))
    return _optivum(
        f"Plan lekcji - {name}",
        f'<table class="tabtytul"><tr><td class="tytul"><span class="tytulnapis">{name}</span></td></tr></table>'
        f'<table border="1" class="tabela"><tr><th>Nr</th><th>Godz</th>{days}</tr>{body}</table>'
        f'<table><tr><td class="op">Obowiązuje od: {valid_from:%d.%m.%Y}</td></tr></table>',
    )


def _optivum_cell(plan: Sequence[Slot], weekday: int, period: int) -> str:
    lines = []
    for slot in plan:
        if (slot.weekday, slot.period) == (weekday, period):
            group = f"-{slot.group}" if slot.group else ""
            lines.append(
                f'<span class="p">{slot.subject}{group}</span> <a href="n1.html" class="n">{slot.teacher}</a>'
                f' <a href="s1.html" class="s">{slot.room}</a>'
            )
    return "<br>".join(lines) or "&nbsp;"


def _optivum(title: str, body: str) -> str:
    return (
        '<html><head><meta charset="utf-8"><meta name="description" content="Plan lekcji Optivum firmy VULCAN">'
        f"<title>{title}</title></head><body>{body}</body></html>"
    )


def zastepstwa(rows: Sequence[Row], today: date, plans: Mapping[str, tuple[Slot, ...]]) -> str:
    """The page of substitutions: a table for today and for every later day that has rows."""
    days = sorted({row.day for row in rows if row.day >= today} | {today})
    head = "".join(
        f"<th>{w}</th>" for w in ("Lekcja", "Nauczyciel", "Oddział", "Przedmiot", "Sala", "Zastępca", "Uwagi")
    )
    tables = ""
    for day in days:
        lines = "".join(_zastepstwo(row, plans[row.class_]) for row in rows if row.day == day)
        title = f"Dzień: {day:%d.%m.%Y} ({POLISH[day.weekday()]})"
        tables += f'<table><tr><th colspan="7">{title}</th></tr><tr>{head}</tr>{lines}</table>'
    return (
        '<html><head><meta charset="utf-8"><title>Zastępstwa</title></head>'
        f"<body><h1>Zastępstwa</h1>{tables}</body></html>"
    )


def _zastepstwo(row: Row, plan: tuple[Slot, ...]) -> str:
    slot = planned(plan, row)
    class_ = row.class_ + (f"|{row.group}" if row.group else "")
    who = row.said or row.teacher or slot.teacher
    cells = (str(row.period), slot.teacher, class_, row.subject or slot.subject, row.room or slot.room, who, row.note)
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def sheet(plan: Sequence[Slot], class_: str) -> str:
    """A weekly plan as a spreadsheet's CSV."""
    lines = ["weekday,period,start,end,subject,teacher,room,class,group"]
    for slot in plan:
        start, end = BELLS[slot.period]
        lines.append(
            f"{slot.weekday + 1},{slot.period},{start:%H:%M},{end:%H:%M},{slot.subject},{slot.teacher},{slot.room},"
            f"{class_},{slot.group}"
        )
    return "\n".join(lines) + "\n"


def untis(rows: Sequence[Row], day: date, following: str, stand: datetime, plan: tuple[Slot, ...] = PLAN) -> str:
    """One day of a monitor, and the page that follows it. `Stand` changes every time."""
    lines = ""
    today = [row for row in rows if row.day == day]
    for class_ in dict.fromkeys(row.class_ for row in today):
        lines += f'<tr class="list"><td class="list inline_header" colspan="7">{class_}</td></tr>'
        lines += "".join(_untis_row(row, plan) for row in today if row.class_ == class_)
    lines = lines or '<tr class="list"><td class="list inline_header" colspan="7">-----</td></tr>'
    head = "".join(
        f'<th class="list">{w}</th>' for w in ("Klasse(n)", "Stunde", "Fach", "Vertreter", "(Lehrer)", "Raum", "Text")
    )
    return (
        '<html><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="8; URL={following}"><title>Untis</title></head><body>'
        f'<table class="mon_head"><tr><td>Lindenschule</td><td>Stand: {stand:%d.%m.%Y %H:%M}</td></tr></table>'
        f'<div class="mon_title">{day.day}.{day.month}.{day.year} {GERMAN[day.weekday()]}</div>'
        f'<table class="mon_list"><tr class="list">{head}</tr>{lines}</table></body></html>'
    )


def _untis_row(row: Row, plan: tuple[Slot, ...]) -> str:
    slot = planned(plan, row)
    gone = row.cancelled
    cells = (
        row.class_,
        str(row.period),
        "---" if gone else row.subject or slot.subject,
        "---" if gone else row.teacher or slot.teacher,
        slot.teacher,
        "---" if gone else row.room or slot.room,
        row.note or "&nbsp;",
    )
    return '<tr class="list odd">' + "".join(f'<td class="list">{cell}</td>' for cell in cells) + "</tr>"


def calendar(
    plan: Sequence[Slot],
    rows: Sequence[Row],
    *,
    span: tuple[date, date],
    now: datetime,
    free: Mapping[date, str] | None = None,
    vanish: bool = False,
) -> str:
    """A class's calendar from the first to the last day of `span`. `vanish`: a cancelled lesson is simply not there.

    DTSTAMP is the hour of the download.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lindenschule//Plan//EN", "X-WR-TIMEZONE:Europe/Berlin"]
    day = span[0]
    while day <= span[1]:
        if free and day in free:
            lines += ["BEGIN:VEVENT", f"UID:free-{day:%Y%m%d}@x.example", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                      f"SUMMARY:{free[day]}", "END:VEVENT"]  # fmt: skip
        else:
            for slot in plan:
                if slot.weekday == day.weekday():
                    lines += _event(slot, day, rows, now, vanish=vanish)
        day += timedelta(days=1)
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _event(slot: Slot, day: date, rows: Sequence[Row], now: datetime, *, vanish: bool) -> list[str]:
    row = next((r for r in rows if (r.day, r.period) == (day, slot.period) and r.group in {"", slot.group}), None)
    if row is not None and row.cancelled and vanish:
        return []
    start, end = BELLS[row.moved_to if row is not None and row.moved_to else slot.period]
    return [
        "BEGIN:VEVENT",
        f"UID:{day:%Y%m%d}-{slot.period}-{slot.group[:1]}@x.example",
        f"DTSTAMP:{now:%Y%m%dT%H}0000Z",
        f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T{start:%H%M}00",
        f"DTEND;TZID=Europe/Berlin:{day:%Y%m%d}T{end:%H%M}00",
        f"SUMMARY:{row.subject if row is not None and row.subject else slot.subject}",
        f"LOCATION:{row.room if row is not None and row.room else slot.room}",
        *(["STATUS:CANCELLED"] if row is not None and row.cancelled else []),
        "END:VEVENT",
    ]


def indiware_day(plan: Sequence[Slot], rows: Sequence[Row], day: date, stamp: datetime, free: Sequence[date]) -> str:
    """One day of Indiware's mobile plan: the whole day with its changes."""
    found = "".join(_indiware_lesson(slot, rows, day) for slot in plan if slot.weekday == day.weekday())
    bells = "".join(f'<KlSt ZeitVon="{s:%H:%M}" ZeitBis="{e:%H:%M}">{n}</KlSt>' for n, (s, e) in BELLS.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?><VpMobil><Kopf><planart>K</planart>'
        f"<zeitstempel>{stamp:%d.%m.%Y, %H:%M}</zeitstempel>"
        f"<DatumPlan>{GERMAN[day.weekday()]}, {day.day:02}. {MONTHS[day.month - 1]} {day.year}</DatumPlan>"
        f"<datei>PlanKl{day:%Y%m%d}.xml</datei><woche>1</woche></Kopf>"
        f"<FreieTage>{''.join(f'<ft>{one:%y%m%d}</ft>' for one in free)}</FreieTage>"
        f"<Klassen><Kl><Kurz>9a</Kurz><KlStunden>{bells}</KlStunden><Pl>{found}</Pl></Kl></Klassen></VpMobil>"
    )


def _indiware_lesson(slot: Slot, rows: Sequence[Row], day: date) -> str:
    row = next((r for r in rows if (r.day, r.period) == (day, slot.period) and r.group in {"", slot.group}), None)
    start, end = BELLS[slot.period]
    subject, teacher, room, info = (slot.subject, ""), (slot.teacher, ""), (slot.room, ""), ""
    if row is not None and row.cancelled:
        subject, teacher, room = (
            ("---", ' FaAe="FaGeaendert"'),
            ("", ' LeAe="LeGeaendert"'),
            ("", ' RaAe="RaGeaendert"'),
        )
        info = f"{slot.subject} {slot.teacher} fällt aus"
    elif row is not None:
        subject = (row.subject, ' FaAe="FaGeaendert"') if row.subject else subject
        teacher = (row.teacher, ' LeAe="LeGeaendert"') if row.teacher else teacher
        room = (row.room, ' RaAe="RaGeaendert"') if row.room else room
        info = row.note or (f"für {slot.subject} {slot.teacher}" if row.subject else "")
    group = f"<Ku2>{slot.group}</Ku2>" if slot.group else ""
    return (
        f"<Std><St>{slot.period}</St><Beginn>{start:%H:%M}</Beginn><Ende>{end:%H:%M}</Ende>"
        f"<Fa{subject[1]}>{subject[0]}</Fa>{group}<Le{teacher[1]}>{teacher[0]}</Le><Ra{room[1]}>{room[0]}</Ra>"
        f"<If>{info}</If></Std>"
    )


CZECH = ("po", "út", "st", "čt", "pá")


def bakalari(plan: Sequence[Slot], rows: Sequence[Row], monday: date, now: datetime, free: Mapping[date, str]) -> str:
    """A class's week. A lesson that is over gets its topic."""
    days = "".join(_bakalari_day(plan, rows, monday + timedelta(days=step), now, free) for step in range(5))
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Rozvrh</title></head><body>'
        '<select id="selectedClass"><option></option><option value="9" selected="selected">9a</option></select>'
        f'<div class="bk-timetable-body"><div id="main" class="bk-timetable-main">{days}</div></div></body></html>'
    )


def _bakalari_day(plan: Sequence[Slot], rows: Sequence[Row], day: date, now: datetime, free: Mapping[date, str]) -> str:
    head = (
        '<div class="bk-timetable-day day-name"><div class="bk-day-wrapper"><div>'
        f'<span class="bk-day-day">{CZECH[day.weekday()]}</span> '
        f'<span class="bk-day-date">{day.day}.{day.month}.</span>'
        "</div></div></div>"
    )
    if day in free:
        cells = f'<div class="bk-timetable-off"><div class="empty dayoff">{free[day]}</div></div>'
    else:
        here = [slot for slot in plan if slot.weekday == day.weekday()]
        details = [detail for slot in here for detail in _bakalari_details(slot, rows, day, now)]
        cells = "".join(
            '<div class="bk-timetable-cell"><div class="day-item"><div class="day-item-hover" data-detail=\''
            f"{json.dumps(detail, ensure_ascii=False)}'></div></div></div>"
            for detail in details
        )
        cells = f'<div class="bk-cell-wrapper">{cells}</div>'
    return f'<div class="d-flex flex-row bk-timetable-row">{head}{cells}</div>'


def _bakalari_details(slot: Slot, rows: Sequence[Row], day: date, now: datetime) -> list[dict[str, str]]:
    row = next((r for r in rows if (r.day, r.period) == (day, slot.period) and r.group in {"", slot.group}), None)
    old = f"({slot.subject}, {slot.teacher}, {slot.room})"
    atom = {"type": "atom", "teacher": slot.teacher, "room": slot.room, "group": slot.group, "changeinfo": "",
            "theme": "Kapitola 4" if day < now.date() else "",
            "subjecttext": f"{slot.subject} | {_bakalari_when(day, slot.period)}"}  # fmt: skip
    if row is None:
        return [atom]
    removed = {"type": "removed", "removedinfo": f"Zrušeno ({slot.subject}, {slot.teacher})", "absentinfo": "",
               "subjecttext": _bakalari_when(day, slot.period)}  # fmt: skip
    if row.cancelled:
        return [removed]
    if row.moved_to:
        there = f"{slot.subject} | {_bakalari_when(day, row.moved_to)}"
        info = f"Přesun z {day.day}.{day.month}., {slot.period}. hod {old}"
        return [removed, {**atom, "subjecttext": there, "changeinfo": info}]
    changed = {"teacher": row.teacher or slot.teacher, "room": row.room or slot.room}
    return [{**atom, **changed, "changeinfo": f"Suplování {old}"}]


def _bakalari_when(day: date, period: int) -> str:
    start, end = BELLS[period]
    clock = f"{start.hour}:{start:%M} - {end.hour}:{end:%M}"
    return f"{CZECH[day.weekday()]} {day.day}.{day.month}. | {period} ({clock})"
