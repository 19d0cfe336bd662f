"""What the process holds and may hold, read from files like the kernel's; what the guard does near the limit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import memory, watch
from bot.demo.stage import Stage
from bot.memory import CALM, FULL, NEAR, Usage
from tests.handlers.owner import hears, owner_of

MEBIBYTE = 1 << 20


def kernel(tmp_path: Path, group: str, limits: dict[str, str]) -> Usage:
    """What is read when /proc/self/cgroup says `group` and the files under /sys/fs/cgroup say `limits`."""
    proc, cgroup = tmp_path / "proc", tmp_path / "cgroup"
    proc.mkdir(exist_ok=True)
    (proc / "status").write_text("Name:\tpython\nVmRSS:\t   65536 kB\nVmSwap:\t    1024 kB\n", encoding="ascii")
    (proc / "cgroup").write_text(group, encoding="ascii")
    for name, text in limits.items():
        (cgroup / name).parent.mkdir(parents=True, exist_ok=True)
        (cgroup / name).write_text(f"{text}\n", encoding="ascii")
    return memory.usage(proc, cgroup)


def test_the_limits_of_a_unit(tmp_path: Path) -> None:
    unit = "system.slice/schoolbell.service"
    limits = {f"{unit}/memory.max": "134217728", f"{unit}/memory.high": "104857600", "system.slice/memory.max": "max"}
    usage = kernel(tmp_path, f"0::/{unit}\n", limits)
    assert usage == Usage(64 * MEBIBYTE, MEBIBYTE, 128 * MEBIBYTE, 100 * MEBIBYTE)


@pytest.mark.parametrize(
    ("group", "limits"),
    [
        ("0::/\n", {"memory.max": "134217728"}),  # a container with a namespace of its own
        ("0::/docker/0123\n", {"memory.max": "134217728"}),  # one that sees the host's name
        ("0::/a/b\n", {"a/memory.max": "134217728", "a/b/memory.max": "max"}),  # the one above counts
        ("3:cpu:/\n2:memory:/a\n0::/\n", {"memory/a/memory.limit_in_bytes": "134217728"}),  # version 1
        ("9:cpu,memory:/docker/0123\n", {"memory/memory.limit_in_bytes": "134217728"}),
    ],
)
def test_the_limit_is_found(tmp_path: Path, group: str, limits: dict[str, str]) -> None:
    assert kernel(tmp_path, group, limits).limit == 128 * MEBIBYTE


@pytest.mark.parametrize(
    ("group", "limits"),
    [
        ("", {}),
        ("0::/a\n", {"a/memory.max": "max", "a/memory.high": "max"}),
        ("2:memory:/\n", {"memory/memory.limit_in_bytes": "9223372036854771712"}),
    ],
)
def test_no_limit_is_none(tmp_path: Path, group: str, limits: dict[str, str]) -> None:
    usage = kernel(tmp_path, group, limits)
    assert (usage.limit, usage.high, usage.reaches(NEAR), usage.mark(FULL)) == (None, None, False, 0)


@pytest.mark.parametrize(
    ("rss", "swap", "near", "full"),
    [
        (85, 0, False, False),  # the peak that is allowed
        (90, 0, True, False),
        (97, 0, True, True),  # without swap the kernel slows it down from 100 on: it would never come to 119
        (80, 23, True, False),  # swap counts against the limit, not against memory.high
        (80, 40, True, True),
    ],
)
def test_the_marks_of_the_unit(rss: int, swap: int, near: bool, full: bool) -> None:
    usage = Usage(rss * MEBIBYTE, swap * MEBIBYTE, 128 * MEBIBYTE, 100 * MEBIBYTE)
    assert (usage.reaches(NEAR), usage.reaches(FULL)) == (near, full)


def test_without_high_the_limit_alone_counts() -> None:
    assert not Usage(101 * MEBIBYTE, 0, 128 * MEBIBYTE).reaches(NEAR)
    assert Usage(103 * MEBIBYTE, 0, 128 * MEBIBYTE).reaches(NEAR)
    assert not Usage(95 * MEBIBYTE, 0, 128 * MEBIBYTE).reaches(CALM)
    assert Usage(103 * MEBIBYTE, 0, 128 * MEBIBYTE).mark(FULL) == int(0.93 * 128 * MEBIBYTE)


async def test_near_the_limit_there_is_one_notice_and_its_twin(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    owner, deps, guard = await owner_of(stage), stage.service.deps, watch.MemoryWatch()
    held = 110
    monkeypatch.setattr(memory, "usage", lambda: Usage(held * MEBIBYTE, 0, 128 * MEBIBYTE))
    assert [await guard.look(deps) for _ in range(3)] == [False, False, False]
    told = await hears(stage, owner, "110 of 128 MiB")
    assert "At 119 MiB I restart" in told.text
    assert sum("memory: " in record.getMessage() for record in caplog.records) == 1
    held = 100  # below the mark, not yet well
    await guard.look(deps)
    assert guard.near
    held = 70
    await guard.look(deps)
    await hears(stage, owner, "all is well again")
    assert not guard.near


async def test_at_the_high_mark_it_leaves_and_the_next_run_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, deps = await owner_of(stage), stage.service.deps
    monkeypatch.setattr(memory, "usage", lambda: Usage(125 * MEBIBYTE, 0, 128 * MEBIBYTE))
    assert await watch.MemoryWatch().look(deps)
    await watch.end(deps, watch.OUT_OF_MEMORY)
    stage.clock.turn_by(timedelta(seconds=3))
    assert await watch.begin(deps) == watch.OUT_OF_MEMORY
    await owner.say("/status")
    status = (await hears(stage, owner, "out of memory: 1")).text
    assert "Running since 2026-" in status
    assert "sent in the last hour: " in status


def test_this_process_holds_something() -> None:
    assert memory.usage().rss > 5 * MEBIBYTE
    memory.give_back()
