"""The contract of a source, for every source and every sample: what must be read is read, what must not is refused."""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import bot.errors
from bot.errors import LoginRequired, MaintenancePage, SourceError, UnknownTarget
from bot.model import Lesson, Substitution, TargetKind
from bot.scraper.contract import Page, Query, Source
from bot.scraper.detect import ranked
from bot.scraper.reading import parsed, read
from bot.scraper.registry import all_sources
from bot.scraper.report import report
from tests.scraper.samples import EXPECTED, FOLDER, Sample, cut, files, samples, systems

SOURCES = list(all_sources().values())
READABLE = [sample for sample in samples() if sample.plan is not None]
REFUSED = [sample for sample in samples() if sample.plan is None]
CUTS = 100
DELIVERED = {"lessons", "substitutions", "homework", "exams", "notices", "classes", "teachers", "rooms"}
# A table of values has no end: a CSV is told whole by its Content-Length, and by the guard against shrinking plans.
ENDLESS = frozenset({"sheet"})


def holds_a_list(sample: Sample) -> bool:
    """Whether it is one file of targets and of no lessons."""
    plan = sample.plan or {}
    return sample.query.url.startswith("file:") and bool(plan.get("targets")) and not plan["lessons"]


def named(value: object) -> str:
    return value.id if isinstance(value, Source) else value.name if isinstance(value, Path) else str(value)


# --- Both ways: every source has samples, every sample a source and an expectation ---


def test_every_source_has_samples_and_every_sample_a_source() -> None:
    assert systems() == sorted(all_sources())


@pytest.mark.parametrize("system", systems())
def test_every_sample_has_an_expectation(system: str) -> None:
    found = {path.name for path in files(system)}
    expected = {path.name.removesuffix(EXPECTED) for path in (FOLDER / system).glob(f"*{EXPECTED}")}
    assert found == expected


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_every_source_has_a_plan_to_read(source: Source) -> None:
    mine = [sample for sample in samples() if sample.system == source.id]
    assert any(sample.plan is not None for sample in mine)


# --- What must be read ---


@pytest.mark.parametrize("sample", READABLE, ids=str)
def test_a_sample_gives_its_plan(sample: Sample) -> None:
    plan = read(all_sources()[sample.system], sample.pages, sample.query)
    values = report(plan, source=sample.system, timezone=sample.query.timezone)
    assert sample.plan is not None
    assert {name: value for name, value in values.items() if name != "fetched"} == {
        name: value for name, value in sample.plan.items() if name != "fetched"
    }


@pytest.mark.parametrize("sample", REFUSED, ids=str)
def test_a_sample_is_refused(sample: Sample) -> None:
    with pytest.raises(SourceError) as refused:
        read(all_sources()[sample.system], sample.pages, sample.query)
    assert type(refused.value) is getattr(bot.errors, sample.error)


@pytest.mark.parametrize("sample", READABLE, ids=str)
def test_a_sample_is_recognised(sample: Sample) -> None:
    if len(sample.pages) > 1:
        return  # a visit is of the source that made it
    page = replace(sample.pages[0], url="file:///page")
    found = ranked(page, SOURCES)
    assert found
    assert found[0][1].id == sample.system


@pytest.mark.parametrize("sample", [sample for sample in READABLE if holds_a_list(sample)], ids=str)
def test_a_list_that_is_opened_as_a_file_says_whom_it_has(sample: Sample) -> None:
    """A file is not chosen by the name that is asked for, so the name is looked for in it."""
    assert sample.plan is not None
    source, target = all_sources()[sample.system], sample.plan["targets"][0]
    asked = replace(sample.query, kind=TargetKind(target["kind"]))
    assert read(source, sample.pages, replace(asked, name=target["name"])).targets
    with pytest.raises(UnknownTarget):
        read(source, sample.pages, replace(asked, name="zzz"))


@pytest.mark.parametrize("sample", READABLE, ids=str)
def test_reading_is_pure(sample: Sample) -> None:
    """The same pages give the same plan, and a plan holds text, not nodes of a tree (which would keep it alive)."""
    source = all_sources()[sample.system]
    plan = source.parse(sample.pages, sample.query)
    assert plan == source.parse(sample.pages, sample.query)
    rows: list[Lesson | Substitution] = [*plan.lessons, *plan.substitutions]
    for row in rows:
        words = (row.subject, row.note, *row.teachers, *row.rooms, *row.classes, *row.groups)
        assert {type(word) for word in words} == {str}
        assert all(word == word.strip() for word in words)


# --- What must be refused, by every source ---


def page(body: bytes, url: str = "https://school.example/page") -> Page:
    return Page(url=url, body=body)


def query(name: str = "") -> Query:
    return Query(
        url="https://school.example/page", timezone=ZoneInfo("Europe/Vilnius"), today=date(2026, 11, 23), name=name
    )


