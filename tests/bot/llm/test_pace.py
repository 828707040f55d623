"""All processes together ask the model at one pace, and none asks it while it refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import ModelError
from bot.limiter import Limiter
from bot.llm.chain import Chain
from bot.llm.port import Ask, user
from bot.sandbox.llm import LlmSandbox
from storage import limits
from storage.database import Database
from tests.bot.llm.models import opened

ASK = Ask(
    system="s", messages=(user("What is red?"),), schema={"type": "object"}, max_tokens=64, deadline=20, person_id=1
)
LONG = replace(ASK, messages=(user("red? " * 800),), max_tokens=500, deadline=60)  # some 1000 tokens, 1500 by estimate


class Office:
    """Two processes with one key; time stands still until somebody sleeps for a turn."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self.slept: list[float] = []
        self.models: list[Chain] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        sandbox.answer(text="{}")
        yield sandbox


@pytest.fixture
def tokens_per_minute() -> int:
    return 1_000_000


@pytest.fixture
async def office(llm: LlmSandbox, db: Database, tokens_per_minute: int) -> AsyncIterator[Office]:
    made = Office()
    async with AsyncExitStack() as stack:
        for holder in ("one", "two"):
            limiter = Limiter(db, holder=holder, clock=lambda: made.now, sleep=made.sleep)
            limits = {"llm_requests_per_minute": 30, "llm_tokens_per_minute": tokens_per_minute, "llm_concurrency": 1}
            made.models.append(await stack.enter_async_context(opened(llm.url, limiter=limiter, **limits)))
        yield made


async def test_so_many_calls_a_minute_over_all_processes(office: Office) -> None:
    for model in (*office.models, *office.models):
        await model.ask(ASK)
    assert [round(seconds) for seconds in office.slept] == [2, 2, 2]


async def test_who_would_wait_too_long_for_a_turn_is_told_at_once(office: Office, llm: LlmSandbox) -> None:
    await office.models[0].ask(ASK)
    with pytest.raises(ModelError, match="model is busy"):
        await office.models[1].ask(replace(ASK, deadline=3))  # of which half is for the answer
    assert len(llm.requests) == 1


async def test_a_call_under_way_in_one_process_holds_the_other_back(office: Office, llm: LlmSandbox) -> None:
    llm.stall()
    first = asyncio.create_task(office.models[0].ask(ASK))
    async with asyncio.timeout(30):
        await llm.stalled.wait()
    with pytest.raises(ModelError, match="model is busy"):
        await office.models[1].ask(ASK)
    assert len(llm.requests) == 1
    llm.release()
    assert (await first).text == "{}"


async def test_a_refusal_stops_every_process(office: Office, llm: LlmSandbox, db: Database) -> None:
    llm.fail(status=429, retry_after=30)
    with pytest.raises(ModelError, match="model rate limit"):
        await office.models[0].ask(ASK)
    async with db.read() as tx:
        [blocked] = await limits.blocked(tx, now=office.now)
    assert (blocked.name, blocked.blocked_until) == ("llm:anthropic", office.now + timedelta(seconds=30))
    with pytest.raises(ModelError, match="model is busy"):
        await office.models[1].ask(ASK)
    assert len(llm.requests) == 1
    office.now += timedelta(seconds=30)
    assert (await office.models[1].ask(ASK)).text == "{}"


@pytest.mark.parametrize("tokens_per_minute", [3000])
async def test_so_many_tokens_a_minute_over_all_processes(office: Office, llm: LlmSandbox) -> None:
    """A call is let in for what it may need, and in the end counts for what it needed: about half of it here."""
    for model in (*office.models, office.models[0]):
        office.now += timedelta(seconds=2)
        await model.ask(LONG)
    [waited] = office.slept
    assert waited == pytest.approx(17, abs=3)  # 3 calls, the last one let in for 2000 with some 1150 left
    with pytest.raises(ModelError, match="model is busy"):
        await office.models[1].ask(replace(LONG, deadline=10))
    assert len(llm.requests) == 3


@pytest.mark.parametrize("tokens_per_minute", [3000])
async def test_a_call_that_failed_counts_for_what_it_may_have_used(office: Office, llm: LlmSandbox) -> None:
    llm.drop()
    with pytest.raises(ModelError, match="connection"):  # another try would have to wait for longer
        await office.models[0].ask(replace(LONG, deadline=10))
    office.now += timedelta(seconds=2)
    with pytest.raises(ModelError, match="model is busy"):
        await office.models[1].ask(replace(LONG, deadline=10))
    assert len(llm.requests) == 1


@pytest.mark.parametrize("tokens_per_minute", [500])
async def test_a_call_of_more_tokens_than_a_minute_has_goes_when_all_are_free(office: Office) -> None:
    assert (await office.models[0].ask(replace(LONG, deadline=20))).text == "{}"
    office.now += timedelta(seconds=60)
    with pytest.raises(ModelError, match="model is busy"):
        await office.models[1].ask(replace(LONG, deadline=20))
    office.now += timedelta(seconds=120)
    assert (await office.models[1].ask(replace(LONG, deadline=20))).text == "{}"
