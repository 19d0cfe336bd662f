"""`schoolbell demo`: the whole product on this machine, in the browser, without a token."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import webbrowser
from collections.abc import Mapping

NAME = "demo"
HELP = "try the whole product in the browser, without a token: a chat, a school, and a control desk"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The port, and whether a browser is opened."""
    parser.add_argument("--port", metavar="N", type=_port, help="the page's port (8765, or the next free one)")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open nothing")


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (1 to 65535)")
    return int(text)


def has_screen(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser would be a window: on a server Python starts one in the terminal, over the address."""
    return platform == "darwin" or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT. Everything it keeps is in a temporary folder that goes with it."""
    from bot.clock import SystemClock
    from bot.demo.play import Play, opening_time
    from bot.demo.web import new_token, serving

    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )

    async def main() -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        play = Play(opening_time(SystemClock().now()))
        async with serving(play, new_token(), args.port) as address, play:
            print(address, flush=True)
            print("The demo runs until Ctrl+C.", file=sys.stderr, flush=True)
            if not args.no_browser and has_screen(os.environ, sys.platform):
                await asyncio.to_thread(webbrowser.open, address)
            await stop.wait()
        return 0

    return asyncio.run(main())
