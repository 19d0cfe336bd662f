"""EduPage: cards joined with lessons, bells, weeks, terms, groups; the dated plan; substitutions; the visits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from bot.errors import (
    EmptyBody,
    LoginRequired,
    MaintenancePage,
    NotReleased,
    SourceChanged,
    SourceError,
    TruncatedPage,
    UnknownTarget,
    WrongPage,
)
from bot.model import FreeDays, Kind, Lesson, Notice, Plan, Status, Substitution, TargetKind, Was
from bot.scraper.contract import Page
from bot.scraper.edupage_list import timetables_on
from bot.scraper.reading import read
from bot.scraper.sources.edupage import SOURCE
from tests.scraper.sources.recorded import RecordedHttp, query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "edupage"
QUERY = query_of({})


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def plan_of(*texts: str, name: str = "", kind: TargetKind = TargetKind.CLASS) -> Plan:
    pages = [Page("file:///page.json", text.encode()) for text in texts]
    return SOURCE.parse(pages, replace(QUERY, name=name, kind=kind))


def changed(table: str, key: str, **values: object) -> str:
    """The regular timetable with some values of one row changed."""
    answer: dict[str, Any] = json.loads(sample("regular.json"))
    for one in answer["r"]["dbiAccessorRes"]["tables"]:
        if one["id"] == table:
            next(row for row in one["data_rows"] if row["id"] == key).update(values)
    return json.dumps(answer)


def test_a_double_lesson_whole() -> None:
    assert plan_of(sample("regular.json")).lessons[0] == Lesson(
        "Fizika",
        weekday=0,
        periods=("1", "2"),
        start=time(8),
        end=time(9, 40),
        teachers=("P. Vaitkus",),
        rooms=("302",),
        classes=("5a",),
    )


def test_cards_that_are_not_placed_are_no_lessons() -> None:
    lessons = plan_of(sample("regular.json")).lessons
    assert [(lesson.weekday, lesson.periods) for lesson in lessons] == [
        (0, ("1", "2")),
        (0, ("3",)),
        (1, ("0",)),
        (2, ("1",)),
        (3, ("10",)),
        (4, ("2",)),
    ]


def test_weeks_terms_groups_and_blank_ids() -> None:
    _, second, first, *_ = plan_of(sample("regular.json")).lessons
    assert (first.week, first.groups, first.teachers, first.rooms, first.note) == (
        "A",
        ("1 grupė",),
        ("O. Gervė",),
        ("Salė",),
        "",
    )
    assert (second.week, second.groups, second.teachers, second.rooms, second.note) == (
        "",
        ("2 grupė",),
        (),
        (),
        "I pusmetis",
    )


def test_a_card_in_some_of_three_weeks_is_a_lesson_for_each() -> None:
    lessons = plan_of(changed("cards", "c2", weeks="101")).lessons
    assert [lesson.week for lesson in lessons if lesson.weekday == 1] == ["A", "C"]


def test_a_joint_lesson_has_all_its_classes_teachers_and_rooms_and_no_midnight_hours() -> None:
    joint = plan_of(sample("regular.json")).lessons[4]
    assert (joint.classes, joint.teachers, joint.rooms) == (
        ("5a", "1b"),
        ("P. Vaitkus", "O. Gervė"),
        ("Salė", "302"),
    )
    assert (joint.start, joint.end, joint.groups) == (None, None, ())


def test_bells_of_the_class_and_of_the_weekday() -> None:
    lessons = plan_of(sample("regular.json"), name="1B").lessons
    assert [(lesson.weekday, lesson.start, lesson.end) for lesson in lessons] == [
        (2, time(8, 30), time(9, 5)),
        (3, None, None),
        (4, time(9, 10), time(9, 40)),
    ]


@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [
        (TargetKind.CLASS, "05 A", 4),
        (TargetKind.TEACHER, "P. Vaitkus", 2),
        (TargetKind.ROOM, "302", 2),
        (TargetKind.ROOM, "Fizikos kabinetas", 2),
    ],
)
def test_the_plan_of_one(kind: TargetKind, name: str, count: int) -> None:
    assert len(plan_of(sample("regular.json"), name=name, kind=kind).lessons) == count


def test_an_unknown_class_and_one_without_lessons() -> None:
    with pytest.raises(UnknownTarget) as caught:
        plan_of(sample("regular.json"), name="5c")
    assert caught.value.nearest == ("5a",)
    bare = changed("lessons", "*54", classids=["*1"]).replace('["*1", "*2"]', '["*1"]')
    with pytest.raises(NotReleased):
        plan_of(bare, name="1b")


def test_the_dated_plan_with_its_names() -> None:
    plan = plan_of(sample("names.json"), sample("dated.json"), name="5a")
    cancelled, double = plan.lessons
    assert double == Lesson(
        "Fizika",
        date=date(2026, 11, 25),
        weekday=2,
        periods=("1", "2"),
        start=time(8),
        end=time(9, 40),
        teachers=("P. Vaitkus",),
        rooms=("302",),
        classes=("5a",),
        status=Status.CHANGED,
    )
    assert (cancelled.date, cancelled.status, cancelled.groups, cancelled.classes) == (
        date(2026, 11, 24),
        Status.CANCELLED,
        ("1 grupė",),
        ("5a", "1b"),
    )
    assert plan.notices == (Notice("Karjeros diena", date(2026, 11, 26)),)
    assert plan.days == (date(2026, 11, 24), date(2026, 11, 25))


def test_substitutions_and_a_day_without() -> None:
    day = date(2026, 11, 24)
    plan = plan_of(sample("substitutions.json"))
    assert plan.substitutions == (
        Substitution(Kind.SUBSTITUTION, day, ("1", "2"), ("5a",), "Fizika", note="Pavaduoja: O. Gervė"),
        Substitution(Kind.CANCELLED, day, ("5",), ("5a",), "Kūno kultūra", label="Nevyksta"),
        Substitution(Kind.EVENT, day, (), classes=("1b",), note="Išvyka"),
    )
    assert plan.days == (day,)
    none = plan_of(sample("no-substitutions.json"))
    assert (none.substitutions, none.days) == ((), (date(2026, 11, 25),))


def report_of(markup: str) -> Plan:
    return plan_of(json.dumps({"r": markup}))


def cell(part: str, text: str) -> str:
    return f'<td class="{part}"><span class="print-font-resizable">{text}</span></td>'


def test_substitutions_in_a_table_and_the_messages_above_it() -> None:
    moved = "Pavaduoja: <s>P. Vaitkus</s> ➔ O. Gervė, Kabinetas: <s>A52</s> ➔ A43"
    first = cell("period", "5") + cell("what", "<s>geografija</s> ➔ fizika") + cell("info", moved)
    second = cell("period", "(6)") + cell("what", "<s>muzika</s>") + cell("info", "Nevyksta")
    third = cell("period", "1 - 2") + cell("what", "fizika") + cell("info", "Kabinetas: <s>1</s> ➔ 2, rūsyje")
    plan = report_of(
        '<div><style type="text/css">.x .row {a}</style><div data-date="2026-11-24">'
        '<div><span class="print-font-resizable">Nėra mokytojų: P. Vaitkus (5 - 9)</span></div>'
        f'<table><tbody><tr><td rowspan="2" class="header">5a</td>{first}</tr><tr>{second}</tr></tbody>'
        f'<tbody><tr><td rowspan="1" class="header">1b</td>{third}</tr></tbody></table></div></div>'
    )
    day = date(2026, 11, 24)
    assert plan.substitutions == (
        Substitution(
            Kind.SUBSTITUTION,
            day,
            ("5",),
            ("5a",),
            "fizika",
            teachers=("O. Gervė",),
            rooms=("A43",),
            label="Pavaduoja",
            was=Was(subject="geografija", teachers=("P. Vaitkus",), rooms=("A52",)),
        ),
        Substitution(Kind.CANCELLED, day, ("6",), ("5a",), "muzika", label="Nevyksta"),
        Substitution(Kind.ROOM, day, ("1", "2"), ("1b",), "fizika", rooms=("2",), was=Was(rooms=("1",)), note="rūsyje"),
    )
    assert plan.notices == (Notice("Nėra mokytojų: P. Vaitkus (5 - 9)", day),)


def row(kind: str, period: str, info: str) -> str:
    return f'<div class="row {kind}"><div class="period">{period}</div><div class="info">{info}</div></div>'


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        (
            row("change", "3", "(history) ➔ Biology - Substitution: (Kain Peter) ➔ Abel Ada, in the lab"),
            {
                "kind": Kind.SUBSTITUTION,
                "periods": ("3",),
                "subject": "Biology",
                "teachers": ("Abel Ada",),
                "label": "Substitution",
                "was": Was(subject="history", teachers=("Kain Peter",)),
                "note": "in the lab",
            },
        ),
        (
            row(
                "remove", "(1 - 2)", "group 2: informatics - Kain Peter, Abel Ada, Cancelled, stay at home, all of you"
            ),
            {
                "kind": Kind.CANCELLED,
                "periods": ("1", "2"),
                "subject": "informatics",
                "groups": ("group 2",),
                "label": "Cancelled",
                "was": Was(teachers=("Kain Peter", "Abel Ada")),
                "note": "stay at home, all of you",
            },
        ),
        (
            row("change", "4", "maths - Classroom: (12) ➔ 14"),
            {
                "kind": Kind.ROOM,
                "periods": ("4",),
                "subject": "maths",
                "rooms": ("14",),
                "was": Was(rooms=("12",)),
            },
        ),
        (
            row("change", "2", "5a: maths - Substitution for: Kain Peter, Classroom: 29"),
            {
                "kind": Kind.SUBSTITUTION,
                "periods": ("2",),
                "subject": "maths",
                "rooms": ("29",),
                "groups": ("5a",),
                "note": "Substitution for: Kain Peter",
            },
        ),
        (
            row("absent", "whole day", '<img src="/absent.svg"/>Absent'),
            {"kind": Kind.OTHER, "label": "whole day", "note": "Absent"},
        ),
        (
            row("event", "18:00 - 19:00", "Parents' evening - for all"),
            {"kind": Kind.EVENT, "label": "18:00 - 19:00", "note": "Parents' evening - for all"},
        ),
        (
            row("change", "5", "changed: see the board"),
            {"kind": Kind.SUBSTITUTION, "periods": ("5",), "note": "changed: see the board"},
        ),
    ],
)
def test_what_a_row_says_of_its_lesson(markup: str, wanted: dict[str, Any]) -> None:
    # The rows stand inside the header on some sites.
    for report in (
        f'<div class="section"><div class="header"><span>5a</span></div><div class="rows">{markup}</div></div>',
        f'<div class="section"><div class="header"><span>5a</span><div class="rows">{markup}</div></div></div>',
    ):
        plan = report_of(f'<div data-date="2026-11-24">{report}</div>')
        plain = Substitution(Kind.OTHER, date(2026, 11, 24), classes=("5a",))
        assert plan.substitutions == (replace(plain, **wanted),)


def test_the_mark_of_an_empty_day_is_no_row() -> None:
    marked = (
        '<div class="row nosubst"><div class="period"></div><div class="info">Šiai dienai pavadavimų nėra.</div></div>'
    )
    rows = f'<div class="section"><div class="header">5a</div><div class="rows">{marked}</div></div>'
    plan = report_of(f'<div data-date="2026-11-24">{rows}</div>')
    assert (plan.substitutions, plan.days) == ((), (date(2026, 11, 24),))
    plan = report_of('<div data-date="2026-11-24"><div>W tym dniu nie ma żadnych zastępstw.</div></div>')
    assert (plan.substitutions, plan.days) == ((), (date(2026, 11, 24),))
    with pytest.raises(SourceChanged):
        report_of('<div data-date="2026-11-24"><div>…</div></div>')


@pytest.mark.parametrize(
    ("day", "numbers"),
    [
        (date(2026, 9, 15), ["5"]),
        (date(2026, 11, 23), ["7", "8", "5"]),  # 9 is hidden, 6 has not begun
        (date(2027, 3, 1), ["6", "7", "8", "5"]),
        (date(2026, 8, 1), ["7"]),  # none has begun: the default
    ],
)
def test_which_timetable_is_valid(day: date, numbers: list[str]) -> None:
    assert timetables_on(json.loads(sample("timetables.json"))["r"], day) == numbers


@pytest.mark.parametrize("name", ["regular.json", "names.json", "substitutions.json", "timetables.json"])
def test_cut_anywhere_is_named(name: str) -> None:
    text = sample(name).rstrip()
    for cut in {1 + (len(text) - 2) * step // 120 for step in range(121)}:
        with pytest.raises(SourceError):
            plan_of(text[:cut])
    with pytest.raises(TruncatedPage):
        plan_of(text[: len(text) // 2])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyBody),
        ("<html><title>Login</title><input type=password></html>", LoginRequired),
        ("<html><h1>Maintenance</h1></html>", MaintenancePage),
        ("<html><p>Tvarkaraštis</p></html>", WrongPage),
        ('{"data": {"days": []}}', WrongPage),
        ("[1, 2]", WrongPage),
        (sample("refused.json"), LoginRequired),
        (sample("reload.json"), LoginRequired),
        (sample("dated.json"), SourceChanged),
        ('{"r": {"error": "boom"}}', SourceChanged),
        ('{"r": null}', SourceChanged),
        ('{"r": ""}', SourceChanged),
        ('{"r": "<div>ok</div>"}', SourceChanged),
        ('{"r": {"dbiAccessorRes": {"tables": []}}}', SourceChanged),
        ('{"r": {"regular": {}}}', SourceChanged),
        (sample("regular.json").replace('"cards"', '"kortos"'), SourceChanged),
        (sample("regular.json").replace('"lessonid"', '"pamoka"'), SourceChanged),
        (sample("regular.json").replace('"days": "', '"days": "0000000'), SourceChanged),
        (changed("cards", "c3", period="33"), SourceChanged),
    ],
)
def test_refusals(text: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        plan_of(text)


@pytest.mark.parametrize("visit", ["regular", "dated", "list"])
async def test_a_visit(visit: str) -> None:
    folder = SAMPLES / "site" / visit
    values = json.loads((folder / "visit.json").read_text("utf-8"))
    http = RecordedHttp(folder, values["requests"])
    query = query_of(values["query"])
    plan = SOURCE.parse(await SOURCE.fetch(http, query), query)
    assert http.left == []
    assert len(plan.lessons) == len(values["plan"]["lessons"])
    assert len(plan.targets) == len(values["plan"]["targets"])


async def test_a_week_without_dated_items_is_not_released(tmp_path: Path) -> None:
    folder = SAMPLES / "site" / "dated"
    values = json.loads((folder / "visit.json").read_text("utf-8"))
    for name in ("timetable.html", "timetables.json", "names.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "dated.json").write_text('{"r": {"ttitems": []}}')
    with pytest.raises(NotReleased):
        await SOURCE.fetch(RecordedHttp(tmp_path, values["requests"]), query_of(values["query"]))


def test_recognised() -> None:
    for name in ("regular.json", "names.json", "dated.json", "substitutions.json", "no-substitutions.json"):
        assert SOURCE.recognise(Page("file:///a", sample(name).encode())) == 1.0
    assert SOURCE.recognise(Page("https://mokykla.edupage.org/timetable/", b"")) > 0.5
    assert SOURCE.recognise(Page("file:///a", b'{"days": []}')) == 0.0


def test_columns_that_no_lesson_needs_change_nothing() -> None:
    more = changed("lessons", "*50", classdata={"*1": {"groups": "10"}}, color="#ff0000", seminargroup=None)
    assert plan_of(more) == plan_of(sample("regular.json"))


def dated(*items: Mapping[str, object]) -> str:
    return json.dumps({"r": {"ttitems": list(items)}})


def test_an_event_of_the_whole_day_frees_a_day_without_lessons() -> None:
    feast = {"type": "event", "date": "2026-11-25", "starttime": "00:00", "endtime": "24:00", "main": True}
    named = feast | {"name": "Šventė"}
    alone = plan_of(dated(named))  # an event says its own name: nothing else is needed
    assert alone.free_days == (FreeDays(date(2026, 11, 25), date(2026, 11, 25), "Šventė"),)
    assert (alone.days, alone.notices) == ((date(2026, 11, 25),), (Notice("Šventė", date(2026, 11, 25)),))
    card = {"type": "card", "date": "2026-11-25", "uniperiod": "1", "subjectid": "-20", "classids": ["-1"]}
    assert plan_of(sample("names.json"), dated(named, card), name="5a").free_days == ()
    with pytest.raises(SourceChanged):
        plan_of(dated(named, card))


def test_teachers_with_one_short_name_are_told_apart() -> None:
    answer: dict[str, Any] = json.loads(sample("regular.json"))
    tables = {one["id"]: one["data_rows"] for one in answer["r"]["dbiAccessorRes"]["tables"]}
    first, second = tables["teachers"][:2]
    second["short"] = first["short"]
    plan = plan_of(json.dumps(answer), name=first["short"], kind=TargetKind.TEACHER)
    of_first = {row["id"] for row in tables["lessons"] if first["id"] in row["teacherids"]}
    placed = [card for card in tables["cards"] if card["lessonid"] in of_first and card["days"] and card["period"]]
    assert len({(one.weekday, one.periods) for one in plan.lessons}) == len(placed)


def test_a_report_is_read_for_the_wanted_class() -> None:
    assert [one.classes for one in plan_of(sample("substitutions.json"), name="1B").substitutions] == [("1b",)]
    both = plan_of(sample("regular.json"), sample("substitutions.json"), name="1b")
    assert [one.classes for one in both.substitutions] == [("1b",)]
    assert (bool(both.lessons), both.days) == (True, ())


REFUSED = '{"r": {"error": "Insufficient privileges"}}'


class Site:
    """A school's viewer: the answer of each function, a timetable by its number. `asked`: the functions, in order."""

    def __init__(self, *timetables: Mapping[str, object], allow: object = False, **answers: str) -> None:
        rows = [{"text": "", "year": 2026, "hidden": False, **row} for row in timetables]
        current = {} if allow is None else {"current": {"allow": allow}}
        listed = {"r": {**current, "regular": {"default_num": "7", "timetables": rows}}}
        self.answers = {
            "getTTViewerData": json.dumps(listed),
            "mainDBIAccessor": REFUSED,
            "getSubstViewerDayDataHtml": REFUSED,
            "regularttGetData7": sample("regular.json"),
        } | answers
        self.asked: list[str] = []

    async def get(self, url: str, **_: object) -> Page:
        return Page(url, b"<html></html>")

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        raise AssertionError(url)

    async def post(self, url: str, *, json: Any = None, **_: object) -> Page:
        function = url.partition("__func=")[2]
        number = json["__args"][1] if function == "regularttGetData" else ""
        self.asked.append(f"{function}{number}")
        return Page(url, self.answers[f"{function}{number}"].encode())


