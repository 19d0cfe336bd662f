"""The sample school's pages in its three systems: from the desk's state to HTML, iCalendar and CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from html import escape

from bot.demo.desk import Desk, Held, bell_times, next_school_days
from bot.demo.sample_school import BELLS, CLASSES, NAME, Slot, holiday, timetable, week_type

POLISH_DAYS = ("Poniedziałek", "Wtorek", "Środa", "Czwartek", "Piątek")
POLISH_SHORT = ("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz.")
GERMAN_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def teachers() -> tuple[str, ...]:
    """Every teacher, in the order of the alphabet."""
    return tuple(sorted({slot.teacher for slot in timetable()}))


def rooms() -> tuple[str, ...]:
    """Every room, in the order of the alphabet."""
    return tuple(sorted({slot.room for slot in timetable()}))


def optivum_index() -> str:
    """The frame set that a school's address shows."""
    return (
        "<html><head><meta http-equiv='Content-Type' content='text/html; charset=utf-8'>"
        "<meta name='description' content='Plan lekcji w programie Plan lekcji Optivum firmy VULCAN'>"
        f"<title>Plan lekcji - {NAME}</title></head>"
        '<frameset cols="140,*"><frame name="list" src="lista.html"><frame name="plan" src="plany/o1.html">'
        "</frameset></html>"
    )


def optivum_list() -> str:
    """The list of classes, teachers and rooms."""
    parts = [("Oddziały", "o", CLASSES), ("Nauczyciele", "n", teachers()), ("Sale", "s", rooms())]
    body = "".join(
        f"<h4>{title}</h4><ul>"
        + "".join(
            f'<li><a href="plany/{letter}{number}.html" target="plan">{escape(name)}</a></li>'
            for number, name in enumerate(names, 1)
        )
        + "</ul>"
        for title, letter, names in parts
    )
    return _optivum_page("Lista", f"<div id='lista'>{body}</div>")


def optivum_plan(letter: str, number: int, published: datetime) -> str | None:
    """The page of a class (o), a teacher (n) or a room (s); None when there is none with this number."""
    names = {"o": CLASSES, "n": teachers(), "s": rooms()}.get(letter, ())
    if not 1 <= number <= len(names):
        return None
    name = names[number - 1]
    slots = [s for s in timetable() if name in {"o": (s.class_,), "n": (s.teacher,), "s": (s.room,)}[letter]]
    rows = "".join(
        f'<tr><td class="nr">{period + 1}</td><td class="g">{bell_times(period)}</td>'
        + "".join(f'<td class="l">{_optivum_cell(slots, letter, weekday, period)}</td>' for weekday in range(5))
        + "</tr>"
        for period in range(len(BELLS))
    )
    days = "".join(f"<th>{day}</th>" for day in POLISH_DAYS)
    return _optivum_page(
        f"Plan lekcji - {name}",
        '<table class="tabtytul"><tr><td class="tytul">'
        f'<span class="tytulnapis">{escape(name)}</span></td></tr></table>'
        f'<table border="1" class="tabela"><tr><th>Nr</th><th>Godz</th>{days}</tr>{rows}</table>'
        f'<table><tr><td class="op">Obowiązuje od: 01.09.{_school_year(published.date())}</td>'
        f'<td align="right">wygenerowano {published:%d.%m.%Y}<br>za pomocą programu Plan lekcji Optivum firmy VULCAN'
        "</td></tr></table>",
    )


def _optivum_cell(slots: Iterable[Slot], letter: str, weekday: int, period: int) -> str:
    here = [slot for slot in slots if (slot.weekday, slot.period) == (weekday, period) and slot.week != "B"]
    lines = []
    for slot in here:
        group = f"-{slot.group[0]}/2" if slot.group else ""
        teacher = f'<a href="n{teachers().index(slot.teacher) + 1}.html" class="n">{escape(slot.teacher)}</a>'
        room = f'<a href="s{rooms().index(slot.room) + 1}.html" class="s">{escape(slot.room)}</a>'
        class_ = f'<a href="o{CLASSES.index(slot.class_) + 1}.html" class="o">{slot.class_}</a>{group}'
        subject = f'<span class="p">{escape(slot.subject.name)}</span>'
        whole = {
            "o": f'<span class="p">{escape(slot.subject.name)}{group}</span> {teacher} {room}',
            "n": f"{class_} {subject} {room}",
            "s": f"{teacher} {class_} {subject}",
        }
        lines.append(whole[letter])
    return "<br>".join(lines) or "&nbsp;"


def _optivum_page(title: str, body: str) -> str:
    return (
        "<html><head><meta http-equiv='Content-Type' content='text/html; charset=utf-8'>"
        "<meta name='description' content='Plan lekcji Optivum firmy VULCAN'>"
        f"<title>{escape(title)}</title></head><body>{body}</body></html>"
    )


def _school_year(day: date) -> int:
    return day.year if day.month >= 9 else day.year - 1


def zastepstwa(desk: Desk, today: date) -> str:
    """The page of substitutions: a table a day, today and the next days that have any."""
    days = [day for day in desk.days_with_changes() if day >= today] or [today]
    head = ("Lekcja", "Nauczyciel", "Oddział", "Przedmiot", "Sala", "Zastępca", "Uwagi")
    columns = "".join(f"<th>{word}</th>" for word in head)
    tables = ""
    for day in days:
        rows = "".join(_zastepstwa_row(held) for held in desk.held_on(day))
        tables += f'<table><tr><th colspan="7">Dzień: {_polish_date(day)}</th></tr><tr>{columns}</tr>{rows}</table>'
    return (
        '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">'
        f"<title>Zastępstwa</title></head><body><h1>Zastępstwa</h1>"
        f"<h2>Okres: {_polish_date(days[0])} - {_polish_date(days[-1])}</h2>{tables}</body></html>"
    )


