"""The configuration: environment over `schoolbell.toml` over defaults, every problem reported at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import ConfigError
from bot.texts import languages

OFFICIAL_API = "https://api.telegram.org"
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{10,100}")
_KEYS = (
    "admins",
    "timezone",
    "lang",
    "api_url",
    "allow_private",
    "poll_minutes",
    "log",
    "log_format",
    "http",
)


@dataclass(frozen=True, slots=True)
class Config:
    """What the operator decided. `token` never stands in a repr."""

    data: Path
    token: str = field(default="", repr=False)
    admins: frozenset[int] = frozenset()
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Vilnius"))
    language: str = "en"
    api_url: str = OFFICIAL_API
    allow_private: bool = False
    poll_minutes: int = 15
    log_level: str = "info"
    log_json: bool = False
    http: tuple[str, int] | None = None

    @property
    def database(self) -> Path:
        """The database file."""
        return self.data / "bot.sqlite3"

    @property
    def bot_url(self) -> str:
        """What the Bot API's methods hang under, without the token."""
        return f"{self.api_url}/bot"

    @property
    def file_url(self) -> str:
        """What files of the Bot API hang under, without the token."""
        return f"{self.api_url}/file/bot"


def data_folder(environ: Mapping[str, str]) -> Path:
    """The state folder: SCHOOLBELL_DATA, else systemd's STATE_DIRECTORY, else `data/`."""
    return Path(environ.get("SCHOOLBELL_DATA") or environ.get("STATE_DIRECTORY", "").split(":")[0] or "data")


def load(environ: Mapping[str, str], *, need_token: bool = True) -> Config:
    """Read the configuration. Raises ConfigError with every problem that there is."""
    data = data_folder(environ)
    problems: list[str] = []
    values = _file_values(data / "schoolbell.toml", problems)
    for key in _KEYS:
        given = environ.get(f"SCHOOLBELL_{key.upper()}")
        if given:
            values[key] = given
    token = _token(environ, problems)
    if need_token and not token and not any("token" in problem.lower() for problem in problems):
        problems.append(
            "no token: set BOT_TOKEN (BotFather gives one), BOT_TOKEN_FILE, or the systemd credential 'token'"
        )
    config = Config(
        data=data,
        token=token,
        admins=_admins(values.get("admins", ""), problems),
        timezone=_zone(values.get("timezone", "Europe/Vilnius"), problems),
        language=_choice("lang", values.get("lang", "en"), languages(), problems),
        api_url=_api_url(values.get("api_url", OFFICIAL_API), problems),
        allow_private=_flag("allow_private", values.get("allow_private", "0"), problems),
        poll_minutes=_minutes(values.get("poll_minutes", "15"), problems),
        log_level=_choice("log", values.get("log", "info"), ("warning", "info", "debug"), problems),
        log_json=_choice("log_format", values.get("log_format", "text"), ("text", "json"), problems) == "json",
        http=_address(values.get("http", ""), problems),
    )
    if problems:
        raise ConfigError(*problems)
    return config


def _file_values(file: Path, problems: list[str]) -> dict[str, str]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        problems.append(f"{file.parent} is no folder; set SCHOOLBELL_DATA to one")
        return {}
    except OSError as error:
        problems.append(f"{file} cannot be read: {error.strerror}")
        return {}
    except (ValueError, RecursionError) as error:
        problems.append(f"{file} is no TOML: {' '.join(str(error).split())}")
        return {}
    values: dict[str, str] = {}
    for key, value in content.items():
        if key not in _KEYS:
            problems.append(f"{file}: unknown key {key!r}; known: {', '.join(_KEYS)}")
        elif isinstance(value, list) and key == "admins":
            values[key] = ",".join(str(item) for item in value)
        elif not isinstance(value, str | int):
            problems.append(f"{file}: {key} is neither a text nor a number")
        elif isinstance(value, bool):
            values[key] = "1" if value else "0"
        else:
            values[key] = str(value)
    return values


def _token(environ: Mapping[str, str], problems: list[str]) -> str:
    token = environ.get("BOT_TOKEN", "").strip()
    if not token:
        file = environ.get("BOT_TOKEN_FILE", "")
        credentials = environ.get("CREDENTIALS_DIRECTORY", "")
        path = Path(file) if file else Path(credentials) / "token" if credentials else None
        if path is not None and (file or path.exists()):
            try:
                token = path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"the token file {path} cannot be read: {type(error).__name__}")
                return ""
    if token and not _TOKEN.fullmatch(token):
        problems.append("the token does not look like one from BotFather (digits, a colon, letters)")
        return ""
    return token


def _admins(text: str, problems: list[str]) -> frozenset[int]:
    found: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        if re.fullmatch(r"[1-9]\d{0,14}", part, re.ASCII):  # Telegram's ids have at most 52 significant bits
            found.add(int(part))
        else:
            problems.append(f"admins: {part!r} is not a numeric user id (names can be taken over by others)")
    return frozenset(found)


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone. Raises ConfigError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"timezone: {name!r} is not a known zone (like Europe/Vilnius)") from None


def _zone(name: str, problems: list[str]) -> ZoneInfo:
    try:
        return zone_named(name)
    except ConfigError as error:
        problems.extend(error.problems)
        return ZoneInfo("UTC")


def _choice(key: str, value: str, known: tuple[str, ...], problems: list[str]) -> str:
    if value.lower() in known:
        return value.lower()
    problems.append(f"{key}: {value!r} is not one of {', '.join(known)}")
    return known[0]


def _flag(key: str, value: str, problems: list[str]) -> bool:
    if value in {"0", "1"}:
        return value == "1"
    problems.append(f"{key}: {value!r} is neither 0 nor 1")
    return False


def _minutes(value: str, problems: list[str]) -> int:
    if re.fullmatch(r"\d{1,4}", value) and 1 <= int(value) <= 1440:
        return int(value)
    problems.append(f"poll_minutes: {value!r} is not a number of minutes from 1 to 1440")
    return 15


def _api_url(value: str, problems: list[str]) -> str:
    url = value.strip().rstrip("/").removesuffix("/bot")
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", url):
        problems.append(f"api_url: {value!r} is not an http(s) address")
        return OFFICIAL_API
    return url


def _address(value: str, problems: list[str]) -> tuple[str, int] | None:
    if not value:
        return None
    host, _, port = value.rpartition(":")
    if host and re.fullmatch(r"\d{1,5}", port) and int(port) < 65536:
        return host.strip("[]"), int(port)
    problems.append(f"http: {value!r} is not HOST:PORT")
    return None
