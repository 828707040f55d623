"""Who does not answer is passed over for the next, within one deadline; what is private goes only where it may."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ModelError
from bot.llm.faults import TRIES
from bot.llm.modes import object_of
from bot.llm.port import Ask, Call, Message, Result, Tool, user
from bot.sandbox.llm import LlmSandbox
from tests.bot.llm.models import opened_of
from tests.bot.llm.standin import Standin

ASK = Ask(system="s", messages=(user("p"),), max_tokens=9, role="main", deadline=10)


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


def both(first: LlmSandbox, second: Standin, **of_first: Any) -> dict[str, dict[str, Any]]:
    return {
        "main": {"kind": "anthropic", "base_url": first.url, "api_key": "k", "model_main": "big"} | of_first,
        "local": {"kind": "openai_compatible", "base_url": second.url, "model_main": "small"},
    }


async def test_the_first_that_answers_is_heard(first: LlmSandbox, second: Standin) -> None:
    async with opened_of(both(first, second)) as chain:
        answer = await chain.ask(ASK)
        assert (answer.text, answer.provider, answer.is_second_choice) == ("from the first", "main", False)
        first.fail(status=529, times=TRIES)
        answer = await chain.ask(ASK)
        assert (answer.text, answer.provider, answer.model) == ("from the second", "local", "small")
        assert (answer.is_second_choice, answer.attempts) == (True, TRIES + 1)


async def test_a_wait_that_does_not_fit_the_deadline_is_for_the_next_one(first: LlmSandbox, second: Standin) -> None:
    async with opened_of(both(first, second)) as chain:
        first.fail(status=429, retry_after=30)
        assert (await chain.ask(ASK)).provider == "local"
        assert len(first.requests) == 1
        first.fail(status=429, retry_after=1)
        assert (await chain.ask(ASK)).provider == "main"


async def test_a_silent_one_leaves_time_for_the_next(first: LlmSandbox, second: Standin) -> None:
    async with opened_of(both(first, second)) as chain:
        first.stall()
        assert (await chain.ask(replace(ASK, deadline=1.0))).provider == "local"


async def test_a_wrong_answer_is_none_and_the_next_is_asked(first: LlmSandbox, second: Standin) -> None:
    async with opened_of(both(first, second)) as chain:
        with pytest.raises(ModelError, match=r"^model gave no valid answer$"):
            await chain.ask(replace(ASK, schema={"type": "object"}))
        assert (len(first.requests), len(second.requests)) == (2, 2)


async def test_a_refusal_is_an_answer(first: LlmSandbox, second: Standin) -> None:
    async with opened_of(both(first, second)) as chain:
        first.refuse()
        assert (await chain.ask(ASK)).stop == "refusal"
        assert second.requests == []


async def test_when_nobody_answers_the_first_one_says_why(first: LlmSandbox, second: Standin) -> None:
    async with opened_of(both(first, second)) as chain:
        second.fails(404)
        first.fail(status=401, times=2)
        await chain.ask(ASK)  # the second one's first answer is a good one
        with pytest.raises(ModelError, match=r"^model refused the key"):
            await chain.ask(ASK)


async def test_what_is_private_goes_only_to_who_may_have_it(first: LlmSandbox, second: Standin) -> None:
    async with opened_of(both(first, second, private="deny")) as chain:
        answer = await chain.ask(replace(ASK, is_private=True))
        assert (answer.provider, answer.is_second_choice, first.requests) == ("local", True, [])
        assert (await chain.ask(ASK)).provider == "main"
    only = {name: one for name, one in both(first, second, private="deny").items() if name == "main"}
    async with opened_of(only) as chain:
        first.requests.clear()
        with pytest.raises(ModelError, match=r"^no model may read what is private$"):
            await chain.ask(replace(ASK, is_private=True))
        assert first.requests == []


async def test_another_provider_goes_on_with_the_log(first: LlmSandbox, second: Standin) -> None:
    note = Tool(name="note", description="d", schema=object_of({}))
    log = (
        user("p"),
        Message(role="assistant", calls=(Call(id="c1", name="note", arguments={}),)),
        Message(role="user", results=(Result(call_id="c1", text="ok"),)),
    )
    async with opened_of(both(first, second)) as chain:
        first.fail(status=401)
        assert (await chain.ask(replace(ASK, tools=(note,), messages=log))).provider == "local"
    assert second.requests[0]["messages"][-1] == {"role": "tool", "tool_call_id": "c1", "content": "ok"}


async def test_the_first_that_may_read_it_counts_a_question_at_no_cost(first: LlmSandbox, second: Standin) -> None:
    async with opened_of(both(first, second)) as chain:
        assert await chain.count(ASK) == await chain.count(replace(ASK, is_private=True)) != 0
        assert first.requests == [], "nobody was asked to answer"
        longer = replace(ASK, messages=(user("p " * 500),))
        assert (await chain.count(longer) or 0) > (await chain.count(ASK) or 0)
        first.counts = False
        assert await chain.count(ASK) is not None, "it was counted before"
        assert await chain.count(replace(ASK, system="another")) is None
    first.counts = True
    async with opened_of(both(first, second, private="deny")) as chain:
        assert await chain.count(replace(ASK, is_private=True)) is None, "the other one does not count"
        assert await chain.count(ASK) is not None
