"""A question goes to the first provider that answers it, in the order of the chain and within one deadline."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.errors import ModelBusyError, ModelError
from bot.llm.breaker import KEY_REFUSED, LEFT_ALONE
from bot.llm.faults import TIMED_OUT
from bot.llm.meter import LastCall
from bot.llm.port import Answer, Ask
from bot.llm.provider import Provider, Tally
from bot.llm.wire import counted
from bot.settings.providers import Role
from prompts.words import fixed

log = structlog.get_logger(__name__)

COUNTED = 500  # questions whose count is remembered
COUNTING = 2.0  # seconds that a count may take: without it an estimate does
SHARE = 0.6  # of what is left of the deadline, for a provider that others stand behind: they must have time to answer


class Chain:
    """The providers, of which there is at least one; behind the last one stand the rules of whoever asks."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self.providers = tuple(providers)
        self._counts: dict[str, int] = {}

    def model(self, role: Role) -> str:
        """The id of the model that is asked first."""
        return self.providers[0].server.models[role]

    @property
    def last_call(self) -> LastCall | None:
        """How the first provider's last call went; None before that."""
        return self.providers[0].gate.last_call

    async def left_alone(self) -> str:
        """Why none of them may be asked now, as the first one has it, or that one has refused its key, which waits for
        somebody; empty while all else goes on."""
        whys = [await provider.gate.left_alone() for provider in self.providers]
        return whys[0] if all(whys) else KEY_REFUSED if KEY_REFUSED in whys else ""

    async def count(self, ask: Ask) -> int | None:
        """Tokens of a question, as the provider that would be asked first counts them; it costs nothing.

        The same question is counted once. None where that provider does not count, is left alone, or takes too long to
        say.
        """
        provider = next((one for one in self.providers if one.server.takes_private or not ask.is_private), None)
        if provider is None or await provider.gate.left_alone():
            return None
        model = provider.server.models[ask.role]
        key = f"{provider.server.name}:{ask.key(model)}"
        if (known := self._counts.get(key)) is not None:
            return known
        found = await counted(provider.wire, ask, model=model, within=COUNTING)
        if found is not None:
            if len(self._counts) >= COUNTED:
                self._counts.clear()
            self._counts[key] = found
        return found

    async def ask(self, ask: Ask) -> Answer:
        """A finished answer that fits the question.

        Raises:
            ModelError: nobody gave one; the text fits the card and says why the first of them did not.
            ModelBusyError: one of them will, if it is asked later.
        """
        with self.providers[0].gate.meter.asked():
            return await self._first_answer(ask)

    async def _first_answer(self, ask: Ask) -> Answer:
        clock, tally = asyncio.get_running_loop().time, Tally()
        until = clock() + ask.deadline
        allowed = [one for one in self.providers if one.server.takes_private or not ask.is_private]
        if not allowed:
            raise ModelError(fixed("no model may read what is private"))
        failed: ModelError | None = None
        for provider in allowed:
            left = until - clock()
            if left <= 0:
                break
            share = left if provider is allowed[-1] else left * SHARE
            try:
                answer = await provider.answer(ask, until=clock() + share, tally=tally)
            except ModelError as why:
                if failed is None or (isinstance(why, ModelBusyError) and not isinstance(failed, ModelBusyError)):
                    failed = why
                if str(why) in {LEFT_ALONE, KEY_REFUSED}:
                    tally.breakers[provider.server.name] = "open"
                log.info("provider gave no answer", provider=provider.server.name, purpose=ask.purpose, why=str(why))
                continue
            return replace(answer, is_second_choice=provider is not self.providers[0])
        raise failed or ModelError(TIMED_OUT)
