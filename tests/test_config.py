"""The configuration, good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load
from bot.errors import ConfigError

TOKEN = "123456:abcdefghijklmnopqrstuvwxyz"


def test_a_token_is_enough(tmp_path: Path) -> None:
    config = load({"BOT_TOKEN": TOKEN, "SCHOOLBELL_DATA": str(tmp_path)})
    assert config.token == TOKEN
    assert (config.timezone.key, config.language, config.poll_minutes) == ("Europe/Vilnius", "en", 15)
    assert TOKEN not in repr(config)


@pytest.mark.parametrize("given", ["http://127.0.0.1:8081", "http://127.0.0.1:8081/", "http://127.0.0.1:8081/bot"])
def test_the_api_address_with_and_without_bot(tmp_path: Path, given: str) -> None:
    config = load({"BOT_TOKEN": TOKEN, "SCHOOLBELL_DATA": str(tmp_path), "SCHOOLBELL_API_URL": given})
    assert config.bot_url == "http://127.0.0.1:8081/bot"
    assert config.file_url == "http://127.0.0.1:8081/file/bot"


def test_every_problem_at_once(tmp_path: Path) -> None:
    (tmp_path / "schoolbell.toml").write_text('colour = "red"\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(
            {
                "BOT_TOKEN": "nonsense",
                "SCHOOLBELL_DATA": str(tmp_path),
                "SCHOOLBELL_TIMEZONE": "Mars/Olympus",
                "SCHOOLBELL_POLL_MINUTES": "soon",
                "SCHOOLBELL_ADMINS": "1,@name",
                "SCHOOLBELL_HTTP": "8080",
                "SCHOOLBELL_NOISE": "ignored",
            }
        )
    assert len(caught.value.problems) == 6
    assert caught.value.exit_code == 78


def test_the_file_sets_and_the_environment_wins(tmp_path: Path) -> None:
    text = 'timezone = "Europe/Berlin"\npoll_minutes = 5\nadmins = [1, 2]\nallow_private = true\n'
    (tmp_path / "schoolbell.toml").write_text(text, encoding="utf-8")
    config = load({"BOT_TOKEN": TOKEN, "SCHOOLBELL_DATA": str(tmp_path), "SCHOOLBELL_POLL_MINUTES": "7"})
    assert (config.timezone.key, config.poll_minutes, sorted(config.admins)) == ("Europe/Berlin", 7, [1, 2])
    assert config.allow_private


def test_the_token_from_a_file_and_from_systemd(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n", encoding="utf-8")
    base = {"SCHOOLBELL_DATA": str(tmp_path)}
    assert load(base | {"BOT_TOKEN_FILE": str(tmp_path / "token")}).token == TOKEN
    assert load(base | {"CREDENTIALS_DIRECTORY": str(tmp_path)}).token == TOKEN
    with pytest.raises(ConfigError, match="cannot be read"):
        load(base | {"BOT_TOKEN_FILE": str(tmp_path / "missing")})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "is no TOML"),
        (b"timezone = ", "is no TOML"),
        (b"a = " + b"[" * 5000, "is no TOML"),
        (b'lang = ["lt"]', "lang is neither a text nor a number"),
        (b"poll_minutes = 15.5", "poll_minutes is neither"),
        (b"[http]\nport = 1", "http is neither"),
        (b'admins = [1, "@ona"]', "admins: '@ona'"),
        (b"admins = 99999999999999999999", "admins: '99999999999999999999'"),
    ],
)
def test_a_file_of_the_wrong_kind_is_said_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "schoolbell.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load({"BOT_TOKEN": TOKEN, "SCHOOLBELL_DATA": str(tmp_path)})
    assert len(caught.value.problems) == 1
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(ConfigError, match="is no folder"):
        load({"BOT_TOKEN": TOKEN, "SCHOOLBELL_DATA": str(tmp_path / "data")})
