"""Run the faults and print the table: `python -m tools.faults [--bounded] [--write] [GROUP …]`."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import pkgutil
import time
from pathlib import Path

import tools.faults
from tools.faults.row import Row, Scale

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- begin: make faults FAULTS=--write -->", "<!-- end -->"
INNER = {"__main__", "row", "stage", "worker", "product"}


def groups() -> list[str]:
    """The groups there are."""
    return sorted(module.name for module in pkgutil.iter_modules(tools.faults.__path__) if module.name not in INNER)


async def run(group: str, scale: Scale) -> list[Row]:
    """One group's rows, printed as they come."""
    found: list[Row] = []
    module = importlib.import_module(f"tools.faults.{group}")
    async for row in module.rows(scale):
        found.append(row)
        print(f"{row.name:52.52} | {row.got:46.46} | {row.goal:34.34} | {'ok' if row.ok else 'MISSED'}", flush=True)
    return found


def write(found: list[Row], verdict: str) -> None:
    """Put the table between the two marks of the document."""
    lines = ["| fault | got | goal | |", "|---|---|---|---|"]
    lines += [f"| {row.name} | {row.got} | {row.goal} | {'ok' if row.ok else '**missed**'} |" for row in found]
    head, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    table = "\n".join(lines)
    DOCUMENT.write_text(f"{head}{BEGIN}\n{table}\n\n{verdict}.\n{END}{tail}", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bounded", action="store_true", help="a selection, for continuous integration")
    parser.add_argument("--write", action="store_true", help="write the table into docs/faults.md")
    parser.add_argument("groups", nargs="*", help=f"of {', '.join(groups())}")
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    start = time.monotonic()
    print(f"{'fault':52} | {'got':46} | {'goal':34} |")
    found: list[Row] = []
    for group in options.groups or groups():
        found += asyncio.run(run(group, Scale(options.bounded)))
    missed = [row for row in found if not row.ok]
    verdict = f"{len(found) - len(missed)} of {len(found)} reached in {time.monotonic() - start:.0f} s"
    print(verdict)
    if options.write:
        write(found, verdict)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
