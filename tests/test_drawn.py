"""`inspect --png`: a plan as one picture without a database."""

from __future__ import annotations

import io
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.cli import main
from bot.drawn import NothingToDraw, Sheet, draw
from bot.model import Lesson, Plan, TargetKind

ZONE = ZoneInfo("Europe/Vilnius")
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
