"""What is told of the schools themselves: to admins that a page broke and is back, to followers that a school went."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from bot.context import Deps
from bot.slots import by_day
from bot.store import chats, outbox, people
from bot.store.database import Database
from bot.store.feed_health import Health
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import Feed, School
from bot.texts import errors, texts_in

KIND = "admin"
AN_HOUR = 10


async def source_broke(deps: Deps, school: School, feed: Feed, health: Health) -> None:
    """A feed failed in the same way several times."""
    since = datetime.fromtimestamp(health.failing_since or deps.now(), UTC).astimezone(school.timezone)
    texts = texts_in(deps.config.language)
    text = texts(
        "{school}: the page ({system}) could not be read since {since}. {error}. "
        "People see the last good plan with its age; I go on trying."
    ).format(
        school=f"<b>{escape(school.name)}</b>",
        system=escape(feed.source),
        since=f"{since:%H:%M}",
        error=escape(f"{errors.reason(texts, health.error_kind)} ({health.error})"),
    )
    await tell_admins(deps, text, f"broke {feed.id} {health.failing_since}")


async def source_is_back(deps: Deps, school: School, feed: Feed, before: Health) -> None:
    """The twin of `source_broke`."""
    texts = texts_in(deps.config.language)
    text = texts("{school}: the page ({system}) can be read again.").format(
        school=f"<b>{escape(school.name)}</b>", system=escape(feed.source)
    )
    await tell_admins(deps, text, f"back {feed.id} {before.failing_since}")


async def shape_changed(deps: Deps, school: School, feed: Feed) -> None:
    """The page still reads, but its layout is another one."""
    texts = texts_in(deps.config.language)
    text = texts(
        "{school}: the layout of the page ({system}) changed. It can still be read; please compare a day."
    ).format(school=f"<b>{escape(school.name)}</b>", system=escape(feed.source))
    await tell_admins(deps, text, f"shape {feed.id} {deps.now()}")


async def account_refused(deps: Deps, school: School, feed: Feed, health: Health, *, lost: bool = False) -> None:
    """An account was refused, or its password is `lost`: said once to whoever entered it; it is not tried again."""
    chat = None if feed.owner_chat is None else await chats.get(deps.db, feed.owner_chat)
    texts = texts_in(deps.config.language if chat is None else chat.language)
    refused = texts(
        "{school}: {system} refused the user name or the password. I do not try them again, so that the account is not "
        "locked. Enter them anew: /login"
    )
    unread = texts(
        "{school}: the stored password ({system}) cannot be opened any more, because its key is missing. Nothing else "
        "is lost. Enter it anew: /login"
    )
    text = (unread if lost else refused).format(
        school=f"<b>{escape(school.name)}</b>", system=escape(deps.sources[feed.source].title)
    )
    fact = f"login {feed.id} {health.failing_since}"
    if feed.owner_chat is None:
        await tell_admins(deps, text, fact)
        return
    row = Row(feed.owner_chat, "account", deps.clock.now().date(), fact, Content(text), Priority.REMINDER)
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, [row], deps.now())
    deps.courier.wake()


async def school_removed(deps: Deps, school: School) -> list[Row]:
    """What everybody who follows a school is told when it goes, each chat once."""
    rows: list[Row] = []
    for chat in await chats.following(deps.db, school.id):
        words = texts_in(chat.language)(
            "{school} was removed from this bot by its admins: nothing of it comes any more."
        ).format(school=f"<b>{escape(school.name)}</b>")
        quiet = (chat.quiet_from, chat.quiet_to) if chat.quiet_from and chat.quiet_to else None
        rows.append(
            Row(
                chat.chat_id,
                "removed",
                school.today(deps.clock.now()),
                f"{school.id} {deps.now()}",
                Content(words),
                Priority.DIGEST,
                thread_id=chat.thread_id,
                not_before=int(by_day(school.timezone, deps.clock.now(), quiet).timestamp()),
                silent=True,
            )
        )
    return rows


async def tell_admins(deps: Deps, text: str, fact: str) -> None:
    """Put one notice for every admin into the outbox; the same fact is told once a day at most.

    Nobody gets more than `AN_HOUR` in an hour: the rest is one pointer to /status. Who is muted gets none.
    """
    now = deps.now()
    today = deps.clock.now().date()
    more = texts_in(deps.config.language)("There is more going on than I tell one by one: /status shows it.")
    rows: list[Row] = []
    for admin in await admins(deps):
        if await muted_until(deps.db, admin) > now:
            continue
        told = await deps.db.value(
            "SELECT count(*) FROM outbox WHERE chat_id = ? AND thread_id = 0 AND kind = ? AND created_at > ?",
            (admin, KIND, now - 3600),
        )
        if told < AN_HOUR:
            rows.append(Row(admin, KIND, today, fact, Content(text), Priority.REMINDER))
        else:
            rows.append(Row(admin, KIND, today, f"more {now // 3600}", Content(more), Priority.REMINDER))
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, rows, now)
    deps.courier.wake()


async def admins(deps: Deps) -> list[int]:
    """Who is told: the configured admins, and those with a role."""
    return sorted({*deps.config.admins, *await people.with_role(deps.db, people.OWNER, people.ADMIN)})


async def muted_until(db: Database, user_id: int) -> int:
    """Until when an admin wants no notices, in seconds since 1970; 0 = not muted."""
    return int(await db.value("SELECT value FROM meta WHERE key = ?", (f"muted:{user_id}",)) or 0)


async def mute(db: Database, user_id: int, until: int) -> None:
    """No notices to an admin until then."""
    await db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"muted:{user_id}", str(until)))
