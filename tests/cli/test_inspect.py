"""`schoolbell inspect` and `schoolbell systems`, in this process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.cli import commands, main

SAMPLES = Path(__file__).parents[1] / "samples"
WEEK = SAMPLES / "ical" / "week.ics"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("SCHOOLBELL_", "BOT_TOKEN")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SCHOOLBELL_DATA", str(tmp_path))


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    assert main(["inspect", *map(str, words), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    values: dict[str, Any] = json.loads(out)
    return values


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = main(["inspect", *map(str, words)])
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return code, err


def test_prints_one_object_with_every_key_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    values = asked(capsys, WEEK)
    assert list(values) == [
        "source", "school", "fetched", "updated", "targets", "lessons", "substitutions", "homework", "exams", "notices",
    ]  # fmt: skip
    assert values["lessons"][1] == {
        "date": "2026-11-24",
        "weekday": 1,
        "week": "",
        "periods": [],
        "start": "09:50",
        "end": "10:35",
        "subject": "Physics & Astronomy",
        "teachers": [],
        "rooms": ["302, second floor"],
        "classes": [],
        "groups": [],
        "status": "planned",
        "was": {},
        "note": "Bring goggles\nand a pen\nSee A < B",
    }
    assert list(values["lessons"][1])[:4] == ["date", "weekday", "week", "periods"]
    assert values["fetched"] == []


def test_a_week_ends_before_its_eighth_day(capsys: pytest.CaptureFixture[str]) -> None:
    values = asked(capsys, WEEK, "--date", "2026-11-24")
    assert [item["date"] for item in values["lessons"]] == ["2026-11-24", "2026-11-24"]
    assert [item["due"] for item in values["homework"]] == ["2026-11-26"]
    assert [item["date"] for item in values["notices"]] == ["2026-11-30"]
    assert asked(capsys, WEEK, "--date", "2026-12-01", "--weeks", "1")["lessons"] == []
    assert len(asked(capsys, WEEK, "--date", "2026-11-24", "--weeks", "3")["lessons"]) == 3


def test_times_are_of_the_zone_that_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(capsys, WEEK, "--timezone", "Europe/Warsaw")["lessons"][1]["start"] == "08:50"
    monkeypatch.setenv("SCHOOLBELL_TIMEZONE", "Europe/London")
    assert asked(capsys, WEEK)["lessons"][1]["start"] == "07:50"


def test_a_class_is_found_however_it_is_spelled(capsys: pytest.CaptureFixture[str]) -> None:
    sheet = SAMPLES / "sheet" / "lithuanian.csv"
    subjects = [item["subject"] for item in asked(capsys, sheet, "--class", "9 A.")["lessons"]]
    assert subjects == ["Matematika", "Fizika", "Dailė"]
    assert [item["subject"] for item in asked(capsys, sheet, "--room", "303")["lessons"]] == ["Fizika"]
    assert [item["subject"] for item in asked(capsys, sheet, "--teacher", "o. beržė")["lessons"]] == ["Fizika"]
    assert refused(capsys, sheet, "--class", "9c") == (
        1,
        "schoolbell: UnknownTarget: no class, teacher or room named '9c'; nearest: 9b, 9a\n",
    )


def test_prints_tables_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(WEEK)]) == 0
    out = capsys.readouterr().out
    assert "ical · Timetable 9a" in out
    assert "  2026-12-09  11:50-12:35  Physics moved to Wednesday  105\n" in out
    assert main(["inspect", str(SAMPLES / "ical" / "empty.ics"), "--text"]) == 0
    assert "nothing is planned\n" in capsys.readouterr().out
    assert main(["inspect", str(WEEK), "--date", "2020-01-01"]) == 0
    assert "nothing is planned from 2020-01-01 to 2020-01-07; --date shows other days\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["{tmp}/absent.ics"], 1, "no such file; an address begins with https:// or http://"),
        (["www.school.example/plan"], 1, "no such file; an address begins with https:// or http://"),
        (["http://127.0.0.1/plan"], 1, "private or reserved address; SCHOOLBELL_ALLOW_PRIVATE=1 lets intranets in"),
        (["http://school.example:25/plan"], 1, "port 25 is not one of a web server; check the address"),
        (["https://[school"], 1, "the address cannot be read; check the address"),
        (["{tmp}"], 1, "Is a directory"),
        ([WEEK, "--source", "nonesuch"], 2, "unknown system 'nonesuch'; known: "),
        ([WEEK, "--date", "24.11.2026"], 2, "is no date"),
        ([WEEK, "--date", "2026-02-30"], 2, "is no date"),
        ([WEEK, "--date", "9999-12-31", "--weeks", "2"], 2, "beyond the calendar"),
        ([WEEK, "--weeks", "0"], 2, "is no number of weeks"),
        ([WEEK, "--timezone", "Mars/Olympus"], 2, "is no time zone"),
        ([WEEK, "--timezone", "../etc"], 2, "is no time zone"),
        ([WEEK, "--class", "9a", "--room", "1"], 2, "not allowed with"),
        (["ftp://school.example/plan"], 2, "http, https or webcal"),
        ([SAMPLES / "ical" / "cut.ics"], 1, "ends before END:VCALENDAR"),
        ([SAMPLES / "ical" / "login.ics"], 1, "asks for a login"),
        ([SAMPLES / "ical" / "bad-start.ics"], 1, "'Physics': DTSTART"),
        ([SAMPLES / "sheet" / "weekday-misspelt.csv"], 1, "row 3, column weekday: 'Mondya'"),
        ([SAMPLES / "sheet" / "dates.csv", "--source", "ical"], 1, "holds no iCalendar plan"),
    ],
)
def test_says_in_one_line_why_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[object], code: int, says: str
) -> None:
    given = [str(word).replace("{tmp}", str(tmp_path)) for word in words]
    got, err = refused(capsys, *given)
    assert (got, says in err) == (code, True), err
    assert len([line for line in err.splitlines() if line.startswith("schoolbell")]) == 1


def test_what_no_system_claims_is_said_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "page.htm"
    for body, says in [
        (b"", "is empty"),
        (b"<html><body><p>Welcome to our school</p></body></html>", "recognised here; check the address, or name"),
        (b"<html><body><h1>Wartungsarbeiten</h1></body></html>", "under maintenance"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary data"),
    ]:
        page.write_bytes(body)
        code, err = refused(capsys, page)
        assert (code, says in err) == (1, True), err


async def test_an_address_is_asked_from_today_on(
    capsys: pytest.CaptureFixture[str], serving: Callable[[Mapping[str, bytes]], Awaitable[str]]
) -> None:
    sheet = b"date,subject,class\n2000-01-03,Past,9a\n"
    base = await serving({"/plan": sheet, "/week.ics": WEEK.read_bytes(), "/none.ics": b"<html>Welcome</html>"})
    assert await asyncio.to_thread(main, ["inspect", f"{base}/plan", "--json", "--allow-private"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["source"], values["fetched"], values["lessons"]) == ("sheet", [f"{base}/plan"], [])
    words = ["inspect", f"{base}/plan", "--json", "--allow-private", "--date", "2000-01-03", "--class", "9A"]
    assert await asyncio.to_thread(main, words) == 0
    assert [item["subject"] for item in json.loads(capsys.readouterr().out)["lessons"]] == ["Past"]
    words = ["inspect", f"{base}/week.ics", "--json", "--allow-private", "--date", "2026-11-23", "--weeks", "4"]
    assert await asyncio.to_thread(main, words) == 0
    assert len(json.loads(capsys.readouterr().out)["lessons"]) == 4
    for path, says in [("/none.ics", "no iCalendar"), ("/gone", "404")]:
        assert await asyncio.to_thread(main, ["inspect", base + path, "--allow-private"]) == 1
        out, err = capsys.readouterr()
        assert (out, says in err) == ("", True), err
    assert await asyncio.to_thread(main, ["inspect", f"{base}/plan"]) == 1
    assert "private" in capsys.readouterr().err


async def test_a_list_of_classes_is_told_where_no_week_is_published(
    capsys: pytest.CaptureFixture[str], serving: Callable[[Mapping[str, bytes]], Awaitable[str]]
) -> None:
    first = (SAMPLES / "untis-monitor" / "classes.htm").read_bytes()
    first = first.replace(b"<head>", b'<head><meta http-equiv="refresh" content="8; URL=subst_002.htm">')
    bar = (SAMPLES / "untis-info" / "navbar.htm").read_bytes()
    base = await serving({"/s/frames/navbar.htm": bar, "/subst_001.htm": first})
    assert await asyncio.to_thread(main, ["inspect", f"{base}/subst_001.htm", "--allow-private"]) == 1
    assert "NotReleased" in capsys.readouterr().err  # half a plan is none, though it names classes
    words = ["inspect", f"{base}/s/frames/navbar.htm", "--json", "--allow-private", "--date", "2026-11-23"]
    assert await asyncio.to_thread(main, words) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["source"], bool(values["targets"]), values["substitutions"]) == ("untis-info", True, [])
    assert await asyncio.to_thread(main, [*words, "--class", values["targets"][0]["name"]]) == 1
    assert "NotReleased" in capsys.readouterr().err


@pytest.fixture
async def serving() -> AsyncIterator[Callable[[Mapping[str, bytes]], Awaitable[str]]]:
    """A school's web server on loopback: bodies by path, 404 for the rest."""
    servers: list[TestServer] = []

    async def serve(bodies: Mapping[str, bytes]) -> str:
        async def answer(request: web.Request) -> web.Response:
            if request.path not in bodies:
                raise web.HTTPNotFound
            return web.Response(body=bodies[request.path], content_type="text/plain")

        application = web.Application()
        application.router.add_get("/{path:.*}", answer)
        servers.append(TestServer(application))
        await servers[-1].start_server()
        return str(servers[-1].make_url("")).rstrip("/")

    yield serve
    for server in servers:
        await server.close()


def test_a_broken_setting_is_a_configuration_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLBELL_TIMEZONE", "Mars/Olympus")
    assert refused(capsys, WEEK)[0] == 78


def test_systems_names_every_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["systems", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["systems"]}
    assert {"ical", "sheet"} <= rows.keys()
    assert rows["sheet"]["delivers"] == ["lessons", "homework"]
    assert all(row["title"] and row["example_url"] and row["needs"] and row["delivers"] for row in rows.values())
    assert main(["systems"]) == 0
    assert "ical: iCalendar" in capsys.readouterr().out


def test_every_command_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert {"inspect", "systems"} <= set(commands())
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in commands())
    assert main([]) == 2
    assert main(["nonesuch"]) == 2


def test_one_command_does_not_load_the_others() -> None:
    code = "import sys; from bot.cli import main; main(['systems']); sys.exit('bot.cli.inspect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_calendars_cost_no_memory_where_there_are_none() -> None:
    code = "import sys; from bot.scraper.registry import all_sources as known; list(known().values())"
    code += "; sys.exit('icalendar' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