def _zastepstwa_row(held: Held) -> str:
    change = held.change
    assert change is not None  # only changed lessons are listed
    class_ = held.slot.class_ + (f"|{held.slot.group[0]}/2" if held.slot.group else "")
    deputy = "Uczniowie zwolnieni do domu" if change.cancelled else change.teacher or held.slot.teacher
    cells = (
        str(held.slot.period + 1),
        held.slot.teacher,
        class_,
        held.slot.subject.name,
        change.room or held.slot.room,
        deputy,
        change.note,
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _polish_date(day: date) -> str:
    return f"{day:%d.%m.%Y} ({POLISH_SHORT[day.weekday()]})"


def untis_monitor(desk: Desk, day: date, page: int, pages: int) -> str:
    """One page of the monitor: a day, and the name of the page that follows it."""
    rows = ""
    for class_ in CLASSES:
        held = [each for each in desk.lessons(class_, day) if each.change is not None]
        if held:
            rows += f'<tr class="list"><td class="list inline_header" colspan="7">{class_}</td></tr>'
            rows += "".join(_untis_row(each) for each in held)
    if not rows:
        rows = '<tr class="list"><td class="list inline_header" colspan="7">-----</td></tr>'
    following = f"subst_{page % pages + 1:03}.htm"
    head = ("Klasse(n)", "Stunde", "Fach", "Vertreter", "(Lehrer)", "Raum", "Text")
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f'<meta http-equiv="refresh" content="8; URL={following}"><title>Untis</title></head><body>'
        f'<table class="mon_head"><tr><td>{NAME}</td><td>Stand: {desk.published_at:%d.%m.%Y %H:%M}</td></tr></table>'
        f'<div class="mon_title">{day.day}.{day.month}.{day.year} {GERMAN_DAYS[day.weekday()]}, '
        f"Woche {week_type(day)}</div>"
        '<table class="mon_list"><tr class="list">'
        + "".join(f'<th class="list">{word}</th>' for word in head)
        + f"</tr>{rows}</table></body></html>"
    )


def _untis_row(held: Held) -> str:
    change, slot = held.change, held.slot
    assert change is not None  # only changed lessons are listed
    cells = (
        slot.class_,
        str(slot.period + 1),
        "---" if change.cancelled else slot.subject.name,
        "---" if change.cancelled else change.teacher or slot.teacher,
        slot.teacher,
        "---" if change.cancelled else change.room or slot.room,
        change.note or "&nbsp;",
    )
    body = "".join(f'<td class="list">{cell if cell == "&nbsp;" else escape(cell)}</td>' for cell in cells)
    return f'<tr class="list odd">{body}</tr>'


def untis_days(today: date) -> list[date]:
    """The days that the monitor shows."""
    return next_school_days(today, 2)


def calendar(desk: Desk, class_: str, today: date) -> str:
    """A class's calendar: four weeks of lessons with their changes, homework as deadlines, holidays as whole days."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{NAME}//Demo//LT", "X-WR-TIMEZONE:Europe/Vilnius"]
    lines.append(f"X-WR-CALNAME:{NAME} {class_}")
    monday = today - timedelta(days=today.weekday())
    for step in range(28):
        day = monday + timedelta(days=step)
        if holiday(day) and day.weekday() < 5:
            lines += [
                "BEGIN:VEVENT",
                f"UID:holiday-{day:%Y%m%d}@saule.example",
                f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                f"SUMMARY:{_text(holiday(day))}",
                "END:VEVENT",
            ]
        for held in desk.lessons(class_, day):
            lines += _event(held)
    for number, task in enumerate(desk.tasks):
        if task.class_ == class_:
            lines += [
                "BEGIN:VEVENT",
                f"UID:task-{number}@saule.example",
                f"DTSTART;TZID=Europe/Vilnius:{task.due:%Y%m%d}T080000",
                f"DTEND;TZID=Europe/Vilnius:{task.due:%Y%m%d}T080000",
                f"SUMMARY:{_text(task.subject)}",
                f"DESCRIPTION:{_text(task.text)}",
                "END:VEVENT",
            ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _event(held: Held) -> list[str]:
    slot, change = held.slot, held.change
    start, end = BELLS[slot.period]
    room = change.room if change and change.room else slot.room
    teacher = change.teacher if change and change.teacher else slot.teacher
    note = [teacher, slot.group, change.note if change else ""]
    lines = [
        "BEGIN:VEVENT",
        f"UID:{slot.class_}-{held.day:%Y%m%d}-{slot.period}-{slot.group[:1]}@saule.example",
        f"DTSTART;TZID=Europe/Vilnius:{held.day:%Y%m%d}T{start:%H%M}00",
        f"DTEND;TZID=Europe/Vilnius:{held.day:%Y%m%d}T{end:%H%M}00",
        f"SUMMARY:{_text(slot.subject.name)}",
        f"LOCATION:{_text(room)}",
        f"DESCRIPTION:{_text(' · '.join(filter(None, note)))}",
    ]
    if change is not None and change.cancelled:
        lines.append("STATUS:CANCELLED")
    return [*lines, "END:VEVENT"]


def homework_sheet(desk: Desk) -> str:
    """The school's homework as a spreadsheet's CSV."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("subject", "text", "due", "class"))
    rows.writerows((task.subject, task.text, task.due.isoformat(), task.class_) for task in desk.tasks)
    return out.getvalue()


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
