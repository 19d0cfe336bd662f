"""The night's work: pruned once a date, seven copies kept, the newest of them good to be put back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot import upkeep
from bot.backup import put_back
from bot.demo.stage import Stage
from bot.store import people
from bot.store.database import open_database
from tests.test_app import follow_9a

NIGHT = 11  # hours from the stage's start to 04:00 of the next day


def copies(stage: Stage) -> list[str]:
    """The names of the copies that are kept."""
    return sorted(file.name for file in (stage.service.deps.config.data / upkeep.BACKUPS).glob("*"))


def rows_of(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names}


async def test_seven_nights_are_kept(stage: Stage) -> None:
    stage.clock.turn_by(timedelta(hours=NIGHT))
    for _ in range(9):
        await upkeep.nightly(stage.service.deps)
        await upkeep.nightly(stage.service.deps)
        stage.clock.turn_by(timedelta(days=1))
    assert copies(stage) == [f"bot-2026-{day}.sqlite3" for day in ("11-26", "11-27", "11-28", "11-29", "11-30")] + [
        "bot-2026-12-01.sqlite3",
        "bot-2026-12-02.sqlite3",
    ]


async def test_not_before_the_night(stage: Stage) -> None:
    stage.clock.turn_by(timedelta(hours=8))
    await upkeep.nightly(stage.service.deps)
    assert not (stage.service.deps.config.data / upkeep.BACKUPS).exists()


async def test_the_restore_drill(stage: Stage, tmp_path: Path) -> None:
    await follow_9a(stage)
    stage.clock.turn_by(timedelta(hours=NIGHT))
    await upkeep.nightly(stage.service.deps)
    backup = stage.service.deps.config.data / upkeep.BACKUPS / "bot-2026-11-24.sqlite3"
    assert backup.stat().st_mode & 0o777 == 0o600
    fresh = tmp_path / "another" / "bot.sqlite3"
    assert put_back(backup, fresh) is None
    # What was told is forgotten: a copy of last week must not tell a week of changes.
    assert rows_of(fresh) == rows_of(backup) | {"announced": []}
    assert rows_of(fresh)["subscriptions"]
    async with open_database(fresh) as db:
        assert await db.value("PRAGMA integrity_check") == "ok"
        assert await db.value("SELECT count(*) FROM subscriptions") == 1


async def test_a_night_without_a_copy_is_told(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    deps = stage.service.deps
    async with deps.db.transaction() as transaction:
        await people.give_role(transaction, 1001, people.OWNER, deps.now())
    owner = stage.api.user(1001, "Ona", "en")
    (deps.config.data / upkeep.BACKUPS).write_text("a file where the folder should be")
    stage.clock.turn_by(timedelta(hours=NIGHT))
    await upkeep.nightly(deps)
    await stage.api.wait_for(lambda: any("could not be made" in message.text for message in owner.messages))
    assert "no backup tonight" in caplog.text
    (deps.config.data / upkeep.BACKUPS).unlink()
    stage.clock.turn_by(timedelta(days=1))
    await upkeep.nightly(deps)
    await stage.api.wait_for(lambda: any("made again every night" in message.text for message in owner.messages))
