"""A diary on loopback in the shape of Mano dienynas: one account, homework, tests, and what can go wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from html import escape

from aiohttp import web

from bot.scraper.sources.manodienynas import MONTHS

LOGIN_PAGE = '<html><body><form action="/1/lt/ajax/user/login"><input name="username"></form></body></html>'
WHO = '<div id="act-user-info-text">Ona</div>'
UNREADABLE = "0000-00-00"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the homework table as the school typed it. `due` is text: it may be unreadable."""

    subject: str
    text: str
    due: str
    taught: date
    lesson: int


@dataclass(slots=True)
class Diary:
    """The site's state. `expires_after`: so many pages into a session it ends, once. `silent`: tables without rows."""

    username: str = "ona"
    password: str = "first-Secret-9"  # noqa: S105 - of nobody
    homework: list[Entry] = field(default_factory=list)
    exams: list[tuple[str, str, date]] = field(default_factory=list)
    down: bool = False
    silent: bool = False
    expires_after: int = 0
    sign_ins: int = 0
    refusals: int = 0
    _session: str = ""
    _pages: int = 0

    def end_session(self) -> None:
        """Whoever is signed in is so no more."""
        self._session = ""

    def app(self) -> web.Application:
        """The site."""
        app = web.Application(middlewares=[self._faults])
        app.router.add_get("/1/lt/public/public/login", self._login_page)
        app.router.add_post("/1/lt/ajax/user/login", self._sign_in)
        app.router.add_get("/1/lt/page/classhomework/home_work", self._homework)
        app.router.add_post("/1/lt/page/classhomework/home_work/0/{page}", self._homework)
        app.router.add_get("/1/lt/page/control_work/dates_pupil", self._exams)
        app.router.add_get("/1/lt/page/schedule/view", self._empty)
        app.router.add_get("/1/lt/page/atostogos/atostogu_rodymas", self._empty)
        return app

    @web.middleware
    async def _faults(self, request: web.Request, handler: web.Handler) -> web.StreamResponse:  # type: ignore[name-defined]  # aiohttp's name of it is private
        if self.down:
            raise web.HTTPInternalServerError
        if "/page/" in request.path:
            self._pages += 1
            if self.expires_after and self._pages > self.expires_after:
                self._session, self.expires_after = "", 0
            if not self._session or request.cookies.get("session") != self._session:
                return _page(LOGIN_PAGE)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _login_page(self, request: web.Request) -> web.Response:
        """Who is signed in already sees their own page."""
        return _page(WHO if self._session and request.cookies.get("session") == self._session else LOGIN_PAGE)

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        if (form.get("username"), form.get("password")) != (self.username, self.password):
            self.refusals += 1
            return web.json_response({"message": "Įvesti neteisingi prisijungimo duomenys", "url": False})
        self.sign_ins += 1
        self._session, self._pages = f"s{self.sign_ins}", 0
        answer = web.json_response({"message": False, "url": "/1/lt/page/message_new/message_list"})
        answer.set_cookie("session", self._session)
        return answer

    async def _homework(self, _: web.Request) -> web.Response:
        names = ("Pamokos data", "Pamoka", "Mokytojas", "Namų darbas", "Atlikti iki", "Įvesta", "Prikabinti failai")
        head = "".join(f"<th>{name}</th>" for name in names)
        rows = "" if self.silent else "".join(_row(entry) for entry in self.homework)
        return _page(f'{WHO}<table class="classhomework_table"><tbody><tr>{head}</tr>{rows}</tbody></table>')

    async def _exams(self, _: web.Request) -> web.Response:
        names = ("Eil. Nr.", "Data", "Atsiskaitomojo darbo tipas", "Grupė", "Atsiskaitomojo darbo tema", "Įvesta")
        head = "".join(f"<th>{name}</th>" for name in names)
        rows = "".join(
            f"<tr><td>{number}</td><td>{day}</td><td>Kontrolinis</td><td>{subject}</td><td>{text}</td><td></td></tr>"
            for number, (subject, text, day) in enumerate([] if self.silent else self.exams, 1)
        )
        return _page(f'{WHO}<table id="cWorksListTable"><tr>{head}</tr>{rows}</table>')

    async def _empty(self, _: web.Request) -> web.Response:
        return _page(WHO)


def _row(entry: Entry) -> str:
    month, day = MONTHS[entry.taught.month - 1][0].capitalize(), entry.taught.day
    return (
        f'<tr class="simple_info_block"><td>{month}<br><div class="month_day">{day}</div></td>'
        f'<td class="mark_subject" data-lesson-id="{entry.lesson}">{escape(entry.subject)}</td><td>A. Beržaitė</td>'
        f'<td class="chDescription"><p>{escape(entry.text)}</p></td><td>{entry.due}</td><td>{entry.taught}</td>'
        '<td></td></tr><tr class="adnet_main"><td colspan="100%">Reklama</td></tr>'
    )


def _page(body: str) -> web.Response:
    return web.Response(text=f"<html><body>{body}</body></html>", content_type="text/html", charset="utf-8")
