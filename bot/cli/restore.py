"""`schoolbell restore FILE`: put a backup in the place of the database; the service must be stopped."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bot.config import load
from bot.errors import StoreError

NAME = "restore"
HELP = "put a backup in the place of the database (the service must be stopped)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where from."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")


def run(args: argparse.Namespace) -> int:
    """Check the backup, keep the database that it replaces beside it, exchange."""
    from bot.backup import put_back
    from bot.store.lock import hold

    config = load(os.environ, need_token=False)
    if not args.file.is_file():
        raise StoreError(f"{args.file}: no such file")
    with hold(config.data):
        kept = put_back(args.file, config.database)
    print(f"restored; what was there before is {kept}" if kept else "restored")
    return 0
