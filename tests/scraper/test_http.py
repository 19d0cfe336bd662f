from __future__ import annotations

import asyncio
import contextlib
import gzip
import ipaddress
import logging
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web

from bot.errors import (
    ForbiddenAddress,
    LoginRequired,
    NotReleased,
    SourceChanged,
    SourceDown,
    SourceError,
    TruncatedPage,
)
from bot.scraper import http as subject
from bot.scraper.address import may_dial
from bot.scraper.http import Round, SchoolHttp, Visit
from bot.scraper.request import retry_after
from tests.scraper.school import (
    PUBLIC,
    Canary,
    Names,
    StridingClock,
    canary,
    raw,
    redirect,
    school,
    status,
    text,
)


def guard(address: str, port: int) -> bool:
    return address == PUBLIC or may_dial(address)


@pytest.fixture
def clock() -> StridingClock:
    return StridingClock()


@pytest.fixture
async def client(clock: StridingClock) -> AsyncIterator[SchoolHttp]:
    async with SchoolHttp(clock=clock, guard=guard, resolver=Names()) as http:
        yield http


@pytest.fixture
async def visit(client: SchoolHttp) -> Visit:
    return client.visit()


@pytest.fixture
async def bird() -> AsyncIterator[Canary]:
    async with canary() as found:
        yield found


# --- Addresses: {port} is the canary's. Names resolve to 127.0.0.1. ---

TRICKS = """
http://127.0.0.1:{port}/
http://127.0.0.1.:{port}/
http://127.1:{port}/
http://127.0.1:{port}/
http://127.000.000.001:{port}/
http://0:{port}/
http://0.0.0.0:{port}/
http://2130706433:{port}/
http://0x7f000001:{port}/
http://0x7f.1:{port}/
http://0x7F.0x0.0x0.0x1:{port}/
http://0177.1:{port}/
http://0177.0.0.01:{port}/
http://017700000001:{port}/
http://[::1]:{port}/
http://[0:0:0:0:0:0:0:1]:{port}/
http://[::]:{port}/
http://[::ffff:127.0.0.1]:{port}/
http://[::ffff:7f00:1]:{port}/
http://[::127.0.0.1]:{port}/
http://[::1%25lo]:{port}/
http://[64:ff9b::7f00:1]:{port}/
http://[2002:7f00:1::]:{port}/
http://localhost:{port}/
http://LOCALHOST:{port}/
http://localhost.:{port}/
http://localhost.localdomain:{port}/
http://sub.localhost:{port}/
http://rebind.example:{port}/
http://127.0.0.1.nip.example:{port}/
http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/
http://１２７.０.０.１:{port}/
http://127。0。0。1:{port}/
http://127%2E0%2E0%2E1:{port}/
http://%31%32%37.0.0.1:{port}/
http://школа.example:{port}/
http://school.example@127.0.0.1:{port}/
http://school.example:80@127.0.0.1:{port}/
http://school.example:{port}#@127.0.0.1:{port}/
http://127.0.0.1:{port}\\@school.example/
http://school.example\\@127.0.0.1:{port}/
http://127.0.0.1:{port}%2f@school.example/
http://user:secret@localhost:{port}/
http:127.0.0.1:{port}/
http:/127.0.0.1:{port}/
http:///127.0.0.1:{port}/
http:\\\\127.0.0.1:{port}/
//127.0.0.1:{port}/
127.0.0.1:{port}/
webcal://127.0.0.1:{port}/
https://127.0.0.1:{port}/
ftp://127.0.0.1:{port}/
gopher://127.0.0.1:{port}/_x
file://127.0.0.1:{port}/etc/passwd
ws://127.0.0.1:{port}/
http+unix://127.0.0.1:{port}/
http://127.0.0.1:{port}/\r\nX: y
http://127.0.0.1\t:{port}/
http://169.254.169.254/latest/meta-data/
http://[fd00:ec2::254]/latest/
http://metadata.google.internal/
http://10.0.0.1/
http://100.64.0.1/
""".strip("\n").split("\n")


