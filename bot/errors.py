"""The errors of the product: each says in one line what happened; the command line adds what comes next."""

from __future__ import annotations


class SchoolbellError(Exception):
    """Anything that went wrong in a way a person can be told of. `str(error)` is one line, without secrets."""

    exit_code = 1
    advice = ""
    """What comes next, for whoever runs the bot; "" where the message says it already."""


class ConfigError(SchoolbellError):
    """The configuration cannot be used. `problems` holds every problem at once, one line each."""

    exit_code = 78

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class UsageError(SchoolbellError):
    """A command was used wrongly.

    In a chat `message` is a message id of the catalogue; `values` fill its placeholders.
    """

    exit_code = 2

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values
        super().__init__(message.format(**values) if values else message)


class StoreError(SchoolbellError):
    """The database cannot be used: corrupt, from a newer version, locked by another process."""


class SourceError(SchoolbellError):
    """A school system gave no plan. The last good plan stays; it is never read as "no lessons"."""


class SourceDown(SourceError):
    """The school did not answer, or said that it is busy: ask again later.

    `retry_after` is what the server asked for, in seconds, when it did.
    """

    advice = "try again later"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class MaintenancePage(SourceDown):
    """A page that says the system is under maintenance, with whatever status."""


class NotReleased(SourceDown):
    """The school has not published this day or week yet."""

    advice = "ask again when it is published"


class SourceChanged(SourceError):
    """The answer is not the plan that this system publishes: another layout, another page, half a page."""

    advice = "compare the page with a browser; the layout may be new"


class EmptyBody(SourceChanged):
    """The answer had no body."""

    advice = "open the address in a browser"


class TruncatedPage(SourceChanged):
    """The page ends inside the plan."""

    advice = "fetch it again"


class WrongPage(SourceChanged):
    """A page, but none of this system: another system's plan, a captive portal, JSON for HTML, noise."""

    advice = "check the address, or name the system with --source"


class LoginRequired(SourceError):
    """The school asks for a login or a password, or refused the one it was given.

    `refused`: it was certainly the password: asked again with the same one, schools lock the account.
    """

    advice = "give the school's password, or an address that is open to all"

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class PasswordLost(LoginRequired):
    """The stored password cannot be opened: its key is another one, or gone. The school was not asked."""

    def __init__(self, message: str = "the stored password cannot be opened any more; enter it again") -> None:
        super().__init__(message, refused=True)


class ForbiddenAddress(SourceError):
    """The address is not one the bot may ask: private, loopback, link-local, not http(s)."""

    def __init__(self, message: str, *, private: bool = False) -> None:
        super().__init__(message)
        self.advice = "SCHOOLBELL_ALLOW_PRIVATE=1 lets intranets in, if it is one" if private else "check the address"


class UnknownTarget(SourceError):
    """The school has no such class, teacher or room. `nearest` are the names that look most alike."""

    def __init__(self, name: str, nearest: tuple[str, ...] = ()) -> None:
        self.name = name
        self.nearest = nearest
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"no class, teacher or room named {name!r}{hint}")
