"""`import`, `export`, `backup`, `restore`, `prune` as an operator runs them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.store import database
from bot.store.lock import hold

FILE: dict[str, Any] = {
    "version": 1,
    "schools": [
        {
            "id": "saules",
            "name": "Saulės gimnazija",
            "source": "optivum",
            "url": "https://plan.saules.example/",
            "timezone": "Europe/Vilnius",
            "also": [{"source": "optivum-zastepstwa", "url": "https://plan.saules.example/z.html"}],
            "holidays": [{"first": "2026-12-23", "last": "2027-01-06", "name": "Kalėdos"}],
        }
    ],
    "chats": [
        {
            "chat_id": 1001,
            "thread_id": None,
            "language": "en",
            "theme": "light",
            "format": "image",
            "quiet": ["21:30", "06:30"],
            "news": "now",
            "subscriptions": [
                {
                    "school": "saules",
                    "kind": "class",
                    "name": "9a",
                    "label": "Ona",
                    "daily": "18:00",
                    "changes": True,
                    "homework": "17:00",
                    "groups": ["1/2"],
                }
            ],
        }
    ],
}


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own."""
    monkeypatch.setenv("SCHOOLBELL_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def import_(tmp_path: Path, content: object) -> int:
    """Run `schoolbell import` on a content."""
    file = tmp_path / "in.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return main(["import", str(file)])


def exported(capsys: pytest.CaptureFixture[str]) -> Any:
    """What `schoolbell export` prints."""
    capsys.readouterr()
    assert main(["export"]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_is_imported_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_(tmp_path, FILE) == 0
    assert capsys.readouterr().out.splitlines() == ["school saules: added", "chat 1001: added"]
    assert exported(capsys) == FILE
    assert import_(tmp_path, FILE) == 0
    assert capsys.readouterr().out.splitlines() == ["nothing changed"]


def test_absent_keys_take_their_default_and_nothing_is_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_(tmp_path, FILE) == 0
    assert import_(tmp_path, {"chats": [{"chat_id": 5}]}) == 0
    chats = exported(capsys)["chats"]
    assert [chat["chat_id"] for chat in chats] == [5, 1001]
    assert (chats[0]["language"], chats[0]["quiet"], chats[0]["subscriptions"]) == ("en", None, [])


def test_a_school_without_its_settings_takes_the_defaults_but_stays_locked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = {"id": "s", "source": "ical", "url": "https://school.example/9a.ics"}
    also = [{"source": "ical", "url": "https://school.example/more.ics"}]
    kept = {"holidays": [{"first": "2026-12-23", "last": "2027-01-06", "name": ""}], "access": "invite", "also": also}
    reset = {"name": "S", "timezone": "Europe/Warsaw", "weeks": ["A", "B"], "anchor": "2026-08-31"}
    assert import_(tmp_path, {"schools": [few | kept | reset]}) == 0
    assert import_(tmp_path, {"schools": [few]}) == 0
    assert "school s: changed anchor, name, timezone, weeks\n" in capsys.readouterr().out
    assert exported(capsys)["schools"] == [few | kept | {"name": "s", "timezone": "Europe/Vilnius"}]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("schools", 0, "colour"), "red", "file.schools[0]: unknown key 'colour'"),
        (("schools", 0, "source"), "paper", "file.schools[0].source"),
        (("schools", 0, "url"), "file:///etc/passwd", "file.schools[0].url"),
        (("schools", 0, "url"), "https://user:secret@school.example/", "the address holds a name or a password"),
        (("schools", 0, "timezone"), "Mars/Olympus", "file.schools[0].timezone"),
        (("schools", 0, "id"), "Saulės", "file.schools[0].id"),
        (("schools", 0, "holidays"), [{"first": "soon"}], "holidays"),
        (("schools", 0, "holidays"), [{"first": "2027-01-06", "last": "2026-12-23"}], "holidays"),
        (("schools", 0, "holidays"), ["Christmas"], "holidays"),
        (("schools", 0, "weeks"), "AB", "file.schools[0].weeks"),
        (("schools", 0, "access"), "everyone", "file.schools[0].access"),
        (("schools", 0, "options"), {"a": {"b": "c"}}, "file.schools[0].options"),
        (("schools", 0, "name"), "\ud800", "not JSON"),
        (("chats", 0, "chat_id"), 10**30, "file.chats[0].chat_id"),
        (("chats", 0, "chat_id"), 0, "file.chats[0]: 'chat_id' is missing"),
        (("chats", 0, "thread_id"), 2**53, "file.chats[0].thread_id"),
        (("chats", 0, "chat_id"), "1001", "file.chats[0].chat_id"),
        (("chats", 0, "quiet"), ["21:30"], "file.chats[0].quiet"),
        (("chats", 0, "theme"), "pink", "file.chats[0].theme"),
        (("chats", 0, "subscriptions", 0, "daily"), "25:00", "file.chats[0].subscriptions[0].daily"),
        (("chats", 0, "subscriptions", 0, "school"), "other", "file.chats[0].subscriptions[0].school"),
        (("chats", 0, "subscriptions", 0, "changes"), "yes", "file.chats[0].subscriptions[0].changes"),
        (("version",), 2, "file.version"),
    ],
)
def test_a_bad_file_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: tuple[str | int, ...], value: object, place: str
) -> None:
    content = json.loads(json.dumps(FILE))
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    assert import_(tmp_path, content) == 1
    error = capsys.readouterr().err
    assert place in error
    assert error.count("\n") == 1
    assert main(["export"]) == 1 or exported(capsys) == {"version": 1, "schools": [], "chats": []}