@pytest.mark.parametrize("trick", TRICKS)
async def test_no_trick_reaches_loopback(trick: str, client: SchoolHttp, bird: Canary) -> None:
    url = trick.format(port=bird.port)
    with pytest.raises((ForbiddenAddress, SourceDown)) as refused:
        await client.visit().get(url)
    with pytest.raises((ForbiddenAddress, SourceDown)):
        await client.visit().post(url, data={"password": "secret"})
    assert bird.hits == 0
    assert "secret" not in str(refused.value)


async def test_no_trick_reaches_loopback_by_redirect(client: SchoolHttp, bird: Canary) -> None:
    async with school(go=redirect) as base:
        for trick in TRICKS:
            target = trick.format(port=bird.port)
            if target.startswith(("//", "127", "http:127", "http:/1")):  # relative to the school: its own pages
                continue
            try:
                page = await client.visit().get(f"{base}/go", params={"to": target})
            except SourceError:
                continue
            assert page.url.startswith(base), trick
    assert bird.hits == 0


def _on_loopback(address: str, port: int) -> bool:
    return ipaddress.ip_address(address.split("%")[0]).is_loopback


async def test_the_tricks_would_work(clock: StridingClock, bird: Canary) -> None:
    """Without the guard most of them do reach the canary: it is the guard that the tests above test."""
    async with SchoolHttp(clock=clock, guard=_on_loopback, resolver=Names(), deadline=1.0) as http:
        for trick in TRICKS:
            if "{port}" in trick:
                with contextlib.suppress(SourceError):
                    await http.visit().get(trick.format(port=bird.port))
    assert bird.hits >= 30


async def test_a_trick_is_named_as_what_it_is(visit: Visit, bird: Canary) -> None:
    for url in ("http://0x7f.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://rebind.example:{port}/"):
        with pytest.raises(ForbiddenAddress, match="private or reserved"):
            await visit.get(url.format(port=bird.port))


async def test_a_name_that_resolves_elsewhere_the_second_time(clock: StridingClock, bird: Canary) -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    closing = text("plan", Connection="close")
    async with school(port=bird.port, plan=closing), SchoolHttp(clock=clock, guard=guard, resolver=names) as http:
        assert (await http.visit().get(f"http://rebind.example:{bird.port}/plan")).body == b"plan"
        with pytest.raises(ForbiddenAddress):
            await http.visit().get(f"http://rebind.example:{bird.port}/plan")
    assert (bird.hits, len(names.asked)) == (0, 2)


async def test_a_name_with_a_private_and_a_public_address(clock: StridingClock, bird: Canary) -> None:
    names = Names(["127.0.0.1", PUBLIC])
    async with school(port=bird.port, plan=text("x")), SchoolHttp(clock=clock, guard=guard, resolver=names) as http:
        assert (await http.visit().get(f"http://both.example:{bird.port}/plan")).body == b"x"
    assert bird.hits == 0


async def test_private_addresses_when_the_operator_allows_them(clock: StridingClock) -> None:
    async with school(plan=text("x")) as base:
        async with SchoolHttp(clock=clock, allow_private=True) as http:
            assert (await http.visit().get(f"{base}/plan")).body == b"x"
        async with SchoolHttp(clock=clock) as http:
            with pytest.raises(ForbiddenAddress):
                await http.visit().get(f"{base}/plan")


async def test_nothing_is_asked_outside_of_async_with(clock: StridingClock) -> None:
    with pytest.raises(RuntimeError):
        await SchoolHttp(clock=clock).visit().get("http://127.0.0.1/")


# --- Limits ---


async def test_a_gzip_bomb(visit: Visit) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([*(packer.compress(b"\0" * 1_000_000) for _ in range(50)), packer.flush()])
    async with school(bomb=text(bomb, Content_Encoding="gzip")) as base:
        with pytest.raises(SourceChanged, match="5 MB"):
            await visit.get(f"{base}/bomb")


