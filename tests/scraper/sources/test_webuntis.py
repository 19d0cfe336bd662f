from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.errors import LoginRequired, NotReleased, SourceChanged, SourceError, TruncatedPage, UnknownTarget, WrongPage
from bot.model import Status, Was
from bot.scraper.contract import Http, Page, Query
from bot.scraper.sources import webuntis

SAMPLES = Path(__file__).parents[2] / "samples" / "webuntis"
URL = "https://birkenschule.webuntis.com/WebUntis/"


def query(name: str = "", url: str = URL) -> Query:
    return Query(url=url, timezone=ZoneInfo("Europe/Berlin"), today=date(2026, 11, 23), name=name)


def answer(value: object) -> Page:
    return Page(URL, json.dumps(value).encode())


def entries() -> dict[str, Any]:
    value: dict[str, Any] = json.loads((SAMPLES / "entries.json").read_text("utf-8"))
    return value


def test_a_position_means_what_its_type_says() -> None:
    first, second, third = webuntis.parse([answer(entries())], query()).lessons
    assert (first.subject, first.teachers, first.rooms) == ("Bi", ("ERL",), ("B 1",))
    assert (second.status, second.was) == (Status.CHANGED, Was(teachers=("LIN",), rooms=("A 1",)))
    assert third.status is Status.CANCELLED


def held(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "shortName": name}


def day_of(entry: dict[str, Any], **more: object) -> dict[str, Any]:
    span = {"start": "2026-11-23T10:00:00+01:00", "end": "2026-11-23T10:45:00+01:00"}
    return {"days": [{"date": "2026-11-23", "gridEntries": [{"duration": span, "status": "REGULAR"} | entry]} | more]}


def test_what_a_position_holds_may_be_a_list_and_a_day_with_lessons_needs_no_status() -> None:
    place = {"current": [held("TEACHER", "MB"), held("TEACHER", "LK")], "removed": [held("TEACHER", "EB")]}
    plan = webuntis.parse(
        [answer(day_of({"position1": [{"current": [held("SUBJECT", "D")]}], "position7": [place]}))], query()
    )
    (lesson,) = plan.lessons
    assert (lesson.subject, lesson.teachers, lesson.was) == ("D", ("MB", "LK"), Was(teachers=("EB",)))
    assert (lesson.start, lesson.end, lesson.status) == (time(10), time(10, 45), Status.CHANGED)
    assert plan.days == (date(2026, 11, 23),)


def test_a_cancelled_lesson_says_what_does_not_take_place() -> None:
    gone = [{"current": [], "removed": [held(kind, name)]} for kind, name in (("SUBJECT", "SP"), ("TEACHER", "SB"))]
    (lesson,) = webuntis.parse([answer(day_of({"status": "CANCEL", "position1": gone}))], query()).lessons
    assert (lesson.subject, lesson.teachers, lesson.status, lesson.was) == ("SP", ("SB",), Status.CANCELLED, Was())


def test_times_with_an_offset_are_the_schools_and_utc_is_converted() -> None:
    for start, end in (
        ("2026-11-23T10:00+02:00", "2026-11-23T10:45+02:00"),
        ("2026-11-23T09:00Z", "2026-11-23T09:45+00:00"),
    ):
        (lesson,) = webuntis.parse([answer(day_of({"duration": {"start": start, "end": end}}))], query()).lessons
        assert (lesson.date, lesson.start, lesson.end) == (date(2026, 11, 23), time(10), time(10, 45))


@pytest.mark.parametrize("status", ["", "STANDARD", "REGULAR"])
def test_an_ordinary_lesson_is_planned(status: str) -> None:
    (lesson,) = webuntis.parse([answer(day_of({"status": status}))], query()).lessons
    assert lesson.status is Status.PLANNED


def test_a_moved_lesson_says_where_it_was() -> None:
    span = {"start": "2026-11-20T08:00", "end": "2026-11-20T08:45"}
    moved = {"status": "CHANGED", "statusDetail": "MOVED", "moved": span}
    (lesson,) = webuntis.parse([answer(day_of(moved))], query()).lessons
    assert lesson.status is Status.MOVED
    assert lesson.was == Was(date=date(2026, 11, 20), start=time(8), end=time(8, 45))
    (lesson,) = webuntis.parse([answer(day_of(moved | {"status": "CANCELLED"}))], query()).lessons
    assert (lesson.status, lesson.was) == (Status.CANCELLED, Was())


