"""What an answer of Telegram means for the message it answers: a table from status and text to an outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto


class Outcome(Enum):
    """What became of a message, or what is to be tried next with it."""

    SENT = auto()
    UNCHANGED = auto()
    """Telegram shows already what was asked for, or nothing can be done any more: a success."""
    UNCERTAIN = auto()
    """It may have arrived: not repeated, counted."""
    RETRY = auto()
    """Later, after `Verdict.after` seconds."""
    GONE = auto()
    """The chat takes no messages any more: it is deactivated at once, its settings stay."""
    REFUSED = auto()
    """The chat refuses in words that may pass (rights, an unknown 403): counted, tried again much later."""
    MOVED = auto()
    """The group has another id, `Verdict.new_id`: once more, there."""
    DEAD = auto()
    """The message itself is wrong: never again, and the admin is told."""
    PLAIN = auto()
    """Its markup is wrong: once more as plain text."""
    AS_DOCUMENT = auto()
    """Its picture is no photo for Telegram: once more as a file."""
    AS_TEXT = auto()
    """The chat or Telegram takes no such picture: once more without it."""
    NO_TOPIC = auto()
    """The forum topic is closed or deleted: once more in General."""
    NEW_FILE = auto()
    """The `file_id` is not (or no longer) good: once more with an upload."""
    MESSAGE_GONE = auto()
    """The message that it edits or answers is not there: once more as a new one."""


NOT_SENT = 0
"""In place of a status: the request never left complete, repeating it is safe."""
ANSWER_LOST = -1
"""In place of a status: the request left complete, its answer never came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status (or `NOT_SENT`, `ANSWER_LOST`), Telegram's description and its parameters."""

    status: int
    text: str = ""
    retry_after: float | None = None
    migrate_to: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with what belongs to it; `reason` is a word for the statistics and the chat's state.

    `wide` says that the failure is about the way to Telegram, not about this message or its chat.
    """

    outcome: Outcome
    reason: str = ""
    after: float | None = None
    new_id: int | None = None
    wide: bool = False


# Statuses first: these are verdicts whatever the words are.
_STATUSES = {
    NOT_SENT: Verdict(Outcome.RETRY, "not sent", wide=True),
    ANSWER_LOST: Verdict(Outcome.UNCERTAIN, "answer lost"),
    504: Verdict(Outcome.UNCERTAIN, "gateway timeout"),
    # Of a proxy before a Bot API server of one's own: that had the request, and did not answer in time or well.
    520: Verdict(Outcome.UNCERTAIN, "gateway timeout"),
    524: Verdict(Outcome.UNCERTAIN, "gateway timeout"),
    598: Verdict(Outcome.UNCERTAIN, "gateway timeout"),
    500: Verdict(Outcome.RETRY, "server error", wide=True),
    502: Verdict(Outcome.RETRY, "server error", wide=True),
    503: Verdict(Outcome.RETRY, "server error", wide=True),
    # The token, not the message: it may be renewed, or a proxy in between says so. The queue keeps.
    401: Verdict(Outcome.RETRY, "unauthorized", wide=True),
    404: Verdict(Outcome.RETRY, "not found", wide=True),
    409: Verdict(Outcome.RETRY, "conflict", wide=True),
    413: Verdict(Outcome.AS_TEXT, "too large"),
}

# Words of 400 and 403, the first that occurs decides; compared in lower case. Telegram says some of them with either
# status, so the status does not count. From the public server's sources and the issues of the libraries around it.
_WORDS: tuple[tuple[str, Outcome, str], ...] = (
    # Before anything else: "sent" is in it, and a repetition would be deleted as well.
    ("sent message was immediately deleted", Outcome.UNCERTAIN, "deleted at once"),
    # The message that is edited or answered.
    ("message is not modified", Outcome.UNCHANGED, "not modified"),
    ("query is too old", Outcome.UNCHANGED, "stale query"),
    ("query id is invalid", Outcome.UNCHANGED, "stale query"),
    ("message to edit not found", Outcome.MESSAGE_GONE, "message gone"),
    ("message can't be edited", Outcome.MESSAGE_GONE, "message gone"),
    ("message_id_invalid", Outcome.MESSAGE_GONE, "message gone"),
    ("message_edit_time_expired", Outcome.MESSAGE_GONE, "message gone"),
    ("message_author_required", Outcome.MESSAGE_GONE, "message gone"),
    ("there is no text in the message to edit", Outcome.MESSAGE_GONE, "message gone"),
    ("there is no media in the message to edit", Outcome.MESSAGE_GONE, "message gone"),
    ("there is no caption in the message to edit", Outcome.MESSAGE_GONE, "message gone"),
    ("message to be replied not found", Outcome.MESSAGE_GONE, "message gone"),
    ("message to reply not found", Outcome.MESSAGE_GONE, "message gone"),
    ("reply message not found", Outcome.MESSAGE_GONE, "message gone"),
    ("replied message not found", Outcome.MESSAGE_GONE, "message gone"),
    # The topic.
    ("message thread not found", Outcome.NO_TOPIC, "topic gone"),
    ("message_thread_not_found", Outcome.NO_TOPIC, "topic gone"),
    ("topic_deleted", Outcome.NO_TOPIC, "topic gone"),
    ("topic_closed", Outcome.NO_TOPIC, "topic closed"),
    ("topic_id_invalid", Outcome.NO_TOPIC, "topic gone"),
    ("topic closed", Outcome.NO_TOPIC, "topic closed"),
    ("topic deleted", Outcome.NO_TOPIC, "topic gone"),
    ("topic not found", Outcome.NO_TOPIC, "topic gone"),
    # The markup.
    ("can't parse", Outcome.PLAIN, "markup"),
    ("can't find end", Outcome.PLAIN, "markup"),
    ("unsupported start tag", Outcome.PLAIN, "markup"),
    ("entities_too_long", Outcome.PLAIN, "markup"),
    ("entity_", Outcome.PLAIN, "markup"),
    ("entities are too many", Outcome.PLAIN, "markup"),
    # The picture.
    ("photo_invalid_dimensions", Outcome.AS_DOCUMENT, "dimensions"),
    ("photo_ext_invalid", Outcome.AS_DOCUMENT, "picture"),
    ("photo_save_file_invalid", Outcome.AS_DOCUMENT, "picture"),
    ("photo_invalid", Outcome.AS_DOCUMENT, "picture"),
    ("photo_content_type_invalid", Outcome.AS_DOCUMENT, "picture"),
    ("image_process_failed", Outcome.AS_DOCUMENT, "picture"),
    ("file is too big", Outcome.AS_DOCUMENT, "too large"),
    ("file of size", Outcome.AS_DOCUMENT, "too large"),
    ("too big for a photo", Outcome.AS_DOCUMENT, "too large"),
    ("wrong file identifier", Outcome.NEW_FILE, "file id"),
    ("wrong remote file", Outcome.NEW_FILE, "file id"),
    ("wrong file_id", Outcome.NEW_FILE, "file id"),
    ("wrong file id", Outcome.NEW_FILE, "file id"),
    ("invalid file_id", Outcome.NEW_FILE, "file id"),
    ("invalid file id", Outcome.NEW_FILE, "file id"),
    ("invalid remote file", Outcome.NEW_FILE, "file id"),
    ("file_id_invalid", Outcome.NEW_FILE, "file id"),
    ("file_reference_", Outcome.NEW_FILE, "file id"),
    ("can't use file of type", Outcome.NEW_FILE, "file id"),
    ("file is temporarily unavailable", Outcome.NEW_FILE, "file id"),
    ("type of file mismatch", Outcome.NEW_FILE, "file id"),
    ("failed to get http url content", Outcome.NEW_FILE, "file id"),
    ("media_empty", Outcome.NEW_FILE, "file id"),
    ("media_invalid", Outcome.NEW_FILE, "file id"),
    ("file must be non-empty", Outcome.AS_TEXT, "picture"),
    ("rights to send photos", Outcome.AS_TEXT, "no photos"),
    ("rights to send documents", Outcome.AS_TEXT, "no photos"),
    ("send_photos_forbidden", Outcome.AS_TEXT, "no photos"),
    ("send_media_forbidden", Outcome.AS_TEXT, "no photos"),
    ("send_docs_forbidden", Outcome.AS_TEXT, "no photos"),
    ("caption is too long", Outcome.AS_TEXT, "caption"),
    ("caption_too_long", Outcome.AS_TEXT, "caption"),
    # The chat is closed to the bot for good.
    ("blocked by the user", Outcome.GONE, "blocked"),
    ("user_is_blocked", Outcome.GONE, "blocked"),
    ("user is deactivated", Outcome.GONE, "deactivated"),
    ("user_deactivated", Outcome.GONE, "deactivated"),
    ("was kicked", Outcome.GONE, "kicked"),
    ("is not a member", Outcome.GONE, "kicked"),
    ("user_banned_in_channel", Outcome.GONE, "kicked"),
    ("channel_private", Outcome.GONE, "kicked"),
    ("chat was deleted", Outcome.GONE, "deleted"),
    ("chat is deleted", Outcome.GONE, "deleted"),
    ("chat was deactivated", Outcome.GONE, "deleted"),
    ("chat is deactivated", Outcome.GONE, "deleted"),
    ("chat not found", Outcome.GONE, "not found"),
    ("chat_id_invalid", Outcome.GONE, "not found"),
    ("chat_id is empty", Outcome.DEAD, "no chat"),
    ("peer_id_invalid", Outcome.GONE, "not found"),
    ("user not found", Outcome.GONE, "not found"),
    ("user_id_invalid", Outcome.GONE, "not found"),
    ("can't initiate conversation", Outcome.GONE, "not started"),
    ("can't send messages to bots", Outcome.GONE, "a bot"),
    ("can't send messages to the user", Outcome.GONE, "blocked"),
    # Rights that may come back.
    ("upgraded to a supergroup", Outcome.REFUSED, "moved, unknown where"),
    ("rights to send", Outcome.REFUSED, "rights"),
    ("write_forbidden", Outcome.REFUSED, "rights"),
    ("chat_restricted", Outcome.REFUSED, "rights"),
    ("send_plain_forbidden", Outcome.REFUSED, "rights"),
    ("admin_required", Outcome.REFUSED, "rights"),
    ("administrator rights", Outcome.REFUSED, "rights"),
    ("chat_guest_send_forbidden", Outcome.REFUSED, "rights"),
)

_SECONDS = re.compile(r"retry after (\d+)")


def classify(answer: Answer) -> Verdict:
    """What an unsuccessful answer means.

    What no line of the table knows: a 403 is `REFUSED` (it may pass), a 5xx is `RETRY`, anything else is `DEAD`.
    """
    if answer.migrate_to is not None:
        return Verdict(Outcome.MOVED, "moved", new_id=answer.migrate_to)
    text = answer.text.lower()
    if answer.status == 429 or answer.retry_after is not None:
        said = _SECONDS.search(text)
        after = answer.retry_after if answer.retry_after is not None else float(said[1]) if said else 5.0
        return Verdict(Outcome.RETRY, "too many", after=after)
    if answer.status in (400, 403, 500):
        for words, outcome, reason in _WORDS:
            if words in text:
                return Verdict(outcome, reason)
    known = _STATUSES.get(answer.status)
    if known is not None:
        return known
    if answer.status == 403:
        return Verdict(Outcome.REFUSED, "forbidden")
    if answer.status >= 500 or 300 <= answer.status < 400:
        return Verdict(Outcome.RETRY, "server error", wide=True)
    return Verdict(Outcome.DEAD, "bad request")