async def test_an_endless_body(visit: Visit) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"<tr><td>x</td></tr>" * 1000)
            sent += 19_000

    async with school(endless=endless) as base:
        with pytest.raises(SourceChanged, match=r"more than 0.2 MB"):
            await visit.get(f"{base}/endless", max_bytes=200_000)
    assert sent < 20_000_000


async def test_a_body_that_says_it_is_too_long(visit: Visit) -> None:
    async with raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000001\r\n\r\n", hold=True) as base:
        with pytest.raises(SourceChanged, match="5 MB"):
            await visit.get(base)


async def test_the_cap_is_exact(visit: Visit) -> None:
    async with school(page=text("x" * 1000)) as base:
        assert len((await visit.get(f"{base}/page", max_bytes=1000)).body) == 1000
        with pytest.raises(SourceChanged):
            await visit.get(f"{base}/page", max_bytes=999)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nplan"]
)
async def test_the_deadline_holds_at_every_stage(clock: StridingClock, answer: bytes) -> None:
    async with raw(answer, hold=True) as base, SchoolHttp(clock=clock, guard=guard, deadline=0.1) as http:
        with pytest.raises(SourceDown, match=r"within 0\.1 s"):
            await http.visit().get(base)


async def test_a_drip_does_not_prolong_the_deadline(clock: StridingClock) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x")
            await asyncio.sleep(0.01)

    async with school(drip=drip) as base, SchoolHttp(clock=clock, guard=guard, deadline=0.2) as http:
        with pytest.raises(SourceDown, match="did not answer"):
            await http.visit().get(f"{base}/drip")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>half a pla",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<html>half",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"plan" * 99, mtime=0)[:20],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n<html>not packed",
    ],
)
async def test_half_a_body_is_no_page(visit: Visit, answer: bytes) -> None:
    async with raw(answer) as base:
        with pytest.raises(TruncatedPage):
            await visit.get(base)


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH_9.7\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"]
)
async def test_what_is_no_http_at_all(visit: Visit, answer: bytes) -> None:
    async with raw(answer) as base:
        with pytest.raises(SourceDown):
            await visit.get(base)


async def test_a_packing_that_was_not_asked_for(visit: Visit) -> None:
    async with school(page=text("plan", Content_Encoding="br")) as base:
        with pytest.raises(SourceChanged, match="br"):
            await visit.get(f"{base}/page")


async def test_nobody_listens(visit: Visit) -> None:
    async with school() as base:
        pass
    with pytest.raises(SourceDown, match="no connection"):
        await visit.get(base)


async def test_a_name_that_nobody_knows(clock: StridingClock) -> None:
    class Nobody(Names):
        async def resolve(self, *_: object, **__: object) -> list[object]:  # type: ignore[override]  # a fault
            raise OSError(None, "no such name")

    async with SchoolHttp(clock=clock, resolver=Nobody()) as http:
        with pytest.raises(SourceDown, match="no such name"):
            await http.visit().get("http://school.example/")


# --- What the answer says ---


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (201, None),
        (204, None),
        (206, SourceChanged),
        (304, SourceChanged),
        (400, SourceChanged),
        (401, LoginRequired),
        (403, LoginRequired),
        (404, NotReleased),
        (410, NotReleased),
        (418, SourceChanged),
        (429, SourceDown),
        (500, SourceDown),
        (503, SourceDown),
    ],
)
async def test_statuses(visit: Visit, code: int, error: type[SourceError] | None) -> None:
    async with school(page=status(code)) as base:
        if error is None:
            await visit.get(f"{base}/page")
            return
        with pytest.raises(error) as raised:
            await visit.get(f"{base}/page")
        assert type(raised.value) is error


async def test_none_where_there_is_no_page(visit: Visit) -> None:
    async with school(gone=status(404), broken=status(500)) as base:
        assert await visit.get_or_none(f"{base}/gone") is None
        with pytest.raises(SourceDown):
            await visit.get_or_none(f"{base}/broken")


