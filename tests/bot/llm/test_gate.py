"""What all processes share stands around each call of the chain: for each provider its own, and one budget for all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import prices
from bot.errors import BudgetError, ModelBusyError
from bot.limiter import Limiter
from bot.llm.breaker import IN_A_ROW, KEY_REFUSED
from bot.llm.gate import counted
from bot.llm.port import Ask, Usage, user
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.llm.faults import Fault
from storage import limits, llm_ledger
from storage.database import Database
from storage.llm_ledger import Account, Entry
from tests.bot.llm.models import opened, opened_of
from tests.bot.llm.standin import Standin

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = "2026-03-02"
ASK = Ask(system="s", messages=(user("p"),), max_tokens=9, role="main", deadline=10, person_id=7)


@pytest.fixture
async def first() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        sandbox.answer(text="from the first")
        yield sandbox


@pytest.fixture
async def second() -> AsyncIterator[Standin]:
    async with Standin.start() as standin:
        standin.says("from the second")
        yield standin


@pytest.fixture
def limiter(file: Database) -> Limiter:
    return Limiter(file, holder="one", clock=lambda: NOON)


def both(first: LlmSandbox, second: Standin) -> dict[str, dict[str, Any]]:
    return {
        "main": {"kind": "anthropic", "base_url": first.url, "api_key": "k", "model_main": "big"},
        "local": {"kind": "openai_compatible", "base_url": second.url, "model_main": "small"},
    }


async def entry(db: Database, scope: str = llm_ledger.WORKSPACE) -> Entry:
    account = Account(scope, DAY)
    async with db.read() as tx:
        return (await llm_ledger.read(tx, "T1", [account]))[account]


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        (None, None),
        (Usage(input=30, output=10, is_estimated=True), None),
        (Usage(input=30, output=10), prices.Usage(input=30, output=10)),
        (
            Usage(input=30, output=10, cache_read=20, cache_write=4),
            prices.Usage(input=6, output=10, cache_read=20, cache_write=4),
        ),
        (Usage(input=3, cache_read=20), prices.Usage(cache_read=20)),  # a provider that counts otherwise
    ],
)
def test_what_a_cache_read_is_counted_once_and_an_estimate_not_at_all(
    usage: Usage | None, counts: prices.Usage | None
) -> None:
    assert counted(usage) == counts


async def test_each_provider_has_its_own_breaker_and_turns(
    first: LlmSandbox, second: Standin, limiter: Limiter, file: Database
) -> None:
    async with opened_of(both(first, second), limiter=limiter) as chain:
        first.fail(status=500, times=IN_A_ROW)
        for _ in range(3):
            assert (await chain.ask(ASK)).provider == "local"
        assert len(first.requests) == IN_A_ROW
        assert [bool(await one.gate.left_alone()) for one in chain.providers] == [True, False]
        assert await chain.left_alone() == "", "the second one answers"
        second.requests.clear()
        second.fails(401)
        await chain.ask(ASK)  # its first answer is a good one
        with pytest.raises(Exception, match="left alone"):
            await chain.ask(ASK)
        assert await chain.providers[1].gate.left_alone() == KEY_REFUSED
        assert "repeated failures" in await chain.left_alone()
    async with file.read() as tx:
        assert await limits.blocked(tx, now=NOON) == []


async def test_who_will_answer_later_is_waited_for_whatever_the_others_say(
    first: LlmSandbox, second: Standin, limiter: Limiter
) -> None:
    waits = replace(ASK, patience=1.0)
    async with opened_of(both(first, second), limiter=limiter) as chain:
        first.fail(status=401)
        second.fails(429)  # and does not say for how long
        await chain.ask(waits)  # its first answer is a good one
        assert await chain.left_alone() == KEY_REFUSED, "for all processes to see, though the other one answers"
        for _ in range(2):
            with pytest.raises(ModelBusyError) as busy:
                await chain.ask(waits)
            assert (len(first.requests), len(second.requests), round(busy.value.after or 0)) == (1, 2, 60)


async def test_a_call_is_paid_by_its_person_and_what_the_cache_knew_has_its_price(
    first: LlmSandbox, second: Standin, limiter: Limiter, file: Database
) -> None:
    only = {"local": both(first, second)["local"]}
    priced = '{"small": {"input": 1, "output": 5, "cache_read": 0.1}}'
    async with opened_of(only, limiter=limiter, prices=priced) as chain:
        answer = await chain.ask(ASK)
    taken = Entry(calls=1, input=10, output=10, cache_read=20, cost=62)
    assert (await entry(file), await entry(file, "person:7")) == (taken, taken)
    assert (answer.cost, answer.usage.input) == (pytest.approx(62e-6), 30)


async def test_what_no_provider_told_stays_set_aside(first: LlmSandbox, limiter: Limiter, file: Database) -> None:
    first.meet(Fault(kind="wrong_usage", tokens=None))
    async with opened(first.url, limiter=limiter) as chain:
        assert (await chain.ask(ASK)).usage.is_estimated
    assert (await entry(file)).reserved == ASK.tokens + ASK.max_tokens


@pytest.mark.parametrize("jump", [timedelta(minutes=2), timedelta(days=-1)], ids=["over midnight", "back a day"])
async def test_what_is_set_aside_is_settled_on_its_own_day_however_the_clock_jumps(
    first: LlmSandbox, file: Database, jump: timedelta
) -> None:
    now = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    limiter = Limiter(file, holder="one", clock=lambda: now)
    async with opened(first.url, limiter=limiter) as chain:
        first.stall()
        asked = asyncio.create_task(chain.ask(ASK))
        await first.stalled.wait()
        assert (await entry(file)).reserved == ASK.tokens + ASK.max_tokens
        now += jump
        first.release()
        usage = (await asked).usage
        found = await entry(file)
        assert (found.reserved, found.calls, found.input) == (0, 1, usage.input)
        async with file.read() as tx:
            other = Account(llm_ledger.WORKSPACE, now.date().isoformat())
            assert (await llm_ledger.read(tx, "T1", [other]))[other] == Entry()


async def test_without_a_budget_nobody_is_asked(first: LlmSandbox, second: Standin, limiter: Limiter) -> None:
    async with opened_of(both(first, second), limiter=limiter, budget_workspace_day_tokens=5) as chain:
        with pytest.raises(BudgetError, match="no model budget is left for the workspace today"):
            await chain.ask(replace(ASK, person_id=None))
    assert (first.requests, second.requests) == ([], [])
