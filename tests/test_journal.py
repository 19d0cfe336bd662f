"""Log lines: journald's priorities only where the journal reads, one JSON object a line, the token nowhere."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import journal
from bot.config import Config

TOKEN = "123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI"
SCRIPT = """
import logging, os, sys
from pathlib import Path
from bot import journal
from bot.config import Config
status = os.fstat(2)
stream = f"{status.st_dev}:{status.st_ino}" if sys.argv[1] == "journal" else "8:1234"
journal.set_up(Config(data=Path("x"), token=sys.argv[2]), {"JOURNAL_STREAM": stream})
logging.getLogger("school").error("two\\nlines with %s", sys.argv[2])
"""


def written(where: str) -> list[str]:
    """What a process logs whose standard error is the journal, or is not though the variable was inherited."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, where, TOKEN],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    return done.stderr.splitlines()


def test_every_line_in_the_journal_has_its_priority() -> None:
    assert written("journal") == ["<3>school: two", "<3>lines with [token]"]


def test_a_terminal_that_inherited_the_variable_has_none() -> None:
    lines = written("terminal")
    assert lines[0].endswith("ERROR school: two")
    assert not any(line.startswith("<") for line in lines)


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back afterwards."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:], logger.level = handlers, level


def test_json_is_one_object_a_line(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    journal.set_up(Config(data=Path("x"), token=TOKEN, log_json=True), {})
    try:
        raise ValueError(f"of {TOKEN}")
    except ValueError:
        root.exception("two\nlines")
    found = json.loads(capsys.readouterr().err)
    assert (found["level"], found["message"]) == ("error", "two\nlines")
    assert "[token]" in found["traceback"]
    assert journal.kept_lines()
