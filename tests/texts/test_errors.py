"""What a person is told of an error: sentences of the catalogue, never the line that is meant for the log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import errors
from bot.errors import NotReleased, SchoolbellError, SourceDown, TruncatedPage, UnknownTarget, UsageError
from bot.texts import texts_in
from bot.texts.errors import reason, told

ENGLISH, POLISH = texts_in("en"), texts_in("pl")


def kinds(base: type[SchoolbellError] = SchoolbellError) -> Iterator[type[SchoolbellError]]:
    """Every error of the product but the one whose words come from where it is raised."""
    for kind in base.__subclasses__():
        if kind.__module__ == errors.__name__ and kind is not UsageError:
            yield kind
            yield from kinds(kind)


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence_without_its_technical_line(kind: type[SchoolbellError]) -> None:
    sentence = told(ENGLISH, kind("ECONNRESET 10.0.0.1"))
    assert "ECONNRESET" not in sentence
    assert sentence.endswith(".")
    assert told(POLISH, kind("ECONNRESET 10.0.0.1")) != sentence


def test_what_happened_and_what_comes_next() -> None:
    assert told(ENGLISH, SourceDown("503")) == (
        "The school's page does not answer. I go on asking by myself; until then the last good plan stays."
    )
    assert told(ENGLISH, NotReleased("404")) == (
        "The school has not published this yet. As soon as it does, you find it here."
    )
    assert told(ENGLISH, UnknownTarget("9x", ("9a",))) == (
        "The school has no such class, teacher or room. Check how it is spelled."
    )


def test_an_error_that_only_a_screen_knows_is_its_own_message() -> None:
    class Full(SchoolbellError):
        """Of another module."""

    assert told(POLISH, Full("Today's lessons are over.")) == POLISH("Today's lessons are over.")


def test_wrong_use_of_a_command_is_translated_with_its_values() -> None:
    error = UsageError("This is {system}.", system="{0}")
    assert str(error) == "This is {0}."
    assert told(ENGLISH, error) == "This is {0}."
    assert told(ENGLISH, UsageError("'{' is no system")) == "'{' is no system"


def test_admins_read_the_reason_by_the_name_of_the_class() -> None:
    assert reason(ENGLISH, TruncatedPage.__name__) == "The school's page came only in part"
    assert reason(ENGLISH, "SomethingNew") == "The school's page cannot be read"
