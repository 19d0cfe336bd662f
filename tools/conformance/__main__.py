"""`python -m tools.conformance [SYSTEM …] [--samples FOLDER]`: every recording against what is known of it.

Prints one line a case and "N passed, N failed"; exit 1 when one failed. The recordings are not part of the project:
where they are absent the run says so and ends with 0.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

import tools.conformance
from tools.conformance.case import Case

NOT_SYSTEMS = {"__main__", "case"}
RECORDINGS = Path(__file__).parents[2].parent / "shared" / "samples"


def main() -> int:
    modules = [info.name for info in pkgutil.iter_modules(tools.conformance.__path__)]
    systems = sorted(name.replace("_", "-") for name in modules if name not in NOT_SYSTEMS)
    parser = argparse.ArgumentParser(prog="tools.conformance", description=__doc__)
    parser.add_argument("system", nargs="*", metavar="SYSTEM", help="only these systems")
    parser.add_argument("--samples", type=Path, default=RECORDINGS, help="the folder of recordings")
    args = parser.parse_args()
    if not args.samples.is_dir():
        print("conformance: left out, the recordings are not here (--samples names their folder)")
        return 0
    if unknown := set(args.system) - set(systems):
        parser.error(f"no conformance file for {', '.join(sorted(unknown))}; there are {', '.join(systems)}")
    passed = failed = 0
    for system in args.system or systems:
        for case in importlib.import_module(f"tools.conformance.{system.replace('-', '_')}").cases(args.samples):
            print(_line(system, case))
            passed, failed = passed + case.passed, failed + (not case.passed)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _line(system: str, case: Case) -> str:
    if case.passed:
        return f"ok   {system} {case.name}"
    return f"FAIL {system} {case.name}\n     got  {_short(case.got)}\n     want {_short(case.want)}"


def _short(value: object, limit: int = 2000) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


if __name__ == "__main__":
    sys.exit(main())
