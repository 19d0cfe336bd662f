"""The first two weeks of the replayed month of homework against its hand-written list (`make replay`: all of it)."""

from __future__ import annotations

from datetime import date

from tools.replay_homework.runner import expected, replay

LAST = date(2026, 11, 14)


async def test_two_weeks_of_homework() -> None:
    got, diary = await replay(LAST)
    assert sorted(got) == sorted(expected(LAST))
    assert len(set(got)) == len(got)
    assert (diary.sign_ins, diary.refusals) == (2, 1), "once, and once anew; a refused password is not tried again"
