"""`schoolbell run`: the service, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal

NAME = "run"
HELP = "run the service: poll Telegram, read the schools, deliver"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None: everything stands in the environment or in schoolbell.toml."""


def run(_args: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT."""
    from bot import app, journal
    from bot.clock import SystemClock
    from bot.config import load

    config = load(os.environ)
    journal.set_up(config, os.environ)

    async def main() -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        return await app.run(config, SystemClock(), os.environ, stop)

    return asyncio.run(main())
