"""`make replay`: every story, message by message, beside what was written down by hand of it."""

from __future__ import annotations

import argparse
import asyncio
import difflib
import sys
import time
from pathlib import Path

from tools.replay.runner import replay
from tools.replay.school import Story
from tools.replay.stories import STORIES

HERE = Path(__file__).parent


def expected(story: Story) -> list[str]:
    """The hand-written list."""
    return (HERE / f"{story.name}.expected.txt").read_text(encoding="utf-8").splitlines()


def main() -> int:
    """Print every story and what differs from its list; 1 when anything does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="stories (default: all)")
    parser.add_argument("--quiet", action="store_true", help="print only what differs, and the figures")
    options = parser.parse_args()
    wrong = 0
    for make in STORIES:
        story = make()
        if options.names and story.name not in options.names:
            continue
        begin = time.monotonic()
        got = asyncio.run(replay(story))
        want = expected(story)
        missing = [line for line in want if line not in got]
        false = [line for line in got if line not in want]
        repeated = len(got) - len(set(got))
        lines = got if not options.quiet else []
        if sorted(got) != sorted(want):
            lines = [line for line in difflib.ndiff(want, got) if options.quiet is False or line[0] in "+-"]
        out = "\n".join(["", f"== {story.name}", *lines])
        figures = f"{len(got)} messages, {len(missing)} missing, {len(false)} false, {repeated} repeated"
        sys.stdout.write(f"{out}\n-- {story.name}: {figures}, {time.monotonic() - begin:.1f} s\n")
        wrong += bool(missing or false or repeated)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
