from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.names import class_key, like, match_name, nearest_names

CLASSES = ["5a", "05B", "10A", "10 B", "1TL", "Ia", "IIb", "8Č", "11/2"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("05A", "5a"),
        ("5 a", "5A."),
        ("5-a", "5a"),
        ("10Ａ", "10a"),
        ("8Č", "8č"),
        ("010A", "10a"),
        ("Ia", "IA"),
        (" 5a ", "5a"),
    ],
)
def test_spellings_of_one_class(one: str, other: str) -> None:
    assert class_key(one) == class_key(other)


@pytest.mark.parametrize(("one", "other"), [("10A", "1A"), ("5a", "5b"), ("11/2", "112"), ("100", "1"), ("8c", "8č")])
def test_names_of_two_classes(one: str, other: str) -> None:
    assert class_key(one) != class_key(other)


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert class_key(class_key(name)) == class_key(name)


def test_the_published_name_is_found() -> None:
    assert [match_name(wanted, CLASSES) for wanted in ("05a", "5 B", "10b", "8č", "11/2")] == [
        "5a",
        "05B",
        "10 B",
        "8Č",
        "11/2",
    ]
    assert match_name("5", CLASSES) is None
    assert match_name("", ["", "-"]) == ""
    assert match_name("-", ["."]) is None


def test_an_exact_name_wins() -> None:
    assert match_name("5a", ["5A", "5a"]) == "5a"


def test_the_nearest_names() -> None:
    assert nearest_names("10c", CLASSES)[:2] in {("10A", "10 B"), ("10 B", "10A")}
    assert nearest_names("xyz", CLASSES) == ()
    assert len(nearest_names("5", ["5a", "5b", "5c", "5d", "5e", "5f"], count=3)) == 3


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("zaibas", ["A. Žaibas"]),
        ("ŽAIBAS", ["A. Žaibas"]),
        ("a.zaibas", ["A. Žaibas"]),
        ("salė", ["Salė 1", "Salė 2"]),
        ("zaibs", ["A. Žaibas"]),
        ("los", ["J. Łoś"]),
        ("", []),
        ("nobody", []),
    ],
)
def test_people_type_names_without_accents(wanted: str, found: list[str]) -> None:
    assert like(wanted, ["A. Žaibas", "Salė 1", "Salė 2", "302", "J. Łoś"]) == found
