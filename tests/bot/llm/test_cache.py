"""The same question may have the same answer again, for a while and at no cost; only where it says so."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import ModelError
from bot.limiter import Limiter
from bot.llm.chain import Chain
from bot.llm.modes import object_of
from bot.llm.port import Ask, Message, Tool, WrongAnswerError, user
from bot.sandbox.llm import LlmSandbox
from storage import llm_cache, llm_ledger
from storage.database import Database
from storage.llm_ledger import Account
from tests.bot.llm.models import opened
from tests.bot.llm.standin import Standin

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROSE = '{"word": "rose"}'
ASK = Ask(
    system="You name things.",
    messages=(user("What is red?"),),
    schema=object_of({"word": {"type": "string"}}),
    max_tokens=64,
    purpose="naming",
    deadline=5,
    is_deterministic=True,
)


class Desk:
    now = NOON


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        sandbox.answer(text=ROSE)
        yield sandbox


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def model(llm: LlmSandbox, file: Database, desk: Desk) -> AsyncIterator[Chain]:
    limiter = Limiter(file, holder="one", clock=lambda: desk.now)
    async with opened(llm.url, limiter=limiter, prices='{"claude-haiku-5-5": {"input": 1, "output": 5}}') as chain:
        yield chain


async def test_it_is_given_again_at_no_cost_and_marked(llm: LlmSandbox, model: Chain, file: Database) -> None:
    first, again = await model.ask(ASK), await model.ask(ASK)
    assert (first.is_cached, again.is_cached, len(llm.requests)) == (False, True, 1)
    same = {"request_id": None, "is_cached": True, "usage": again.usage, "cost": 0.0, "attempts": 0, "breakers": {}}
    assert again == replace(first, **same)
    assert (again.parsed, again.usage.total) == ({"word": "rose"}, 0)
    async with file.read() as tx:
        [entry] = (await llm_ledger.read(tx, "T1", [Account(llm_ledger.WORKSPACE, "2026-03-02")])).values()
        assert await llm_cache.held(tx) == {"naming": 1}
    assert (entry.calls, entry.tokens) == (1, first.usage.total)


async def test_calls_are_given_again_too(file: Database) -> None:
    note = Tool(name="note", description="Writes a word down.", schema=object_of({"word": {"type": "string"}}))
    ask = replace(ASK, schema=None, tools=(note,))
    async with Standin.start() as there:
        there.says("I note it.", calls={"note": {"word": "rose"}})
        async with opened(there.url, limiter=Limiter(file, holder="one", clock=lambda: NOON)) as model:
            first, again = await model.ask(ask), await model.ask(ask)
        assert len(there.requests) == 1
    assert first.calls
    assert (again.is_cached, again.calls, again.text, again.stop) == (True, first.calls, first.text, "tools")


@pytest.mark.parametrize(
    "other",
    [
        replace(ASK, is_deterministic=False),
        replace(ASK, role="main"),
        replace(ASK, messages=(user("What is blue?"),)),
        replace(ASK, messages=(*ASK.messages, Message(role="assistant", text=ROSE), user("no"))),
        replace(ASK, system="You name flowers."),
        replace(ASK, schema={"type": "object"}),
        replace(ASK, schema=None, tools=(Tool(name="note", description="d", schema={"type": "object"}),)),
    ],
    ids=["not deterministic", "model", "words", "longer", "system", "schema", "tools"],
)
async def test_another_question_is_asked(llm: LlmSandbox, model: Chain, other: Ask) -> None:
    await model.ask(ASK)
    assert not (await model.ask(other)).is_cached
    assert len(llm.requests) == 2


async def test_who_pays_and_how_long_they_wait_is_no_part_of_the_question(model: Chain) -> None:
    await model.ask(ASK)
    assert (await model.ask(replace(ASK, person_id=7, deadline=9, is_private=True, max_tokens=99))).is_cached


async def test_what_is_too_old_or_was_cut_off_is_asked_again(llm: LlmSandbox, model: Chain, desk: Desk) -> None:
    llm.truncate(times=2)
    with pytest.raises(ModelError, match="cut off"):
        await model.ask(ASK)
    assert not (await model.ask(ASK)).is_cached
    desk.now += timedelta(days=7, seconds=1)
    assert not (await model.ask(ASK)).is_cached
    assert (await model.ask(ASK)).is_cached
    assert len(llm.requests) == 4


async def test_a_wrong_answer_is_not_kept_and_what_the_second_question_brought_is(file: Database) -> None:
    async with LlmSandbox.start() as llm:
        llm.answer(text="a rose", times=1)
        llm.answer(text=ROSE)
        async with opened(llm.url, limiter=Limiter(file, holder="one", clock=lambda: NOON)) as model:
            ask = replace(ASK, again="main")
            first, again = await model.ask(ask), await model.ask(ask)
        assert len(llm.requests) == 2
    assert (first.attempts, again.is_cached, again.model) == (2, True, "claude-sonnet-5-5")


async def test_one_that_does_not_fit_any_more_is_asked_for_anew(llm: LlmSandbox, model: Chain) -> None:
    def read(text: str) -> object:
        if len(llm.requests) < 2:
            raise WrongAnswerError("no")
        return text

    await model.ask(ASK)
    answer = await model.ask(replace(ASK, read=read))
    assert (answer.is_cached, answer.parsed, len(llm.requests)) == (False, ROSE, 2)


async def test_a_purpose_keeps_its_newest_answers(db: Database) -> None:
    keep = {"days": 7, "rows": 3}
    llm_cache.KEEP["few"] = llm_cache.Keep(**keep)
    try:
        async with db.write() as tx:
            for number in range(5):
                for purpose in ("few", "many"):
                    key = f"{purpose}{number}"
                    await llm_cache.put(tx, "T1", key, purpose=purpose, model="m", answer={"n": number}, now=NOON)
            assert (await llm_cache.trim(tx, "few"), await llm_cache.trim(tx, "many")) == (2, 0)
            assert await llm_cache.held(tx) == {"few": 3, "many": 5}
            assert await llm_cache.get(tx, "T1", "few1", purpose="few", now=NOON) is None
            assert await llm_cache.get(tx, "T1", "few2", purpose="few", now=NOON) == {"n": 2}
            assert await llm_cache.clear(tx, purpose="many") == 5
            assert await llm_cache.clear(tx) == 3
    finally:
        del llm_cache.KEEP["few"]
