from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import LoginRequired, NotReleased, SourceChanged, SourceError, TruncatedPage, WrongPage
from bot.model import Kind
from bot.scraper.contract import Http, Page, Query
from bot.scraper.sources import untis_monitor

SAMPLES = Path(__file__).parents[2] / "samples" / "untis-monitor"
BASE = "https://plan.school.example/v"


def query(url: str = f"{BASE}/subst_001.htm") -> Query:
    return Query(url=url, timezone=ZoneInfo("Europe/Berlin"), today=date(2026, 11, 23))


def page(body: str | bytes, url: str = f"{BASE}/subst_001.htm") -> Page:
    return Page(url, body.encode() if isinstance(body, str) else body)


def plan_page(
    rows: str, *, heads: str = "Std.,Klasse(n),Fach,Art", title: str = "23.11.2026 Montag", head: str = ""
) -> str:
    cells = "".join(f"<th class=list>{word}</th>" for word in heads.split(","))
    return (
        f"<html><head>{head}</head><body><div class=mon_title>{title}</div>"
        f"<table class=mon_list><tr class=list>{cells}</tr>{rows}</table></body></html>"
    )


def row(*cells: str) -> str:
    return "<tr class='list odd'>" + "".join(f"<td class=list>{cell}</td>" for cell in cells) + "</tr>"


def group(name: str, width: int = 4) -> str:
    return f"<tr class='list odd'><td class='list inline_header' colspan={width}>{name}</td></tr>"


class Site:
    """A school's server: addresses and their pages; what was asked is kept."""

    def __init__(self, pages: dict[str, str], **moved: str) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def get(self, url: str, **_: object) -> Page:
        self.asked.append(url)
        if url not in self.pages:
            raise NotReleased(f"nothing at {url}")
        return page(self.pages[url], url)

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        return await self.get(url) if url in self.pages else None


async def fetched(pages: dict[str, str], url: str = f"{BASE}/subst_001.htm") -> tuple[list[str], tuple[Page, ...]]:
    site = Site(pages)
    http: Http = site  # type: ignore[assignment] # only `get` is asked
    found = await untis_monitor.fetch(http, query(url))
    return site.asked, found


def linked(target: str) -> str:
    refresh = f'<meta http-equiv="refresh" content="7; URL={target}">'
    return plan_page(row("1", "5a", "Ma", f"Entfall {target}"), head=refresh)


async def test_the_chain_ends_where_it_began() -> None:
    pages = {f"{BASE}/subst_00{n}.htm": linked(f"subst_00{n % 3 + 1}.htm") for n in (1, 2, 3)}
    asked, found = await fetched(pages)
    assert asked == list(pages)
    assert [one.url for one in found] == list(pages)


async def test_a_page_that_refreshes_itself_is_one_page() -> None:
    asked, _ = await fetched({f"{BASE}/subst_001.htm": linked("subst_001.htm")})
    assert asked == [f"{BASE}/subst_001.htm"]


@pytest.mark.parametrize(
    "target", ["https://other.example/subst_002.htm", "//other.example/x", "file:///etc/passwd", "http://[x/"]
)
async def test_the_chain_stays_on_its_host(target: str) -> None:
    asked, _ = await fetched({f"{BASE}/subst_001.htm": linked(target)})
    assert asked == [f"{BASE}/subst_001.htm"]


async def test_an_endless_chain_is_refused() -> None:
    pages = {f"{BASE}/subst_{n:03}.htm": linked(f"subst_{n + 1:03}.htm") for n in range(1, 200)}
    with pytest.raises(SourceChanged, match="60 pages"):
        await fetched(pages)


async def test_a_chain_with_a_page_missing_is_no_plan() -> None:
    with pytest.raises(NotReleased):
        await fetched({f"{BASE}/subst_001.htm": linked("subst_002.htm")})


async def test_the_frames_of_a_frameset_are_asked() -> None:
    frames = "<html><frameset><frame src='f1/subst_001.htm'><frame src='f2/subst_001.htm'></frameset></html>"
    pages = {f"{BASE}/": frames, f"{BASE}/f1/subst_001.htm": linked("#"), f"{BASE}/f2/subst_001.htm": linked("?")}
    asked, found = await fetched(pages, f"{BASE}/")
    assert asked[0] == f"{BASE}/"
    assert [one.url for one in found] == [f"{BASE}/f1/subst_001.htm", f"{BASE}/f2/subst_001.htm"]


