from __future__ import annotations

import json
from datetime import date
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
