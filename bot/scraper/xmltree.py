"""XML of a school, read piece by piece: no document types, no entities of its own, one section in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from typing import cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from bot.errors import SourceChanged, TruncatedPage

_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(?:([A-Za-z]\w{1,9});)?")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MAX_DEPTH = 20
_CHUNK = 1 << 16


def sections(text: str, wanted: frozenset[str]) -> Iterator[Element]:
    """The elements called one of `wanted`, in the order in which they end; each is emptied after its turn.

    An element that holds wanted ones has had them taken out.

    Raises TruncatedPage when the document ends before its root does, SourceChanged when it is not well-formed, is
    nested deeper than any plan, or brings a document type (whose entities could grow without bound). An HTML entity
    (`&nbsp;`) and a bare `&`, which are errors in XML, are read as what they mean.
    """
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.I):
        raise SourceChanged("the XML declares a document type, which no plan does")
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    inside: list[Element] = []
    depth = 0
    for chunk in _chunks(_repaired(text.lstrip("\ufeff \t\r\n"))):
        _feed(parser, chunk)
        for event, element in _events(parser):
            if event == "start":
                depth += 1
                if depth > _MAX_DEPTH:
                    raise SourceChanged("the XML is nested deeper than any plan")
                if element.tag in wanted:
                    inside.append(element)
                continue
            depth -= 1
            if inside and inside[-1] is element:
                inside.pop()
                yield element
                element.clear()
            elif not inside:
                element.clear()


def _chunks(text: str) -> Iterator[str]:
    """The text in pieces, then "": the end."""
    for start in range(0, len(text), _CHUNK):
        yield text[start : start + _CHUNK]
    yield ""


def _events(parser: XMLPullParser[Element]) -> Iterator[tuple[str, Element]]:
    """What was read since the last time; only starts and ends of elements were asked for."""
    events = cast(Iterator[tuple[str, Element]], parser.read_events())
    try:
        yield from events
    except ParseError as error:  # `feed` keeps its error for the reader of the events
        raise SourceChanged("the XML is not well-formed") from error


def _feed(parser: XMLPullParser[Element], chunk: str) -> None:
    if chunk:
        parser.feed(chunk)
        return
    try:
        parser.close()
    except ParseError as error:
        raise TruncatedPage("the XML ends before its last tag") from error


def _repaired(text: str) -> str:
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("", text)
    return _AMPERSAND.sub(_entity, text) if "&" in text else text


def _entity(match: re.Match[str]) -> str:
    name = match[1]
    if name in name2codepoint:
        return chr(name2codepoint[name])
    return f"&amp;{name};" if name else "&amp;"
