"""A running demo and a headless Chromium, once for all tests; skipped in one line where there is no Chromium."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
# A container has neither a sandbox nor a graphics card; and a browser that phones home would blur what the page does.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs: its address, and the seconds of work from its start until it printed it.

    Work, not time that passed, where the system tells it: what else the machine does is not the demo's.
    """

    address: str
    ready: float
    process: subprocess.Popen[str]


def start_demo(*arguments: str) -> Demo:
    """`schoolbell demo` as a process of its own."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--no-browser", *arguments],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    passed = time.perf_counter() - started
    return Demo(address, min(passed, _worked(process.pid)), process)


def _worked(pid: int) -> float:
    """The seconds that a process has had of the processors; without Linux's /proc, more than any."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return float("inf")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stop_demo(demo: Demo, number: signal.Signals = signal.SIGTERM) -> int:
    """Stop a demo and give its exit code."""
    demo.process.send_signal(number)
    code = demo.process.wait(timeout=15)
    output: IO[str] | None = demo.process.stdout
    assert output is not None
    output.close()
    return code


PROGRAM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
WHY_NOT = (
    "playwright is not installed: make e2e installs it"
    if importlib.util.find_spec("playwright") is None
    else "no Chromium here: apt-get install chromium, or name one in CHROMIUM"
    if not PROGRAM
    else ""
)
"""Why there are no tests in a browser here; "" where there are."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system, driven by playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One demo for all tests; each test starts it over."""
    demo = start_demo()
    yield demo
    stop_demo(demo)


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A page on a fresh demo. What it asks for elsewhere, and what it reports as broken, fails the test."""
    wrong: list[str] = []

    def note(is_wrong: bool, words: str) -> None:
        if is_wrong:
            wrong.append(words)

    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB")
    page = context.new_page()
    page.on("request", lambda request: note(not request.url.startswith(demo.address), request.url))
    page.on("pageerror", lambda error: note(True, str(error)))
    page.on("console", lambda message: note(message.type == "error", message.text))
    context.request.post(f"{demo.address}act/begin", data={"system": "optivum"})
    page.goto(demo.address)
    page.get_by_role("button", name="START", exact=True).wait_for()
    yield page
    context.close()
    assert wrong == []
