"""`make replay`: the month of homework, line by line, beside what was written down by hand of it."""

from __future__ import annotations

import asyncio
import difflib
import sys
import time

from tools.replay_homework.runner import expected, replay


def main() -> int:
    """Print what was said and what differs from the list; 1 when anything does."""
    begin = time.monotonic()
    got, diary = asyncio.run(replay())
    want = expected()
    missing, false = len(set(want) - set(got)), len(set(got) - set(want))
    repeated = len(got) - len(set(got))
    lines = sorted(got) if sorted(got) == sorted(want) else list(difflib.ndiff(sorted(want), sorted(got)))
    figures = f"{len(got)} lines, {missing} missing, {false} false, {repeated} repeated"
    asked = f"{diary.sign_ins} sign-ins, {diary.refusals} refused"
    out = "\n".join(["", "== homework-november", *lines])
    sys.stdout.write(f"{out}\n-- homework-november: {figures}, {asked}, {time.monotonic() - begin:.1f} s\n")
    return 1 if missing or false or repeated else 0


if __name__ == "__main__":
    sys.exit(main())
