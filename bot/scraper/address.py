"""Which addresses the bot may ask: what a URL may look like, and which IP addresses may be dialled. Pure."""

from __future__ import annotations

import ipaddress
import re

from yarl import URL

from bot.errors import ForbiddenAddress, SourceChanged

LONGEST = 4000
"""Characters of a URL; published ones have a few hundred."""
_SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.I)
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
# Below 1024 only what web servers use; above it, not the ports of mail, phones, chats, databases (Fetch's "bad ports").
_LOW_WEB_PORTS = frozenset({*range(80, 91), 443, 444, 591, 800, 808, 880, 888}) - {87}
_NO_WEB_PORTS = frozenset(
    {
        1719,
        1720,
        1723,
        2049,
        3659,
        4045,
        4190,
        5060,
        5061,
        6000,
        6379,
        6566,
        *range(6665, 6670),
        6679,
        6697,
        10080,
        11211,
    }
)
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# What Python calls global and is not a school: shared and relay space, and a cloud's metadata service.
_NEVER: tuple[_Network, ...] = tuple(
    map(ipaddress.ip_network, ("100.64.0.0/10", "192.88.99.0/24", "168.63.129.16/32", "64:ff9b:1::/48", "fec0::/10"))
)
# Never a school either, not even on an intranet: link-local space holds the metadata services of clouds.
_METADATA: tuple[_Network, ...] = tuple(
    map(ipaddress.ip_network, ("100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32", "fd00:ec2::/32"))
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def may_dial(address: str, *, private: bool = False) -> bool:
    """Whether a resolved address may be dialled. `private` lets intranets and loopback through.

    A v4 address inside a v6 one (mapped, compatible, translated, 6to4, Teredo, NAT64, ISATAP) counts as itself.
    """
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (inner := _inner(ip)) is not None:
        return may_dial(str(inner), private=private)
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or _in(ip, _METADATA):
        return False
    if private:
        return ip.version == 6 or not (ip.is_reserved or ip in ipaddress.ip_network("0.0.0.0/8"))
    return ip.is_global and not (ip.is_reserved or _in(ip, _NEVER))


def _in(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: tuple[_Network, ...]) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip.ipv4_mapped is not None or ip.sixtofour is not None:
        return ip.ipv4_mapped or ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    number = int(ip)
    low = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if ip in _NAT64 or number >> 32 == 0xFFFF0000 or (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return low
    return low if 1 < number < 1 << 32 else None  # "::127.0.0.1"; "::" and "::1" stand for themselves


def web_address(text: str) -> tuple[URL, tuple[str, str] | None]:
    """A URL as it is asked: http or https (webcal is https), no fragment, no login; and the login that it held.

    Raises ForbiddenAddress for anything else. The host may still stand for a private address: only the address that
    is dialled tells.
    """
    given = text.strip()
    scheme = _SCHEME.match(given)
    known = _SCHEMES.get(scheme[1].lower()) if scheme else None
    if scheme is None or known is None:
        named = f"{scheme[1][:20]}: " if scheme else ""
        raise ForbiddenAddress(f"{named}only addresses that begin with http:// or https:// are read")
    if len(given) > LONGEST or _CONTROL.search(given.split("?")[0].partition("//")[2].partition("/")[0]):
        raise ForbiddenAddress("the address cannot be read")
    try:
        url = URL(known + given[len(scheme[1]) :])
        host, port = url.host, url.port
        login = (url.user or "", url.password or "") if url.user is not None else None
        url = url.with_user(None).with_fragment(None)
    except (ValueError, TypeError):
        raise ForbiddenAddress("the address cannot be read") from None
    if not host or not port:
        raise ForbiddenAddress("the address has no host")
    if port in _NO_WEB_PORTS or (port < 1024 and port not in _LOW_WEB_PORTS):
        raise ForbiddenAddress(f"{host}: port {port} is not one of a web server")
    return url, login


def next_hop(now: URL, location: str) -> URL:
    """Where a redirect leads. Raises ForbiddenAddress (never from https to http), SourceChanged when nowhere."""
    if not location.strip():
        raise SourceChanged(f"{now.host} redirects nowhere")
    readable = location.strip().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        joined = str(now.join(URL(readable)))
    except (ValueError, TypeError):
        raise ForbiddenAddress(f"{now.host} redirects to an address that cannot be read") from None
    following, _ = web_address(joined)
    if now.scheme == "https" and following.scheme == "http":
        raise ForbiddenAddress(f"{now.host} redirects to an unprotected address")
    return following


def same_party(one: URL, other: URL) -> bool:
    """Whether a login for one may be shown to the other: the same origin, or the same host gone over to https."""
    upgraded = (one.scheme, one.port, other.scheme, other.port) == ("http", 80, "https", 443)
    return one.host == other.host and (one.origin() == other.origin() or upgraded)
