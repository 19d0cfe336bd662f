"""The courier: takes rows from the outbox, sends them, and records what became of each. Nobody else pushes."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.attempts import Attempt, Attempts, Call, Statistics, TooLateError
from bot.clock import Clock
from bot.ledger import NOT_WRITTEN, Ledger
from bot.outage import Outage, doubled
from bot.outcome import Outcome, Verdict
from bot.pace import Pacer
from bot.push import message_id_of
from bot.store import chats, live, outbox
from bot.store.claims import Claim, Mark
from bot.store.database import Database
from bot.store.outbox import Content
from bot.uploads import Uploads

log = logging.getLogger(__name__)

IN_FLIGHT = 5
"""Calls at once. A crash repeats at most these; 28 a second need 5 at 150 ms each."""
AHEAD = 10
"""Rows that are claimed at once: what more urgent news waits behind, a third of a second."""
POLL = 1.0
"""Seconds between two looks into the outbox when nobody wakes the courier."""
STOP_SECONDS = 8.0
"""What is in flight has this long to end when the process stops."""
SERVER_ERRORS = 20
"""A row that Telegram's servers failed on so often, while others went, is given up."""
SERVER_PAUSE = (1.0, 300.0)
"""Seconds until a row that Telegram's servers failed on is tried again, doubled each time."""
REFUSED_PAUSE = (900.0, 6 * 3600.0)
"""Seconds until a chat that refused in words that may pass is tried again, doubled each time."""
CONTENTS = 64
"""Contents kept in memory."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that an admin may want to hear of.

    `kind`: dead (a message given up), uncertain, gone (a chat given up), topic (a topic's messages go to General now),
    moved, replaced (a live message was sent anew, `detail` is its id), outage, back, disk (nothing can be recorded),
    room.
    """

    kind: str
    chat_id: int = 0
    thread_id: int = 0
    detail: str = ""