async def test_headers_of_a_page(visit: Visit) -> None:
    latin = text("ž".encode("iso-8859-13"), Content_Type="Text/HTML; charset=ISO-8859-13", ETag='"1"')
    async with school(latin=latin) as base, raw(b"HTTP/1.1 200 OK\r\n\r\nplan") as bare:
        page = await visit.get(f"{base}/latin#top", params={"week": "4 8"})
        assert (page.url, page.content_type, page.charset.lower()) == (
            f"{base}/latin?week=4+8",
            "text/html",
            "iso-8859-13",
        )
        assert page.headers == {"ETag": '"1"'}
        unsaid = await visit.get(bare)
        assert (unsaid.content_type, unsaid.charset) == ("", "")


async def test_packed_pages(visit: Visit) -> None:
    async with school(
        gzip=text(gzip.compress(b"plan", mtime=0), Content_Encoding="gzip"),
        deflate=text(zlib.compress(b"plan"), Content_Encoding="deflate"),
    ) as base:
        assert [(await visit.get(f"{base}/{name}")).body for name in ("gzip", "deflate")] == [b"plan", b"plan"]


async def test_what_a_school_is_told(visit: Visit) -> None:
    seen: list[web.BaseRequest] = []

    async def page(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response(text=await request.text())

    async with school(page=page) as base:
        await visit.get(f"{base}/page", headers={"anonymous-school": "x"}, auth=("pupil", "ąß"))
        form = await visit.post(f"{base}/page", data={"a": "ą b"})
        json = await visit.post(f"{base}/page", json={"__args": [None, 2026]})
        await visit.get(base.replace("://", "://pupil:pw@") + "/page")
    assert seen[0].headers["User-Agent"].startswith("Schoolbell/")
    assert seen[0].headers["anonymous-school"] == "x"
    assert seen[0].headers["Authorization"] == "Basic cHVwaWw6xIXDnw=="
    assert (form.body, seen[1].content_type) == (b"a=%C4%85+b", "application/x-www-form-urlencoded")
    assert (json.body, seen[2].content_type) == (b'{"__args": [null, 2026]}', "application/json")
    assert seen[3].headers["Authorization"] == "Basic cHVwaWw6cHc="


async def test_cookies_live_as_long_as_the_visit(client: SchoolHttp) -> None:
    async def page(request: web.Request) -> web.Response:
        answer = web.Response(text=request.cookies.get("session", "stranger"))
        answer.set_cookie("session", "known")
        return answer

    async with school(page=page) as base:
        visit = client.visit()
        assert [(await visit.get(f"{base}/page", params={"n": n})).body for n in "12"] == [b"stranger", b"known"]
        assert (await client.visit().get(f"{base}/page")).body == b"stranger"


# --- Redirects ---


async def test_redirects_are_followed(visit: Visit) -> None:
    async with school(go=redirect, plan=text("plan")) as base:
        page = await visit.get(f"{base}/go", params={"to": "/go?to=plan"})
    assert (page.url, page.body) == (f"{base}/plan", b"plan")


async def test_a_circle_of_redirects(visit: Visit) -> None:
    hops = 0

    async def again(request: web.Request) -> web.Response:
        nonlocal hops
        hops += 1
        return web.Response(status=302, headers={"Location": "/again"})

    async with school(again=again) as base:
        with pytest.raises(SourceChanged, match="circle"):
            await visit.get(f"{base}/again")
    assert hops == 6


async def test_a_redirect_to_nowhere(visit: Visit) -> None:
    async with school(go=status(302)) as base:
        with pytest.raises(SourceChanged, match="nowhere"):
            await visit.get(f"{base}/go")


async def test_a_login_is_not_shown_to_another_host(visit: Visit) -> None:
    seen: dict[str, str | None] = {}

    async def page(request: web.Request) -> web.Response:
        seen[request.path] = request.headers.get("Authorization")
        seen["cookie"] = request.headers.get("Cookie")
        return web.Response(text="plan")

    async with school(here=page, go=redirect) as base, school(there=page) as other:
        await visit.get(f"{base}/go", params={"to": "/here"}, auth=("pupil", "pw"))
        await visit.get(f"{base}/go", params={"to": f"{other}/there"}, auth=("pupil", "pw"), headers={"Cookie": "s=1"})
    assert seen == {"/here": "Basic cHVwaWw6cHc=", "/there": None, "cookie": None}


@pytest.mark.parametrize(
    ("code", "method", "body"), [(301, "GET", ""), (302, "GET", ""), (303, "GET", ""), (307, "POST", "a=1")]
)
async def test_what_becomes_of_a_post(visit: Visit, code: int, method: str, body: str) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.method} {await request.text()}")

    async with school(go=redirect, page=page) as base:
        answer = await visit.post(f"{base}/go?status={code}&to=/page", data={"a": "1"})
    assert answer.body.decode() == f"{method} {body}"


