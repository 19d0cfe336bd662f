"""The school's server fails: away for an hour, pages that are none, a plan that comes and goes. Nobody hears of it but
the admin, once."""

from __future__ import annotations

import multiprocessing
from collections.abc import AsyncIterator
from datetime import timedelta
from multiprocessing.connection import Connection

from bot.app import Running
from bot.demo import publish
from bot.demo.desk import Change, Site
from bot.demo.site import LOGIN, MAINTENANCE, ZONE
from bot.errors import SourceError
from bot.scraper.http import DEADLINE, SchoolHttp
from tests.scraper.school import Names, StridingClock, canary
from tests.scraper.test_http import TRICKS, guard
from tools import bench_http
from tools.faults.product import ADMIN, World, world
from tools.faults.row import Row, Scale
from tools.faults.stage import drained

SYSTEMS = ("optivum", "untis-monitor", "ical")
BAD_PAGES = (
    "", " \n\t", MAINTENANCE, LOGIN, "OK", "null", '{"error": "internal"}', "<html></html>", "<!doctype html>",
    "<html><head><title>Untis</title></head><body></body></html>",
    "<html><body><h1>403 Forbidden</h1><hr>nginx</body></html>",
    "<html><body><h1>It works!</h1></body></html>",
    "<title>Index of /plan</title><pre><a href='../'>../</a></pre>",
    "<br /><b>Fatal error</b>: Uncaught mysqli_sql_exception: Too many connections in <b>/www/db.php</b>",
    "<html><head><meta http-equiv='refresh' content='0; url=http://portal.example/login'></head></html>",
    "<title>Just a moment...</title><noscript>Enable JavaScript and cookies to continue</noscript>",
    "<h1>This domain is for sale</h1><a href='http://parking.example/'>Buy it</a>",
    "<div class='cookie-wall'><button>Accept all</button><button>Reject</button></div>",
    "<table><tr><th>Monday</th><th>Tuesday</th></tr><tr><td>Soup</td><td>Pancakes</td></tr></table>",
    "<rss version='2.0'><channel><title>News</title></channel></rss>",
    "BEGIN:VCARD\nVERSION:3.0\nFN:Somebody\nEND:VCARD\n",
    "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
)  # fmt: skip


async def rows(scale: Scale) -> AsyncIterator[Row]:
    """An outage, pages that are none, flapping; hostile answers and addresses."""
    for system in SYSTEMS[: scale.of(3, 1)]:
        yield await troubled(system)
    async for row in hostile(("/bomb",) if scale.bounded else ("/bomb", "/long", "/drip")):
        yield row
    yield await tricks()


async def troubled(system: str) -> Row:
    """An hour without an answer, then 22 pages that are none, then the plan empty, whole, half, whole, eight times."""
    async with world(3, daily=None, system=system) as here:
        async with here.bot() as service:
            await rounds(here, service, 3)
            before = sum(here.reads().values())
            here.desk.site = Site.DOWN
            await rounds(here, service, 12)
            here.desk.site = Site.UP
            for page in BAD_PAGES:
                here.desk.body = page
                await rounds(here, service, 1)
            here.desk.body = None
            await rounds(here, service, 60)  # the pause may have grown to four hours
            for turn in range(8):
                here.desk.body = (half, emptied)[turn % 2](here, system)
                await rounds(here, service, 1)
                here.desk.body = None
                await rounds(here, service, 1)
            await rounds(here, service, 2)
            await drained(service.deps.db, 5)
            pushes = sum(here.reads().values()) - before
            true = await real_change(here, service)
        notices = [
            m.text for m in here.api.messages(ADMIN) if "can be read again" in m.text or "cannot be read" in m.text
        ]
    down = sum("cannot be read" in text for text in notices)
    name = f"1 h away, {len(BAD_PAGES)} bad pages, flapping: {system}"
    got = f"{pushes} false pushes, {down} down + {len(notices) - down} up; {true} of 3 true"
    ok = pushes == 0 and down == 1 and len(notices) == 2 and true == 3
    return Row(name, got, "0 false pushes, 1 down + 1 up", ok)


