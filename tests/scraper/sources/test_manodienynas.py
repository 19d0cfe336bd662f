"""Mano dienynas: tasks, tests, timetable; months letter by letter; the sign-in and what may go wrong with it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from bot.errors import LoginRequired, MaintenancePage, NotReleased, SourceChanged, SourceError, TruncatedPage, WrongPage
from bot.model import Exam, Homework, Lesson, Plan
from bot.scraper.contract import Page
from bot.scraper.sources.manodienynas import MONTHS, SOURCE, iso_date, lesson_date, month_number
from tests.scraper.sources.recorded import query_of

SAMPLES = Path(__file__).parents[2] / "samples" / "manodienynas"
QUERY = replace(query_of({}), url="https://www.manodienynas.lt/", username="ona", password="slapta")
BASE = "https://www.manodienynas.lt/1/lt"


def plan_of(body: str | bytes, url: str = "file:///p") -> Plan:
    return SOURCE.parse([Page(url, body if isinstance(body, bytes) else body.encode())], QUERY)


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def test_a_task_whole() -> None:
    assert plan_of(sample("homework.html")).homework[0] == Homework(
        "Lietuvių kalba ir literatūra",
        "Perskaityti 3 skyrių.\nAtsakyti į klausimus.",
        assigned=date(2026, 11, 20),
        due=date(2026, 11, 24),
        links=("https://files.example/a.pdf",),
        id="72/2026-11-20",
    )


def test_an_unreadable_due_date_is_no_date() -> None:
    assert plan_of(sample("homework.html")).homework[1].due is None
    assert [iso_date(text) for text in ("0000-00-00", "-", "", "2026-02-30")] == [None] * 4
    assert iso_date("2026-11-24 00:00:00") == date(2026, 11, 24)


def test_a_lesson_date_takes_its_year_from_the_entry() -> None:
    assert plan_of(sample("homework.html")).homework[2].assigned == date(2025, 12, 31)


def test_advertisements_are_no_homework() -> None:
    plan = plan_of(sample("homework.html"))
    assert len(plan.homework) == 5
    assert not any("ads.example" in link for task in plan.homework for link in task.links)


def test_two_tasks_of_one_lesson_stay_two_and_share_no_key() -> None:
    english = [task for task in plan_of(sample("homework.html")).homework if task.subject == "Anglų kalba"]
    assert [(task.text, task.id) for task in english] == [("Words, unit 4", ""), ("Essay", "")]


def test_a_page_read_twice_gives_each_task_once() -> None:
    page = Page("file:///p", sample("homework.html").encode())
    assert len(SOURCE.parse([page, page], QUERY).homework) == 5


def test_tests_with_and_without_a_date() -> None:
    assert plan_of(sample("exams.html")).exams == (
        Exam("Matematika 9a", date(2026, 12, 1), "Kontrolinis darbas: Lygtys"),
        Exam("Biologija 9a", None, "Projektas"),
    )


def test_the_timetable() -> None:
    lessons = plan_of(sample("schedule.html")).lessons
    assert lessons[0] == Lesson("Matematika", weekday=0, periods=("1",), start=time(8), end=time(8, 45))
    assert [(lesson.subject, lesson.weekday, lesson.periods) for lesson in lessons[1:]] == [
        ("Anglų kalba", 1, ("1",)),
        ("Vokiečių kalba", 1, ("1",)),
        ("Dailė", 1, ("2",)),
    ]


# Letter by letter: a look-alike of another alphabet in the table would not be one of these.
SPELLED = (
    ("s", "a", "u", "s", "i", "o"),
    ("v", "a", "s", "a", "r", "i", "o"),
    ("k", "o", "v", "o"),
    ("b", "a", "l", "a", "n", "d", "\u017e", "i", "o"),
    ("g", "e", "g", "u", "\u017e", "\u0117", "s"),
    ("b", "i", "r", "\u017e", "e", "l", "i", "o"),
    ("l", "i", "e", "p", "o", "s"),
    ("r", "u", "g", "p", "j", "\u016b", "\u010d", "i", "o"),
    ("r", "u", "g", "s", "\u0117", "j", "o"),
    ("s", "p", "a", "l", "i", "o"),
    ("l", "a", "p", "k", "r", "i", "\u010d", "i", "o"),
    ("g", "r", "u", "o", "d", "\u017e", "i", "o"),
)


@pytest.mark.parametrize(("number", "letters"), list(enumerate(SPELLED, 1)))
def test_a_month_is_spelled_in_our_letters(number: int, letters: tuple[str, ...]) -> None:
    name = "".join(letters)
    assert MONTHS[number - 1][0] == name
    for written in MONTHS[number - 1]:
        assert all(unicodedata.name(letter).startswith("LATIN ") for letter in written)
        assert month_number(written) == month_number(written.upper()) == number
    assert month_number(unicodedata.normalize("NFD", name)) == number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("Rugs\u0117j\u043e", 9),  # a Cyrillic o
        ("S\u0440\u0430lio", 10),  # a Cyrillic r and a
        ("\u041aovo", 3),  # a Cyrillic capital k
        ("li\u0435p\u043es", 7),  # a Cyrillic e and o
        ("geguz\u0117s", 5),  # an accent lost
        ("Antradienis", None),
        ("", None),
    ],
)
def test_look_alike_letters_in_a_page_are_read(written: str, number: int | None) -> None:
    assert month_number(written) == number


def test_a_lesson_date_that_is_none() -> None:
    near = date(2026, 11, 23)
    assert lesson_date("Vasario 30 Antradienis", near) is None
    assert lesson_date("Vakar", near) is None
    assert lesson_date("Sausio 4 Pirmadienis", date(2026, 12, 28)) == date(2027, 1, 4)


def test_an_empty_table_says_nothing_unless_it_says_so() -> None:
    head = sample("homework.html").split('<tr class="simple_info_block')[0]
    with pytest.raises(NotReleased):
        plan_of(f"{head}</tbody></table></div>")
    said = plan_of(f'{head}<tr><td colspan="7">Įrašų nėra</td></tr></tbody></table></div>')
    assert said.homework == ()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (sample("login.html"), LoginRequired),
        (sample("refused.json"), LoginRequired),
        ('{"message": false, "url": "/1/lt/page/"}', WrongPage),
        ("{}", WrongPage),
        ("<html><body>Vyksta priežiūros darbai</body></html>", MaintenancePage),
        ('<div id="act-user-info-text"></div><p>Sveiki</p>', SourceChanged),
        (sample("homework.html").replace("Atlikti iki", "Kada"), SourceChanged),
    ],
)
def test_what_is_no_diary(body: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        plan_of(body)


@pytest.mark.parametrize("name", ["homework.html", "exams.html", "schedule.html"])
def test_a_cut_inside_the_table_is_seen(name: str) -> None:
    body = sample(name)
    start, end = body.index("<table"), body.rindex("</table>")
    for place in range(100):
        with pytest.raises(SourceError):
            plan_of(body[: start + (end - start) * place // 100])
    with pytest.raises(TruncatedPage):
        plan_of(body[:end])


class _Diary:
    """The site: counts sign-ins, and ends the session once when asked to."""

    def __init__(self, *, accepts: bool = True, ends: bool = False) -> None:
        self.accepts = accepts
        self.ends = ends
        self.sign_ins = 0
        self.asked: list[str] = []

    async def get(self, url: str, **_: object) -> Page:
        path = url.removeprefix(BASE)
        self.asked.append(path)
        if "login" in path:
            return Page(url, sample("login.html").encode())
        if self.ends:
            self.ends = False
            return Page(url, sample("login.html").encode())
        pages = {"control_work": "exams.html", "schedule": "schedule.html"}
        name = pages.get(path.split("/")[2], "homework.html")
        if "atostog" in path:
            head = "<tr><th>Pavadinimas</th><th>Nuo</th><th>Iki</th></tr>"
            row = "<tr><td>Žiemos</td><td>2026-12-28</td><td>2027-01-08</td></tr>"
            return Page(url, f'<table class="tableBack fullWidth">{head}{row}</table>'.encode())
        return Page(url, sample(name).encode())

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        raise AssertionError(url)

    async def post(self, url: str, *, data: object = None, **_: object) -> Page:
        path = url.removeprefix(BASE)
        if path == "/ajax/user/login":
            self.sign_ins += 1
            assert data == {"username": "ona", "password": "slapta", "dienynas_remember_me": "1"}
            answer = (
                '{"message":false,"message_type":0,"url":"/1/lt/page/"}' if self.accepts else sample("refused.json")
            )
            return Page(url, answer.encode())
        self.asked.append(path)
        number = int(path.rsplit("/", 1)[1])
        more = f'<a href="/1/lt/page/classhomework/home_work/0/{number + 1}">{number + 1}</a>' if number < 2 else ""
        body = sample("homework.html").replace("Kartoti", f"Kartoti {number}") + more
        return Page(url, body.encode())


async def test_a_visit_signs_in_once_and_reads_every_page() -> None:
    diary = _Diary()
    plan = SOURCE.parse(await SOURCE.fetch(diary, QUERY), QUERY)
    assert diary.sign_ins == 1
    assert [path for path in diary.asked if "home_work/0" in path] == [
        f"/page/classhomework/home_work/0/{n}" for n in range(3)
    ]
    assert {task.text for task in plan.homework} >= {"Kartoti", "Kartoti 0", "Kartoti 1", "Kartoti 2"}
    assert (len(plan.exams), len(plan.lessons), plan.free_days[0].name) == (2, 4, "Žiemos")


async def test_a_school_without_a_timetable_still_has_homework() -> None:
    pages = [
        Page(f"{BASE}/page/classhomework/home_work", sample("homework.html").encode()),
        Page(f"{BASE}/page/schedule/view", b'<div id="act-user-info-text"></div><p>Sveiki</p>'),
    ]
    assert len(SOURCE.parse(pages, QUERY).homework) == 5
    with pytest.raises(SourceChanged):
        SOURCE.parse([replace(pages[1], url=pages[0].url), pages[1]], QUERY)


async def test_a_wrong_password_is_told_once_and_not_tried_again() -> None:
    diary = _Diary(accepts=False)
    with pytest.raises(LoginRequired, match="refused") as caught:
        await SOURCE.fetch(diary, QUERY)
    assert diary.sign_ins == 1
    assert "slapta" not in str(caught.value)


async def test_without_an_account_nothing_is_asked() -> None:
    diary = _Diary()
    with pytest.raises(LoginRequired):
        await SOURCE.fetch(diary, replace(QUERY, password=""))
    assert (diary.asked, diary.sign_ins) == ([], 0)


async def test_a_session_that_ended_is_opened_once_more() -> None:
    diary = _Diary(ends=True)
    plan = SOURCE.parse(await SOURCE.fetch(diary, QUERY), QUERY)
    assert diary.sign_ins == 2
    assert plan.homework