async def test_a_posted_password_is_not_sent_on_to_another_host(visit: Visit) -> None:
    async with school(go=redirect) as base, school(page=text("x")) as other:
        with pytest.raises(ForbiddenAddress, match="posted"):
            await visit.post(f"{base}/go?status=307&to={other}/page", data={"password": "x"})


# --- Asked once, asked politely ---


def counting(headers: dict[str, str], seen: list[str]) -> Callable[[web.Request], object]:
    async def page(request: web.Request) -> web.Response:
        seen.append(request.headers.get("If-None-Match", "") or request.headers.get("If-Modified-Since", ""))
        if seen[-1]:
            return web.Response(status=304)
        return web.Response(text="plan", headers=headers)

    return page


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"ETag": '"7"'}, ["", '"7"']),
        ({"Last-Modified": "Mon, 23 Nov 2026 08:00:00 GMT"}, ["", "Mon, 23 Nov 2026 08:00:00 GMT"]),
        ({}, ["", ""]),
        ({"ETag": '"7"', "Cache-Control": "No-Store"}, ["", ""]),
        ({"ETag": '"7"', "Set-Cookie": "a=b"}, ["", ""]),
    ],
)
async def test_a_page_that_has_not_changed(client: SchoolHttp, headers: dict[str, str], asked: list[str]) -> None:
    seen: list[str] = []
    async with school(page=counting(headers, seen)) as base:  # type: ignore[arg-type]  # a handler all the same
        pages = [await client.visit().get(f"{base}/page") for _ in range(2)]
    assert seen == asked
    assert pages[0] == pages[1]


async def test_a_logged_in_page_is_not_another_persons(client: SchoolHttp) -> None:
    async def page(request: web.Request) -> web.Response:
        if "If-None-Match" in request.headers:
            return web.Response(status=304)
        return web.Response(text=request.headers["Authorization"], headers={"ETag": "same"})

    async with school(page=page) as base:
        bodies = [(await client.visit().get(f"{base}/page", auth=(name, "pw"))).body for name in ("a", "b", "a")]
    assert bodies[0] == bodies[2] != bodies[1]


