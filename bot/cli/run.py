"""`schoolbell run`: the service, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path

NAME = "run"
HELP = "run the service: poll Telegram, read the schools, deliver"
log = logging.getLogger(__name__)


def arguments(parser: argparse.ArgumentParser) -> None:
    """None: everything stands in the environment or in schoolbell.toml."""


def run(_args: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT."""
    from bot import app, backoff, journal
    from bot.clock import SystemClock
    from bot.config import load

    config = load(os.environ)
    journal.set_up(config, os.environ)

    async def main() -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if not supervised:
            return await app.run(config, SystemClock(), os.environ, stop)
        await wait_after_crashes(config.data, stop)
        lasting = loop.call_later(backoff.LASTED, backoff.forgive, config.data)
        code = await app.run(config, SystemClock(), os.environ, stop)
        lasting.cancel()
        if code == 0:
            backoff.forgive(config.data)
        return code

    # Only systemd starts again at one pace; Docker's delay grows by itself, and a person waits for nothing.
    supervised = "NOTIFY_SOCKET" in os.environ
    return asyncio.run(main())


async def wait_after_crashes(data: Path, stop: asyncio.Event) -> None:
    """Wait before a start that follows upon crashes, and say so to systemd and in the log."""
    from bot import backoff
    from bot.service import Systemd

    seconds = backoff.begin(data)
    if not seconds:
        return
    log.warning("the last %d starts ended badly: waiting %.0f s before this one", backoff.crashes(data) - 1, seconds)
    Systemd(os.environ).wait(seconds, "waiting after crashes")
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
