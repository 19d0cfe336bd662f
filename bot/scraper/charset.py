"""Tells the character set of a page: by what it says of itself when that reads well, else by what reads best. Pure."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_DECLARED = re.compile(rb"""(?:charset\s*=\s*["']?|encoding\s*=\s*["'])([A-Za-z0-9_.:-]+)""", re.I)
# What else a school's page may be in, when neither its declaration nor its country's charset reads well.
_OTHERS = ("cp1252", "iso-8859-2", "cp1250", "cp1257", "cp1251", "koi8-u", "koi8-r")
_WELL = 0.08
"""Share of odd characters up to which a charset is believed at once."""
_AT_ALL = 0.25
"""Share of odd characters beyond which none is."""
_LOOKED_AT = 300_000
# What the first bytes of letters are in Windows-1252: of Latin (C3-C5) and of Cyrillic ones (D0, D1).
_LEADS = "ÃÄÅÐÑ"
_OUTSIDE_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")
_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]")
_BROKEN = re.compile("[\udc80-\udcff]")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN_RUN = re.compile(r"[\u00c0-\u024f]{4,}")
# Signs that stand alone, beside figures or around words in any language.
_QUIET = frozenset("\u00a0\u00ad«»„“”‚‘’›‹–—…·•°²§€©®™№×")
# Letters of the languages of schools from Lisbon to Kyiv; not among them: what Baltic and Cyrillic text turns into.
_LATIN = frozenset("äöüßéèêëàâáãåæøœçîïíìôõóòùûúñýÿąćęłńśźżčďěňřšťůžėįųūāēģīķļņőűľĺŕ") | frozenset("ẞ")
_RARE_CYRILLIC = frozenset("юхцфщэъшчжйўџљњћђѓќ")


def decoded(body: bytes, *, declared: str, fallback: str) -> str | None:
    """The page as text, or None when no charset reads it: strict UTF-8, the declared charset, then `fallback`.

    The declared charset (header, then the page's own words) is often wrong, so it only counts when the bytes are not
    UTF-8 and the text then reads well: no signs inside words, no capitals after small letters, no letters that no
    school's language has. Else the candidate with the fewest such oddities wins. A few broken bytes in UTF-8 (a word
    that was cut inside a letter, a line pasted in from elsewhere) do not make it another charset. iso-8859-1 is read
    as Windows-1252, as browsers do. UTF-8 of what was UTF-8 already ("Ã¤") is not read at all.
    """
    if (text := _utf8(body)) is not None:
        return None if _is_mojibake(text) else text
    own = [match.decode("ascii") for match in _DECLARED.findall(body[:2048])[:3]]
    best: tuple[float, str] | None = None
    said = list(_known([declared, *own]))
    if said[:1] == ["cp1252"]:  # what servers say of everything: the country knows better
        said.insert(0, fallback)
    for encoding in _known([*said, fallback, *_OTHERS]):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = oddity(text)
        if odd <= _WELL:
            return text
        if best is None or odd < best[0]:
            best = (odd, text)
    return best[1] if best is not None and best[0] <= _AT_ALL else None


def _utf8(body: bytes) -> str | None:
    """The text of UTF-8, one broken byte beside three letters outside ASCII allowed; None for anything else.

    A broken byte is the letter that it is in Windows-1252, but for the first byte of a cut one.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # cut inside the last letter
            return body[: error.start].decode("utf-8")
        text = body.decode("utf-8", "surrogateescape")
    broken = len(_BROKEN.findall(text))
    letters = sum(len(run) for run in _OUTSIDE_ASCII_RUN.findall(text)) - broken
    return _BROKEN.sub(_alone, text) if 3 * broken <= letters else None


def _alone(match: re.Match[str]) -> str:
    byte = bytes([ord(match[0]) - 0xDC00])
    return "\ufffd" if byte in b"\xc2\xc3\xe2" else byte.decode("cp1252", "replace")


def _known(names: Iterable[str]) -> dict[str, None]:
    found: dict[str, None] = {}
    for name in names:
        try:
            encoding = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        if encoding in {"iso8859-1", "ascii"}:
            encoding = "cp1252"
        if encoding not in {"utf-8", "utf-7"} and codecs.lookup(encoding)._is_text_encoding:
            found[encoding] = None
    return found


def _is_mojibake(text: str) -> bool:
    """Whether a good part of what is not ASCII is UTF-8 that was taken for Windows-1252 and encoded again."""
    if not any(lead in text for lead in _LEADS):
        return False
    total = spoilt = pieces = 0
    for run in _OUTSIDE_ASCII_RUN.findall(text[:_LOOKED_AT]):
        total += len(run)
        try:
            run.encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        spoilt += len(run)
        pieces += 1
    return pieces >= 3 and 3 * spoilt > total


def oddity(text: str) -> float:
    """The share of the characters outside ASCII that no text of a school would have there; 0.0 for plain ASCII."""
    text = text[:_LOOKED_AT]
    total, odd = 0, 0.0
    for match in _OUTSIDE_ASCII.finditer(text):
        sign = match[0]
        if sign in _QUIET:
            continue
        total += 1
        if sign.isalpha():
            odd += _odd_letter(sign.lower())
        elif unicodedata.category(sign) in {"Cc", "Co", "Cn"} or "\u2500" <= sign <= "\u259f":  # lines of KOI8
            odd += 1.0
        else:
            odd += _inside_a_word(text, match.start())
    odd += sum(len(run) for run in _LATIN_RUN.findall(text))
    for word in _WORD.findall(text):
        if not word.isascii():
            odd += _changes(word)
    return min(odd / total, 1.0) if total else 0.0


def _odd_letter(sign: str) -> float:
    if "\u0400" <= sign <= "\u04ff":
        return 0.5 if sign in _RARE_CYRILLIC else 0.0
    return 0.0 if sign in _LATIN or sign > "\u024f" else 1.0


def _inside_a_word(text: str, at: int) -> bool:
    return text[at - 1 : at].isalpha() or text[at + 1 : at + 2].isalpha()


def _changes(word: str) -> float:
    """Capitals after small letters, and letters of another alphabet than the one before."""
    found = 0
    for one, other in pairwise(word):
        if one.isascii() and other.isascii():
            continue
        found += (one.islower() and other.isupper()) or (one >= "\u0400") != (other >= "\u0400")
    return float(found)
