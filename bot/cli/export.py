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

    async def main() -> dict[str, Any]:
        async with open_database(config.database, create=False) as db:
            return await hand_out(db)

    text = json.dumps(asyncio.run(main()), ensure_ascii=False, indent=1) + "\n"
    if args.file is None:
        sys.stdout.write(text)
    else:
        _put(args.file, text)
    return 0


def _put(file: Path, text: str) -> None:
    """Whole or not at all: the file of before stays until the new one is there. Only its owner may read it."""
    if file.exists() and not file.is_file():  # a device, a pipe
        file.write_text(text, encoding="utf-8")
        return
    part = file.with_name(f"{file.name}.part")
    try:
        part.touch(mode=0o600)
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
