"""A delay that grows from crash to crash: systemd 252 restarts at one pace for ever, this waits longer each time."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

FILE = "crashes"
FREE = 2  # crashes in a row that cost nothing: a single one is nobody's habit
FIRST = 5.0
LONGEST = 600.0
LASTED = 600.0
"""Seconds up after which a start counts as a good one."""


def crashes(data: Path) -> int:
    """How many starts in a row did not end in good order."""
    try:
        return max(int((data / FILE).read_text(encoding="ascii")), 0)
    except (OSError, ValueError):  # none yet, or a file that a full disk left empty
        return 0


def pause(count: int) -> float:
    """Seconds to wait after this many crashes in a row: 0, 0, 0, then 5, 10, 20 … up to ten minutes."""
    return 0.0 if count <= FREE else min(FIRST * 2 ** min(count - FREE - 1, 20), LONGEST)


def begin(data: Path) -> float:
    """Count this start as a crash until `forgive` says otherwise; returns the seconds to wait before it."""
    count = crashes(data)
    with suppress(OSError):  # a full disk or a folder that is missing is reported by what needs it
        (data / FILE).write_text(f"{count + 1}\n", encoding="ascii")
    return pause(count)


def forgive(data: Path) -> None:
    """The service ended in good order, or was up for `LASTED` seconds."""
    with suppress(OSError):
        (data / FILE).unlink()
