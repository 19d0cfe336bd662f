"""What the service imports: every library that `run` loads is weighed, and the rest is loaded where it is used."""

from __future__ import annotations

import json
import subprocess
import sys

# Top-level packages beside the standard library; each was weighed (docs/growth.md). The second line comes with others:
# aiohttp's, PTB's and APScheduler's own dependencies.
WANTED = {
    *("telegram", "aiohttp", "bs4", "PIL", "aiosqlite", "apscheduler", "bot"),
    *("aiohappyeyeballs", "aiosignal", "attr", "frozenlist", "httpx", "idna", "multidict", "propcache", "soupsieve"),
    *("typing_extensions", "tzlocal", "yarl"),
}
# What lies in a development environment and is imported by those above when it is there.
BY_OTHERS = {"aiolimiter", "click", "pygments", "rich", "cython_runtime", "lxml", "charset_normalizer", "chardet"}
BY_OTHERS |= {"cryptography", "html5lib", "certifi", "_cffi_backend"}
LAZY = {"icalendar", "recurring_ical_events", "x_wr_timezone", "segno", "nacl", "dateutil"}
OWN_LAZY = {"bot.demo", "bot.doctor", "bot.cli.inspect", "bot.cli.check"}
LOADED = """
import json, sys
import bot.app
from bot.handlers import all_commands
from bot.scraper.registry import all_sources
all_commands()
lazy = [name for name in sys.modules if name.startswith("bot.scraper.sources.")]
list(all_sources().values())
top = {name.split(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
own = [name for name in sys.modules if name.startswith("bot.")]
print(json.dumps([sorted(name for name in top if not name.startswith("_")), own, lazy]))
"""


def loaded() -> tuple[set[str], set[str], list[str]]:
    """The packages and the project's modules that a process has when the service is built and every system was read;
    and the systems that were there before one was asked for."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60)
    packages, own, sources = json.loads(done.stdout)
    return set(packages), set(own), sources


def test_the_service_loads_what_it_runs_on_and_no_more() -> None:
    packages, own, sources = loaded()
    assert packages - BY_OTHERS <= WANTED
    assert packages >= WANTED
    assert not packages & LAZY
    assert not own & OWN_LAZY
    assert sources == []
