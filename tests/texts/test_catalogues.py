"""The catalogues hold every text of the program, whole, with its placeholders and plural forms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.texts import languages, texts_in
from tools.make_locale import BOT, LOCALE, extracted, mo_bytes, po_bytes, updated

FILES = sorted(LOCALE.glob("*.po"))
PLACEHOLDER = re.compile(r"\{\w*\}")
TAG = re.compile(r"</?\w+>")
COMMAND = re.compile(r"(?<![\w/<])/[a-z]+")
SENTENCE = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")
# Words that are the same in another language.
SAME = {("cs", "Text")}
# Modules whose sentences people read; a sentence there is a text of the catalogue or one of these.
SPOKEN = (
    *("handlers", "screens", "texts", "announce.py", "bell.py", "digest.py", "dispatch.py", "homework.py"),
    *("incidents.py", "live.py", "menus.py", "notify.py", "promotion.py", "reminders.py", "trial.py", "watch.py"),
)
UNSPOKEN = frozenset(
    {
        # Telegram's own words, by which its answers are known.
        "message to edit not found",
        "message can't be edited",
        "not modified",
        # Markup and what people type as it stands here.
        "<blockquote expandable>",
        "<code>/school add",
        "<code>/school add https://…</code>",
        "zone Europe/Vilnius",
        # Keys of the code.
        "sent rows",
        "an account of your own",
        "answer when it was read",
        "live note",
        "menus of admins",
        # The line that systemd shows.
        "to send ·",
        "schools failing ·",
    }
)
# Calls whose words nobody reads in a chat: the catalogue's own, the log, SQL, programmers' errors.
SILENT = frozenset(
    (
        *("texts", "mark", "plural", "debug", "info", "warning", "error", "exception", "log", "compile", "TypeVar"),
        *("execute", "write", "value", "one", "all", "field"),
        *("ValueError", "RuntimeError", "LookupError", "TypeError", "SourceChanged"),
    )
)


@cache
def texts_of_now() -> Catalog:
    """What the program says, extracted once."""
    return extracted()


def catalogue(file: Path) -> Catalog:
    """The catalogue as it stands on disk."""
    with file.open("rb") as stream:
        return read_po(stream, locale=file.stem)


def test_the_six_languages_are_there() -> None:
    assert set(languages()) >= {"en", "lt", "pl", "de", "cs", "uk"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_is_out_of_date(file: Path) -> None:
    fresh = updated(file, texts_of_now())
    assert po_bytes(fresh) == file.read_bytes(), "run make locale"
    assert mo_bytes(fresh) == file.with_suffix(".mo").read_bytes(), "run make locale"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_is_translated_with_its_placeholders(file: Path) -> None:
    found = catalogue(file)
    for message in found:
        if not message.id:
            continue
        sources = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        forms = (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)
        assert all(forms), f"{file.name}: {sources[0]!r} has no translation"
        assert len(forms) == (found.num_plurals if len(sources) > 1 else 1), f"{file.name}: {sources[0]!r}"
        for form in forms:
            for what in (PLACEHOLDER, TAG, COMMAND):
                assert set(what.findall(form)) == set(what.findall(sources[-1])), f"{file.name}: {form!r}"
        words = re.sub(r"\{\w+\}|/\w+|\W", "", sources[0])
        if words and (file.stem, sources[0]) not in SAME:
            assert forms[0] != sources[0], f"{file.name}: {sources[0]!r} is not translated"


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("en", 1, "1 lesson"),
        ("en", 5, "5 lessons"),
        ("lt", 1, "1 pamoka"),
        ("lt", 2, "2 pamokos"),
        ("lt", 11, "11 pamokų"),
        ("lt", 21, "21 pamoka"),
        ("pl", 1, "1 lekcja"),
        ("pl", 3, "3 lekcje"),
        ("pl", 5, "5 lekcji"),
        ("pl", 22, "22 lekcje"),
        ("cs", 1, "1 hodina"),
        ("cs", 4, "4 hodiny"),
        ("cs", 5, "5 hodin"),
        ("uk", 1, "1 урок"),
        ("uk", 3, "3 уроки"),
        ("uk", 11, "11 уроків"),
        ("uk", 21, "21 урок"),
        ("de", 2, "2 Stunden"),
    ],
)
def test_plurals(language: str, count: int, words: str) -> None:
    assert texts_in(language).plural("{count} lesson", "{count} lessons", count) == words


def test_a_missing_language_and_a_missing_text_are_english() -> None:
    assert texts_in("fi")("Today") == "Today"
    assert texts_in("lt-LT").language == "lt"
    assert texts_in("lt")("a text that no catalogue has") == "a text that no catalogue has"


def sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and words of the literals of a module that somebody may read in a chat, docstrings left out."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, ast.Call) and (_named(node.func) in SILENT or isinstance(node.func, ast.Call)):
            silent |= {id(part) for argument in node.args for part in ast.walk(argument)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            words = node.value.strip()
            if SENTENCE.search(words) and not words.startswith(("SELECT ", "FROM ", "INSERT ", "UPDATE ", "DELETE ")):
                yield node.lineno, words


def _named(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def test_no_sentence_stands_outside_the_catalogue() -> None:
    files = [file for name in SPOKEN for file in ([BOT / name] if name.endswith(".py") else (BOT / name).rglob("*.py"))]
    found = [
        f"{file.relative_to(BOT)}:{line}: {words}"
        for file in files
        for line, words in sentences(ast.parse(file.read_text(encoding="utf-8")))
        if words not in UNSPOKEN
    ]
    assert not found


def test_a_sentence_outside_the_catalogue_is_seen() -> None:
    module = '''"""Of words."""\nasync def run():\n    await say("Good morning, all", texts("Well said here"))\n'''
    assert list(sentences(ast.parse(module))) == [(3, "Good morning, all")]
