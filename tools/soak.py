"""Many scrape rounds under a turned clock: memory, file descriptors and tasks must not grow.

python -m tools.soak [--rounds 10000] [--python PATH]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tools.bench_memory import a_round, report
from tools.memory.measure import driven, fill, sampling, settled, world

GROWTH = 5.0  # MiB
TARGETS = 3
POOL = 10  # connections that are opened when messages go out, and kept


def main() -> int:
    """Soak; 1 when something grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--python", default=sys.executable)
    args = parser.parse_args()
    with world(30, 20_000) as (_, environ), tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), environ["WORLD_SCHOOL"], targets=TARGETS, count=30)
        with driven(args.python, environ, Path(folder)) as service:
            warm = max(args.rounds // 20, 10)
            for _ in range(warm):
                a_round(service)
            first = settled(service)
            begun = time.monotonic()
            with sampling(service.process.pid) as samples:
                for number in range(args.rounds - warm):
                    a_round(service)
                    if number % 96 == 0:
                        service.ask("job digests")
                        service.ask("job upkeep")
                last = settled(service)
                time.sleep(1.5)
            took = time.monotonic() - begun
            fifth = max(len(samples.rss) // 5, 1)
            grown = statistics.median(samples.rss[-fifth:]) - statistics.median(samples.rss[:fifth])
            report("soak", samples)
            print(f"{args.rounds} rounds in {took:.0f} s, {last['sent']} messages sent")
            files = f"open files {first['fds']} → {last['fds']}, tasks {first['tasks']} → {last['tasks']}"
            print(f"grown by {grown:+.1f} MiB; {files}")
    good = grown <= GROWTH and last["fds"] <= first["fds"] + POOL and last["tasks"] <= first["tasks"] + 2
    print("✓ flat" if good else "✗ something grows")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
