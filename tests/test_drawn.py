"""`inspect --png`: a plan as one picture without a database."""

from __future__ import annotations

import io
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot import render
from bot.cli import main
from bot.drawn import NothingToDraw, Sheet, draw
from bot.model import Lesson, Plan, Target, TargetKind
from bot.render.view import DayView, Frame, WeekView

ZONE = ZoneInfo("Europe/Vilnius")
ROOM = Target(TargetKind.ROOM, "r1", "Room 1")
SAMPLES = Path(__file__).parent / "samples"


def sheet(**fields: object) -> Sheet:
    """A sheet for class 9a."""
    return Sheet("9a", TargetKind.CLASS, ZONE, "school.example", **fields)  # type: ignore[arg-type]  # few and named


def width(png: bytes) -> int:
    """The picture's width."""
    with Image.open(io.BytesIO(png)) as picture:
        return picture.width


def test_a_weekly_plan_a_dated_week_and_a_day() -> None:
    weekly = Plan(lessons=(Lesson("Fizika", weekday=2, periods=("1",), start=time(8), end=time(8, 45)),))
    assert width(draw(weekly, sheet())) == 1280
    assert width(draw(weekly, sheet(first=date(2026, 11, 24)))) == 1280
    assert width(draw(weekly, sheet(day=date(2026, 11, 25)))) == 960
    dated = Plan(lessons=(Lesson("Fizika", date=date(2026, 11, 28), weekday=5, periods=("1",)),))
    assert draw(dated, sheet()) == draw(dated, sheet(first=date(2026, 11, 23)))


def shown(monkeypatch: pytest.MonkeyPatch, plan: Plan, asked: Sheet) -> tuple[Frame, TargetKind | None]:
    """What stands around the picture of a plan, and whose it is."""
    views: list[DayView | WeekView] = []

    def kept(view: DayView | WeekView, _theme: render.Theme) -> bytes:
        views.append(view)
        return b""

    monkeypatch.setattr(render, "draw_day", kept)
    monkeypatch.setattr(render, "draw_week", kept)
    draw(plan, asked)
    return views[0].frame, views[0].whose


def of(*lessons: tuple[str, str, str], **fields: object) -> Plan:
    """A weekly plan of (class, teacher, room)."""
    made = [
        Lesson("Fizika", weekday=at, periods=("1",), classes=(a,) if a else (), teachers=(b,) if b else (), rooms=(c,))
        for at, (a, b, c) in enumerate(lessons)
    ]
    return Plan(lessons=tuple(made), **fields)  # type: ignore[arg-type]  # few and named


def test_no_name_stands_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = of(("9a", "A. B", "1"), school="Lyceum")
    assert shown(monkeypatch, plan, sheet())[0].title == "9a"
    assert shown(monkeypatch, plan, sheet())[0].subtitle == "Lyceum"
    week, _ = shown(monkeypatch, plan, sheet(first=date(2026, 11, 23)))
    assert (week.title, week.subtitle) == ("9a · 23–27 November", "Lyceum")
    day, _ = shown(monkeypatch, plan, sheet(day=date(2026, 11, 23)))
    assert (day.title, day.subtitle) == ("Monday, 23 November", "9a · Lyceum")


@pytest.mark.parametrize(
    ("plan", "title", "whose"),
    [
        (of(("9a", "A. B", "1"), ("9a", "C. D", "2")), "9a", TargetKind.CLASS),
        (of(("9a", "A. B", "1"), ("9b", "A. B", "2")), "A. B", TargetKind.TEACHER),
        (of(("9a", "A. B", "1"), ("9b", "C. D", "1")), "1", TargetKind.ROOM),
        (of(("9a", "A. B", "1"), ("9b", "C. D", "2"), school="Lyceum"), "Lyceum", None),
        (of(("9a", "", "1"), ("9b", "", "2")), "school.example", None),
        (of(("9a", "A. B", "1"), ("9b", "A. B", "1"), targets=(ROOM,)), "Room 1", TargetKind.ROOM),
    ],
)  # fmt: skip
def test_a_page_says_itself_whose_it_is(
    monkeypatch: pytest.MonkeyPatch, plan: Plan, title: str, whose: TargetKind | None
) -> None:
    frame, kind = shown(monkeypatch, plan, Sheet("", TargetKind.CLASS, ZONE, "school.example"))
    assert (frame.title, frame.subtitle, kind) == (title, "", whose)


@pytest.mark.parametrize("fields", [{}, {"day": date(2026, 11, 24)}, {"first": date(2026, 11, 24)}])
def test_nothing_to_draw_is_said(fields: dict[str, date]) -> None:
    with pytest.raises(NothingToDraw):
        draw(Plan(), sheet(**fields))


def test_the_command_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = SAMPLES / "optivum" / "class.html"
    file = tmp_path / "week.png"
    assert main(["inspect", str(page), "--png", str(file), "--theme", "dark", "--lang", "en"]) == 0
    assert width(file.read_bytes()) == 1280
    assert capsys.readouterr().out == ""
    assert main(["inspect", str(page), "--png", str(file), "--lang", "xx"]) == 2
    assert main(["inspect", str(page), "--png", str(tmp_path / "no" / "folder.png")]) == 1
