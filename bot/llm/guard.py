"""One call to a provider as far as all processes together allow it: its breaker, its pace and the budgets.

    async with guard.call(wish) as call:
        ...
        call.served(Usage(input=120, output=30))

What lets the call in is one transaction, and what is known after it another: turn and slot, the breaker and the ledger
are taken together or not at all.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

import structlog

from bot.errors import BudgetError, ModelBusyError, ModelError, TryLater, asked_wait
from bot.limiter import Beside
from bot.llm import breaker, budget
from bot.llm.accounts import Budgets, Payer, Standing
from bot.llm.breaker import Breaker, Verdict
from bot.llm.budget import Reserved
from bot.llm.faults import BUSY
from bot.llm.pace import Pace
from bot.metrics import BREAKER, LLM_COST, LLM_TOKENS
from bot.prices import MILLION, Price, Usage
from prompts.words import say
from storage import llm_cache, llm_state, pauses, queue
from storage.database import StorageError, Tx
from storage.limits import PATIENCE
from storage.queue import Job

BREAKER_STATE = "breaker"
WARNING = "budget.warning"  # the job that tells admins
KEY_STATUS = frozenset({401, 403})
FAULT_STATUS = frozenset({408})  # and all from 500: the provider's own
THROTTLED = 429
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A call that somebody wants to make.

    Attributes:
        input_tokens: of the question, by estimate; it should not be less than what will be counted.
        max_output: tokens of the answer at most.
        payer: a person waits for the answer where one is named: their calls go before those of nobody.
        patience: who would wait longer for a turn is sent away.
    """

    model: str
    purpose: str
    input_tokens: int
    max_output: int
    payer: Payer = field(default_factory=Payer)
    patience: timedelta = PATIENCE

    @property
    def most(self) -> Usage:
        return Usage(input=self.input_tokens, output=self.max_output)

    @property
    def is_urgent(self) -> bool:
        return self.payer.person_id is not None


@dataclass
class Call:
    """What came of a call, as whoever makes it says; unsaid, it may have taken all that it could."""

    state: Literal["waiting", "begun", "served", "failed"] = "waiting"
    status: int | None = None
    usage: Usage | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # of a refusal, in lower case
    breaker: str = ""  # as it was when the call began: closed or half-open

    def served(self, usage: Usage | None) -> None:
        """The provider answered, whatever it said; None where it did not say what that took."""
        self.state, self.usage = "served", usage

    def failed(
        self, status: int | None, *, headers: Mapping[str, str] = NO_HEADERS, usage: Usage | None = None
    ) -> None:
        """It answered with an error, or with None not at all or not to the end.

        Args:
            usage: what it took all the same, where that is known.
        """
        # A refusal takes nothing; an answer that broke off may have taken anything.
        self.state, self.status = "failed", status
        self.usage = usage or (None if status is None else Usage())
        self.headers = {name.lower(): value for name, value in headers.items()}

    @property
    def verdict(self) -> Verdict:
        """What it says of the provider."""
        if self.state != "failed":
            return "served" if self.state == "served" else "none"
        if self.status in KEY_STATUS:
            return "key"
        return "fault" if self.status is None or self.status in FAULT_STATUS or self.status >= 500 else "none"


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """What a call took with it when it was let in."""

    reserved: Reserved
    is_probe: bool


