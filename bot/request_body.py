"""The bodies of requests to the Bot API: JSON, or multipart/form-data when files go along, written bit by bit."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator
from typing import IO, Any

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload
from telegram.error import BadRequest
from telegram.request import RequestData

CHUNK = 64 * 1024
"""Bytes of an upload that one write timeout covers."""


class Body(Payload):
    """The parts of a request body, written one after the other; files are read as they go.

    `handed_over` is true once the operating system has taken the last byte (under TLS: all but what one buffer holds).
    """

    def __init__(self, parts: list[bytes | IO[bytes]], content_type: str, write_timeout: float | None) -> None:
        super().__init__(None, content_type=content_type)
        self._parts = parts
        self._size = size = sum(_length(part) for part in parts)
        self._small = size <= CHUNK
        self._write_timeout = write_timeout
        self.handed_over = False

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError(f"a request body is not text ({encoding}, {errors})")

    async def write(self, writer: AbstractStreamWriter) -> None:
        if self._small:
            async with asyncio.timeout(self._write_timeout):
                await writer.write(b"".join(self._chunks()))
        else:
            if writer.transport is not None:
                # `drain` then waits for an empty buffer, not for one below its mark. Not 0: asyncio's TLS would stop
                # at an empty buffer as well, and never go on.
                writer.transport.set_write_buffer_limits(high=1, low=0)
            for chunk in self._chunks():
                async with asyncio.timeout(self._write_timeout):
                    await writer.write(chunk)
                    await writer.drain()
            if writer.transport is None or writer.transport.is_closing():
                raise ConnectionResetError("closed while the body was written")
        self.handed_over = True

    def _chunks(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield from (part[start : start + CHUNK] for start in range(0, len(part), CHUNK))
            else:
                while chunk := part.read(CHUNK):
                    yield chunk


def body_of(data: RequestData | None, write_timeout: float | None) -> Body:
    """JSON, or multipart/form-data when files go along. BadRequest, as the server says it, for what is no Unicode."""
    files = data.multipart_data if data is not None and data.contains_files else {}
    parts: list[bytes | IO[bytes]] | None
    try:
        if data is None or not files:
            content_type = "application/json"
            parts = [json.dumps({} if data is None else data.parameters, ensure_ascii=False).encode()]
        else:
            boundary = secrets.token_hex(16)
            content_type = f"multipart/form-data; boundary={boundary}"
            parts = _multipart(data.json_parameters, files, boundary)
    except UnicodeEncodeError:
        parts = None
    if parts is None:
        raise BadRequest("strings must be encoded in UTF-8")
    return Body(parts, content_type, write_timeout)


def _multipart(fields: dict[str, str], files: dict[str, Any], boundary: str) -> list[bytes | IO[bytes]]:
    parts: list[bytes | IO[bytes]] = []
    for name, value in fields.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'
        parts.append(f"{head}{value}\r\n".encode())
    for name, (filename, content, mime_type) in files.items():
        disposition = f'form-data; name="{_quoted(name)}"; filename="{_quoted(filename)}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {mime_type}\r\n\r\n"
        parts += [head.encode(), content.encode() if isinstance(content, str) else content, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return parts


def _quoted(name: str) -> str:
    """A name inside the quotes of a part's header, escaped as HTML forms do (the WHATWG's multipart encoding)."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _length(part: bytes | IO[bytes]) -> int:
    if isinstance(part, bytes):
        return len(part)
    end = part.seek(0, 2)
    part.seek(0)  # a second try begins anew
    return end
