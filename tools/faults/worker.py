"""A process that only delivers, for the kill runs to kill. Arguments: the database, the API's base with the token."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.clock import SystemClock
from bot.deliver import Courier
from bot.pace import Pacer
from bot.store.database import open_database
from bot.transport import AiohttpRequest


async def main(file: str, base: str) -> None:
    clock = SystemClock()
    async with open_database(Path(file)) as db, AiohttpRequest() as calls:
        courier = Courier(
            db,
            lambda method, parameters: calls.call(f"{base}/{method}", parameters),
            clock=clock,
            pacer=Pacer(clock),
            bot_id=1,
        )
        print("delivering", flush=True)
        await courier.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
