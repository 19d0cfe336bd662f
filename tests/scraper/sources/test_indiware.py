"""Indiware: XML and HTML give the same plan; two days in one file; cells, columns, refusals."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import LoginRequired, NotReleased, SourceChanged, SourceError, TruncatedPage, WrongPage
from bot.model import Kind, Notice, Plan, Substitution, Was
from bot.scraper.contract import Page
from bot.scraper.sources.indiware import SOURCE
from tests.scraper.sources.recorded import RecordedHttp, query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "indiware"
QUERY = query_of({"timezone": "Europe/Berlin"})
DAY = date(2026, 11, 24)


def plan_of(body: str | bytes) -> Plan:
    return SOURCE.parse([Page("file:///p", body if isinstance(body, bytes) else body.encode())], QUERY)


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def test_a_row_whole() -> None:
    assert plan_of(sample("day.xml")).substitutions[0] == Substitution(
        Kind.SUBSTITUTION,
        DAY,
        periods=("3",),
        classes=("5/1", "5b"),
        subject="Bio",
        teachers=("Tal",),
        rooms=("1234",),
        was=Was(subject="Mat", teachers=("Mür",)),
    )


def test_html_says_the_same_as_xml() -> None:
    xml, html = plan_of(sample("day.xml")), plan_of(sample("day.html"))
    assert html.substitutions == xml.substitutions[:2]
    assert (html.updated, html.school, html.days) == (xml.updated, xml.school, xml.days)
    assert html.updated == datetime(2026, 11, 23, 11, 5, tzinfo=ZoneInfo("Europe/Berlin"))
    assert set(html.notices) < set(xml.notices)


def test_messages_are_notices_of_their_day() -> None:
    assert (
        Notice("Der Chor probt in der Aula.\nBitte Notenhefte mitbringen!", DAY) in plan_of(sample("day.xml")).notices
    )


def test_two_days_under_one_root() -> None:
    plan = plan_of(sample("two-days.xml"))
    assert plan.days == (DAY, date(2026, 11, 25))
    assert [row.date for row in plan.substitutions] == [date(2026, 11, 25)]


def test_a_plan_inside_another_page() -> None:
    plan = plan_of(sample("embedded.html"))
    assert plan.days == (DAY, date(2026, 11, 25))
    (row,) = plan.substitutions
    assert (row.teachers, row.rooms, row.was) == (("Uhl",), ("9",), Was(teachers=("Tal",), rooms=("8",)))
    assert plan.notices == ()


def test_a_head_without_a_list_is_not_an_empty_day() -> None:
    with pytest.raises(SourceChanged):
        plan_of("<vp><kopf><titel>Dienstag, 24. November 2026</titel></kopf></vp>")


def test_a_heading_without_a_date_is_refused() -> None:
    with pytest.raises(SourceChanged):
        plan_of("<vp><kopf><titel>Heute</titel></kopf><haupt/></vp>")


@pytest.mark.parametrize("name", ["day.xml", "two-days.xml", "day.html", "embedded.html"])
def test_a_cut_is_seen_anywhere(name: str) -> None:
    body = sample(name).rstrip()
    end = body.rindex(b"</body>") if b"</body>" in body else len(body)
    for place in range(1, 100):
        with pytest.raises(SourceError):
            plan_of(body[: end * place // 100])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"a": 1}', WrongPage),
        ('<title>Anmeldung</title><input type="password">', LoginRequired),
        ("<VpMobil><Kopf>x</Kopf></VpMobil>", WrongPage),
        ('<!DOCTYPE vp [<!ENTITY a "b">]><vp><kopf/></vp>', SourceChanged),
        ("<vp><kopf><titel>24. November 2026</titel></kopf><haupt><aktion/></haupt></vp>", SourceChanged),
        ("<vp><aktion><klasse>5</klasse></aktion></vp>", SourceChanged),
        ("<vp><kopf>", TruncatedPage),
    ],
)
def test_what_is_no_plan(body: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        plan_of(body)


def test_a_swapped_column_changes_the_shape() -> None:
    html = sample("day.html").decode()
    other = html.replace("thplanfach", "x").replace("thplanlehrer", "thplanfach").replace('"x"', '"thplanlehrer"')
    assert plan_of(html).shape != plan_of(other).shape


async def test_no_day_published_is_not_released() -> None:
    visit = json.loads((SAMPLES / "site" / "visit.json").read_text("utf-8"))
    requests = [{**request, "status": 404} for request in visit["requests"]]
    with pytest.raises(NotReleased):
        await SOURCE.fetch(RecordedHttp(SAMPLES / "site", requests), query_of(visit["query"]))


def test_columns_that_are_not_known_are_refused() -> None:
    with pytest.raises(SourceChanged):
        plan_of(sample("day.html").decode().replace("thplanstunde", "thplanzeit").replace(">Stunde<", ">Zeit<"))
