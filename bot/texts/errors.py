"""Errors in a person's words: what happened, and what comes next. The error's own line is for logs and the shell."""

from __future__ import annotations

from bot.errors import SchoolbellError, UsageError
from bot.texts import Texts, mark

# By the name of the class, as the health of a feed keeps it; a class that is not here is told as its base.
_WHAT = {
    "SourceDown": mark("The school's page does not answer"),
    "MaintenancePage": mark("The school's page is being serviced"),
    "NotReleased": mark("The school has not published this yet"),
    "SourceChanged": mark("The school's page is no longer a timetable that I can read"),
    "EmptyBody": mark("The school's page came empty"),
    "TruncatedPage": mark("The school's page came only in part"),
    "WrongPage": mark("The school shows another page in place of the timetable"),
    "LoginRequired": mark("The school asks for a login"),
    "PasswordLost": mark("The school asks for a login"),
    "ForbiddenAddress": mark("This is an address that I may not ask"),
    "UnknownTarget": mark("The school has no such class, teacher or room"),
    "SourceError": mark("The school's page cannot be read"),
    "StoreError": mark("My database cannot be used now"),
    "ConfigError": mark("Something in my configuration is wrong"),
}
_NEXT = {
    "NotReleased": mark("As soon as it does, you find it here."),
    "LoginRequired": mark("The bot's admin can enter one."),
    "ForbiddenAddress": mark("Choose a public one, with https://."),
    "UnknownTarget": mark("Check how it is spelled."),
    "SourceError": mark("I go on asking by myself; until then the last good plan stays."),
    "StoreError": mark("Please try again later."),
    "ConfigError": mark("The bot's admin can mend it."),
}


def told(texts: Texts, error: SchoolbellError) -> str:
    """The sentences for a chat. No HTML. An error that is about a person's own words brings its message id."""
    if isinstance(error, UsageError):
        words = texts(error.message)
        return words.format(**error.values) if error.values else words
    names = [kind.__name__ for kind in type(error).__mro__]
    what = next((_WHAT[name] for name in names if name in _WHAT), None)
    if what is None:
        return texts(str(error))
    following = next((_NEXT[name] for name in names if name in _NEXT), None)
    return f"{texts(what)}. {texts(following)}" if following else f"{texts(what)}."


def reason(texts: Texts, kind: str) -> str:
    """What happened, for the admins, from the name of a source error's class. No HTML."""
    return texts(_WHAT.get(kind, _WHAT["SourceError"]))
