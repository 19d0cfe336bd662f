"""`make faults`: every fault of docs/faults.md injected, what came of it beside what must come of it.

One file for each group of faults, found, not listed: it has `async def rows(scale)`, which yields `Row`s.
"""
