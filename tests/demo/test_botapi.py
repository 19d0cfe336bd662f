"""The Bot API stand-in, spoken to by python-telegram-bot as the real server is."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InputMediaDocument,
    InputMediaPhoto,
    InputTextMessageContent,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from bot.clock import TurnableClock
from bot.demo.botapi import BotApi, Fault, Person
from bot.demo.spec import checker
from bot.demo.standin.polling import CONFLICT
from bot.transport import AiohttpRequest, AnswerLost, NotSent, ServerError
from tests.demo.specs import spec_files
from tests.demo.test_spec import spec_at

Call = Callable[[Bot], Awaitable[Any]]


def picture(width: int = 4, height: int = 3, *, colour: int = 0) -> bytes:
    """A real PNG of one colour."""
    rows = zlib.compress((b"\0" + bytes([colour]) * width) * height if width * height < 10**6 else b"")

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def keys(*data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(one, callback_data=one)] for one in data])


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    check = checker(*(spec_at(path) for path in spec_files()))
    async with BotApi(clock=TurnableClock(datetime(2026, 11, 23, 7, tzinfo=UTC)), check=check) as api:
        yield api


@pytest.fixture
async def ona(api: BotApi) -> Person:
    return api.user(7, "Ona", "lt")


@asynccontextmanager
async def bot_of(api: BotApi, *, token: str = "", **limits: float) -> AsyncIterator[Bot]:
    request = AiohttpRequest(**({"read_timeout": 5.0} | limits))  # type: ignore[arg-type]  # timeouts only
    async with request:
        yield Bot(token or api.token, api.base_url, api.base_file_url, request=request, get_updates_request=request)


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with bot_of(api) as bot:
        yield bot


# --- who is asking ---


async def test_the_bot_introduces_itself(api: BotApi, bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (123456789, "schoolbell_bot", True)


@pytest.mark.parametrize("token", ["1:another", "nonsense"])
async def test_a_wrong_token_is_refused(token: str, api: BotApi) -> None:
    async with bot_of(api, token=token) as bot:
        with pytest.raises(InvalidToken):
            await bot.get_me()


# --- messages ---


async def test_a_text_is_stored_as_it_reads_after_parsing(api: BotApi, bot: Bot, ona: Person) -> None:
    sent = await bot.send_message(7, "<b>9a</b> &lt; č", parse_mode="HTML", reply_markup=keys("x"))
    assert sent.text == "9a < č"
    assert [(entity.type, entity.offset, entity.length) for entity in sent.entities] == [("bold", 0, 2)]
    [message] = api.messages(ona)
    assert (message.text, message.from_bot, message.buttons[0][0]["text"]) == ("9a < č", True, "x")
    assert api.delivered[7] == 1


async def test_a_picture_is_uploaded_once_and_sent_again_by_its_id(api: BotApi, bot: Bot, ona: Person) -> None:
    first = await bot.send_photo(7, picture(1600, 400), caption="<i>9a</i>", parse_mode="HTML")
    assert [(size.width, size.height) for size in first.photo][-2:] == [(1280, 320), (1600, 400)]
    again = await bot.send_photo(7, first.photo[-1].file_id)
    assert again.photo == first.photo
    file = await bot.get_file(first.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == picture(1600, 400)


async def test_an_id_of_another_bot_is_no_id_here(api: BotApi, bot: Bot, ona: Person) -> None:
    async with BotApi(token="987654321:another") as other, bot_of(other) as their_bot:
        other.user(7, "Ona")
        theirs = (await their_bot.send_photo(7, picture())).photo[-1].file_id
    with pytest.raises(BadRequest, match=r"(?i)wrong remote file identifier"):
        await bot.send_photo(7, theirs)


async def test_an_album_holds_uploads_and_ids(api: BotApi, bot: Bot, ona: Person) -> None:
    known = (await bot.send_photo(7, picture(colour=1))).photo[-1].file_id
    album = await bot.send_media_group(7, [InputMediaPhoto(picture(), caption="a"), InputMediaPhoto(known)])
    assert len({message.media_group_id for message in album}) == 1
    assert [message.caption for message in album] == ["a", None]


REFUSED: dict[str, tuple[Call, str]] = {
    "no chat": (lambda bot: bot.send_message(99, "x"), "Chat not found"),
    "empty": (lambda bot: bot.send_message(7, " \n "), "Message text is empty"),
    "empty after parsing": (lambda bot: bot.send_message(7, "<b></b>", parse_mode="HTML"), "Message text is empty"),
    "too long": (lambda bot: bot.send_message(7, "č" * 4097), "Message is too long"),
    "caption": (lambda bot: bot.send_photo(7, picture(), caption="č" * 1025), "Message caption is too long"),
    "open tag": (lambda bot: bot.send_message(7, "<b>x", parse_mode="HTML"), "Can't parse entities"),
    "bad tag": (lambda bot: bot.send_message(7, "1 <2", parse_mode="HTML"), "Can't parse entities"),
    "mode": (lambda bot: bot.send_message(7, "x", parse_mode="BBCode"), "Unsupported parse_mode"),
    "wide": (lambda bot: bot.send_photo(7, picture(9000, 2000)), "Photo_invalid_dimensions"),
    "thin": (lambda bot: bot.send_photo(7, picture(2010, 100)), "Photo_invalid_dimensions"),
    "no picture": (lambda bot: bot.send_photo(7, b"GIF? no"), "Image_process_failed"),
    "half a picture": (lambda bot: bot.send_photo(7, picture()[:40]), "Image_process_failed"),
    "no file": (lambda bot: bot.send_document(7, b""), "File must be non-empty"),
    "heavy": (
        lambda bot: bot.send_photo(7, picture() + b"\0" * 10**7 + b"xxxxxxxxxxxxIEND1234" * 30000),
        "too big for",
    ),
    "bad id": (lambda bot: bot.send_photo(7, "nonsense"), "Wrong file identifier"),
    "no thread": (lambda bot: bot.send_message(7, "x", message_thread_id=5), "Message thread not found"),
    "no original": (
        lambda bot: bot.send_message(7, "x", reply_parameters=ReplyParameters(77)),
        "Message to be replied not found",
    ),
    "long data": (lambda bot: bot.send_message(7, "x", reply_markup=keys("č" * 33)), "Button_data_invalid"),
    "no action": (
        lambda bot: bot.send_message(7, "x", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("x")]])),
        "Text buttons are unallowed",
    ),
    "edit none": (lambda bot: bot.edit_message_text("x", 7, 55), "Message to edit not found"),
    "delete none": (lambda bot: bot.delete_message(7, 55), "Message to delete not found"),
    "old press": (lambda bot: bot.answer_callback_query("5"), "Query is too old"),
    "command": (lambda bot: bot.set_my_commands([BotCommand("Today", "x")]), "Bot_command_invalid"),
    "description": (
        lambda bot: bot.set_my_commands([BotCommand("today", "č" * 257)]),
        "Bot_command_description_invalid",
    ),
    "album": (lambda bot: bot.send_media_group(7, [InputMediaPhoto(picture())] * 11), "too many messages"),
    "mixed": (
        lambda bot: bot.send_media_group(7, [InputMediaPhoto(picture()), InputMediaDocument(b"x")]),
        "can't be mixed",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_server_refuses_is_refused_in_its_words(name: str, bot: Bot, ona: Person, api: BotApi) -> None:
    call, words = REFUSED[name]
    with pytest.raises(BadRequest) as caught:
        await call(bot)
    assert words.lower() in str(caught.value).lower()
    assert api.messages(ona) == []


async def test_lengths_count_after_parsing(bot: Bot, ona: Person) -> None:
    assert (await bot.send_message(7, f"<b>{'&lt;' * 4096}</b>", parse_mode="HTML")).text == "<" * 4096
    assert (await bot.send_photo(7, picture(), caption=f"<b>{'&lt;' * 1024}</b>", parse_mode="HTML")).caption


async def test_an_edit_leaves_versions_and_must_change_something(api: BotApi, bot: Bot, ona: Person) -> None:
    sent = await bot.send_message(7, "one", reply_markup=keys("a"))
    await bot.edit_message_text("two", 7, sent.message_id, reply_markup=keys("a"))
    for same in (
        bot.edit_message_text("two", 7, sent.message_id, reply_markup=keys("a")),
        bot.edit_message_reply_markup(7, sent.message_id, reply_markup=keys("a")),
    ):
        with pytest.raises(BadRequest, match=r"(?i)not modified"):
            await same
    await bot.edit_message_text("two", 7, sent.message_id)
    [message] = api.messages(ona)
    assert [version["text"] for version in message.versions] == ["one", "two", "two"]
    assert message.buttons == []
    with pytest.raises(BadRequest, match=r"(?i)no caption"):
        await bot.edit_message_caption(7, sent.message_id, caption="x")


async def test_a_picture_is_edited_in_place(api: BotApi, bot: Bot, ona: Person) -> None:
    sent = await bot.send_photo(7, picture(), caption="one")
    await bot.edit_message_media(InputMediaPhoto(picture(colour=9), caption="two"), 7, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)not modified"):
        await bot.edit_message_media(InputMediaPhoto(picture(colour=9), caption="two"), 7, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)no text"):
        await bot.edit_message_text("x", 7, sent.message_id)
    [message] = api.messages(ona)
    assert message.file is not None
    assert (message.text, message.file.content) == ("two", picture(colour=9))


async def test_messages_are_deleted_pinned_and_reacted_to(api: BotApi, bot: Bot, ona: Person) -> None:
    first, second = [await bot.send_message(7, text) for text in "ab"]
    await bot.pin_chat_message(7, first.message_id)
    assert (await bot.get_chat(7)).pinned_message == first
    await bot.set_message_reaction(7, second.message_id, "👍")
    assert api.messages(ona)[1].reactions
    await bot.delete_message(7, first.message_id)
    assert [message.text for message in api.messages(ona)] == ["b"]
    assert api.chat(7).pinned == []
    await asyncio.gather(bot.unpin_all_chat_messages(7), bot.send_chat_action(7, "typing"), bot.delete_webhook())


# --- who may be written to ---


async def test_a_person_who_is_gone_cannot_be_written_to(api: BotApi, bot: Bot, ona: Person) -> None:
    await ona.block()
    with pytest.raises(Forbidden, match=r"(?i)bot was blocked by the user"):
        await bot.send_message(7, "x")
    await ona.unblock()
    await bot.send_message(7, "x")
    ona.user.deactivated = True
    with pytest.raises(Forbidden, match=r"(?i)user is deactivated"):
        await bot.send_message(7, "x")
    api.user(8, "Jonas", started=False)
    with pytest.raises(Forbidden, match=r"(?i)can't initiate conversation"):
        await bot.send_message(8, "x")
    assert [update.my_chat_member is not None for update in await bot.get_updates()] == [True, True]


@pytest.mark.parametrize(
    ("kind", "words"), [("group", "group chat"), ("supergroup", "supergroup chat"), ("channel", "channel chat")]
)
async def test_a_group_without_the_bot_cannot_be_written_to(
    kind: str, words: str, api: BotApi, bot: Bot, ona: Person
) -> None:
    group = api.group(-100, "9a", kind=kind, admins=[ona], bot="administrator")
    await bot.send_message(-100, "x")
    await api.set_status(group, None, "kicked", by=ona)
    with pytest.raises(Forbidden, match=f"(?i)bot was kicked from the {words}"):
        await bot.send_message(-100, "x")
    await api.set_status(group, None, "left", by=ona)
    with pytest.raises(Forbidden, match=f"(?i)bot is not a member of the {words}"):
        await bot.send_message(-100, "x")


async def test_a_moved_group_says_where_it_went(api: BotApi, bot: Bot, ona: Person) -> None:
    group = api.group(-5, "9a", kind="group", admins=[ona])
    await api.migrate(group, -1005, by=ona)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-5, "x")
    assert moved.value.new_chat_id == -1005
    await bot.send_message(-1005, "x")
    updates = await bot.get_updates()
    assert [update.message.migrate_to_chat_id for update in updates if update.message] == [-1005, None]
    assert [update.message.migrate_from_chat_id for update in updates if update.message] == [None, -5]


async def test_topics_close_and_vanish(api: BotApi, bot: Bot, ona: Person) -> None:
    forum = api.group(-100, "School", forum=True, admins=[ona])
    topic, _ = api.topics(forum, "9a", "9b")
    sent = await bot.send_message(-100, "x", message_thread_id=topic.id)
    assert sent.message_thread_id == topic.id
    topic.closed = True
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(-100, "x", message_thread_id=topic.id)
    del forum.topics[topic.id]
    for thread in (topic.id, 1):
        with pytest.raises(BadRequest, match=r"(?i)thread not found"):
            await bot.send_message(-100, "x", message_thread_id=thread)
    await bot.send_message(-100, "x")


async def test_members_and_admins_are_told_apart(api: BotApi, bot: Bot, ona: Person) -> None:
    jonas = api.user(8, "Jonas")
    api.group(-100, "9a", admins=[ona], members=[jonas])
    assert (await bot.get_chat_member(-100, 7)).status == "creator"
    assert (await bot.get_chat_member(-100, 8)).status == "member"
    assert [member.user.id for member in await bot.get_chat_administrators(-100)] == [7]
    assert await bot.get_chat_member_count(-100) == 3
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to manage pinned"):
        await bot.pin_chat_message(-100, (await bot.send_message(-100, "x")).message_id)
    await bot.leave_chat(-100)
    with pytest.raises(Forbidden):
        await bot.send_message(-100, "x")


async def test_commands_are_kept_by_scope_and_language(bot: Bot, api: BotApi, ona: Person) -> None:
    await bot.set_my_commands([BotCommand("today", "šiandien")], language_code="lt")
    await bot.set_my_commands([BotCommand("status", "state")], scope=BotCommandScopeChat(7))
    assert [command.description for command in await bot.get_my_commands(language_code="lt")] == ["šiandien"]
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(language_code="lt")
    assert await bot.get_my_commands(language_code="lt") == ()
    await bot.set_my_short_description("Bell")
    assert (await bot.get_my_short_description(language_code="lt")).short_description == "Bell"


# --- updates ---


async def test_a_poll_gets_what_is_not_confirmed(bot: Bot, ona: Person) -> None:
    await ona.start("c-9a")
    await ona.say("second")
    first, second = await bot.get_updates()
    assert first.message
    assert (first.message.text, first.message.entities[0].type) == ("/start c-9a", "bot_command")
    assert first.message.from_user
    assert first.message.from_user.language_code == "lt"
    assert await bot.get_updates(offset=second.update_id) == (second,)
    assert await bot.get_updates(offset=second.update_id + 1) == ()


async def test_a_waiting_poll_wakes_up(bot: Bot, ona: Person, api: BotApi) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await api.wait_for(lambda: api.calls_of("getUpdates"))
    await ona.say("hello")
    [update] = await poll
    assert update.message
    assert update.message.text == "hello"


async def test_two_pollers_end_each_other(bot: Bot, api: BotApi, ona: Person) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await api.wait_for(lambda: api.calls_of("getUpdates"))
    second = asyncio.create_task(bot.get_updates(timeout=30))
    with pytest.raises(Conflict) as caught:
        await first
    assert str(caught.value) == CONFLICT
    await ona.say("hello")
    assert len(await second) == 1


async def test_updates_that_were_not_asked_for_do_not_come(bot: Bot, ona: Person) -> None:
    await bot.get_updates(allowed_updates=["message"])
    sent = await bot.send_message(7, "x", reply_markup=keys("a"))
    [message] = ona.messages
    assert message.id == sent.message_id
    await ona.press(message, "a")
    await ona.react(message, "👍")
    await ona.say("y")
    assert [update.message is not None for update in await bot.get_updates()] == [True]
    await bot.get_updates(offset=-1, allowed_updates=["message_reaction"])
    await ona.react(message, "")
    assert (await bot.get_updates())[-1].message_reaction


async def test_a_press_is_answered_once_and_in_time(bot: Bot, ona: Person, api: BotApi) -> None:
    await bot.send_message(7, "x", reply_markup=keys("1:day"))
    [message] = api.messages(ona)
    query = await ona.press(message, "1:day")
    [update] = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.data == "1:day"
    await update.callback_query.answer("done", show_alert=True)
    assert query.answer == {"text": "done", "show_alert": True, "url": ""}
    with pytest.raises(BadRequest, match=r"(?i)Query is too old"):
        await update.callback_query.answer()
    with pytest.raises(LookupError):
        await ona.press(message, "2:day")
    assert (await ona.press(message, "2:day", forged=True)).answer is None


async def test_a_group_hides_what_is_not_for_the_bot(bot: Bot, ona: Person, api: BotApi) -> None:
    group = api.group(-100, "9a", members=[ona])
    sent = await bot.send_message(-100, "ask me")
    for text in ("hello", "/today", "/today@schoolbell_bot", "/today@another_bot", "hey @schoolbell_bot"):
        await ona.send(group, text)
    await ona.send(group, "to you", reply_to=sent.message_id)
    texts = [update.message.text for update in await bot.get_updates() if update.message]
    assert texts == ["/today", "/today@schoolbell_bot", "hey @schoolbell_bot", "to you"]


async def test_the_bot_is_added_by_a_link_for_groups(bot: Bot, ona: Person, api: BotApi) -> None:
    group = api.group(-100, "9a", admins=[ona], bot="left")
    await ona.start("g-1", chat=group)
    member, service, command = await bot.get_updates()
    assert member.my_chat_member
    assert member.my_chat_member.new_chat_member.status == "member"
    assert service.message
    assert service.message.new_chat_members[0].username == "schoolbell_bot"
    assert command.message
    assert command.message.text == "/start@schoolbell_bot g-1"


async def test_an_inline_query_is_answered_and_chosen_from(bot: Bot, ona: Person, api: BotApi) -> None:
    photo = (await bot.send_photo(7, picture())).photo[-1].file_id
    query = await ona.ask_inline("9a")
    [update] = await bot.get_updates()
    assert update.inline_query
    text = InputTextMessageContent("<b>9a</b>", parse_mode="HTML")
    results = [InlineQueryResultArticle("t", "9a", text), InlineQueryResultCachedPhoto("p", photo, caption="9a")]
    await update.inline_query.answer(results, cache_time=0, is_personal=True)
    assert [result["id"] for result in (query.answer or {})["results"]] == ["t", "p"]
    assert (await ona.choose(query, "t", 7)).text == "9a"
    assert (await ona.choose(query, "p", 7)).file is not None


async def test_a_person_sends_a_file(bot: Bot, ona: Person) -> None:
    await ona.upload("plan.csv", b"date,subject", mime_type="text/csv")
    [update] = await bot.get_updates()
    assert update.message
    assert update.message.document
    assert update.message.document.file_name == "plan.csv"
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"date,subject"


async def test_a_reply_keyboard_is_the_clients_business(bot: Bot, ona: Person, api: BotApi) -> None:
    await bot.send_message(7, "x", reply_markup=ForceReply())
    assert api.messages(ona)[0].buttons == []


# --- faults ---


async def test_delivered_but_not_answered(api: BotApi, ona: Person) -> None:
    api.faults.add(Fault("sendMessage", times=1, ending="stall"))
    api.faults.add(Fault("sendMessage", times=1, ending="close"))
    api.faults.add(Fault("sendMessage", times=1, ending="reset"))
    async with bot_of(api, read_timeout=0.5) as bot:
        for _ in range(3):
            with pytest.raises(AnswerLost):
                await bot.send_message(7, "x")
        await bot.send_message(7, "x")
    assert api.delivered[7] == 4


async def test_a_call_that_came_whole_is_carried_out_though_the_caller_is_gone(api: BotApi, ona: Person) -> None:
    api.faults.add(Fault("sendMessage", delay=0.1))
    async with bot_of(api) as bot:
        call = asyncio.create_task(bot.send_message(7, "x"))
        await api.wait_for(lambda: api.calls_of("sendMessage"))
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    await api.wait_for(lambda: api.messages(ona))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_error_of_the_server_delivers_only_when_told(status: int, api: BotApi, bot: Bot, ona: Person) -> None:
    api.faults.add(Fault("send*", times=1, status=status, body=b"<html><h1>Bad Gateway</h1></html>"))
    api.faults.add(Fault("send*", times=1, status=status, description="Gateway Timeout", deliver=True))
    for delivered in (0, 1):
        with pytest.raises(ServerError) as caught:
            await bot.send_message(7, "x")
        assert caught.value.status == status
        assert api.delivered.get(7, 0) == delivered


async def test_a_rule_hits_its_method_its_chat_and_its_share(api: BotApi, bot: Bot, ona: Person) -> None:
    api.user(8, "Jonas")
    flood = Fault(
        "sendMessage", chat_id=8, skip=1, times=1, status=429, description="Too Many Requests: retry after 35"
    )
    flood.parameters["retry_after"] = 35
    api.faults.add(flood)
    await bot.send_message(8, "x")
    await bot.send_message(7, "x")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(8, "x")
    assert caught.value._retry_after == timedelta(seconds=35)
    await bot.send_message(8, "x")
    share = api.faults.add(Fault("sendMessage", probability=0.3, status=502))
    for _ in range(60):
        with suppress(ServerError):
            await bot.send_message(7, "x")
    assert 5 < share.hits < 35


async def test_nothing_is_read_and_nothing_delivered(api: BotApi, bot: Bot, ona: Person) -> None:
    api.faults.add(Fault("sendMessage", times=1, ending="unread"))
    with pytest.raises((NotSent, AnswerLost)):
        await bot.send_message(7, "x")
    assert api.delivered.get(7, 0) == 0


async def test_the_server_goes_away_and_comes_back(api: BotApi, bot: Bot, ona: Person) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await api.wait_for(lambda: api.calls_of("getUpdates"))
    await api.refuse()
    with pytest.raises(TelegramError):
        await poll
    with pytest.raises(NotSent):
        await bot.send_message(7, "x")
    await api.resume()
    await bot.send_message(7, "x")


async def test_a_black_hole_takes_everything_and_answers_nothing(api: BotApi, ona: Person) -> None:
    api.blackhole(on=True)
    async with bot_of(api, read_timeout=0.1) as bot:
        with pytest.raises(AnswerLost):
            await bot.send_message(7, "x")
        api.blackhole(on=False)
        await bot.send_message(7, "x")
    assert api.delivered[7] == 1


async def test_limits_of_the_real_server(api: BotApi, bot: Bot, ona: Person) -> None:
    api.limits.on = True
    await bot.send_message(7, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(7, "x")


async def test_events_tell_what_happens(api: BotApi, bot: Bot, ona: Person) -> None:
    async with api.subscribe() as events:
        sent = await bot.send_message(7, "x")
        await bot.edit_message_text("y", 7, sent.message_id)
        await bot.delete_message(7, sent.message_id)
        kinds = [events.get_nowait().kind for _ in range(events.qsize())]
    assert kinds == ["asked", "message", "call", "asked", "edited", "call", "asked", "deleted", "call"]


# --- the whole of python-telegram-bot on top ---


async def test_an_application_runs_on_it(api: BotApi, ona: Person) -> None:
    async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message
        await update.effective_message.reply_photo(picture(), caption=str(context.args), reply_markup=keys("next"))

    async def turn(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query
        await update.callback_query.answer()
        await update.callback_query.edit_message_caption("page 2")

    builder = Application.builder().token(api.token).base_url(api.base_url).base_file_url(api.base_file_url)
    application = builder.request(AiohttpRequest()).get_updates_request(AiohttpRequest()).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(turn))
    assert application.updater
    async with application:
        await application.start()
        await application.updater.start_polling(timeout=30)
        await ona.start("c-9a")
        [_, answer] = await api.wait_for(lambda: api.messages(ona)[1:] and api.messages(ona))
        assert answer.text == "['c-9a']"
        query = await ona.press(answer, "next")
        await api.wait_for(lambda: query.answer is not None and answer.text == "page 2")
        await application.updater.stop()
        await application.stop()
    assert api.violations == []


async def test_a_wrong_call_is_noted(api: BotApi, bot: Bot, ona: Person) -> None:
    with pytest.raises(BadRequest):
        await bot.send_message(7, "")
    await bot.send_message(7, "x")
    assert len(api.violations) == len(spec_files())


@pytest.mark.parametrize("status", [401, 404, 502])
async def test_polling_survives_an_answer_that_ends_it_elsewhere(
    status: int, api: BotApi, ona: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_sleep = asyncio.sleep
    monkeypatch.setattr("telegram.ext._utils.networkloop.asyncio.sleep", lambda _: real_sleep(0))
    builder = Application.builder().token(api.token).base_url(api.base_url).base_file_url(api.base_file_url)
    application = builder.request(AiohttpRequest()).get_updates_request(AiohttpRequest()).build()
    seen: list[Update] = []

    async def note(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        seen.append(update)
        api.state.emit("seen", None)

    application.add_handler(CommandHandler("start", note))
    assert application.updater
    async with application:
        await application.start()
        api.faults.add(Fault("getUpdates", times=3, status=status, description="Not Found"))
        await application.updater.start_polling(timeout=30)
        await ona.start()
        await api.wait_for(lambda: seen)
        await application.updater.stop()
        await application.stop()
