"""`schoolbell export [FILE]`: schools, chats and subscriptions as JSON, passwords left out."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from bot.config import load
from bot.errors import StoreError

NAME = "export"
HELP = "write schools, chats and subscriptions as JSON"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="standard output when left out")


def run(args: argparse.Namespace) -> int:
    """Write the file."""
    from bot.exchange import hand_out
    from bot.store.database import open_database

    config = load(os.environ, need_token=False)
    if not config.database.exists():
        raise StoreError(f"there is no database in {config.data}; set SCHOOLBELL_DATA to the data folder")

    async def main() -> dict[str, Any]:
        async with open_database(config.database) as db:
            return await hand_out(db)

    text = json.dumps(asyncio.run(main()), ensure_ascii=False, indent=1) + "\n"
    if args.file is None:
        sys.stdout.write(text)
    else:
        args.file.write_text(text, encoding="utf-8")
    return 0
