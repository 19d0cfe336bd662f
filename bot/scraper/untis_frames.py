"""The frames of an Untis info timetable: the navigation bar with its weeks, classes, teachers and rooms. Pure.

`frames/navbar.htm` holds the names as script arrays; the n-th class is page `NNNNN` of a folder a kind and a week:
`c/47/c00003.htm`, or at some schools `47/c/c00003.htm`. Page 0 is "all", where the school publishes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer

from bot.model import Target, TargetKind
from bot.scraper.contract import Http, Page, Query
from bot.scraper.page import loose, soup_of, squeeze, text_in
from bot.scraper.untis_dates import monday_in

_ARRAY = r"""var\s+{name}\s*=\s*(\[(?:[^\[\]"]|"[^"\n]*")*\])"""
_ARRAYS = {
    TargetKind.CLASS: re.compile(_ARRAY.format(name="classes")),
    TargetKind.TEACHER: re.compile(_ARRAY.format(name="teachers")),
    TargetKind.ROOM: re.compile(_ARRAY.format(name="rooms")),
}
_WEEKS = re.compile(r"""<select[^<>]*name\s*=\s*["']?week\b""", re.I)
_FLAG = re.compile(r"var\s+flcl\s*=\s*(\d+)")
_FRAME = re.compile(r"""<i?frame\b[^<>]*\bsrc\s*=\s*["']?([^"'<>\s]*navbar[^"'<>\s]*)""", re.I)
_WEEK_PAGE = re.compile(r"^(.*/)(?:[a-z]/(\d{1,2})|(\d{1,2})/[a-z])/[a-z]\d{5}\.html?$", re.I)


@dataclass(frozen=True, slots=True)
class Navbar:
    """What the navigation bar offers. `weeks` maps a folder's name to its Monday; `whole` says that page 0 exists."""

    school: str
    names: dict[TargetKind, tuple[str, ...]]
    weeks: dict[str, date | None]
    whole: bool

    def targets(self) -> tuple[Target, ...]:
        """Whom the school publishes pages for; the id is the number of the page."""
        return tuple(
            Target(kind, f"{number:05}", name)
            for kind, names in self.names.items()
            for number, name in enumerate(names, 1)
            if name
        )

    def wanted(self, query: Query) -> list[str]:
        """The weeks that overlap the days of the query."""
        return [week for week, monday in self.weeks.items() if _overlaps(monday, query)]

    def monday_of(self, url: str) -> date | None:
        """The Monday of a page among those of several weeks, told by its folder."""
        folders = _WEEK_PAGE.match(url)
        return self.weeks.get(folders[2] or folders[3]) if folders and len(self.weeks) > 1 else None


def _overlaps(monday: date | None, query: Query) -> bool:
    if monday is None:
        return True
    after = query.start is None or monday + timedelta(days=7) > query.start
    return after and (query.end is None or monday < query.end)


def navbar_of(text: str) -> Navbar | None:
    """The navigation bar that the page is, or None."""
    if not _ARRAYS[TargetKind.CLASS].search(text) and not _WEEKS.search(text):
        return None
    flag = _FLAG.search(text)
    return Navbar(
        school=text_in(soup_of(text, SoupStrainer(class_="schoolname")).find(string=True)),
        names={kind: tuple(_names(pattern, text)) for kind, pattern in _ARRAYS.items()},
        weeks=dict(_weeks(soup_of(text, SoupStrainer("select", attrs={"name": "week"})))),
        whole=bool(int(flag[1]) & 1) if flag else True,
    )


def _weeks(soup: BeautifulSoup) -> Iterator[tuple[str, date | None]]:
    """Folder and Monday of each week; an option that is not closed holds the next ones, its own text comes first."""
    for option in soup.find_all("option"):
        yield str(option.get("value", "")), monday_in(str(option.find(string=True, recursive=False) or ""))


def _names(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    match = pattern.search(text)
    if match is None:
        return
    try:
        values = json.loads(re.sub(r",\s*\]$", "]", match[1]))
    except json.JSONDecodeError:
        return
    for value in values:
        yield squeeze(value) if isinstance(value, str) else ""


async def open_frames(http: Http, query: Query) -> tuple[Page, str]:
    """The navigation bar of the address and the folder its weeks lie in; the address's own page when it has none.

    The address may be the frameset, the bar itself, or a page of a week, under its usual name or another one.
    """
    if week := _WEEK_PAGE.match(query.url):
        bar = await http.get_or_none(urljoin(week[1], "frames/navbar.htm"))
        return (bar, week[1]) if bar is not None else (await http.get(query.url), week[1])
    page = await http.get(query.url)
    text = loose(page)
    if navbar_of(text) is not None:
        return page, urljoin(page.url, "..")
    if frame := _FRAME.search(text):
        bar = await http.get(_beside(page.url, frame[1]))
    else:
        bar = await http.get_or_none(urljoin(page.url, "frames/navbar.htm")) or page
    return bar, urljoin(bar.url, "..")


def _beside(base: str, target: str) -> str:
    """The frame's address; a frame of another host is not followed, the usual name is tried instead."""
    url = urljoin(base, target)
    return url if urljoin(url, "/") == urljoin(base, "/") else urljoin(base, "frames/navbar.htm")


async def week_page(http: Http, base: str, *, letter: str, week: str, number: int) -> Page | None:
    """A page of a week, in either order of folders; None when the school has not published it."""
    name = f"{letter}{number:05}.htm"
    page = await http.get_or_none(f"{base}{letter}/{week}/{name}")
    return page or await http.get_or_none(f"{base}{week}/{letter}/{name}")
