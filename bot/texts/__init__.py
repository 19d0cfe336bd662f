"""What people read, in their language: gettext catalogues (`bot/locale/<language>.mo`) and plural forms.

English is the source text and needs no catalogue; a missing translation falls back to it. A language is one `.po` file.
Everything that comes from a school or a person is escaped by `html.escape` where it enters a text.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib import resources


class Texts:
    """The texts in one language."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, message: str) -> str:
        """The translation of a message; fill its `{placeholders}` with `str.format`."""
        return self._catalogue.gettext(message)

    def plural(self, one: str, many: str, count: int) -> str:
        """The right plural form, `{count}` filled in."""
        return self._catalogue.ngettext(one, many, count).format(count=count)


def mark(message: str) -> str:
    """Mark a constant for the catalogue; it is translated where it is used."""
    return message


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, English first."""
    files = (file.name for file in resources.files("bot.locale").iterdir())
    return ("en", *sorted(name.removesuffix(".mo") for name in files if name.endswith(".mo")))


@cache
def texts_in(language: str) -> Texts:
    """The texts in a language as Telegram names it ("lt", "pt-br"); English when there is none."""
    code = language.split("-")[0].lower()
    if code not in languages()[1:]:
        return Texts("en", gettext.NullTranslations())
    with (resources.files("bot.locale") / f"{code}.mo").open("rb") as file:
        return Texts(code, gettext.GNUTranslations(file))
