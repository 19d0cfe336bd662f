"""Tells which school system an address or a page belongs to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from bot.errors import SourceError, WrongPage
from bot.scraper.contract import Http, Page, Source
from bot.scraper.page import loose, text_of, why_not

# Below this, a match is a guess; two scores closer than this are a tie.
SURE = 0.3
CLEAR = 0.1
# How many frames of a page are looked into.
MOST_FRAMES = 4
# An address that is this sure of its system need not be asked twice.
PLAIN = 0.9

_FRAME = re.compile(r"""<i?frame\b[^<>]*\bsrc\s*=\s*["']?([^"'<>\s]+)""", re.I)


def ranked(page: Page, sources: Iterable[Source]) -> list[tuple[float, Source]]:
    """The sources that recognise the page at all, the surest first."""
    scores = [(_sureness(source, page), source) for source in sources]
    return sorted(((score, source) for score, source in scores if score > 0), key=lambda item: (-item[0], item[1].id))


def _sureness(source: Source, page: Page) -> float:
    try:
        return source.recognise(page)
    except (ValueError, SourceError):  # an address that cannot even be taken apart, a page that is none: nobody's
        return 0.0


def detect(page: Page, sources: Iterable[Source]) -> Source:
    """The source that the page belongs to.

    Raises EmptyBody, LoginRequired or MaintenancePage when that is why nothing is recognised, else WrongPage, which
    names the candidates when several are as likely.
    """
    found = ranked(page, sources)
    if not found or found[0][0] < SURE:
        refusal = why_not(text_of(page), "school")
        if not isinstance(refusal, WrongPage):
            raise refusal
        raise WrongPage("no supported school system is recognised here")
    best, source = found[0]
    rivals = [rival.id for score, rival in found[1:] if best - score < CLEAR]
    if rivals:
        raise WrongPage(f"this could be {', '.join([source.id, *rivals])}")
    return source


async def detect_at(http: Http, url: str, sources: Collection[Source]) -> Source:
    """The source of an address: by the address when that is plain, else by what it answers or its frames hold.

    Raises SourceError.
    """
    by_address = ranked(Page(url=url, body=b""), sources)
    if by_address and by_address[0][0] >= PLAIN and (len(by_address) == 1 or by_address[1][0] < PLAIN):
        return by_address[0][1]
    page = await http.get(re.sub(r"(?i)^webcal:", "https:", url))
    inside = [] if ranked(page, sources) else frames_in(page)
    for frame in inside:
        framed = await http.get_or_none(frame)
        if framed is not None and ranked(framed, sources):
            return detect(framed, sources)
    return detect(page, sources)


def frames_in(page: Page) -> list[str]:
    """The addresses of the first frames of a frameset, as far as they are of its own host."""
    if not re.search(rb"(?i)<frameset\b", page.body):
        return []
    found: dict[str, None] = {}
    for target in _FRAME.findall(loose(page)):
        with suppress(ValueError):  # an address that cannot be taken apart
            url = urljoin(page.url, target)
            if urlsplit(url)[:2] == urlsplit(page.url)[:2]:
                found[url] = None
    return list(found)[:MOST_FRAMES]
