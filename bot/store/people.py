"""People with a role, by numeric id: names can be taken over by others."""

from __future__ import annotations

from bot.store.database import Database, Transaction

OWNER, ADMIN, BANNED, ALLOWED = "owner", "admin", "banned", "allowed"


def id_of(text: str) -> int | None:
    """A numeric user id, None for anything else. Telegram's ids have at most 52 significant bits."""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:17]) < 2**52 else None


async def role_of(db: Database, user_id: int) -> str:
    """A person's role, "" for everybody else."""
    return await db.value("SELECT role FROM people WHERE user_id = ?", (user_id,)) or ""


async def with_role(db: Database, *roles: str) -> list[int]:
    """The ids of the people who have one of these roles, longest first."""
    marks = ", ".join("?" * len(roles))
    rows = await db.all(f"SELECT user_id FROM people WHERE role IN ({marks}) ORDER BY since, user_id", roles)  # noqa: S608 - only question marks are put in
    return [row["user_id"] for row in rows]


async def give_role(transaction: Transaction, user_id: int, role: str, now: int) -> None:
    """Give a person a role in place of the one they had; "" takes it away."""
    await transaction.execute("DELETE FROM people WHERE user_id = ?", (user_id,))
    if role:
        await transaction.execute("INSERT INTO people (user_id, role, since) VALUES (?, ?, ?)", (user_id, role, now))
