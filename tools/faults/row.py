"""A line of the table, and how big a run is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One fault: what came of it, what must, and whether it did."""

    name: str
    got: str
    goal: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything: the whole proof, or what continuous integration has time for."""

    bounded: bool

    def of(self, whole: int, bounded: int) -> int:
        """The whole number, or the bounded one."""
        return bounded if self.bounded else whole
