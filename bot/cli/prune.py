"""`schoolbell prune`: what the nightly job does, now."""

from __future__ import annotations

import argparse
import asyncio
import os

from bot.clock import SystemClock
from bot.config import load

NAME = "prune"
HELP = "delete what is older than a week, now"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(_args: argparse.Namespace) -> int:
    """Prune beside a running service, and say how much went."""
    from bot.store.database import open_database
    from bot.upkeep import prune

    config = load(os.environ, need_token=False)

    async def main() -> None:
        async with open_database(config.database, create=False) as db:
            for what, count in (await prune(db, SystemClock().now())).items():
                print(f"{count} {what}")

    asyncio.run(main())
    return 0
