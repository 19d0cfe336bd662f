"""The command line: `schoolbell COMMAND …`. Every module here is a command, found, not listed.

A command's module has `NAME`, `HELP` (one line), `arguments(parser)` and `run(args) -> int` (the exit code). Only the
module of the command that was asked for is imported, unless help is wanted: `run` does not carry what `inspect` needs.
A name that Python reserves ends in an underscore as a module (`import_`).
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from typing import Protocol, cast

import bot
from bot.errors import SchoolbellError, SourceError

INTERRUPTED = 130


class Command(Protocol):
    """What a module of this package offers."""

    NAME: str
    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 usage, 78 bad configuration."""
    words = list(sys.argv[1:] if argv is None else argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        args = _parser(words).parse_args(words)
    except SystemExit as stop:  # argparse has said what is wrong, or printed the help
        return stop.code if isinstance(stop.code, int) else 1
    return _run(cast("Command", args.command), args)


def _run(command: Command, args: argparse.Namespace) -> int:
    try:
        return command.run(args)
    except SourceError as error:  # its name says which of the ways to have no plan it is
        return _failed(f"{type(error).__name__}: {error}" + (f"; {error.advice}" if error.advice else ""), 1)
    except SchoolbellError as error:
        return _failed(str(error), error.exit_code)
    except BrokenPipeError:  # the reader has gone (`| head`): nothing is left to say, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _failed(f"{error.filename or command.NAME}: {error.strerror or error}", 1)
    except KeyboardInterrupt:
        return INTERRUPTED


def _failed(message: str, code: int) -> int:
    print(f"schoolbell: {' '.join(message.split())}", file=sys.stderr)
    return code


def commands() -> tuple[str, ...]:
    """The names of the commands, in the order of the alphabet, without importing them."""
    return tuple(sorted(_module_names()))


def _module_names() -> dict[str, str]:
    return {info.name.rstrip("_").replace("_", "-"): info.name for info in pkgutil.iter_modules(__path__)}


def _load(names: Iterable[str]) -> list[Command]:
    modules = _module_names()
    return [cast("Command", importlib.import_module(f"{__name__}.{modules[name]}")) for name in names]


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="schoolbell", description="School timetables and homework in Telegram chats.")
    parser.add_argument("--version", action="version", version=f"schoolbell {bot.__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    known = commands()
    wanted = [words[0]] if words and words[0] in known else known
    for command in _load(wanted):
        sub = subparsers.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.arguments(sub)
        sub.set_defaults(command=command)
    return parser