AUTUMN = {"tt_num": "7", "datefrom": "2026-09-01"}
WEEK = {"start": "2026-11-23", "end": "2026-11-30", "name": "5a"}


async def visited(site: Site, **values: str) -> Plan:
    query = query_of(WEEK | values)
    return read(SOURCE, await SOURCE.fetch(site, query), query)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (sample("reload.json"), LoginRequired),
        (REFUSED, LoginRequired),
        (sample("dated.json")[:200], TruncatedPage),
        ('{"r": {"error": "boom"}}', SourceChanged),
        ("<html><h1>Maintenance</h1></html>", MaintenancePage),
        ('{"r": {"ttitems": []}}', NotReleased),
    ],
)
async def test_a_dated_plan_that_fails_is_not_replaced_by_the_weekly_one(answer: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        await visited(Site(AUTUMN, allow=True, mainDBIAccessor=sample("names.json"), curentttGetData=answer))
    if error is not NotReleased:
        with pytest.raises(error):
            await visited(Site(AUTUMN, allow=True, mainDBIAccessor=answer))
    if answer != REFUSED:  # the main database is open, so the school has dated plans
        with pytest.raises(error):
            await visited(Site(AUTUMN, allow=None, mainDBIAccessor=sample("names.json"), curentttGetData=answer))


async def test_a_main_database_without_anybody_is_no_dated_plan() -> None:
    nobody = '{"r": {"tables": []}}'
    with pytest.raises(SourceChanged):
        await visited(Site(AUTUMN, allow=True, mainDBIAccessor=nobody))
    assert (await visited(Site(AUTUMN, allow=None, mainDBIAccessor=nobody))).lessons


async def test_a_school_without_dated_plans_has_its_weekly_one() -> None:
    names = sample("names.json")
    for site in (
        Site(AUTUMN),
        Site(AUTUMN, allow=None),
        Site(AUTUMN, allow=None, mainDBIAccessor='{"r": {"error": "boom"}}'),
        Site(AUTUMN, allow=None, mainDBIAccessor=names, curentttGetData=REFUSED),
    ):
        assert {lesson.date for lesson in (await visited(site)).lessons} == {None}
    with pytest.raises(TruncatedPage):
        await visited(Site(AUTUMN, allow=None, mainDBIAccessor=names[:300]))


async def test_the_days_of_teachers_may_be_kept_from_visitors() -> None:
    site = Site(AUTUMN, allow=True, mainDBIAccessor=sample("names.json"), curentttGetData=REFUSED)
    plan = await visited(site, name="P. Vaitkus", kind="teacher")
    assert {lesson.date for lesson in plan.lessons} == {None}


WINTER = {"tt_num": "8", "datefrom": "2026-11-25"}


def days_of_lessons(plan: Plan) -> list[tuple[str, int | None, str]]:
    return [(str(lesson.date or ""), lesson.weekday, lesson.subject) for lesson in plan.lessons]


async def test_a_timetable_that_begins_in_the_week_holds_from_its_day_on() -> None:
    plain = changed("cards", "c2", weeks="111")
    later = plain.replace("Fizika", "Fizika II")
    site = Site(AUTUMN, WINTER, regularttGetData7=plain, regularttGetData8=later)
    query = query_of(WEEK)
    plan = SOURCE.parse(await SOURCE.fetch(site, query), query)
    assert days_of_lessons(plan)[:3] == [
        ("2026-11-23", 0, "Fizika"),
        ("2026-11-23", 0, "Angl"),
        ("2026-11-24", 1, "Angl"),
    ]
    assert {lesson.subject for lesson in plan.lessons if lesson.date is None} == {"Fizika II", "Angl", "Kūno kultūra"}
    assert plan.valid_from == date(2026, 11, 25)
    assert plan.days == (date(2026, 11, 23), date(2026, 11, 24))
    # What is printed for the asked week has no Monday of the new timetable: it begins on Wednesday.
    printed = days_of_lessons(await visited(site))
    assert printed[3:] == [("", 3, "Kūno kultūra")]
    assert days_of_lessons(await visited(site, end="2026-12-07"))[:3] == days_of_lessons(plan)[:3]


async def test_one_that_begins_on_the_first_day_or_after_the_last_is_alone() -> None:
    later = sample("regular.json").replace("Fizika", "Fizika II")
    for begin, wanted in (("2026-11-23", "Fizika II"), ("2026-11-30", "Fizika")):
        site = Site(AUTUMN, {**WINTER, "datefrom": begin}, regularttGetData8=later)
        plan = await visited(site)
        assert (plan.lessons[0].subject, plan.lessons[0].date, plan.valid_from) == (wanted, None, None)


@pytest.mark.parametrize(("today", "wanted"), [("2026-11-24", "Fizika"), ("2026-11-26", "Fizika II")])
async def test_where_a_day_has_an_unknown_week_type_the_timetable_of_today_stands_for_all(
    today: str, wanted: str
) -> None:
    site = Site(AUTUMN, WINTER, regularttGetData8=sample("regular.json").replace("Fizika", "Fizika II"))
    plan = await visited(site, today=today)
    assert (plan.lessons[0].subject, plan.lessons[0].date, plan.valid_from) == (wanted, None, None)


async def test_before_the_first_timetable_begins_its_days_are_unknown() -> None:
    plan = await visited(Site({**AUTUMN, "datefrom": "2026-12-01"}))
    assert (plan.valid_from, {lesson.date for lesson in plan.lessons}) == (date(2026, 12, 1), {None})


async def test_a_class_that_another_building_lists_without_lessons() -> None:
    bare: dict[str, Any] = json.loads(sample("regular.json"))
    for table in bare["r"]["dbiAccessorRes"]["tables"]:
        if table["id"] == "lessons":
            for row in table["data_rows"]:
                row["classids"] = [key for key in row["classids"] if key != "*1"]
    branch = {"tt_num": "8", "datefrom": "2026-11-02"}
    site = Site(AUTUMN, branch, regularttGetData8=json.dumps(bare))
    plan = await visited(site)
    assert (len(plan.lessons), site.asked[1:3]) == (4, ["regularttGetData8", "regularttGetData7"])
    with pytest.raises(NotReleased):
        await visited(Site(AUTUMN, regularttGetData7=json.dumps(bare)))
    with pytest.raises(UnknownTarget) as caught:
        await visited(site, name="5c")
    assert caught.value.nearest == ("5a",)


async def test_beside_other_timetables_of_the_year_a_list_of_classes_is_not_all_there_is() -> None:
    branch = {"tt_num": "8", "datefrom": "2026-08-01"}
    assert not (await visited(Site(AUTUMN, branch))).whole_list
    assert (await visited(Site(AUTUMN))).whole_list
    assert (await visited(Site(AUTUMN, {**branch, "hidden": True}))).whole_list
    assert (await visited(Site(AUTUMN, {**branch, "year": 2025}))).whole_list


def test_groups_of_other_classes_are_not_of_the_class() -> None:
    answer: dict[str, Any] = json.loads(sample("regular.json"))
    tables = {one["id"]: one["data_rows"] for one in answer["r"]["dbiAccessorRes"]["tables"]}
    joint = next(row for row in tables["lessons"] if row["id"] == "*53")
    tables["groups"] += [
        {"id": "g1", "name": "Visa klasė", "classid": "*1", "entireclass": True},
        {"id": "g2", "name": "Mat 4", "classid": "*2", "entireclass": False},
    ]
    joint["groupids"] = ["g1", "g2"]
    text = json.dumps(answer)
    groups = {
        name: next(one.groups for one in plan_of(text, name=name).lessons if len(one.classes) == 2)
        for name in ("5a", "1b", "")
    }
    assert groups == {"5a": (), "1b": ("Mat 4",), "": ("Mat 4",)}
