"""Stories of schools with a sheet: of weeks, of dates, rebuilt at night."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from tools.replay import answers, pages
from tools.replay.school import (
    BELLS,
    FOLLOWERS,
    PLAN,
    Answer,
    Row,
    Slot,
    Story,
    at,
    on,
    published,
    reversed_plan,
)


def sheet_of_two_weeks() -> Story:
    """A sheet alone, with weeks A and B from an anchor; a lesson of B weeks is edited, then a weekly one is added."""
    first = date(2026, 11, 16)
    d = partial(on, first)

    def site(_url: str, now: datetime) -> Answer:
        head, *lines = pages.sheet(PLAN, "9a").splitlines()
        room = "20" if now < at(d(2), "10:05") else "21"
        table = [f"{head},week", *(f"{line}," for line in lines)]
        table += ["1,6,12:55,13:40,Art,Farba,16,9a,,A", f"1,6,12:55,13:40,Music,Nuta,{room},9a,,B"]
        if now >= at(d(8), "11:05"):
            table.append("4,7,13:50,14:35,Choir,Nuta,hall,9a,,")
        return "\n".join(table) + "\n"

    return Story(
        "sheet-of-two-weeks",
        "Europe/Vilnius",
        first,
        (("sheet", "https://linde.example/plan.csv"),),
        site,
        FOLLOWERS,
        classes=("9a",),
        settings={"anchor": first.isoformat(), "weeks": ["A", "B"]},
    )


def sheet_of_dates() -> Story:
    """A sheet that a teacher keeps by hand, with dates: a status, a room, an unreadable date, an emptied table."""
    first = date(2026, 11, 2)
    d = partial(on, first)
    rows = (
        Row(at(d(1), "12:05"), d(2), 3, cancelled=True, note="ill"),
        Row(at(d(8), "08:05"), d(8), 6, room="20"),
    )

    def site(_url: str, now: datetime) -> Answer:
        lines = ["date,period,start,end,subject,teacher,room,class,group,status,note"]
        for day in (d(number) for number in range(12)):
            lines += [_dated(slot, published(rows, now), day) for slot in PLAN if slot.weekday == day.weekday()]
        if at(d(3), "10:00") <= now < at(d(3), "10:10"):
            lines[9] = lines[9].replace("2026-", "2O26-")
        if at(d(4), "09:00") <= now < at(d(4), "09:10"):
            del lines[1:]
        return "\n".join(lines) + "\n"

    sheet = (("sheet", "https://linde.example/plan.csv"),)
    return Story("sheet-of-dates", "Europe/Vilnius", first, sheet, site, FOLLOWERS, classes=("9a",))


def sheet_rebuilt_at_night() -> Story:
    """A new timetable that holds at once, published when the day is over and half of the chats are asleep."""
    first = date(2026, 11, 23)

    def site(_url: str, now: datetime) -> Answer:
        return pages.sheet(PLAN if now < at(first, "22:05") else reversed_plan(PLAN), "9a")

    sheet = (("sheet", "https://linde.example/plan.csv"),)
    return Story("sheet-rebuilt-at-night", "Europe/Vilnius", first, sheet, site, FOLLOWERS, classes=("9a",))


def _dated(slot: Slot, rows: list[Row], day: date) -> str:
    row = answers.row_for(slot, rows, day)
    start, end = BELLS[slot.period]
    room = row.room if row is not None and row.room else slot.room
    status = "cancelled" if row is not None and row.cancelled else ""
    note = row.note if row is not None else ""
    return (
        f"{day},{slot.period},{start:%H:%M},{end:%H:%M},{slot.subject},{slot.teacher},{room},9a,{slot.group},"
        f"{status},{note}"
    )


OF_SHEETS = (sheet_of_two_weeks, sheet_of_dates, sheet_rebuilt_at_night)
