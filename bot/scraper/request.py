"""A request to a school as it is made hop by hop, and how long a server asks to wait before the next. Pure."""

from __future__ import annotations

import base64
import email.utils
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from yarl import URL

from bot.errors import ForbiddenAddress
from bot.scraper.address import same_party

_KEEP_BODY = frozenset({307, 308})
_PRIVATE_HEADERS = frozenset({"authorization", "cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One hop of a request, as it is about to be made."""

    method: str
    url: URL
    headers: Mapping[str, str]
    max_bytes: int
    body: bytes | None = None

    def following(self, url: URL, status: int) -> Request:
        """The next hop: what is meant for one party is not told to another."""
        request = replace(self, url=url)
        if status == 303 or (status not in _KEEP_BODY and self.method == "POST"):
            headers = {name: value for name, value in self.headers.items() if name.lower() != "content-type"}
            request = replace(request, method="GET", body=None, headers=headers)
        if same_party(self.url, url):
            return request
        if request.body is not None:
            raise ForbiddenAddress(f"{self.url.host} sends what was posted on to {url.host}")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _PRIVATE_HEADERS}
        return replace(request, headers=headers)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two requests one: the address and all headers."""
        return str(self.url), tuple(sorted(self.headers.items()))


def basic_login(auth: tuple[str, str] | None) -> dict[str, str]:
    """The header that shows a name and a password, if there are any."""
    if auth is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(auth).encode()).decode()}


def retry_after(given: str, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110: a number or a date), or None."""
    given = given.strip()
    if given.isascii() and given.isdigit():
        return float(given[:9])
    try:
        moment = email.utils.parsedate_to_datetime(given)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000"
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)
