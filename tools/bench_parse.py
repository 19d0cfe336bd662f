"""What reading pages costs: time, peak and growth of memory of every source on its own sample, blown up.

    python -m tools.bench_parse [SYSTEM …]     `make bench-parse`

A sample is blown up by repeating its longest row (lesson, event, table row) up to 200 KB and to 2 MB. Times are the
median CPU time of some runs; the peak is what `tracemalloc` saw beside the page and its plan.
"""

from __future__ import annotations

import gc
import re
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.errors import SourceError
from bot.model import Plan
from bot.scraper.contract import Source
from bot.scraper.registry import all_sources
from tests.scraper.samples import Sample, samples

SIZES = {"200 KB": 200_000, "2 MB": 2_000_000}
GOALS_MS = {"200 KB": 60.0, "2 MB": 400.0}
GOAL_PEAK = 10.0
"""MiB beside the page and the plan that 2 MB of page may take."""
GOAL_SLOPE = 5.0
"""MiB that the process may grow by in 1,000 parses."""
ROUNDS = 1000
# What is repeated: the last whole piece of the first kind that a page has and that still gives a plan.
_PIECES = (
    *(re.compile(rb"BEGIN:VEVENT\r?\n.*?END:VEVENT\r?\n", re.S), re.compile(rb"<Kl>.*?</Kl>", re.S)),
    *(re.compile(rb"<aktion>.*?</aktion>", re.S), re.compile(rb"<Std>.*?</Std>", re.S)),
    *(re.compile(rb'<div class="bk-timetable-row">.*?(?=<div class="bk-timetable-row">)', re.S),),
    *(re.compile(rb"<tr\b(?:(?!<tr\b|<table\b).)*?</tr>\s*", re.S | re.I), re.compile(rb"[^\n]*[;,\t][^\n]*\n")),
    *(re.compile(rb"<li\b.*?</li>\s*", re.S | re.I), re.compile(rb"<option\b.*?</option>\s*", re.S | re.I)),
    re.compile(rb"(?<=[\[,])\s*\{[^{}]*\},"),
)


def rss() -> float:
    """MiB that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def rows(plan: Plan) -> int:
    """How many facts a plan holds."""
    return len(plan.lessons) + len(plan.substitutions) + len(plan.homework) + len(plan.targets)


def blown_up(source: Source, sample: Sample, size: int) -> tuple[Sample, int] | None:
    """The sample with one of its pieces repeated up to a size, and the rows that it then gives; None if none works."""
    best: tuple[Sample, int] | None = None
    at = max(range(len(sample.pages)), key=lambda n: len(sample.pages[n].body))
    body = sample.pages[at].body
    for pattern in _PIECES:
        match = max(pattern.finditer(body), key=lambda match: len(match[0]), default=None)
        if match is None:
            continue
        times = max((size - len(body)) // len(match[0]), 1)
        copies = b"".join(re.sub(rb"UID:", b"UID:%d-" % number, match[0]) for number in range(times))
        page = replace(sample.pages[at], body=body[: match.end()] + copies + body[match.end() :])
        longer = replace(sample, pages=(*sample.pages[:at], page, *sample.pages[at + 1 :]))
        try:
            count = rows(source.parse(longer.pages, longer.query))
        except SourceError:
            continue
        if best is None or count > best[1]:
            best = (longer, count)
    return best


def cpu_ms(work: Callable[[], object], runs: int) -> float:
    """Median CPU time of some runs, in milliseconds."""
    spent = []
    for _ in range(runs):
        gc.collect()
        started = time.process_time()
        work()
        spent.append((time.process_time() - started) * 1000)
    return statistics.median(spent)


def peak_mib(work: Callable[[], object]) -> float:
    """MiB that a run takes at most beyond what was there before and what it gives back."""
    gc.collect()
    tracemalloc.start()
    result = work()
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    return (peak - held) / 2**20


def measured(source: Source) -> tuple[str, bool]:
    """A line of the table for a source, and whether it reaches the goals."""
    own = [sample for sample in samples() if sample.system == source.id and sample.plan is not None]
    largest = max(own, key=lambda sample: (len(sample.pages) == 1, len(sample.pages[0].body)))
    cells, good = [f"{source.id:18}"], True
    for label, size in SIZES.items():
        options = [found for sample in own if (found := blown_up(source, sample, size)) is not None]
        if not options:
            cells.append(f"{'no sample to repeat':>34}")
            continue
        chosen, count = max(options, key=lambda option: option[1])
        work = partial(source.parse, chosen.pages, chosen.query)
        milliseconds = cpu_ms(work, 3 if size < 10**6 else 1)
        peak = peak_mib(work)
        reached = milliseconds <= GOALS_MS[label] and (peak <= GOAL_PEAK or size < 10**6)
        good &= reached
        cells.append(f"{count:7} rows {milliseconds:7.1f} ms {peak:6.1f} MiB {' ' if reached else '!'}")
    started, middle = rss(), 0.0
    for number in range(ROUNDS):
        source.parse(largest.pages, largest.query)
        if number == ROUNDS // 10:
            gc.collect()
            middle = rss()
    gc.collect()
    slope = rss() - max(middle, started)
    good &= slope <= GOAL_SLOPE
    cells.append(f"{slope:+6.1f} MiB")
    return "  ".join(cells), good


def main(wanted: list[str]) -> int:
    goals = "  ".join(f"{label}: {GOALS_MS[label]:.0f} ms" for label in SIZES)
    print(f"goals: {goals}, {GOAL_PEAK:.0f} MiB of peak; {ROUNDS} parses of a sample: {GOAL_SLOPE:+.0f} MiB at most")
    print(f"{'source':18}  {'200 KB':34}  {'2 MB':34}  {ROUNDS} parses")
    reached = True
    for source in all_sources().values():
        if not wanted or source.id in wanted:
            line, good = measured(source)
            print(line, flush=True)
            reached &= good
    print("every goal is reached" if reached else "not every goal is reached (marked with !)")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
