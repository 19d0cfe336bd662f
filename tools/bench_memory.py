"""What the service weighs, measured from outside, once a second, nothing trimmed before a reading.

    python -m tools.bench_memory [--rounds 96] [--python PATH]

1. `idle`: 10 rounds of a 60 KB page, 20 targets, 200 chats, then left alone.
2. `day`: 96 rounds, 50 targets, 1,000 chats, their digests at 07:00: 200 pictures.
3. `start`: from the start of the process to its first poll.

`--python`: the interpreter of an environment with nothing but requirements/runtime.txt (`make bench-memory` makes it):
what merely lies in an environment is imported by others and weighs. Exit code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tools.memory.measure import Samples, Talk, bare_imports, driven, fill, sampling, settled, world

POLL_SECONDS = 15 * 60
IDLE_SECONDS = 20
GOALS = {
    "idle median": 70.0,
    "idle slope": 1.0,
    "day over bare imports": 12.0,
    "day median": 70.0,
    "day peak": 85.0,
    "day slope": 1.0,
    "day PSS median": 60.0,
    "start to first poll, s": 2.0,
}


def a_round(service: Talk) -> None:
    """One round of the school, its pages asked and read."""
    service.ask(f"turn {POLL_SECONDS}")
    service.ask("round")


def idle(python: str, found: dict[str, float]) -> None:
    """Ten rounds, then nothing."""
    with world(200, 60_000) as (_, environ), tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), environ["WORLD_SCHOOL"], targets=20, count=200)
        with driven(python, environ, Path(folder)) as service:
            for _ in range(10):
                a_round(service)
            service.ask("job digests")  # what came due meanwhile is drawn before the readings, not somewhere in them
            settled(service)
            with sampling(service.process.pid) as samples:
                time.sleep(IDLE_SECONDS)
            found["idle median"], found["idle slope"] = samples.median, samples.slope()
            report("idle", samples)


def day(python: str, rounds: int, found: dict[str, float]) -> None:
    """A day of rounds; everybody's digest comes in the morning."""
    bare = statistics.median(bare_imports(python) for _ in range(3))
    print(f"bare imports: {bare:.1f} MiB")
    with world(1000, 60_000) as (_, environ), tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), environ["WORLD_SCHOOL"], targets=50, count=1000)
        with driven(python, environ, Path(folder)) as service, sampling(service.process.pid) as samples:
            begun = time.monotonic()
            for number in range(rounds):
                a_round(service)
                if number % 8 == 7:
                    service.ask("job digests")
                    print(f"round {number + 1}: {samples.rss[-1]:.1f} MiB", flush=True)
            figures = settled(service)
            steady = Samples(samples.rss[len(samples.rss) // 4 :], samples.pss[len(samples.pss) // 4 :], samples.peak)
            took = time.monotonic() - begun
        print(f"{rounds} rounds in {took:.0f} s: {figures['sent']} messages, {figures['pictures']} pictures")
        report("day", samples)
        found["day over bare imports"] = steady.median - bare
        found["day median"], found["day slope"] = steady.median, steady.slope()
        found["day peak"] = samples.peak
        found["day PSS median"] = statistics.median(steady.pss)


def start(python: str, found: dict[str, float]) -> None:
    """The real `run`, until the far side has seen a poll; the best of three."""
    times = []
    for _ in range(3):
        with world(1, 10_000) as (far, environ), tempfile.TemporaryDirectory() as folder:
            begun = time.monotonic()
            service = Talk([python, "-m", "bot", "run"], environ | {"SCHOOLBELL_DATA": folder})
            try:
                while not far.ask("polls")["polls"]:
                    time.sleep(0.01)
                times.append(time.monotonic() - begun)
            finally:
                service.process.terminate()
                service.process.wait(20)
    found["start to first poll, s"] = min(times)


def report(name: str, samples: Samples) -> None:
    """A line of a run's figures."""
    print(
        f"{name}: RSS median {samples.median:.1f}, maximum {max(samples.rss):.1f}, kernel's peak {samples.peak:.1f};"
        f" PSS median {statistics.median(samples.pss):.1f}; slope {samples.slope():+.1f} MiB;"
        f" {len(samples.rss)} samples"
    )


def main() -> int:
    """Measure, and compare with the goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=96)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", choices=("idle", "day", "start"))
    args = parser.parse_args()
    found: dict[str, float] = {}
    if args.only in {None, "start"}:
        start(args.python, found)
    if args.only in {None, "idle"}:
        idle(args.python, found)
    if args.only in {None, "day"}:
        day(args.python, args.rounds, found)
    missed = 0
    for name, value in found.items():
        good = value <= GOALS[name]
        missed += not good
        print(f"{'✓' if good else '✗'} {name}: {value:.1f} (goal {GOALS[name]:g})")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