def refusal(source: Source, body: bytes) -> SourceError:
    """The named error that a source raises for a page, itself: not what `reading` makes of its stumbling."""
    for name in ("9a", ""):
        with pytest.raises(SourceError) as refused:
            plan = source.parse([page(body)], query(name))
            pytest.fail(f"{source.id} read a plan: {plan}")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
    return refused.value


REFUSE = sorted((FOLDER / "_refuse").iterdir())


@pytest.mark.parametrize("path", REFUSE, ids=named)
@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_a_page_that_is_no_plan(source: Source, path: Path) -> None:
    error = refusal(source, path.read_bytes())
    if path.name.startswith("login-"):
        assert isinstance(error, LoginRequired)
    if path.name.startswith("maintenance-"):
        assert isinstance(error, MaintenancePage)


@pytest.mark.parametrize("body", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_nothing(source: Source, body: bytes) -> None:
    assert isinstance(refusal(source, body), bot.errors.EmptyBody)
    with pytest.raises(SourceError):
        parsed(source, [], query())


def noise() -> dict[str, bytes]:
    dice = random.Random(7)
    words = [
        "<table>",
        "<tr>",
        "<td class=l>",
        "</td>",
        "</table>",
        "3",
        "9a",
        "8:00",
        "{",
        "}",
        ",",
        '"',
        "&nbsp;",
        "x",
    ]
    return {
        "bytes": dice.randbytes(5_000_000),
        "zeros": b"\0" * 5_000_000,
        "letters": ("lorem ipsum dolor sit amet " * 200_000).encode()[:5_000_000],
        "tags": "".join(dice.choices(words, k=60_000)).encode(),
        "open": b"<table><tr><td>" * 5_000,
        "brackets": b"[" * 5_000_000,
        "packed": zlib.compress(dice.randbytes(100_000)),
    }


NOISE = noise()


@pytest.mark.parametrize("kind", NOISE)
@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_noise(source: Source, kind: str) -> None:
    refusal(source, NOISE[kind])


def _shared_list(sample: Sample, source: Source) -> bool:
    """Whether it is a list of targets that two systems of one publication share: Untis puts one bar before both."""
    assert sample.plan is not None
    return {sample.system, source.id} == {"untis-info", "untis-grid"} and bool(sample.plan["targets"])


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_the_right_page_of_another_system(source: Source) -> None:
    for sample in READABLE:
        if sample.system != source.id and not _shared_list(sample, source):
            for each in sample.pages:
                for name in ("9a", ""):
                    with pytest.raises(SourceError):
                        plan = source.parse([each], query(name))
                        pytest.fail(f"{source.id} read {sample}: {plan}")


@pytest.mark.parametrize("sample", [s for s in READABLE if s.system not in ENDLESS], ids=str)
def test_a_body_cut_anywhere(sample: Sample) -> None:
    """Each cut is refused, or lies behind the last byte of the plan and changes nothing."""
    source = all_sources()[sample.system]
    whole = source.parse(sample.pages, sample.query)
    for at, each in enumerate(sample.pages):
        size = len(each.body)
        for length in sorted({size * step // CUTS for step in range(CUTS)}):
            try:
                plan = source.parse(cut(sample.pages, at, length), sample.query)
            except SourceError:
                continue
            assert plan == whole, (
                f"page {at} cut at byte {length} of {size}: {each.body[max(length - 60, 0) : length]!r}"
            )


@pytest.mark.parametrize("sample", [s for s in READABLE if s.system in ENDLESS], ids=str)
def test_a_cut_table_of_values_invents_nothing(sample: Sample) -> None:
    source = all_sources()[sample.system]
    whole = source.parse(sample.pages, sample.query)
    size = len(sample.pages[0].body)
    for length in range(0, size, max(size // CUTS, 1)):
        try:
            plan = source.parse(cut(sample.pages, 0, length), sample.query)
        except SourceError:
            continue
        rows, all_rows = plan.lessons or plan.homework, whole.lessons or whole.homework
        assert rows[:-1] == all_rows[: max(len(rows) - 1, 0)]


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_recognising_never_fails(source: Source) -> None:
    bodies = [b"", b"\0", NOISE["tags"], NOISE["packed"], *(path.read_bytes() for path in REFUSE)]
    for body in bodies:
        for url in ("", "file:///x", "https://school.example/", "webcal://x/%zz", "\udc80"):
            assert 0.0 <= source.recognise(page(body, url)) <= 1.0
    assert all(score <= 1.0 for score, _ in ranked(page(b"", "http://["), [source]))


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_what_a_source_says_of_itself(source: Source) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", source.id)
    assert source.title
    assert re.match(r"https?://|webcal://", source.example_url)
    assert set(source.delivers) <= {
        "lessons",
        "substitutions",
        "homework",
        "exams",
        "notices",
        "classes",
        "teachers",
        "rooms",
    }
    assert source.delivers
