"""What one request asks for: its parameters as the Bot API reads them, and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

Json = dict[str, Any]


class ApiError(Exception):
    """An answer with "ok": false. `description` is the server's own text, `parameters` its ResponseParameters."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = parameters


def bad(words: str, **parameters: int) -> ApiError:
    """400 in the server's form."""
    return ApiError(400, f"Bad Request: {words}", **parameters)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of a call. In a form every value is a string and structures are JSON inside it; in a JSON body
    they may be either. So the accessors take both, as the server does."""

    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    encoding: str = "application/json"

    def text(self, name: str) -> str:
        """A string; "" when absent."""
        value = self.values.get(name, "")
        if isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; the server reads what is none as 0."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            return 0

    def flag(self, name: str) -> bool:
        """A boolean; "true", "yes" and "1" are true."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else str(value).lower() in {"true", "yes", "1"}

    def structure(self, name: str) -> Any:
        """A JSON value; None when absent. Raises ApiError when it is no JSON."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def items(self, name: str) -> list[Any]:
        """A JSON array; [] when absent."""
        value = self.structure(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad(f"can't parse {name.replace('_', ' ')}: expected an Array")
        return value


async def read_params(request: web.Request) -> Params:
    """Read a request's query string and body, in any of the four forms that the Bot API takes."""
    values: Json = dict(request.query)
    files: dict[str, Upload] = {}
    kind = request.content_type
    try:
        if kind == "multipart/form-data":
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    continue
                name, content = part.name or "", bytes(await part.read(decode=False))
                if part.filename is None:
                    values[name] = content.decode()
                else:
                    mime_type = part.headers.get("Content-Type", "application/octet-stream")
                    files[name] = Upload(part.filename, mime_type, content)
        elif kind == "application/json":
            body = json.loads(await request.read() or b"{}")
            if not isinstance(body, dict):
                raise bad("can't parse JSON object")
            json.dumps(body, ensure_ascii=False).encode()
            values.update(body)
        elif kind == "application/x-www-form-urlencoded":
            values.update((await request.post()).items())
    except UnicodeError:
        raise bad("strings must be encoded in UTF-8") from None
    except json.JSONDecodeError:
        raise bad("can't parse JSON object") from None
    return Params(values, files, kind)
