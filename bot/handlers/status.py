"""/status: how the schools, the queue and the process are doing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from telegram import Update

from bot import memory, watch
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, say
from bot.store import feed_health, outbox, schools
from bot.store.feed_health import Health
from bot.store.schools import Feed
from bot.texts import Texts, errors, mark

MEBIBYTE = 1024 * 1024
LONGEST = 3800  # characters of one message; Telegram takes 4,096


async def run(update: Update, context: Context) -> None:
    """One message for "why is the bot silent?"."""
    asker = await asker_of(update, context.deps)
    deps, texts = context.deps, asker.texts
    healths = await feed_health.healths(deps.db)
    feeds: defaultdict[str, list[Feed]] = defaultdict(list)
    for feed in await schools.all_feeds(deps.db):
        feeds[feed.school_id].append(feed)
    lines: list[str] = []
    for school in await schools.all_schools(deps.db):
        lines.append(f"<b>{escape(school.name)}</b>")
        lines += [
            _feed_line(texts, feed, healths.get(feed.id, Health(feed.id)), deps.now()) for feed in feeds[school.id]
        ]
    if not lines:
        lines.append(texts("No school is set up yet. /school add adds one."))
    counts = await outbox.counts(deps.db, deps.now())
    sent = deps.courier.statistics
    usage = memory.usage()
    again = await watch.restarts(deps)
    since = datetime.fromtimestamp(again.since, UTC).astimezone(deps.config.timezone)
    lines += [
        "",
        texts("To send: {due}, held back: {held}; uncertain {uncertain}, given up {dead} in a day").format(
            due=counts.due + counts.claimed, held=counts.postponed, uncertain=counts.uncertain, dead=counts.dead
        ),
        texts("Sent since the start: {sent}, pictures uploaded: {uploads}, limited by Telegram: {limited}").format(
            sent=sent.sent, uploads=sent.uploads, limited=sent.limited
        ),
        texts("Running since {when} ({hours} h); sent in the last hour: {count}").format(
            when=f"{since:%Y-%m-%d %H:%M}", hours=(deps.now() - again.since) // 3600, count=counts.sent
        ),
        texts("Memory: {rss} MiB of {limit}, swap {swap} MiB").format(
            rss=usage.rss // MEBIBYTE,
            limit=usage.limit // MEBIBYTE if usage.limit else "–",
            swap=usage.swap // MEBIBYTE,
        ),
        texts("Starts in 7 days: {count}, out of memory: {memory}, killed: {killed}").format(
            count=again.started, memory=again.by_memory, killed=again.killed
        ),
    ]
    for message in _messages(lines):
        await say(update, context, message)


def _messages(lines: list[str]) -> Iterator[str]:
    """The lines in as many messages as they need; the figures come last."""
    message = ""
    for line in lines:
        if len(message) + len(line) > LONGEST:
            yield message
            message = ""
        message += line + "\n"
    yield message


def _feed_line(texts: Texts, feed: Feed, health: Health, now: int) -> str:
    if health.last_success is None and not health.failures:
        return f"· {escape(feed.source)}: {texts('not asked yet')}"
    good = _ago(texts, health.last_success, now)
    following = max(health.next_at - now, 0) // 60
    line = texts("{system}: read {ago}, next in {minutes} min").format(
        system=escape(feed.source), ago=good, minutes=following
    )
    if health.failures:
        line += " · ⚠ " + escape(f"{errors.reason(texts, health.error_kind)} ×{health.failures} ({health.error})")
    return f"· {line}"


def _ago(texts: Texts, at: int | None, now: int) -> str:
    if at is None:
        return texts("never")
    return texts.plural("{count} minute ago", "{count} minutes ago", (now - at) // 60)


COMMAND = Command(name="status", summary=mark("schools, queue, memory"), run=run, audience=Audience.ADMIN, order=200)
