"""Golden conversations: every file of `tests/conversations` played through the real dispatcher and the stand-in.

`UPDATE_CONVERSATIONS=1` writes the files anew; then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.demo.stage import set_stage
from tests.conftest import MONDAY_AFTERNOON
from tests.conversation import OWNER, Conversation, read

EXPECTED = ("Bad Request: query is too old", "Bad Request: message is not modified")  # both are good ends
FILES = sorted((Path(__file__).parent / "conversations").glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
async def test_conversation(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.dispatch.BURST", 1_000_000)  # nobody is as fast as a test
    lines = read(path)
    async with set_stage(
        tmp_path / "data", start=MONDAY_AFTERNOON, lang="en", admins=frozenset({OWNER}), paced=False
    ) as stage:
        told = await Conversation(stage).play(lines)
        refused = [(call.method, call.description) for call in stage.api.calls if call.status >= 400]
        told_refused = [pair for pair in refused if not pair[1].startswith(EXPECTED)]
    if os.environ.get("UPDATE_CONVERSATIONS"):
        path.write_text("\n".join(told) + "\n", "utf-8")  # noqa: ASYNC240 - nothing else waits
    assert told == lines
    expected = [line.removeprefix("# refused: ") for line in lines if line.startswith("# refused: ")]
    assert [method for method, _ in told_refused] == expected, told_refused