class Courier:
    """The only sender. `wake` it after enqueuing; `run` ends with `stop`."""

    def __init__(
        self,
        db: Database,
        call: Call,
        *,
        clock: Clock,
        pacer: Pacer,
        bot_id: int,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._pacer = pacer
        self._on_event = on_event
        self._ledger = Ledger(db, clock, lambda reason: self._tell("disk" if reason else "room", detail=reason))
        self._hand: deque[Claim] = deque()
        self._tasks: dict[asyncio.Task[None], Claim] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._contents: OrderedDict[str, Content] = OrderedDict()
        self._refusing: set[int] = set()
        self.statistics = Statistics()
        self._outage = Outage(call, clock=clock, on_change=self._tell, wake=self.wake)
        self._attempts = Attempts(
            call,
            clock=clock,
            pacer=pacer,
            uploads=Uploads(db, clock, bot_id),
            statistics=self.statistics,
            reached=self._outage.reached,
        )

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._wake.set()

    @property
    def unrecorded(self) -> int:
        """Messages whose fate waits for room on the disk."""
        return self._ledger.owed

    async def run(self) -> None:
        """Send until `stop`. What a process died with goes first."""
        self._refusing = await chats.refusing(self._db)
        if again := await self._ledger.begin():
            log.warning("%d messages were on their way when the last process ended; they are sent again", again)
        while not self._stopping:
            self._wake.clear()
            await self._round()
            if not self._stopping:
                await self._wait()
        await self._give_back()

    async def stop(self) -> None:
        """Claim nothing more, let what is in flight end, give back what was not begun: `STOP_SECONDS` at most.

        A call that takes longer is cut off; when it had left whole, its message is not sent a second time, as with any
        lost answer.
        """
        self._stopping = True
        self._wake.set()
        self._outage.stop()
        await self._give_back()
        marks: list[Mark] = []
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=STOP_SECONDS)
            claims = [self._tasks[task] for task in late]
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            for claim in claims:
                fate = self._attempts.fates.get(claim.id, "due")
                marks.append(Mark(claim.id, fate, error="cut off at the end", tried=fate != "due"))
        await self._ledger.mark(*marks)

    async def _give_back(self) -> None:
        """What was claimed and not begun is due as it was."""
        marks = [Mark(claim.id, "due", tried=False) for claim in self._hand]
        self._hand.clear()
        await self._ledger.mark(*marks)

    async def _round(self) -> None:
        """Fill the free places."""
        if self._outage.rest > 0 or self._outage.asking:
            return
        if self._outage.lasts:
            self._outage.ask()
            return
        if not self._hand and len(self._tasks) < IN_FLIGHT:
            held = [*self._tasks.values()]
            self._hand.extend(
                await self._ledger.claim(
                    AHEAD,
                    busy_chats={*(claim.chat_id for claim in held), *self._pacer.blocked()},
                    held=[claim.id for claim in held],
                )
            )
        while self._hand and len(self._tasks) < IN_FLIGHT and not self._stopping:
            claim = self._hand.popleft()
            task = asyncio.create_task(self._deliver(claim), name=f"push {claim.id}")
            self._tasks[task] = claim
            task.add_done_callback(self._ended)

    async def _wait(self) -> None:
        """Until there is something to do: a message has ended, someone woke the courier, a chat may be written to."""
        rest = self._outage.rest
        timer: asyncio.Task[None] | None = None
        if rest > 0:
            timer = asyncio.create_task(self._wake_in(rest))
        elif not self._hand and len(self._tasks) < IN_FLIGHT:
            timer = asyncio.create_task(self._wake_in(min(POLL, self._pacer.soonest() or POLL)))
        # Otherwise every place is taken: the end of a message wakes.
        await self._wake.wait()
        if timer is not None:
            timer.cancel()

    async def _wake_in(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._wake.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        claim = self._tasks.pop(task)
        if not self._stopping:  # what a stop cuts off is asked for its fate
            self._attempts.fates.pop(claim.id, None)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its claim stays until the lease ends, and what became of it is not known.
            log.error("message %d to %d broke the courier", claim.id, claim.chat_id, exc_info=error)

    async def _deliver(self, claim: Claim) -> None:
        try:
            content = await self._content(claim.content)
            attempt, verdict, words = await self._attempts.send(claim, content)
            if verdict.outcome is Outcome.SENT:
                await self._sent(attempt)
            else:
                await self._settle(claim, verdict, words)
        except TooLateError:
            await self._ledger.mark(Mark(claim.id, "expired", error="its turn came too late", tried=False))
        except NOT_WRITTEN as error:
            log.error("message %d to %d: %s", claim.id, claim.chat_id, error)
            if claim.id not in self._attempts.fates:  # else it is said, and its mark is owed: what failed came after
                await self._ledger.mark(Mark(claim.id, "due", error=str(error), not_before=self._in(60)))
        except Exception as error:
            # Whatever it is: a row that breaks its task would be sent again whenever its lease ends. The others go on.
            log.error("message %d broke", claim.id, exc_info=error)
            if claim.id in self._attempts.fates:
                await self._ledger.mark(
                    Mark(claim.id, self._attempts.fates[claim.id], error=f"broke afterwards: {error!r}")
                )
            else:
                await self._dead(claim, f"cannot be sent: {error!r}")

    async def _sent(self, attempt: Attempt) -> None:
        claim = attempt.claim
        self.statistics.sent += 1
        message = message_id_of(attempt.result, claim.edits)
        await self._ledger.mark(Mark(claim.id, "sent", message_id=message))
        if attempt.form.anew and claim.edits is not None and message is not None:
            await live.message_replaced(self._db, claim.chat_id, claim.edits, message)
            self._tell("replaced", claim, str(message))
        if claim.chat_id in self._refusing:
            self._refusing.discard(claim.chat_id)
            await chats.reactivate(self._db, claim.chat_id)

    async def _settle(self, claim: Claim, verdict: Verdict, words: str) -> None:
        """Record what became of a message that was not sent."""
        if not verdict.wide and verdict.outcome is not Outcome.UNCERTAIN:
            self._outage.reached()
        match verdict.outcome:
            case Outcome.UNCHANGED:
                await self._ledger.mark(Mark(claim.id, "sent", message_id=claim.edits, error=verdict.reason))
            case Outcome.UNCERTAIN:
                self._outage.failed()
                self.statistics.uncertain += 1
                await self._ledger.mark(Mark(claim.id, "uncertain", error=words or verdict.reason))
                self._tell("uncertain", claim, words)
            case Outcome.RETRY:
                await self._again(claim, verdict, words)
            case Outcome.GONE:
                self.statistics.gone += 1
                await self._ledger.mark(Mark(claim.id, "gone", error=words))
                await chats.deactivate(self._db, claim.chat_id, verdict.reason, self._now())
                self._tell("gone", claim, words)
            case Outcome.MOVED if verdict.new_id is not None:
                await chats.migrate(self._db, claim.chat_id, verdict.new_id)
                await self._ledger.mark(Mark(claim.id, "due"))
                self._tell("moved", claim, str(verdict.new_id))
            case Outcome.NO_TOPIC if claim.thread_id:
                await chats.drop_thread(self._db, claim.chat_id, claim.thread_id)
                await self._ledger.mark(Mark(claim.id, "due"))
                self._tell("topic", claim, words)
            case Outcome.REFUSED | Outcome.NO_TOPIC:  # no topic, and yet in none: General itself is closed
                await self._refused(claim, words)
            case _:
                await self._dead(claim, words or verdict.reason)

    async def _again(self, claim: Claim, verdict: Verdict, words: str) -> None:
        """It can be sent later. When it is the way that fails, the courier rests and the row stays as it was."""
        self.statistics.retried += 1
        if verdict.wide:
            self._outage.failed(rest=verdict.reason != "server error")
        if verdict.wide and (verdict.reason != "server error" or self._outage.lasts):
            await self._ledger.mark(Mark(claim.id, "due", error=words, tried=False))
        elif verdict.wide and claim.attempts + 1 >= SERVER_ERRORS:
            await self._dead(claim, words)
        else:
            wait = doubled(SERVER_PAUSE, claim.attempts) if verdict.after is None else verdict.after
            await self._ledger.mark(Mark(claim.id, "due", error=words, not_before=self._in(wait)))

    async def _refused(self, claim: Claim, words: str) -> None:
        self.statistics.refused += 1
        self._refusing.add(claim.chat_id)
        wait = doubled(REFUSED_PAUSE, claim.attempts)
        await self._ledger.mark(Mark(claim.id, "due", error=words, not_before=self._in(wait)))
        if await chats.count_refusal(self._db, claim.chat_id, self._now()):
            self._refusing.discard(claim.chat_id)
            self._tell("gone", claim, words)

    async def _dead(self, claim: Claim, words: str) -> None:
        self.statistics.dead += 1
        log.error("message %d to %d is given up: %s", claim.id, claim.chat_id, words)
        await self._ledger.mark(Mark(claim.id, "dead", error=words))
        self._tell("dead", claim, words)

    async def _content(self, key: str) -> Content:
        content = self._contents.get(key)
        if content is None:
            content = self._contents[key] = await outbox.content_of(self._db, key)
            if len(self._contents) > CONTENTS:
                self._contents.popitem(last=False)
        else:
            self._contents.move_to_end(key)
        return content

    def _tell(self, kind: str, claim: Claim | None = None, detail: str = "") -> None:
        if self._on_event is not None:
            where = (0, 0) if claim is None else (claim.chat_id, claim.thread_id)
            self._on_event(Event(kind, *where, detail))

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _in(self, seconds: float) -> int:
        """A whole second that is not before `seconds` from now."""
        return self._now() + int(seconds) + 1
