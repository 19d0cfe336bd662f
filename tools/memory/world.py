"""The far side, in a process of its own: the Bot API stand-in and a school whose pages change at every request.

Started by `bench_memory` and `soak`; says where it is in one JSON line, then answers a line with the number of polls.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys

from aiohttp import web

from bot.clock import SystemClock
from bot.demo import publish
from bot.demo.botapi import BotApi
from tools.memory.driven import START


def school(page_bytes: int) -> web.Application:
    """The sample school in Optivum, every page blown up to `page_bytes` and never the same twice."""
    counter = itertools.count()

    def answer(page: str | None) -> web.Response:
        if page is None:
            raise web.HTTPNotFound
        body, end = page.split("</body>", 1)
        filler = f"<div class='ogloszenia'><p>{next(counter)}</p>"
        filler += "<p>Dzwonek <b>na lekcje</b></p>" * max((page_bytes - len(page)) // 31, 0) + "</div>"
        return web.Response(text=f"{body}{filler}</body>{end}", content_type="text/html", charset="utf-8")

    async def index(_: web.Request) -> web.Response:
        return answer(publish.optivum_index().replace("<frameset", "<body></body><frameset"))

    async def listing(_: web.Request) -> web.Response:
        return answer(publish.optivum_list())

    async def plan(request: web.Request) -> web.Response:
        return answer(publish.optivum_plan(request.match_info["letter"], int(request.match_info["number"]), START))

    app = web.Application()
    app.router.add_get("/plan/", index)
    app.router.add_get("/plan/lista.html", listing)
    app.router.add_get("/plan/plany/{letter:[ons]}{number:[0-9]+}.html", plan)
    return app


async def main(chats: int, page_bytes: int) -> None:
    """Serve until standard input ends."""
    runner = web.AppRunner(school(page_bytes), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with BotApi(clock=SystemClock()) as api:
        for number in range(chats):
            api.user(10_000 + number, f"Person {number}", "en")
        where = {"api": api.base_url.removesuffix("/bot"), "token": api.token}
        where["school"] = f"http://127.0.0.1:{runner.addresses[0][1]}/plan/"
        print(json.dumps(where), flush=True)
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while await reader.readline():
            polls = sum(call.method == "getUpdates" for call in api.calls)
            print(json.dumps({"polls": polls, "calls": len(api.calls)}), flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
