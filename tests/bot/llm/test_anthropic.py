"""A model call over a real socket ends in a finished answer or in one kind of error, with words for the card."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from anthropic import AsyncAnthropic
from structlog.testing import capture_logs

from bot.errors import ModelError
from bot.llm.anthropic import AnthropicModel, open_anthropic
from bot.llm.breaker import FAILURES, REST
from bot.llm.port import Ask
from bot.sandbox.llm import LlmSandbox

KEY = "sk-ant-not-a-real-key"
SCHEMA = {"type": "object", "properties": {"word": {"type": "string", "maxLength": 9}}, "required": ["word"]}
ASK = Ask(system="You name things.", prompt="What is red?", schema=SCHEMA, max_tokens=64)


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        sandbox.answer(text='{"word": "rose"}')
        yield sandbox


@pytest.fixture
async def model(llm: LlmSandbox) -> AsyncIterator[AnthropicModel]:
    async with open_anthropic(api_key=KEY, base_url=llm.url, name="claude-haiku-5-5", timeout=20) as opened:
        yield opened


async def refusal(model: AnthropicModel, *, deadline: float = 5) -> str:
    with pytest.raises(ModelError) as raised:
        await model.ask(ASK, deadline=deadline)
    return str(raised.value)


async def test_an_answer_says_who_gave_it_and_what_it_cost(model: AnthropicModel) -> None:
    answer = await model.ask(ASK, deadline=5)
    assert answer.text == '{"word": "rose"}'
    assert (answer.model, answer.stop_reason, answer.request_id) == ("claude-haiku-5-5", "end_turn", "req_0001")
    assert answer.input_tokens > 0
    assert answer.output_tokens > 0


async def test_the_question_is_sent_with_its_schema_and_cap(llm: LlmSandbox, model: AnthropicModel) -> None:
    await model.ask(ASK, deadline=5)
    request = llm.requests[0]
    assert (request["model"], request["max_tokens"], request["system"]) == ("claude-haiku-5-5", 64, "You name things.")
    assert request["messages"] == [{"role": "user", "content": "What is red?"}]
    assert request["output_config"]["format"]["type"] == "json_schema"
    word = request["output_config"]["format"]["schema"]["properties"]["word"]
    assert "maxLength" not in word  # the API rejects it as a keyword, so it is told in words
    assert "maxLength: 9" in word["description"]


async def test_a_question_asked_again_carries_the_answer_and_what_was_wrong(
    llm: LlmSandbox, model: AnthropicModel
) -> None:
    again = Ask(
        system="s", prompt="p", schema=SCHEMA, max_tokens=64, previous=(("  ", "say more"), ("ros", "no flower"))
    )
    await model.ask(again, deadline=5)
    assert [(message["role"], message["content"]) for message in llm.requests[0]["messages"]] == [
        ("user", "p"),
        ("assistant", "(nothing)"),
        ("user", "say more"),
        ("assistant", "ros"),
        ("user", "no flower"),
    ]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda llm: llm.fail(status=429, retry_after=30), "model rate limit (429)"),
        (lambda llm: llm.fail(status=529), "model is overloaded (529)"),
        (lambda llm: llm.fail(status=500), "model failed (500)"),
        (lambda llm: llm.fail(status=400), "model rejected the request (400)"),
        (lambda llm: llm.fail(status=404), "model is not known (404)"),
        (lambda llm: llm.truncate(), "model answer was cut off"),
        (lambda llm: llm.leave_open(), "model answer was cut off"),
        (lambda llm: llm.refuse(), "model answer was a refusal"),
        (lambda llm: llm.drop(), "model connection broke"),
        (lambda llm: llm.corrupt(), "model answer was unreadable"),
        (lambda llm: llm.corrupt("{}"), "model answer was unreadable"),
        (lambda llm: llm.corrupt("<html>Welcome to the wifi</html>"), "model answer was unreadable"),
    ],
)
async def test_every_fault_is_one_call_and_one_short_reason(
    llm: LlmSandbox, model: AnthropicModel, fault: Callable[[LlmSandbox], None], words: str
) -> None:
    fault(llm)
    assert await refusal(model) == words
    assert len(llm.requests) == 1
    assert (await model.ask(ASK, deadline=5)).text == '{"word": "rose"}'


async def test_a_silent_model_is_abandoned_at_the_deadline_and_its_connection_closed(
    llm: LlmSandbox, model: AnthropicModel
) -> None:
    llm.stall()
    assert await refusal(model, deadline=0.5) == "model timed out"
    async with asyncio.timeout(20):
        await llm.hung_up.wait()


async def test_a_cancelled_call_closes_its_connection_and_frees_its_slot(llm: LlmSandbox) -> None:
    async with AsyncAnthropic(api_key=KEY, base_url=llm.url) as client:
        model = AnthropicModel(client, name="m", concurrency=1)
        llm.stall()
        call = asyncio.create_task(model.ask(ASK, deadline=5))
        async with asyncio.timeout(20):
            await llm.stalled.wait()
            call.cancel()
            await llm.hung_up.wait()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await model.ask(ASK, deadline=5)).text == '{"word": "rose"}'


async def test_nobody_listening_is_said_so() -> None:
    async with LlmSandbox.start() as gone:
        url = gone.url
    async with open_anthropic(api_key=KEY, base_url=url, name="m", timeout=5) as model:
        assert await refusal(model) == "model is unreachable"


async def test_more_calls_than_slots_wait_for_one_within_their_deadline(llm: LlmSandbox) -> None:
    async with AsyncAnthropic(api_key=KEY, base_url=llm.url) as client:
        model = AnthropicModel(client, name="m", concurrency=1)
        llm.stall()
        first = asyncio.create_task(model.ask(ASK, deadline=5))
        async with asyncio.timeout(20):
            await llm.stalled.wait()
        assert await refusal(model, deadline=0.05) == "model is busy"
        assert len(llm.requests) == 1
        llm.release()
        assert (await first).text == '{"word": "rose"}'


async def test_a_dead_provider_is_not_asked_again_for_a_while(llm: LlmSandbox) -> None:
    now = [100.0]
    async with AsyncAnthropic(api_key=KEY, base_url=llm.url, max_retries=0) as client:
        model = AnthropicModel(client, name="m", clock=lambda: now[0])
        llm.fail(status=500, times=FAILURES)
        for _ in range(FAILURES):
            await refusal(model)
        assert await refusal(model) == "model is left alone after repeated failures"
        assert len(llm.requests) == FAILURES
        now[0] += REST
        for _ in range(2):  # the trial, and the one after it
            assert (await model.ask(ASK, deadline=5)).text == '{"word": "rose"}'


async def test_refusals_and_our_own_bad_requests_do_not_count_as_a_dead_provider(
    llm: LlmSandbox, model: AnthropicModel
) -> None:
    llm.refuse(times=FAILURES)
    llm.fail(status=400, times=FAILURES)
    for _ in range(2 * FAILURES):
        await refusal(model)
    assert (await model.ask(ASK, deadline=5)).text == '{"word": "rose"}'


async def test_a_wrong_key_is_neither_shown_nor_logged_and_the_request_id_only_logged(
    llm: LlmSandbox, model: AnthropicModel
) -> None:
    llm.key = "another"
    with capture_logs() as logs:
        words = await refusal(model)
    assert words == "model refused the key (401)"
    assert [entry["request_id"] for entry in logs] == ["req_failed"]
    assert KEY not in str(logs)


async def test_the_free_check_says_whether_the_model_is_there(llm: LlmSandbox, model: AnthropicModel) -> None:
    assert await model.reachable() == "answers, lists claude-haiku-5-5"
    async with open_anthropic(api_key=KEY, base_url=llm.url, name="qwen", timeout=5) as other:
        assert await other.reachable() == "answers, but does not list qwen"
    llm.key = "another"
    with pytest.raises(ModelError, match=r"^model refused the key \(401\)$"):
        await model.reachable()
    assert llm.requests == []
