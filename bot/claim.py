"""The first run: whoever opens the link that the log shows becomes the owner. It works once."""

from __future__ import annotations

import hashlib
import logging
import secrets

from bot.context import Deps
from bot.store import people

log = logging.getLogger(__name__)

KEY = "claim"
PREFIX = "claim-"


async def offer(deps: Deps, username: str) -> None:
    """Log a new claim link when the bot has no admin; an older one stops working, also once there is an admin."""
    if deps.config.admins or await people.with_role(deps.db, people.OWNER):
        await deps.db.write("DELETE FROM meta WHERE key = ?", (KEY,))
        return
    token = secrets.token_urlsafe(18)
    await deps.db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (KEY, _digest(token)))
    log.warning(
        "nobody owns this bot yet: open https://t.me/%s?start=%s%s once, and it is yours", username, PREFIX, token
    )


async def take(deps: Deps, user_id: int, token: str) -> bool:
    """Make a person the owner, if this is the link's token and nobody was faster."""
    async with deps.db.transaction() as transaction:
        wanted = await transaction.value("SELECT value FROM meta WHERE key = ?", (KEY,))
        if wanted is None or not secrets.compare_digest(str(wanted), _digest(token)):
            return False
        await transaction.execute("DELETE FROM meta WHERE key = ?", (KEY,))
        await people.give_role(transaction, user_id, people.OWNER, deps.now())
    log.warning("the bot was claimed by user %d", user_id)
    return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
