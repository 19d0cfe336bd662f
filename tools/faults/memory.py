"""Memory over many pictures and many pages: it rises to what the work needs once, and stays."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection

from bot import memory
from tools.faults.row import Row, Scale

MEBIBYTE = 2**20
LIMIT = 5.0
"""MB that the process may grow by from the first fifth to the end."""


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """Renders and parses in one process, as the service has them in one thread."""
    renders, parses = scale.of(10_000, 200), scale.of(1_000, 100)
    near, far = multiprocessing.Pipe()
    worker = multiprocessing.get_context("spawn").Process(target=work, args=(far, renders, parses))
    worker.start()
    slope, peak = near.recv()
    worker.join()
    name = f"{renders} renders + {parses} parses"
    yield Row(name, f"slope {slope:+.1f} MB at {peak:.0f} MB", f"≤ {LIMIT:.0f} MB", slope <= LIMIT)


def work(result: Connection, renders: int, parses: int) -> None:
    """Draw and parse in turn; MB grown since the first fifth, and MB held at the end."""
    from bot.render import THEMES, draw_day, draw_week
    from bot.scraper.registry import all_sources
    from tests.scraper.samples import samples
    from tools import picture_samples

    sources = all_sources()
    pages = [sample for sample in samples() if sample.plan is not None]
    begin = 0
    themes = list(THEMES.values())
    for number in range(renders):
        theme = themes[number % len(themes)]
        if number % 3 == 0:
            draw_week(picture_samples.week_of_states("pl"), theme)
        else:
            draw_day(picture_samples.day_of_states("lt"), theme)
        if number * parses // renders != (number - 1) * parses // renders:
            sample = pages[number % len(pages)]
            sources[sample.system].parse(sample.pages, sample.query)
        if number == renders // 5:
            gc.collect()
            begin = memory.usage().rss
        if number % 200 == 0:
            memory.give_back()  # as the service does after each round
    gc.collect()
    end = memory.usage().rss
    result.send(((end - begin) / MEBIBYTE, end / MEBIBYTE))
