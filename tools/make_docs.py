"""The tables of the documentation, made from what they describe, so that they cannot say anything else.

`python -m tools.make_docs` writes them between their marks (`<!-- table: NAME -->` … `<!-- end -->`); with `--check` it
only says which are out of date, and exits with 1.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bot import cli
from bot.commands import Audience
from bot.config import Config
from bot.handlers import all_commands
from bot.health import METRICS
from bot.scraper.registry import all_sources

ROOT = Path(__file__).resolve().parent.parent
MARKED = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.S)
AUDIENCES = {
    Audience.EVERYONE: "everybody",
    Audience.CHAT_ADMIN: "everybody; in groups their admins",
    Audience.ADMIN: "the bot's admins",
    Audience.OWNER: "the bot's owner",
}
# What `make conformance` compared with real recordings when this was written (they are no part of the project).
RECORDED = {
    "bakalari": 7,
    "davinci": 17,
    "edupage": 10,
    "ical": 117,
    "indiware": 44,
    "indiware-mobil": 17,
    "manodienynas": 10,
    "optivum": 29,
    "optivum-zastepstwa": 5,
    "sheet": 1,
    "svplan": 25,
    "untis-grid": 5,
    "untis-info": 8,
    "untis-monitor": 48,
    "webuntis": 4,
}
_DEFAULTS = Config(data=Path("data"))
SETTINGS: Mapping[str, tuple[str, str]] = {
    "admins": ("numeric user ids, comma-separated; when empty, `run` logs a one-time claim link", "–"),
    "timezone": ("zone of the schools unless a school sets its own", f"`{_DEFAULTS.timezone.key}`"),
    "lang": ("language of notices, and of chats whose language is not known", f"`{_DEFAULTS.language}`"),
    "api_url": (
        "Bot API base, with or without the trailing `/bot` (a server of your own); files are fetched from the same one",
        f"`{_DEFAULTS.api_url}`",
    ),
    "allow_private": (
        "`1` lets schools live on private or loopback addresses (an intranet)",
        str(int(_DEFAULTS.allow_private)),
    ),
    "poll_minutes": ("how often a school is asked while school is on, 1 to 1440", str(_DEFAULTS.poll_minutes)),
    "log": ("`warning`, `info`, `debug`", f"`{_DEFAULTS.log_level}`"),
    "log_format": ("`text`, `json` (one object a line)", "`text`"),
    "http": ("`HOST:PORT` for `/healthz` and `/metrics`", "off"),
}
"""Every key of the configuration (bot/config.py; a test holds them equal): meaning and default."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") or " " for cell in line) + " |\n" for line in lines)


def systems() -> str:
    """The school systems."""
    return table(
        ("system", "id", "country", "delivers", "needs", "checked against"),
        (
            (
                source.title + (" (experimental)" if source.experimental else ""),
                f"`{source.id}`",
                source.country or "any",
                ", ".join(source.delivers),
                source.needs or "the address",
                f"{RECORDED.get(source.id, 0)} recorded facts"
                + (f"; {source.experimental}" if source.experimental else ""),
            )
            for source in all_sources().values()
        ),
    )


def commands() -> str:
    """The commands of the chat."""
    listed = sorted(all_commands().values(), key=lambda command: (command.order, command.name))
    return table(
        ("command", "what", "who"),
        ((f"`/{each.name}`", each.summary, AUDIENCES[each.audience]) for each in listed if each.listed),
    )


def command_line() -> str:
    """The command line."""
    return table(
        ("command", "does"),
        ((f"`schoolbell {command.NAME}`", command.HELP) for command in cli._load(cli.commands())),
    )


def environment() -> str:
    """The environment."""
    token = ("`BOT_TOKEN`, `BOT_TOKEN_FILE`, `$CREDENTIALS_DIRECTORY/token`", "the token from BotFather", "–")
    data = ("`SCHOOLBELL_DATA`", "the folder of the state", "`$STATE_DIRECTORY`, else `data/`")
    rows = [(f"`SCHOOLBELL_{key.upper()}`", *told) for key, told in SETTINGS.items()]
    return table(("variable", "meaning", "default"), [token, data, *rows])


def metrics() -> str:
    """The metrics."""
    return table(
        ("metric", "kind", "labels", "meaning"),
        ((f"`{each.name}`", each.kind, ", ".join(each.labels), each.help) for each in METRICS),
    )


TABLES: Mapping[str, Callable[[], str]] = {
    "systems": systems,
    "commands": commands,
    "command-line": command_line,
    "environment": environment,
    "metrics": metrics,
}


def files() -> list[Path]:
    """Every page of the documentation."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def renewed(text: str) -> str:
    """A page with its tables as they are now. Raises KeyError for a table that nobody makes."""
    return MARKED.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def main() -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is out of date")
    args = parser.parse_args()
    stale = []
    for file in files():
        text = file.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text:
            stale.append(file.name)
            if not args.check:
                file.write_text(new, encoding="utf-8")
    if stale:
        print(f"{'out of date' if args.check else 'written'}: {', '.join(stale)}")
    return int(args.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
