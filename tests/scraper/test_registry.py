"""The registry finds the files, and imports one when it is asked for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.errors import UsageError
from bot.scraper.registry import all_sources, source_named


def test_every_file_holds_the_source_of_its_name() -> None:
    assert [source.id for source in all_sources().values()] == sorted(all_sources())
    assert len(all_sources()) >= 15


def test_a_file_with_another_source_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = SimpleNamespace(SOURCE=all_sources()["sheet"])
    monkeypatch.setattr("bot.scraper.registry.importlib.import_module", lambda _: other)
    with pytest.raises(ValueError, match="the file of ical has the source sheet"):
        all_sources()["ical"]


def test_an_unknown_system_is_named_with_the_known_ones() -> None:
    assert "nothing" not in all_sources()
    assert all_sources().get("nothing") is None
    with pytest.raises(UsageError, match=r"unknown system 'nothing'; known: bakalari, "):
        source_named("nothing")
