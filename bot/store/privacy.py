"""What the database knows of people, read from the schema itself, so that the policy cannot fall behind it."""

from __future__ import annotations

from bot.store.database import Database

PERSONAL = frozenset({"chat_id", "user_id", "owner_chat"})


async def personal_columns(db: Database) -> dict[str, list[str]]:
    """The tables that name a chat or a person, with all their columns."""
    found: dict[str, list[str]] = {}
    for row in await db.all(
        "SELECT tables.name AS tab, columns.name AS col FROM sqlite_master AS tables,"
        " pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' ORDER BY tables.name, columns.cid"
    ):
        found.setdefault(row["tab"], []).append(row["col"])
    return {table: columns for table, columns in found.items() if PERSONAL & set(columns)}
