"""Every text that Telegram is known to say, and what follows from it."""

from __future__ import annotations

import pytest

from bot.outcome import ANSWER_LOST, NOT_SENT, Answer, Outcome, classify

TEXTS = [
    (403, "Forbidden: bot was blocked by the user", Outcome.GONE),
    (403, "Forbidden: bot was kicked from the group chat", Outcome.GONE),
    (403, "Forbidden: bot was kicked from the supergroup chat", Outcome.GONE),
    (403, "Forbidden: bot was kicked from the channel chat", Outcome.GONE),
    (403, "Forbidden: user is deactivated", Outcome.GONE),
    (403, "Forbidden: bot can't initiate conversation with a user", Outcome.GONE),
    (403, "Forbidden: bot is not a member of the supergroup chat", Outcome.GONE),
    (403, "Forbidden: the group chat was deleted", Outcome.GONE),
    (403, "Forbidden: bot can't send messages to bots", Outcome.GONE),
    (403, "Forbidden: something that nobody has seen yet", Outcome.REFUSED),
    (403, "Forbidden", Outcome.REFUSED),
    (403, "Forbidden: not enough rights to send text messages to the chat", Outcome.REFUSED),
    (403, "Forbidden: CHAT_WRITE_FORBIDDEN", Outcome.REFUSED),
    (400, "Bad Request: chat not found", Outcome.GONE),
    (400, "Chat not found", Outcome.GONE),
    (400, "Bad Request: PEER_ID_INVALID", Outcome.GONE),
    (400, "Bad Request: group chat was deactivated", Outcome.GONE),
    (400, "Bad Request: USER_IS_BLOCKED", Outcome.GONE),
    (400, "Bad Request: message thread not found", Outcome.NO_TOPIC),
    (400, "Bad Request: TOPIC_CLOSED", Outcome.NO_TOPIC),
    (400, "Bad Request: MESSAGE_THREAD_NOT_FOUND", Outcome.NO_TOPIC),
    (400, "Topic_closed", Outcome.NO_TOPIC),
    (400, "Bad Request: TOPIC_DELETED", Outcome.NO_TOPIC),
    (400, "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 3", Outcome.PLAIN),
    (400, "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"", Outcome.PLAIN),
    (400, "Bad Request: can't parse InputMedia: Can't parse entities: character '<' is reserved", Outcome.PLAIN),
    (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", Outcome.AS_DOCUMENT),
    (400, "Bad Request: IMAGE_PROCESS_FAILED", Outcome.AS_DOCUMENT),
    (400, "Bad Request: PHOTO_SAVE_FILE_INVALID", Outcome.AS_DOCUMENT),
    (400, "Bad Request: file is too big", Outcome.AS_DOCUMENT),
    (413, "Request Entity Too Large", Outcome.AS_TEXT),
    (400, "Bad Request: not enough rights to send photos to the chat", Outcome.AS_TEXT),
    (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", Outcome.AS_TEXT),
    (400, "Bad Request: message caption is too long", Outcome.AS_TEXT),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", Outcome.NEW_FILE),
    (400, "Bad Request: wrong remote file identifier specified: Wrong string length", Outcome.NEW_FILE),
    (400, "Bad Request: FILE_REFERENCE_EXPIRED", Outcome.NEW_FILE),
    (400, "Bad Request: can't use file of type Document as Photo", Outcome.NEW_FILE),
    (400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
     Outcome.UNCHANGED),
    (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", Outcome.UNCHANGED),
    (400, "Bad Request: message to edit not found", Outcome.MESSAGE_GONE),
    (400, "Bad Request: message can't be edited", Outcome.MESSAGE_GONE),
    (400, "Bad Request: MESSAGE_ID_INVALID", Outcome.MESSAGE_GONE),
    (400, "Bad Request: message to be replied not found", Outcome.MESSAGE_GONE),
    (400, "Bad Request: there is no text in the message to edit", Outcome.MESSAGE_GONE),
    (400, "Bad Request: message is too long", Outcome.DEAD),
    (400, "Bad Request: message text is empty", Outcome.DEAD),
    (400, "Bad Request: strings must be encoded in UTF-8", Outcome.DEAD),
    (400, "Bad Request: BUTTON_DATA_INVALID", Outcome.DEAD),
    (400, "Bad Request: words of tomorrow", Outcome.DEAD),
    (429, "Too Many Requests: retry after 5", Outcome.RETRY),
    (429, "Too Many Requests", Outcome.RETRY),
    (401, "Unauthorized", Outcome.RETRY),
    (404, "Not Found", Outcome.RETRY),
    (409, "Conflict: terminated by other getUpdates request", Outcome.RETRY),
    (500, "Internal Server Error", Outcome.RETRY),
    (500, "Internal Server Error: sent message was immediately deleted", Outcome.UNCERTAIN),
    (502, "Bad Gateway", Outcome.RETRY),
    (503, "Service Unavailable", Outcome.RETRY),
    (504, "Gateway Timeout", Outcome.UNCERTAIN),
    (520, "", Outcome.UNCERTAIN),
    (524, "", Outcome.UNCERTAIN),
    (302, "", Outcome.RETRY),
    (521, "", Outcome.RETRY),
    (NOT_SENT, "connection refused", Outcome.RETRY),
    (ANSWER_LOST, "timed out", Outcome.UNCERTAIN),
]  # fmt: skip


@pytest.mark.parametrize(("status", "text", "outcome"), TEXTS)
def test_what_telegram_says(status: int, text: str, outcome: Outcome) -> None:
    assert classify(Answer(status, text)).outcome is outcome


def test_a_group_that_moved_says_where_to() -> None:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    verdict = classify(Answer(400, text, migrate_to=-1001))
    assert (verdict.outcome, verdict.new_id) == (Outcome.MOVED, -1001)
    assert classify(Answer(400, text)).outcome is Outcome.REFUSED, "not lost, and not asked for ever"


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (Answer(429, "Too Many Requests: retry after 35"), 35),
        (Answer(429, "whatever", retry_after=7), 7),
        (Answer(429, ""), 5),
    ],
)
def test_how_long_to_wait(answer: Answer, after: float) -> None:
    assert classify(answer).after == after


@pytest.mark.parametrize(
    ("status", "wide"), [(NOT_SENT, True), (502, True), (401, True), (429, False), (400, False), (403, False)]
)
def test_failures_of_the_way_are_told_from_failures_of_a_message(status: int, wide: bool) -> None:
    assert classify(Answer(status, "words of tomorrow")).wide is wide
