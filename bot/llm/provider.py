"""One provider's answer: tried again where that can help, whole, in the shape that was asked for, or a ModelError."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import structlog

from bot.errors import ModelBusyError, ModelError
from bot.llm import faults, modes
from bot.llm.faults import FailedCallError
from bot.llm.gate import Gate, Spent
from bot.llm.guard import THROTTLED
from bot.llm.kept import WHOLE, again, kept
from bot.llm.leaks import leaked
from bot.llm.marks import Marks
from bot.llm.port import Answer, Ask, Message, Reply, Usage, WrongAnswerError, user
from bot.llm.wire import Wire, sent
from bot.settings.providers import Mode, Server
from prompts.words import fixed

log = structlog.get_logger(__name__)

NO_VALID_ANSWER = fixed("model gave no valid answer")
NOT_TEXT = fixed("model answer was not text")
LONG = 2000  # characters of one text, above which it is cut when the model cannot read that much
LEFT_OUT = "\n[… {} characters left out …]\n"


@dataclass
class Tally:
    """What one answer took so far, calls that failed included, and how the breakers of those asked stood."""

    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    calls: int = 0
    breakers: dict[str, str] = field(default_factory=dict)  # of providers, as they stood at the last call

    def add(self, spent: Spent) -> None:
        self.usage += spent.usage or Usage()
        if spent.cost is not None:
            self.cost = (self.cost or 0.0) + spent.cost


class Provider:
    """One server of the chain.

    Args:
        sleep, chance: of the waits between tries.
    """

    def __init__(
        self,
        server: Server,
        *,
        wire: Wire,
        gate: Gate,
        marks: Marks,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.server, self.wire, self.gate, self.marks = server, wire, gate, marks
        self._sleep, self._chance = sleep, chance

    async def answer(self, ask: Ask, *, until: float, tally: Tally) -> Answer:
        """An answer that fits the question; one that does not is asked for again once, with what is wrong with it.

        Args:
            until: the loop's time at which nobody waits for it any more.

        Raises:
            ModelError: there is none; the text says why.
        """
        first = self.server.models[ask.role]
        if known := await self._known(ask, first, tally):
            return known
        role, refused, leak = ask.role, tuple[Message, ...](), None
        while True:
            model = self.server.models[role]
            mode = "json_schema" if leak is not None else await self.marks.mode(self.server, model)
            reply = await self._whole(ask, mode, refused, model=model, until=until, tally=tally)
            if reply.stop == "refusal" and ask.is_structured:
                raise ModelError(fixed("model answer was a refusal"))
            if mode == "native" and (leak := leaked(ask, reply)) is not None:
                log.warning("model wrote a call as text", provider=self.server.name, model=model)
                continue
            try:
                read = (modes.refused if reply.stop == "refusal" else modes.read)(ask, mode, reply)
            except WrongAnswerError as wrong:
                if refused:
                    raise ModelError(NO_VALID_ANSWER) from None
                role, refused = ask.again or role, (Message(role="assistant", text=reply.text), user(str(wrong)))
                continue
            if leak and any(call.name == leak for call in read.calls):  # it meant it, and did not quote one
                await self.marks.mark_leak(self.server.name, model)
            if reply.stop in WHOLE:
                await self.gate.keep_answer(ask, kept(reply, mode=mode, model=model), model=first)
            return replace(
                read,
                usage=tally.usage,
                cost=tally.cost,
                provider=self.server.name,
                model=model,
                mode=mode,
                attempts=tally.calls,
                breakers=dict(tally.breakers),
                request_id=reply.request_id,
            )

    async def _known(self, ask: Ask, model: str, tally: Tally) -> Answer | None:
        """The answer that the same question had, whoever gave it in the end, where it may have it again."""
        known = await self.gate.known_answer(ask, model=model)
        found = again(ask, known) if known else None
        if found is None:
            return None
        read, mode, by = found
        cost = tally.cost if tally.calls else 0.0
        took = replace(read, usage=tally.usage, cost=cost, attempts=tally.calls)
        return replace(took, provider=self.server.name, model=by, mode=mode, is_cached=True)

    async def _whole(
        self, ask: Ask, mode: Mode, refused: tuple[Message, ...], *, model: str, until: float, tally: Tally
    ) -> Reply:
        """A reply that came to its end; if cut asked with twice the tokens, if too long with less to read."""
        is_structured = ask.is_structured or modes.is_by_action(ask, mode)
        shaped = self._fitted(modes.shape(ask, mode))
        shaped = replace(shaped, messages=(*shaped.messages, *refused))
        has_doubled, has_shrunk = False, not self._has_room(shaped)
        if has_shrunk:
            shaped = shorter(shaped)
        while True:
            reply = await self._reply(shaped, model=model, until=until, tally=tally)
            if reply.stop == "too_long" and not has_shrunk:
                shaped, has_shrunk = shorter(shaped), True
            elif reply.stop == "cut" and not has_doubled:
                more, has_doubled = self._fitted(replace(shaped, max_tokens=2 * shaped.max_tokens)), True
                if more.max_tokens == shaped.max_tokens:
                    return _unless_structured(reply, is_structured=is_structured)
                shaped = more
            else:
                return _unless_structured(reply, is_structured=is_structured)

    def _has_room(self, ask: Ask) -> bool:
        """Whether a question and its answer fit by estimate; some servers forget without a word what does not."""
        room = self.server.context_tokens
        return room is None or ask.tokens + ask.max_tokens <= room

    def _fitted(self, ask: Ask) -> Ask:
        most = self.server.max_output_tokens
        return ask if most is None or ask.max_tokens <= most else replace(ask, max_tokens=most)

    async def _reply(self, ask: Ask, *, model: str, until: float, tally: Tally) -> Reply:
        """What a model says to a question as it is; a passing fault is waited out, as often and as long as makes sense.

        Raises:
            FailedCallError: it says nothing that could be read.
            ModelError: it may not be asked now.
        """
        clock, tried = asyncio.get_running_loop().time, 0
        about = {"provider": self.server.name, "model": model, "purpose": ask.purpose}
        fault: FailedCallError | None = None
        while True:
            tried += 1
            try:
                reply = await self.call(ask, model=model, until=until, tally=tally)
                log.info(
                    "model answered", **about, stop=reply.stop, tokens=reply.usage.total, request_id=reply.request_id
                )
                return reply
            except FailedCallError as why:
                fault = why
                log.warning("model failed", **about, why=str(why), request_id=why.request_id)
            except ModelError as why:
                # Why there is no other try is told by the fault before it, unless that asked for patience itself.
                raise (why if fault is None or fault.status == THROTTLED else fault) from None
            if fault.is_too_long:
                return Reply(stop="too_long", usage=Usage(), request_id=fault.request_id)
            wait = faults.wait_before(fault, tried=tried, chance=self._chance)
            if wait is None or clock() + wait >= until:
                raise fault
            if ask.patience is not None and wait > ask.patience and "retry-after" in fault.headers:
                raise ModelBusyError(faults.BUSY, after=wait)
            await self._sleep(wait)

    async def call(self, ask: Ask, *, model: str, until: float, tally: Tally) -> Reply:
        """One call, with a question as it is.

        Raises:
            FailedCallError, ModelError: as for `_reply`.
        """
        async with self.gate.call(ask, model=model, until=until) as spent:
            tally.calls += 1
            tally.breakers[self.server.name] = spent.breaker
            reply = await sent(self.wire, ask, model=model, until=until)
            spent.usage = reply.usage
        tally.add(spent)
        if reply.stop is None:
            raise FailedCallError(faults.CUT_OFF, request_id=reply.request_id)
        return reply


def shorter(ask: Ask) -> Ask:
    """The question with half of each long text, its beginning and its end; nothing is left out unsaid."""
    messages = tuple(
        replace(
            message,
            text=_halved(message.text),
            results=tuple(replace(result, text=_halved(result.text)) for result in message.results),
        )
        for message in ask.messages
    )
    return replace(ask, messages=messages)


def _halved(text: str) -> str:
    if len(text) <= LONG:
        return text
    quarter = len(text) // 4
    return text[:quarter] + LEFT_OUT.format(len(text) - 2 * quarter) + text[-quarter:]


def _unless_structured(reply: Reply, *, is_structured: bool) -> Reply:
    """A reply that somebody can use.

    Raises:
        ModelError: it is cut where half is worth nothing, too long to be read, or stopped for a reason nobody knows.
    """
    if reply.stop == "too_long":
        raise ModelError(fixed("model cannot read that much"))
    if reply.stop == "cut" and (is_structured or reply.calls):
        raise ModelError(faults.CUT_OFF)
    if reply.stop not in {"end", "tools", "cut", "refusal"}:
        raise ModelError(f"{NOT_TEXT} ({reply.stop})")
    return reply
