"""`schoolbell backup FILE`: a consistent copy of the running database."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bot.config import load
from bot.errors import StoreError

NAME = "backup"
HELP = "write a consistent copy of the database, beside a running service too"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")


def run(args: argparse.Namespace) -> int:
    """Copy, and check the copy."""
    from bot.backup import copy_of

    config = load(os.environ, need_token=False)
    if args.file.exists():
        raise StoreError(f"{args.file} is there already; a backup never overwrites")
    copy_of(config.database, args.file)
    print(f"{args.file} {args.file.stat().st_size} bytes")
    return 0
