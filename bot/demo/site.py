"""The sample school's web server, on loopback."""

from __future__ import annotations

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.clock import Clock
from bot.demo import publish
from bot.demo.desk import Desk, Site
from bot.demo.sample_school import CLASSES

ZONE = ZoneInfo("Europe/Vilnius")
MAINTENANCE = "<html><head><title>Maintenance</title></head><body><h1>Maintenance</h1><p>Back soon.</p></body></html>"
LOGIN = "<html><head><title>Log in</title></head><body><form><input type='password'></form></body></html>"


def school_site(desk: Desk, clock: Clock) -> web.Application:
    """The school's pages: `/plan/` (Optivum), `/zastepstwa.html`, `/untis/subst_001.htm`, `/ical/9a.ics`,
    `/homework.csv`."""

    def today() -> date:
        return clock.now().astimezone(ZONE).date()

    async def index(_: web.Request) -> web.Response:
        return _html(publish.optivum_index())

    async def listing(_: web.Request) -> web.Response:
        return _html(publish.optivum_list())

    async def plan(request: web.Request) -> web.Response:
        page = publish.optivum_plan(request.match_info["letter"], int(request.match_info["number"]), desk.published_at)
        if page is None:
            raise web.HTTPNotFound
        return _html(page)

    async def substitutions(_: web.Request) -> web.Response:
        return _html(publish.zastepstwa(desk, today()))

    async def monitor(request: web.Request) -> web.Response:
        days = publish.untis_days(today())
        page = int(request.match_info["page"])
        if not 1 <= page <= len(days):
            raise web.HTTPNotFound
        return _html(publish.untis_monitor(desk, days[page - 1], page, len(days)))

    async def calendar(request: web.Request) -> web.Response:
        if request.match_info["name"] not in CLASSES:
            raise web.HTTPNotFound
        text = publish.calendar(desk, request.match_info["name"], today())
        return web.Response(text=text, content_type="text/calendar", charset="utf-8")

    async def homework(_: web.Request) -> web.Response:
        return web.Response(text=publish.homework_sheet(desk), content_type="text/csv", charset="utf-8")

    @web.middleware
    async def state(request: web.Request, handler: Handler) -> web.StreamResponse:
        desk.polls += 1
        if desk.site is Site.DOWN:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
            raise web.HTTPServiceUnavailable
        if desk.body is not None:
            return _html(desk.body)
        pages = {Site.MAINTENANCE: MAINTENANCE, Site.LOGIN: LOGIN, Site.EMPTY: ""}
        if desk.site in pages:
            return _html(pages[desk.site])
        return await handler(request)

    app = web.Application(middlewares=[state])
    app.router.add_get("/plan/", index)
    app.router.add_get("/plan/index.html", index)
    app.router.add_get("/plan/lista.html", listing)
    app.router.add_get(r"/plan/plany/{letter:[ons]}{number:\d+}.html", plan)
    app.router.add_get("/zastepstwa.html", substitutions)
    app.router.add_get(r"/untis/subst_{page:\d+}.htm", monitor)
    app.router.add_get("/ical/{name}.ics", calendar)
    app.router.add_get("/homework.csv", homework)
    return app


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", charset="utf-8")
