"""What the extraction finds of the program's texts, and what it refuses."""

from __future__ import annotations

import pytest

from tools.make_locale import messages


def found(source: str) -> list[str | tuple[str, str]]:
    """The texts of a piece of program, sorted."""
    return sorted(messages(source, "piece.py"), key=str)


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('asker.texts("Today")', ["Today"]),
        ('texts_in(look.language)("Today")', ["Today"]),
        ("f\"<b>{escape(texts('Today'))}</b>\"", ["Today"]),
        ('texts("one " "two")', ["one two"]),
        ('texts("dark" if late else "light")', ["dark", "light"]),
        ('Command(summary=mark("the week"))', ["the week"]),
        ('texts.plural("{count} hour", "{count} hours", hours // 2)', [("{count} hour", "{count} hours")]),
        ("texts(command.summary)", []),
        ('print("Today")', []),
    ],
)
def test_texts_are_found_wherever_they_stand(source: str, texts: list[str | tuple[str, str]]) -> None:
    assert found(source) == texts


@pytest.mark.parametrize("source", ['texts(f"Today, {name}")', 'texts("Today, " + name)', 'mark(f"{name}")'])
def test_a_text_put_together_at_run_time_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"piece\.py:1"):
        found(source)
