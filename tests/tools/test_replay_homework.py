"""The replayed month of homework against its hand-written list."""

from __future__ import annotations

from tools.replay_homework.runner import expected, replay


async def test_a_month_of_homework() -> None:
    got, diary = await replay()
    assert sorted(got) == sorted(expected())
    assert len(set(got)) == len(got)
    assert diary.refusals == 1, "a refused password is not tried again"
