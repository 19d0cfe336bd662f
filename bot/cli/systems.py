"""`schoolbell systems`: the school systems that are supported."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bot.scraper.registry import all_sources

NAME = "systems"
HELP = "list the school systems that are supported: address, needs, what they deliver"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = [
        {
            "id": source.id,
            "title": source.title,
            "country": source.country,
            "example_url": source.example_url,
            "needs": source.needs or "the address",
            "delivers": list(source.delivers),
            "experimental": source.experimental,
        }
        for source in all_sources().values()
    ]
    if args.json:
        print(json.dumps({"systems": rows}, ensure_ascii=False, indent=2))
        return 0
    for row in rows:
        print(f"{row['id']}: {row['title']}" + (f" ({row['country']})" if row["country"] else ""))
        print(f"  address   {row['example_url']}")
        print(f"  needs     {row['needs']}")
        print(f"  delivers  {', '.join(row['delivers'])}")
        if row["experimental"]:
            print(f"  experimental: {row['experimental']}")
    return 0
