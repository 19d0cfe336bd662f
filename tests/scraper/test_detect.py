from __future__ import annotations

import pytest

from bot.errors import SourceError, WrongPage
from bot.scraper.contract import Http, Page
from bot.scraper.detect import detect_at
from bot.scraper.registry import all_sources

HOME = "https://plan.school.example/s/default.htm"
BAR = """<html><script>var classes = ["7A"];</script><select name="week"><option value="49">30.11.2026</select>
<select name="type">{}</select></html>"""
GRIDS, BOTH = '<option value="c">Klassen', '<option value="c">Klassen<option value="w">Vertretungen'


class Site:
    """Pages by address; what was asked is kept."""

    def __init__(self, **pages: str) -> None:
        self.pages = {HOME: pages.pop("home"), **{f"https://{key}": body for key, body in pages.items()}}
        self.asked: list[str] = []

    async def get(self, url: str, **_: object) -> Page:
        self.asked.append(url)
        return Page(url, self.pages[url].encode())

    async def get_or_none(self, url: str, **_: object) -> Page | None:
        return await self.get(url) if url in self.pages else None


def frames(*sources: str) -> str:
    return "<frameset>" + "".join(f"<frame src='{one}'>" for one in sources) + "</frameset>"


async def told(site: Site) -> str:
    http: Http = site  # type: ignore[assignment] # only the gets are asked
    return (await detect_at(http, HOME, all_sources().values())).id


async def test_a_frameset_is_told_by_its_frames() -> None:
    site = Site(
        home=frames("title.htm", "frames/navbar.htm", "http://[x/"),
        **{"plan.school.example/s/frames/navbar.htm": BAR.format(GRIDS)},
    )
    assert await told(site) == "untis-grid"


async def test_frames_of_two_systems_are_named() -> None:
    bar = {"plan.school.example/s/frames/navbar.htm": BAR.format(BOTH)}
    with pytest.raises(WrongPage, match="untis-info, untis-grid"):
        await told(Site(home=frames("frames/navbar.htm"), **bar))


async def test_frames_of_another_host_are_not_asked() -> None:
    site = Site(home=frames("https://other.example/navbar.htm"), **{"other.example/navbar.htm": BAR.format(GRIDS)})
    with pytest.raises(SourceError):
        await told(site)
    assert site.asked == [HOME]
