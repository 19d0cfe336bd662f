"""A push as a call of the Bot API: which method, which parameters, and what its answer holds."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from telegram import InputFile, InputMediaDocument, InputMediaPhoto

from bot.store.claims import Claim
from bot.store.outbox import Content

GENERAL = 1
"""The id of a forum's General topic: Telegram gives it and does not take it."""

FILE_NAME = "timetable.png"

Parameters = dict[str, object]

_BREAKS = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Form:
    """How a content is put this time; fallbacks make it simpler."""

    plain: bool = False
    document: bool = False
    picture: bool = True
    anew: bool = False
    """Not as an edit of a message or an answer to one: that message is gone."""


def call_for(claim: Claim, content: Content, form: Form, *, file: str | bytes | None) -> tuple[str, Parameters]:
    """The method and its parameters. `file` is the picture's `file_id` or its PNG, None = no picture."""
    edits = None if form.anew else claim.edits
    parameters: Parameters = {"chat_id": claim.chat_id}
    text = plain_text(content.text) if form.plain else content.text
    parse_mode = None if form.plain else "HTML"
    if edits is not None:
        parameters["message_id"] = edits
    else:
        if claim.thread_id not in (0, GENERAL):
            parameters["message_thread_id"] = claim.thread_id
        if claim.silent:
            parameters["disable_notification"] = True
        if claim.reply_to is not None and not form.anew:
            parameters["reply_parameters"] = {"message_id": claim.reply_to, "allow_sending_without_reply": True}
    if content.keyboard:
        parameters["reply_markup"] = {"inline_keyboard": [[dict(button) for button in row] for row in content.keyboard]}
    if file is None:
        parameters |= {"text": text, "link_preview_options": {"is_disabled": True}}
        if parse_mode:
            parameters["parse_mode"] = parse_mode
        return ("sendMessage" if edits is None else "editMessageText"), parameters
    if edits is not None:
        media = InputMediaDocument if form.document else InputMediaPhoto
        upload = file if isinstance(file, str) else InputFile(file, FILE_NAME, attach=True)
        parameters["media"] = media(upload, caption=text or None, parse_mode=parse_mode)
        return "editMessageMedia", parameters
    if text:
        parameters["caption"] = text
        if parse_mode:
            parameters["parse_mode"] = parse_mode
    parameters["document" if form.document else "photo"] = file if isinstance(file, str) else InputFile(file, FILE_NAME)
    return ("sendDocument" if form.document else "sendPhoto"), parameters


def message_id_of(result: Any, edits: int | None) -> int | None:
    """The message that a call made or changed."""
    if isinstance(result, dict) and isinstance(result.get("message_id"), int):
        return int(result["message_id"])
    return edits


def file_id_of(result: Any, *, document: bool) -> str | None:
    """What Telegram calls the picture that was uploaded; the largest of a photo's sizes."""
    if not isinstance(result, dict):
        return None
    if document:
        name = (result.get("document") or {}).get("file_id")
    else:
        sizes = result.get("photo") or [{}]
        name = sizes[-1].get("file_id")
    return name if isinstance(name, str) else None


def plain_text(marked: str) -> str:
    """HTML as Telegram takes it, without the markup."""
    return html.unescape(_TAG.sub("", _BREAKS.sub("\n", marked)))
