"""The token reaches no log line, whoever writes it and whatever holds it."""

from __future__ import annotations

import io
import logging
import subprocess
import sys

import pytest

from bot.redact import MASK, Redacting, install, redacted

TOKEN = "123456789:AAAbbbCCCdddEEEfffGGGhhhIIIjjjKKKll"  # a made-up one


@pytest.fixture
def logger() -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logger = logging.Logger("redact-test", logging.DEBUG)  # noqa: LOG001 - apart from the process's loggers
    logger.addHandler(handler)
    install(TOKEN, logger=logger)
    return logger, stream


def test_messages_arguments_and_tracebacks(logger: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = logger
    log.info("GET https://api.telegram.org/bot%s/getMe", TOKEN)
    log.info("%s", {"url": f"https://x/bot{TOKEN.replace(':', '%3A')}/getMe"})
    try:
        try:
            raise ValueError(f"cannot reach bot{TOKEN}")
        except ValueError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        log.exception("failed")
    text = stream.getvalue()
    assert "RuntimeError: outer" in text
    assert text.count(MASK) == 3
    assert "AAAbbb" not in text


def test_a_second_handler_gets_no_raw_traceback(logger: tuple[logging.Logger, io.StringIO]) -> None:
    log, _ = logger
    plain = io.StringIO()
    log.addHandler(logging.StreamHandler(plain))
    try:
        raise ValueError(TOKEN)
    except ValueError:
        log.exception("failed")
    assert "AAAbbb" not in plain.getvalue()


def test_installing_twice_masks_once() -> None:
    log = logging.Logger("redact-twice")  # noqa: LOG001 - apart from the process's loggers
    log.addHandler(logging.NullHandler())
    install("a", logger=log)
    first = log.handlers[0].formatter
    install("a", logger=log)
    assert log.handlers[0].formatter is first
    assert isinstance(first, Redacting)


def test_tokens_of_others_go_and_times_stay() -> None:
    assert redacted("bot7654321:" + "x" * 35) == f"bot{MASK}"
    assert redacted("2026-11-24 07:00:00 sent 1234567 to 42:17") == "2026-11-24 07:00:00 sent 1234567 to 42:17"
    assert redacted("secret!", ["secret!"]) == MASK
    assert redacted("nothing", [""]) == "nothing"


def test_what_ends_the_process_is_told_without_the_token() -> None:
    script = (
        "from pathlib import Path; from bot import journal; from bot.config import Config\n"
        f"journal.set_up(Config(data=Path(), token={TOKEN!r}), {{}})\n"
        f"raise RuntimeError('https://api.telegram.org/bot{TOKEN}/getMe')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert "CRITICAL bot: ended by what nobody expected" in done.stderr
    assert "RuntimeError: https://api.telegram.org/bot[token]/getMe" in done.stderr
    assert TOKEN.partition(":")[2] not in done.stderr
