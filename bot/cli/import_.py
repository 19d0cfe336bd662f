"""`schoolbell import FILE`: take over schools, chats and subscriptions from JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path

from bot.clock import SystemClock
from bot.config import load

NAME = "import"
HELP = "take over schools, chats and subscriptions from a JSON file; nothing is deleted"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what `export` wrote")


def run(args: argparse.Namespace) -> int:
    """Take the file over, or nothing of it, and say what changed."""
    from bot.exchange import Known, take_in
    from bot.fields import BadFile
    from bot.scraper.registry import all_sources
    from bot.store.database import open_database

    config = load(os.environ, need_token=False)
    try:
        content = json.loads(args.file.read_text(encoding="utf-8-sig"))
        json.dumps(content, ensure_ascii=False).encode()  # half a surrogate pair is JSON, and no text
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{args.file} is not JSON: {error}") from None

    async def main() -> list[str]:
        async with open_database(config.database) as db:
            known = Known(tuple(all_sources()), config.timezone, config.language)
            return await take_in(db, content, known, int(SystemClock().now().timestamp()))

    for line in asyncio.run(main()) or ["nothing changed"]:
        print(line)
    return 0
