"""The chat side: one command or screen a file, found, not listed. Handlers never import each other."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from bot.commands import Command


@cache
def all_commands() -> dict[str, Command]:
    """The commands by name, in the order of menus."""
    found: list[Command] = [
        importlib.import_module(f"{__name__}.{info.name}").COMMAND for info in pkgutil.iter_modules(__path__)
    ]
    return {command.name: command for command in sorted(found, key=lambda command: (command.order, command.name))}
