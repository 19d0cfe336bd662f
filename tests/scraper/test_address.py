from __future__ import annotations

import re

import pytest
from yarl import URL

from bot.errors import ForbiddenAddress, SourceChanged
from bot.scraper.address import may_dial, next_hop, same_party, web_address

PRIVATE = re.findall(
    r"\S+",
    """
127.0.0.1 127.8.9.10 10.1.1.1 172.16.0.1 172.31.255.254 192.168.0.1 100.64.1.1 100.127.255.254 192.0.2.1
198.18.0.1 198.51.100.1 203.0.113.1 192.0.0.1 192.88.99.1 ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1
::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1:: 2002:c0a8:1::1
2001:0:4136:e378:8000:63bf:80ff:fffe 2606:4700::5efe:7f00:1 2606:4700::200:5efe:a00:1 fc00::1 fd12::1 fec0::1
2001:db8::1 100::1
""",
)
NEVER = re.findall(
    r"\S+",
    """
0.0.0.0 0.1.2.3 169.254.169.254 169.254.1.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
100.100.100.200 192.0.0.192 168.63.129.16 :: fe80::1 fe80::1%eth0 febf::1 ff02::1 fd00:ec2::254
::ffff:169.254.169.254 2002:a9fe:a9fe:: 64:ff9b::a9fe:a9fe ::ffff:0.0.0.0 not-an-address 0x7f.1 2130706433
""",
)
PUBLIC = re.findall(
    r"\S+",
    """
8.8.8.8 193.219.1.1 2606:4700::1111 2a00:1450::1 2002:808:808::1 ::ffff:8.8.8.8 64:ff9b::808:808 172.32.0.1
100.63.0.1 100.128.0.1 11.0.0.1
""",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_need_leave(address: str) -> None:
    assert (may_dial(address), may_dial(address, private=True)) == (False, True)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_dialled(address: str) -> None:
    assert (may_dial(address), may_dial(address, private=True)) == (False, False)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_dialled(address: str) -> None:
    assert may_dial(address)


@pytest.mark.parametrize(
    ("given", "asked", "login"),
    [
        ("http://school.example/plan", "http://school.example/plan", None),
        (" HTTPS://School.Example/Plan?b=%2F#top ", "https://school.example/Plan?b=%2F", None),
        ("webcal://school.example/a.ics", "https://school.example/a.ics", None),
        ("webcals://school.example/a.ics", "https://school.example/a.ics", None),
        ("https://pupil:s%C3%A4%40@school.example/x", "https://school.example/x", ("pupil", "sä@")),
        ("https://pupil@school.example/x", "https://school.example/x", ("pupil", "")),
        ("http://школа.example/план", "http://xn--80atdl2c.example/%D0%BF%D0%BB%D0%B0%D0%BD", None),
        ("http://school.example:8080/", "http://school.example:8080/", None),
        ("http://school.example:81", "http://school.example:81/", None),
    ],
)
def test_a_web_address(given: str, asked: str, login: tuple[str, str] | None) -> None:
    url, found = web_address(given)
    assert (str(url).rstrip("/"), found) == (str(URL(asked)).rstrip("/"), login)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "school.example/plan",
        "//school.example/plan",
        "file:///etc/passwd",
        "ftp://school.example/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "data:text/html,x",
        "javascript:alert(1)",
        "http:",
        "http://",
        "http:///plan",
        "https://:443/",
        "http://[::1",
        "http://[zz]/",
        "http://a b/",
        "http://a\r\nHost: b/",
        "http://school.example:99999/",
        "http://school.example:-1/",
        "http://school.example:0/",
        "http://school.example:x/",
        "http://school.example:22/",
        "http://school.example:25/",
        "http://school.example:6379/",
        "http://school.example\\@127.0.0.1/",
        "http://" + "a" * 5000,
    ],
)
def test_what_is_no_web_address(given: str) -> None:
    with pytest.raises(ForbiddenAddress) as refused:
        web_address(given)
    assert len(str(refused.value)) < 120
    assert "\n" not in str(refused.value)


def test_a_refused_address_does_not_repeat_a_secret() -> None:
    for given in ("token=s3cret", "s3cret:x", "ftp://u:s3cret@school.example/?s3cret"):
        with pytest.raises(ForbiddenAddress) as refused:
            web_address(given)
        assert "s3cret@" not in str(refused.value)
        assert "?" not in str(refused.value)


def test_a_redirect_keeps_to_the_web() -> None:
    here = URL("https://school.example/a/b")
    assert str(next_hop(here, "../c?d#e")) == "https://school.example/c?d"
    assert str(next_hop(here, "//other.example/x")) == "https://other.example/x"
    assert str(next_hop(here, "https://u:p@other.example/x")) == "https://other.example/x"
    assert str(next_hop(here, b"/\xc3\xa4".decode("utf-8", "surrogateescape"))) == "https://school.example/%C3%A4"
    for location in ("http://school.example/", "ftp://school.example/", "javascript:x", "file:///etc/passwd", "//["):
        with pytest.raises(ForbiddenAddress):
            next_hop(here, location)
    with pytest.raises(SourceChanged):
        next_hop(here, " ")


def test_a_login_stays_with_its_party() -> None:
    def same(one: str, other: str) -> bool:
        return same_party(URL(one), URL(other))

    assert same("https://a.example/x", "https://a.example/y")
    assert same("http://a.example/x", "https://a.example/x")
    assert not same("https://a.example/", "https://b.example/")
    assert not same("https://a.example/", "https://a.example:8443/")
    assert not same("http://a.example:8080/", "https://a.example/")
    assert not same("https://a.example/", "https://sub.a.example/")
