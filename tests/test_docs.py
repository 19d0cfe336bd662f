"""The documentation says what the code says: generated tables, settings, links, the interface's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import cli, config
from bot.scraper.registry import all_sources
from tools import make_docs

PAGES = make_docs.files()
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_are_up_to_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert make_docs.renewed(text) == text, "run make docs"


def test_every_table_stands_somewhere() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {found[2] for found in make_docs.MARKED.finditer(text)} == set(make_docs.TABLES)


def test_every_setting_is_told() -> None:
    assert tuple(make_docs.SETTINGS) == config._KEYS


def test_every_system_says_what_it_was_checked_against() -> None:
    assert set(make_docs.RECORDED) == set(all_sources())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_interface_names_every_command_and_system() -> None:
    text = (make_docs.ROOT / "docs" / "interface.md").read_text(encoding="utf-8")
    assert [name for name in cli.commands() if f"`{name}" not in text] == []
    assert [source for source in all_sources() if source not in text] == []


def test_the_first_screen_holds_two_commands_and_a_picture() -> None:
    lines = (make_docs.ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert {"make demo", "make test"} <= set(lines)
    assert any(line.startswith("![") for line in lines)
