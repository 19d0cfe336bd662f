"""Memory kept, not hoped for: what the process holds, what it may hold, and what to do as it nears the limit."""

from __future__ import annotations

import ctypes
import gc
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc/self")
CGROUP = Path("/sys/fs/cgroup")
WARN = 0.8  # of the limit: a notice and a clean-up
DRAIN = 0.93  # of the limit: leave in good order before the kernel does it in bad


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes. `limit` is the cgroup's (systemd's MemoryMax), None when there is none."""

    rss: int
    swap: int
    limit: int | None

    @property
    def share(self) -> float:
        """How much of the limit is used, 0.0 without a limit."""
        return (self.rss + self.swap) / self.limit if self.limit else 0.0


def usage(proc: Path = PROC, cgroup: Path = CGROUP) -> Usage:
    """What the process holds now (Linux: /proc/self/status, cgroup v2)."""
    fields = dict(
        line.split(":", 1) for line in (proc / "status").read_text(encoding="ascii").splitlines() if ":" in line
    )
    return Usage(_kilobytes(fields.get("VmRSS")), _kilobytes(fields.get("VmSwap")), _limit(proc, cgroup))


def _kilobytes(text: str | None) -> int:
    return int(text.split()[0]) * 1024 if text else 0


def _limit(proc: Path, cgroup: Path) -> int | None:
    """The lowest `memory.max` from this process's group up to the root."""
    try:
        line = next(
            line for line in (proc / "cgroup").read_text(encoding="utf-8").splitlines() if line.startswith("0::")
        )
    except (OSError, StopIteration):
        return None
    group = cgroup / line[3:].lstrip("/")
    limits = []
    for folder in (group, *group.parents):
        if not folder.is_relative_to(cgroup):
            break
        try:
            text = (folder / "memory.max").read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            limits.append(int(text))
    return min(limits, default=None)


def give_back() -> None:
    """Collect cycles, and return what the allocator keeps to the system (glibc's malloc_trim; nothing elsewhere)."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return
