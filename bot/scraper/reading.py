"""From pages to the part of the plan that was asked for: parse, cut to the days, pick the target. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.errors import NotReleased, SourceChanged
from bot.model import Plan
from bot.scraper.contract import Page, Query, Source
from bot.select import Days, belonging_to, within


def read(source: Source, pages: Sequence[Page], query: Query) -> Plan:
    """What the pages say about the query. Raises what `source.parse` raises, and UnknownTarget."""
    plan = within(parsed(source, pages, query), Days(query.start, query.end))
    return belonging_to(plan, query.kind, query.name) if source.scope == "school" else plan


def parsed(source: Source, pages: Sequence[Page], query: Query) -> Plan:
    """`source.parse`, with a layout that its author did not foresee told as such."""
    if not pages:
        raise NotReleased("the school has published nothing for these days")
    with foreseen(source):
        plan = source.parse(pages, query)
    # Keys are kept as published, so they did not pass through `squeeze`: half a character ("\\ud800") cannot be stored.
    keys = [*(target.id for target in plan.targets), *(task.id for task in plan.homework)]
    if not all(key.isprintable() for key in keys):
        raise SourceChanged(f"the {source.id} source was given keys that are no text")
    return plan


@contextmanager
def foreseen(source: Source) -> Iterator[None]:
    """Tells what a source stumbles over as SourceChanged.

    A page can be odd in ways nobody wrote a check for. What Python raises then is a fact about the page, not about
    this program: the last good plan stays, as for every other change of layout.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise SourceChanged(
            f"the page is laid out in a way the {source.id} source does not know ({type(error).__name__})"
        ) from error
