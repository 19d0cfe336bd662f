"""A conversation as a readable file: what people do, and what the bot then says, shows, edits, pins and toasts.

Lines of a file that begin with `> ` are what happens; all others are what came of it, in order. `> Ona: /today` writes,
`> Ona [Week]` presses the button of that label on the newest message that has it, `> Ona [=v1|d|1|now]` sends data that
no button has, `> Ona in 9a club: /week` writes into a group, `> at 2026-11-24 07:00` turns the clock (UTC),
`> run digests` runs a job, `> school: …` publishes on the demo's control desk. `# ` begins a comment,
`# stage: …` sets the scene.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.demo.botapi import Chat, Event, Message, Person
from bot.demo.desk import Change
from bot.demo.stage import Stage
from bot.rounds import scrape_round, scrape_when_due
from bot.screens.day import LATER

OWNER = 1099
GROUP = -1001234567890
CHANNEL = -1009876543210


@dataclass
class Conversation:
    """People, chats and what has happened since the last line."""

    stage: Stage
    people: dict[str, Person] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    posts: set[tuple[int, int]] = field(default_factory=set)

    def person(self, name: str) -> Person:
        """A person by name; the first is 1001. "Admin" is the bot's admin."""
        if name not in self.people:
            number = OWNER if name == "Admin" else 1001 + len(self.people)
            self.people[name] = self.stage.api.user(number, name, "en")
        return self.people[name]

    async def play(self, lines: list[str]) -> list[str]:
        """Everything that happens, line by line, with what came of it."""
        told: list[str] = []
        self.stage.service.timers.on = False  # nothing happens between two lines
        self.stage.api.user(OWNER, "Admin", "en")  # who may be told of this and that all the time
        self.stage.api.state.listeners.append(self.events.append)
        for line in lines:
            if line.startswith("# "):
                told.append(line)
                continue
            if not line.startswith("> "):
                continue
            told.append(line)
            self.events.clear()
            await self._act(line[2:].strip())
            await settled(self.stage)
            told += self._outcome()
        return told

    async def _act(self, line: str) -> None:
        if found := re.fullmatch(r"at (\d{4}-\d\d-\d\d \d\d:\d\d)", line):
            self.stage.clock.turn_to(datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC))
            await scrape_round(self.stage.service.deps)
        elif found := re.fullmatch(r"run (\w+)", line):
            await self.stage.service.run_job(found[1])
        elif found := re.fullmatch(r"school: (\w+) (\d{4}-\d\d-\d\d) (\d) cancelled", line):
            change = Change(date.fromisoformat(found[2]), found[1], int(found[3]), cancelled=True)
            self.stage.desk.publish(change, self.stage.clock.now())
            await self.stage.service.deps.db.write("UPDATE feed_health SET next_at = 0")
            await scrape_round(self.stage.service.deps)
        elif found := re.fullmatch(r"(group|forum|channel) ([\w ]+): (.*)", line):
            self._gather(found[1], found[2], found[3].split(", "))
        elif found := re.fullmatch(r"bot in ([\w ]+): (\w+)(?: by (\w+))?", line):
            by = self.person(found[3]) if found[3] else None
            await self.stage.api.set_status(self.chats[found[1]], None, found[2], by=by)
        elif found := re.fullmatch(r"(\w+) (blocks|unblocks)", line):
            await (self.person(found[1]).block() if found[2] == "blocks" else self.person(found[1]).unblock())
        elif found := re.fullmatch(r"(\w+)(?: in ([\w ]+))? \[(.*)\]", line):
            await self._press(self.person(found[1]), found[2], found[3])
        elif found := re.fullmatch(r"(\w+)(?: in ([\w ]+?)(?: #(\w+))?)?(?: (replies))?: (.*)", line):
            await self._say(found)
        else:
            raise ValueError(f"nobody knows how to: {line}")

    def _gather(self, kind: str, title: str, names: list[str]) -> None:
        """A group with its people; a star marks admins, the first of them made it."""
        people = [self.person(name.rstrip("*")) for name in names]
        admins = [self.person(name.rstrip("*")) for name in names if name.endswith("*")]
        number = (CHANNEL if kind == "channel" else GROUP) - len(self.chats)
        api = self.stage.api
        if kind == "channel":
            self.chats[title] = api.channel(number, title, admins=admins, bot="left")
            return
        chat = api.group(number, title, members=people, admins=admins, forum=kind == "forum")
        self.chats[title] = chat
        if kind == "forum":
            api.topics(chat, "General", "Timetable", "Chatter")  # a topic's id is that of its first message: never 1
            self.events.clear()

    async def _say(self, found: re.Match[str]) -> None:
        person, text = self.person(found[1]), found[5]
        if not found[2]:
            await person.say(text)
            return
        chat = self.chats[found[2]]
        thread = next((topic.id for topic in chat.topics.values() if topic.name == found[3]), 0)
        reply = max((m.id for m in self.stage.api.messages(chat) if m.from_bot), default=0) if found[4] else 0
        sent = await person.send(chat, text, thread=thread, reply_to=reply)
        self.posts.add((chat.id, sent.id))

    def _by_bot(self, message: Message) -> bool:
        """A channel's posts name nobody: those are the bot's that no person wrote."""
        channel = message.chat_id <= CHANNEL
        return message.from_bot or (channel and (message.chat_id, message.id) not in self.posts)

    async def _press(self, person: Person, place: str | None, button: str) -> None:
        chat = self.chats[place] if place else person.chat
        messages = [message for message in self.stage.api.messages(chat) if self._by_bot(message)]
        if button.startswith("="):
            await person.press(messages[-1], button[1:], forged=True)
            return
        for message in reversed(messages):
            if any(one["text"] == button for row in message.buttons for one in row):
                await person.press(message, button)
                return
        raise LookupError(f"no message has the button {button!r}")

    def _outcome(self) -> list[str]:
        lines: list[str] = []
        for event in self.events:
            message: Any = event.data.get("message")
            if event.chat_id == OWNER and "Admin" not in self.people:
                continue
            if event.kind in {"message", "edited"} and self._by_bot(message):
                lines += self._told(message, edited=event.kind == "edited")
            elif event.kind == "pinned":
                lines.append(f"  {self._where(message)}{'pinned' if event.data['pinned'] else 'unpinned'}")
            elif event.kind == "answer" and event.data.get("text"):
                lines.append(f"  toast: {event.data['text']}")
            elif event.kind == "deleted" and message.from_bot:
                lines.append(f"  {self._where(message)}deleted: {message.text.splitlines()[0]}")
        return lines

    def _told(self, message: Message, *, edited: bool) -> list[str]:
        what = {"photo": "picture", "document": "file"}.get(message.file.kind, "") if message.file else ""
        if what == "file" and message.file is not None:
            what += f" {message.file.name}"
        heads = [self._where(message), "edited " if edited else "", what]
        reply = message.data.get("reply_to_message")
        if reply:
            heads.append(f" answering “{reply.get('text', reply.get('caption', '')).splitlines()[0][:40]}”")
        lines = [f"  {''.join(heads).strip() or 'bot'}:"]
        lines += [f"    {line}".rstrip() for line in shown_text(message).splitlines()]
        lines += ["    " + "".join(f"[{one['text']}]" for one in row) for row in message.buttons]
        return lines

    def _where(self, message: Message) -> str:
        """Which chat, when it is not the only one."""
        for name, person in self.people.items():
            if person.id == message.chat_id:
                return f"to {name} " if len(self.people) > 1 or self.chats else ""
        for title, chat in self.chats.items():
            if chat.id == message.chat_id:
                topic = chat.topics.get(message.thread_id or 0)
                return f"to {title}{f' #{topic.name}' if topic else ''} "
        return ""


