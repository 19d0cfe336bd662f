from __future__ import annotations

import codecs

import pytest

from bot.errors import EmptyBody, SourceChanged, WrongPage
from bot.scraper.charset import oddity
from bot.scraper.contract import Page
from bot.scraper.page import text_of

TEXTS = {
    "ru": "Понедельник: алгебра, физика, русский язык. Каникулы с 28 октября, учитель Петрова Ю. Щ., каб. 12",
    "ru-short": "алгебра физика химия",
    "ru-capitals": "РАСПИСАНИЕ УРОКОВ НА ПОНЕДЕЛЬНИК ФИЗИКА АЛГЕБРА ЛИТЕРАТУРА",
    "uk": "Розклад уроків: понеділок, українська мова, Їжак Ґанна, фізика, географія",
    "pl": "Poniedziałek, Środa, Piątek: język polski, zajęcia dodatkowe, Źrebięta, łyżwy, święto",
    "lt": "Pirmadienis, šeštadienis, mokytoja Žąsienė, įdomi ūkininkų pamoka, lietuvių kalba",
    "de": "Vertretungsplan für Montag, Frau Müller fällt aus, große Übung, Straße",
    "cs": "Pondělí, úterý, čtvrtek, pátek: příroda, žákovská knížka, český jazyk, Dvořák",
    "lv": "Pirmdiena, otrdiena: latviešu valoda, ķīmija, ģeogrāfija, mūzika, šķēršļi",
    "et": "Esmaspäev: eesti keel, füüsika, õpetaja Põld, loodusõpetus, kehaline kasvatus",
}
ENCODED = [
    *(("ru", name) for name in ("cp1251", "koi8-r", "utf-8", "utf-16")),
    *(("ru-short", name) for name in ("cp1251", "koi8-r")),
    *(("ru-capitals", name) for name in ("cp1251", "koi8-r")),
    *(("uk", name) for name in ("cp1251", "koi8-u", "utf-8")),
    *(("pl", name) for name in ("iso-8859-2", "cp1250", "utf-8", "utf-8-sig")),
    *(("lt", name) for name in ("cp1257", "iso-8859-13", "utf-8")),
    *(("de", name) for name in ("cp1252", "iso-8859-1", "iso-8859-15", "utf-8", "utf-8-sig")),
    *(("cs", name) for name in ("cp1250", "utf-8")),
    *(("lv", name) for name in ("cp1257", "utf-8")),
    *(("et", name) for name in ("cp1252", "cp1257", "utf-8")),
]
FALLBACKS = {"pl": "iso-8859-2", "cs": "cp1250"}
"""What the sources of a country fall back on."""
DECLARED = ["", "utf-8", "iso-8859-1", "windows-1251", "koi8-r", "iso-8859-2", "no-such-charset", "utf-7", "rot13"]
CASES = [
    (language, encoding, declared)
    for language, encoding in ENCODED
    for declared in DECLARED
    if (language, declared) != ("et", "iso-8859-2")  # õ read as ő is a letter of another language: nothing tells
]


def page(body: bytes, charset: str = "") -> Page:
    return Page(url="https://school.example/", body=body, charset=charset)


@pytest.mark.parametrize(("language", "encoding", "declared"), CASES)
def test_whatever_the_header_says(language: str, encoding: str, declared: str) -> None:
    text = f"<table><tr><td>{TEXTS[language]}</td></tr></table>"
    found = text_of(page(text.encode(encoding), declared), fallback=FALLBACKS.get(language, "cp1252"))
    assert found.removeprefix("\ufeff") == text


@pytest.mark.parametrize(("language", "encoding", "declared"), CASES)
def test_whatever_the_page_says(language: str, encoding: str, declared: str) -> None:
    text = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}"><p>{TEXTS[language]}'
    found = text_of(page(text.encode(encoding)), fallback=FALLBACKS.get(language, "cp1252"))
    assert found == text


def test_the_right_declaration_settles_what_reads_well_twice() -> None:
    text = "<?xml version='1.0' encoding='{}'?><p>"
    for encoding, word in (("iso-8859-2", "ťuk, š"), ("cp1250", "ťuk, š"), ("iso-8859-5", "урок"), ("cp1252", "à, è")):
        body = text.format(encoding).encode() + word.encode(encoding)
        assert text_of(page(body)).endswith(word)


def test_mojibake_is_refused() -> None:
    for language in ("de", "pl", "lt", "ru", "cs"):
        twice = TEXTS[language].encode().decode("cp1252", "replace").replace("\ufffd", "") * 2
        with pytest.raises(SourceChanged):
            text_of(page(f"<p>{twice}</p>".encode()))


def test_a_word_of_mojibake_does_not_condemn_a_page() -> None:
    text = f"<p>{TEXTS['de']} {TEXTS['pl']} MÃ¼ller</p>"
    assert text_of(page(text.encode())) == text


def test_replacement_characters_are_as_published() -> None:
    text = "Vertretungsplan f\ufffdr Montag, M\ufffdller"
    assert text_of(page(text.encode())) == text


@pytest.mark.parametrize("body", [b"", b" \n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF8 + b"\r\n"])
def test_nothing_to_read(body: bytes) -> None:
    with pytest.raises(EmptyBody):
        text_of(page(body))


@pytest.mark.parametrize("body", [b"\x00\x01\x02 PK", b"GIF89a\x00\x01", b"plan\0"])
def test_binary_data(body: bytes) -> None:
    with pytest.raises(WrongPage):
        text_of(page(body))


def test_noise_has_no_charset() -> None:
    with pytest.raises(SourceChanged):
        text_of(page(bytes(range(128, 256)) * 20))


def test_how_odd_a_text_is() -> None:
    assert all(oddity(text) < 0.08 for text in TEXTS.values())
    assert oddity("plain") == 0.0
    assert oddity("30 °C, m², § 5, „x“, – … €") == 0.0
    assert oddity(TEXTS["ru"].encode("koi8-r").decode("cp1251")) > 0.15
    assert oddity(TEXTS["ru"].encode("cp1251").decode("cp1252")) > 0.8
    assert oddity(TEXTS["lt"].encode("cp1257").decode("cp1252", "replace")) > 0.2
    assert oddity(TEXTS["pl"].encode("cp1250").decode("cp1252", "replace")) > 0.3


@pytest.mark.parametrize(
    ("broken", "read"), [(b"Gr\xf6\xdfe", "Größe"), (b"Gr\xc3", "Gr\ufffd"), (b"Gr\xa0", "Gr\xa0")]
)
def test_a_few_broken_bytes_do_not_make_it_another_charset(broken: bytes, read: str) -> None:
    body = "<p>Vertretung für Bäcker, Prüfung in Süd ".encode() * 3 + broken + b"."
    assert text_of(page(body, "iso-8859-1")).endswith(f"{read}.")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_two_bytes_a_letter_are_told_without_a_mark(encoding: str) -> None:
    text = "\n<html><p>Müller</p></html>"
    assert text_of(page(text.encode(encoding), "iso-8859-1")).removeprefix("\ufeff") == text


def test_a_page_cut_inside_a_letter_is_still_utf8() -> None:
    assert text_of(page("<p>Õpetaja Kõvatomas, Frau Vö".encode()[:-1])) == "<p>Õpetaja Kõvatomas, Frau V"