def test_no_json_and_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_text("{", encoding="utf-8")
    assert main(["import", str(tmp_path / "x")]) == 1
    assert main(["import", str(tmp_path / "missing")]) == 1
    assert import_(tmp_path, []) == 1
    (tmp_path / "deep").write_text("[" * 100_000, encoding="utf-8")
    assert main(["import", str(tmp_path / "deep")]) == 1
    assert all(line.startswith("schoolbell: ") for line in capsys.readouterr().err.splitlines())


def test_a_backup_is_put_back(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_(tmp_path, FILE) == 0
    copy = tmp_path / "copy.sqlite3"
    assert main(["backup", str(copy)]) == 0
    assert main(["backup", str(copy)]) == 1  # never overwrites
    assert import_(tmp_path, {"chats": [{"chat_id": 5}]}) == 0
    assert main(["restore", str(copy)]) == 0
    assert exported(capsys) == FILE
    assert (data / "bot.sqlite3.before-restore").exists()
    assert copy.stat().st_mode & 0o077 == 0


def test_a_broken_backup_and_a_running_service_are_refused(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_(tmp_path, FILE) == 0
    copy = tmp_path / "copy.sqlite3"
    assert main(["backup", str(copy)]) == 0
    with hold(data):
        assert main(["restore", str(copy)]) == 1
        assert "already runs" in capsys.readouterr().err
    for bad in (b"", b"nonsense" * 1000, copy.read_bytes()[:5000]):
        broken = tmp_path / "broken"
        broken.write_bytes(bad)
        assert main(["restore", str(broken)]) == 1
    assert main(["restore", str(tmp_path / "missing")]) == 1
    assert exported(capsys) == FILE


def test_commands_without_a_database_say_so(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["export"], ["backup", str(tmp_path / "b")], ["prune"]):
        assert main(command) == 1
        assert "SCHOOLBELL_DATA" in capsys.readouterr().err
    assert not data.exists()


def test_an_undone_restore_loses_nothing(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_(tmp_path, FILE) == 0
    copy, file = tmp_path / "copy.sqlite3", data / "bot.sqlite3"
    assert main(["backup", str(copy)]) == 0
    # A service that was killed: its last rows are in the write-ahead log alone.
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute(\"INSERT INTO meta VALUES ('last', 'word')\"); c.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(file)], check=True)
    assert (data / "bot.sqlite3-wal").stat().st_size
    assert main(["restore", str(copy)]) == 0
    assert main(["restore", str(copy)]) == 0
    assert not (data / "bot.sqlite3-wal").exists()
    names = sorted(path.name for path in data.glob("bot.sqlite3*"))
    assert names == ["bot.sqlite3", "bot.sqlite3.before-restore", "bot.sqlite3.before-restore-2"]
    assert main(["restore", str(data / "bot.sqlite3.before-restore")]) == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'last'").fetchall() == [("word",)]


def test_a_damaged_database_is_named_not_the_copy(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_(tmp_path, FILE) == 0
    file = data / "bot.sqlite3"
    file.write_bytes(file.read_bytes()[:30_000])
    assert main(["backup", str(tmp_path / "copy")]) == 1
    assert "bot.sqlite3 is damaged" in capsys.readouterr().err
    assert not list(tmp_path.glob("copy*"))


def test_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCHOOLBELL_DATA", str(tmp_path / "room #1 ?%20"))
    assert import_(tmp_path, FILE) == 0
    assert main(["backup", str(tmp_path / "copy #2")]) == 0
    assert main(["restore", str(tmp_path / "copy #2")]) == 0
    assert exported(capsys) == FILE


def test_what_is_handed_out_is_its_owners_alone(tmp_path: Path, data: Path) -> None:
    assert import_(tmp_path, FILE) == 0
    assert main(["export", str(tmp_path / "all.json")]) == 0
    assert json.loads((tmp_path / "all.json").read_text(encoding="utf-8")) == FILE
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "all.json", data / "bot.sqlite3")] == [0o600, 0o600]
    assert main(["export", str(tmp_path / "missing" / "all.json")]) == 1


def test_a_database_that_another_process_writes(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert import_(tmp_path, FILE) == 0
    monkeypatch.setattr(database, "_PRAGMAS", (*database._PRAGMAS, "PRAGMA busy_timeout = 10"))
    with closing(sqlite3.connect(data / "bot.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        capsys.readouterr()
        assert main(["prune"]) == 1
        error = capsys.readouterr().err
    assert "locked" in error
    assert error.count("\n") == 1


def test_prune_says_how_much(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_(tmp_path, FILE) == 0
    capsys.readouterr()
    assert main(["prune"]) == 0
    assert "0 pictures" in capsys.readouterr().out
