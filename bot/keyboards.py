"""Rows of inline buttons, as the outbox keeps them and as PTB takes them."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.store.outbox import Button

Row = Sequence[tuple[str, str]]
"""A row of buttons: label and callback data (or an https address)."""


def buttons_of(*rows: Row) -> tuple[tuple[Button, ...], ...]:
    """Rows of buttons as the outbox keeps them."""
    return tuple(
        tuple({"text": label, ("url" if link.startswith("https://") else "callback_data"): link} for label, link in row)
        for row in rows
        if row
    )


def keyboard(*rows: Row) -> InlineKeyboardMarkup | None:
    """Rows of buttons as PTB takes them, None when there are none."""
    packed = buttons_of(*rows)
    if not packed:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b["text"], callback_data=b.get("callback_data"), url=b.get("url")) for b in row]
            for row in packed
        ]
    )


def in_rows(cells: Sequence[tuple[str, str]], width: int) -> list[Row]:
    """Buttons in rows of at most `width`."""
    return [cells[start : start + width] for start in range(0, len(cells), width)]
