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
import sqlite3
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
    _open_streams()
    try:
        args = _parser(words).parse_args(words)
        return _run(cast("Command", args.command), args)
    except SystemExit as stop:  # argparse has said what is wrong, or printed the help
        return stop.code if isinstance(stop.code, int) else 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _open_streams() -> None:
    """Streams that take every text; a closed one (`>&-`) swallows what is said."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open as long as the process is
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - the same
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def _run(command: Command, args: argparse.Namespace) -> int:
    try:
        code = command.run(args)
        sys.stdout.flush()  # a full disk or a reader that has gone is heard of here, not after the end
        return code
    except SourceError as error:  # its name says which of the ways to have no plan it is
        return _failed(f"{type(error).__name__}: {error}" + (f"; {error.advice}" if error.advice else ""), 1)
    except SchoolbellError as error:
        return _failed(str(error), error.exit_code)
    except BrokenPipeError:  # the reader has gone (`| head`): nothing is left to say
        _drop_output()
        return 1
    except OSError as error:
        _drop_output()
        return _failed(f"{error.filename or command.NAME}: {error.strerror or error}", 1)
    except sqlite3.Error as error:  # what no module foresaw; the commonest is another process that writes for long
        return _failed(f"the database: {error}; nothing was changed; try again, then look: schoolbell check", 1)


def _drop_output() -> None:
    """Forget what standard output does not take: Python would try again at its end, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
