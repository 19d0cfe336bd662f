"""What a message may hold: texts, captions, pictures, documents, keyboards; the server's limits and refusals."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

from bot.demo.standin.chats import Chat, File
from bot.demo.standin.entities import EntityError, Formatted, parse_html
from bot.demo.standin.params import ApiError, Json, Params, Upload, bad
from bot.demo.standin.state import State

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
PHOTO_BYTES = 10 * 1024 * 1024
FILE_BYTES = 50 * 1024 * 1024
CALLBACK_BYTES = 64
BUTTONS = 100
PNG_START = b"\x89PNG\r\n\x1a\n"
ACTIONS = ("callback_data", "url", "switch_inline_query", "switch_inline_query_current_chat", "web_app", "login_url",
           "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Media:
    """A photo or document with its caption, ready to be put into a message."""

    content: Json
    file: File


def formatted(source: str, parse_mode: str, entities: Any) -> Formatted:
    """A text after parsing. Lengths count afterwards."""
    if "\x00" in source:
        source = source.replace("\x00", "")
    mode = parse_mode.lower()
    if not mode:
        return Formatted(source.strip(), tuple(entities or ()))
    if mode not in {"html", "markdown", "markdownv2"}:
        raise bad("unsupported parse_mode")
    if mode != "html":
        raise ApiError(501, "the stand-in reads HTML only")
    try:
        parsed = parse_html(source)
    except EntityError as error:
        raise bad(str(error)) from None
    return Formatted(parsed.text.rstrip(), parsed.entities)


def text_content(source: str, parse_mode: str, entities: Any) -> Json:
    """The `text` and `entities` of a message; 1 to 4,096 characters after parsing."""
    parsed = formatted(source, parse_mode, entities)
    if not parsed.text.strip():
        raise bad("message text is empty")
    if len(parsed.text) > TEXT_LIMIT:
        raise bad("message is too long")
    return {"text": parsed.text} | ({"entities": list(parsed.entities)} if parsed.entities else {})


def caption_content(source: str, parse_mode: str, entities: Any) -> Json:
    """The `caption` and `caption_entities` of a message; up to 1,024 characters after parsing."""
    parsed = formatted(source, parse_mode, entities)
    if len(parsed.text) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    if not parsed.text:
        return {}
    return {"caption": parsed.text} | ({"caption_entities": list(parsed.entities)} if parsed.entities else {})


def media_content(state: State, params: Params, kind: str, media: Json | None = None) -> Media:
    """The media of sendPhoto and sendDocument, or one InputMedia of an album or an edit."""
    if media is None:
        source: Any = params.values.get(kind, "")
        caption = caption_content(params.text("caption"), params.text("parse_mode"), params.items("caption_entities"))
        upload = params.files.get(kind)
    else:
        source = media.get("media", "")
        caption = caption_content(
            str(media.get("caption", "")), str(media.get("parse_mode", "")), media.get("caption_entities")
        )
        upload = None
    if isinstance(source, str) and source.startswith("attach://"):
        upload = params.files.get(source.removeprefix("attach://"))
        if upload is None:
            raise bad("wrong file identifier/HTTP URL specified")
    file = _uploaded(state, upload, kind) if upload is not None else _known(state, str(source), kind)
    return Media({kind: file.json} | caption, file)


def _known(state: State, source: str, kind: str) -> File:
    if not source:
        raise bad(f"there is no {kind} in the request")
    if source.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    file = state.files.get(source)
    if file is None:
        # The server tells a string that is no id from an id of another bot; both begin alike.
        raise bad(
            "wrong file identifier/HTTP URL specified"
            if not source.startswith(("AgAC", "BQAC"))
            else "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"
        )
    if file.kind != kind:
        raise bad(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
    return file


def _uploaded(state: State, upload: Upload, kind: str) -> File:
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > FILE_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    if kind != "photo":
        return state.keep_file(upload, kind)
    if len(upload.content) > PHOTO_BYTES:
        raise bad(f"file is too big for a photo; the maximum size is {PHOTO_BYTES} bytes")
    width, height = picture_size(upload.content)
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return state.keep_file(upload, kind, width=width, height=height)


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, or of whatever else Pillow opens; refuses what is no whole picture."""
    if content.startswith(PNG_START):
        if len(content) < 33 or b"IEND" not in content[-16:]:
            raise bad("IMAGE_PROCESS_FAILED")
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    from PIL import Image, UnidentifiedImageError  # only for what is no PNG

    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError):
        raise bad("IMAGE_PROCESS_FAILED") from None


def keyboard(params: Params, chat: Chat | None) -> Json:
    """The `reply_markup` of a message, checked; {} when there is none. Reply keyboards are for the client alone."""
    markup = params.structure("reply_markup")
    if markup is None:
        return {}
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return {}
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or any(not isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS:
        raise bad("reply markup is too long")
    for button in buttons:
        _check_button(button, chat)
    rows = [row for row in rows if row]
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _check_button(button: Any, chat: Chat | None) -> None:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not str(url).startswith(("http://", "https://", "tg://")):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if "web_app" in button and chat is not None and chat.type != "private":
        raise bad("BUTTON_TYPE_INVALID")
