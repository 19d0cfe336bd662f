"""Logging: to standard error, for journald or as JSON, the token nowhere, the last warnings kept for `/log`."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections import deque
from collections.abc import Mapping
from types import TracebackType

from bot.config import Config
from bot.redact import Redacting, install

KEPT = 50
_PRIORITIES = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}


class Journald(logging.Formatter):
    """journald's priority prefix on every line; journald adds the time."""

    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{_PRIORITIES.get(record.levelname, 6)}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


class Kept(logging.Handler):
    """The last warnings, for `/log`."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(formatter)
        self.lines: deque[str] = deque(maxlen=KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def kept_lines() -> list[str]:
    """The last warnings, oldest first; none where `set_up` was not called."""
    return [line for handler in logging.getLogger().handlers if isinstance(handler, Kept) for line in handler.lines]


def _is_journal(stream: str) -> bool:
    """Whether standard error is the journal: terminals of a desktop inherit the variable (man systemd.exec)."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):  # closed, or replaced by a test
        return False
    return stream == f"{status.st_dev}:{status.st_ino}"


def set_up(config: Config, environ: Mapping[str, str]) -> None:
    """Send every log line to standard error, and keep the last warnings for `/log`."""
    inner: logging.Formatter
    if config.log_json:
        inner = Json()
    elif _is_journal(environ.get("JOURNAL_STREAM", "")):
        inner = Journald("%(name)s: %(message)s")
    else:
        inner = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(Redacting(inner, [config.token]))
    kept = Kept(Redacting(logging.Formatter("%(asctime)s %(name)s: %(message)s"), [config.token]))
    root = logging.getLogger()
    root.handlers[:] = [stream, kept]
    root.setLevel(config.log_level.upper())
    install(config.token)
    sys.excepthook = _unexpected


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends the process is said where everything is said: Python's own way would print the token with it."""
    logging.getLogger("bot").critical("ended by what nobody expected", exc_info=(kind, error, trace))
