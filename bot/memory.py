"""Memory kept, not hoped for: what the process holds, what it may hold, and what to do as it nears the limit."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc/self")
CGROUP = Path("/sys/fs/cgroup")
NEAR = (0.8, 0.9)
"""Shares of the limit, and of the group's `memory.high`, from which on there is a notice and a clean-up."""
FULL = (0.93, 0.97)
"""And from which on the service leaves in good order: at the limit the kernel kills, above `high` it slows down."""
CALM = (0.75, 0.85)
"""And below which all is well again."""
UNLIMITED = 1 << 60
"""What cgroup v1 says for no limit is a little less than 2**63."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes. `limit` is the cgroup's (systemd's MemoryMax), `high` where it slows down (MemoryHigh); None = none."""

    rss: int
    swap: int
    limit: int | None
    high: int | None = None

    def reaches(self, shares: tuple[float, float]) -> bool:
        """Whether a share of the limit is in use, or of `high`, which swap does not count against."""
        of_limit, of_high = shares
        return bool(
            (self.limit and self.rss + self.swap >= of_limit * self.limit)
            or (self.high and self.rss >= of_high * self.high)
        )

    def mark(self, shares: tuple[float, float]) -> int:
        """The resident bytes at which `reaches` says so, without swap; 0 without a limit."""
        marks = [share * most for share, most in zip(shares, (self.limit, self.high), strict=True) if most]
        return int(min(marks, default=0))


def usage(proc: Path = PROC, cgroup: Path = CGROUP) -> Usage:
    """What the process holds now (Linux: /proc/self/status, cgroup v2 or v1)."""
    fields = dict(
        line.split(":", 1) for line in (proc / "status").read_text(encoding="ascii").splitlines() if ":" in line
    )
    limits = _limits(proc, cgroup, "memory.max", "memory.limit_in_bytes")
    highs = _limits(proc, cgroup, "memory.high")
    return Usage(
        _kilobytes(fields.get("VmRSS")),
        _kilobytes(fields.get("VmSwap")),
        min(limits, default=None),
        min(highs, default=None),
    )


def _kilobytes(text: str | None) -> int:
    return int(text.split()[0]) * 1024 if text else 0


def _limits(proc: Path, cgroup: Path, *names: str) -> list[int]:
    """What files of these names say, from this process's group up to the root; those of version 1 lie in `memory/`."""
    found = []
    for top, group in _groups(proc, cgroup):
        for folder in (group, *group.parents):
            if not folder.is_relative_to(top):
                break
            for name in names:
                with suppress(OSError, ValueError):  # not there, or "max"
                    found.append(int((folder / name).read_text(encoding="ascii")))
    return [limit for limit in found if limit < UNLIMITED]


def _groups(proc: Path, cgroup: Path) -> Iterator[tuple[Path, Path]]:
    """The root of each hierarchy that may hold memory, and this process's group in it.

    In a container the file names the group as the host sees it, and what is mounted is the group itself.
    """
    try:
        lines = (proc / "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0":
            yield cgroup, cgroup / path.lstrip("/")
        elif "memory" in controllers.split(","):
            yield cgroup / "memory", cgroup / "memory" / path.lstrip("/")


def give_back() -> None:
    """Collect cycles, and return what the allocator keeps to the system (glibc's malloc_trim; nothing elsewhere)."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return
