"""What a system's conformance file is written with.

A file `tools/conformance/<system>.py` (a dash in the system's id is an underscore in the file's name) has
`def cases(samples: Path) -> Iterator[Case]`; `samples` is the folder of recordings (it holds one folder a system).
Each case is one comparison; `got` and `want` are JSON values (`bot.scraper.report` makes rows). What a parser raises is
a value too: `outcome(lambda: ...)` gives `{"error": "TruncatedPage"}`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import SchoolbellError


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison: `name` is the recording's path below the system's folder, and what of it is compared."""

    name: str
    got: object
    want: object

    @property
    def passed(self) -> bool:
        return self.got == self.want


def outcome(compute: Callable[[], object]) -> object:
    """The value, or the name of the error that was raised instead of one."""
    try:
        return compute()
    except SchoolbellError as error:
        return {"error": type(error).__name__}
