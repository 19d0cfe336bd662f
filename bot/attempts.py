"""One message on its way: put as Telegram may take it, uploaded once for all, called; put more simply if refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.clock import Clock
from bot.outcome import ANSWER_LOST, NOT_SENT, Answer, Outcome, Verdict, classify
from bot.pace import Pacer, seconds_of
from bot.push import Form, Parameters, call_for, file_id_of
from bot.store.claims import Claim
from bot.store.outbox import Content
from bot.transport import NEVER_LEFT, NotSent, ServerError
from bot.uploads import Uploads

log = logging.getLogger(__name__)

Call = Callable[[str, Parameters], Awaitable[Any]]
"""Makes one call of the Bot API: method and parameters → its `result` as plain JSON; raises as `telegram.Bot` does."""


TRIES = 6
"""Forms of one message that are tried in a row: uploaded anew, as a document, as text, without markup, …"""
EDIT_AGAIN = Verdict(Outcome.RETRY, "server error", wide=True)
"""An edit whose answer was lost is made again: twice is once, and an old plan in a pinned message misleads."""


@dataclass(slots=True)
class Statistics:
    """What this process has done, for `/status` and the metrics."""

    sent: int = 0
    uploads: int = 0
    uncertain: int = 0
    retried: int = 0
    limited: int = 0
    refused: int = 0
    gone: int = 0
    dead: int = 0


@dataclass(slots=True)
class Attempt:
    """A message on its way: how it is put this time, the `file_id` that was used, what Telegram gave for it."""

    claim: Claim
    content: Content
    form: Form
    name: str | None = None
    result: Any = None


class TooLateError(Exception):
    """The sense of a message ended while it waited for its turn."""


class Attempts:
    """Makes the calls of the courier's messages. `reached` is told of every answer that shows Telegram to be there.

    `fates` says what a row is whose task is cut off now: not in it = due, as nothing of it was sent; "uncertain" from
    the call until an answer says that it was not taken; "sent" from a good answer on, written down or not.
    """

    def __init__(
        self,
        call: Call,
        *,
        clock: Clock,
        pacer: Pacer,
        uploads: Uploads,
        statistics: Statistics,
        reached: Callable[[], None],
    ) -> None:
        self._call = call
        self._pacer = pacer
        self.fates: dict[int, str] = {}
        self._clock = clock
        self._uploads = uploads
        self._statistics = statistics
        self._reached = reached

    async def send(self, claim: Claim, content: Content) -> tuple[Attempt, Verdict, str]:
        """Try the message in simpler and simpler forms; the last of them, its verdict, and Telegram's words.

        Raises TooLateError when nothing was called because its time was over.
        """
        attempt = Attempt(claim, content, Form(document=content.as_document, picture=content.picture is not None))
        verdict, words = Verdict(Outcome.DEAD, "no form of it was taken"), ""
        for _ in range(TRIES):
            try:
                attempt.result = await self._try(attempt)
            except TelegramError as error:
                answer = answer_of(error)
                verdict, words = classify(answer), answer.text
                if verdict.outcome is Outcome.UNCERTAIN and attempt.claim.edits is not None and not attempt.form.anew:
                    verdict = EDIT_AGAIN
                if verdict.outcome is not Outcome.UNCERTAIN:
                    self.fates.pop(attempt.claim.id, None)
            else:
                return attempt, Verdict(Outcome.SENT), ""
            if not await self._simplify(attempt, verdict):
                break
            log.info("message %d: %s; tried as %s", attempt.claim.id, words, attempt.form)
        return attempt, verdict, words

    async def _try(self, attempt: Attempt) -> Any:
        """One call. The first message with a picture uploads it; the others wait for that and use its name."""
        attempt.name = None
        if not attempt.form.picture or attempt.content.picture is None:
            return await self._make(attempt, None)
        key = (attempt.content.picture, attempt.form.document)
        attempt.name = await self._uploads.name(key)
        if attempt.name is None:
            async with self._uploads.turn(key):
                attempt.name = await self._uploads.name(key)
                if attempt.name is None:
                    return await self._upload(attempt, key)
        return await self._make(attempt, attempt.name)

    async def _upload(self, attempt: Attempt, key: tuple[str, bool]) -> Any:
        png = await self._uploads.png(key)
        if png is None:
            log.warning("picture %s is not there any more; its text goes alone", key[0])
            return await self._make(attempt, None)
        result = await self._make(attempt, png)
        self._statistics.uploads += 1
        if (name := file_id_of(result, document=key[1])) is not None:
            await self._uploads.keep(key, name)
        return result

    async def _make(self, attempt: Attempt, file: str | bytes | None) -> Any:
        claim = attempt.claim
        method, parameters = call_for(claim, attempt.content, attempt.form, file=file)
        await self._pacer.acquire(claim.chat_id)
        if claim.expires_at is not None and claim.expires_at <= self._clock.now().timestamp():
            raise TooLateError
        self.fates[claim.id] = "uncertain"
        try:
            result = await self._call(method, parameters)
        except TelegramError as error:
            verdict = classify(answer_of(error))
            if verdict.after is not None:  # 429, with or without its parameters
                self._statistics.limited += 1
                self._pacer.refused(claim.chat_id, verdict.after)
                self._reached()
            raise
        except asyncio.CancelledError as error:
            if NEVER_LEFT in getattr(error, "__notes__", ()):
                self.fates.pop(claim.id, None)
            raise
        self.fates[claim.id] = "sent"
        self._pacer.accepted()
        self._reached()
        return result

    async def _simplify(self, attempt: Attempt, verdict: Verdict) -> bool:
        """Change the form of a message that was not taken as it was; False when nothing is left to try."""
        form, content = attempt.form, attempt.content
        match verdict.outcome:
            case Outcome.PLAIN if not form.plain:
                attempt.form = replace(form, plain=True)
            case Outcome.MESSAGE_GONE if not form.anew:
                attempt.form = replace(form, anew=True)
            case Outcome.NEW_FILE if attempt.name is not None and content.picture is not None:
                await self._uploads.drop((content.picture, form.document), attempt.name)
            case Outcome.AS_DOCUMENT if form.picture and not form.document:
                attempt.form = replace(form, document=True)
            case Outcome.AS_DOCUMENT | Outcome.AS_TEXT | Outcome.NEW_FILE if form.picture and content.text:
                attempt.form = replace(form, picture=False)
            case _:
                return False
        return True


def answer_of(error: TelegramError) -> Answer:
    """What an error of the transport or of python-telegram-bot says, for the table of outcomes."""
    if isinstance(error, RetryAfter):
        return Answer(429, str(error), retry_after=seconds_of(error))
    if isinstance(error, ChatMigrated):
        return Answer(400, str(error), migrate_to=error.new_chat_id)
    if isinstance(error, NotSent):
        return Answer(NOT_SENT, str(error))
    if isinstance(error, ServerError):
        return Answer(error.status, str(error))
    for kind, status in ((BadRequest, 400), (Forbidden, 403), (InvalidToken, 401), (Conflict, 409)):
        if isinstance(error, kind):
            return Answer(status, str(error))
    # TimedOut, AnswerLost, and any network error that does not say how far it got.
    return Answer(ANSWER_LOST, str(error))
