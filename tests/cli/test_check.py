"""`check`: every finding says what is so, and the broken ones how to mend them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import doctor
from bot.cli import main
from bot.cli.check import findings
from bot.demo.botapi import Fault
from bot.demo.stage import Stage
from bot.doctor import Finding

SECRET = "123456:" + "s" * 35


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder of its own, and a token."""
    monkeypatch.setenv("SCHOOLBELL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BOT_TOKEN", SECRET)


@pytest.fixture
async def beside(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The environment of an operator who runs `check` beside a running service."""
    config = stage.service.deps.config
    monkeypatch.setenv("SCHOOLBELL_DATA", str(config.data))
    monkeypatch.setenv("BOT_TOKEN", config.token)
    monkeypatch.setenv("SCHOOLBELL_API_URL", config.api_url)
    monkeypatch.setenv("SCHOOLBELL_ALLOW_PRIVATE", "1")
    return stage


def named(found: list[Finding], name: str) -> Finding:
    """The finding of a name."""
    return next(finding for finding in found if finding.name == name)


async def test_a_running_service_is_well(beside: Stage) -> None:
    found = await findings(offline=False)
    assert [finding for finding in found if finding.state == "broken"] == []
    assert named(found, "token").detail == f"@{beside.service.application.bot.username}"
    assert named(found, "clock").state == "ok"
    assert "lessons" in named(found, "school saules (optivum)").detail
    assert named(found, "school saules (optivum-zastepstwa)").state in {"ok", "warning"}


async def test_offline_remembers_what_the_service_read(beside: Stage) -> None:
    found = await findings(offline=True)
    assert (
        named(found, "school saules (optivum)").detail == "read 0 min ago"
        or "min ago" in named(found, "school saules (optivum)").detail
    )


async def test_a_school_that_is_down_is_broken(beside: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await beside.service.deps.db.write("UPDATE feeds SET url = 'http://127.0.0.1:9/' WHERE position = 0")
    finding = named(await findings(offline=False), "school saules (optivum)")
    assert finding.state == "broken"
    assert "inspect" in finding.fix


async def test_a_token_that_telegram_does_not_know(beside: Stage) -> None:
    beside.api.faults.add(Fault("getMe", status=401, description="Unauthorized"))
    finding = named(await findings(offline=False), "token")
    assert (finding.state, "BotFather" in finding.fix) == ("broken", True)


async def test_telegram_out_of_reach_tells_no_secret(beside: Stage) -> None:
    await beside.api.refuse()
    found = await findings(offline=False)
    assert named(found, "token").state == "broken"
    assert beside.service.deps.config.token not in repr(found)


async def test_a_clock_that_is_off(beside: Stage) -> None:
    config = beside.service.deps.config
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)  # noqa: TID251 - against the Date header, which is the machine's
    for minutes, state in ((0, "ok"), (2, "warning"), (-60, "broken")):
        found = await doctor.of_telegram(config, now + timedelta(minutes=minutes))
        assert named(found, "clock").state == state


def test_nothing_set_up_yet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOT_TOKEN")
    assert main(["check", "--offline"]) == 1
    out = capsys.readouterr().out
    assert "✗ token: there is none\n  → set BOT_TOKEN" in out
    assert "⚠ database: there is none" in out


def test_every_problem_of_the_configuration_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLBELL_TIMEZONE", "Europe/Nowhere")
    monkeypatch.setenv("SCHOOLBELL_POLL_MINUTES", "0")
    assert main(["check", "--offline", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    details = [item["detail"] for item in report["checks"] if item["name"] == "configuration"]
    assert len(details) == 2
    assert {"name", "state", "detail", "fix"} == set(report["checks"][0])


def test_a_damaged_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bot.sqlite3").write_bytes(b"SQLite format 3\0" + b"\x99" * 5000)
    assert main(["check", "--offline"]) == 1
    captured = capsys.readouterr()
    assert "✗ database:" in captured.out
    assert "restore" in captured.out
    assert "Traceback" not in captured.err
    assert SECRET not in captured.out + captured.err


def test_a_database_of_a_newer_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "bot.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 9999")
        connection.execute("CREATE TABLE chats (id)")
    assert main(["check", "--offline"]) == 1
    assert "install the newer version again" in capsys.readouterr().out


def test_looking_changes_nothing(tmp_path: Path) -> None:
    assert asyncio.run(findings(offline=True))
    assert not (tmp_path / "data").exists()
