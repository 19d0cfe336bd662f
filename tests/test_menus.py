"""The menus: what each scope offers, in every language, within Telegram's limits, sent once."""

from __future__ import annotations

from bot.commands import Audience
from bot.demo.stage import Stage
from bot.handlers import all_commands
from bot.menus import LONG, SHORT, menus, publish
from bot.texts import languages, texts_in


def test_groups_are_offered_what_they_may_use() -> None:
    offered = {(menu.scope.type, menu.language): dict(menu.commands) for menu in menus(all_commands().values())}
    assert len(offered) == 3 * (len(languages()) + 1)
    members = offered["all_group_chats", "en"]
    group_admins = offered["all_chat_administrators", "en"]
    assert "today" in members
    assert "settings" not in members
    assert {"settings", "pin"} <= set(group_admins)
    assert "helper" in group_admins
    assert "helper" not in offered["all_private_chats", "en"]
    assert "access" not in {name for commands in offered.values() for name in commands}
    for commands in offered.values():
        assert len(commands) <= 100
        assert all(1 <= len(name) <= 32 and 1 <= len(words) <= 256 for name, words in commands.items())


def test_the_profile_fits() -> None:
    for language in languages():
        assert len(texts_in(language)(SHORT)) <= 120
        assert len(texts_in(language)(LONG)) <= 512


async def test_menus_are_sent_once(stage: Stage) -> None:
    # The start does it in the background: this one waits for it, or is the second.
    await stage.api.wait_for(lambda: len(stage.api.calls_of("setMyDescription")) == len(languages()))
    await publish(stage.service.application.bot, stage.service.deps)
    count = len(stage.api.calls_of("setMyCommands"))
    await publish(stage.service.application.bot, stage.service.deps)
    assert len(stage.api.calls_of("setMyCommands")) == count
    await stage.service.deps.db.write("DELETE FROM meta WHERE key = 'menus'")
    await publish(stage.service.application.bot, stage.service.deps)
    assert len(stage.api.calls_of("setMyCommands")) > count


def test_every_command_says_who_may() -> None:
    changing = {"settings", "subscribe", "unsubscribe", "stop", "pin", "export"}
    commands = all_commands()
    assert {commands[name].audience for name in changing} == {Audience.CHAT_ADMIN}
    assert commands["access"].audience is Audience.ADMIN
