"""`schoolbell inspect`: read one file or address as a school, and print what was understood."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urldefrag, urlsplit
from zoneinfo import ZoneInfo

from bot import config
from bot.clock import SystemClock
from bot.errors import ConfigError, UsageError
from bot.model import Plan, TargetKind
from bot.scraper.contract import Page, Query, Source
from bot.scraper.detect import detect, detect_at
from bot.scraper.http import SchoolHttp
from bot.scraper.listing import listing
from bot.scraper.reading import foreseen, read
from bot.scraper.registry import all_sources, source_named
from bot.scraper.report import report
from bot.texts import languages

NAME = "inspect"
HELP = "fetch an address (or read a file), find out which school system it is, and print its plan"

LARGEST_FILE = 50_000_000
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://", re.I)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="a file, or an http, https or webcal address")
    parser.add_argument("--source", metavar="ID", help="the school system (see `schoolbell systems`)")
    whose = parser.add_mutually_exclusive_group()
    for kind in TargetKind:
        whose.add_argument(f"--{kind}", metavar="NAME", dest=f"of_{kind}", help=f"only this {kind}")
    parser.add_argument("--date", metavar="YYYY-MM-DD", type=_date, help="the first day")
    parser.add_argument("--weeks", metavar="N", type=_weeks, help="how many weeks (1)")
    parser.add_argument("--timezone", metavar="ZONE", type=_zone, help="the school's time zone")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--text", action="store_true", help="print tables (what happens without any of these)")
    form.add_argument("--png", metavar="FILE", type=Path, help="draw the week, or the day of --date without --weeks")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of the picture")
    parser.add_argument("--lang", metavar="CODE", help="language of the picture")
    parser.add_argument("--allow-private", action="store_true", help="the address may be on a private network")


def run(args: argparse.Namespace) -> int:
    settings = config.load(os.environ, need_token=False)
    language = args.lang or settings.language
    if language not in languages():
        raise UsageError(f"--lang {language}: known are {', '.join(languages())}")
    source = source_named(args.source) if args.source else None
    query = _query(args, args.timezone or settings.timezone)
    if _ADDRESS.match(args.target):
        private = args.allow_private or settings.allow_private
        source, plan, fetched = asyncio.run(_visited(query, source, allow_private=private))
    else:
        source, plan = _opened(Path(args.target), query, source)
        fetched = ()
    if args.png:
        args.png.write_bytes(_picture(plan, source, query, args, language))
        return 0
    values = report(plan, source=source.id, timezone=query.timezone, fetched=fetched)
    print(json.dumps(values, ensure_ascii=False, indent=2) if args.json else listing(values), end="\n" * args.json)
    return 0


def _picture(plan: Plan, source: Source, query: Query, args: argparse.Namespace, language: str) -> bytes:
    """The day of --date without --weeks, else the week."""
    from bot import drawn  # Pillow, and only here

    sheet = drawn.Sheet(
        name=query.name,
        kind=query.kind,
        timezone=query.timezone,
        source=urlsplit(query.url).hostname or source.id,
        first=query.start,
        day=args.date if args.date and not args.weeks else None,
        language=language,
        theme=args.theme,
    )
    return drawn.draw(plan, sheet)


def _query(args: argparse.Namespace, timezone: ZoneInfo) -> Query:
    """What is asked. An address is asked from today on for a week, a file for all that it holds."""
    scheme = _ADDRESS.match(args.target)
    if scheme and scheme[1].lower() not in {"http", "https", "webcal"}:
        raise UsageError(f"{scheme[1]}: is no address of a school; use http, https or webcal, or a file's name")
    today = SystemClock().now().astimezone(timezone).date()
    start = args.date or (today if scheme or args.weeks else None)
    kind = next((kind for kind in TargetKind if getattr(args, f"of_{kind}")), TargetKind.CLASS)
    try:
        end = start + timedelta(weeks=args.weeks or 1) if start else None
    except OverflowError:
        raise UsageError("--date and --weeks reach beyond the calendar") from None
    return Query(
        url=args.target if scheme else Path(args.target).resolve().as_uri(),
        timezone=timezone,
        today=today,
        kind=kind,
        name=getattr(args, f"of_{kind}") or "",
        start=start,
        end=end,
    )


def _opened(file: Path, query: Query, source: Source | None) -> tuple[Source, Plan]:
    """A file is read alone: nothing is fetched, siblings are not followed."""
    with file.open("rb") as stream:
        page = Page(url=query.url, body=stream.read(LARGEST_FILE))
    source = source or detect(page, all_sources().values())
    return source, read(source, [page], query)


async def _visited(query: Query, source: Source | None, *, allow_private: bool) -> tuple[Source, Plan, tuple[str, ...]]:
    async with SchoolHttp(clock=SystemClock(), allow_private=allow_private) as school:
        http = school.visit()
        source = source or await detect_at(http, query.url, all_sources().values())
        with foreseen(source):
            pages = await source.fetch(http, query)
        return source, read(source, pages, query), tuple(dict.fromkeys(urldefrag(page.url).url for page in pages))


def _date(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-11-24")


def _weeks(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 60:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of weeks from 1 to 60")


def _zone(text: str) -> ZoneInfo:
    try:
        return config.zone_named(text)
    except (ConfigError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time zone; write it as Europe/Vilnius") from None
