"""What `check` looks at: each look ends in findings that say what is so and, where it is wrong, how to mend it."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from bot.clock import Clock
from bot.config import Config, zone_named
from bot.errors import ConfigError, NotReleased, SchoolbellError
from bot.model import Plan, TargetKind
from bot.scraper.contract import Http, Query, Source
from bot.scraper.http import SchoolHttp
from bot.scraper.reading import foreseen, parsed
from bot.store import accounts, feed_health, schools
from bot.store.database import Database, newest_schema, open_database, read_only
from bot.store.schools import Feed, School
from bot.vault import Vault

MEBIBYTE = 1024 * 1024
SCHOOL_SECONDS = 60
TELEGRAM_SECONDS = 20
WEEKS = 2
SKEW = (10, 300)
"""Seconds that this machine's clock may be off before it is worth a warning, and before it is broken."""
ENOUGH = 96 * MEBIBYTE


class State(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `fix` says what to do, "" where nothing is to be done."""

    name: str
    state: State
    detail: str
    fix: str = ""


def _ok(name: str, detail: str) -> Finding:
    return Finding(name, State.OK, detail)


def _warning(name: str, detail: str, fix: str) -> Finding:
    return Finding(name, State.WARNING, detail, fix)


def _broken(name: str, detail: str, fix: str) -> Finding:
    return Finding(name, State.BROKEN, detail, fix)


def of_zone(config: Config, now: datetime) -> Finding:
    """The zone of schools that set none."""
    return _ok("time zone", f"{config.timezone.key}, now {now.astimezone(config.timezone):%H:%M}")


def of_fonts() -> Iterator[Finding]:
    """The fonts of the pictures, and the library that shapes their text."""
    from bot.render import fonts

    try:
        fonts.load("Regular", 20)
    except OSError:
        yield _broken("fonts", "the font of the package cannot be read", "install Schoolbell again")
        return
    shaping = "Raqm" if fonts.RAQM else "basic"
    if not fonts.RAQM:
        yield _warning("fonts", "Pillow has no Raqm: accents may sit badly", "install Pillow's own wheel: pip, not apt")
    elif not fonts.fallback_points():
        yield _warning(
            "fonts", f"Inter, {shaping} layout; no DejaVu for rare signs", "apt-get install fonts-dejavu-core"
        )
    else:
        yield _ok("fonts", f"Inter and DejaVu, {shaping} layout")


def of_memory(environ: Mapping[str, str]) -> Finding:
    """The limit that the kernel holds, and whether the allocator gives memory back."""
    from bot import memory

    limit = memory.usage().limit
    if limit is not None and limit < ENOUGH:
        return _warning(
            "memory", f"the limit is {limit // MEBIBYTE} MiB", f"give it {ENOUGH // MEBIBYTE} MiB or more (MemoryMax=)"
        )
    told = f"limit {limit // MEBIBYTE} MiB" if limit else "no limit here"
    if "MALLOC_ARENA_MAX" not in environ:
        return _warning(
            "memory", f"{told}; MALLOC_ARENA_MAX is not set", "run it by deploy/'s unit or image: 40 MiB less"
        )
    return _ok("memory", told)


def of_database(config: Config) -> Finding:
    """The file, its soundness, its schema; read only, beside a running service too."""
    file = config.database
    if not file.exists():
        return _warning("database", f"there is none in {config.data} yet", "the first `schoolbell run` makes it")
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        return _broken("database", f"{file} or its folder is read-only here", "run this as the service's user, or root")
    fix = f"schoolbell restore FILE (the newest of seven is in {config.data / 'backups'})"
    try:
        with closing(sqlite3.connect(read_only(file), uri=True)) as connection:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.OperationalError as error:
        return _broken("database", f"{file} cannot be read: {error}", "see who may read and write it and its folder")
    except sqlite3.Error as error:
        return _broken("database", f"{file} cannot be read: {error}", fix)
    newest = newest_schema()
    if verdict != "ok":
        return _broken("database", f"{file} is damaged", fix)
    if schema > newest:
        return _broken("database", f"schema {schema}, this version knows {newest}", "install the newer version again")
    size = file.stat().st_size / MEBIBYTE
    if schema < newest:
        return _warning("database", f"schema {schema} of {newest}", "the next `schoolbell run` brings it up to date")
    return _ok("database", f"sound, schema {schema}, {size:.1f} MiB")


async def of_telegram(config: Config, now: datetime) -> list[Finding]:
    """The token, by getMe, and this machine's clock, by the answer's Date."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=TELEGRAM_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{config.bot_url}{config.token}/getMe", allow_redirects=False) as answer,
        ):
            status, date, body = answer.status, answer.headers.get("Date", ""), await answer.content.read(100_000)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:  # their words may hold the address, with the token
        fix = "see whether this machine reaches the Internet (DNS, firewall, proxy)"
        return [_broken("token", f"Telegram cannot be reached ({type(error).__name__})", fix)]
    found = [_token(status, body)]
    if date:
        found.append(_clock(date, now))
    return found