def shown_text(message: Message) -> str:
    """The text, what is folded away left out, ports of the loopback replaced."""
    text = message.text
    entities: list[dict[str, Any]] = message.data.get("caption_entities") or message.data.get("entities") or []
    for entity in entities:
        if entity["type"] == "expandable_blockquote":
            units = text.encode("utf-16-le")
            start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
            count = units[start:end].decode("utf-16-le").count("\n") + 1
            text = (units[:start] + f"({count} lines folded)".encode("utf-16-le") + units[end:]).decode("utf-16-le")
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:…", text)


async def settled(stage: Stage) -> None:
    """Wait until the bot has read every update, has answered, and has sent what is due."""
    application, deps = stage.service.application, stage.service.deps
    async with asyncio.timeout(20):
        while True:
            while stage.api.state.updates:  # noqa: ASYNC110 - the stand-in tells nobody that it was polled
                await asyncio.sleep(0.002)
            await application.update_queue.join()
            later = [task for task in asyncio.all_tasks() if task.get_name().startswith(LATER)]
            if later:
                if deps.wanted:
                    await scrape_when_due(deps)
                await asyncio.wait(later, timeout=5)
                continue
            due = await deps.db.value(
                "SELECT 1 FROM outbox WHERE state = 'claimed' OR (state = 'due' AND not_before <= ?) LIMIT 1",
                (deps.now(),),
            )
            if due is None and not stage.api.state.updates:
                return
            deps.courier.wake()
            await asyncio.sleep(0.005)


def read(path: Path) -> list[str]:
    """The lines of a conversation."""
    return path.read_text("utf-8").splitlines()
