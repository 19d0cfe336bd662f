"""One process at a time holds a data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import StoreError
from bot.store.database import give_to_owner_of


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold `folder` until the block ends or the process dies. Raises StoreError when another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="ascii") as file:
        give_to_owner_of(folder, folder / "lock")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StoreError(
                f"another Schoolbell (process {holder}) already runs on {folder}; "
                "stop it first, or set SCHOOLBELL_DATA to another folder"
            ) from None
        with suppress(OSError):  # a full disk: the lock holds without the number
            file.truncate(0)
            os.write(file.fileno(), str(os.getpid()).encode("ascii"))
        yield
        file.truncate(0)
