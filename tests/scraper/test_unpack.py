from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scraper.unpack import CannotUnpack, TooLarge, Unpacker

TEXT = b"<table><tr><td>Physics</td></tr></table>" * 50


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


PACKINGS = [
    ("", TEXT),
    ("identity", TEXT),
    ("gzip", gzip.compress(TEXT)),
    ("X-GZIP", gzip.compress(TEXT)),
    ("gzip", gzip.compress(TEXT[:700]) + gzip.compress(TEXT[700:])),
    ("gzip", gzip.compress(TEXT) + b"\0" * 20),
    ("deflate", zlib.compress(TEXT)),
    ("deflate", raw_deflate(TEXT)),
]


@given(st.sampled_from(PACKINGS), st.lists(st.integers(0, 400), max_size=8))
def test_the_cuts_of_the_wire_do_not_matter(packing: tuple[str, bytes], cuts: list[int]) -> None:
    encoding, wire = packing
    unpacker = Unpacker(encoding, 10_000)
    for cut in cuts:
        unpacker.feed(wire[:cut])
        wire = wire[cut:]
    unpacker.feed(wire)
    assert bytes(unpacker.body) == TEXT
    assert unpacker.finished


@pytest.mark.parametrize("packing", PACKINGS)
def test_one_byte_at_a_time(packing: tuple[str, bytes]) -> None:
    unpacker = Unpacker(packing[0], len(TEXT))
    for number in packing[1]:
        unpacker.feed(bytes([number]))
    assert bytes(unpacker.body) == TEXT


@pytest.mark.parametrize("packing", PACKINGS)
def test_the_cap_is_exact(packing: tuple[str, bytes]) -> None:
    with pytest.raises(TooLarge):
        Unpacker(packing[0], len(TEXT) - 1).feed(packing[1])


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_never_holds_more_than_the_cap(encoding: str) -> None:
    packed = (gzip.compress if encoding == "gzip" else zlib.compress)(b"\0" * 20_000_000)
    unpacker = Unpacker(encoding, 1000)
    with pytest.raises(TooLarge):
        unpacker.feed(packed)
    assert len(unpacker.body) <= 1000


def test_very_many_members_are_refused() -> None:
    with pytest.raises(TooLarge):
        Unpacker("gzip", 1_000_000).feed(gzip.compress(b"x") * 2000)


def test_a_cut_is_seen() -> None:
    for encoding, wire in (("gzip", gzip.compress(TEXT)), ("deflate", zlib.compress(TEXT))):
        for cut in range(1, len(wire)):
            unpacker = Unpacker(encoding, 10_000)
            unpacker.feed(wire[:cut])
            assert not unpacker.finished


def test_nothing_at_all_is_an_empty_answer() -> None:
    unpacker = Unpacker("gzip", 10)
    unpacker.feed(b"")
    assert unpacker.finished


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "x" * 99])
def test_other_packings_were_not_asked_for(encoding: str) -> None:
    with pytest.raises(CannotUnpack):
        Unpacker(encoding, 10)


def test_bytes_that_are_not_packed_at_all() -> None:
    with pytest.raises(zlib.error):
        Unpacker("gzip", 10_000).feed(TEXT)
