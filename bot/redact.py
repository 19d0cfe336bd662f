"""Keeps the token out of every log line: messages, arguments, tracebacks, whoever wrote them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "[token]"

# Any bot token, not only ours: one that was mistyped is somebody's as well. The colon may be URL-encoded.
_TOKEN = re.compile(r"(?<!\d)\d{6,20}(?::|%3[Aa])[A-Za-z0-9_-]{30,100}")


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the secrets and without anything that looks like a bot token."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    return _TOKEN.sub(MASK, text)


class Redacting(logging.Formatter):
    """Formats as another formatter does, and masks the result: what a filter sees has no traceback yet."""

    def __init__(self, inner: logging.Formatter | None, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        line = redacted(self._inner.format(record), self._secrets)
        # The inner formatter keeps the traceback's text on the record, for other handlers to use as it is.
        if record.exc_text:
            record.exc_text = redacted(record.exc_text, self._secrets)
        return line


def install(*secrets: str, logger: logging.Logger | None = None) -> None:
    """Mask the secrets in every handler that the logger (the root) has now, and keep the HTTP libraries quiet.

    Call it after the handlers are made and before anything speaks to Telegram.
    """
    for handler in (logger or logging.getLogger()).handlers:
        if not isinstance(handler.formatter, Redacting):
            handler.setFormatter(Redacting(handler.formatter, secrets))
    for name in ("httpx", "httpcore", "hpack", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # At DEBUG they write whole updates, calls and statements with their values: what people say, and passwords.
    for name in ("telegram", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.INFO)
