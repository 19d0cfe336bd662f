"""Indiware mobil: every lesson, the merged rows, weeks, bells, free days; the requests of a visit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from bot.errors import NotReleased, SourceChanged, SourceError
from bot.model import Bell, FreeDays, Kind, Lesson, Plan, Status, Substitution, TargetKind, Was
from bot.scraper.contract import Page
from bot.scraper.sources.indiware_mobil import SOURCE
from tests.scraper.sources.recorded import RecordedHttp, query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "indiware-mobil"
QUERY = query_of({"timezone": "Europe/Berlin"})
DAY = date(2026, 11, 24)


def plan_of(body: str | bytes) -> Plan:
    return SOURCE.parse([Page("file:///p", body if isinstance(body, bytes) else body.encode())], QUERY)


def day() -> str:
    return (SAMPLES / "day.xml").read_text("utf-8")


def test_several_lessons_in_one_slot() -> None:
    lessons = [lesson for lesson in plan_of(day()).lessons if lesson.classes == ("5a",) and lesson.periods == ("2",)]
    assert lessons == [
        Lesson(
            "",
            date=DAY,
            weekday=1,
            week="2",
            periods=("2",),
            start=time(8, 40),
            end=time(9, 25),
            classes=("5a",),
            groups=("eth1",),
            status=Status.CANCELLED,
            was=Was(subject="eth1", teachers=("Herr Uhl",)),
        ),
        Lesson(
            "REL",
            date=DAY,
            weekday=1,
            week="2",
            periods=("2",),
            start=time(8, 40),
            end=time(9, 25),
            teachers=("Oel", "Mür"),
            rooms=("Aula",),
            classes=("5a",),
            groups=("rel2",),
            status=Status.CHANGED,
        ),
    ]


def test_equal_rows_of_several_classes_are_one() -> None:
    assert plan_of(day()).substitutions[1] == Substitution(
        Kind.ROOM, DAY, ("2",), ("5a", "5b"), "REL", ("Oel", "Mür"), ("Aula",), ("rel2",)
    )


def test_moved_in_takes_place_and_moved_away_does_not() -> None:
    status = {lesson.periods[0]: lesson.status for lesson in plan_of(day()).lessons if lesson.classes == ("5b",)}
    assert (status["3"], status["4"], status["5"]) == (Status.MOVED, Status.CANCELLED, Status.PLANNED)


def test_the_frame_of_the_day() -> None:
    plan = plan_of(day())
    assert plan.days == (DAY,)
    assert plan.bells == (Bell("1", time(7, 45), time(8, 30)), Bell("2", time(8, 40), time(9, 25)))
    assert plan.free_days[0] == FreeDays(date(2026, 12, 21), date(2026, 12, 23))
    assert [(target.kind, target.name) for target in plan.targets] == [
        (TargetKind.CLASS, n) for n in ("5a", "5b", "6a", "6b")
    ]


def test_a_plan_of_teachers_names_classes_where_a_class_plan_names_teachers() -> None:
    plan = plan_of(day().replace("<planart>K<", "<planart>L<").replace("<Kurz>5a<", "<Kurz>Tal<"))
    lesson = plan.lessons[1]
    assert (lesson.teachers, lesson.was) == (("Tal",), Was(subject="eth1", classes=("Herr Uhl",)))
    assert plan.targets[0].kind is TargetKind.TEACHER


@pytest.mark.parametrize(
    "broken",
    [
        ("<planart>K<", "<planart>R<"),
        ("Dienstag, 24. November 2026", "morgen"),
        ("<Kurz>5a</Kurz>", ""),
        ("Klassen>", "Klasse>"),
        ("Pl>", "Plan>"),
        ("Fa>", "Fach>"),
    ],
)
def test_another_layout_is_refused(broken: tuple[str, str]) -> None:
    with pytest.raises(SourceChanged):
        plan_of(day().replace(*broken))


def test_a_cut_is_seen_anywhere() -> None:
    body = (SAMPLES / "day.xml").read_bytes().rstrip()
    for place in range(1, 200):
        with pytest.raises(SourceError):
            plan_of(body[: len(body) * place // 200])


async def test_without_days_the_newest_file_lists_the_classes() -> None:
    url = "https://plan.school.example/12345678/mobil/mobdaten/Klassen.xml"
    http = RecordedHttp(SAMPLES / "site", [{"url": url, "file": "PlanKl20261124.xml"}])
    pages = await SOURCE.fetch(http, replace(QUERY, url="https://plan.school.example/12345678/"))
    assert len(SOURCE.parse(pages, QUERY).targets) == 3


async def test_a_weekend_is_not_asked_and_no_day_is_not_released() -> None:
    visit = json.loads((SAMPLES / "site" / "visit.json").read_text("utf-8"))
    query = replace(query_of(visit["query"]), start=date(2026, 11, 28), end=date(2026, 11, 30))
    with pytest.raises(NotReleased):
        await SOURCE.fetch(RecordedHttp(SAMPLES / "site", []), query)


class _Login(RecordedHttp):
    """Notes the basic auth of the requests."""

    auth: object = None

    async def get(self, url: str, **options: object) -> Page:
        self.auth = options.get("auth")
        return Page(url, (SAMPLES / "day.xml").read_bytes())


@pytest.mark.parametrize(
    ("username", "password", "want"),
    [("", "secret", ("schueler", "secret")), ("lehrer", "secret", ("lehrer", "secret")), ("lehrer", "", None)],
)
async def test_the_shared_login_is_basic_auth(username: str, password: str, want: object) -> None:
    http = _Login(SAMPLES, [])
    query = replace(QUERY, url="https://plan.school.example/12345678/mobil", username=username, password=password)
    await SOURCE.fetch(http, query)
    assert http.auth == want


@pytest.mark.parametrize(
    ("url", "sure"),
    [
        ("https://www.stundenplan24.de/12345678/", True),
        ("https://www.stundenplan24.de/12345678/mobil/plankl.html", True),
        ("https://plan.school.example/mobdaten/PlanKl20261124.xml", True),
        ("https://www.stundenplan24.de/", False),
        ("https://plan.school.example/12345678/", False),
    ],
)
def test_an_address_is_recognised(url: str, sure: bool) -> None:
    assert (SOURCE.recognise(Page(url, b"")) > 0.5) is sure


MIXED = """<VpMobil generator="x"><Kopf><planart>K</planart><DatumPlan>Dienstag, 24. November 2026</DatumPlan>
<zeitstempel>23.11.2026, 20:45</zeitstempel></Kopf><Klassen>
<Kl><Kurz>5a</Kurz><Pl><Std><St>1-2</St><Fa>GEO</Fa><Le>Tal</Le><Ra>6</Ra><Nr>241</Nr><If/></Std>
<Std><St>3</St><Fa FaAe="FaGeaendert">---</Fa><Le LeAe="LeGeaendert"/><Ra/><Nr>9</Nr><If>für ETH Uhl</If></Std></Pl>
<Unterricht><Ue><UeNr UeLe="Tal" UeFa="GEO" UeGr="geo1">241</UeNr></Ue></Unterricht>
<KlStunden><KlSt ZeitVon="07:45" ZeitBis="">1</KlSt><KlSt ZeitVon="08:35" ZeitBis="09:20">2</KlSt></KlStunden>
</Kl></Klassen></VpMobil>"""


def test_the_courses_of_a_class_may_stand_after_its_plan() -> None:
    double, nothing = plan_of(MIXED).lessons
    assert (double.groups, double.periods) == (("geo1",), ("1", "2"))
    assert (double.start, double.end) == (time(7, 45), time(9, 20)), "from the first period to the last"
    assert (nothing.subject, nothing.status, nothing.start) == ("", Status.CANCELLED, None)
    assert plan_of(MIXED).bells == (Bell("2", time(8, 35), time(9, 20)),)
    assert [row.kind for row in plan_of(MIXED).substitutions] == [Kind.CANCELLED]
