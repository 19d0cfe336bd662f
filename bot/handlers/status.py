"""/status: how the schools, the queue and the process are doing."""

from __future__ import annotations

from html import escape

from telegram import Update

from bot import memory, watch
from bot.commands import Audience, Command
from bot.context import Context
from bot.screens import asker_of, say
from bot.store import outbox, schools
from bot.store.schools import Feed, Health
from bot.texts import Texts, errors, mark

MEBIBYTE = 1024 * 1024


async def run(update: Update, context: Context) -> None:
    """One message for "why is the bot silent?"."""
    asker = await asker_of(update, context.deps)
    deps, texts = context.deps, asker.texts
    lines: list[str] = []
    for school in await schools.all_schools(deps.db):
        lines.append(f"<b>{escape(school.name)}</b>")
        lines += [
            _feed_line(texts, feed, await schools.health_of(deps.db, feed.id), deps.now())
            for feed in await schools.feeds_of(deps.db, school.id)
        ]
    if not lines:
        lines.append(texts("No school is set up yet. /school add adds one."))
    counts = await outbox.counts(deps.db, deps.now())
    sent = deps.courier.statistics
    usage = memory.usage()
    again = await watch.restarts(deps)
    lines += [
        "",
        texts("To send: {due}, held back: {held}; uncertain {uncertain}, given up {dead} in a day").format(
            due=counts.due + counts.claimed, held=counts.postponed, uncertain=counts.uncertain, dead=counts.dead
        ),
        texts("Sent since the start: {sent}, pictures uploaded: {uploads}, limited by Telegram: {limited}").format(
            sent=sent.sent, uploads=sent.uploads, limited=sent.limited
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
    await say(update, context, "\n".join(lines))


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
