"""The remarks of Indiware, clause by clause."""

from __future__ import annotations

from datetime import date

import pytest

from bot.model import Kind
from bot.scraper.remarks import Remark, read_remark

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("", Remark()),
        ("für ETH Mür", Remark(Kind.SUBSTITUTION, subject="ETH", teachers=("Mür",))),
        ("für DE Frau Tal geändert", Remark(Kind.SUBSTITUTION, "", "DE", ("Frau Tal",), note="geändert")),
        ("für SP Tal,Uhl", Remark(Kind.SUBSTITUTION, "", "SP", ("Tal", "Uhl"))),
        ("für alle Klassen Hitzefrei", Remark(note="für alle Klassen Hitzefrei")),
        ("DE fällt aus", Remark(Kind.CANCELLED, "fällt aus", "DE")),
        ("RE/k-st6 GAE fällt leider aus", Remark(Kind.CANCELLED, "fällt leider aus", "RE/k-st6", ("GAE",))),
        ("fällt aus", Remark(Kind.CANCELLED, "fällt aus")),
        (
            "FR Frau Dr. Quast fällt aus, Aufgaben erteilt",
            Remark(Kind.CANCELLED, "fällt aus", "FR", ("Frau Dr. Quast",), note="Aufgaben erteilt"),
        ),
        (
            "Die ganze sechste Stunde fällt aus",
            Remark(Kind.CANCELLED, "fällt aus", note="Die ganze sechste Stunde fällt aus"),
        ),
        (
            "verlegt von St.7-8; EN Herr Uhl fällt aus",
            Remark(Kind.MOVED, "verlegt", from_periods=("7", "8"), note="verlegt von St.7-8; EN Herr Uhl fällt aus"),
        ),
        (
            "statt Mo (30.11.) St.7; GEO Herr Uhl fällt aus",
            Remark(
                Kind.MOVED,
                "statt",
                from_date=date(2026, 11, 30),
                from_periods=("7",),
                note="statt Mo (30.11.) St.7; GEO Herr Uhl fällt aus",
            ),
        ),
        (
            "INF Kno verlegt nach St.8",
            Remark(Kind.MOVED, "verlegt", "INF", ("Kno",), away=True, note="verlegt nach St.8"),
        ),
        ("verlegt nach St.5", Remark(Kind.MOVED, "verlegt", away=True, note="verlegt nach St.5")),
        (
            "gehalten am Mo (23.11.) St.5",
            Remark(Kind.MOVED, "gehalten", away=True, note="gehalten am Mo (23.11.) St.5"),
        ),
        ("Klausur!", Remark(Kind.EVENT, "Klausur!")),
        ("Klausur!; BIO3 Herr Uhl fällt aus", Remark(Kind.EVENT, "Klausur!", note="BIO3 Herr Uhl fällt aus")),
        ("Klausur DEU1; SPO1 fällt aus", Remark(Kind.EVENT, "Klausur DEU1", "SPO1")),
        ("Entfall", Remark(Kind.CANCELLED, "Entfall")),
        ("selbst./siehe Lernplattform", Remark(Kind.OTHER, "selbst.", note="siehe Lernplattform")),
        ("Klassenleiterstunden; Mat Tal fällt aus", Remark(Kind.SUBSTITUTION, "Klassenleiterstunden", "Mat", ("Tal",))),
        ("neu, Prüfung; Sm Herr Uhl fällt aus", Remark(Kind.EVENT, "Prüfung", note="Sm Herr Uhl fällt aus")),
        ("selbst., Aufgaben erteilt", Remark(Kind.OTHER, "selbst.", note="Aufgaben erteilt")),
        ("Herr Uhl übernimmt mit", Remark(Kind.SUBSTITUTION, now=("Herr Uhl",), note="Herr Uhl übernimmt mit")),
        ("Jungen Kl.8b Ausfall oder Bücherei", Remark(note="Jungen Kl.8b Ausfall oder Bücherei")),
    ],
)
def test_a_remark_means(text: str, want: Remark) -> None:
    assert read_remark(text, DAY) == want


def test_an_exchange_of_lessons_is_no_plain_move() -> None:
    remark = read_remark("statt Fr (04.12.) St.5; EN BÄR verlegt nach Fr (04.12.) St.5, Klassenarbeit", DAY)
    assert (remark.kind, remark.from_date, remark.from_periods) == (Kind.SUBSTITUTION, date(2026, 12, 4), ("5",))
    assert "Klassenarbeit" in remark.note


def test_the_date_of_a_move_wraps_at_new_year() -> None:
    assert read_remark("statt Mo (04.01.) St.1; EN fällt aus", date(2026, 12, 18)).from_date == date(2027, 1, 4)


def test_an_essay_is_a_note() -> None:
    essay = "für " + "x" * 600
    assert read_remark(essay, DAY) == Remark(note=essay)
