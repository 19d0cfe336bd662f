"""A new school year, and classes that disappear: the chat is asked what to follow now; nothing moves by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from bot.buttons import data
from bot.context import Deps
from bot.grades import next_year
from bot.keyboards import Row as Buttons
from bot.keyboards import buttons_of
from bot.model import TargetKind
from bot.names import match_name, nearest_names
from bot.slots import by_day
from bot.store import chats, outbox, schools, subscriptions
from bot.store.chats import Chat
from bot.store.outbox import Content, Priority, Row
from bot.store.schools import School, StoredTarget
from bot.store.subscriptions import Subscription, subscription_of
from bot.texts import Texts, texts_in

KIND = "promotion"
FIRST, LAST = (8, 25), (9, 30)  # month and day: when a new school year is asked about
SURE = 24 * 3600  # seconds that a class must be missing from the school's list before it is asked about
OFFERED = 4


@dataclass(frozen=True, slots=True)
class Question:
    """What a chat is to be asked about one subscription. `key` and `value` are what is remembered of having asked."""

    subscription: Subscription
    target: StoredTarget
    school: School
    key: str
    value: object
    offers: tuple[StoredTarget, ...]


async def ask_where_needed(deps: Deps) -> int:
    """Enqueue a question for every subscription that needs one, each once; returns how many."""
    count = 0
    for school in await schools.all_schools(deps.db):
        listed = await schools.targets_of(deps.db, school.id, TargetKind.CLASS)
        if not listed:
            continue
        rows = await deps.db.all(
            "SELECT subscriptions.*, targets.gone_at AS gone_at, subscriptions.created_at AS since FROM subscriptions"
            " JOIN targets ON targets.id = target_id JOIN chats USING (chat_id, thread_id)"
            " WHERE targets.school_id = ? AND targets.kind = 'class' AND chats.active = 1",
            (school.id,),
        )
        for row in rows:
            subscription = subscription_of(row)
            question = await _question(deps, school, listed, subscription, gone_at=row["gone_at"], since=row["since"])
            if question is not None:
                await _ask(deps, question)
                count += 1
    return count


async def _question(
    deps: Deps,
    school: School,
    listed: list[StoredTarget],
    subscription: Subscription,
    *,
    gone_at: int | None,
    since: int,
) -> Question | None:
    target = await schools.target_by_id(deps.db, subscription.target_id)
    assert target is not None  # subscriptions hang on targets in the database
    by_name = {each.name: each for each in listed if each.id != target.id}
    later = next_year(target.name)
    promoted = match_name(later, list(by_name)) if later else None
    today = school.today(deps.clock.now())
    if gone_at is not None:
        if deps.now() - gone_at < SURE or subscription.settings.get("asked_gone") == gone_at:
            return None
        names = dict.fromkeys([*([promoted] if promoted else []), *nearest_names(target.name, list(by_name), OFFERED)])
        offers = tuple(by_name[name] for name in names)[:OFFERED]
        return Question(subscription, target, school, "asked_gone", gone_at, offers)
    spring = deps.clock.now().replace(month=7, day=1, hour=0, minute=0, second=0, microsecond=0)
    in_season = FIRST <= (today.month, today.day) <= LAST
    if not in_season or promoted is None or since >= spring.timestamp():
        return None
    if subscription.settings.get("asked_year") == today.year:
        return None
    return Question(subscription, target, school, "asked_year", today.year, (by_name[promoted],))


async def _ask(deps: Deps, question: Question) -> None:
    one = question.subscription
    chat = await chats.get(deps.db, one.chat_id, one.thread_id)
    assert chat is not None  # subscriptions hang on chats in the database
    content = _content(texts_in(chat.language), question)
    row = _row(deps, chat, question, content)
    async with deps.db.transaction() as transaction:
        await outbox.enqueue(transaction, [row], deps.now())
        await subscriptions.asked(transaction, one, question.key, question.value)
    deps.courier.wake()


def _row(deps: Deps, chat: Chat, question: Question, content: Content) -> Row:
    zone = question.school.timezone
    today: date = question.school.today(deps.clock.now())
    quiet = (chat.quiet_from, chat.quiet_to) if chat.quiet_from and chat.quiet_to else None
    return Row(
        chat.chat_id,
        KIND,
        today,
        f"{question.subscription.id} {question.key} {question.value}",
        content,
        Priority.DIGEST,
        thread_id=chat.thread_id,
        not_before=int(by_day(zone, deps.clock.now(), quiet).timestamp()),
        expires_at=deps.now() + int(timedelta(days=7).total_seconds()),
        silent=True,
        asks=True,
    )


def _content(texts: Texts, question: Question) -> Content:
    number = question.subscription.id
    name, school = f"<b>{escape(question.target.name)}</b>", escape(question.school.name)
    if question.key == "asked_gone":
        text = texts("{school} does not publish the class {name} any more. What should I follow instead?")
        stay = texts("Wait for {name}").format(name=question.target.name)
    else:
        text = texts("A new school year at {school}. Is {name} another class now?")
        stay = texts("It stays {name}").format(name=question.target.name)
    rows: list[Buttons] = [[(offer.name, data("up", number, offer.id)) for offer in question.offers]]
    rows += [[(stay, data("up", number, "stay")), (texts("Stop following"), data("up", number, "stop"))]]
    return Content(text.format(school=school, name=name), keyboard=buttons_of(*rows))
