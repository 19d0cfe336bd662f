"""`/healthz` and `/metrics` over HTTP, for a monitoring system on this machine; off unless SCHOOLBELL_HTTP is set."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import bot
from bot import memory, watch
from bot.context import Deps
from bot.liveness import Liveness
from bot.store import feed_health, outbox, schools
from bot.store.feed_health import Health

log = logging.getLogger(__name__)

REQUEST_BYTES = 8192
REQUEST_SECONDS = 5.0
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as Prometheus names it: `kind` is gauge or counter; `labels` stand behind every value."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


METRICS = (
    Metric("schoolbell_info", "gauge", "Always 1; the label tells the version.", ("version",)),
    Metric("schoolbell_uptime_seconds", "gauge", "Seconds since the start."),
    Metric("schoolbell_poll_age_seconds", "gauge", "Seconds since the last good getUpdates; over 60 is bad."),
    Metric("schoolbell_sent_total", "counter", "Messages that Telegram took."),
    Metric("schoolbell_uploads_total", "counter", "Pictures uploaded; the others were sent by their file_id."),
    Metric("schoolbell_limited_total", "counter", "Answers 429: too many requests."),
    Metric("schoolbell_retried_total", "counter", "Messages that were tried again."),
    Metric("schoolbell_uncertain_total", "counter", "Messages of which nobody knows whether they came; not repeated."),
    Metric("schoolbell_refused_total", "counter", "Messages that a chat refused in words that may pass."),
    Metric("schoolbell_gone_total", "counter", "Messages to chats that are gone or have blocked the bot."),
    Metric("schoolbell_dead_total", "counter", "Messages given up because Telegram never takes them."),
    Metric("schoolbell_outbox_due", "gauge", "Messages waiting to be sent now."),
    Metric("schoolbell_outbox_postponed", "gauge", "Messages that wait for a later time (quiet hours)."),
    Metric("schoolbell_outbox_oldest_seconds", "gauge", "How long the oldest due message has waited."),
    Metric("schoolbell_chats", "gauge", "Chats that are told something.", ("active",)),
    Metric("schoolbell_subscriptions", "gauge", "Classes, teachers and rooms followed, over all chats."),
    Metric("schoolbell_feed_age_seconds", "gauge", "Seconds since a school's page was read.", ("school", "system")),
    Metric("schoolbell_feed_failures", "gauge", "Failures in a row of a school's page.", ("school", "system")),
    Metric("schoolbell_memory_bytes", "gauge", "Resident memory of the process."),
    Metric("schoolbell_swap_bytes", "gauge", "Memory of the process that is swapped out."),
    Metric("schoolbell_memory_limit_bytes", "gauge", "The cgroup's limit; 0 without one."),
    Metric("schoolbell_database_bytes", "gauge", "Size of the database file."),
    Metric("schoolbell_starts", "gauge", "Starts within seven days, by what ended the run.", ("reason",)),
)
"""Every metric; docs/metrics.md is made from it, and a test holds it against what is served."""

Values = dict[str, list[tuple[tuple[str, ...], float]]]


async def read(deps: Deps, liveness: Liveness, up: float) -> Values:
    """Every metric's values with their labels; `up` is the uptime in seconds."""
    counts = await outbox.counts(deps.db, deps.now())
    sent = deps.courier.statistics
    usage = memory.usage()
    starts = await watch.restarts(deps)
    active = await deps.db.value("SELECT count(*) FROM chats WHERE active = 1")
    silent = await deps.db.value("SELECT count(*) FROM chats WHERE active = 0")
    values: Values = {
        "schoolbell_info": [((bot.__version__,), 1)],
        "schoolbell_chats": [(("1",), active), (("0",), silent)],
        "schoolbell_feed_age_seconds": [],
        "schoolbell_feed_failures": [],
        "schoolbell_starts": [
            ((watch.OUT_OF_MEMORY,), starts.by_memory),
            (("killed",), starts.killed),
            (("other",), starts.started - starts.by_memory - starts.killed),
        ],
    }
    healths = await feed_health.healths(deps.db)
    for feed in await schools.all_feeds(deps.db):
        health = healths.get(feed.id, Health(feed.id))
        labels = (feed.school_id, feed.source)
        values["schoolbell_feed_failures"].append((labels, health.failures))
        if health.last_success is not None:
            values["schoolbell_feed_age_seconds"].append((labels, deps.now() - health.last_success))
    single: dict[str, float] = {
        "uptime_seconds": up,
        "poll_age_seconds": liveness.poll_age(),
        "sent_total": sent.sent,
        "uploads_total": sent.uploads,
        "limited_total": sent.limited,
        "retried_total": sent.retried,
        "uncertain_total": sent.uncertain,
        "refused_total": sent.refused,
        "gone_total": sent.gone,
        "dead_total": sent.dead,
        "outbox_due": counts.due + counts.claimed,
        "outbox_postponed": counts.postponed,
        "outbox_oldest_seconds": counts.oldest_seconds,
        "subscriptions": await deps.db.value("SELECT count(*) FROM subscriptions"),
        "memory_bytes": usage.rss,
        "swap_bytes": usage.swap,
        "memory_limit_bytes": usage.limit or 0,
        "database_bytes": deps.config.database.stat().st_size,
    }
    return values | {f"schoolbell_{name}": [((), value)] for name, value in single.items()}


