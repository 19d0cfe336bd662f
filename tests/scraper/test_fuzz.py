"""A short run of `make fuzz`, and hypothesis in place of its dice."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import SourceError
from bot.model import Plan
from bot.scraper.reading import read
from bot.scraper.registry import all_sources
from tests.scraper.samples import Sample, samples
from tests.scraper.samples import cut as cut_one
from tools import fuzz


@pytest.mark.parametrize("seed", range(8))
def test_mutated_pages(seed: int) -> None:
    found = fuzz.try_many((seed, 0, 100))
    assert found.unexpected == []
    assert found.pages == 100
    assert found.ends["a plan"] > 5  # the mutations are small enough to reach what reads plans
    assert len(found.ends) > 3


def test_the_same_numbers_give_the_same_page() -> None:
    assert [fuzz.mutated(1, index) for index in range(20)] == [fuzz.mutated(1, index) for index in range(20)]


def test_an_unexpected_end_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(fuzz, "reading", broken)
    found = fuzz.try_many((1, 0, 3))
    assert len(found.unexpected) == 3
    assert found.unexpected[0].startswith("--seed 1 --only 0: ")
    assert "OSError" in found.unexpected[0]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sample=st.sampled_from(samples()),
    reader=st.sampled_from(sorted(all_sources())),
    own=st.booleans(),
    body=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))),
    at=st.floats(0, 1),
)
def test_any_bytes_anywhere(*, sample: Sample, reader: str, own: bool, body: bytes, at: float) -> None:
    page = sample.pages[0]
    place = int(at * len(page.body))
    (changed,) = cut_one([page], 0, place)
    pages = [type(page)(url=page.url, body=changed.body + body + page.body[place:])]
    with contextlib.suppress(SourceError):
        assert isinstance(read(all_sources()[sample.system if own else reader], pages, sample.query), Plan)