def test_a_lesson_that_goes_on_without_the_own_class_is_cancelled_for_it() -> None:
    own = {"resourceType": "CLASS", "resource": {"id": 41, "shortName": "7A"}}
    place = [{"current": held("CLASS", "7B")}, {"current": None, "removed": held("CLASS", "7A")}]
    (lesson,) = webuntis.parse([answer(day_of({"status": "CHANGED", "position3": place}, **own))], query()).lessons
    assert (lesson.status, lesson.classes, lesson.was) == (Status.CANCELLED, ("7A", "7B"), Was())
    place = [{"current": held("CLASS", "7A")}, {"current": None, "removed": held("CLASS", "7B")}]
    (lesson,) = webuntis.parse([answer(day_of({"status": "CHANGED", "position3": place}, **own))], query()).lessons
    assert (lesson.status, lesson.classes, lesson.was) == (Status.CHANGED, ("7A",), Was(classes=("7B",)))


def test_a_regular_lesson_with_something_removed_is_changed() -> None:
    value = entries()
    value["days"][0]["gridEntries"][1]["status"] = "REGULAR"
    assert webuntis.parse([answer(value)], query()).lessons[1].status is Status.CHANGED


def test_days_without_data_are_unknown() -> None:
    value = entries()
    assert webuntis.parse([answer(value)], query()).days == (date(2026, 11, 23),)
    value["days"] = value["days"][1:]
    with pytest.raises(NotReleased):
        webuntis.parse([answer(value)], query())


class Server:
    """Answers with the samples; what was asked is kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []

    async def get(self, url: str, *, params: dict[str, str], headers: dict[str, str]) -> Page:
        self.asked.append((url, params, headers))
        return Page(url, (SAMPLES / f"{url.rsplit('/', 1)[1]}.json").read_bytes())


@pytest.mark.parametrize(
    ("url", "school"),
    [
        (URL, "birkenschule"),
        ("https://arche.webuntis.com/WebUntis/?school=hg%20tal", "hg tal"),
        ("https://plan.school.example/WebUntis/#/basic/main?school=tal", "tal"),
    ],
)
async def test_the_school_is_sent_with_every_request(url: str, school: str) -> None:
    server = Server()
    http: Http = server  # type: ignore[assignment] # only `get` is asked
    await webuntis.fetch(http, query("7a", url))
    assert [headers["anonymous-school"] for _, _, headers in server.asked] == [school, school]
    assert server.asked[1][1]["resources"] == "41"
    assert (server.asked[1][1]["start"], server.asked[1][1]["end"]) == ("2026-11-23", "2026-11-29")


async def test_without_a_name_only_the_list_is_asked() -> None:
    server = Server()
    http: Http = server  # type: ignore[assignment] # only `get` is asked
    found = await webuntis.fetch(http, query())
    assert [target.name for target in webuntis.parse(found, query()).targets] == ["7A", "7B"]
    with pytest.raises(UnknownTarget):
        await webuntis.fetch(http, query("9z"))
    with pytest.raises(SourceChanged, match="school"):
        await webuntis.fetch(http, query("7a", "https://plan.school.example/"))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", SourceError),
        ("<html>Login <input type=password></html>", LoginRequired),
        ('{"errorCode": "UNAUTHORIZED", "errorMessage": "x"}', LoginRequired),
        ('{"timetables": []}', WrongPage),
        ('{"days": []}', WrongPage),
        ('{"format": 2, "days": [], "errors": []}', NotReleased),
        ('{"resourceType": "CLASS", "classes": [], "teachers": [], "rooms": []}', NotReleased),
        ("[]", WrongPage),
        ("[" * 100_000, TruncatedPage),
        ('{"days": [{"gridEntries": [], "status": "REGULAR"}]}', SourceChanged),
        ('{"days": [{"date": "2026-11-23", "status": "REGULAR", "gridEntries": [{"duration": null}]}]}', SourceChanged),
    ],
)
def test_foreign_answers_are_refused_by_name(body: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        webuntis.parse([Page(URL, body.encode())], query())


def test_an_answer_cut_at_any_of_100_places_is_refused() -> None:
    body = (SAMPLES / "entries.json").read_bytes().rstrip()
    for step in range(1, 100):
        with pytest.raises(TruncatedPage):
            webuntis.parse([Page(URL, body[: len(body) * step // 100])], query())


def test_recognise() -> None:
    assert webuntis.recognise(answer(entries())) == 1.0
    assert webuntis.recognise(Page(URL, b"")) > 0.5
    assert webuntis.recognise(Page(URL, b"<html></html>")) == 0.0