async def real_change(here: World, service: Running) -> int:
    """How many people are told when the school then really moves a lesson."""
    before = sum(here.reads().values())
    now = here.clock.now()
    today = now.astimezone(ZONE).date()
    held = next(held for day in range(1, 8) for held in here.desk.lessons("9a", today + timedelta(days=day)))
    here.desk.publish(Change(held.day, "9a", held.slot.period, room="999"), now)
    await rounds(here, service, 3)
    await drained(service.deps.db, 5)
    return sum(here.reads().values()) - before


async def rounds(here: World, service: Running, count: int) -> None:
    """So many rounds, five minutes apart on the clock."""
    for _ in range(count):
        here.clock.turn_by(timedelta(minutes=5, seconds=31))
        await service.run_job("scrape")


def page_of(here: World, system: str) -> str:
    """What the school says when all is well."""
    today = here.clock.now().astimezone(ZONE).date()
    if system == "ical":
        return publish.calendar(here.desk, "9a", today)
    if system == "optivum":
        return publish.optivum_plan("o", 1, here.desk.published_at) or ""
    days = publish.untis_days(today)
    return publish.untis_monitor(here.desk, days[0], 1, len(days))


def half(here: World, system: str) -> str:
    """The page broken off in the middle."""
    page = page_of(here, system)
    return page[: len(page) // 2]


def emptied(here: World, system: str) -> str:
    """The page with its frame and nothing in it."""
    page = page_of(here, system)
    for begin, end in (("BEGIN:VEVENT", "END:VCALENDAR"), ("<tr class='list", "</table>"), ("<tr>", "</table>")):
        if begin in page:
            start, stop = page.index(begin), page.rindex(end)
            return page[:start] + page[stop:]
    return ""


async def hostile(paths: tuple[str, ...]) -> AsyncIterator[Row]:
    """Answers that never end or grow in memory, each asked for by a process of its own."""
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    school = context.Process(target=bench_http.serve, args=(far,), daemon=True)
    school.start()
    port = near.recv()
    names = {"/bomb": "gzip bomb, 0.6 MB of 600", "/long": "500 MB", "/drip": "1 byte a second"}
    try:
        for path in paths:
            seconds, grown = measured(context, port, path)
            ok = seconds <= DEADLINE + 1 and grown <= bench_http.GOAL_MIB
            yield Row(names[path], f"{seconds:.1f} s, +{grown:.1f} MB", "≤ 20 s, + ≤ 20 MB", ok)
    finally:
        school.kill()
        school.join()


def measured(context: multiprocessing.context.SpawnContext, port: int, path: str) -> tuple[float, float]:
    """Seconds, and MB at most beyond an ordinary page."""
    near: Connection
    near, far = context.Pipe()
    asker = context.Process(target=bench_http.measure, args=(port, path, DEADLINE, far))
    asker.start()
    seconds, grown, _, _ = near.recv()
    asker.join()
    return seconds, grown


async def tricks() -> Row:
    """Addresses that mean this machine, asked for by GET and POST; a canary counts who came."""
    async with canary() as bird, SchoolHttp(clock=StridingClock(), guard=guard, resolver=Names()) as http:
        reached = 0
        for trick in TRICKS:
            for method in ("get", "post"):
                try:
                    visit = http.visit()
                    url = trick.format(port=bird.port)
                    await (visit.get(url) if method == "get" else visit.post(url, data={"password": "x"}))
                    reached += 1
                except SourceError:
                    continue
        hits = bird.hits
    ok = hits == reached == 0 and len(TRICKS) >= 40
    return Row(f"{len(TRICKS)} address tricks, GET and POST", f"{hits} hits", "0 hits", ok)