@pytest.mark.parametrize("name", ["classes.htm", "teachers.htm", "unlabelled.htm"])
def test_a_page_cut_at_any_of_100_places_of_the_plan_is_refused(name: str) -> None:
    body = (SAMPLES / name).read_bytes().rstrip()
    start = body.index(b'class="mon_title"')
    for step in range(1, 100):
        with pytest.raises(TruncatedPage):
            untis_monitor.parse([page(body[: start + 30 + (len(body) - start - 30) * step // 100])], query())


def test_a_day_without_mark_or_rows_is_not_an_empty_day() -> None:
    with pytest.raises(SourceChanged):
        untis_monitor.parse([page(plan_page(""))], query())
    plan = untis_monitor.parse([page(plan_page(group("-----")))], query())
    assert plan.days == (date(2026, 11, 23),)
    assert plan.substitutions == ()


def test_swapped_columns_are_read_by_their_headers_and_change_the_shape() -> None:
    usual = untis_monitor.parse([page(plan_page(row("1", "5a", "Ma", "Entfall")))], query())
    swapped = untis_monitor.parse(
        [page(plan_page(row("5a", "1", "Entfall", "Ma"), heads="Klasse(n),Std.,Art,Fach"))], query()
    )
    assert usual.substitutions == swapped.substitutions
    assert usual.shape != swapped.shape


def test_unknown_headers_are_a_changed_layout() -> None:
    with pytest.raises(SourceChanged, match="Uno"):
        untis_monitor.parse([page(plan_page(row("1", "2"), heads="Uno,Due"))], query())


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("Std.,Klasse(n),Fach,Art", ("2", "5a", "Ma", "Entfall")),
        ("Period,Class(es),Subject,Type", ("2", "5a", "Ma", "Cancelled")),
        ("Lekcja,Klasa,Przedmiot,Rodzaj", ("2", "5a", "Ma", "Odwołane")),
        ("Uur,Klas,Vak,Soort", ("2", "5a", "Ma", "Vervallen")),
        ("lesson,class,subject,type", ("2", "5a", "Ma", "cancelled")),
    ],
)
def test_headers_of_other_languages(heads: str, cells: tuple[str, ...]) -> None:
    (found,) = untis_monitor.parse([page(plan_page(row(*cells), heads=heads))], query()).substitutions
    assert (found.kind, found.periods, found.classes, found.subject) == (Kind.CANCELLED, ("2",), ("5a",), "Ma")


def test_a_day_without_a_year_is_the_one_nearest_to_today() -> None:
    plan = untis_monitor.parse([page(plan_page(group("-----"), title="7.1. Donnerstag"))], query())
    assert plan.days == (date(2027, 1, 7),)


def test_two_documents_in_one_answer_are_two_pages() -> None:
    both = plan_page(row("1", "5a", "Ma", "Entfall")) + plan_page(group("-----"), title="24.11.2026 Dienstag")
    plan = untis_monitor.parse([page(both)], query())
    assert plan.days == (date(2026, 11, 23), date(2026, 11, 24))
    assert len(plan.substitutions) == 1


LOGIN = "<html><title>Anmeldung</title><form><input type=password></form></html>"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (LOGIN, LoginRequired),
        ("<html><h1>Vertretungsplan</h1><p>Willkommen</p></html>", WrongPage),
        ('{"days": []}', WrongPage),
        ("", SourceError),
    ],
)
def test_foreign_pages_are_refused_by_name(body: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        untis_monitor.parse([page(body)], query())
    assert untis_monitor.recognise(page(body or "x")) == 0.0


def test_recognise() -> None:
    assert untis_monitor.recognise(page((SAMPLES / "classes.htm").read_bytes())) == 1.0
    assert untis_monitor.recognise(Page(f"{BASE}/subst_001.htm", b"")) > 0.5
    assert untis_monitor.recognise(Page(f"{BASE}/plan.html", b"")) == 0.0


def test_a_value_is_a_string_and_nothing_else() -> None:
    plan = untis_monitor.parse([page((SAMPLES / "classes.htm").read_bytes())], query())
    kinds: set[Callable[..., object]] = {
        type(value) for one in plan.substitutions for value in one.teachers + one.rooms
    }
    assert kinds == {str}


async def test_the_title_frame_is_not_asked() -> None:
    frames = "<frameset><frame src='subst_title.htm'><frame src='f1/subst_001.htm'><frame src='f2/subst_001.htm'>"
    same = linked("#")
    pages = {f"{BASE}/": frames, f"{BASE}/f1/subst_001.htm": same, f"{BASE}/f2/subst_001.htm": same}
    _, found = await fetched(pages, f"{BASE}/")
    assert [one.url for one in found] == [f"{BASE}/f1/subst_001.htm"]  # the other frame shows the same page
    assert untis_monitor.recognise(page(frames)) == 0.9


async def test_a_slide_of_the_schools_own_is_passed_over() -> None:
    slide = '<html><meta http-equiv="refresh" content="9; URL=subst_002.htm"><p>Tag der offenen Tür</p></html>'
    pages = {f"{BASE}/subst_001.htm": linked("slide.htm"), f"{BASE}/slide.htm": slide}
    pages[f"{BASE}/subst_002.htm"] = linked("gone.htm")
    _, found = await fetched(pages)
    assert [one.url for one in found] == [f"{BASE}/subst_001.htm", f"{BASE}/subst_002.htm"]


@pytest.mark.parametrize("said", ["Keine Vertretungen", "Geen vervangingen", "Pavadavimų nėra"])
def test_a_sentence_is_the_mark_of_an_empty_day(said: str) -> None:
    alone = f"<div class=mon_title>23.11.2026 Montag</div><table class=mon_list><tr><td>{said}</td></tr></table>"
    beside = f"<div class=mon_title>23.11.2026 Montag</div><p>{said}</p>"
    for body in (alone, beside):
        plan = untis_monitor.parse([page(f"<html><body>{body}</body></html>")], query())
        assert (plan.days, plan.substitutions) == ((date(2026, 11, 23),), ())


def test_a_day_without_a_list_says_that_it_is_kept_back() -> None:
    with pytest.raises(NotReleased):
        untis_monitor.parse([page("<div class=mon_title>23.11. Montag</div><p>noch nicht veröffentlicht")], query())


def test_a_cell_over_several_columns_moves_nothing() -> None:
    wide = "<tr class='list odd'><td>1</td><td colspan=2>5a</td><td>Entfall</td></tr>"
    (one,) = untis_monitor.parse([page(plan_page(wide))], query()).substitutions
    assert (one.classes, one.subject, one.label) == (("5a",), "", "Entfall")


def test_group_rows_without_their_style_are_classes() -> None:
    rows = "<tr><td colspan=3>5a</td></tr>" + row("1", "Ma", "Entfall") + "<tr><td colspan=3>Bitte ruhig</td></tr>"
    plan = untis_monitor.parse([page(plan_page(rows, heads="Std.,Fach,Art"))], query())
    assert [one.classes for one in plan.substitutions] == [("5a",)]
    assert [one.text for one in plan.notices] == ["5a: Bitte ruhig"]


def test_a_list_whose_headers_are_plain_cells() -> None:
    table = row("Std.", "Klasse(n)", "Fach", "Art") + row("1", "5a", "Ma", "Entfall")
    body = f"<div class=mon_title>23.11.2026 Montag</div><table class=mon_list>{table}</table>"
    (one,) = untis_monitor.parse([page(body)], query()).substitutions
    assert (one.periods, one.classes, one.kind) == (("1",), ("5a",), Kind.CANCELLED)


def test_a_row_for_another_class_than_before() -> None:
    rows = row("1", "<s>5a</s>?5b", "Ma", "Vertr.") + row("2", "5b", "Ma", "Vertr.")
    first, _ = untis_monitor.parse([page(plan_page(rows))], query()).substitutions
    assert (first.classes, first.was.classes) == (("5b",), ("5a",))


@pytest.mark.parametrize(
    ("text", "periods"), [("1. Std.", ("1",)), ("3./4.", ("3/4",)), ("3. - 5.", ("3", "4", "5")), ("6. uur", ("6",))]
)
def test_periods_with_words_behind_them(text: str, periods: tuple[str, ...]) -> None:
    (one,) = untis_monitor.parse([page(plan_page(row(text, "5a", "Ma", "Vertr.")))], query()).substitutions
    assert one.periods == periods


def test_where_a_row_goes_to_is_its_note_when_nothing_else_says_what_it_is() -> None:
    heads = "uur,Klas,Vak,Naar"
    (one,) = untis_monitor.parse([page(plan_page(row("7", "1a", "---", "Uitval"), heads=heads))], query()).substitutions
    assert one.note == "Uitval"


def test_planned_classes_in_a_column_of_their_own() -> None:
    heads = "Klasse(n),statt Klasse(n),Stunde,Fach,Lehrerin Lehrer,statt Lehrkraft,statt Raum"
    same = row("(7B, 7A)", "7A, 7B", "1", "Sp", "FI, KR", "KR, FI", "T6")
    other = row("7C", "7C, 7D", "1", "Sp", "FI", "KR", "T6")
    away = row("", "7D", "1", "---", "---", "KR", "T6")
    found = untis_monitor.parse([page(plan_page(same + other + away, heads=heads))], query()).substitutions
    assert [(one.classes, one.was.classes, one.was.teachers) for one in found] == [
        (("7B", "7A"), None, None),
        (("7C",), ("7C", "7D"), ("KR",)),
        (("7D",), None, ("KR",)),
    ]


def test_question_marks_for_lost_letters_are_no_arrows() -> None:
    heads = "Std.,Klasse(n),Lehrer,Art"
    parted = untis_monitor.parse([page(plan_page(row("1", "5a", "Erle?Ulme", "Vertr."), heads=heads))], query())
    assert parted.substitutions[0].teachers == ("Ulme",)
    rows = row("1", "5a", "K?H", "Vertr.") + row("2", "5a", "Erle", "Unterricht ge?ndert")
    lost = untis_monitor.parse([page(plan_page(rows, heads=heads))], query())
    assert lost.substitutions[0].teachers == ("K?H",)