class Guard:
    """One provider's, in one process.

    Args:
        settings: a mark of the provider's settings: with another one a refused key is tried again.
    """

    def __init__(self, pace: Pace, *, workspace_id: str, settings: str = "", budgets: Budgets) -> None:
        self.provider = pace.provider
        self._pace, self._limiter, self._workspace_id = pace, pace.limiter, workspace_id
        self._settings, self._budgets = settings, budgets

    @asynccontextmanager
    async def call(self, wish: Wish) -> AsyncIterator[Call]:
        """Wait for a turn, and hold it while inside.

        Raises:
            ModelBusyError: it would take longer than the wish's patience; `after` says how long.
            BudgetError: a budget has no room, or cannot be read; ModelError: the provider is left alone. Both texts
                fit the card.
        """
        call, admitted = Call(), list[Admitted]()

        async def enter(tx: Tx) -> None:
            admitted[:] = [await self._admit(tx, wish)]

        async def leave(tx: Tx) -> None:
            await self._settle(tx, wish, call, admitted[0])

        async with AsyncExitStack() as turn:
            try:
                waiting = self._pace.turn(
                    wish.most.tokens,
                    is_urgent=wish.is_urgent,
                    patience=wish.patience,
                    beside=Beside(enter=enter, leave=leave),
                )
                await turn.enter_async_context(waiting)
            except TryLater as later:
                raise ModelBusyError(BUSY, after=later.after) from later
            except StorageError as error:
                log.warning("ledger cannot be read", error=type(error).__name__)
                text = say("what the model has taken so far cannot be read, so it is not asked; commands work as ever")
                raise BudgetError(text) from None
            call.state, call.breaker = "begun", "half-open" if admitted[0].is_probe else "closed"
            yield call

    async def left_alone(self) -> str:
        """Why nobody may call it now, whichever process found that out; empty while anybody may."""
        async with self._limiter.db.read() as tx:
            known = await self._breaker(tx)
        if not breaker.is_open(known, settings=self._settings):
            return ""
        return breaker.KEY_REFUSED if known.why == "key" else breaker.LEFT_ALONE

    async def known_answer(self, key: str, *, purpose: str) -> dict[str, Any] | None:
        """The answer that was given to the same question; what cannot be read is asked anew."""
        with suppress(StorageError):
            async with self._limiter.db.read() as tx:
                return await llm_cache.get(tx, self._workspace_id, key, purpose=purpose, now=self._limiter.clock())
        return None

    async def keep_answer(self, key: str, answer: dict[str, Any], *, purpose: str, model: str) -> None:
        """Keep an answer for that; one that is found to be of use, so later than its call is settled."""
        of, now = self._workspace_id, self._limiter.clock()
        with suppress(StorageError):
            async with self._limiter.db.write(is_lasting=False) as tx:
                await llm_cache.put(tx, of, key, purpose=purpose, model=model, answer=answer, now=now)

    async def _admit(self, tx: Tx, wish: Wish) -> Admitted:
        now = self._limiter.clock()
        if pause := await pauses.current(tx):
            raise ModelError(say("models are paused by @{who}", who=pause.who))
        known = await self._breaker(tx)
        if why := breaker.refusal(known, now=now, settings=self._settings):
            raise ModelError(why)
        begun = breaker.entered(known, now=now, settings=self._settings)
        await self._keep(tx, known, begun, now=now)
        of = (self._workspace_id, wish.payer, self._budgets)
        reserved = await budget.reserve(tx, *of, wish.most, model=wish.model, now=now)
        for standing in reserved.now_low:
            await self._warn(tx, standing, now=now)
        return Admitted(reserved=reserved, is_probe=bool(begun.why))

    async def _settle(self, tx: Tx, wish: Wish, call: Call, admitted: Admitted) -> None:
        now = self._limiter.clock()
        known = await self._breaker(tx)
        after = breaker.ended(known, call.verdict, was_probe=admitted.is_probe, now=now, settings=self._settings)
        await self._keep(tx, known, after, now=now)
        BREAKER.labels(self.provider).set(breaker.is_open(after, settings=self._settings))
        usage = Usage() if call.state == "waiting" else call.usage
        if usage is not None:
            await budget.settle(tx, admitted.reserved, usage, now=now)
            self._count(usage, admitted.reserved.price, result="failed" if call.state == "failed" else "served")
            if call.state != "failed":  # a refused call may count there all the same
                most = wish.most.tokens
                await self._pace.settle(tx, most, is_urgent=wish.is_urgent, used=usage.tokens, now=now)
        if call.status == THROTTLED:
            await self._pace.rest(tx, seconds=asked_wait(call.headers, now=now), now=now)

    def _count(self, usage: Usage, price: Price | None, *, result: str) -> None:
        for direction in ("input", "output", "cache_read", "cache_write"):
            LLM_TOKENS.labels(self.provider, direction, result).inc(getattr(usage, direction))
        if price:
            LLM_COST.inc(price.of(usage) / MILLION)

    async def _warn(self, tx: Tx, standing: Standing, *, now: datetime) -> None:
        """Admins hear of it once a day."""
        scope, day = standing.account
        job = Job(
            workspace_id=self._workspace_id,
            kind=WARNING,
            args={"scope": scope, "day": day},
            key="budget",
            dedupe_key=f"{WARNING}:{scope}:{day}",
            created_at=now,
        )
        await queue.put(tx, job)

    async def _breaker(self, tx: Tx) -> Breaker:
        return breaker.from_json(await llm_state.get(tx, self._workspace_id, self.provider, BREAKER_STATE))

    async def _keep(self, tx: Tx, known: Breaker, state: Breaker, *, now: datetime) -> None:
        if state != known:
            of = (self._workspace_id, self.provider, BREAKER_STATE)
            await llm_state.put(tx, *of, state.to_json(), now=now)


def mark_of(*settings: str) -> str:
    """What stands for a provider's settings, its key among them, and tells nothing of them."""
    return hashlib.sha256("\0".join(settings).encode()).hexdigest()[:16]