def exposition(values: Values, metrics: Sequence[Metric] = METRICS) -> str:
    """The metrics in Prometheus' text format 0.0.4."""
    lines: list[str] = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        for given, value in values[metric.name]:
            labels = ",".join(f'{key}="{_escaped(text)}"' for key, text in zip(metric.labels, given, strict=True))
            lines.append(f"{metric.name}{{{labels}}} {_number(value)}" if labels else f"{metric.name} {_number(value)}")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


@asynccontextmanager
async def serving(deps: Deps, liveness: Liveness) -> AsyncIterator[tuple[str, int] | None]:
    """Serve while the block runs; gives the address, None when it is off or taken by somebody else."""
    if deps.config.http is None:
        yield None
        return
    host, port = deps.config.http
    begun = deps.clock.monotonic()
    gate = asyncio.Semaphore(AT_ONCE)

    async def answer(path: str) -> tuple[int, str, str]:
        if path == "/healthz":
            status, text = await _health(deps, liveness)
            return status, "text/plain; charset=utf-8", text
        if path == "/metrics":
            values = await read(deps, liveness, deps.clock.monotonic() - begun)
            return 200, "text/plain; version=0.0.4; charset=utf-8", exposition(values)
        return 404, "text/plain; charset=utf-8", "there are /healthz and /metrics\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with gate, asyncio.timeout(REQUEST_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
                if len(words) != 3 or words[0] not in {"GET", "HEAD"}:
                    status, kind, text = 405, "text/plain; charset=utf-8", "GET only\n"
                else:
                    status, kind, text = await answer(words[1].partition("?")[0])
                writer.write(_response(status, kind, text, body=words[0] != "HEAD"))
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(serve, host, port, limit=REQUEST_BYTES)
    except OSError as error:
        log.warning("SCHOOLBELL_HTTP: %s:%d cannot be used: %s", host, port, error.strerror)
        yield None
        return
    async with server:
        address = server.sockets[0].getsockname()
        log.info("health and metrics on http://%s:%d", address[0], address[1])
        yield address[0], address[1]


async def _health(deps: Deps, liveness: Liveness) -> tuple[int, str]:
    """200 while a restart would not help: an outage of Telegram is none of the service's."""
    state = liveness.state().name.lower()
    if not liveness.feeds():
        return 503, f"polling: {state}\n"
    try:
        await deps.db.value("SELECT count(*) FROM meta")
    except sqlite3.Error as error:
        return 503, f"database: {error}\n"
    return 200, f"ok, polling: {state}\n"


_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


def _response(status: int, kind: str, text: str, *, body: bool) -> bytes:
    content = text.encode()
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        "Connection: close\r\nCache-Control: no-store\r\n\r\n"
    )
    return head.encode("ascii") + (content if body else b"")
