"""What a handler file ends in: `COMMAND`. The registry finds them; menus, `/help` and the README are made from them."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telegram import Update

    from bot.context import Context


class Audience(enum.StrEnum):
    """Who may use a command. It is checked on every message and every press."""

    EVERYONE = "everyone"
    CHAT_ADMIN = "chat_admin"  # in groups, only their admins; in private chats, everyone
    ADMIN = "admin"  # the bot's own admins
    OWNER = "owner"


Handler = Callable[["Update", "Context"], Awaitable[None]]
Press = Callable[["Update", "Context", tuple[str, ...]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command or a screen: `run` answers `/name`, `presses` answer its buttons by their verb (bot/buttons.py),
    `links` the deep links whose payload begins with a word and a hyphen (`?start=word-argument`).

    `answers` take what a person types after `screens.questions.ask` named their verb; "" takes what answers nothing.
    `redraw` puts the screen in order after a press of a button that is out of date; without it that is today's card.
    `summary` is a message id of the catalogue. `order` sorts menus; `listed` False keeps it out of them, `in_groups`
    and `in_private` out of those of groups and of private chats. `own_data`: it is for who is banned too, in private.
    """

    name: str
    summary: str
    run: Handler
    presses: Mapping[str, Press] = field(default_factory=dict)
    links: Mapping[str, Press] = field(default_factory=dict)
    answers: Mapping[str, Press] = field(default_factory=dict)
    redraw: Handler | None = None
    audience: Audience = Audience.EVERYONE
    in_groups: bool = True
    in_private: bool = True
    order: int = 100
    listed: bool = True
    own_data: bool = False
    aliases: tuple[str, ...] = ()
