"""What the process holds and may hold, read from files like the kernel's."""

from __future__ import annotations

from pathlib import Path

from bot import memory


def test_usage_from_files(tmp_path: Path) -> None:
    proc, cgroup = tmp_path / "proc", tmp_path / "cgroup"
    group = cgroup / "system.slice" / "schoolbell.service"
    group.mkdir(parents=True)
    proc.mkdir()
    (proc / "status").write_text("Name:\tpython\nVmRSS:\t   65536 kB\nVmSwap:\t    1024 kB\n", encoding="ascii")
    (proc / "cgroup").write_text("0::/system.slice/schoolbell.service\n", encoding="ascii")
    (group / "memory.max").write_text("134217728\n", encoding="ascii")
    (group.parent / "memory.max").write_text("max\n", encoding="ascii")
    usage = memory.usage(proc, cgroup)
    assert (usage.rss, usage.swap, usage.limit) == (64 << 20, 1 << 20, 128 << 20)
    assert abs(usage.share - 65 / 128) < 1e-9
    (group / "memory.max").write_text("max\n", encoding="ascii")
    assert memory.usage(proc, cgroup).limit is None
    assert memory.usage(proc, cgroup).share == 0.0


def test_this_process_holds_something() -> None:
    assert memory.usage().rss > 5 << 20
    memory.give_back()
