"""`schoolbell check`: the doctor: what works, what does not, and how to mend it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from typing import TYPE_CHECKING

from bot.errors import ConfigError, SchoolbellError

if TYPE_CHECKING:
    from bot.doctor import Finding

NAME = "check"
HELP = "look at everything that can be wrong, and say how to mend it"
SIGNS = {"ok": "✓", "warning": "⚠", "broken": "✗"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """How far to look."""
    parser.add_argument("--offline", action="store_true", help="ask neither Telegram nor the schools")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 when something is broken."""
    found = asyncio.run(findings(offline=args.offline))
    broken = any(finding.state == "broken" for finding in found)
    if args.json:
        checks = [
            {"name": item.name, "state": item.state.value, "detail": item.detail, "fix": item.fix} for item in found
        ]
        print(json.dumps({"ok": not broken, "checks": checks}, ensure_ascii=False, indent=2))
    else:
        for item in found:
            print(f"{SIGNS[item.state]} {item.name}: {item.detail}")
            if item.fix and item.state != "ok":
                print(f"  → {item.fix}")
    return int(broken)


async def findings(*, offline: bool) -> list[Finding]:
    """Everything that was looked at, in the order of the report."""
    from bot import doctor
    from bot.clock import SystemClock
    from bot.config import load
    from bot.doctor import Finding, State

    clock = SystemClock()
    try:
        config = load(os.environ, need_token=False)
    except ConfigError as error:
        fix = "correct it in the environment or in schoolbell.toml"
        rest = [*doctor.of_fonts(), doctor.of_memory(os.environ)]
        return [*(Finding("configuration", State.BROKEN, problem, fix) for problem in error.problems), *rest]
    found = [Finding("configuration", State.OK, f"data in {config.data}, language {config.language}")]
    if not config.token:
        fix = "set BOT_TOKEN, BOT_TOKEN_FILE or the systemd credential 'token' (@BotFather gives one)"
        found.append(Finding("token", State.BROKEN, "there is none", fix))
    elif offline:
        found.append(Finding("token", State.OK, "looks like one; Telegram was not asked"))
    else:
        found += await doctor.of_telegram(config, clock.now())
    database = doctor.of_database(config)
    found.append(database)
    if database.state is State.OK:  # opening an older one would migrate it
        from bot.scraper.registry import all_sources

        try:
            found += await doctor.of_schools(config, os.environ, clock, all_sources(), offline=offline)
        except SchoolbellError as error:
            found.append(Finding("schools", State.BROKEN, str(error), "schoolbell restore FILE"))
    return [*found, doctor.of_zone(config, clock.now()), *doctor.of_fonts(), doctor.of_memory(os.environ)]
