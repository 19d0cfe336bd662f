"""EduPage's answers taken out of their envelope: data, tables, a report; refusals told by name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

from bot.errors import LoginRequired, SourceChanged, TruncatedPage, WrongPage
from bot.model import Notice, Substitution
from bot.scraper.contract import Page
from bot.scraper.edupage_substitutions import substitutions_of
from bot.scraper.edupage_tables import Row, Tables, slim, tables_of
from bot.scraper.page import text_of, why_not

_REFUSAL = re.compile(r"insuf|privileg|permission|login|oprávnen|uprawn", re.I)


def result_in(page: Page) -> Row | str:
    """`r` of the answer: an object, or a report as markup.

    Raises TruncatedPage for JSON that breaks off, WrongPage for HTML and other JSON, LoginRequired when EduPage
    refuses, SourceChanged for an answer without a result.
    """
    text = text_of(page)
    if not text.lstrip().startswith(("{", "[")):
        raise why_not(text, "EduPage")
    try:
        values = json.loads(text, object_hook=slim)
    except (ValueError, RecursionError):
        if '"r"' in text[:200] or text.lstrip().startswith('{"'):
            raise TruncatedPage("the EduPage answer breaks off") from None
        raise WrongPage("the answer is not EduPage's") from None
    if not isinstance(values, Mapping) or not {"r", "reload", "e"} & set(values):
        raise WrongPage("JSON, but not an answer of EduPage")
    result = values.get("r")
    error = result.get("error") if isinstance(result, Mapping) else values.get("e")
    if values.get("reload") or (isinstance(result, Mapping) and result.get("asklogin")):
        raise LoginRequired("EduPage asks for a login")
    if error:
        refused = _REFUSAL.search(str(error))
        raise (
            LoginRequired("EduPage refuses the timetable to visitors")
            if refused
            else SourceChanged("EduPage answered with an error")
        )
    if isinstance(result, str) and result.strip():
        return result
    if not isinstance(result, Mapping):
        raise SourceChanged("an EduPage answer without a result")
    return result


def is_refusal(page: Page) -> bool:
    """Whether EduPage says that this is not for visitors; an answer that asks to load the page again is none."""
    try:
        result = json.loads(text_of(page)).get("r")
    except (ValueError, AttributeError, RecursionError):
        return False
    if not isinstance(result, Mapping):
        return False
    return bool(result.get("asklogin")) or bool(_REFUSAL.search(str(result.get("error") or "")))


def answer_in(page: Page) -> Row:
    """The result of a call that answers with an object. Raises what `result_in` raises."""
    answer = result_in(page)
    if isinstance(answer, str):
        raise SourceChanged("EduPage answered with a report instead of data")
    return answer


def tables_in(page: Page) -> Tables:
    """The tables of a timetable or of the main database. Raises what `result_in` raises."""
    answer = answer_in(page)
    accessor = answer.get("dbiAccessorRes")
    return tables_of(accessor.get("tables") if isinstance(accessor, Mapping) else answer.get("tables"))


def report_in(page: Page, day: date | None) -> tuple[tuple[Substitution, ...], tuple[Notice, ...], tuple[date, ...]]:
    """The substitutions of a day. Raises what `result_in` and `substitutions_of` raise."""
    answer = result_in(page)
    if not isinstance(answer, str):
        raise SourceChanged("EduPage answered with data instead of a report")
    return substitutions_of(answer, day)
