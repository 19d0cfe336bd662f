"""Unpacks an answer piece by piece, never more of it than is allowed: a gzip bomb costs its cap, not its size. Pure."""

from __future__ import annotations

import zlib
from typing import Protocol

ACCEPTED = "gzip, deflate"
_MEMBERS = 1000
"""A gzip file may be several glued together; more than this is an attack, not a page."""

_AUTOMATIC = zlib.MAX_WBITS + 32
"""For zlib: gzip or zlib, as the header says."""


class _Stream(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class TooLarge(Exception):
    """The unpacked body is larger than allowed."""


class CannotUnpack(Exception):
    """The body is packed in a way that was not asked for."""


class Unpacker:
    """Feed it the bytes of the wire; `body` grows up to `cap` bytes; `finished` says whether the end came.

    `feed` raises TooLarge, and `zlib.error` for bytes that are not what they claim.
    """

    def __init__(self, encoding: str, cap: int) -> None:
        self._encoding = encoding.lower().strip() or "identity"
        if self._encoding not in {"identity", "gzip", "x-gzip", "deflate"}:
            raise CannotUnpack(self._encoding[:20])
        self.body = bytearray()
        self._cap = cap
        self._fed = False
        self._held = b""
        self._unpacking = False
        self._members = 1
        self._stream: _Stream | None = None if self._encoding == "identity" else zlib.decompressobj(_AUTOMATIC)

    @property
    def finished(self) -> bool:
        """Whether nothing is missing, as far as the packing tells; an empty answer is complete."""
        return self._stream is None or not self._fed or self._stream.eof

    def feed(self, piece: bytes) -> None:
        """Take over some bytes of the wire."""
        self._fed = self._fed or bool(piece)
        while piece:
            if self._stream is None:
                self._take(piece)
                return
            piece, self._held = self._held + piece, b""
            if len(piece) < 2 and (self._stream.eof or not self._unpacking):
                self._held = piece  # half of a stream's two magic bytes
                return
            piece = self._next_member(piece) if self._stream.eof else self._unpack(self._stream, piece)

    def _unpack(self, stream: _Stream, piece: bytes) -> bytes:
        """Unpacks what is allowed of a piece; returns what is left of it."""
        try:
            self._take(stream.decompress(piece, self._cap + 1 - len(self.body)))
        except zlib.error:
            if self._unpacking or self._encoding != "deflate":
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)  # "deflate" without its header, as some servers send it
            self._unpacking = True
            return piece
        self._unpacking = True
        return stream.unconsumed_tail or stream.unused_data

    def _take(self, unpacked: bytes) -> None:
        if len(self.body) + len(unpacked) > self._cap:
            raise TooLarge
        self.body += unpacked

    def _next_member(self, rest: bytes) -> bytes:
        """What follows a packed stream: another one, or padding that nobody reads."""
        if not rest.startswith(b"\x1f\x8b"):
            return b""
        self._members += 1
        if self._members > _MEMBERS:
            raise TooLarge
        self._stream = zlib.decompressobj(_AUTOMATIC)
        return rest
