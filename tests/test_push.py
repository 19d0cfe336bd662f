"""A push as a call: what stands in it and what must not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from telegram import InputFile, InputMediaDocument, InputMediaPhoto

from bot.push import Form, call_for, file_id_of, message_id_of, plain_text
from bot.store.claims import Claim
from bot.store.outbox import Content

CLAIM = Claim(1, -5, 0, "daily", "hash", 40, silent=False, reply_to=None, edits=None, attempts=0)
TEXT = Content("<b>a</b>", keyboard=(({"text": "x", "callback_data": "v1"},),))
PICTURE = Content("<b>a</b>", picture="p")


def test_an_answer_goes_out_even_if_what_it_answers_is_gone() -> None:
    _, parameters = call_for(replace(CLAIM, reply_to=9, thread_id=4), TEXT, Form(), file=None)
    assert parameters["reply_parameters"] == {"message_id": 9, "allow_sending_without_reply": True}
    assert parameters["message_thread_id"] == 4
    assert parameters["reply_markup"] == {"inline_keyboard": [[{"text": "x", "callback_data": "v1"}]]}
    _, parameters = call_for(replace(CLAIM, reply_to=9), TEXT, Form(anew=True), file=None)
    assert "reply_parameters" not in parameters


@pytest.mark.parametrize("thread", [0, 1])
def test_no_topic_and_general_are_not_named(thread: int) -> None:
    assert "message_thread_id" not in call_for(replace(CLAIM, thread_id=thread), TEXT, Form(), file=None)[1]


def test_sound_is_the_default_and_an_edit_makes_none() -> None:
    assert "disable_notification" not in call_for(CLAIM, TEXT, Form(), file=None)[1]
    assert call_for(replace(CLAIM, silent=True), TEXT, Form(), file=None)[1]["disable_notification"] is True
    edit = replace(CLAIM, silent=True, edits=7, thread_id=4, reply_to=3)
    method, parameters = call_for(edit, TEXT, Form(), file=None)
    assert method == "editMessageText"
    assert set(parameters) == {"chat_id", "message_id", "text", "parse_mode", "link_preview_options", "reply_markup"}


def test_pictures_by_name_and_by_upload() -> None:
    method, parameters = call_for(CLAIM, PICTURE, Form(), file="name")
    assert (method, parameters["photo"]) == ("sendPhoto", "name")
    method, parameters = call_for(CLAIM, PICTURE, Form(document=True), file=b"png")
    assert method == "sendDocument"
    assert isinstance(parameters["document"], InputFile)
    edit = replace(CLAIM, edits=7)
    for form, kind in ((Form(), InputMediaPhoto), (Form(document=True), InputMediaDocument)):
        method, parameters = call_for(edit, PICTURE, form, file=b"png")
        assert method == "editMessageMedia"
        assert isinstance(parameters["media"], kind)
    assert "caption" not in call_for(CLAIM, replace(PICTURE, text=""), Form(), file="name")[1]


def test_plain_text_is_what_was_meant() -> None:
    marked = "<b>9a</b> 2 &lt; 3 &amp; <a href='x>y'>k</a><br/>new < old"
    assert plain_text("<b>9a</b> 2 &lt; 3 &amp; 4<br/>new") == "9a 2 < 3 & 4\nnew"
    assert "9a 2 < 3 & " in plain_text(marked)
    _, parameters = call_for(CLAIM, PICTURE, Form(plain=True), file="name")
    assert parameters["caption"] == "a"
    assert "parse_mode" not in parameters


def test_what_an_answer_holds() -> None:
    assert message_id_of({"message_id": 5}, None) == 5
    assert message_id_of(True, 7) == 7
    assert file_id_of({"photo": [{"file_id": "s"}, {"file_id": "l"}]}, document=False) == "l"
    assert file_id_of({"document": {"file_id": "d"}}, document=True) == "d"
    nothings: tuple[object, ...] = (True, {}, {"photo": []}, {"document": None})
    for nothing in nothings:
        assert file_id_of(nothing, document=False) is None
        assert file_id_of(nothing, document=True) is None