async def test_kept_bodies_are_bounded(client: SchoolHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def page(request: web.Request) -> web.Response:
        seen.append(request.headers.get("If-None-Match", ""))
        return web.Response(body=bytes(range(256)) * 200, headers={"ETag": request.query_string})

    monkeypatch.setattr(client.bodies, "_limit", 3000)
    async with school(page=page) as base:
        for number in [*range(30), 0, 29]:
            await client.visit().get(f"{base}/page?{number}")
    assert seen[-2:] == ["", "29"]


async def test_equal_questions_of_a_round_are_asked_once(client: SchoolHttp) -> None:
    seen: list[str] = []
    async with school(page=counting({}, seen), gone=status(404)) as base:  # type: ignore[arg-type]
        round_ = Round()
        visits = [client.visit(round_) for _ in range(5)]
        pages = await asyncio.gather(*(visit.get(f"{base}/page") for visit in visits))
        assert {page.body for page in pages} == {b"plan"}
        assert len(seen) == 1
        await visits[0].get(f"{base}/page", headers={"Accept": "text/html"})
        await client.visit(Round()).get(f"{base}/page")
        assert len(seen) == 3
        for visit in visits:
            assert await visit.get_or_none(f"{base}/gone") is None
        assert len(client.turns._asked) == 1


async def test_an_asker_that_is_stopped_does_not_stop_the_others(client: SchoolHttp) -> None:
    started, release = asyncio.Event(), asyncio.Event()
    seen = 0

    async def page(request: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        started.set()
        await release.wait()
        return web.Response(text="plan")

    async with school(page=page) as base:
        round_ = Round()
        first = asyncio.create_task(client.visit(round_).get(f"{base}/page"))
        await started.wait()
        second = asyncio.create_task(client.visit(round_).get(f"{base}/page"))
        await asyncio.sleep(0)
        first.cancel()
        release.set()
        assert (await second).body == b"plan"
        assert seen == 2
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_a_round_forgets_when_it_holds_too_much(client: SchoolHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "ROUND_BYTES", 2500)
    async with school(page=text("x" * 1000)) as base:
        round_ = Round()
        for number in range(6):
            await client.visit(round_).get(f"{base}/page?{number}")
        assert len(round_.pages) == 2


async def test_one_request_at_a_time_and_a_pause_between(client: SchoolHttp, clock: StridingClock) -> None:
    now = most = 0

    async def page(request: web.Request) -> web.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return web.Response(text="plan")

    async with school(page=page) as base:
        await asyncio.gather(*(client.visit().get(f"{base}/page?{n}") for n in range(6)))
    assert most == 1
    assert clock.slept == [0.5] * 5


async def test_waiting_for_ones_turn_is_not_the_schools_fault(clock: StridingClock) -> None:
    async def page(request: web.Request) -> web.Response:
        await asyncio.sleep(0.06)
        return web.Response(text="plan")

    async with school(page=page) as base, SchoolHttp(clock=clock, guard=guard, deadline=0.2) as http:
        pages = await asyncio.gather(*(http.visit().get(f"{base}/page?{n}") for n in range(6)))
    assert len(pages) == 6


async def test_a_stopped_wait_gives_the_turn_back(client: SchoolHttp) -> None:
    async with school(page=text("x")) as base:
        task = asyncio.create_task(client.visit().get(f"{base}/page"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await client.visit().get(f"{base}/page")).body == b"x"


async def test_a_school_that_wants_to_be_left_alone(client: SchoolHttp, clock: StridingClock) -> None:
    async with school(busy=status(429, Retry_After="120"), page=text("x")) as base:
        with pytest.raises(SourceDown) as busy:
            await client.visit().get(f"{base}/busy")
        assert busy.value.retry_after == 120
        clock.elapsed += 60
        with pytest.raises(SourceDown) as rest:
            await client.visit().get(f"{base}/page")
        assert rest.value.retry_after == 60
        clock.elapsed += 61
        assert (await client.visit().get(f"{base}/page")).body == b"x"


async def test_a_rest_is_not_for_ever(client: SchoolHttp, clock: StridingClock) -> None:
    async with school(busy=status(503, Retry_After="999999999"), page=text("x")) as base:
        with pytest.raises(SourceDown):
            await client.visit().get(f"{base}/busy")
        clock.elapsed += 3601
        assert (await client.visit().get(f"{base}/page")).body == b"x"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Tue, 24 Nov 2026 06:01:30 GMT", 90),
        ("Tue, 24 Nov 2026 06:01:30 -0000", 90),
        ("Tuesday, 24-Nov-26 06:01:30 GMT", 90),
        ("Mon, 23 Nov 2026 06:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 400, 999999999),
    ],
)
def test_how_long_to_wait(given: str, seconds: float | None, clock: StridingClock) -> None:
    assert retry_after(given, clock.now()) == seconds


async def test_no_secret_reaches_a_log(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with school(page=text("body-s3cret"), gone=status(404), login=status(401)) as base:
        await visit.get(f"{base}/page?token=s3cret", auth=("pupil", "s3cret"))
        await visit.post(f"{base}/page", data={"password": "s3cret"})
        for page in ("gone", "login"):
            with pytest.raises(SourceError) as refused:
                await visit.get(f"{base}/{page}?token=s3cret")
            assert "s3cret" not in str(refused.value)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot")]
    assert ours
    assert not any("s3cret" in line for line in ours)
