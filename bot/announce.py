"""What subscribers are told when a plan changes: the pointer of what they were last told of each day."""

from __future__ import annotations

from collections.abc import Sequence

from bot.context import Deps
from bot.store.schools import School, StoredTarget


async def announce(deps: Deps, school: School, targets: Sequence[StoredTarget]) -> None:
    """Tell the subscribers of `targets` what changed since they were last told."""
