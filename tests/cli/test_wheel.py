"""The command line of the built wheel, as an operator's shell runs it: `make wheel` unpacks it into build/site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SITE = ROOT / "build" / "site"
SAMPLES = ROOT / "tests" / "samples"
TOKEN = "123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI"

pytestmark = pytest.mark.skipif(
    not (SITE / "bot").exists(), reason="no wheel was built: run make wheel (make test does)"
)


def schoolbell(tmp_path: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the wheel's `python -m bot` in an empty folder, with nothing of this checkout on the path."""
    return ran(tmp_path, [sys.executable, "-m", "bot", *args], **environ)


def ran(tmp_path: Path, words: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a program there."""
    return subprocess.run(
        words,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SITE), "HOME": str(tmp_path), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_holds_what_the_program_reads() -> None:
    wanted = ["render/fonts/OFL.txt", "locale/dates.json", "store/migrations/0001.sql", "py.typed"]
    assert [name for name in wanted if not (SITE / "bot" / name).exists()] == []
    assert not (SITE / "tests").exists()


def test_systems_and_version(tmp_path: Path) -> None:
    done = schoolbell(tmp_path, "systems")
    assert done.returncode == 0
    assert "untis-monitor" in done.stdout
    assert schoolbell(tmp_path, "--version").stdout.startswith("schoolbell ")


def test_inspect_a_file(tmp_path: Path) -> None:
    page = next(file for file in sorted((SAMPLES / "untis-monitor").iterdir()) if file.suffix in {".htm", ".html"})
    done = schoolbell(tmp_path, "inspect", str(page), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["source"] == "untis-monitor"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["inspect", "missing.html"], 1),
        (["inspect", "missing.html", "--source", "paper"], 2),
        (["inspect"], 2),
        (["nonsense"], 2),
        ([], 2),
        (["export"], 1),
        (["restore", "missing"], 1),
    ],
)
def test_failures_say_one_line_and_the_right_code(tmp_path: Path, args: list[str], code: int) -> None:
    done = schoolbell(tmp_path, *args)
    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    if code == 1:
        assert done.stderr.startswith("schoolbell: ")
        assert done.stderr.count("\n") == 1


def test_a_bad_configuration_names_every_problem_and_leaves_with_78(tmp_path: Path) -> None:
    done = schoolbell(tmp_path, "run", BOT_TOKEN="nonsense", SCHOOLBELL_POLL_MINUTES="soon", SCHOOLBELL_TIMEZONE="Mars")
    assert done.returncode == 78
    assert all(word in done.stderr for word in ("token", "poll_minutes", "timezone"))
    assert "nonsense" not in done.stderr


def test_a_corrupt_database_is_said_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "bot.sqlite3"
    file.parent.mkdir()
    file.write_bytes(b"no database " * 1000)
    done = schoolbell(tmp_path, "run", BOT_TOKEN=TOKEN, SCHOOLBELL_API_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "restore" in done.stderr
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stderr
    assert file.read_bytes() == b"no database " * 1000


@pytest.mark.parametrize("command", ["systems", "export"])
@pytest.mark.parametrize("to", [">&-", "> /dev/full", "| true"])
def test_an_output_that_takes_nothing_is_no_traceback(tmp_path: Path, command: str, to: str) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text("{}", encoding="utf-8")
    assert schoolbell(tmp_path, "import", str(seed)).returncode == 0
    done = ran(tmp_path, ["sh", "-c", f'"{sys.executable}" -m bot {command} {to}'])
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert done.stderr.count("\n") <= 1


def test_what_is_imported_is_checked_without_assertions_too(tmp_path: Path) -> None:
    """The unit and the container run with PYTHONOPTIMIZE=2."""
    school = {"id": "a", "source": "ical", "url": "https://plan.example/", "holidays": 5}
    (tmp_path / "bad.json").write_text(json.dumps({"schools": [school]}), encoding="utf-8")
    done = schoolbell(tmp_path, "import", "bad.json", PYTHONOPTIMIZE="2")
    assert done.returncode == 1
    assert "holidays" in done.stderr