def _token(status: int, body: bytes) -> Finding:
    if status in {401, 404}:
        return _broken("token", "Telegram does not know this token", "ask @BotFather for the current one: /token")
    try:
        answer = json.loads(body)
        name = str(answer["result"]["username"])
    except (ValueError, KeyError, TypeError):
        return _broken("token", f"what answers is not the Bot API (status {status})", "look at SCHOOLBELL_API_URL")
    return _ok("token", f"@{name}")


def _clock(date: str, now: datetime) -> Finding:
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return _warning("clock", "the answer's date cannot be read", "look at SCHOOLBELL_API_URL")
    off = abs((now.astimezone(UTC) - theirs.astimezone(UTC)).total_seconds())
    if off <= SKEW[0]:
        return _ok("clock", "right to the second or nearly")
    state = State.WARNING if off <= SKEW[1] else State.BROKEN
    return Finding("clock", state, f"it is {off:.0f} s off", "timedatectl set-ntp true")


async def of_schools(
    config: Config, environ: Mapping[str, str], clock: Clock, sources: Mapping[str, Source], *, offline: bool
) -> list[Finding]:
    """Every feed of every school: asked and read now, or when it was read last."""
    async with open_database(config.database) as db:
        rows = await db.all("SELECT DISTINCT timezone FROM schools")
        bad = [_zone_problem(row["timezone"]) for row in rows]
        if any(bad):
            return [finding for finding in bad if finding]
        found: list[Finding] = []
        for school in await schools.all_schools(db):
            for feed in await schools.feeds_of(db, school.id):
                name = f"school {school.id} ({feed.source})"
                if offline:
                    found.append(await _remembered(db, name, feed, int(clock.now().timestamp())))
                else:
                    found.append(
                        await _asked(config, Vault(config.data, environ), db, clock, sources, school, feed, name)
                    )
        return found or [_warning("schools", "there is none yet", "/school add ADDRESS in the chat with the bot")]


def _zone_problem(name: str) -> Finding | None:
    try:
        zone_named(name)
    except ConfigError:
        return _broken("time zone", f"this machine does not know {name}", "apt-get install tzdata, or /school zone")
    return None


async def _remembered(db: Database, name: str, feed: Feed, now: int) -> Finding:
    health = await feed_health.health_of(db, feed.id)
    if health.failures:
        return _warning(
            name, f"failed {health.failures}× in a row: {health.error}", "schoolbell check, without --offline"
        )
    if health.last_success is None:
        return _warning(name, "was not asked yet", "schoolbell run asks it at once")
    return _ok(name, f"read {(now - health.last_success) // 60} min ago")


async def _asked(
    config: Config,
    vault: Vault,
    db: Database,
    clock: Clock,
    sources: Mapping[str, Source],
    school: School,
    feed: Feed,
    name: str,
) -> Finding:
    source = sources.get(feed.source)
    if source is None:
        return _broken(name, "this version does not know the system", "see `schoolbell systems`")
    if (await feed_health.health_of(db, feed.id)).next_at >= accounts.PAUSED:  # asking again would lock the account
        return _broken(name, "the school refused the account", f"/school {school.id} password PASSWORD")
    today = school.today(clock.now())
    monday = today - timedelta(days=today.weekday())
    targets = await schools.targets_of(db, school.id, TargetKind.CLASS)
    try:
        query = Query(
            url=feed.url,
            timezone=school.timezone,
            today=today,
            name=targets[0].name if targets and source.scope == "target" else "",
            start=monday,
            end=monday + timedelta(weeks=WEEKS),
            username=feed.username,
            password=vault.opened(feed.sealed_password),
            options=feed.options,
        )
        async with asyncio.timeout(SCHOOL_SECONDS), SchoolHttp(clock=clock, allow_private=config.allow_private) as http:
            plan = await read_one(http.visit(), source, query)
    except NotReleased as error:
        return _warning(name, str(error), "nothing: the school publishes it later")
    except TimeoutError:
        return _broken(name, f"no answer in {SCHOOL_SECONDS} s", "see whether the address opens in a browser")
    except SchoolbellError as error:
        fix = f"schoolbell inspect ADDRESS --source {feed.source} shows more; /school changes the address"
        return _broken(name, f"{type(error).__name__}: {error}", fix)
    return _counted(name, plan)


async def read_one(http: Http, source: Source, query: Query) -> Plan:
    """Ask for a plan; a source that wants a class's name, and was given none, is asked for its list first.

    Raises SourceError.
    """
    plan = await _read(http, source, query)
    first = next((target for target in plan.targets if target.kind is TargetKind.CLASS), None)
    if query.name or source.scope == "school" or plan.lessons or first is None:
        return plan
    return await _read(http, source, replace(query, name=first.name))


async def _read(http: Http, source: Source, query: Query) -> Plan:
    with foreseen(source):
        pages = await source.fetch(http, query)
    return parsed(source, pages, query)


def _counted(name: str, plan: Plan) -> Finding:
    counts = {
        "lessons": len(plan.lessons),
        "substitutions": len(plan.substitutions),
        "tasks": len(plan.homework) + len(plan.exams),
        "notices": len(plan.notices),
        "classes": sum(target.kind is TargetKind.CLASS for target in plan.targets),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    if not told:
        return _warning(name, "read, and empty in these two weeks", "nothing in holidays; else compare with the page")
    return _ok(name, told)
