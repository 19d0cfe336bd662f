"""The one thread where parsing and drawing run, so that the loop keeps turning."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
DEADLINE = 30.0


class Worker:
    """Runs one function at a time. One thread: memory stays flat, and two pictures never stand in memory at once."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self._executor = executor

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, computed in the thread. Raises TimeoutError after `DEADLINE` seconds: what runs then
        runs on to its end (a thread cannot be stopped), with its result thrown away."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(DEADLINE):
            return await loop.run_in_executor(self._executor, lambda: function(*args, **kwargs))


@asynccontextmanager
async def one_worker() -> AsyncIterator[Worker]:
    """A worker that ends with the block; what is queued then is dropped, what runs is waited for."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
    try:
        yield Worker(executor)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
